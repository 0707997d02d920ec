// Package lang is the door to the rule language: text in, checked program out. It starts nothing
// and reads nothing but the texts and the catalog that it is handed. Its API is for embedding
// and may change in a minor version.
package lang

import (
	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/lint"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// Unit is what was made of some files. Program is to be run only if Diags has no errors; it and
// Info are never nil.
type Unit struct {
	Files   []*syntax.File
	Program *program.Program
	Info    *check.Info
	Diags   diag.List // sorted
	Catalog schema.Catalog
}

// Compile parses and checks files together. Catalog is called once with the names of the plugins
// that the files name, sorted, and says what is known of them.
func Compile(files []*diag.File, catalog func(plugins []string) schema.Catalog) *Unit {
	u := &Unit{}
	for _, f := range files {
		tree, diags := syntax.Parse(f)
		u.Files = append(u.Files, tree)
		u.Diags = append(u.Diags, diags...)
	}
	var found diag.List
	u.Catalog = catalog(check.Needs(u.Files))
	u.Program, u.Info, found = check.Files(u.Files, u.Catalog)
	u.Diags = append(u.Diags, found...)
	u.Diags.Sort()
	return u
}

// Lint gives the warnings of u's files: what is valid and probably wrong. It is sorted.
func (u *Unit) Lint() diag.List {
	return lint.Run(lint.Input{Files: u.Files, Program: u.Program, Info: u.Info, Catalog: u.Catalog, Diags: u.Diags})
}
