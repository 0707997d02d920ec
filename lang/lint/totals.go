package lint

import (
	"slices"
	"strings"

	"github.com/recon-lang/recon/lang/program"
)

// totalsOnly finds rules that see sums and no rows: differences that cancel out stay unseen.
func totalsOnly(p *pass) {
	rows := map[*program.Source]bool{} // sources whose rows some rule looks at
	for _, r := range p.Program.Rules {
		if !r.Totals {
			for _, s := range r.Sides {
				origins(s.Source, rows)
			}
		}
	}
	for _, r := range p.Program.Rules {
		if r.Totals && r.Drill == nil {
			mine := map[*program.Source]bool{}
			for _, s := range r.Sides {
				origins(s.Source, mine)
			}
			if !overlap(mine, rows) {
				p.report(r.Span, "this rule compares totals, and no rule looks at the rows behind them: two faults that cancel out stay unseen",
					"add: drill into column, or a rule with a key over the same sources")
			}
			continue
		}
		fails := slices.DeleteFunc(slices.Clone(r.Gates), func(g program.Gate) bool { return !g.Fail })
		if len(fails) == 0 || r.Totals || slices.ContainsFunc(fails, func(g program.Gate) bool { return !onlyNet(g.When) }) {
			continue
		}
		p.report(fails[0].Span, "only the difference of the sums can fail this rule: rows that cancel out fail nothing", "add: fail when mismatch.count > 0, or use absdiff")
	}
}

// onlyNet reports whether a gate sees differences of sums only.
func onlyNet(e *program.Expr) bool {
	only := false
	for e := range metrics(e) {
		if !strings.HasPrefix(e.Name, "diff.") {
			return false
		}
		only = true
	}
	return only
}

// metrics are the metrics in an expression.
func metrics(e *program.Expr) map[*program.Expr]bool {
	found := map[*program.Expr]bool{}
	e.Walk(func(e *program.Expr) bool {
		if e.Op == program.OpMetric {
			found[e] = true
		}
		return true
	})
	return found
}

// origins adds the sources from which the rows of s come.
func origins(s *program.Source, into map[*program.Source]bool) {
	if into[s] {
		return
	}
	into[s] = true
	if s.View != nil {
		for _, part := range s.View.Parts {
			origins(part.Source, into)
		}
	}
}

// overlap reports whether two sets share a source that is no view.
func overlap(a, b map[*program.Source]bool) bool {
	for s := range a {
		if s.View == nil && b[s] {
			return true
		}
	}
	return false
}
