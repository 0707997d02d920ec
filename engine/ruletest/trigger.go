package ruletest

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/recon-lang/recon/engine"
	"github.com/recon-lang/recon/engine/internal/eval"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/lang/program"
)

// triggered reports whether the changes of a source run the rule, rather than its schedule.
func (r *runner) triggered() bool {
	return r.rule.Trigger != nil && slices.ContainsFunc(r.run.Given, func(g program.Given) bool { return g.Late })
}

// tables are the tables that stand in for sources some time after the run's instant, in microseconds: of each source the last one
// that has come. Before any time, of each source its first one.
func (r *runner) tables(after int64) (list []program.Given) {
	for _, g := range r.run.Given {
		i := slices.IndexFunc(list, func(o program.Given) bool { return o.Source == g.Source })
		switch {
		case i < 0:
			list = append(list, g)
		case g.After <= after:
			list[i] = g
		}
	}
	return list
}

// maxLooks bounds how often a test looks at a key.
const maxLooks = 1000

// looks fires each row of the trigger's source once, at the run's instant and without sampling, and looks at its keys as the trigger
// says: after its delay, and again those that do not agree. What a key was found to be at its last look is its outcome. Keys
// that did not fire are not looked at, and no gate is evaluated.
func (r *runner) looks(ctx context.Context, out *Run) error {
	t := r.rule.Trigger
	delay, err := r.number(t.Delay, 0)
	if err != nil {
		return err
	}
	every, err := r.number(t.Every, 0)
	if err != nil {
		return err
	}
	again, err := r.number(t.Retry, 0)
	if err != nil {
		return err
	}
	if again >= maxLooks {
		return fmt.Errorf("the trigger of rule %s looks %d times again; a test looks at most %d times", r.rule.Name, again, maxLooks)
	}
	fired, settled := map[string]bool{}, map[string]bool{}
	side := r.rule.Sides[t.Side].Name
	for look := int64(0); ; look++ {
		now := delay + look*every
		seen := Run{found: found{rule: r.rule}}
		dir, err := os.MkdirTemp(r.dir, "look-")
		if err != nil {
			return fmt.Errorf("make a folder for the state of a test: %w", err)
		}
		if err := r.once(ctx, out.At.Add(time.Duration(now)*time.Microsecond), r.tables(now), dir, &seen); err != nil {
			return err
		}
		if look == 0 {
			for _, e := range seen.found.events {
				if slices.ContainsFunc(e.Break.Rows, func(row result.Row) bool { return row.Side == side }) {
					fired[sortKeyOf(e)] = true
				}
			}
		}
		last, open := look == again, false
		for _, e := range seen.found.events {
			key := sortKeyOf(e)
			if !fired[key] || settled[key] {
				continue
			}
			if last || e.Kind == engine.Met && e.Outcome == result.Matched {
				out.found.events = append(out.found.events, e)
				if e.Kind == engine.Met && e.Outcome == result.Matched {
					settled[key] = true
				}
				continue
			}
			open = true
		}
		if !open {
			return nil
		}
	}
}

// sortKeyOf tells keys apart; a row without a key is told by its values.
func sortKeyOf(e *engine.Event) string {
	if !keyed(e) {
		return sortKey(e)
	}
	only := *e
	only.Break.Rows = nil
	return sortKey(&only)
}

// number is the value of a part of a trigger, or what it is without one.
func (r *runner) number(e *program.Expr, absent int64) (int64, error) {
	if e == nil {
		return absent, nil
	}
	v, err := eval.Scalar(e, eval.Env{Now: r.run.At.Time(), Zone: r.zone})
	if err != nil {
		return 0, fmt.Errorf("trigger of rule %s: %w", r.rule.Name, err)
	}
	return v.Int, nil
}
