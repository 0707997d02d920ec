package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/engine/state"
	"github.com/recon-lang/recon/lang/program"
)

// Ledger reads what is open, and what was run, from a state folder, and notes what people decide. It holds the
// state until Close.
type Ledger struct {
	store *state.Store
	views viewers
	dir   string
	moved map[string]string
}

// OpenLedger opens the state in dir. role says what for, for the message to others who wait. moved is what the rule files say of
// rules that are called otherwise now: what such a rule left is shown under its new name, also before it is run under that.
func OpenLedger(ctx context.Context, dir string, wait time.Duration, role string, moved []program.Moved) (*Ledger, error) {
	names := movedNames(moved)
	store, err := state.Open(ctx, dir, state.Options{Wait: wait, Role: role, Moved: names})
	if errors.Is(err, state.ErrNoState) {
		return nil, fmt.Errorf("no state in %s: nothing has been run there yet; see --state and --in", dir)
	}
	if err != nil {
		return nil, err
	}
	return &Ledger{store: store, views: viewers{}, dir: dir, moved: names}, nil
}

// movedNames are the names that rules have now, by those that they had.
func movedNames(moved []program.Moved) map[string]string {
	names := map[string]string{}
	for _, m := range moved {
		names[m.From] = m.To
	}
	return names
}

// Close lets go of the state.
func (l *Ledger) Close() error { return l.store.Close() }

// Rules are the rules that the state has something of, sorted.
func (l *Ledger) Rules() []string {
	ledgers, err := l.store.Ledgers()
	if err != nil {
		return nil
	}
	var rules []string
	for _, x := range ledgers {
		rules = append(rules, x.Rule)
	}
	slices.Sort(rules)
	return slices.Compact(rules)
}

// Has reports whether the state has something of a rule.
func (l *Ledger) Has(rule string) bool { return slices.Contains(l.Rules(), rule) }

// Known is the name under which the state has something of a rule: the rule's own, or, where it had another one before, its
// present one. The error says what there is instead.
func (l *Ledger) Known(rule string) (string, error) {
	for _, name := range []string{rule, l.moved[rule]} {
		if name != "" && l.Has(name) {
			return name, nil
		}
	}
	return "", fmt.Errorf("the state in %s has nothing of a rule %q; it has %s", l.dir, rule, strings.Join(l.Rules(), ", "))
}

// Breaks are the open breaks of a rule, or of all rules (""), in no order that a reader would look for.
func (l *Ledger) Breaks(ctx context.Context, rule string) iter.Seq2[*result.Break, error] {
	return func(yield func(*result.Break, error) bool) {
		for b, err := range l.store.Breaks(ctx, rule) {
			if err != nil {
				yield(nil, err)
				return
			}
			shown, err := l.views.breakOf(b)
			if !yield(&shown, err) || err != nil {
				return
			}
		}
	}
}

// Break is the break whose id begins with prefix.
func (l *Ledger) Break(ctx context.Context, prefix string) (*result.Break, error) {
	return l.found(l.store.Break(ctx, strings.ToLower(prefix)))
}

func (l *Ledger) found(b *state.Break, err error) (*result.Break, error) {
	if errors.Is(err, state.ErrNotFound) {
		return nil, errors.New("no break has that id, or several begin with it; see recon breaks list")
	}
	if err != nil {
		return nil, err
	}
	shown, err := l.views.breakOf(b)
	return &shown, err
}

// Find are the breaks of a rule whose key begins with these parts.
func (l *Ledger) Find(ctx context.Context, rule string, parts []string) ([]result.Break, error) {
	rule, err := l.Known(rule)
	if err != nil {
		return nil, err
	}
	width := 0 // parts of the rule's key
	found, err := l.store.BreaksWhere(ctx, rule, func(d *state.Definition, key []byte) (bool, error) {
		v, err := l.views.of(d)
		if err != nil || key == nil {
			return false, err
		}
		width = max(width, len(v.shape.Keys))
		return keyBegins(v.shape, key, parts), nil
	})
	if err != nil {
		return nil, err
	}
	list := make([]result.Break, len(found))
	for i, b := range found {
		if list[i], err = l.views.breakOf(b); err != nil {
			return nil, err
		}
	}
	if err := l.addDrills(list); err != nil {
		return nil, err
	}
	if len(list) == 0 && width > 0 && len(parts) > width {
		return nil, fmt.Errorf("%d parts of a key were given, and the key of rule %s has %d; quote a part that has spaces", len(parts), rule, width)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("nothing is open under key %s of rule %s: its rows matched, or no window that was run has any", strings.Join(parts, ", "), rule)
	}
	result.Sort(list)
	return list, nil
}

// addDrills puts to breaks what the run that saw them last found out about them.
func (l *Ledger) addDrills(list []result.Break) error {
	for i := range list {
		if b := &list[i]; b.Totals && b.LastRun != "" {
			r, err := l.store.Run(b.LastRun)
			if errors.Is(err, state.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			run, err := decodeRun(r)
			if err != nil {
				return err
			}
			addDrills(list[i:i+1], run)
		}
	}
	return nil
}

// keyBegins reports whether the first parts of a canonical key print so.
func keyBegins(shape *column.Shape, key []byte, parts []string) bool {
	if len(shape.Keys) < len(parts) {
		return false
	}
	for i, p := range parts {
		if v := shape.KeyPart(key, i); v.String() != p {
			return false
		}
	}
	return true
}

// Accept notes who explained a break and why.
func (l *Ledger) Accept(ctx context.Context, prefix string, a result.Acceptance) (*result.Break, error) {
	b, err := l.Break(ctx, prefix)
	if err != nil {
		return nil, err
	}
	if b.Pending {
		return nil, errors.New("it is pending: it has not been reported, and may still match by itself")
	}
	return l.found(l.store.Accept(ctx, b.ID, a))
}

// Unaccept takes an acceptance back.
func (l *Ledger) Unaccept(ctx context.Context, prefix string) (*result.Break, error) {
	b, err := l.Break(ctx, prefix)
	if err != nil {
		return nil, err
	}
	return l.found(l.store.Unaccept(ctx, b.ID))
}

// Runs are the recorded runs of a rule, or of all rules (""), the latest first.
func (l *Ledger) Runs(ctx context.Context, rule string) iter.Seq2[*result.Run, error] {
	return func(yield func(*result.Run, error) bool) {
		for r, err := range l.store.Runs(ctx, rule) {
			if err != nil {
				yield(nil, err)
				return
			}
			run, err := decodeRun(r)
			if !yield(run, err) || err != nil {
				return
			}
		}
	}
}

func decodeRun(r state.Run) (*result.Run, error) {
	run := &result.Run{}
	if err := json.Unmarshal(r.Record, run); err != nil {
		return nil, fmt.Errorf("read the record of run %s: %w", r.ID, err)
	}
	return run, nil
}

// Run is the recorded run whose id begins with prefix.
func (l *Ledger) Run(ctx context.Context, prefix string) (*result.Run, error) {
	r, err := l.store.Run(strings.ToUpper(prefix))
	if errors.Is(err, state.ErrNotFound) {
		return nil, errors.New("no run has that id, or several begin with it; see recon runs list")
	}
	if err != nil {
		return nil, err
	}
	return decodeRun(r)
}

// Verify recomputes everything that can be. Its error names the first that does not fit.
func (l *Ledger) Verify(ctx context.Context) (state.Verified, error) { return l.store.Verify(ctx) }
