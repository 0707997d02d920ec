package state

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"iter"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recon-lang/recon/engine/result"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) {
	if os.Getenv("RECON_STATE_CHILD") != "" {
		crashChild()
		return
	}
	os.Exit(m.Run())
}

// checkLaw tries a law on n random histories, unless -rapid.checks says otherwise.
func checkLaw(t *testing.T, n int, law func(*rapid.T)) {
	checks := flag.Lookup("rapid.checks")
	if before := checks.Value.String(); before == checks.DefValue {
		checks.Value.Set(fmt.Sprint(n))
		defer checks.Value.Set(before)
	}
	rapid.Check(t, law)
}

// tb is what *testing.T and *rapid.T share.
type tb interface {
	Context() context.Context
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

var base = time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)

// rig is a ledger of a store beside its model.
type rig struct {
	store   *Store
	def     Definition
	model   *model
	runs    int
	ids     map[string]string // break ids by the model's name of the break
	ledger  string
	items   []Item          // the judge's
	reports map[string]bool // what transitions alone say is open
}

func newRig(store *Store, name string, m *model) *rig {
	return &rig{store: store, def: m.definition(name, 1), model: m, ids: map[string]string{}, ledger: name, reports: map[string]bool{}}
}

func (m *model) definition(rule string, fingerprint byte) Definition {
	d := Definition{
		Rule: rule, Fingerprint: [16]byte{fingerprint}, Pair: m.pair, Comparisons: []string{"amount", "status"}[:m.comparisons()],
		Slack: time.Duration(m.slack) * time.Microsecond, Carry: Carry{Time: time.Duration(m.carry) * time.Microsecond},
	}
	for s := range m.sides {
		d.Sides = append(d.Sides, fmt.Sprint("side", s))
	}
	return d
}

func encodeValues(r modelRow) []byte {
	b := []byte{byte(r.values[0]), byte(r.values[1])}
	return binary.BigEndian.AppendUint64(b, uint64(r.time))
}

func encodeKey(k int) []byte { return []byte(fmt.Sprintf("k%d", k)) }

// keyHash has few values, so that different keys share a hash.
func keyHash(k int) uint64 { return uint64(k%3) << 62 }

func (m modelRow) row() Row {
	r := Row{Side: m.side, Time: m.time, Values: encodeValues(m)}
	copy(r.Digest[:], r.Values) // so that rows stand in the same order here and in the model
	if m.key < 0 {
		r.Kind, r.Hash, r.Reason = Unkeyed, DigestHash(r.Digest), "null key"
		return r
	}
	r.Key, r.Hash = encodeKey(m.key), keyHash(m.key)
	return r
}

func toModel(r *Row) modelRow {
	m := modelRow{side: r.Side, key: -1, values: [2]int{int(r.Values[0]), int(r.Values[1])}, time: int64(binary.BigEndian.Uint64(r.Values[2:])), start: r.Window.Start}
	if r.Kind == Keyed {
		fmt.Sscanf(string(r.Key), "k%d", &m.key)
	}
	return m
}

