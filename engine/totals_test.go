package engine_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/recon-lang/recon/engine"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

var (
	text  = schema.Type{Kind: schema.String}
	whole = schema.Type{Kind: schema.Integer}
	money = schema.Type{Kind: schema.Decimal, Precision: 18, Scale: 2}
	sum   = schema.Type{Kind: schema.Decimal, Precision: 38, Scale: 2}
	day   = schema.Type{Kind: schema.Date}
	when  = schema.Type{Kind: schema.Timestamp}
	yesNo = schema.Type{Kind: schema.Boolean}
)

// table is a source of rows that are given as texts; "null" is null.
type table struct {
	columns []schema.Column
	rows    [][]string
	asked   *[]sdk.ReadRequest
}

func (t *table) Describe() schema.Source { return schema.Source{Name: "table"} }

func (t *table) Columns(context.Context, schema.Config) (schema.Table, error) {
	return schema.Table{Columns: t.columns}, nil
}

func (t *table) Read(_ context.Context, req sdk.ReadRequest, emit func(*batch.Batch) error) error {
	if t.asked != nil {
		*t.asked = append(*t.asked, req)
	}
	var types []schema.Type
	var at []int
	for _, want := range req.Columns {
		types = append(types, want.Type)
		for i, c := range t.columns {
			if c.Name == want.Name {
				at = append(at, i)
			}
		}
	}
	b := batch.NewBuilder(types...)
	for n, row := range t.rows {
		if b.Rows() == 0 {
			b.Batch().FirstRow = int64(n) + 1
		}
		for i, c := range at {
			to := b.Column(i)
			if row[c] == "null" {
				to.AppendNull()
			} else if problem := to.AppendText([]byte(row[c]), nil); problem != "" {
				b.AddBad(i, 0, row[c], problem)
				to.AppendNull()
			}
		}
		b.EndRow()
		if b.Full(req.BatchRows()) {
			if err := emit(b.Batch()); err != nil {
				return err
			}
			b.Reset()
		}
	}
	if b.Rows() > 0 {
		return emit(b.Batch())
	}
	return nil
}

func column(i int, t schema.Type) *program.Expr {
	return &program.Expr{Op: program.OpColumn, Index: i, Type: t}
}

func sideColumn(side, i int, t schema.Type) *program.Expr {
	return &program.Expr{Op: program.OpColumn, Side: side, Index: i, Type: t}
}

// source has columns "name type" in short: s, i, m, d, t.
func source(name string, columns ...string) *program.Source {
	types := map[string]schema.Type{"s": text, "i": whole, "m": money, "d": day, "t": when}
	src := &program.Source{Name: name, Plugin: "table", Time: -1}
	for i, c := range columns {
		n, t, _ := strings.Cut(c, " ")
		src.Columns = append(src.Columns, program.Column{Name: n, Physical: n, Type: types[t]})
		if t == "t" {
			src.Time = i
		}
	}
	return src
}

// grouped is a source summed up by some of its columns: sum(amount) and count.
func grouped(src *program.Source, amount int, by ...int) *program.Source {
	v := &program.View{Parts: []program.Part{{Source: src}}, Group: &program.Group{}, Cut: true}
	for i, c := range src.Columns {
		c.Derived = nil
		v.Row = append(v.Row, c)
		v.Parts[0].Columns = append(v.Parts[0].Columns, i)
	}
	g := v.Group
	for i, c := range by {
		t := src.Columns[c].Type
		g.By = append(g.By, column(c, t))
		g.Out = append(g.Out, program.Column{Name: src.Columns[c].Name, Type: t, Derived: column(i, t)})
	}
	g.Aggregates = []program.Aggregate{{Func: program.Sum, Arg: column(amount, money), Type: sum}, {Func: program.Count, Type: whole}}
	g.Out = append(g.Out, program.Column{Name: "sum(amount)", Type: sum, Derived: column(len(by), sum)},
		program.Column{Name: "count", Type: whole, Derived: column(len(by)+1, whole)})
	return &program.Source{Name: src.Name, View: v, Columns: g.Out, Time: -1}
}

