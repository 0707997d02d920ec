// Package mutate changes checked rules in small ways, one at a time, to see whether their tests notice. It turns a
// rule into mutants of it: an operator, a tolerance, a condition, a part of the key is another one. It
// runs nothing and knows nothing of tests. Its API may change on any day.
package mutate

import (
	"strings"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
)

// Mutant is a rule with one change.
type Mutant struct {
	Rule *program.Rule // a copy; nothing in it is shared with the original but types, places and literals
	// Sources are the copies of the sources and views that the rule reads, by their originals.
	Sources map[*program.Source]*program.Source
	// In is the original of the source or view that was changed, nil if it was the rule itself.
	In   *program.Source
	Part Part
	Span diag.Span // what was changed, in the rule file
	Was  string    // as written
	Now  string    // what stands there now, as it would be written
}

// Part says which part of a rule a mutant changes, and so where a test can notice it.
type Part string

// The parts. Gates and handlers change no outcome: they are noticed where a gate fires or a handler acts that did not
// before, or the other way round.
const (
	Outcome Part = "outcome" // anything that decides the outcome of a key
	Gate    Part = "gate"
	Handler Part = "handler"
)

// Of makes all mutants of r, in the order of its parts. The same rule gives the same mutants.
func Of(r *program.Rule) []Mutant {
	var all []Mutant
	for target := 0; ; target++ {
		c := copyOf(r)
		m := &maker{target: target, part: Outcome}
		m.rule(c.rule)
		for _, s := range c.order {
			m.in = s
			m.source(c.sources[s])
			m.in = nil
		}
		if m.made == nil {
			return all
		}
		m.made.Rule, m.made.Sources = c.rule, c.sources
		all = append(all, *m.made)
	}
}

// maker walks over a copy and makes the change number target.
type maker struct {
	target int
	next   int
	part   Part
	in     *program.Source
	made   *Mutant
}

// try makes a change if it is its turn. change is not called otherwise.
func (m *maker) try(span diag.Span, was, now string, change func()) {
	if m.next == m.target {
		change()
		m.made = &Mutant{In: m.in, Part: m.part, Span: span, Was: was, Now: now}
	}
	m.next++
}

// done reports whether the change was made: the rest of the walk is then of no interest.
func (m *maker) done() bool { return m.made != nil }

// written is the text of a place on one line.
func written(s diag.Span) string {
	if s.File == nil {
		return ""
	}
	return strings.Join(strings.Fields(s.Text()), " ")
}