func residualOf(rows []modelRow) iter.Seq2[Row, error] {
	var encoded []Row
	for _, r := range rows {
		encoded = append(encoded, r.row())
	}
	slices.SortStableFunc(encoded, func(a, b Row) int {
		if a.Hash < b.Hash {
			return -1
		} else if a.Hash > b.Hash {
			return 1
		}
		return 0
	})
	return func(yield func(Row, error) bool) {
		for _, r := range encoded {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func (g *rig) judge(rows []Row) (Verdict, error) {
	var in []modelRow
	for i := range rows {
		in = append(in, toModel(&rows[i]))
	}
	if !slices.IsSortedFunc(in, byGroupOrder) {
		return Verdict{}, fmt.Errorf("judge is given rows out of order: %v", in)
	}
	outcome, items, paired := g.model.judge(in)
	g.items = append(g.items[:0], items...) // as a judge may
	v := Verdict{Outcome: outcome, Items: g.items}
	if g.model.pair {
		v.Paired = paired
	}
	return v, nil
}

// name is the model's name of a break.
func breakName(b *Break) string {
	r := toModel(&b.Groups[0].Rows[0])
	if b.Kind == Keyed {
		return fmt.Sprint("key ", r.key)
	}
	return fmt.Sprintf("unkeyed %d %d %s", r.start, r.side, digestText([]modelRow{r}))
}

// settle runs the window over rows, in the store and in the model, and compares what they say.
func (g *rig) settle(t tb, w Window, rows []modelRow) (told []string) {
	t.Helper()
	for i := range rows {
		rows[i].start = w.Start
	}
	m := g.model
	residual := m.inside(rows)
	before := m.reportedItems()
	m.windows[w.Start] = &modelWindow{w, residual}
	after := m.reportedItems()
	told, sum := g.push(t, w, residual)
	var want []string
	for _, line := range transitions(before, after) {
		at := strings.LastIndex(line, " ")
		want = append(want, strings.SplitN(line[:at], "#", 2)[0]+line[at:])
	}
	slices.Sort(want)
	if !slices.Equal(told, want) {
		t.Fatalf("transitions: got %q, want %q", told, want)
	}
	if got := int64(len(after)); sum.Open != got {
		t.Fatalf("open: got %d, want %d", sum.Open, got)
	}
	expired := int64(0)
	for _, items := range after {
		for it := range items {
			if it.expired {
				expired++
				break
			}
		}
	}
	if sum.Expired != expired {
		t.Fatalf("expired: got %d, want %d", sum.Expired, expired)
	}
	g.compare(t)
	return told
}

// push settles a residual in the store, and checks what holds of every settling.
func (g *rig) push(t tb, w Window, residual []modelRow) (told []string, sum Summary) {
	t.Helper()
	g.runs++
	run := fmt.Sprintf("%s-%d", g.ledger, g.runs)
	started := base.Add(time.Duration(g.runs) * time.Second)
	st, err := g.store.Begin(context.Background(), Settlement{Definition: g.def, Window: w, Run: run, Started: started, Judge: g.judge})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Abort()
	handed := map[int64]int{}
	sum, err = st.Residual(residualOf(residual), func(group *Group) error {
		own := 0
		for i := range group.Rows {
			if group.Rows[i].Window.Start == w.Start {
				own++
			}
			handed[group.Rows[i].Window.Start]++
		}
		if own == 0 {
			return fmt.Errorf("a group without a row of the window is handed over: %+v", group)
		}
		return nil
	}, func(tr *Transition) error {
		name := breakName(&tr.Break)
		for _, c := range []struct {
			is   bool
			what string
		}{{tr.New, " new"}, {tr.Changed, " changed"}, {tr.Cleared, " cleared"}, {tr.Expired, " expired"}} {
			if c.is {
				told = append(told, name+c.what)
			}
		}
		if tr.New && g.reports[tr.Break.ID] || !tr.New && !g.reports[tr.Break.ID] {
			return fmt.Errorf("%s: reported=%v, and now %+v", name, g.reports[tr.Break.ID], tr)
		}
		if problem := wrongChanges(tr); problem != "" {
			return fmt.Errorf("%s: %s: %+v", name, problem, tr)
		}
		if tr.New || tr.Cleared {
			g.reports[tr.Break.ID] = tr.New
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if handed[w.Start] != len(residual) {
		t.Fatalf("groups have %d rows of the window, and its residual %d", handed[w.Start], len(residual))
	}
	if err := st.Commit(recordOf(run, g.ledger), nil); err != nil {
		t.Fatal(err)
	}
	slices.Sort(told)
	return told, sum
}

// wrongChanges says how the items of a transition contradict it; "" if they do not.
func wrongChanges(tr *Transition) string {
	fresh, expired := 0, 0
	for i, c := range tr.Changes {
		g := &tr.Break.Groups[c.Group]
		item := g.Items[c.Item]
		switch {
		case i > 0 && (Change{Group: c.Group, Item: c.Item}) == (Change{Group: tr.Changes[i-1].Group, Item: tr.Changes[i-1].Item}):
			return "an item twice"
		case g.Outcome == result.Pending:
			return "a pending item"
		case g.Accepted != nil:
			return "an accepted item"
		case c.Expired && (!g.Expired || item.Outcome != result.Missing):
			return "expired, and is not"
		case !tr.Cleared && !c.New && !c.Expired, tr.Cleared && (c.New || c.Expired):
			return "an item without a change"
		}
		if c.New {
			fresh++
		}
		if c.Expired {
			expired++
		}
	}
	switch {
	case len(tr.Changes) == 0:
		return "no item"
	case (tr.New || tr.Changed) != (fresh > 0):
		return fmt.Sprintf("%d new items", fresh)
	case tr.Expired != (expired > 0):
		return fmt.Sprintf("%d expired items", expired)
	case tr.New && fresh != len(tr.Changes):
		return "an old item of a new break"
	}
	return ""
}

func recordOf(run, rule string) []byte {
	b, _ := json.Marshal(result.Run{Recon: 1, ID: run, Rule: rule, Verdict: "pass"})
	return b
}

// compare compares all open items of store and model.
func (g *rig) compare(t tb) {
	t.Helper()
	got, want := g.dump(t), g.model.text()
	if got != want {
		t.Fatalf("open items:\ngot\n%s\nwant\n%s", got, want)
	}
}

func (g *rig) dump(t tb) string {
	var lines []string
	for b, err := range g.store.Breaks(context.Background(), g.ledger) {
		if err != nil {
			t.Fatal(err)
		}
		if id, known := g.ids[breakName(b)]; known && b.Kind == Keyed && id != b.ID {
			t.Fatalf("break %s was %s and is %s", breakName(b), id, b.ID)
		}
		g.ids[breakName(b)] = b.ID
		for _, group := range b.Groups {
			var s strings.Builder
			fmt.Fprintf(&s, "%s:", breakName(b))
			for _, it := range group.Items {
				fmt.Fprintf(&s, " %v %d", it.Outcome, it.Name)
			}
			fmt.Fprintf(&s, " pending=%v expired=%v accepted=%v", group.Outcome == result.Pending, group.Expired, group.Accepted != nil)
			for i := range group.Rows {
				fmt.Fprintf(&s, " %v", toModel(&group.Rows[i]))
			}
			lines = append(lines, s.String())
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// rename gives the rule another name: its state is to follow.
func (g *rig) rename(t tb) {
	old, name := g.def.Rule, g.def.Rule+"-"
	if g.store.moved == nil {
		g.store.moved = map[string]string{}
	}
	for from, to := range g.store.moved {
		if to == old {
			g.store.moved[from] = name
		}
	}
	g.store.moved[old] = name
	g.def.Rule, g.ledger = name, name
	g.compare(t)
}

// accept accepts a break in both, or takes that back.
func (g *rig) accept(t tb, name string, accept bool) {
	id := g.ids[strings.SplitN(name, "#", 2)[0]]
	var err error
	if accept {
		_, err = g.store.Accept(context.Background(), id, result.Acceptance{Who: "ann", When: base, Why: "known"})
	} else {
		_, err = g.store.Unaccept(context.Background(), id)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, group := range g.model.open()[name] {
		for _, it := range group.items {
			g.model.accepted[acceptance(name, it)] = accept
		}
	}
	delete(g.reports, id)
	if g.model.reportedItems()[name] != nil {
		g.reports[id] = true
	}
	g.compare(t)
}

// stores gives many histories one store in memory, each with a ledger of its own, and a new one now and then.
type stores struct {
	store *Store
	used  int
}

func (s *stores) next(t tb) (*Store, string) {
	if s.store == nil || s.used%50 == 0 {
		if s.store != nil {
			if _, err := s.store.Verify(context.Background()); err != nil {
				t.Fatal(err)
			}
			s.store.Close()
		}
		var err error
		if s.store, err = OpenMemory(); err != nil {
			t.Fatal(err)
		}
	}
	s.used++
	s.store.limits = limits{things: 1 + s.used%5, bytes: 1 << 20, others: 1 + s.used%7}
	return s.store, fmt.Sprint("rule", s.used)
}

const width = 10 // of a test's window

func drawModel(t *rapid.T) *model {
	m := &model{
		sides: rapid.IntRange(2, 3).Draw(t, "sides"), pair: rapid.IntRange(0, 3).Draw(t, "pair") == 0,
		carry:   int64(rapid.SampledFrom([]int{0, 10, 20, 25, 50}).Draw(t, "carry")),
		windows: map[int64]*modelWindow{}, accepted: map[string]bool{},
	}
	if m.carry > 0 {
		m.slack = int64(rapid.IntRange(0, 4).Draw(t, "slack"))
	}
	return m
}

func drawRows(t *rapid.T, m *model, start int64) []modelRow {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) modelRow {
		return modelRow{
			side:   rapid.IntRange(0, m.sides-1).Draw(t, "side"),
			key:    rapid.IntRange(-1, 4).Draw(t, "key"),
			values: [2]int{rapid.IntRange(0, 1).Draw(t, "amount"), rapid.IntRange(0, 1).Draw(t, "status")},
			time:   start + rapid.Int64Range(0, width-1).Draw(t, "time"),
		}
	}), 0, 5).Draw(t, "rows")
}

// TestHistories runs windows in any order, again, late, partly covered, over data that changes and does not, with
// decisions and renames in between: after each step the open items and transitions are those of the model, which knows no order.
func TestHistories(t *testing.T) {
	var shared stores
	checkLaw(t, 5000, func(t *rapid.T) {
		store, name := shared.next(t)
		m := drawModel(t)
		g := newRig(store, name, m)
		data := map[int64][]modelRow{}
		for range rapid.IntRange(2, 7).Draw(t, "steps") {
			if rapid.IntRange(0, 9).Draw(t, "rename") == 0 {
				g.rename(t)
			}
			open := m.open()
			if what := rapid.IntRange(0, 9).Draw(t, "what"); what < 2 && len(open) > 0 {
				names := make([]string, 0, len(open))
				for k := range open {
					if !strings.Contains(k, "#") { // twins of unkeyed rows have one name here
						names = append(names, k)
					}
				}
				slices.Sort(names)
				if len(names) > 0 {
					g.accept(t, rapid.SampledFrom(names).Draw(t, "break"), what == 0)
				}
				continue
			}
			start := width * rapid.Int64Range(0, 6).Draw(t, "window")
			w := Window{start, start + width, start + width}
			if rapid.IntRange(0, 4).Draw(t, "partly") == 0 {
				w.Covered = start + rapid.Int64Range(0, width).Draw(t, "covered")
			}
			again, settled := m.windows[start]
			same := settled && rapid.Bool().Draw(t, "same")
			if !same {
				data[start] = drawRows(t, m, start)
			}
			told := g.settle(t, w, data[start])
			if same && again.Covered == w.Covered && len(told) > 0 {
				t.Fatalf("the same data again: %q", told)
			}
		}
	})
}
