package ruletest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/recon-lang/recon/engine"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
)

// Coverage says which parts of a rule its tests reach.
type Coverage struct {
	Rule  *program.Rule
	Tests int
	Parts []Part // the rule itself, then in the order of the text
}

// Part is a statement of a rule that can come out in several ways, or the rule itself with its outcomes.
type Part struct {
	Span diag.Span
	Kind string // "rule", "comparison", "assert", "unique", "gate" or "handler"
	Ways []Way
}

// Way is one way in which a part can come out.
type Way struct {
	Name    string // "agrees", "fires", "missing bill"
	Reached bool
}

// Reached is how many of all ways of all parts the tests reach.
func (c *Coverage) Reached() (reached, all int) {
	for _, p := range c.Parts {
		for _, w := range p.Ways {
			all++
			if w.Reached {
				reached++
			}
		}
	}
	return reached, all
}

// Cover says for each rule what its tests reach. Rules without tests are among them.
func Cover(rules []*program.Rule, results []*Result) (list []Coverage) {
	for _, r := range rules {
		s := newSeen(r)
		for _, res := range results {
			if res.Test.Rule == r {
				s.tests++
				s.result(res)
			}
		}
		list = append(list, Coverage{Rule: r, Tests: s.tests, Parts: s.parts()})
	}
	return list
}

// seen is what the tests of a rule have shown.
type seen struct {
	rule     *program.Rule
	tests    int
	outcomes map[string]bool    // "missing", "missing bill"
	compared map[string][3]bool // by comparison: agrees, differs, left out
	fired    []bool
	quiet    []bool
	acted    []bool
}

func newSeen(r *program.Rule) *seen {
	return &seen{
		rule: r, outcomes: map[string]bool{}, compared: map[string][3]bool{},
		fired: make([]bool, len(r.Gates)), quiet: make([]bool, len(r.Gates)), acted: make([]bool, len(r.Handlers)),
	}
}

func (s *seen) result(res *Result) {
	for i := range res.Runs {
		run := &res.Runs[i]
		if run.Err != nil {
			continue
		}
		for _, f := range run.found.findings() {
			s.outcomes[f.outcome] = true
			for _, name := range f.names {
				s.outcomes[f.outcome+" "+name] = true
			}
		}
		for i, g := range run.Gates {
			s.fired[i], s.quiet[i] = s.fired[i] || g.Fired, s.quiet[i] || !g.Fired
		}
		for _, e := range run.found.events {
			if e.Kind == engine.Acted {
				s.acted[e.Handler] = true
			}
			for _, c := range e.Compared {
				ways := s.compared[c.Name]
				ways[way(c)] = true
				s.compared[c.Name] = ways
			}
		}
	}
}

// way is the index of the way in which a comparison came out.
func way(c result.Comparison) int {
	switch {
	case c.Skipped:
		return 2
	case c.Agrees:
		return 0
	}
	return 1
}

func (s *seen) parts() (parts []Part) {
	r := s.rule
	for _, c := range r.Compare {
		ways := s.compared[c.Name]
		p := Part{Span: c.Span, Kind: "comparison", Ways: []Way{{"agrees", ways[0]}, {"differs", ways[1]}}}
		if c.Where != nil {
			p.Ways = append(p.Ways, Way{"left out", ways[2]})
		}
		parts = append(parts, p)
	}
	holds := Way{"holds", s.outcomes[result.Matched.String()]}
	for _, u := range r.Unique {
		parts = append(parts, Part{Span: u.Span, Kind: "unique", Ways: []Way{holds, {"is breached", s.outcomes["breach "+u.Name]}}})
	}
	for _, a := range r.Assert {
		parts = append(parts, Part{Span: a.Span, Kind: "assert", Ways: []Way{holds, {"is breached", s.outcomes["breach "+a.Name]}}})
	}
	for i, g := range r.Gates {
		parts = append(parts, Part{Span: g.Span, Kind: "gate", Ways: []Way{{"fires", s.fired[i]}, {"stays quiet", s.quiet[i]}}})
	}
	for i, h := range r.Handlers {
		parts = append(parts, Part{Span: h.Span, Kind: "handler", Ways: []Way{{"acts", s.acted[i]}}})
	}
	slices.SortStableFunc(parts, func(a, b Part) int {
		return cmp.Or(strings.Compare(fileName(a.Span), fileName(b.Span)), cmp.Compare(a.Span.Start, b.Span.Start))
	})
	return append([]Part{{Span: r.Span, Kind: "rule", Ways: s.outcomesOf()}}, parts...)
}

func fileName(s diag.Span) string {
	if s.File == nil {
		return ""
	}
	return s.File.Name
}

// outcomesOf are the outcomes that the rule can have and that no comparison or assertion stands for.
func (s *seen) outcomesOf() (ways []Way) {
	add := func(name string) { ways = append(ways, Way{name, s.outcomes[name]}) }
	add("matched")
	if s.rule.OneSided() {
		return ways
	}
	for _, side := range s.rule.Sides {
		add("missing " + side.Name)
	}
	if !s.rule.Totals {
		add("duplicate")
		add("unkeyed")
	}
	if w := s.rule.Window; w != nil && w.Slack != nil {
		add("pending")
		add("expired")
	}
	return ways
}

// Percent is reached of all in whole percents, rounded down so that 100 means all.
func Percent(reached, all int) int {
	if all == 0 {
		return 100
	}
	return reached * 100 / all
}

func ratio(reached, all int, what string) string {
	return fmt.Sprintf("%d of %d %s (%d%%)", reached, all, what, Percent(reached, all))
}
