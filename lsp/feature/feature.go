// Package feature answers what an editor asks about rule files: in bytes and spans, from a snapshot that nobody changes. It
// knows no protocol, starts nothing and reads nothing. Its API may change on any day.
package feature

import (
	"sync"

	"github.com/recon-lang/recon/lang"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
)

// Snapshot is one file with all that belongs together with it by imports, as it was at one moment. It is safe for concurrent use.
type Snapshot struct {
	*Project
	File *syntax.File // the one that is asked about; one of Unit.Files
}

// Project is files that belong together by imports, checked.
type Project struct {
	Unit *lang.Unit

	lint  sync.Once
	lints diag.List

	indexed sync.Once
	names   *names // see index

	declare  sync.Once
	declared *declarations
}

// declarations are the declared names of the project.
func (p *Project) declarations() *declarations {
	p.declare.Do(func() { p.declared = declarationsOf(p) })
	return p.declared
}

// Lints are the warnings of all files of the project.
func (p *Project) Lints() diag.List {
	p.lint.Do(func() { p.lints = p.Unit.Lint() })
	return p.lints
}

// Of is the snapshot of the file of that name; nil if it is none of the project.
func (p *Project) Of(name string) *Snapshot {
	for _, f := range p.Unit.Files {
		if f.Span.File.Name == name {
			return &Snapshot{Project: p, File: f}
		}
	}
	return nil
}

// Text is the text of the file.
func (s *Snapshot) Text() []byte { return s.File.Span.File.Text }

// Diagnostics are all findings of one file, sorted.
func (s *Snapshot) Diagnostics() diag.List {
	var list diag.List
	for _, l := range []diag.List{s.Unit.Diags, s.Lints()} {
		for _, d := range l {
			if d.Span.File == s.File.Span.File {
				list = append(list, d)
			}
		}
	}
	list.Sort()
	return list
}
