package state

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/recon-lang/recon/engine/internal/filelock"
)

// lock is the file that says who uses a state folder. The operating system lets go of it when its process dies,
// so it needs no guessing whether a process is alive. The file is never removed: a process that waits has it open.
type lock struct{ file *os.File }

// lockRetry is how often a waiting process tries again.
const lockRetry = 20 * time.Millisecond

// takeLock takes the lock, or says in a *HeldError who has it.
func takeLock(ctx context.Context, path string, o Options) (*lock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	deadline := time.Now().Add(o.Wait)
	for {
		ok, err := filelock.Try(f)
		if err != nil {
			f.Close()
			return nil, &os.PathError{Op: "lock", Path: path, Err: err}
		}
		if ok {
			break
		}
		left := time.Until(deadline)
		if left <= 0 {
			held := &HeldError{}
			if b, err := os.ReadFile(path); err == nil {
				_ = json.Unmarshal(b, held) // its holder may be writing it just now
			}
			f.Close()
			return nil, held
		}
		select {
		case <-ctx.Done():
			f.Close()
			return nil, ctx.Err()
		case <-time.After(min(left, lockRetry)):
		}
	}
	l := &lock{f}
	b, _ := json.Marshal(HeldError{Pid: os.Getpid(), Role: o.Role, Since: time.Now()})
	if err := l.write(b); err != nil {
		l.release()
		return nil, err
	}
	return l, nil
}

func (l *lock) write(b []byte) error {
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	_, err := l.file.WriteAt(b, 0)
	return err
}

func (l *lock) release() error {
	_ = l.file.Truncate(0) // the lock counts, not what is written
	return l.file.Close()
}

// LockDelivery keeps other processes from sending the messages of the state in dir at the same time, which would send some twice
// and out of order. It does not hold the state itself: sending can take long. The error is a *HeldError if somebody else
// sends.
func LockDelivery(ctx context.Context, dir string, o Options) (release func() error, err error) {
	l, err := takeLock(ctx, filepath.Join(dir, "delivery.lock"), o)
	if err != nil {
		return nil, fmt.Errorf("send the messages of state %s: %w", dir, err)
	}
	return l.release, nil
}
