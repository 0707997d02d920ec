package lint

import (
	"fmt"
	"strings"

	"github.com/recon-lang/recon/lang/program"
)

// impossible says why a rule cannot have an outcome, or "".
func (p *pass) impossible(r *program.Rule, outcome string) string {
	switch outcome {
	case "mismatch":
		if len(r.Compare) == 0 && !p.Diags.HasErrors() { // a comparison may not have been understood
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
	case "duplicate":
		if r.Totals {
			return "a side has one total for each group"
		}
	}
	return ""
}

// outcomeNever finds gates and expectations that speak of what cannot be.
func outcomeNever(p *pass) {
	for _, r := range p.Program.Rules {
		for _, g := range r.Gates {
			g.When.Walk(func(e *program.Expr) bool {
				if e.Op != program.OpMetric {
					return true
				}
				outcome, _, _ := strings.Cut(e.Name, ".")
				if why := p.impossible(r, outcome); why != "" {
					p.report(e.Span, fmt.Sprintf("%s is always 0: %s", e.Name, why), "")
				}
				return true
			})
		}
	}
	for _, t := range p.Program.Tests {
		for _, run := range t.Runs {
			for _, x := range run.Expect {
				if why := p.impossible(t.Rule, x.Outcome); why != "" && x.Count != 0 {
					p.report(x.Span, fmt.Sprintf("no key is ever %s: %s", x.Outcome, why), "")
				}
			}
		}
	}
}

// handlerNever finds handlers that nothing ever runs.
func handlerNever(p *pass) {
	for _, r := range p.Program.Rules {
		for _, h := range r.Handlers {
			if why := p.impossible(r, h.Outcome); why != "" {
				p.report(h.Span, fmt.Sprintf("this handler never runs: %s", why), "")
				continue
			}
			if h.Where != nil && (&evaluator{absent: absentIn(r, &h)}).evaluate(h.Where).is(false) {
				hint := ""
				if !(&evaluator{}).evaluate(h.Where).is(false) {
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