// totals is a rule over sides that are summed up by the same number of columns, all of them texts.
func totals(name string, sides []program.Side, groups []string) *program.Rule {
	r := &program.Rule{Name: name, Sides: sides, Totals: true, Text: name}
	for k, group := range groups {
		key := program.Key{Name: group, Type: text}
		for s := range sides {
			key.Terms = append(key.Terms, sideColumn(s, k, text))
		}
		r.Keys = append(r.Keys, key)
	}
	total, count := program.Comparison{Name: "total", Type: sum}, program.Comparison{Name: "count", Type: whole}
	for s := range sides {
		total.Terms = append(total.Terms, sideColumn(s, len(groups), sum))
		count.Terms = append(count.Terms, sideColumn(s, len(groups)+1, whole))
	}
	r.Compare = []program.Comparison{total, count}
	return r
}

type world struct {
	tables map[string]*table
	cfg    engine.Config
}

func newWorld(t *testing.T) *world {
	w := &world{tables: map[string]*table{}}
	w.cfg = engine.Config{StateDir: t.TempDir(), Open: func(_ context.Context, src *program.Source) (sdk.Source, error) {
		table := *w.tables[src.Name]
		for _, c := range src.Columns {
			table.columns = append(table.columns, schema.Column{Name: c.Physical, Type: c.Type})
		}
		return &table, nil
	}}
	return w
}

func (w *world) give(name string, rows ...string) {
	t := &table{asked: new([]sdk.ReadRequest)}
	for _, r := range rows {
		t.rows = append(t.rows, strings.Fields(r))
	}
	w.tables[name] = t
}

