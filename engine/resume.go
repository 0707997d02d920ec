package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/exec"
	"github.com/recon-lang/recon/engine/plan"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/engine/state"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// Killed is a run that was killed after it had finished a part of its work, and left that for another run to go on with.
type Killed struct {
	Rule    string
	ID      string
	Started time.Time
	At      time.Time         // its instant
	Params  map[string]string // of the rule, as texts
	Held    bool              // it was not killed: its process lives, or another one goes on with it
	path    string
}

// Resumed says what a run need not do again that goes on with a killed one.
type Resumed struct {
	Rule         string
	ID           string
	Started      time.Time // the killed run
	Sides        []string  // that are not read again
	Damaged      []string  // sides that were read, and are read again because what was kept of them is not as it was written
	Parts, Total int       // of the parts of the rows those that are not matched again
}

// keptFor is how long what a killed run left is kept.
const keptFor = 7 * 24 * time.Hour

// Killed is the run of a rule that kept something and was killed last, nil if there is none. It may be under way: see Held. A run of the rule that starts
// afresh removes what one left that is not.
func (e *Engine) Killed(rule *program.Rule) (*Killed, error) {
	folder := e.spillFolder()
	paths, err := column.KeptDirs(folder)
	if err != nil {
		return nil, fmt.Errorf("look for killed runs: %w", err)
	}
	var last *Killed
	for _, path := range paths {
		h, err := exec.KeptHeader(path)
		if err != nil || !e.own(h) || h.Rule != rule.Name {
			continue
		}
		k := &Killed{Rule: h.Rule, ID: h.Run, Started: h.Started, At: h.At, Params: h.Params, Held: !exec.Left(path), path: path}
		if last == nil || last.Held && !k.Held || last.Held == k.Held && k.Started.After(last.Started) {
			last = k
		}
	}
	return last, nil
}

// own reports whether something was kept by a run with this state.
func (e *Engine) own(h exec.Header) bool { return h.State == e.stateFolder() }

func (e *Engine) stateFolder() string {
	if dir, err := filepath.Abs(e.cfg.StateDir); err == nil {
		return dir
	}
	return e.cfg.StateDir
}

// sweep removes what killed runs left: all that is of no use, and what a run of this rule kept if it starts afresh.
func (e *Engine) sweep(folder string, p *prepared) error {
	return exec.SweepDirs(folder, func(h exec.Header) bool {
		replaced := e.own(h) && h.Rule == p.Rule.Name && p.kept == nil
		return !replaced && time.Since(h.Started) < keptFor
	})
}

// refusal is why a run cannot go on with a killed one. What that left is as it was.
type refusal struct{ err *sdk.Error }

func (r *refusal) Error() string { return r.err.Error() }

func (r *refusal) Unwrap() error { return r.err }

func refused(h *exec.Header, why string, args ...any) error {
	return &refusal{&sdk.Error{
		Message: fmt.Sprintf("the run of %s that was killed cannot be resumed: ", h.Started.Format(time.RFC3339)) + fmt.Sprintf(why, args...),
		Hint:    "run it without --resume: it starts afresh, and removes what the killed run had kept",
	}}
}

// take takes what a killed run left, and completes the request by what that run was given.
func (e *Engine) take(req *Request) (*exec.Kept, error) {
	kept, err := exec.OpenKept(req.Resume.path)
	if err != nil {
		return nil, fmt.Errorf("read what the killed run kept: %w", err)
	}
	if kept == nil {
		return nil, fmt.Errorf("another process goes on with the run of %s already", req.Resume.Started.Format(time.RFC3339))
	}
	if err := e.complete(req, &kept.Header); err != nil {
		kept.Leave()
		return nil, err
	}
	return kept, nil
}

func (e *Engine) complete(req *Request, h *exec.Header) error {
	switch {
	case h.Run != req.Resume.ID:
		return fmt.Errorf("another process has changed what the run of %s kept", req.Resume.Started.Format(time.RFC3339))
	case h.Recon != e.cfg.Version:
		return refused(h, "it was one of recon %s, and this is %s", h.Recon, e.cfg.Version)
	case !req.At.IsZero() && !req.At.Equal(h.At):
		return refused(h, "its instant was %s, and not %s", h.At.Format(time.RFC3339Nano), req.At.Format(time.RFC3339Nano))
	}
	req.At = h.At
	given := map[string]string{}
	maps.Copy(given, h.Given)
	maps.Copy(given, req.Params)
	req.Params = given
	return nil
}

// resumable reports, as an error, what is not as it was for the killed run, as far as that is known before a source is opened.
func (e *Engine) resumable(ctx context.Context, p *prepared) error {
	h := &p.kept.Header
	if h.Definition != definitionText(p.Rule) {
		return refused(h, "the rule has changed since")
	}
	if s := e.cfg.Strategy; s != "" && s != h.Strategy {
		return refused(h, "it was one by %s, and not by %s", h.Strategy, s)
	}
	for _, name := range slices.Sorted(maps.Keys(p.params)) {
		if was, now := h.Params[name], p.params[name].String(); was != now {
			return refused(h, "its parameter %s was %s, and not %s", name, was, now)
		}
	}
	return e.settledSince(ctx, p)
}

