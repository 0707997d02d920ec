package exec_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recon-lang/recon/engine/internal/exec"
	"github.com/recon-lang/recon/engine/plan"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/engine/state"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
	"github.com/recon-lang/recon/sdk/sdktest"
)

func op(o program.Op, args ...*program.Expr) *program.Expr {
	return &program.Expr{Op: o, Type: kind(schema.Boolean), Args: args}
}

// randomWhere draws a condition over the columns of simpleRule, and at, a timestamp.
func randomWhere(r *rand.Rand, src *program.Source, depth int) *program.Expr {
	if depth > 0 && r.IntN(2) == 0 {
		a, b := randomWhere(r, src, depth-1), randomWhere(r, src, depth-1)
		switch r.IntN(3) {
		case 0:
			return op(program.OpAnd, a, b)
		case 1:
			return op(program.OpOr, a, b)
		}
		return op(program.OpNot, a)
	}
	c := 1 + r.IntN(4)
	column := columnOf(0, c, src.Columns[c])
	v := value(r, src.Columns[c].Type)
	if r.IntN(4) == 0 && !v.Null {
		return op(program.OpIn, column, literal(v), literal(value(r, src.Columns[c].Type)))
	}
	o := []program.Op{program.OpEqual, program.OpNotEqual, program.OpLess, program.OpLessEqual, program.OpGreater, program.OpGreaterEqual}[r.IntN(6)]
	if r.IntN(2) == 0 {
		return op(o, literal(v), column)
	}
	return op(o, column, literal(v))
}

// windowed is simpleRule with a time column and a window.
func windowed() *program.Rule {
	rule := simpleRule("a", "b")
	for s := range rule.Sides {
		src := rule.Sides[s].Source
		src.Columns = append(src.Columns, program.Column{Name: "at", Physical: "at", Type: kind(schema.Timestamp)})
		src.Time = 4
	}
	rule.Window = &program.Window{}
	return rule
}

// TestPushedDownOrNot gives the same outcome whether a source evaluates conditions and the window's cut exactly, in part or
// not at all.
func TestPushedDownOrNot(t *testing.T) {
	dir := t.TempDir()
	dropped := int64(0)
	for seed := range 300 {
		r := rand.New(rand.NewPCG(uint64(seed), 5))
		rule := windowed()
		rows := make([][][]schema.Value, 2)
		for s := range rows {
			src := rule.Sides[s].Source
			src.BadRows = true
			src.Where = randomWhere(r, src, 2)
			for i := range 30 {
				row := simpleRow(i)
				for c := 1; c < 4; c++ {
					row[c] = value(r, src.Columns[c].Type)
				}
				rows[s] = append(rows[s], append(row, value(r, kind(schema.Timestamp))))
			}
		}
		start := time.UnixMicro(1_700_000_000_000_000)
		in := plan.Inputs{Window: &plan.Window{Start: start, End: start.Add(1_000_000 * time.Microsecond)}}
		var want []byte
		wants := ""
		for _, claim := range []schema.Claim{schema.None, schema.Superset, schema.Exact} {
			var sources []sdk.Source
			var claims []sdk.Claims
			configs := []schema.Config{{"table": schema.Text("a")}, {"table": schema.Text("b")}}
			for s := range rows {
				src := sdktest.Memory("memory", map[string]sdktest.Table{
					[]string{"a", "b"}[s]: {Columns: physical(rule.Sides[s].Source), Values: rows[s], Claim: claim},
				})
				sources = append(sources, src)
				req := plan.Requests(rule, in)[s]
				req.Config = configs[s]
				claims = append(claims, src.(sdk.Claimer).Claim(req))
			}
			p, err := plan.Build(rule, plan.Options{Inputs: in, Claims: claims})
			if err != nil {
				t.Fatal(err)
			}
			o, err := exec.Run(context.Background(), p, exec.Env{Sources: sources, Configs: configs, SpillDir: dir})
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			dropped += 60 - o.Read[0].Rows - o.Read[1].Rows
			got := encode(t, rule, o)
			if want == nil {
				want = got
				wants, _ = describe(rule, o)
			} else if string(got) != string(want) {
				d, _ := describe(rule, o)
				t.Fatalf("seed %d: claim %d gives\n%s\nand not\n%s", seed, claim, d, wants)
			}
			o.Close()
		}
	}
	if dropped == 0 {
		t.Error("no condition dropped a row")
	}
}

