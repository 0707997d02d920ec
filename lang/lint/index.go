package lint

import (
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
)

// index finds the statements of the trees by their places, which is all that a program has of
// them.
type index struct {
	decls map[diag.Span]syntax.Decl // by the place of the name
	stmts map[diag.Span]syntax.Stmt // by their own place
	over  map[diag.Span]syntax.Decl // the declaration in which a statement stands
	// columns are those declared, by the place of their names.
	columns map[diag.Span]*syntax.Column
}

func newIndex(files []*syntax.File) *index {
	x := &index{decls: map[diag.Span]syntax.Decl{}, stmts: map[diag.Span]syntax.Stmt{}, over: map[diag.Span]syntax.Decl{}, columns: map[diag.Span]*syntax.Column{}}
	for _, f := range files {
		for _, d := range f.Decls {
			if name := nameOf(d); name != nil {
				x.decls[name.Span] = d
			}
			x.block(d, syntax.Body(d))
		}
	}
	return x
}

func (x *index) block(d syntax.Decl, b *syntax.Block) {
	if b == nil {
		return
	}
	for _, s := range b.Stmts {
		if _, row := s.(*syntax.Row); row {
			return // a table holds nothing else
		}
		x.stmts[s.At()], x.over[s.At()] = s, d
		if c, ok := s.(*syntax.Column); ok {
			x.columns[c.Name.Span] = c
		}
		x.block(d, syntax.Body(s))
	}
}

// decl is the declaration whose name stands there, or nil.
func (x *index) decl(name diag.Span) syntax.Decl { return x.decls[name] }

// own reports whether the statement at a place stands in the declaration itself, and not in a template that
// others may use too.
func (x *index) own(stmt, declared diag.Span) bool {
	d := x.over[stmt]
	return d != nil && d == x.decls[declared]
}

// nameOf is the name that a declaration gives to what it declares, or nil.
func nameOf(d syntax.Decl) *syntax.Ident {
	switch d := d.(type) {
	case *syntax.Import:
		if d.As == nil {
			return &syntax.Ident{Place: syntax.Place{Span: d.Path.Span}, Name: d.Path.Value}
		}
		return d.As
	case *syntax.Param:
		return d.ParamDef.Name
	case *syntax.Let:
		return d.Name
	case *syntax.Secret:
		return d.Name
	case *syntax.Source:
		return d.Name
	case *syntax.Action:
		return d.Name
	case *syntax.View:
		return d.Name
	case *syntax.Rule:
		return d.Name
	case *syntax.Template:
		return d.Name
	}
	return nil
}