func (w *world) run(t *testing.T, r *program.Rule, at string, params ...*program.Param) *result.Report {
	t.Helper()
	instant, err := time.Parse(time.RFC3339, at)
	if err != nil {
		t.Fatal(err)
	}
	r.Params = params
	given := map[string]string{}
	for _, p := range params {
		given[p.Name] = at[:10]
	}
	e := engine.New(&program.Program{Rules: []*program.Rule{r}, Params: params}, w.cfg)
	report, err := e.Run(context.Background(), engine.Request{Rule: r, Params: given, At: instant})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func textOf(t *testing.T, r *result.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := result.Text(&b, r, result.Style{}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// funds is a rule over three sides, of which two are drilled into and the third is listed.
func funds() *program.Rule {
	o, b, l := source("orders", "mch s", "order_no s", "amount m"), source("bill", "mch s", "order_no s", "net m"), source("ledger", "mch s", "amount m")
	r := totals("funds", []program.Side{{Name: "o", Source: grouped(o, 2, 0)}, {Name: "b", Source: grouped(b, 2, 0)}, {Name: "l", Source: grouped(l, 1, 0)}}, []string{"mch"})
	r.Drill = &program.Drill{
		Names: []string{"order_no"},
		Rule:  totals("funds", []program.Side{{Name: "o", Source: grouped(o, 2, 0, 1)}, {Name: "b", Source: grouped(b, 2, 0, 1)}}, []string{"mch", "order_no"}),
		Sides: []int{0, 1}, Whole: []int{2}, Listed: []*program.Source{l}, Groups: [][]*program.Expr{{column(0, text)}},
	}
	return r
}

func TestTotalsWithDrill(t *testing.T) {
	w := newWorld(t)
	w.give("orders", "M1 A1 10.00", "M1 A2 20.00", "M2 A3 5.00", "M2 A4 6.00", "M3 A5 1.00")
	w.give("bill", "M1 A1 10.00", "M1 A2 20.00", "M2 A3 5.00", "M2 A4 6.50", "M2 A6 1.00", "M3 A5 1.00")
	w.give("ledger", "M1 30.00", "M2 11.00", "M2 1.00", "M3 1.00")
	r := w.run(t, funds(), "2026-11-20T10:00:00Z")
	run := r.Run
	if run.Outcomes.Matched != 1 || run.Outcomes.Mismatch.Keys != 2 || run.Sides["o"].Read != 3 || run.Sides["o"].Rows != 5 || run.Sides["b"].Rows != 6 || run.Sides["l"].Rows != 4 {
		t.Fatalf("got %+v, sides %+v %+v %+v", run.Outcomes, run.Sides["o"], run.Sides["b"], run.Sides["l"])
	}
	const made = `what they are made of
  M2  2 order_no differ
    A6  missing o  b: sum(amount) 1.00, count 1
    A4  mismatch total  total: o 6.00, b 6.50
    l: 2 rows
      mch M2, amount 1.00
      mch M2, amount 11.00
  M1  no order_no differs by itself
    l: 1 row
      mch M1, amount 30.00
`
	if got := textOf(t, r); !strings.Contains(got, made) || !strings.Contains(got, "rows summed up        5  6  4\n") {
		t.Errorf("got %s", got)
	}
	for name, reads := range map[string]int{"orders": 2, "bill": 2, "ledger": 2} {
		asked := *w.tables[name].asked
		if len(asked) != reads {
			t.Fatalf("%s is read %d times", name, len(asked))
		}
		if len(asked[0].Where) != 0 || len(asked[1].Where) != 1 || asked[1].Where[0].Op != schema.In || len(asked[1].Where[0].Values) != 2 {
			t.Errorf("%s is asked for %+v, then for %+v", name, asked[0].Where, asked[1].Where)
		}
	}
	l, err := engine.OpenLedger(context.Background(), w.cfg.StateDir, 0, "test", nil)
	if err != nil {
		t.Fatal(err)
	}
	list, err := l.Find(context.Background(), "funds", []string{"M2"})
	l.Close()
	if err != nil || len(list) != 1 || list[0].Drill == nil || list[0].Drill.Differ != 2 {
		t.Fatalf("found %+v: %v", list, err)
	}
	var b bytes.Buffer
	if err := result.Explain(&b, &list[0], result.Style{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"total of b\n", "drill: 2 order_no differ\n    A6  missing o", "mch M2, amount 11.00"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in %s", want, b.String())
		}
	}

	w.give("orders", "M1 A1 10.00", "M1 A2 20.00")
	w.give("bill", "M1 A1 10.00", "M1 A2 20.00")
	w.give("ledger", "M1 29.00", "M1 1.00")
	r = w.run(t, funds(), "2026-11-20T11:00:00Z")
	if r.Run.Verdict != "pass" || r.Run.Drill != nil || r.Run.Outcomes.Cleared != 2 || len(*w.tables["bill"].asked) != 1 {
		t.Errorf("got %s", textOf(t, r))
	}
}

// TestDrillIsBounded: of many groups the largest are drilled into, and of each as much is told as fits.
func TestDrillIsBounded(t *testing.T) {
	w := newWorld(t)
	var orders, ledger []string
	for g := range 150 {
		for o := range 30 {
			orders = append(orders, fmt.Sprintf("M%d A%d.%d %d.%02d", g, g, o, g+1, o))
		}
		ledger = append(ledger, fmt.Sprintf("M%d 1.00", g), fmt.Sprintf("M%d 2.00", g))
	}
	w.give("orders", orders...)
	w.give("bill")
	w.give("ledger", ledger...)
	r := w.run(t, funds(), "2026-11-20T10:00:00Z")
	if len(r.Run.Drill) != 100 || r.Run.Drill[0].Key[0].Text != "M149" || r.Run.Drill[0].Differ != 30 || len(r.Run.Drill[0].Keys) != 20 {
		t.Fatalf("got %d drills, the first %+v", len(r.Run.Drill), r.Run.Drill[0])
	}
	if k := r.Run.Drill[0].Keys[0]; k.Amount != "150.29" || k.What != "missing b" {
		t.Errorf("the largest is %+v", k)
	}
	if got := textOf(t, r); !strings.Contains(got, "… 25 more") || !strings.Contains(got, "150 groups break, and only the largest 100 were drilled into") {
		t.Errorf("got %s", got)
	}
}

// windowed is a rule over totals of a day.
func windowed() (*program.Rule, *program.Param) {
	a, b := source("a", "mch s", "amount m", "at t"), source("b", "mch s", "amount m", "at t")
	r := totals("daily", []program.Side{{Name: "a", Source: grouped(a, 1, 0)}, {Name: "b", Source: grouped(b, 1, 0)}}, []string{"mch"})
	date := &program.Param{Name: "date", Type: day}
	r.Window = &program.Window{Period: &program.Expr{Op: program.OpCall, Name: "day", Args: []*program.Expr{{Op: program.OpParamRef, Name: "date", Type: day}}}}
	return r, date
}

// TestTotalsStayInTheirWindow: a total that breaks on one day is not paired with one of the next, and both are breaks of their
// own.
func TestTotalsStayInTheirWindow(t *testing.T) {
	r, date := windowed()
	w := newWorld(t)
	const first, second = "2026-11-20T23:59:59Z", "2026-11-21T23:59:59Z"
	w.give("a", "M1 10.00 2026-11-20T12:00:00Z", "M2 1.00 2026-11-20T12:00:00Z", "M2 1.00 2026-11-21T12:00:00Z")
	w.give("b", "M1 10.00 2026-11-21T12:00:00Z", "M2 1.00 2026-11-20T12:00:00Z", "M2 1.00 2026-11-21T00:00:00Z")
	one := w.run(t, r, first, date)
	if o := one.Run.Outcomes; o.Matched != 1 || o.Missing["b"] != 1 || one.Run.Breaks.Open != 1 || one.Run.Sides["a"].Rows != 2 || one.Run.Sides["b"].Rows != 1 {
		t.Fatalf("got %s", textOf(t, one))
	}
	two := w.run(t, r, second, date)
	if o := two.Run.Outcomes; o.Matched != 1 || o.Missing["a"] != 1 || two.Run.Breaks.Open != 2 || two.Run.Breaks.New != 1 || two.Run.Outcomes.Cleared != 0 || two.Run.Sides["a"].Carried != 0 {
		t.Fatalf("got %s", textOf(t, two))
	}
	if len(two.Open) != 2 || two.Open[0].ID == two.Open[1].ID || two.Open[0].KeyText() != "M1" || two.Open[1].KeyText() != "M1" {
		t.Fatalf("open are %+v", two.Open)
	}
	again := w.run(t, r, first, date)
	if again.Run.Breaks.Open != 2 || again.Run.Breaks.New != 0 || again.Run.Breaks.Changed != 0 {
		t.Errorf("the first day again: %+v", again.Run.Breaks)
	}
	w.give("b", "M1 10.00 2026-11-20T12:00:00Z", "M2 1.00 2026-11-20T12:00:00Z")
	if again = w.run(t, r, first, date); again.Run.Breaks.Open != 1 || again.Run.Outcomes.Cleared != 1 {
		t.Errorf("the first day mended: %+v", again.Run.Breaks)
	}
	// What is listed of a group is of the window too.
	listed := *r
	listed.Drill = &program.Drill{Names: []string{"order_no"}, Whole: []int{0, 1},
		Listed: []*program.Source{r.Sides[0].Source.View.Parts[0].Source, r.Sides[1].Source.View.Parts[0].Source},
		Groups: [][]*program.Expr{{column(0, text)}, {column(0, text)}}}
	w.give("a", "M1 10.50 2026-11-20T12:00:00Z", "M1 1.00 2026-11-21T12:00:00Z", "M2 1.00 2026-11-20T12:00:00Z")
	if drilled := w.run(t, &listed, first, date).Run.Drill; len(drilled) != 1 || drilled[0].Whole[0].Rows != 1 || drilled[0].Whole[1].Rows != 1 {
		t.Errorf("listed are %+v", drilled)
	}
	w.give("b", "M1 10.00 null")
	e := engine.New(&program.Program{Params: r.Params}, w.cfg)
	_, err := e.Run(context.Background(), engine.Request{Rule: r, Params: map[string]string{"date": "2026-11-20"}, At: time.Now()})
	if err == nil || !strings.Contains(err.Error(), "source b: row 1: column at: \"\" is null, but it is the time of the row") && !strings.Contains(err.Error(), "source b: row 1: column at: null, but it is the time of the row") {
		t.Errorf("got %v", err)
	}
}

// TestViewsAreCutByTheirTime: a view that has a time is cut by it, whatever time its parts have.
func TestViewsAreCutByTheirTime(t *testing.T) {
	for name, partTime := range map[string]int{"the parts' own": 2, "another": 3, "none": -1} {
		r, date := windowed()
		var sides []program.Side
		for _, side := range []string{"a", "b"} {
			src := source(side, "mch s", "amount m", "at t", "other t")
			src.Time = partTime
			v := bare(src)
			v.Time = 2
			sides = append(sides, program.Side{Name: side, Source: v})
		}
		key := program.Key{Name: "mch", Type: text, Terms: []*program.Expr{sideColumn(0, 0, text), sideColumn(1, 0, text)}}
		plain := &program.Rule{Name: "plain", Text: "plain", Sides: sides, Keys: []program.Key{key}, Window: r.Window}
		w := newWorld(t)
		w.give("a", "M1 10.00 2026-11-20T12:00:00Z 2026-11-25T12:00:00Z", "M2 1.00 2026-11-21T12:00:00Z 2026-11-20T12:00:00Z")
		w.give("b", "M1 10.00 2026-11-20T12:00:00Z 2026-11-25T12:00:00Z")
		got := w.run(t, plain, "2026-11-20T23:59:59Z", date)
		if got.Run.Outcomes.Matched != 1 || got.Run.Sides["a"].Read != 1 || got.Run.Sides["b"].Read != 1 {
			t.Errorf("time %s: got %s", name, textOf(t, got))
		}
		asked := len((*w.tables["a"].asked)[0].Where)
		if pushed := name == "the parts' own"; pushed != (asked == 1) {
			t.Errorf("time %s: the source is asked for %d conditions", name, asked)
		}
		totals := &program.Rule{Name: "totals", Text: "totals", Sides: []program.Side{{Name: "a", Source: grouped(sides[0].Source, 1, 0)}, {Name: "b", Source: grouped(sides[1].Source, 1, 0)}},
			Totals: true, Keys: []program.Key{key}, Window: r.Window}
		got = w.run(t, totals, "2026-11-20T23:59:59Z", date)
		if got.Run.Outcomes.Matched != 1 || got.Run.Sides["a"].Rows != 1 {
			t.Errorf("totals, time %s: got %s", name, textOf(t, got))
		}
	}
}

// same reports two reports as text and as what their JSON says but for id, time and strategy.
func same(t *testing.T, a, b *result.Report) string {
	t.Helper()
	var texts [2]string
	for i, r := range []*result.Report{a, b} {
		run := *r.Run
		run.ID, run.Started, run.Seconds, run.Strategy, run.Definition = "", time.Time{}, 0, "", ""
		j, err := json.Marshal(run)
		if err != nil {
			t.Fatal(err)
		}
		breaks := ""
		for _, list := range [][]result.Break{r.Open, r.Pending} {
			for _, x := range list {
				x.FirstRun, x.LastRun, x.FirstSeen = "", "", time.Time{}
				j, err := json.Marshal(&x)
				if err != nil {
					t.Fatal(err)
				}
				breaks += string(j) + "\n"
			}
		}
		texts[i] = textOf(t, r) + string(j) + "\n" + breaks
	}
	if texts[0] == texts[1] {
		return ""
	}
	return texts[0] + "\nand\n" + texts[1]
}

func randomRows(r *rand.Rand, n, groups, orders int) (rows []string) {
	for range n {
		mch := fmt.Sprint("M", r.IntN(groups))
		if r.IntN(15) == 0 {
			mch = "null"
		}
		amount := fmt.Sprintf("%d.%02d", r.IntN(4)-2, r.IntN(2))
		if r.IntN(10) == 0 {
			amount = "null"
		}
		rows = append(rows, fmt.Sprintf("%s A%d %s", mch, r.IntN(orders), amount))
	}
	return rows
}

func shuffled(r *rand.Rand, rows []string) []string {
	rows = append([]string(nil), rows...)
	r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	return rows
}

// TestTotalsDoNotDependOnHow: the same data gives the same report whatever the order of rows, the size of batches, the
// number of cores and the memory.
func TestTotalsDoNotDependOnHow(t *testing.T) {
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 1))
		a, b, c := randomRows(r, 3000, 60, 700), randomRows(r, 3000, 60, 700), randomRows(r, 3000, 60, 700)
		for i := range c {
			f := strings.Fields(c[i])
			c[i] = f[0] + " " + f[2]
		}
		var first *result.Report
		for how := range 3 {
			w := newWorld(t)
			w.cfg.Batch, w.cfg.Cores, w.cfg.Budget = []int{0, 7, 1000}[how], how, []int64{0, 60 << 10, 0}[how]
			w.give("orders", shuffled(r, a)...)
			w.give("bill", shuffled(r, b)...)
			w.give("ledger", shuffled(r, c)...)
			report := w.run(t, funds(), "2026-11-20T10:00:00Z")
			if first == nil {
				first = report
			} else if d := same(t, first, report); d != "" {
				t.Fatalf("seed %d, how %d: %s", seed, how, d)
			}
		}
		if len(first.Run.Drill) == 0 {
			t.Fatal("nothing breaks")
		}
	}
}