// badTable has amounts as text, one of which is no number, and a time that is null.
func badTable(rule *program.Rule) (rows [][][]schema.Value, columns [][]schema.Column) {
	for range rule.Sides {
		var side [][]schema.Value
		for i := range 5 {
			row := simpleRow(i)
			row[2] = schema.Text(row[2].Dec.String())
			side = append(side, append(row, schema.Value{Type: kind(schema.Timestamp), Int: 1_700_000_000_000_000}))
		}
		rows = append(rows, side)
		list := physical(rule.Sides[0].Source)
		list[2].Type = kind(schema.String)
		columns = append(columns, list)
	}
	return rows, columns
}

func runBad(t *testing.T, rule *program.Rule, rows [][][]schema.Value, columns [][]schema.Column) (*exec.Outcome, error) {
	t.Helper()
	start := time.UnixMicro(1_700_000_000_000_000)
	p, err := plan.Build(rule, plan.Options{Inputs: plan.Inputs{Window: &plan.Window{Start: start, End: start.Add(time.Hour)}}})
	if err != nil {
		t.Fatal(err)
	}
	env := exec.Env{SpillDir: t.TempDir(), Configs: []schema.Config{nil, nil}}
	for s := range rows {
		env.Sources = append(env.Sources, &table{columns: columns[s], rows: rows[s], origin: "b.csv"})
	}
	o, err := exec.Run(context.Background(), p, env)
	if err == nil {
		t.Cleanup(func() { o.Close() })
	}
	return o, err
}

func TestBadValues(t *testing.T) {
	text := func(row []schema.Value, s string) { row[2] = schema.Text(s) }
	for _, c := range []struct {
		name   string
		change func(rule *program.Rule, rows [][]schema.Value)
		want   string // of the error; of the reason if rows are reported
	}{
		{"no number", func(_ *program.Rule, rows [][]schema.Value) { text(rows[3], "ten") }, `column amount: "ten" is not a decimal(18, 2)`},
		{"too many decimals", func(_ *program.Rule, rows [][]schema.Value) { text(rows[3], "1.005") }, `column amount: "1.005" is not a decimal(18, 2)`},
		{"no time", func(_ *program.Rule, rows [][]schema.Value) { rows[3][4].Null = true }, "column at: null, but it is the time of the row"},
		{"a condition over it", func(rule *program.Rule, rows [][]schema.Value) {
			text(rows[3], "ten")
			src := rule.Sides[1].Source
			src.Where = op(program.OpGreater, columnOf(0, 2, src.Columns[2]), literal(schema.Dec(number("-5"))))
		}, `column amount: "ten" is not a decimal(18, 2)`},
	} {
		t.Run(c.name, func(t *testing.T) {
			rule := windowed()
			rows, columns := badTable(rule)
			c.change(rule, rows[1])
			_, err := runBad(t, rule, rows, columns)
			var bad *exec.RowError
			if !errors.As(err, &bad) || !strings.HasPrefix(err.Error(), "source b: b.csv, ") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got error %v, want one that says %s", err, c.want)
			}
			rule.Sides[1].Source.BadRows = true
			o, err := runBad(t, rule, rows, columns)
			if err != nil {
				t.Fatal(err)
			}
			var reasons []string
			for _, r := range collect(t, o) {
				if r.Kind == state.Unkeyed {
					reasons = append(reasons, r.Reason)
				}
			}
			if !slices.Equal(reasons, []string{c.want}) || o.Counts.Rows[1][result.Unkeyed] != 1 || o.Counts.Matched != 4 {
				t.Errorf("got reasons %q, counts %+v", reasons, o.Counts)
			}
		})
	}
	t.Run("outside of what is read", func(t *testing.T) {
		rule := windowed()
		rows, columns := badTable(rule)
		rows[1][3][2], rows[1][3][4].Int = schema.Text("ten"), 5
		rows[1][2][2] = schema.Text("ten")
		src := rule.Sides[1].Source
		src.Where = op(program.OpNotEqual, columnOf(0, 0, src.Columns[0]), literal(rows[1][2][0]))
		o, err := runBad(t, rule, rows, columns)
		if err != nil || o.Read[1].Rows != 3 {
			t.Errorf("read %+v, error %v", o, err)
		}
	})
}

