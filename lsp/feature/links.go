package feature

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// Link is a text that names a file. Whether the file is there nobody has looked.
type Link struct {
	Span diag.Span // without the quotes
	File string
}

// Links are the files that a file names: those that it imports, those of tables in tests, and the paths of sources that are plain texts
// and no patterns. Secrets that lie in files are no links.
func Links(s *Snapshot) []Link {
	dir := filepath.Dir(s.File.Span.File.Name)
	var list []Link
	add := func(at diag.Span, path string) {
		if path == "" || at.End-at.Start < 3 || strings.ContainsAny(path, "*?[") || strings.Contains(path, "://") {
			return
		}
		at.Start, at.End = at.Start+1, at.End-1
		file := filepath.FromSlash(path)
		if !filepath.IsAbs(file) {
			file = filepath.Join(dir, file)
		}
		list = append(list, Link{at, file})
	}
	for _, d := range s.File.Decls {
		switch d := d.(type) {
		case *syntax.Import:
			add(d.Path.Span, d.Path.Value)
		case *syntax.Source:
			plugin := s.Unit.Catalog.Sources[d.Plugin.Name]
			for _, a := range attributes(d.Body) {
				i := slices.IndexFunc(plugin.Settings, func(set schema.Setting) bool { return set.Name == a.Name.Name })
				if i < 0 || !isPath(plugin.Settings[i].Type) {
					continue
				}
				for _, t := range a.Value.Tokens {
					if parts := a.Value.Parts; t.Kind == syntax.String && len(parts(t)) == 1 && parts(t)[0].Expr == nil {
						add(a.Value.TokenSpan(t), parts(t)[0].Text)
					}
				}
			}
		case *syntax.Test:
			syntax.Walk(d, func(n syntax.Node) bool {
				if g, ok := n.(*syntax.Given); ok && g.From != nil {
					add(g.From.Span, g.From.Value)
				}
				return true
			})
		}
	}
	return list
}

func isPath(t schema.Type) bool {
	return t.Kind == schema.Path || t.Kind == schema.List && t.Elem != nil && t.Elem.Kind == schema.Path
}

func attributes(b *syntax.Block) (list []*syntax.Attribute) {
	if b == nil {
		return nil
	}
	for _, s := range b.Stmts {
		if a, ok := s.(*syntax.Attribute); ok && a.Value != nil && !a.Value.Bad {
			list = append(list, a)
		}
	}
	return list
}

// Linked are the places of one file that hold the same name and can be typed over together: those of a name that nothing outside of the
// file can see, and that is written down where it is declared.
func Linked(s *Snapshot, offset int) []diag.Span {
	n := s.index()
	p, ok := n.at(s.File.Span.File, offset)
	if !ok || len(p.symbols) != 1 {
		return nil
	}
	sym := p.symbols[0]
	switch sym.Kind {
	case check.SideSymbol, check.KeySymbol, check.ComparisonSymbol, check.AssertSymbol:
	case check.ParamSymbol:
		if !slices.ContainsFunc(s.pathTo(sym.Span), func(n syntax.Node) bool { _, template := n.(*syntax.Template); return template }) {
			return nil
		}
	case check.ModuleSymbol:
		if sym.Span.Start == sym.Span.End {
			return nil
		}
	default:
		return nil
	}
	if _, coined := n.coined[sym.Span]; coined {
		return nil
	}
	var list []diag.Span
	for _, p := range n.all[idOf(sym)] {
		if p.span.File != s.File.Span.File || len(p.symbols) != 1 || p.span.Text() != sym.Name {
			return nil
		}
		list = append(list, p.span)
	}
	return list
}