// bare is a view of one source with nothing in it.
func bare(src *program.Source) *program.Source {
	v := &program.View{Parts: []program.Part{{Source: src}}}
	for i, c := range src.Columns {
		c.Derived, c.Physical = nil, ""
		v.Row = append(v.Row, c)
		v.Parts[0].Columns = append(v.Parts[0].Columns, i)
	}
	return &program.Source{Name: src.Name, View: v, Columns: v.Row, Time: src.Time, Zone: src.Zone}
}

// keyed is a rule between two sources with columns mch, order_no, amount.
func keyed(a, b *program.Source) *program.Rule {
	r := &program.Rule{Name: "keyed", Text: "keyed", Sides: []program.Side{{Name: "a", Source: a}, {Name: "b", Source: b}}}
	for k, name := range []string{"mch", "order_no"} {
		r.Keys = append(r.Keys, program.Key{Name: name, Type: text, Terms: []*program.Expr{sideColumn(0, k, text), sideColumn(1, k, text)}})
	}
	r.Compare = []program.Comparison{{Name: "amount", Type: money, Terms: []*program.Expr{sideColumn(0, 2, money), sideColumn(1, 2, money)}}}
	return r
}

// TestABareViewIsItsSource: a view with nothing in it gives the same report as the source, rows that cannot be read, computed nulls
// and conditions included; and so does a view of that view.
func TestABareViewIsItsSource(t *testing.T) {
	for seed := range uint64(16) {
		r := rand.New(rand.NewPCG(seed, 2))
		a, b := randomRows(r, 200, 5, 60), randomRows(r, 200, 5, 60)
		for range 5 {
			a[r.IntN(len(a))] = "M1 A1 nonsense"
		}
		make := func() (sources [2]*program.Source) {
			for i, name := range []string{"a", "b"} {
				src := source(name, "mch s", "order_no s", "amount m")
				src.BadRows = true
				if seed%2 == 0 { // a computed null where the order is A1
					is := &program.Expr{Op: program.OpEqual, Type: yesNo, Args: []*program.Expr{{Op: program.OpPhysical, Name: "order_no", Type: text}, {Op: program.OpLiteral, Type: text, Value: schema.Text("A1")}}}
					null := &program.Expr{Op: program.OpLiteral, Type: schema.Type{Kind: schema.Null}, Value: schema.Value{Null: true, Type: schema.Type{Kind: schema.Null}}}
					src.Columns[2].Derived = &program.Expr{Op: program.OpCond, Type: money, Args: []*program.Expr{is, null, {Op: program.OpPhysical, Name: "amount", Type: money}}}
				}
				sources[i] = src
			}
			return sources
		}
		where := &program.Expr{Op: program.OpNotEqual, Type: yesNo, Args: []*program.Expr{column(2, money), {Op: program.OpLiteral, Type: money, Value: schema.Dec(mustDecimal("1.00"))}}}
		var first *result.Report
		for how := range 3 {
			w := newWorld(t)
			w.cfg.Batch = 1 + r.IntN(50)
			w.give("a", a...)
			w.give("b", b...)
			s := make()
			for i := range s {
				switch how {
				case 0:
					s[i].Where = where
				case 1:
					s[i] = bare(s[i])
					s[i].View.Where = where
				case 2:
					s[i].Where = where
					s[i] = bare(bare(s[i]))
				}
			}
			report := w.run(t, keyed(s[0], s[1]), "2026-11-20T10:00:00Z")
			if first == nil {
				first = report
			} else if d := same(t, first, report); d != "" {
				t.Fatalf("seed %d, how %d: %s", seed, how, d)
			}
		}
	}
}