// TestUnsorted names the rows that break a promised order, under every strategy.
func TestUnsorted(t *testing.T) {
	for _, strategy := range []plan.Strategy{plan.Hash, plan.Merge} {
		rule := simpleRule("a", "b")
		rows := make([][][]schema.Value, 2)
		for s := range rows {
			rule.Sides[s].Source.Sorted = []int{0}
			for i := range 10 {
				rows[s] = append(rows[s], simpleRow(i))
			}
		}
		rows[1][6], rows[1][7] = rows[1][7], rows[1][6]
		for _, size := range []int{1, 7, 100} {
			_, err := run(rule, rows, t.TempDir(), plan.Options{Strategy: strategy, Rows: size})
			want := `source b: its rows are not sorted by id: row 8 ("ID-000006") comes after row 7 ("ID-000007")`
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s, %d rows a batch: got error %v, want %s", strategy, size, err, want)
			}
		}
	}
}

// TestEndsEarly leaves nothing behind when a source fails, a disk is full, or the run is cancelled.
func TestEndsEarly(t *testing.T) {
	rule := simpleRule("a", "b")
	var rows [][]schema.Value
	for i := range 50_000 {
		rows = append(rows, simpleRow(i))
	}
	for _, strategy := range []plan.Strategy{plan.Hash, plan.Merge} {
		for s := range rule.Sides {
			rule.Sides[s].Source.Sorted = []int{0}
		}
		p, err := plan.Build(rule, plan.Options{Budget: 1 << 17, Strategy: strategy})
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		whole := &table{columns: physical(rule.Sides[0].Source), rows: rows}
		failure := errors.New("the connection was lost")
		failing := sdktest.Memory("memory", map[string]sdktest.Table{"t": {Columns: whole.columns, Values: rows, Fail: func(n int) error {
			if n > 20_000 {
				return failure
			}
			return nil
		}}})
		env := exec.Env{Sources: []sdk.Source{whole, failing}, Configs: []schema.Config{nil, {"table": schema.Text("t")}}, SpillDir: dir}
		if _, err := exec.Run(context.Background(), p, env); !errors.Is(err, failure) || !strings.Contains(err.Error(), "read b: ") {
			t.Errorf("%s: got error %v, want the source's", strategy, err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		env.Sources[1], env.Progress = whole, func(p exec.Progress) {
			if p.Rows > 30_000 {
				cancel()
			}
		}
		if _, err := exec.Run(ctx, p, env); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got error %v, want that it was cancelled", strategy, err)
		}
		cancel()
		if left, _ := os.ReadDir(dir); len(left) != 0 {
			t.Errorf("%s: left %v behind", strategy, left)
		}
	}
	gone := filepath.Join(t.TempDir(), "gone")
	_, err := run(rule, [][][]schema.Value{rows, rows}, gone, plan.Options{Budget: 1 << 17, Strategy: plan.Hash})
	if err == nil || !strings.Contains(err.Error(), "spill rows to "+gone) {
		t.Errorf("got error %v, want one that names the folder", err)
	}
}

// TestSweep removes what a dead process left, and not what a living one has.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	mine := fmt.Sprintf("recon-spill-%d-1", os.Getpid())
	for _, name := range []string{mine, "recon-spill-999999999-1", "other"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := exec.SweepDirs(dir, func(exec.Header) bool { return true }); err != nil {
		t.Fatal(err)
	}
	var left []string
	list, _ := os.ReadDir(dir)
	for _, e := range list {
		left = append(left, e.Name())
	}
	if !slices.Equal(left, []string{"other", mine}) {
		t.Errorf("left %v", left)
	}
}
