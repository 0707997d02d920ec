package feature

import (
	"slices"

	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
)

// Call is a declaration that another one reads or runs, and the places in the text that say so.
type Call struct {
	Symbol
	Places []diag.Span
}

// CallAt is the source, view, action, template, rule or test that is named at an offset, or whose declaration stands there.
func CallAt(s *Snapshot, offset int) (Symbol, bool) {
	if p, ok := s.index().at(s.File.Span.File, offset); ok {
		for _, sym := range p.symbols {
			if found, ok := s.callee(sym.Span); ok && found.At == sym.Span {
				return found, true
			}
		}
	}
	for _, d := range s.File.Decls {
		if at := d.At(); at.Start <= offset && offset <= at.End {
			if found, ok := declared(d); ok && reads(found.Kind) {
				return found, true
			}
		}
	}
	return Symbol{}, false
}

func reads(kind check.SymbolKind) bool {
	switch kind {
	case check.SourceSymbol, check.ViewSymbol, check.ActionSymbol, check.TemplateSymbol, check.RuleSymbol, TestSymbol:
		return true
	}
	return false
}

// callee is the declaration that holds a place.
func (s *Snapshot) callee(at diag.Span) (Symbol, bool) {
	for _, node := range s.pathTo(at) {
		if d, ok := node.(syntax.Decl); ok {
			found, ok := declared(d)
			return found, ok && reads(found.Kind)
		}
	}
	return Symbol{}, false
}

// Outgoing is what a declaration reads or runs: a rule its sides and actions, a view its sources, a test its rule and what it puts a table
// in the place of.
func Outgoing(s *Snapshot, of Symbol) []Call {
	var list []Call
	for _, f := range s.Unit.Files {
		for _, d := range f.Decls {
			if found, ok := declared(d); ok && found.At == of.At {
				for _, ref := range named(d) {
					list = s.addCall(list, ref)
				}
			}
		}
	}
	return list
}

// addCall adds what a reference names.
func (s *Snapshot) addCall(list []Call, ref *syntax.Ref) []Call {
	for _, p := range s.index().within(ref.Last().Span) {
		for _, sym := range p.symbols {
			if sym.Kind == check.SideSymbol { // a side stands for its source
				list = s.addSide(list, sym, ref)
				continue
			}
			if to, ok := s.callee(sym.Span); ok && to.At == sym.Span {
				list = gather(list, to, ref.Span)
			}
		}
	}
	return list
}

func (s *Snapshot) addSide(list []Call, side *check.Symbol, at *syntax.Ref) []Call {
	for _, node := range s.pathTo(side.Span) {
		if d, ok := node.(*syntax.Side); ok {
			for _, p := range s.index().within(d.Ref.Last().Span) {
				if to, ok := s.callee(p.symbols[0].Span); ok {
					list = gather(list, to, at.Span)
				}
			}
		}
	}
	return list
}

func gather(list []Call, to Symbol, at diag.Span) []Call {
	i := slices.IndexFunc(list, func(c Call) bool { return c.At == to.At })
	if i < 0 {
		return append(list, Call{to, []diag.Span{at}})
	}
	list[i].Places = append(list[i].Places, at)
	return list
}

// Incoming are the declarations that read or run one.
func Incoming(s *Snapshot, of Symbol) []Call {
	var list []Call
	for _, f := range s.Unit.Files {
		for _, d := range f.Decls {
			from, ok := declared(d)
			if !ok || !reads(from.Kind) {
				continue
			}
			for _, ref := range named(d) {
				for _, to := range s.addCall(nil, ref) {
					if to.At == of.At {
						list = gather(list, from, ref.Span)
					}
				}
			}
		}
	}
	return list
}

// named are the references in a declaration.
func named(d syntax.Decl) (refs []*syntax.Ref) {
	if _, moved := d.(*syntax.Moved); moved {
		return nil
	}
	syntax.Walk(d, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Trigger:
			return false // it names a side again
		case *syntax.Expr:
			return false
		case *syntax.Ref:
			refs = append(refs, n)
		}
		return true
	})
	return refs
}
