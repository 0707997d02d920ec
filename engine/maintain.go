package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/recon-lang/recon/engine/state"
)

// StateFolder is a state folder that is looked after: verified, compacted, backed up, restored.
type StateFolder struct {
	Dir  string
	Wait time.Duration // how long to wait while another process holds it
	Role string        // what this process does, for the message to others who wait

	// Progress, if not nil, is told how far what takes long has come, one call at a time and often; total is 0 where it is not known.
	Progress func(what string, done, total int64)
}

func (f StateFolder) options() state.Options {
	return state.Options{Wait: f.Wait, Role: f.Role, Progress: f.Progress}
}

// explain says where to look when there is no state.
func (f StateFolder) explain(err error) error {
	if errors.Is(err, state.ErrNoState) {
		return fmt.Errorf("no state in %s: nothing has been run there yet; see --state and --in", f.Dir)
	}
	return err
}

// DamageError says what in a state does not fit.
type DamageError struct{ Err error }

func (e *DamageError) Error() string { return e.Err.Error() }

func (e *DamageError) Unwrap() error { return e.Err }

// Verify recomputes everything that can be. The error is a *DamageError if something does not fit.
func (f StateFolder) Verify(ctx context.Context) (found state.Verified, size state.Size, err error) {
	store, err := state.Open(ctx, f.Dir, f.options())
	if err != nil {
		return found, size, f.explain(err)
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	size = store.Size()
	found, err = store.Verify(ctx)
	if err != nil && ctx.Err() == nil {
		err = &DamageError{err}
	}
	return found, size, err
}

// Compact gives room back that what was replaced or deleted has taken.
func (f StateFolder) Compact(ctx context.Context) (state.Compacted, error) {
	done, err := state.Compact(ctx, f.Dir, f.options())
	return done, f.explain(err)
}

// Backup verifies the state, and writes a copy of all of it where write says: write is called once, when the state is open, and hands
// the writer to backup. A state that does not fit is not copied.
func (f StateFolder) Backup(ctx context.Context, write func(backup func(io.Writer) error) error) (size state.BackupSize, err error) {
	store, err := state.Open(ctx, f.Dir, f.options())
	if err != nil {
		return size, f.explain(err)
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	err = write(func(w io.Writer) error {
		size, err = store.Backup(ctx, w)
		return err
	})
	return size, err
}

// Restore makes the state of a backup that r gives. A state that is there is replaced only if replace says so.
func (f StateFolder) Restore(ctx context.Context, r io.Reader, replace bool) (state.Verified, error) {
	return state.Restore(ctx, r, f.Dir, replace, f.options())
}
