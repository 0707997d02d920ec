package feature

import (
	"slices"

	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
)

// Reference is a place that names something. Declared says that the thing gets its name there.
type Reference struct {
	Span     diag.Span
	Declared bool
}

// Definition is where the thing at an offset is declared: in several places if the name stands for a column of each side. from is
// the name that was asked about. A function or a plugin is declared nowhere.
func Definition(s *Snapshot, offset int) (from diag.Span, to []diag.Span) {
	n := s.index()
	p, ok := n.at(s.File.Span.File, offset)
	if !ok {
		return diag.Span{}, nil
	}
	for _, sym := range p.symbols {
		if at := n.declared(sym); at.File != nil && !slices.Contains(to, at) {
			to = append(to, at)
		}
	}
	slices.SortFunc(to, bySpan)
	return p.span, to
}

func bySpan(a, b diag.Span) int { return byPlace(place{span: a}, place{span: b}) }

// TypeDefinition is what the thing at an offset is made from: the source of a side or a column, the sources of a rule or view, the
// columns of a key or comparison.
func TypeDefinition(s *Snapshot, offset int) (to []diag.Span) {
	n := s.index()
	p, ok := n.at(s.File.Span.File, offset)
	if !ok {
		return nil
	}
	add := func(at diag.Span) {
		if at.File != nil && !slices.Contains(to, at) {
			to = append(to, at)
		}
	}
	rows := func(ref *syntax.Ref) {
		for _, p := range n.within(ref.Last().Span) {
			for _, sym := range p.symbols {
				add(sym.Span)
			}
		}
	}
	for _, sym := range p.symbols {
		for _, node := range s.pathTo(sym.Span) {
			switch d := node.(type) {
			case *syntax.Side:
				if sym.Kind == check.SideSymbol {
					rows(d.Ref)
				}
			case *syntax.Join:
				if sym.Kind == check.SideSymbol {
					rows(d.Ref)
				}
			case *syntax.Source:
				if sym.Kind == check.ColumnSymbol {
					add(d.Name.Span)
				}
			case *syntax.View:
				if sym.Kind == check.ColumnSymbol {
					add(d.Name.Span)
				}
				for _, ref := range d.From {
					if sym.Kind == check.ViewSymbol {
						rows(ref)
					}
				}
			case *syntax.Rule:
				for _, side := range d.Sides {
					if sym.Kind == check.RuleSymbol {
						rows(side.Ref)
					}
				}
			case *syntax.Key, *syntax.Compare, *syntax.Total, *syntax.Assert, *syntax.Unique:
				for _, p := range n.within(node.At()) {
					for _, column := range p.symbols {
						if column.Kind == check.ColumnSymbol {
							add(column.Span)
						}
					}
				}
			}
		}
	}
	return to
}

// pathTo are the nodes that hold a place of any file of the project, outermost first.
func (s *Snapshot) pathTo(at diag.Span) []syntax.Node {
	for _, f := range s.Unit.Files {
		if f.Span.File == at.File {
			return syntax.Path(f, at.Start)
		}
	}
	return nil
}

// References are all places that name the thing at an offset, in all files of the project. Where a name is not written down
// but follows from another, as that of a key, its declaration is that other name.
func References(s *Snapshot, offset int) []Reference {
	n := s.index()
	p, ok := n.at(s.File.Span.File, offset)
	if !ok {
		return nil
	}
	var list []Reference
	for _, sym := range p.symbols {
		for _, p := range n.all[idOf(sym)] {
			r := Reference{p.span, p.def}
			if i := slices.IndexFunc(list, func(o Reference) bool { return o.Span == r.Span }); i < 0 {
				list = append(list, r)
			} else {
				list[i].Declared = list[i].Declared || r.Declared
			}
		}
	}
	slices.SortFunc(list, func(a, b Reference) int { return bySpan(a.Span, b.Span) })
	return list
}

// Highlights are the references in the file that is asked about.
func Highlights(s *Snapshot, offset int) []Reference {
	return slices.DeleteFunc(References(s, offset), func(r Reference) bool { return r.Span.File != s.File.Span.File })
}