// TestTotalsAreARuleOverSums: a rule over totals gives what a rule gives over sources that are summed up beforehand.
func TestTotalsAreARuleOverSums(t *testing.T) {
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 3))
		a, b := randomRows(r, 400, 40, 5), randomRows(r, 400, 40, 5)
		if seed%2 == 0 {
			copy(b, a[:350])
		}
		w := newWorld(t)
		w.give("a", a...)
		w.give("b", b...)
		left, right := source("a", "mch s", "order_no s", "amount m"), source("b", "mch s", "order_no s", "amount m")
		rule := totals("sums", []program.Side{{Name: "a", Source: grouped(left, 2, 0)}, {Name: "b", Source: grouped(right, 2, 0)}}, []string{"mch"})
		got := w.run(t, rule, "2026-11-20T10:00:00Z")

		w = newWorld(t)
		var sides []program.Side
		for name, rows := range map[string][]string{"a": a, "b": b} {
			sums, counts := map[string]int64{}, map[string]int{}
			for _, row := range rows {
				f := strings.Fields(row)
				counts[f[0]]++
				sums[f[0]] += 0
				if f[2] != "null" {
					d := mustDecimal(f[2])
					n, _ := d.Coef.Int64()
					sums[f[0]] += n
				}
			}
			var list []string
			for mch, n := range sums {
				list = append(list, fmt.Sprintf("%s %s %d", mch, decimal.Decimal{Coef: decimal.FromInt64(n), Scale: 2}, counts[mch]))
			}
			w.give(name, list...)
		}
		for _, name := range []string{"a", "b"} {
			src := source(name, "mch s", "sum(amount) m", "count i")
			src.Columns[1].Type = sum
			sides = append(sides, program.Side{Name: name, Source: src})
		}
		plain := totals("sums", sides, []string{"mch"})
		plain.Totals = false
		want := w.run(t, plain, "2026-11-20T10:00:00Z")
		for _, s := range got.Run.Sides {
			if s.Rows != 400 {
				t.Fatalf("%d rows were summed up", s.Rows)
			}
			s.Rows = 0
		}
		for i := range got.Open {
			got.Open[i].Totals = false
		}
		if d := same(t, got, want); d != "" {
			t.Fatalf("seed %d: %s", seed, d)
		}
	}
}

func mustDecimal(s string) decimal.Decimal {
	d, err := decimal.Parse([]byte(s))
	if err != nil {
		panic(err)
	}
	return d
}

// TestPlanShowsViews: a plan tells of the parts of views, what is looked up, computed and summed up, and of the drill.
func TestPlanShowsViews(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"orders", "bill", "ledger"} {
		w.give(name)
	}
	r := funds()
	e := engine.New(&program.Program{}, w.cfg)
	p, err := e.Plan(context.Background(), engine.Request{Rule: r, At: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := engine.Explain(&b, p, "text"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"\nread l (view ledger)\n  part ledger from table\n    columns    mch, amount\n  group      by mch: sum(amount), count, in 16 MiB of memory, beyond that on disk\n",
		"1. sum the rows of each side up by mch: what follows speaks of these totals\n",
		"4. if groups break, read the rows of the largest of them again, and pair o, b by order_no; list the rows of l\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
}
