package check

import (
	"fmt"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
)

// moved checks what rules were called before, in all files: their old names are as unique as the new ones. What has been
// renamed several times follows each of its names to the last.
func (c *checker) moved(modules []*module) {
	steps := map[string]*step{} // by old name
	for _, m := range modules {
		for _, d := range m.tree.Decls {
			if d, ok := d.(*syntax.Moved); ok {
				m.movedFrom(d, steps)
			}
		}
	}
	for _, m := range modules {
		for _, d := range m.tree.Decls {
			if d, ok := d.(*syntax.Moved); ok {
				if s := steps[d.From.String()]; s != nil && s.tree == d {
					c.movedTo(s, steps)
				}
			}
		}
	}
}

// step is one change of a name, in the file that tells it.
type step struct {
	*module
	tree   *syntax.Moved
	circle bool // was reported
}

// movedFrom takes an old name.
func (m *module) movedFrom(d *syntax.Moved, steps map[string]*step) {
	old := d.From.String()
	if len(d.From.Names) > 1 {
		m.report(diag.MovedFrom, d.From.Span, "the old name of a rule has no dots: it is unique among all files", "write moved "+d.From.Last().Name+" to "+d.To.String())
		return
	}
	if at, there := m.ruleSpans[old]; there {
		m.add(diag.Diagnostic{Code: diag.MovedFrom, Span: d.From.Span, Message: fmt.Sprintf("rule %s is still declared, so its state is not that of another", old),
			Hint: "remove this line, or the rule", Related: []diag.Related{{Span: at, Message: "the rule"}}})
		return
	}
	if first := steps[old]; first != nil {
		m.add(diag.Diagnostic{Code: diag.MovedTwice, Span: d.From.Span, Message: fmt.Sprintf("rule %s has moved already", old), Hint: "its state can follow one rule only: remove one of the lines",
			Related: []diag.Related{{Span: first.tree.Span, Message: "the first one"}}})
		return
	}
	steps[old] = &step{module: m, tree: d}
}

// movedTo follows s to the name that the rule has now.
func (c *checker) movedTo(s *step, steps map[string]*step) {
	last := s
	for range len(steps) {
		to := last.tree.To
		next := steps[to.String()]
		if next == nil {
			if r, ok := last.findRule(to); ok {
				c.prog.Moved = append(c.prog.Moved, program.Moved{From: s.tree.From.String(), To: r.Name, Span: s.tree.Span})
			}
			return
		}
		c.use(to.Span, &Symbol{Kind: RuleSymbol, Name: to.String(), Span: next.tree.From.Span})
		if next == s {
			break
		}
		last = next
	}
	if steps[last.tree.To.String()] != s || s.circle {
		return // it leads into a circle, or the circle has been reported
	}
	for next := s; !next.circle; next = steps[next.tree.To.String()] {
		next.circle = true
	}
	c.report(diag.MovedTwice, s.tree.Span, "these names lead round in a circle", "the last new name is that of a rule")
}
