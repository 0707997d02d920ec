package engine

import (
	"testing"
	"time"

	"github.com/recon-lang/recon/engine/internal/exec"
	"github.com/recon-lang/recon/lang/program"
)

// TestTimeLeft reads for a while, with and without a run before, and matches.
func TestTimeLeft(t *testing.T) {
	rule := &program.Rule{Sides: []program.Side{{Name: "a"}, {Name: "b"}}}
	var now Progress
	before := []int64{1000, 4000}
	m := newMeter(rule, func(p Progress) { now = p }, func() []int64 { return before })
	read := func(side int, rows int64) { m.note(exec.Progress{Phase: exec.Reading, Side: side, Rows: rows}) }
	near := func(what string, want time.Duration) {
		t.Helper()
		if d := now.Left - want; d < -want/10 || d > want/10 {
			t.Errorf("%s: %s left, want %s", what, now.Left, want)
		}
	}
	read(0, 400)
	near("a run that has just begun", 0)
	m.start = m.start.Add(-10 * time.Second)
	read(0, 500)
	m.asking.Wait()
	read(0, 500)
	near("a side that has given nothing", 0)
	read(1, 1000)
	near("the slower side", 30*time.Second)
	read(1, 4000)
	near("the other side", 10*time.Second)
	read(0, 1200)
	near("more rows than the last time", 0)
	m.note(exec.Progress{Phase: exec.Matching, Done: 0, Total: 8})
	m.phase = m.phase.Add(-time.Minute)
	m.note(exec.Progress{Phase: exec.Matching, Done: 2, Total: 8})
	near("six parts of eight", 3*time.Minute)
	m.settling()
	near("settling", 0)

	before = nil
	m = newMeter(rule, func(p Progress) { now = p }, func() []int64 { return before })
	m.start = m.start.Add(-10 * time.Second)
	read(0, 500)
	m.asking.Wait()
	read(1, 500)
	near("no run before", 0)
}
