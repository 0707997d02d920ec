package engine

import (
	"context"
	"encoding/json"

	"github.com/recon-lang/recon/engine/plan"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/engine/state"
)

// past is what the last run of a rule that came to its end tells about the cost of the next, or nil.
func (e *Engine) past(ctx context.Context, p *prepared) *plan.Past {
	run := e.lastRun(ctx, p.Rule.Name, "recon, choosing how to run "+p.Rule.Name)
	if run == nil {
		return nil
	}
	return pastOf(run)
}

// lastRun is the record of the last run of a rule that came to its end, or nil. It waits for nobody: what it is asked for changes nothing but how long a
// run takes, or what is shown meanwhile, so a state that is held by another process, or cannot be read, is left alone here.
func (e *Engine) lastRun(ctx context.Context, rule, role string) *result.Run {
	if e.cfg.StateDir == "" {
		return nil
	}
	store, err := state.Open(ctx, e.cfg.StateDir, state.Options{Role: role, Moved: movedNames(e.program.Moved)})
	if err != nil {
		return nil
	}
	defer store.Close()
	for record, err := range store.Runs(ctx, rule) {
		if err != nil {
			return nil
		}
		var run result.Run
		if json.Unmarshal(record.Record, &run) == nil && run.Error == nil && run.Strategy != "" {
			return &run
		}
	}
	return nil
}

func pastOf(run *result.Run) *plan.Past {
	past := &plan.Past{Strategy: plan.Strategy(run.Strategy), Seconds: run.Seconds}
	for _, s := range run.Sides {
		if s.Read >= past.Rows {
			past.Rows, past.Differ = s.Read, s.Read+s.Carried-s.Matched
		}
	}
	if c := run.Checksum; c != nil {
		past.Ranges, past.Same = c.Ranges, c.Same
		switch {
		case c.Refused != "":
			past.Stopped = "nothing could be added up: " + c.Refused
		case c.Abandoned:
			past.Stopped = "most ranges differed"
		}
	}
	if d := run.PushDown; d != nil && d.Refused != "" {
		past.Stopped = "nothing could be compared there: " + d.Refused
	}
	return past
}
