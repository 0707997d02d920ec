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
	Files   []*syntax.File // those that were given, in their order, and then those that they import
	Program *program.Program
	Info    *check.Info
	Diags   diag.List // sorted
	Catalog schema.Catalog
}

// Compile parses and checks files together. An import names one of them. Catalog is called once with the names of
// the plugins that the files name, sorted, and says what is known of them.
func Compile(files []*diag.File, catalog func(plugins []string) schema.Catalog) *Unit {
	return CompileAll(files, nil, catalog)
}

// CompileAll is Compile for files whose imports may name others, which open reads.
func CompileAll(files []*diag.File, open Open, catalog func(plugins []string) schema.Catalog) *Unit {
	return CompileParsed(files, syntax.Parse, open, catalog)
}

// CompileParsed is CompileAll for who has read some of the files already: parse gives the tree of a file, and what
// syntax.Parse said of it. Trees are not changed.
func CompileParsed(files []*diag.File, parse func(*diag.File) (*syntax.File, diag.List), open Open, catalog func(plugins []string) schema.Catalog) *Unit {
	l := load(files, parse, open)
	u := &Unit{Files: l.trees, Diags: l.diags}
	var found diag.List
	u.Catalog = catalog(check.Needs(u.Files))
	u.Program, u.Info, found = check.Files(u.Files, l.imports, u.Catalog)
	u.Diags = append(u.Diags, found...)
	u.Diags.Sort()
	return u
}

// Lint gives the warnings of u's files: what is valid and probably wrong. It is sorted.
func (u *Unit) Lint() diag.List {
	return lint.Run(lint.Input{Files: u.Files, Program: u.Program, Info: u.Info, Catalog: u.Catalog, Diags: u.Diags})
}
