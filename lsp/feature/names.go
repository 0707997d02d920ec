package feature

import (
	"cmp"
	"slices"
	"strings"

	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
)

// place is a name in the text, and what it means.
type place struct {
	span    diag.Span
	symbols []*check.Symbol // several where a single term names a column of each side
	def     bool
}

// identity is what makes two symbols one: columns of views are copies of those of their sources.
type identity struct {
	kind check.SymbolKind
	name string
	span diag.Span
}

func idOf(s *check.Symbol) identity { return identity{s.Kind, s.Name, s.Span} }

// names are all names of a project.
type names struct {
	places map[*diag.File][]place // by start; none overlap
	all    map[identity][]place   // in the order of the files' names and the text
	coined map[diag.Span]coined   // the declarations of names that are not written down
}

// coined is a name that a statement has without saying so: key a.id = b.no is called id. at is where "as NAME" is written, of is what
// gives the name.
type coined struct {
	of     diag.Span
	at     diag.Span
	symbol *check.Symbol // nil if nothing can name it
}

// index is worked out once.
func (p *Project) index() *names {
	p.indexed.Do(func() {
		n := &names{places: map[*diag.File][]place{}, all: map[identity][]place{}, coined: map[diag.Span]coined{}}
		for _, f := range p.Unit.Files {
			n.coin(f)
		}
		info := p.Unit.Info
		for at, s := range info.Defs {
			if c, ok := n.coined[at]; ok {
				c.symbol = s
				n.coined[at] = c
				n.all[idOf(s)] = append(n.all[idOf(s)], place{c.of, []*check.Symbol{s}, true})
				continue
			}
			n.add(place{at, []*check.Symbol{s}, true})
		}
		for at, s := range info.Uses {
			n.add(place{at, append([]*check.Symbol{s}, info.More[at]...), false})
		}
		for at, s := range info.InTests {
			n.add(place{at, []*check.Symbol{s}, false})
		}
		for _, list := range n.places {
			slices.SortFunc(list, byPlace)
		}
		for _, list := range n.all {
			slices.SortFunc(list, byPlace)
		}
		p.names = n
	})
	return p.names
}

func byPlace(a, b place) int {
	return cmp.Or(strings.Compare(a.span.File.Name, b.span.File.Name), cmp.Compare(a.span.Start, b.span.Start), cmp.Compare(a.span.End, b.span.End))
}

func (n *names) add(p place) {
	n.places[p.span.File] = append(n.places[p.span.File], p)
	for _, s := range p.symbols {
		n.all[idOf(s)] = append(n.all[idOf(s)], p)
	}
}

// coin finds the names that are not written down.
func (n *names) coin(f *syntax.File) {
	add := func(of diag.Span, as *syntax.Ident, end int) {
		if as == nil && of.File != nil {
			n.coined[of] = coined{of: of, at: diag.Span{File: of.File, Start: end, End: end}}
		}
	}
	from := func(e *syntax.Expr, as *syntax.Ident, end int) {
		add(e.Span, as, end)
		if c, ok := n.coined[e.Span]; ok && len(e.Tokens) > 0 && e.Tokens[len(e.Tokens)-1].Kind == syntax.Name {
			c.of = e.TokenSpan(e.Tokens[len(e.Tokens)-1])
			n.coined[e.Span] = c
		}
	}
	named := func(list []*syntax.Named) {
		for _, by := range list {
			from(by.Expr, by.As, by.Expr.Span.End)
		}
	}
	syntax.Walk(f, func(node syntax.Node) bool {
		switch s := node.(type) {
		case *syntax.Import:
			add(s.Path.Span, s.As, s.Path.Span.End)
		case *syntax.Key:
			from(s.Equation.Terms[0], s.As, s.Span.End)
		case *syntax.Total:
			from(s.Equation.Terms[0], s.As, s.Span.End)
		case *syntax.Compare:
			from(s.Equation.Terms[0], s.As, s.Span.End)
		case *syntax.Assert:
			add(s.Cond.Span, s.As, s.Span.End)
		case *syntax.Group:
			named(s.By)
		case *syntax.Unique:
			named(s.By)
		case *syntax.Drill:
			named(s.Into)
		case *syntax.Expr:
			return false
		}
		return true
	})
}

// at is the name at an offset of a file, or just before it.
func (n *names) at(f *diag.File, offset int) (place, bool) {
	list := n.places[f]
	i, _ := slices.BinarySearchFunc(list, offset, func(p place, offset int) int { return cmp.Compare(p.span.Start, offset+1) })
	for i--; i >= 0 && list[i].span.End >= offset; i-- {
		if p := list[i]; p.span.Start < p.span.End {
			return p, true
		}
	}
	return place{}, false
}

// declared is where a symbol gets its name.
func (n *names) declared(s *check.Symbol) diag.Span {
	if c, ok := n.coined[s.Span]; ok && c.symbol != nil && idOf(c.symbol) == idOf(s) {
		return c.of
	}
	return s.Span
}

// within are the names between two places of a file.
func (n *names) within(s diag.Span) []place {
	list := n.places[s.File]
	low, _ := slices.BinarySearchFunc(list, s.Start, func(p place, at int) int { return cmp.Compare(p.span.Start, at) })
	high := low
	for high < len(list) && list[high].span.Start < s.End {
		high++
	}
	return list[low:high]
}
