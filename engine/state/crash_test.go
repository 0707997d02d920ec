package state

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/zeebo/xxh3"
)

// crashSettles is how many windows the child settles, crashRows how many rows each has: several segments.
const (
	crashSettles = 4
	crashRows    = 900
)

// crashChild settles windows one after the other, beginning after those that are settled, and prints the number of
// each once it is. It kills itself before the write that RECON_STATE_KILL counts.
func crashChild() {
	kill, _ := strconv.Atoi(os.Getenv("RECON_STATE_KILL"))
	fault := func(string) error {
		if kill--; kill == 0 {
			me, _ := os.FindProcess(os.Getpid())
			me.Kill()
			select {}
		}
		return nil
	}
	if os.Getenv("RECON_STATE_COMPACT") != "" {
		if _, err := Compact(context.Background(), os.Getenv("RECON_STATE_CHILD"), Options{Role: "child"}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if os.Getenv("RECON_STATE_RESTORE") != "" {
		if err := restoreChild(os.Getenv("RECON_STATE_CHILD"), fault); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	s, err := Open(context.Background(), os.Getenv("RECON_STATE_CHILD"), Options{Create: true, Role: "child", Moved: crashMoved})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	s.fault = fault
	for i := countRuns(s); i < crashSettles; i++ {
		if err := crashSettle(s, i); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(i)
	}
	if err := s.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func countRuns(s *Store) (n int) {
	for _, err := range s.Runs(context.Background(), "") {
		if err != nil {
			panic(err)
		}
		n++
	}
	return n
}

// crashRule is the name of the rule in the i-th settling: it is renamed in the middle.
func crashRule(i int) string {
	if i < crashSettles/2 {
		return "crash"
	}
	return "renamed"
}

var crashMoved = map[string]string{"crash": "renamed"}

// crashSettle makes the i-th settling: windows that follow each other, every third a rerun of the one before with other
// data. A third of the keys meet their partner in the next window.
func crashSettle(s *Store, i int) error {
	at := i
	if i%3 == 2 {
		at--
	}
	w := Window{int64(at) * width, int64(at)*width + width, int64(at)*width + width}
	rnd := rand.New(rand.NewPCG(7, uint64(i)))
	rows := make([]Row, crashRows)
	for j := range rows {
		r := &rows[j]
		k := uint64(at+j%2)*1000000 + rnd.Uint64N(crashRows*3)
		r.Side, r.Time = j%2, w.Start+rnd.Int64N(width)
		r.Key = binary.BigEndian.AppendUint64(nil, k)
		r.Hash = xxh3.Hash(r.Key)
		r.Values = fmt.Appendf(nil, "%d %d some text of a row", k, i)
		r.Digest = xxh3.Hash128(r.Values).Bytes()
	}
	sortByHash(rows)
	run := fmt.Sprintf("run%02d", i)
	st, err := s.Begin(context.Background(), Settlement{
		Definition: Definition{Rule: crashRule(i), Sides: []string{"a", "b"}, Comparisons: []string{"c"}, Carry: Carry{Time: 2 * width * time.Microsecond}, Slack: time.Microsecond},
		Window:     w, Run: run, Started: base.Add(time.Duration(i) * time.Second),
		Judge: func(rows []Row) (Verdict, error) { return Verdict{}, nil },
	})
	if err != nil {
		return err
	}
	defer st.Abort()
	sent := 0
	_, err = st.Residual(each(rows), func(*Group) error { return nil }, func(t *Transition) error {
		if sent++; sent > 3 {
			return nil
		}
		return st.Send(Message{"mail", []byte(t.Break.ID)})
	})
	if err != nil {
		return err
	}
	return st.Commit(recordOf(run, crashRule(i)), []Message{{"mail", []byte("done " + run)}})
}

// picture is all that a store says, without what history alone decides.
func picture(t tb, s *Store) string {
	var b bytes.Buffer
	for br, err := range s.Breaks(context.Background(), "") {
		if err != nil {
			t.Fatal(err)
		}
		j, err := json.Marshal(br)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(j)
		b.WriteByte('\n')
	}
	for m, err := range s.Outbox(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%+v\n", m)
	}
	return b.String()
}

// pictures are what the child's state must be after 0, 1, 2 … settlings.
func pictures(t *testing.T) []string {
	s, err := OpenMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.moved = crashMoved
	all := []string{picture(t, s)}
	for i := range crashSettles {
		if err := crashSettle(s, i); err != nil {
			t.Fatal(err)
		}
		all = append(all, picture(t, s))
	}
	return all
}

// inspect opens what a killed child left, and checks that it is the state before a settling or after it.
func inspect(t *testing.T, dir string, want []string, acknowledged int) (settled int) {
	t.Helper()
	s, err := Open(t.Context(), dir, Options{Create: true, Moved: crashMoved})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	if _, err := s.Verify(t.Context()); err != nil {
		t.Fatal(err)
	}
	settled = countRuns(s)
	for r := range s.Runs(t.Context(), "renamed") {
		if settled--; settled < 0 {
			t.Fatalf("run %s is not of the rule", r.ID)
		}
	}
	if settled != 0 {
		t.Fatalf("%d runs do not follow the rule", settled)
	}
	settled = countRuns(s)
	if settled < acknowledged {
		t.Fatalf("%d settlings are left of %d that were acknowledged", settled, acknowledged)
	}
	if got := picture(t, s); got != want[settled] {
		t.Fatalf("the state after %d settlings has %d bytes and not the %d it should have", settled, len(got), len(want[settled]))
	}
	if all, err := loadLedgers(s.db.NewTransaction(false), ""); err != nil || settled > 0 && (len(all) != 1 || all[0].stored != crashRule(settled-1)) {
		t.Fatalf("after %d settlings there are ledgers %+v, %v", settled, all, err)
	}
	orphans(t, s)
	return settled
}

// orphans fails if a generation is left that nothing names.
func orphans(t *testing.T, s *Store) {
	t.Helper()
	txn := s.db.NewTransaction(false)
	defer txn.Discard()
	ledgers, err := loadLedgers(txn, "")
	if err != nil {
		t.Fatal(err)
	}
	named := map[generationOf]bool{}
	for _, l := range ledgers {
		a := announcement{Ledger: l.ID}
		some, err := a.named(txn)
		if err != nil {
			t.Fatal(err)
		}
		for g := range some {
			named[g] = true
		}
	}
	for _, prefix := range []byte("hrgpx") {
		scan(txn, key(prefix), func(k, _ []byte) error {
			if g := (generationOf{prefix, binary.BigEndian.Uint64(k[2:])}); !named[g] {
				t.Fatalf("generation %d is left under %c", g.generation, prefix)
			}
			return nil
		})
	}
}

// child starts one and returns how many settlings it acknowledged, and whether it came to its end.
func child(t *testing.T, dir string, kill int, after time.Duration) (acknowledged int, done bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "RECON_STATE_CHILD="+dir, fmt.Sprint("RECON_STATE_KILL=", kill))
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if after > 0 {
		timer := time.AfterFunc(after, func() { cmd.Process.Kill() })
		defer timer.Stop()
	}
	err := cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Exited() {
		t.Fatalf("child: %v: %s", err, errs.String())
	}
	for line := range strings.Lines(out.String()) {
		if n, err := strconv.Atoi(strings.TrimSpace(line)); err == nil {
			acknowledged = n + 1
		}
	}
	return acknowledged, err == nil
}

// TestKilledAtEveryWrite kills a process before each of its writes in turn.
func TestKilledAtEveryWrite(t *testing.T) {
	want := pictures(t)
	dir := t.TempDir()
	for kill := 1; ; kill++ {
		if kill > 200 {
			t.Fatal("the child never ends")
		}
		dir := fmt.Sprint(dir, "/", kill)
		acknowledged, done := child(t, dir, kill, 0)
		settled := inspect(t, dir, want, acknowledged)
		if done {
			if settled != crashSettles {
				t.Fatalf("the child ended after %d settlings", settled)
			}
			t.Logf("killed before each of %d writes", kill-1)
			return
		}
		// Whoever comes next can go on.
		if kill%7 == 0 {
			if _, done := child(t, dir, 0, 0); !done {
				t.Fatalf("after a kill before write %d the next process does not come to its end", kill)
			}
			inspect(t, dir, want, crashSettles)
		}
		os.RemoveAll(dir)
	}
}

// TestKilledAnyTime kills processes that go on where the last one was killed. Each may live a little longer, so that one comes to its end on any machine.
func TestKilledAnyTime(t *testing.T) {
	want := pictures(t)
	rnd := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))
	for range 3 {
		dir := t.TempDir()
		for done, more := false, 0; !done; more += 5 {
			var acknowledged int
			acknowledged, done = child(t, dir, 0, time.Duration(rnd.IntN(250)+20+more)*time.Millisecond)
			inspect(t, dir, want, acknowledged)
		}
	}
}
