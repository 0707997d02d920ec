package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/exec"
	"github.com/recon-lang/recon/engine/internal/view"
	"github.com/recon-lang/recon/engine/mask"
	"github.com/recon-lang/recon/engine/plan"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/engine/state"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// Run runs one rule for one window: it reads, matches, settles and reports. On an error the state is as it was, but for a
// record of the run where the state can be written; the report, if there is one, then says what the trouble was.
func (e *Engine) Run(ctx context.Context, req Request) (*result.Report, error) {
	begun := time.Now()
	started, id := begun, newID(begun)
	var kept *exec.Kept
	if req.Resume != nil {
		var err error
		if kept, err = e.take(&req); err != nil {
			return nil, err
		}
		defer kept.Leave() // it is gone by then if the run has settled
		started, id = kept.Started, kept.Run
	}
	p, err := e.prepare(req)
	if err != nil {
		return nil, err
	}
	p.begun, p.started, p.kept = begun, started, kept
	if kept != nil {
		if err := e.resumable(ctx, p); err != nil {
			return nil, p.discreet(err)
		}
	}
	limit, err := e.timeout(p)
	if err != nil {
		return nil, err
	}
	report := e.newReport(p, id)
	meter := newMeter(p.Rule, e.cfg.Progress, func() []int64 { return e.lastRows(ctx, p.Rule) })
	limited, cancel := context.WithCancel(ctx)
	if limit > 0 {
		limited, cancel = context.WithTimeout(ctx, limit)
	}
	defer cancel()
	err = e.run(limited, p, report, meter)
	meter.asking.Wait()
	report.Run.Seconds = p.seconds()
	var no *refusal
	if errors.As(err, &no) {
		return nil, p.discreet(err)
	}
	if err = p.discreet(err); err == nil {
		return report, nil
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if limited.Err() != nil {
		err = meter.timeout(limit)
	}
	if kept != nil {
		report.Run.ID = newID(begun) // the killed run's own is for one that settles
	}
	text := err.Error()
	report.Run.Verdict, report.Run.Error = "trouble", &text
	return report, errors.Join(err, e.recordTrouble(ctx, p, report))
}

// discreet is err without the secrets among the settings of the run's sources: it is shown, and kept in the state.
func (p *prepared) discreet(err error) error {
	var m mask.Mask
	for _, cfg := range p.configs {
		m.Config(cfg)
	}
	return m.Error(err)
}

func (e *Engine) newReport(p *prepared, id string) *result.Report {
	run := &result.Run{
		Recon: 1, ID: id, At: p.At.In(p.zone), Started: p.started.In(p.zone).Truncate(time.Millisecond), Rule: p.Rule.Name,
		Params: map[string]string{}, Complete: true, Sides: map[string]*result.Side{}, Totals: map[string][]result.Total{},
		Outcomes: result.Tally{
			Mismatch: result.Mismatches{By: map[string]int64{}}, Missing: map[string]int64{}, Duplicate: map[string]int64{},
			Unkeyed: map[string]int64{}, Pending: map[string]int64{}, Breach: map[string]int64{}, Expired: map[string]int64{},
		},
		Gates: []result.Gate{}, Definition: fingerprintText(p.Rule),
	}
	for name, v := range p.params {
		run.Params[name] = v.String()
	}
	for _, side := range p.Rule.Sides {
		run.SideOrder = append(run.SideOrder, side.Name)
		run.Sides[side.Name] = &result.Side{}
	}
	if p.window != nil {
		run.Window = &result.Window{Start: p.window.Start.In(p.zone), End: p.window.End.In(p.zone)}
		if p.covered.Before(p.window.End) {
			covered := p.covered.In(p.zone)
			run.Window.Covered = &covered
		}
	}
	return &result.Report{Run: run, Title: p.Rule.Title, Owner: p.Rule.Owner}
}

func (e *Engine) run(ctx context.Context, p *prepared, report *result.Report, meter *meter) (err error) {
	folder, err := e.spillDir()
	if err == nil {
		err = e.sweep(folder, p)
	}
	if err != nil {
		return err
	}
	dir := column.NewDir(folder)
	defer dir.Close()
	sources, err := e.open(ctx, p, p.Rule, dir)
	if err != nil {
		return err
	}
	defer closeAll(sources)
	pl, err := e.plan(ctx, p, p.Rule, sources)
	if err != nil {
		return err
	}
	report.Run.Strategy = string(pl.Strategy)
	watch, err := e.newWatcher(p)
	if err != nil {
		return err
	}
	env := exec.Env{SpillDir: folder, Progress: meter.note, Matched: watch.matched(), Kept: p.kept, Resumed: e.resumed(p)}
	if env.Header, err = e.header(p, pl, sources, report.Run); err != nil {
		return err
	}
	if p.kept != nil {
		if err := samePlan(&p.kept.Header, env.Header); err != nil {
			return err
		}
	}
	out, err := e.match(ctx, p, pl, sources, env)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			out.Leave()
			return
		}
		out.Close()
	}()
	if c := out.Pruned; c != nil {
		report.Run.Checksum = &result.Checksum{Ranges: c.Ranges, Same: c.Same, Rows: c.Rows, Abandoned: c.Abandoned, Refused: c.Refused}
	}
	if d := out.Pushed; d != nil {
		report.Run.PushDown = &result.PushDown{Matched: d.Matched, Sampled: d.Sampled}
		if d.Refused != "" { // it may be a server's words
			report.Run.PushDown.Refused = p.discreet(errors.New(d.Refused)).Error()
		}
	}
	rows := rowsOf(p.Rule, out, sources)
	closeAll(sources) // everything is read: the memory of their processes is not needed while settling
	read := int64(0)
	for _, r := range out.Read {
		read += r.Rows
	}
	if read == 0 && !p.Rule.AllowEmpty {
		report.Notes = append(report.Notes, "no side read any row, so the run fails; if that may be, write empty = \"allowed\" in the rule")
	}
	if report.Run.Drill, err = e.drill(ctx, p, out, dir, folder, report); err != nil {
		return err
	}
	meter.settling()
	return e.settle(ctx, p, out, rows, report, watch)
}

