package lang

import (
	"slices"

	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// Session finds the faults of files again after each change, and reads and checks of them only what the change can concern: what an
// editor wants at each keystroke. It is not for concurrent use.
type Session struct {
	docs    map[string]*document // by name
	check   check.Session
	plugins []string
	imports []imported
	last    *loader               // of the last call
	found   diag.List             // by it
	from    map[string]*diag.File // the texts before, of files that changed in the last call
	catalog *schema.Catalog
}

type document struct {
	syntax.Document
	file  *diag.File
	tree  *syntax.File
	diags diag.List
}

// imported is an import by its place in the order of all, and what came of it.
type imported struct {
	file, path, target string
}

// Check gives what CompileAll finds in files, sorted. Files that are the same as in the last call are the same pointers. Catalog is called
// when the plugins that the files name are others than before, or when whole says that it would answer otherwise.
func (s *Session) Check(files []*diag.File, open Open, whole bool, catalog func(plugins []string) schema.Catalog) diag.List {
	before := s.docs
	s.docs = map[string]*document{}
	s.from = map[string]*diag.File{}
	l := load(files, func(f *diag.File) (*syntax.File, diag.List) {
		d := before[f.Name]
		if d == nil {
			d = &document{}
		}
		if d.file != f {
			if d.file != nil {
				s.from[f.Name] = d.file
			}
			d.tree, d.diags = d.Update(f)
			d.file = f
		}
		s.docs[f.Name] = d
		return d.tree, d.diags
	}, open)
	plugins := check.Needs(l.trees)
	var imports []imported
	for _, t := range l.trees {
		for _, d := range t.Decls {
			if d, ok := d.(*syntax.Import); ok {
				x := imported{file: t.Span.File.Name, path: d.Path.Value}
				if to := l.imports[d]; to != nil {
					x.target = to.Span.File.Name
				}
				imports = append(imports, x)
			}
		}
	}
	whole = whole || !slices.Equal(plugins, s.plugins) || !slices.Equal(imports, s.imports) || s.catalog == nil
	if whole {
		c := catalog(plugins)
		s.catalog = &c
	}
	s.plugins, s.imports = plugins, imports
	list := append(l.diags, s.check.Check(l.trees, l.imports, *s.catalog, whole, s.Moved)...)
	list.Sort()
	s.last, s.found = l, list
	return list
}

// Around is a unit of the files of the last Check in which only the declaration at a byte of a file, and what it mentions, has been checked
// again: Info and Program know no more, Diags are those of the last Check. It is of use until the next one, and nil for a file that
// is not there.
func (s *Session) Around(name string, offset int) *Unit {
	if s.last == nil || s.docs[name] == nil {
		return nil
	}
	var at syntax.Decl
	for _, d := range s.docs[name].tree.Decls {
		if d.At().Start > offset {
			break
		}
		at = d
	}
	u := &Unit{Files: s.last.trees, Diags: s.found, Catalog: *s.catalog}
	u.Program, u.Info = s.check.Around(at, s.last.trees, s.last.imports, *s.catalog)
	return u
}

// Moved is where a place of the texts that the call before the last one had stands in those of the last one; ok is false if it is in text that
// has changed.
func (s *Session) Moved(at diag.Span) (to diag.Span, ok bool) {
	if at.File == nil {
		return at, true
	}
	d := s.docs[at.File.Name]
	switch {
	case d == nil || d.file != at.File && s.from[at.File.Name] != at.File:
		return at, false
	case d.file == at.File:
		return at, true
	}
	start, ok := d.Moved(at.Start)
	end, ok2 := d.Moved(at.End)
	return diag.Span{File: d.file, Start: start, End: end}, ok && ok2
}
