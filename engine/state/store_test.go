package state

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	badger "github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
	"github.com/recon-lang/recon/engine/result"
)

func open(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(t.Context(), dir, Options{Create: true, Role: "recon run test"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// simple settles rows of two sides in a store; at says which window of ten microseconds.
type simple struct {
	now   time.Time
	t     *testing.T
	store *Store
	def   Definition
	runs  int
}

func newSimple(t *testing.T, store *Store) *simple {
	return &simple{t: t, store: store, def: Definition{Rule: "daily", Fingerprint: [16]byte{1}, Sides: []string{"orders", "bill"}, Comparisons: []string{"amount"}, Carry: Carry{Time: 20 * time.Microsecond}, Slack: 2 * time.Microsecond}}
}

func keyed(side int, k, values string, at int64) Row {
	r := Row{Side: side, Key: []byte(k), Hash: keyHash(int(k[0])), Values: []byte(values), Time: at}
	copy(r.Digest[:], values)
	return r
}

func (s *simple) begin(w Window) (*Settling, error) {
	s.runs++
	return s.store.Begin(s.t.Context(), Settlement{Definition: s.def, Window: w, Run: "run" + string(rune('A'+s.runs)), Started: base.Add(time.Duration(s.runs) * time.Hour), Now: s.now,
		Judge: func(rows []Row) (Verdict, error) {
			if string(rows[0].Values) == string(rows[1].Values) {
				return Verdict{Outcome: result.Matched}, nil
			}
			return Verdict{Outcome: result.Mismatch, Items: []Item{{result.Mismatch, 0}}}, nil
		}})
}

func (s *simple) settle(start int64, rows ...Row) ([]Transition, Summary) {
	s.t.Helper()
	return s.settleIn(Window{start, start + 10, start + 10}, rows...)
}

func (s *simple) settleIn(w Window, rows ...Row) (all []Transition, sum Summary) {
	s.t.Helper()
	st, err := s.begin(w)
	if err != nil {
		s.t.Fatal(err)
	}
	defer st.Abort()
	sortByHash(rows)
	sum, err = st.Residual(each(rows), func(*Group) error { return nil }, func(t *Transition) error {
		all = append(all, *t)
		return nil
	})
	if err == nil {
		err = st.Commit(recordOf(st.of.Run, s.def.Rule), nil)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return all, sum
}

func TestPendingThenMatched(t *testing.T) {
	store := open(t, t.TempDir())
	defer store.Close()
	s := newSimple(t, store)

	told, sum := s.settle(0, keyed(0, "A1", "10", 9), keyed(0, "A2", "99", 3))
	if len(told) != 1 || !told[0].New || string(told[0].Break.Key) != "A2" || sum.Pending != 1 || sum.Open != 1 {
		t.Fatalf("day one: %+v, %+v", told, sum)
	}
	if b := told[0].Break; b.FirstRun != "runB" || b.Rule != "daily" || b.Groups[0].Definition.Sides[1] != "bill" || b.Groups[0].Items[0] != (Item{result.Missing, 1}) {
		t.Fatalf("break: %+v", b)
	}
	// The midnight pair matches and was never reported; late data clears what was missing.
	told, sum = s.settle(10, keyed(1, "A1", "10", 10), keyed(1, "A2", "99", 15))
	if len(told) != 1 || !told[0].Cleared || string(told[0].Break.Key) != "A2" || sum.Open+sum.Pending != 0 || sum.Cleared != 1 {
		t.Fatalf("day two: %+v, %+v", told, sum)
	}
	if len(told[0].Break.Groups[0].Rows) != 1 {
		t.Fatalf("a cleared break shows what was open: %+v", told[0].Break)
	}
}

func TestHistoryOfABreak(t *testing.T) {
	store := open(t, t.TempDir())
	defer store.Close()
	s := newSimple(t, store)
	s.settle(0, keyed(0, "A2", "99", 3))
	told, _ := s.settle(0, keyed(0, "A2", "98", 3))
	if len(told) != 1 || !told[0].Changed {
		t.Fatalf("other values: %+v", told)
	}
	if b := told[0].Break; b.FirstRun != "runB" || b.LastRun != "runC" || !b.FirstSeen.Equal(base.Add(time.Hour)) {
		t.Fatalf("history: %+v", b)
	}
	// From the horizon 30 on it is expired: told once.
	if told, _ = s.settle(10); len(told) != 0 {
		t.Fatalf("nothing has changed: %+v", told)
	}
	told, sum := s.settle(20)
	if len(told) != 1 || !told[0].Expired || told[0].New || sum.Expired != 1 {
		t.Fatalf("expiry: %+v %+v", told, sum)
	}
	if told, _ = s.settle(30); len(told) != 0 {
		t.Fatalf("told twice: %+v", told)
	}
	// A late run of a window within carry still matches it.
	if told, _ = s.settle(20, keyed(1, "A2", "98", 22)); len(told) != 1 || !told[0].Cleared {
		t.Fatalf("late: %+v", told)
	}
}

func TestAcceptHidesUntilRowsChange(t *testing.T) {
	store := open(t, t.TempDir())
	defer store.Close()
	s := newSimple(t, store)
	told, _ := s.settle(0, keyed(0, "A2", "99", 3), keyed(0, "B1", "1", 3))
	id := told[slices.IndexFunc(told, func(t Transition) bool { return string(t.Break.Key) == "A2" })].Break.ID
	if len(id) != 12 {
		t.Fatalf("id: %s", id)
	}
	b, err := store.Accept(t.Context(), id[:8], result.Acceptance{Who: "ann", Why: "paid by hand", When: base})
	if err != nil || b.Groups[0].Accepted == nil || b.Groups[0].Accepted.Who != "ann" {
		t.Fatalf("accept: %+v, %v", b, err)
	}
	told, sum := s.settle(0, keyed(0, "A2", "99", 3), keyed(0, "B1", "1", 3))
	if len(told) != 0 || sum.Open != 1 || sum.Accepted != 1 {
		t.Fatalf("accepted: %+v, %+v", told, sum)
	}
	told, sum = s.settle(0, keyed(0, "A2", "98", 3), keyed(0, "B1", "1", 3))
	if len(told) != 1 || !told[0].New || sum.Open != 2 || sum.Accepted != 0 {
		t.Fatalf("changed: %+v, %+v", told, sum)
	}
	if _, err := store.Accept(t.Context(), "zzzz", result.Acceptance{}); !errors.Is(err, ErrNotFound) {
		t.Fatalf("accept of nothing: %v", err)
	}
	if _, err := store.Break(t.Context(), ""); !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "several") {
		t.Fatalf("an ambiguous prefix: %v", err)
	}
	found, err := store.BreaksOf(t.Context(), "daily", keyHash('B'), []byte("B1"))
	if err != nil || len(found) != 1 || string(found[0].Groups[0].Rows[0].Values) != "1" {
		t.Fatalf("by key: %+v, %v", found, err)
	}
}

func TestLedgersByParams(t *testing.T) {
	store := open(t, t.TempDir())
	defer store.Close()
	s := newSimple(t, store)
	s.settle(0, keyed(0, "A1", "1", 3))
	s.def.Params = []Param{{"region", "eu"}, {"channel", "card"}}
	s.settle(0, keyed(0, "A1", "1", 3))
	s.def.Params = []Param{{"channel", "card"}, {"region", "eu"}}
	s.settle(10, keyed(1, "A1", "1", 13))
	ledgers, err := store.Ledgers()
	if err != nil || len(ledgers) != 2 || len(ledgers[1].Params) != 2 {
		t.Fatalf("ledgers: %+v, %v", ledgers, err)
	}
	windows, err := store.Windows("daily", s.def.Params)
	if err != nil || len(windows) != 2 || windows[1].Run != "runD" || windows[0].Rows != 1 {
		t.Fatalf("windows: %+v, %v", windows, err)
	}
	n := 0
	for range store.Breaks(t.Context(), "daily") {
		n++
	}
	if n != 1 {
		t.Fatalf("%d breaks are open, want the one of the other ledger", n)
	}
}

func TestRefusals(t *testing.T) {
	store := open(t, t.TempDir())
	defer store.Close()
	s := newSimple(t, store)
	s.settle(10, keyed(0, "A1", "1", 13))
	for _, w := range []Window{{5, 15, 15}, {10, 15, 15}, {10, 25, 25}, {19, 29, 29}, {0, 100, 100}} {
		_, err := s.begin(w)
		var overlap *OverlapError
		if !errors.As(err, &overlap) || overlap.With.Start != 10 {
			t.Errorf("window %v: %v", w, err)
		}
	}
	def := s.def
	s.def.Carry, s.def.Slack = Carry{}, 0
	var overlap *OverlapError
	if _, err := s.begin(Always); !errors.As(err, &overlap) || !strings.Contains(err.Error(), "without windows") {
		t.Errorf("always: %v", err)
	}
	s.def = def
	s.runs -= 20
	var later *LaterRunError
	if _, err := s.begin(Window{10, 20, 20}); !errors.As(err, &later) || later.Run != "runB" {
		t.Errorf("an earlier run: %v", err)
	}
	// The clock was ahead when that run settled. It is right again, and no run is refused until the clock comes there.
	s.now = base
	s.runs--
	if ahead, err := s.begin(Window{10, 20, 20}); err != nil {
		t.Errorf("a run after the clock was put right: %v", err)
	} else if err := ahead.Abort(); err != nil {
		t.Error(err)
	}
	s.now = base.Add(1000 * time.Hour)
	s.runs--
	if _, err := s.begin(Window{10, 20, 20}); !errors.As(err, &later) {
		t.Errorf("an earlier run by a clock that is right: %v", err)
	}
	s.now = time.Time{}
	s.runs += 40
	st, err := s.begin(Window{30, 40, 40})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := st.Residual(each([]Row{{Hash: 2, Digest: [16]byte{1}}, {Hash: 1}}), nil, nil); err == nil || !strings.Contains(err.Error(), "ascend") {
		t.Errorf("rows out of order: %v", err)
	}
	own := errors.New("the spill file is gone")
	broken := func(yield func(Row, error) bool) { yield(Row{}, own) }
	if _, err := st.Residual(broken, nil, nil); err != own {
		t.Errorf("an error of the rows: %v", err)
	}
	if err := st.Commit(nil, nil); err == nil {
		t.Error("a settling without residual is committed")
	}
	if err := st.Abort(); err != nil {
		t.Error(err)
	}
	orphans(t, store)
}

func TestWithoutWindows(t *testing.T) {
	store := open(t, t.TempDir())
	defer store.Close()
	s := newSimple(t, store)
	s.def.Carry, s.def.Slack = Carry{}, 0
	s.settleIn(Always, keyed(0, "A1", "1", NoTime), keyed(1, "B1", "1", NoTime), keyed(1, "C1", "1", NoTime))
	told, sum := s.settleIn(Always, keyed(0, "A1", "1", NoTime), keyed(0, "B1", "2", NoTime), keyed(1, "B1", "1", NoTime))
	if len(told) != 2 || sum.Changed != 1 || sum.Cleared != 1 || sum.Open != 2 || sum.Expired != 0 {
		t.Fatalf("%+v, %+v", told, sum)
	}
}

func TestBreaches(t *testing.T) {
	store := open(t, t.TempDir())
	defer store.Close()
	s := newSimple(t, store)
	s.def = Definition{Rule: "unique", Fingerprint: [16]byte{1}, Sides: []string{"orders"}, Asserts: []string{"positive", "unique"}}
	breach := func(v string, names ...int) Row {
		r := Row{Kind: Breach, Names: names, Values: []byte(v), Time: NoTime}
		copy(r.Digest[:], v)
		r.Hash = DigestHash(r.Digest)
		return r
	}
	told, sum := s.settle(0, breach("x", 0, 1), breach("twin", 1), breach("twin", 1))
	if len(told) != 3 || sum.Open != 3 {
		t.Fatalf("%+v, %+v", told, sum)
	}
	if told, _ = s.settle(0, breach("twin", 1), breach("x", 0, 1), breach("twin", 1)); len(told) != 0 {
		t.Fatalf("again: %+v", told)
	}
	told, _ = s.settle(0, breach("twin", 1), breach("x", 0))
	if len(told) != 1 || !told[0].Cleared || string(told[0].Break.Groups[0].Rows[0].Values) != "twin" {
		t.Fatalf("one twin less: %+v", told)
	}
	// The same rows in another window are other breaks.
	if told, sum = s.settle(10, breach("x", 0)); len(told) != 1 || sum.Open != 3 {
		t.Fatalf("another window: %+v %+v", told, sum)
	}
}

func TestOutbox(t *testing.T) {
	store := open(t, t.TempDir())
	defer store.Close()
	s := newSimple(t, store)
	for i, texts := range [][]string{{"one", "two"}, {"three"}} {
		st, err := s.begin(Window{int64(i) * 10, int64(i)*10 + 10, int64(i)*10 + 10})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := st.Residual(each(nil), nil, nil); err != nil {
			t.Fatal(err)
		}
		var messages []Message
		for _, text := range texts {
			messages = append(messages, Message{"mail", []byte(text)})
		}
		if err := st.Commit(recordOf(st.of.Run, "daily"), messages); err != nil {
			t.Fatal(err)
		}
	}
	list := func() (ids, texts []string, attempts int) {
		for m, err := range store.Outbox(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			ids, texts, attempts = append(ids, m.ID), append(texts, string(m.Payload)), attempts+m.Attempts
		}
		return ids, texts, attempts
	}
	ids, texts, _ := list()
	if strings.Join(texts, " ") != "one two three" || ids[0] != "runB-0" || ids[2] != "runC-0" {
		t.Fatalf("outbox: %v %v", ids, texts)
	}
	for _, err := range []error{store.Attempted(ids[1], 1), store.Attempted(ids[1], 1), store.Delivered(ids[0]), store.Delivered(ids[0])} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if ids, texts, attempts := list(); strings.Join(texts, " ") != "two three" || ids[0] != "runB-1" || attempts != 2 {
		t.Fatalf("outbox: %v %v %d", ids, texts, attempts)
	}
	store.Delivered("runB-1")
	store.Delivered("runC-0")
	if ids, _, _ := list(); len(ids) != 0 {
		t.Fatalf("outbox: %v", ids)
	}
	orphans(t, store)
}

func TestVerifyNamesTheFirstThatDoesNotFit(t *testing.T) {
	good := result.Run{Verdict: "pass", Sides: map[string]*result.Side{"a": {Read: 3, Carried: 1, Matched: 2, Missing: 2}}}
	bad := result.Run{Verdict: "fail", Sides: map[string]*result.Side{"a": {Read: 3, Matched: 2}}}
	trouble := result.Run{Verdict: "trouble", Sides: bad.Sides}
	encode := func(r result.Run) []byte { b, _ := json.Marshal(r); return b }
	fill := func() *Store {
		s, err := OpenMemory()
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range []result.Run{good, trouble, good} {
			if err := s.PutRun("daily", "run"+string(rune('1'+i)), encode(r)); err != nil {
				t.Fatal(err)
			}
		}
		newSimple(t, s).settle(0, keyed(0, "A1", "1", 3), keyed(0, "A2", "1", 3))
		return s
	}
	set := func(k, v []byte) func(*badger.Txn) error { return func(txn *badger.Txn) error { return txn.Set(k, v) } }
	del := func(k []byte) func(*badger.Txn) error { return func(txn *badger.Txn) error { return txn.Delete(k) } }
	first := func(prefix byte, change func([]byte)) func(*badger.Txn) error {
		return func(txn *badger.Txn) error {
			var k, v []byte
			scan(txn, []byte{prefix, '/'}, func(key, value []byte) error {
				k, v = append([]byte(nil), key...), append([]byte(nil), value...)
				return nil
			})
			if change == nil {
				return txn.Delete(k)
			}
			change(v)
			return txn.Set(k, v)
		}
	}
	forged := &runRecord{id: "run2", record: encode(good)}
	for _, c := range []struct {
		name string
		do   func(*badger.Txn) error
		want string
	}{
		{"nothing", set([]byte("y"), nil), ""},
		{"changed run", set(key('u', 2), forged.encode()), "run record 2 (run2) was changed"},
		{"run taken out", del(key('u', 2)), "run record 2 is missing"},
		{"last run taken out", del(key('u', 4)), "run record 4 is missing"},
		{"rows lost", first('r', nil), "window [1970-01-01T00:00:00Z, 1970-01-01T00:00:00.00001Z): its 0 rows are not the 2"},
		{"row changed", first('r', func(v []byte) { v[len(v)-5]++ }), "ledger of daily: window"},
		{"index lost", first('h', nil), "row 0 is not where its index has it"},
		{"index changed", first('h', func(v []byte) { v[len(v)-1]++ }), "row 1 is not where its index has it"},
		{"id lost", del(runKey("run2")), "run record 2 (run2) is not found by its id"},
		{"id forged", set(runKey("run2"), key('u', 3)[2:]), "the id run2 does not lead to run record 2"},
		{"id too many", set(runKey("run9"), key('u', 3)[2:]), "4 runs are recorded, and 5 have a name"},
		{"ledger lost", first('l', nil), "ledger 1 is missing"},
		{"messages lost", set(key('o', 77), []byte("run3")), "the messages of run run3 are missing"},
		{"breaks changed", first('g', func(v []byte) { v[len(v)-2]++ }), "breaks are not those"},
		{"breaks lost", first('g', nil), "breaks are not those"},
	} {
		s := fill()
		if err := s.db.Update(c.do); err != nil {
			t.Fatal(err)
		}
		_, err := s.Verify(t.Context())
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
		s.Close()
	}
	s := fill()
	err := s.db.Update(func(txn *badger.Txn) error {
		return errors.Join(txn.Set(segmentKey('r', 99, 1, 0), nil), txn.Set(segmentKey('h', 99, 1, 0), nil), txn.Set(segmentKey('g', 98, 1, 0), nil))
	})
	if v, e := s.Verify(t.Context()); err != nil || e != nil || v.Orphans != 2 {
		t.Errorf("orphans: %+v, %v, %v", v, err, e)
	}
	s.Close()
	s, _ = OpenMemory()
	defer s.Close()
	s.PutRun("daily", "run1", encode(bad))
	if _, err := s.Verify(t.Context()); err == nil || !strings.Contains(err.Error(), "run record 1 (run1): side a read 3 rows and carried 0, but 2 have an outcome") {
		t.Errorf("conservation: %v", err)
	}
	if err := s.PutRun("daily", "run1", encode(good)); err == nil {
		t.Error("a run is recorded twice")
	}
	if r, err := s.Run("run"); err != nil || r.ID != "run1" {
		t.Errorf("by prefix: %+v, %v", r, err)
	}
	if _, err := s.Run("nope"); !errors.Is(err, ErrNotFound) {
		t.Errorf("unknown run: %v", err)
	}
}

func TestOneHolderAtATime(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	if _, err := Open(t.Context(), dir, Options{}); !errors.Is(err, ErrNoState) {
		t.Fatalf("no state: %v", err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Fatal("looking for a state makes a folder")
	}
	s := open(t, dir)
	_, err := Open(t.Context(), dir, Options{Role: "other"})
	var held *HeldError
	if !errors.As(err, &held) || held.Role != "recon run test" || held.Pid != os.Getpid() || time.Since(held.Since) > time.Minute {
		t.Fatalf("held: %v", err)
	}
	if !strings.Contains(err.Error(), "state "+dir+": held by recon run test (process ") {
		t.Fatalf("message: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(ctx, dir, Options{Wait: time.Hour}); !errors.Is(err, context.Canceled) {
		t.Fatalf("cancelled: %v", err)
	}
	opened := make(chan error)
	go func() {
		s, err := Open(t.Context(), dir, Options{Wait: time.Minute})
		if err == nil {
			err = s.Close()
		}
		opened <- err
	}()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-opened; err != nil {
		t.Fatalf("after waiting: %v", err)
	}
}

func TestOpenRemovesEmptyFiles(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	newSimple(t, s).settle(0, keyed(0, "A1", "1", 3))
	s.Close()
	for _, name := range []string{"00009.mem", "000009.vlog"} {
		if err := os.WriteFile(filepath.Join(dir, "db", name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s = open(t, dir)
	defer s.Close()
	if v, err := s.Verify(t.Context()); err != nil || v.Rows != 1 {
		t.Fatalf("%+v, %v", v, err)
	}
}

func TestOtherFormats(t *testing.T) {
	for found, want := range map[uint64]string{schemaVersion + 1: "written by a newer recon", 0: "written by an older recon"} {
		dir := t.TempDir()
		s := open(t, dir)
		s.db.Update(func(txn *badger.Txn) error {
			return txn.Set([]byte(keySchema), binary.BigEndian.AppendUint64(nil, found))
		})
		s.Close()
		_, err := Open(t.Context(), dir, Options{})
		var schema *SchemaError
		if !errors.As(err, &schema) || !strings.Contains(err.Error(), want) {
			t.Errorf("format %d: %v", found, err)
		}
		if s, err := Open(t.Context(), dir, Options{}); err == nil || errors.As(err, new(*HeldError)) {
			t.Errorf("the lock is kept after a refusal: %v %v", s, err)
		}
	}
}

// TestOldFormat opens a state of version 1: its tables are compressed by Badger and its segments are not. It does not grow by being
// compacted or restored.
func TestOldFormat(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	newSimple(t, s).settle(0, keyed(0, "A1", strings.Repeat("text ", 1000), 3), keyed(0, "A2", "1", 3))
	says := picture(t, s)
	err := s.db.Update(func(txn *badger.Txn) error {
		for _, prefix := range []byte("rg") {
			err := scan(txn, []byte{prefix, '/'}, func(k, v []byte) error {
				if v[0] != isPacked {
					t.Fatalf("%c: flags %b", prefix, v[0])
				}
				all, err := unpack(v[1:])
				return errors.Join(err, txn.Set(append([]byte(nil), k...), append([]byte{0}, all...)))
			})
			if err != nil {
				return err
			}
		}
		return txn.Set([]byte(keySchema), binary.BigEndian.AppendUint64(nil, 1))
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	db, err := badger.Open(small(filepath.Join(dir, "db")).WithCompression(options.Snappy).WithNumLevelZeroTables(1))
	if err == nil {
		err = errors.Join(db.Flatten(1), db.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		s = open(t, dir)
		if _, err := s.Verify(t.Context()); err != nil || picture(t, s) != says {
			t.Fatal(err)
		}
		s.Close()
	}
	b := backedUp(t, dir)
	restored := filepath.Join(t.TempDir(), "restored")
	if _, err := Restore(t.Context(), bytes.NewReader(b), restored, false, Options{}); err != nil || said(t, restored) != says {
		t.Fatal(err)
	}
	for _, d := range []string{dir, restored} {
		if done, err := Compact(t.Context(), d, Options{}); err != nil || done.After.Bytes > 4000 {
			t.Errorf("compacted: %+v, %v", done, err)
		}
	}
	s = open(t, dir)
	defer s.Close()
	s.db.View(func(txn *badger.Txn) error {
		item, err := txn.Get([]byte(keySchema))
		if err != nil {
			t.Fatal(err)
		}
		return item.Value(func(v []byte) error {
			if binary.BigEndian.Uint64(v) != schemaVersion {
				t.Errorf("it stays of version %d", binary.BigEndian.Uint64(v))
			}
			return nil
		})
	})
}

func TestFolderThatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	os.WriteFile(file, nil, 0o600)
	if _, err := Open(t.Context(), filepath.Join(file, "state"), Options{Create: true}); err == nil || !strings.Contains(err.Error(), "state "+file) {
		t.Errorf("below a file: %v", err)
	}
	if os.Getuid() == 0 || runtime.GOOS == "windows" {
		return // permissions do not bind root
	}
	dir := t.TempDir()
	os.Chmod(dir, 0o500)
	if _, err := Open(t.Context(), filepath.Join(dir, "state"), Options{Create: true}); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("read-only: %v", err)
	}
}

// TestFailedWrite lets each write fail in turn, as a full disk does: nothing is settled, and the next settling is as if
// the failed one had not been.
func TestFailedWrite(t *testing.T) {
	store := open(t, t.TempDir())
	defer store.Close()
	if err := crashSettle(store, 0); err != nil {
		t.Fatal(err)
	}
	before := picture(t, store)
	full := errors.New("the disk is full")
	for fail := 1; ; fail++ {
		n, last := 0, ""
		store.fault = func(step string) error {
			if n++; n == fail {
				last = step
				return full
			}
			return nil
		}
		err := crashSettle(store, 1)
		store.fault = nil
		if last == "" || err == nil && (last == "sweep" || last == "swept") { // what follows the commit does not undo it
			if err != nil || countRuns(store) != 2 {
				t.Fatalf("after write %d: %v", fail, err)
			}
			return
		}
		if !errors.Is(err, full) {
			t.Fatalf("%s: %v", last, err)
		}
		if got := picture(t, store); got != before || countRuns(store) != 1 {
			t.Fatalf("%s: the state has changed", last)
		}
		if _, err := store.Verify(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestLargeRows settles rows that are larger than a segment, and than any value Badger takes in one transaction.
func TestLargeRows(t *testing.T) {
	dir := t.TempDir()
	store := open(t, dir)
	s := newSimple(t, store)
	s.def.Comparisons, s.def.Layout = []string{"amount"}, []byte("layout")
	large := func(side int, k string, n int, c byte) Row {
		return keyed(side, k, strings.Repeat(string(c), n), 5)
	}
	s.settle(0, large(0, "A1", 3<<20, 'a'), large(1, "A2", partBytes, 'b'), large(1, "A3", partBytes-1, 'c'), keyed(0, "A4", "small", 5))
	told, sum := s.settle(10, large(1, "A1", 3<<20, 'a'), large(0, "A2", partBytes, 'x'), large(0, "A3", partBytes-1, 'c'))
	if sum.Cleared != 2 || sum.Changed != 1 || sum.Open != 2 {
		t.Fatalf("%d transitions: %+v", len(told), sum)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	store = open(t, dir)
	defer store.Close()
	if _, err := store.Verify(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := store.db.Opts().ValueThreshold; n <= partBytes {
		t.Fatalf("values of %d bytes go to the value log", n)
	}
	found, err := store.BreaksOf(t.Context(), "daily", keyHash('A'), []byte("A2"))
	if err != nil || len(found) != 1 || len(found[0].Groups[0].Rows) != 2 || len(found[0].Groups[0].Rows[1].Values) != partBytes {
		t.Fatalf("%v, %v", found, err)
	}
	if d := found[0].Groups[0].Definition; string(d.Layout) != "layout" {
		t.Fatalf("definition: %+v", d)
	}
}

// TestUnwantedTransitions count in the summary, and are not handed over.
func TestUnwantedTransitions(t *testing.T) {
	store, err := OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	s := newSimple(t, store)
	s.settle(0, keyed(0, "A1", "1", 3), keyed(0, "A2", "1", 3))
	s.runs++
	st, err := store.Begin(t.Context(), Settlement{
		Definition: s.def, Window: Window{0, 10, 10}, Run: "wants", Started: base.Add(time.Hour * 100), Wants: func(t *Transition) bool { return t.Cleared },
		Judge: func([]Row) (Verdict, error) { return Verdict{Outcome: result.Matched}, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Abort()
	var told []string
	sum, err := st.Residual(each([]Row{keyed(0, "A2", "1", 3), keyed(0, "A3", "1", 3)}), func(*Group) error { return nil }, func(t *Transition) error {
		told = append(told, string(t.Break.Key))
		return nil
	})
	if err != nil || len(told) != 1 || told[0] != "A1" || sum.New != 1 || sum.Cleared != 1 {
		t.Errorf("told %v, %+v, %v", told, sum, err)
	}
}