// settledSince reports, as an error, that the rule has a result that is newer than what the killed run read, or that run's own.
func (e *Engine) settledSince(ctx context.Context, p *prepared) error {
	h := &p.kept.Header
	store, err := state.Open(ctx, e.cfg.StateDir, state.Options{Wait: e.cfg.Wait, Role: "recon run " + p.Rule.Name, Moved: movedNames(e.program.Moved)})
	if errors.Is(err, state.ErrNoState) {
		return nil
	}
	if err != nil {
		return err
	}
	defer store.Close()
	for record, err := range store.Runs(ctx, p.Rule.Name) {
		var run result.Run
		if err == nil {
			err = json.Unmarshal(record.Record, &run)
		}
		if err != nil {
			return fmt.Errorf("look for later runs: %w", err)
		}
		switch {
		case run.Error != nil:
		case run.ID == h.Run:
			return errors.Join(&refusal{&sdk.Error{
				Message: fmt.Sprintf("nothing to resume: the run of %s had settled before it was killed", h.Started.Format(time.RFC3339)),
				Hint:    "recon runs list shows it, recon breaks list what is open",
			}}, p.kept.Remove())
		case run.Started.After(h.Started):
			return refused(h, "run %s of the rule started later and has settled, at %s", run.ID, run.Started.Format(time.RFC3339))
		case run.Started.Add(time.Duration(run.Seconds * float64(time.Second))).Before(h.Started): // so have all that were recorded before it
			return nil
		}
	}
	return nil
}

// definitionText is the digest of all that decides what a report says. What handlers do with it is left to the files as they are when it settles.
func definitionText(r *program.Rule) string {
	text := fmt.Sprintf("%s\n%q %q %t\n", fingerprintText(r), r.Title, r.Owner, r.AllowEmpty)
	for _, g := range r.Gates {
		text += fmt.Sprintf("%t %q\n", g.Fail, g.Text)
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:16])
}

// header says what must be the same for another run to go on with this one; nil if that is not to be: of a rule over one side, of a run that is watched.
func (e *Engine) header(p *prepared, pl *plan.Plan, sources []sdk.Source, run *result.Run) (*exec.Header, error) {
	if p.Rule.OneSided() || e.cfg.Watch != nil || len(p.Values) > 0 {
		return nil, nil
	}
	h := &exec.Header{
		Recon: e.cfg.Version, State: e.stateFolder(), Rule: p.Rule.Name, Run: run.ID, Started: p.started, At: p.At,
		Given: p.Params, Params: map[string]string{}, Definition: definitionText(p.Rule), Strategy: string(pl.Strategy), Sources: map[string]string{},
	}
	for name, v := range p.params {
		h.Params[name] = v.String()
	}
	asked := []any{exec.LayoutOf(p.Rule), pl.Order, pl.Window}
	for i, s := range pl.Sides {
		req := s.Request
		req.Config, req.Rows = nil, 0 // the settings come below, and batches change nothing
		d := sources[i].Describe()
		asked = append(asked, req, d.Name, d.Version)
	}
	var err error
	if h.Plan, err = digest(run.ID, asked); err != nil {
		return nil, err
	}
	settings := map[string][]schema.Config{}
	for src, cfg := range p.configs {
		settings[src.Name] = append(settings[src.Name], cfg)
	}
	for name, list := range settings {
		if h.Sources[name], err = digest(run.ID, list); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// digest is of a value as JSON. Settings have secrets: the salt, which is different for each run, keeps digests from being looked up.
func digest(salt string, v any) (string, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("digest what a run depends on: %w", err)
	}
	sum := sha256.Sum256(append([]byte(salt), text...))
	return hex.EncodeToString(sum[:16]), nil
}

// samePlan reports, as an error, what is not as it was for the killed run, of what is known when the sources are open.
func samePlan(was, now *exec.Header) error {
	var changed []string
	for _, name := range slices.Sorted(maps.Keys(now.Sources)) {
		if was.Sources[name] != now.Sources[name] {
			changed = append(changed, name)
		}
	}
	if len(changed) > 0 {
		return refused(was, "the settings of %s have changed since", strings.Join(changed, ", "))
	}
	if was.Plan != now.Plan {
		return refused(was, "its sources would be asked for something else now, or are other plugins")
	}
	return nil
}

// resumed tells what of the killed run is of use.
func (e *Engine) resumed(p *prepared) func(exec.Resumed) {
	return func(r exec.Resumed) {
		if e.cfg.Resumed != nil {
			h := &p.kept.Header
			e.cfg.Resumed(Resumed{Rule: h.Rule, ID: h.Run, Started: h.Started, Sides: r.Sides, Damaged: r.Damaged, Parts: r.Parts, Total: r.Total})
		}
	}
}
