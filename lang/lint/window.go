package lint

import (
	"fmt"

	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/schedule"
	"github.com/recon-lang/recon/sdk/schema"
)

// noSlack finds windows that cut pairs apart at their edges.
func noSlack(p *pass) {
	for _, r := range p.Program.Rules {
		w := r.Window
		if w == nil || w.Slack != nil || r.OneSided() || r.Totals {
			continue
		}
		days := true // all sides are cut by whole days
		for _, s := range r.Sides {
			src := s.Source
			days = days && !src.Windowed && src.Time >= 0 && src.Columns[src.Time].Type.Kind == schema.Date
		}
		if days {
			continue
		}
		hint := "add: slack = 30m, the longest time by which the sides differ"
		if w.Carry == nil {
			hint = "add: slack = 30m and carry = 7d, the longest time by which the sides differ, and how long a partner may take"
		}
		p.report(w.Span, "this window has no slack: of a pair whose rows stand on both sides of an edge each row is reported as missing", hint)
	}
}

const day = 86400e6

// periods are the longest that each period can be, in microseconds.
var periods = map[string]int64{"hour": 3600e6, "day": day, "week": 7 * day, "month": 31 * day}

// shortCarry finds a carry that ends before the partner of a row can come: before the next window starts, or
// within the time by which the rule itself lets the sides differ.
func shortCarry(p *pass) {
	for _, r := range p.Program.Rules {
		w := r.Window
		if w == nil || w.Period == nil { // what it is of could not be read
			continue
		}
		carry, ok := duration(w.Carry)
		if !ok {
			continue
		}
		if _, known := schedule.KindOf(w.Period.Name); known && carry < periods[w.Period.Name] {
			p.report(w.Carry.Span, fmt.Sprintf("carry is shorter than a %s: no row is ever carried to the next window", w.Period.Name),
				map[string]string{"hour": "write carry = 1d", "day": "write carry = 7d", "week": "write carry = 2w", "month": "write carry = 60d"}[w.Period.Name])
			continue
		}
		if slack, ok := duration(w.Slack); ok && carry < slack {
			p.report(w.Carry.Span, fmt.Sprintf("carry is shorter than slack, %s, in which a partner may still come", text(w.Slack.Span)), "carry a row at least as long as it may wait")
			continue
		}
		if lag := lagOf(r); lag != nil && lag.Value.Int > carry {
			p.report(w.Carry.Span, fmt.Sprintf("carry is shorter than %s, by which the times of the sides may differ", text(lag.Span)), "carry a row at least as long as its partner may take")
		}
	}
}

// lagOf is the tolerance of the comparison of the sides' own times: how late one of them may be.
func lagOf(r *program.Rule) *program.Expr {
	for _, c := range r.Compare {
		times := true
		for i, t := range c.Terms {
			times = times && (t == nil || t.Op == program.OpColumn && t.Index == r.Sides[i].Source.Time)
		}
		if times && len(c.Tolerance.Bounds) == 1 {
			if _, ok := duration(c.Tolerance.Bounds[0].Value); ok {
				return c.Tolerance.Bounds[0].Value
			}
		}
	}
	return nil
}
