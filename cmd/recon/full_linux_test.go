package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestDiskFullAtEveryWrite has another program take all the room of the disk, on which the state and the spilled rows are, at a random moment of a run. The run ends by
// the room that it lacks, or as one that had enough; the state verifies and is the one before the run or the one after it, and once there is room, the next run gives what
// an undisturbed one does. RECON_FULL_DISKS says how many times, 12 if it is not set.
func TestDiskFullAtEveryWrite(t *testing.T) {
	t.Parallel()
	times := 12
	if n, err := strconv.Atoi(os.Getenv("RECON_FULL_DISKS")); err == nil {
		times = n
	}
	files := func(c *crashed, second bool) {
		for name, text := range crashFiles(rand.New(rand.NewPCG(7, 7)), 4000, second) {
			c.write(name, text)
		}
	}
	c := newCrashed(t, map[string]string{"rules.recon": crashRules}, "")
	dir := c.path(".recon")
	mount(t, dir, "size=160m", 0)
	files(c, false)
	c.must(exitClean, "run", "--param", "date=2026-11-20", "--at", "2026-11-21T06:00:00+08:00")
	files(c, true)
	state := t.TempDir()
	if err := os.CopyFS(state, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	reset := func() {
		t.Helper()
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.CopyFS(dir, os.DirFS(state)); err != nil {
			t.Fatal(err)
		}
	}

	before := c.opened()
	started := time.Now()
	report := c.must(exitClean, secondDay...).out
	took := time.Since(started)
	after := c.opened()
	again := c.must(exitClean, secondDay...).out

	random := rand.New(rand.NewPCG(11, 11))
	failed, settled, faults := 0, 0, 0
	for range times {
		reset()
		r := c.start(secondDay...)
		pause := time.Duration(random.Int64N(int64(took)))
		if random.IntN(2) == 0 { // while it settles, for which it takes the state's lock
			r.reaches("it settles", func() bool { // for a moment only, which may pass unseen
				held, err := os.Stat(filepath.Join(dir, "lock"))
				return err == nil && held.Size() > 0
			})
			pause /= 20
		}
		select {
		case <-time.After(pause):
		case <-r.done:
		}
		taken := takeRoom(t, dir)
		a := r.wait()
		when := fmt.Sprintf("with a disk full after %v", pause)
		if a.code == exitClean {
			same(t, "report "+when, a.out, report)
		} else if failed++; strings.Contains(a.err, "unexpected fault address") {
			faults++ // the room went while the store wrote its last table into it; nothing but the state being whole can be asked for
		} else {
			if a.wantTrouble(t); !strings.Contains(a.err, "no space left on device") && !strings.Contains(a.err, "the disk is full") {
				t.Errorf("%s: the error does not say so:\n%s", when, a.err)
			}
		}
		if err := os.Remove(taken); err != nil {
			t.Fatal(err)
		}
		c.must(exitClean, "state", "verify")
		next := report
		switch c.opened() {
		case before:
		case after:
			next = again
			settled++
		default:
			t.Errorf("%s: what is open is neither what it was nor what it becomes", when)
		}
		same(t, "report of the next run, after one "+when, c.must(exitClean, secondDay...).out, next)
		same(t, "list of breaks", c.opened(), after)
		c.wantNothingLeft("after a run " + when + " and another")
	}
	t.Logf("%d of %d runs had no room, %d had settled, %d ended by a signal", failed, times, settled, faults)
	if !t.Failed() && times >= 50 && (failed == 0 || failed == times) { // a quarter to a half is usual; of a few, it may be none or all
		t.Error("the disks are not full at the right moments")
	}
	if faults > 3+times/5 { // one in twenty is usual
		t.Errorf("%d of %d full disks ended the process by a signal", faults, times)
	}
}

// takeRoom writes a file that takes all the room in dir.
func takeRoom(t *testing.T, dir string) (name string) {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, "taken"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for size, at := int64(1<<20), int64(0); size >= 4096; {
		if err := unix.Fallocate(int(f.Fd()), 0, at, size); err != nil {
			size /= 2
		} else {
			at += size
		}
	}
	return f.Name()
}
