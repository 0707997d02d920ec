package check

import (
	"fmt"
	"slices"

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
	tree  *syntax.Moved
	order int // among all steps
	state progress
	rule  *ruleDecl // where it leads to, once that is known; nil if nowhere
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
	steps[old] = &step{module: m, tree: d, order: len(steps)}
}

// movedTo follows s to the name that the rule has now. Nobody follows twice where another has been.
func (c *checker) movedTo(s *step, steps map[string]*step) {
	next := steps[s.tree.To.String()]
	if next != nil {
		c.use(s.tree.To.Span, &Symbol{Kind: RuleSymbol, Name: s.tree.To.String(), Span: next.tree.From.Span})
	}
	var way []*step
	last := s
	for last.state == fresh {
		last.state = underway
		way = append(way, last)
		if next = steps[last.tree.To.String()]; next == nil {
			last.rule, _ = last.findRule(last.tree.To)
			break
		}
		last = next
	}
	if next != nil && last.state == underway {
		circle := way[slices.Index(way, last):]
		first := slices.MinFunc(circle, func(a, b *step) int { return a.order - b.order })
		c.report(diag.MovedTwice, first.tree.Span, "these names lead round in a circle", "the last new name is that of a rule")
	}
	for _, w := range way {
		w.state, w.rule = done, last.rule
	}
	if s.rule != nil {
		c.prog.Moved = append(c.prog.Moved, program.Moved{From: s.tree.From.String(), To: s.rule.Name, Span: s.tree.Span})
	}
}
