package state

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	badger "github.com/dgraph-io/badger/v4"
	"github.com/recon-lang/recon/engine/result"
)

// under lists the names that ledgers stand under, with their parameters.
func under(t *testing.T, s *Store) string {
	t.Helper()
	var names []string
	err := s.db.View(func(txn *badger.Txn) error {
		all, err := loadLedgers(txn, "")
		for _, l := range all {
			names = append(names, strings.TrimSuffix(fmt.Sprintf("%s %v", l.stored, l.Params), " []"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// keysOf are the keys of what is open of a rule.
func keysOf(t *testing.T, s *Store, rule string) string {
	t.Helper()
	var keys []string
	for b, err := range s.Breaks(t.Context(), rule) {
		if err != nil {
			t.Fatal(err)
		}
		if b.Rule != rule {
			t.Errorf("a break of %s among those of %s", b.Rule, rule)
		}
		keys = append(keys, string(b.Key))
	}
	slices.Sort(keys)
	return strings.Join(keys, " ")
}

func runsOf(t *testing.T, s *Store, rule string) string {
	t.Helper()
	var ids []string
	for r, err := range s.Runs(t.Context(), rule) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, r.ID)
	}
	return strings.Join(ids, " ")
}

func verified(t *testing.T, s *Store) {
	t.Helper()
	if _, err := s.Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestMovedLedger renames a rule twice, b after a and c after b: what is open, accepted and recorded is that of the new name before the
// next settling and after it, and nothing is told twice.
func TestMovedLedger(t *testing.T) {
	store := open(t, t.TempDir())
	defer store.Close()
	s := newSimple(t, store)
	s.def.Rule = "a"
	told, _ := s.settle(0, keyed(0, "A1", "1", 9), keyed(0, "B1", "2", 3), keyed(0, "C1", "3", 3)) // A1 is pending
	if len(told) != 2 {
		t.Fatalf("day one: %+v", told)
	}
	id := told[0].Break.ID
	if _, err := store.Accept(t.Context(), told[1].Break.ID, result.Acceptance{Who: "ann", Why: "known"}); err != nil {
		t.Fatal(err)
	}
	if err := store.PutRun("a", "trouble1", recordOf("trouble1", "a")); err != nil {
		t.Fatal(err)
	}

	store.moved = map[string]string{"a": "b"}
	if b, err := store.Break(t.Context(), id); err != nil || b.Rule != "b" || b.FirstRun != "runB" {
		t.Fatalf("before the settling: %+v, %v", b, err)
	}
	if got := keysOf(t, store, "b") + "|" + keysOf(t, store, "a") + "|" + runsOf(t, store, "b"); got != "A1 B1 C1||trouble1 runB" {
		t.Errorf("before the settling: %s", got)
	}
	if got := under(t, store); got != "a" {
		t.Errorf("looking has moved the ledger: %s", got)
	}

	s.def.Rule = "b"
	told, sum := s.settle(10, keyed(1, "A1", "1", 10), keyed(0, "D1", "4", 15))
	if len(told) != 1 || !told[0].New || string(told[0].Break.Key) != "D1" || told[0].Break.Rule != "b" || sum.Accepted != 1 || sum.Open != 2 {
		t.Fatalf("day two under the new name: %+v, %+v", told, sum)
	}
	if got := under(t, store) + "|" + runsOf(t, store, "b"); got != "b|runC trouble1 runB" {
		t.Errorf("after the settling: %s", got)
	}
	verified(t, store)

	store.moved = map[string]string{"a": "c", "b": "c"} // as the checker follows a to b, and b to c
	s.def.Rule = "c"
	told, sum = s.settle(10, keyed(1, "A1", "1", 10), keyed(1, "B1", "2", 15), keyed(1, "C1", "3", 15), keyed(0, "D1", "4", 15))
	if len(told) != 1 || !told[0].Cleared || told[0].Break.Rule != "c" || sum.Open != 1 || sum.Accepted != 0 {
		t.Fatalf("day two again under the third name: %+v, %+v", told, sum)
	}
	told, _ = s.settle(10, keyed(1, "A1", "1", 10), keyed(1, "B1", "2", 15), keyed(1, "C1", "3", 15), keyed(0, "D1", "4", 15))
	if got := under(t, store) + "|" + keysOf(t, store, "c") + "|" + runsOf(t, store, "c"); got != "c|D1|runE runD runC trouble1 runB" || len(told) != 0 {
		t.Errorf("again: %s, %+v", got, told)
	}

	// A rule that takes the first name again begins anew, and its breaks have other ids.
	store.moved = nil
	s.def.Rule = "a"
	if told, _ = s.settle(0, keyed(0, "B1", "2", 3)); told[0].Break.ID == id {
		t.Error("a new ledger of the old name has the ids of the moved one")
	}
	verified(t, store)
}

// TestMovedWithOpenBreaks refuses to merge what two names have open.
func TestMovedWithOpenBreaks(t *testing.T) {
	store := open(t, t.TempDir())
	defer store.Close()
	s := newSimple(t, store)
	for _, rule := range []string{"new", "old"} {
		s.def.Rule = rule
		s.settle(0, keyed(0, "A1", "1", 3), keyed(0, strings.ToUpper(rule), "2", 3))
	}
	store.moved = map[string]string{"old": "new"}
	s.def.Rule = "new"
	_, err := s.begin(Window{10, 20, 20})
	var refused *MoveError
	if !errors.As(err, &refused) || refused.From != "old" || !strings.Contains(err.Error(), "both new and old have state") {
		t.Fatalf("both have state: %v", err)
	}
	if got := keysOf(t, store, "new") + "|" + keysOf(t, store, "old") + "|" + under(t, store); got != "A1 NEW|A1 OLD|new, old" {
		t.Errorf("after the refusal: %s", got)
	}
	// Two old names, and nothing of the new one.
	store.moved = map[string]string{"old": "third", "new": "third"}
	s.def.Rule = "third"
	if _, err := s.begin(Window{10, 20, 20}); !errors.As(err, &refused) || refused.From != "old" || refused.Other != "new" {
		t.Errorf("two old names: %v", err)
	}
	if got := keysOf(t, store, "third") + "|" + keysOf(t, store, "new"); got != "|A1 NEW" {
		t.Errorf("two old names: %s", got)
	}
	// Nothing is open any more under the old name: there is nothing to merge, and it stays where it is.
	store.moved = nil
	s.def.Rule = "old"
	s.settle(0)
	store.moved = map[string]string{"old": "new"}
	s.def.Rule = "new"
	if told, _ := s.settle(0, keyed(0, "A1", "1", 3)); len(told) != 1 || !told[0].Cleared {
		t.Errorf("transitions: %+v", told)
	}
	if got := under(t, store); got != "new, old" {
		t.Errorf("ledgers: %s", got)
	}
	verified(t, store)
}

// TestMovedLedgersOfParams takes along what other parameters have, but where the new name has state of them itself.
func TestMovedLedgersOfParams(t *testing.T) {
	store := open(t, t.TempDir())
	defer store.Close()
	s := newSimple(t, store)
	of := func(rule, shop string) {
		s.def.Rule, s.def.Params = rule, []Param{{"shop", shop}}
	}
	for _, shop := range []string{"1", "2", "3"} {
		of("old", shop)
		s.settle(0, keyed(0, "A"+shop, "1", 3))
	}
	of("new", "2")
	s.settle(0, keyed(0, "B2", "1", 3))
	store.moved = map[string]string{"old": "new"}
	if got := keysOf(t, store, "new") + "|" + keysOf(t, store, "old"); got != "A1 A3 B2|A2" {
		t.Errorf("before: %s", got)
	}
	if _, err := s.begin(Window{10, 20, 20}); !errors.As(err, new(*MoveError)) {
		t.Errorf("shop 2: %v", err)
	}
	of("new", "1")
	if told, _ := s.settle(0, keyed(0, "A1", "1", 3)); len(told) != 0 {
		t.Errorf("shop 1: %+v", told)
	}
	if got := under(t, store); got != "new [{shop 1}], new [{shop 2}], new [{shop 3}], old [{shop 2}]" {
		t.Errorf("ledgers: %s", got)
	}
	if windows, err := store.Windows("new", []Param{{"shop", "3"}}); err != nil || len(windows) != 1 {
		t.Errorf("windows of shop 3: %v, %v", windows, err)
	}
	verified(t, store)
}

// TestManyMovedLedgers has more ledgers than move at once, with a record as large as there may be.
func TestManyMovedLedgers(t *testing.T) {
	store, err := OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	s := newSimple(t, store)
	s.def.Rule = "old"
	err = store.db.Update(func(txn *badger.Txn) error {
		for i := range uint64(3*movesAtOnce + 10) {
			l := ledger{ID: 1000 + i, Rule: "old", Params: []Param{{"shop", fmt.Sprint(i)}}, Salt: id128{byte(i), byte(i >> 8)}}
			if err := setJSON(txn, ledgerKey("old", paramsHash(l.Params)), &l); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	store.moved = map[string]string{"old": "new"}
	s.def.Rule, s.def.Params = "new", []Param{{"shop", "7"}}
	for i := range 4 {
		st, err := s.begin(Window{10 * int64(i), 10*int64(i) + 10, 10*int64(i) + 10})
		if err != nil {
			t.Fatal(err)
		}
		if _, err = st.Residual(each([]Row{keyed(0, "A1", "1", 3)}), func(*Group) error { return nil }, func(*Transition) error { return nil }); err != nil {
			t.Fatal(err)
		}
		record := append(recordOf(st.of.Run, "new"), strings.Repeat(" ", maxRecord-1000)...)
		if err := st.Commit(record, nil); err != nil {
			t.Fatal(err)
		}
		got, want := strings.Count(under(t, store), "old"), max(3*movesAtOnce+9-(i+1)*movesAtOnce, 0)
		if got != want {
			t.Fatalf("after %d settlings %d ledgers stand under the old name, want %d", i+1, got, want)
		}
	}
}

// TestSweepAfterMove moves a ledger while the announcement of a settling under the old name is still there: what the ledger
// names must stay.
func TestSweepAfterMove(t *testing.T) {
	dir := t.TempDir()
	store := open(t, dir)
	s := newSimple(t, store)
	s.def.Rule = "old"
	for _, shop := range []string{"1", "2"} {
		s.def.Params = []Param{{"shop", shop}}
		store.fault = func(step string) error {
			if step == "sweep" {
				return errors.New("the disk is full")
			}
			return nil
		}
		s.settle(0, keyed(0, "A"+shop, "1", 3))
	}
	store.moved = map[string]string{"old": "new"}
	s.def.Rule = "new"
	s.settle(0, keyed(0, "A2", "1", 3))
	store.Close()
	store = open(t, dir)
	defer store.Close()
	if got := keysOf(t, store, "new"); got != "A1 A2" {
		t.Errorf("breaks: %s", got)
	}
	verified(t, store)
	orphans(t, store)
}
