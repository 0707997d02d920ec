package sdktest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/recon-lang/recon/sdk/batch"
)

const (
	// stopTime is how long a read may take to end. A second is promised; tests run on machines that are
	// busy.
	stopTime = 2 * time.Second
	// stopTries is how many reads may be late before the source is: a very busy machine delays one.
	stopTries = 3
	// settleTime is how long goroutines and files may take to be gone after a read.
	settleTime = 15 * time.Second
)

// quickest is the shortest time of some tries to end a read, of which one that is in time is enough.
func quickest(t *testing.T, try func() time.Duration) time.Duration {
	took := try()
	for tries := 1; took > stopTime && tries < stopTries && !t.Failed(); tries++ {
		took = min(took, try())
	}
	return took
}

// testStop ends reads in three ways: before they begin, by an error of emit, by the end of the
// context.
func (s *subject) testStop(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.read(ctx, s.req); !errors.Is(err, context.Canceled) {
		t.Errorf("a read whose context has ended returned %v", err)
	}
	if len(s.want) == 0 {
		return
	}
	req := s.req
	req.Rows = 1
	took := quickest(t, func() time.Duration {
		enough, calls, start := errors.New("enough"), 0, time.Now()
		err := s.src.Read(t.Context(), req, func(*batch.Batch) error { calls++; return enough })
		if err != enough || calls != 1 {
			t.Errorf("emit was called %d times and Read returned %v, want one call and its own error", calls, err)
		}
		return time.Since(start)
	})
	if took > stopTime {
		t.Errorf("a read took %s to end after an error of emit", took)
	}
	took = quickest(t, func() time.Duration {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		rows, start := 0, time.Now()
		err := s.src.Read(ctx, req, func(b *batch.Batch) error {
			if rows += b.Rows; rows == b.Rows {
				start = time.Now()
				cancel()
			}
			return nil
		})
		if !errors.Is(err, context.Canceled) && (err != nil || rows < len(s.want)) {
			t.Errorf("a read whose context has ended returned %v after %d of %d rows", err, rows, len(s.want))
		}
		return time.Since(start)
	})
	if took > stopTime {
		t.Errorf("a read took %s to end after its context", took)
	}
}

// leftover counts what a read may leave behind.
type leftover struct {
	goroutines int
	files      int
}

func leftovers() leftover { return leftover{runtime.NumGoroutine(), openFiles()} }

// openFiles is the number of open files and sockets, or 0 where the system does not tell.
func openFiles() int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(entries)
}

// check waits for things to settle down to what they were.
func (l leftover) check(t *testing.T) {
	t.Helper()
	deadline := time.Now().Add(settleTime)
	var now leftover
	for now = leftovers(); now.goroutines > l.goroutines || now.files > l.files; now = leftovers() {
		if time.Now().After(deadline) {
			t.Error(l.complaint(now))
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func (l leftover) complaint(now leftover) string {
	if now.files > l.files {
		return fmt.Sprintf("%d files or sockets are left open", now.files-l.files)
	}
	stacks := make([]byte, 64<<10)
	stacks = stacks[:runtime.Stack(stacks, true)]
	return fmt.Sprintf("%d goroutines are left:\n%s", now.goroutines-l.goroutines, stacks)
}