// rowsOf is how many rows each side has: of totals those that were summed up.
func rowsOf(rule *program.Rule, out *exec.Outcome, sources []sdk.Source) (rows []int64) {
	for i, r := range out.Read {
		n := r.Rows
		if _, ok := sources[i].(*view.Source); ok && rule.Totals {
			n = r.Summed
		}
		rows = append(rows, n)
	}
	return rows
}

// match reads and matches. env lacks the sources and their settings.
func (e *Engine) match(ctx context.Context, p *prepared, pl *plan.Plan, sources []sdk.Source, env exec.Env) (*exec.Outcome, error) {
	configs := make([]schema.Config, len(sources))
	for i, side := range pl.Rule.Sides {
		configs[i] = p.configs[side.Source]
	}
	env.Sources, env.Configs = sources, configs
	return exec.Run(ctx, pl, env)
}

// ledgerParams are the parameters that tell ledgers of a rule apart: dates and instants say when, the others what.
func ledgerParams(p *prepared) []state.Param {
	var params []state.Param
	for _, declared := range p.Rule.Params {
		if k := declared.Type.Kind; k == schema.Date || k == schema.Timestamp {
			continue
		}
		params = append(params, state.Param{Name: declared.Name, Value: p.params[declared.Name].String()})
	}
	return params
}

// recordTrouble keeps a record of a run that did not settle, where there is a state that can be written.
func (e *Engine) recordTrouble(ctx context.Context, p *prepared, report *result.Report) error {
	store, err := state.Open(ctx, e.cfg.StateDir, state.Options{Role: "recon run " + p.Rule.Name})
	if err != nil {
		return nil // there is none yet, or it is held or broken: the trouble itself is what matters
	}
	defer store.Close()
	record, err := marshalRun(report.Run)
	if err != nil {
		return err
	}
	if err := store.PutRun(p.Rule.Name, report.Run.ID, record); err != nil {
		return fmt.Errorf("record the run: %w", err)
	}
	return nil
}
