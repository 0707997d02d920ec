package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/eval"
	"github.com/recon-lang/recon/engine/internal/exec"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/engine/state"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk"
)

// fingerprint is of all that decides a verdict, and of the order of the comparisons, which decides none: rows are kept, and items
// numbered, in that order, so those of another one must not meet.
func fingerprint(r *program.Rule) [16]byte {
	text := r.Text
	for _, c := range r.Compare {
		text += c.Name + "\n"
	}
	sum := sha256.Sum256([]byte(text))
	return [16]byte(sum[:16])
}

func fingerprintText(r *program.Rule) string {
	f := fingerprint(r)
	return hex.EncodeToString(f[:])
}

// definition is what the state must know of the rule.
func (e *Engine) definition(p *prepared, layout *column.Layout) (state.Definition, error) {
	k, err := keep(p.Rule, layout, e.env(p))
	if err != nil {
		return state.Definition{}, err
	}
	doc, err := k.marshal()
	if err != nil {
		return state.Definition{}, err
	}
	d := state.Definition{
		Rule: p.Rule.Name, Params: ledgerParams(p), Fingerprint: fingerprint(p.Rule), Asserts: exec.Asserts(p.Rule),
		Layout: doc, Pair: p.Rule.Duplicates == program.Pair, Zone: p.zone.String(),
	}
	for _, s := range p.Rule.Sides {
		d.Sides = append(d.Sides, s.Name)
	}
	for _, c := range p.Rule.Compare {
		d.Comparisons = append(d.Comparisons, c.Name)
	}
	w := p.Rule.Window
	if w == nil {
		return d, nil
	}
	env := e.env(p)
	if w.Slack != nil {
		v, err := eval.Scalar(w.Slack, env)
		if err != nil {
			return d, fmt.Errorf("slack of rule %s: %w", p.Rule.Name, err)
		}
		d.Slack = time.Duration(v.Int) * time.Microsecond
	}
	if w.Carry != nil {
		v, err := eval.Scalar(w.Carry, env)
		if err != nil {
			return d, fmt.Errorf("carry of rule %s: %w", p.Rule.Name, err)
		}
		d.Carry = carry(v.Int, w.Carry)
	}
	return d, nil
}

// carry is a duration of micros as the state counts it. What is written in days or weeks is days of the calendar, 23 to 25
// hours; what is written in hours is exact.
func carry(micros int64, written *program.Expr) state.Carry {
	text := written.Span.Text()
	if written.Op == program.OpLiteral && text != "" && !strings.ContainsAny(text[len(text)-1:], "dw") {
		return state.Carry{Time: time.Duration(micros) * time.Microsecond}
	}
	const day = 24 * 3600 * 1e6
	return state.Carry{Days: int(micros / day), Time: time.Duration(micros%day) * time.Microsecond}
}

// settle makes what the run left the state of its window, decides the gates, and records the run; all of it at once, or
// nothing.
func (e *Engine) settle(ctx context.Context, p *prepared, out *exec.Outcome, rows []int64, report *result.Report, watch *watcher) error {
	def, err := e.definition(p, out.Layout)
	if err != nil {
		return err
	}
	judge, err := exec.NewJudge(p.Rule, p.inputs())
	if err != nil {
		return err
	}
	now := time.Now()
	if err := clockHolds(p.started, now); err != nil {
		return err
	}
	store, err := state.Open(ctx, e.cfg.StateDir, state.Options{
		Create: true, Wait: e.cfg.Wait, Role: "recon run " + p.Rule.Name, Moved: movedNames(e.program.Moved),
	})
	if err != nil {
		return err
	}
	defer store.Close()
	window := state.Always
	if p.window != nil {
		window = state.Window{Start: p.window.Start.UnixMicro(), End: p.window.End.UnixMicro(), Covered: p.covered.UnixMicro()}
	}
	t := newTally(p, out, judge, window, e.cfg.Show)
	settling, err := store.Begin(ctx, state.Settlement{
		Definition: def, Window: window, Run: report.Run.ID, Started: p.started, Now: now, Judge: judge.Judge, Wants: t.wants,
	})
	if err != nil {
		return err
	}
	defer settling.Abort()
	t.rows, t.watch = rows, watch
	if t.handlers, err = e.newHandlers(p, t.views, report.Run, settling.Send); err != nil {
		return err
	}
	if t.handlers != nil {
		t.handlers.watch = watch
	}
	t.summary, err = settling.Residual(bounded(out.Rows(), t.views.keyName(&def)), t.group, t.transition)
	if err != nil {
		return err
	}
	if err := t.handlers.finish(report); err != nil {
		return err
	}
	if err := t.all.Conserved(); err != nil {
		return err
	}
	t.fill(report)
	gates, failed, err := e.gates(p, t.metrics())
	if err != nil {
		return err
	}
	report.Run.Gates, report.Run.Verdict = gates, "pass"
	if failed || t.readNothing() && !p.Rule.AllowEmpty {
		report.Run.Verdict = "fail"
	}
	report.Run.Seconds = p.seconds()
	record, err := marshalRun(report.Run)
	if err != nil {
		return err
	}
	if err := settling.Commit(record, nil); err != nil {
		return err
	}
	e.noteOutbox(store)
	// It has settled: an interrupt comes too late to say otherwise.
	err = t.largestOpen(context.WithoutCancel(ctx), store, &def, report)
	addDrills(report.Open, report.Run)
	return err
}

// clockSlack is by how much a clock may be set back while a run is under way: as much as keeping it right takes.
const clockSlack = 2 * time.Second

// clockHolds refuses to settle when the clock was set back since the run started. The order of runs is that of their starts, and another may have
// started since, by the new clock before this one, and settled.
func clockHolds(started, now time.Time) error {
	if started, now = started.Round(0), now.Round(0); now.Before(started.Add(-clockSlack)) { // without the monotonic clock
		return &sdk.Error{
			Message: fmt.Sprintf("the clock was set back while the run was under way: it started at %s, and now it is %s", started.Format(time.RFC3339), now.Format(time.RFC3339)),
			Hint:    "nothing has settled; run it again",
		}
	}
	return nil
}

func marshalRun(run *result.Run) ([]byte, error) {
	record, err := json.Marshal(run)
	if err != nil {
		return nil, fmt.Errorf("record the run: %w", err)
	}
	return record, nil
}

// sided is rows of the state as packed rows.
func sided(rows []state.Row) []column.Sided {
	list := make([]column.Sided, len(rows))
	for i, r := range rows {
		list[i] = column.Sided{Side: r.Side, Row: column.FromValues(r.Values)}
	}
	return list
}
