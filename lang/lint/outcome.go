package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/recon-lang/recon/lang/program"
)

// impossible says why a rule cannot have an outcome, of a side or a comparison if name is not "", or "".
func (p *pass) impossible(r *program.Rule, outcome, name string) string {
	switch outcome {
	case "mismatch":
		if len(r.Compare) == 0 {
			return "the rule compares nothing"
		}
	case "pending":
		switch {
		case r.Window == nil:
			return "without a window no row waits for its partner"
		case r.Window.Slack == nil:
			return "without slack no row waits for its partner"
		}
	case "expired":
		switch {
		case r.Window == nil:
			return "without a window no row waits for its partner"
		case r.Window.Carry == nil:
			return "without carry no row waits for its partner"
		}
	case "missing":
		if i := slices.IndexFunc(r.Sides, func(s program.Side) bool { return s.Name == name }); i >= 0 && p.onlyAround(r, i) {
			return "the rows of the other sides are only looked up by the keys of " + name
		}
	}
	return ""
}

// onlyAround reports whether all sides of a rule but one can only be looked up, by keys of that one.
func (p *pass) onlyAround(r *program.Rule, i int) bool {
	for j, s := range r.Sides {
		if j == i == p.lookedUp(s.Source) {
			return false
		}
	}
	return true
}

// lookedUp reports whether the rows of a source can be looked up and not be read as a whole.
func (p *pass) lookedUp(s *program.Source) bool {
	return false
}

// outcomeNever finds gates and expectations that speak of what cannot be.
func outcomeNever(p *pass) {
	for _, r := range p.Program.Rules {
		for _, g := range r.Gates {
			g.When.Walk(func(e *program.Expr) bool {
				if e.Op != program.OpMetric {
					return true
				}
				parts := strings.Split(e.Name, ".")
				name := ""
				if len(parts) == 3 {
					name = parts[1]
				}
				if why := p.impossible(r, parts[0], name); why != "" {
					p.report(e.Span, fmt.Sprintf("%s is always 0: %s", e.Name, why), "")
				}
				return true
			})
		}
	}
	for _, t := range p.Program.Tests {
		for _, run := range t.Runs {
			for _, x := range run.Expect {
				name := x.Name
				if x.Outcome == "pending" || x.Outcome == "missing" || x.Outcome == "expired" || x.Outcome == "mismatch" {
					if why := p.impossible(t.Rule, x.Outcome, name); why != "" && x.Count != 0 {
						p.report(x.Span, fmt.Sprintf("no key is ever %s: %s", x.Outcome, why), "")
					}
				}
			}
		}
	}
}

// handlerNever finds handlers that nothing ever runs.
func handlerNever(p *pass) {
	for _, r := range p.Program.Rules {
		for _, h := range r.Handlers {
			if why := p.impossible(r, h.Outcome, h.Name); why != "" {
				p.report(h.Span, fmt.Sprintf("this handler never runs: %s", why), "")
				continue
			}
			if h.Where != nil && evaluate(h.Where, absentIn(r, &h)).is(false) {
				hint := ""
				if !evaluate(h.Where, nil).is(false) {
					hint = "here the side that the break speaks of has no row, and its columns are null"
				}
				p.report(h.Where.Span, "this handler never runs: its condition is always false", hint)
			}
		}
	}
}

// absentIn are the sides that have no row in the breaks that a handler sees.
func absentIn(r *program.Rule, h *program.Handler) func(side int) bool {
	return func(side int) bool {
		name := r.Sides[side].Name
		switch h.Outcome {
		case "missing", "expired":
			return h.Name == name
		case "unkeyed":
			return h.Name != "" && h.Name != name
		}
		return false
	}
}
