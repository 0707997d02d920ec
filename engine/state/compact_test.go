package state

import (
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	badger "github.com/dgraph-io/badger/v4"
)

// crowded is a state whose window was settled again and again, each time by a process of its own, so that most of what its
// tables hold was replaced.
func crowded(t *testing.T, times int) (dir, says string) {
	t.Helper()
	dir = t.TempDir()
	for i := range times {
		s := open(t, dir)
		sim := newSimple(t, s)
		sim.runs = i
		var rows []Row
		for j := range 2000 {
			r := keyed(j%2, "A"+string(rune('a'+j%26))+string(rune('a'+j/26)), "some text of a row that takes room", int64(j%10))
			r.Digest[0] = byte(i)
			rows = append(rows, r)
		}
		sim.settle(0, rows...)
		says = picture(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return dir, says
}

func TestCompact(t *testing.T) {
	dir, says := crowded(t, 8)
	s := open(t, dir)
	err := s.db.Update(func(txn *badger.Txn) error {
		return errors.Join(txn.Set(segmentKey('r', 999, 1, 0), make([]byte, 1000)), txn.Set(segmentKey('h', 999, 1, 0), make([]byte, 8)))
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Compact(t.Context(), dir, Options{}); !errors.As(err, new(*HeldError)) {
		t.Errorf("held: %v", err)
	}
	s.Close()
	told := false
	done, err := Compact(t.Context(), dir, Options{Progress: func(string, int64, int64) { told = true }})
	if err != nil || !told {
		t.Fatal(err, told)
	}
	if done.Before.Tables < 8 || done.After.Tables >= done.Before.Tables || done.After.Bytes*3 > done.Before.Bytes || done.Orphans != 1 {
		t.Errorf("%+v", done)
	}
	s = open(t, dir)
	if v, err := s.Verify(t.Context()); err != nil || v.Orphans != 0 {
		t.Errorf("%+v, %v", v, err)
	}
	if picture(t, s) != says {
		t.Error("the state says something else")
	}
	s.Close()
	if _, err := Compact(t.Context(), filepath.Join(dir, "none"), Options{}); !errors.Is(err, ErrNoState) {
		t.Errorf("no state: %v", err)
	}
}

// TestKilledCompacts kills processes that compact, at random: the state stays what it was.
func TestKilledCompacts(t *testing.T) {
	dir, says := crowded(t, 8)
	rnd := rand.New(rand.NewPCG(5, uint64(time.Now().UnixNano())))
	killed := 0
	for range 12 {
		copied := t.TempDir()
		if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "RECON_STATE_CHILD="+copied, "RECON_STATE_COMPACT=1")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(time.Duration(rnd.IntN(60))*time.Millisecond, func() { cmd.Process.Kill() })
		if err := cmd.Wait(); err != nil {
			killed++
		}
		timer.Stop()
		if said(t, copied) != says {
			t.Fatal("the state says something else")
		}
	}
	t.Logf("%d of 12 were killed", killed)
}
