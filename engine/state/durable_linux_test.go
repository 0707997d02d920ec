package state

import (
	"testing"

	badger "github.com/dgraph-io/badger/v4"

	"github.com/recon-lang/recon/engine/result"
)

// TestWhatDecidesComesLast looks, at each write that relies on those before, whether they are on the disk, and after each that was promised.
func TestWhatDecidesComesLast(t *testing.T) {
	store := open(t, t.TempDir())
	defer store.Close()
	unwritten := func() int64 { // pages that one process alone has mapped are private to the system's counting
		return mapped(t, store.database(), ".mem", "Private_Dirty") + mapped(t, store.database(), ".mem", "Shared_Dirty")
	}
	waits := map[string]bool{"commit": true, "swept": true, "sweep": true}
	seen := map[string]int{}
	store.fault = func(step string) error {
		seen[step]++
		if dirty := unwritten(); waits[step] && dirty > 0 {
			t.Errorf("before %s, %d bytes of the log are not on the disk", step, dirty)
		}
		return nil
	}
	s := newSimple(t, store)
	s.settle(0, keyed(0, "A1", "1", 3), keyed(0, "A2", "1", 3))
	if err := crashSettle(store, 1); err != nil {
		t.Fatal(err)
	}
	for step := range waits {
		if seen[step] == 0 {
			t.Errorf("the test cannot fail: %s was never reached", step)
		}
	}
	store.fault = nil
	if err := store.db.Update(func(txn *badger.Txn) error { return txn.Set([]byte("test"), []byte("test")) }); err != nil {
		t.Fatal(err)
	}
	if unwritten() == 0 {
		t.Error("the test cannot fail: what is written is on the disk at once")
	}
	if err := store.PutRun("rule", "run", []byte("{}")); err != nil {
		t.Fatal(err)
	}
	if dirty := unwritten(); dirty > 0 {
		t.Errorf("a run was recorded, and %d bytes of the log are not on the disk", dirty)
	}
	for b, err := range store.Breaks(t.Context(), "daily") {
		if err != nil {
			t.Fatal(err)
		}
		if _, err := store.Accept(t.Context(), b.ID, result.Acceptance{Who: "tester", Why: "known"}); err != nil {
			t.Fatal(err)
		}
		break
	}
	if dirty := unwritten(); dirty > 0 {
		t.Errorf("a break was accepted, and %d bytes of the log are not on the disk", dirty)
	}
}
