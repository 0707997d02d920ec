package view_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/view"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// parts makes sources of a text and an amount.
func part(name string) *program.Source {
	return &program.Source{Name: name, Plugin: "table", Time: -1, Columns: []program.Column{{Name: "key", Physical: "key", Type: text}, {Name: "amount", Physical: "amount", Type: narrow}}}
}

func union(name string, parts ...*program.Source) *program.Source {
	v := &program.View{Row: []program.Column{{Name: "key", Type: text}, {Name: "amount", Type: narrow}}}
	for _, p := range parts {
		v.Parts = append(v.Parts, program.Part{Source: p, Columns: []int{0, 1}})
	}
	return &program.Source{Name: name, View: v, Columns: v.Row, Time: -1}
}

func pair(key string, cents int64) []schema.Value {
	return []schema.Value{schema.Text(key), schema.Dec(decimal.Decimal{Coef: decimal.FromInt64(cents), Scale: 2})}
}

type tables map[string][][]schema.Value

// read gives the rows of a view, and where what was wrong with them stands.
func (t tables) read(tt *testing.T, src *program.Source, budget int64, asked *[]sdk.ReadRequest) ([]string, error) {
	tt.Helper()
	dir := column.NewDir(tt.TempDir())
	defer dir.Close()
	s, err := view.Open(context.Background(), src, view.Env{
		Open: func(_ context.Context, src *program.Source) (sdk.Source, error) {
			return &table{columns: physical(src), rows: t[src.Name], asked: asked}, nil
		},
		Settings: func(*program.Source) (schema.Config, error) { return nil, nil },
		Rule:     &program.Rule{}, Budget: budget, Dir: dir,
	})
	if err != nil {
		tt.Fatal(err)
	}
	defer s.Close()
	return readAll(src, s, 3)
}

func TestUnionOfViews(t *testing.T) {
	inner := union("inner", part("a"), part("b"))
	inner.View.Where = op(program.OpGreater, yesNo, col(0, 1, narrow), lit(schema.Int(0)))
	outer := union("outer", inner, part("c"))
	outer.View.Where = op(program.OpNotEqual, yesNo, col(0, 0, text), lit(schema.Text("x")))
	data := tables{
		"a": {pair("1", 100), pair("x", 100), pair("2", -1)}, "b": {pair("3", 300), pair("x", 100)}, "c": {pair("4", 400), pair("x", 1), pair("5", -1)},
	}
	var asked []sdk.ReadRequest
	got, err := data.read(t, outer, 0, &asked)
	want := []string{"1 | 1.00", "3 | 3.00", "4 | 4.00", "5 | -0.01"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q: %v", got, err)
	}
	for i, n := range []int{2, 2, 1} { // what a view asks of its rows, its parts' sources are asked
		if len(asked[i].Where) != n {
			t.Errorf("source %d is asked for %+v", i, asked[i].Where)
		}
	}
}

// withRates is a view of a, with the rate of each key and what it makes of the amount.
func withRates() *program.Source {
	v := union("v", part("a"))
	rates := part("rates")
	rates.Columns[1].Name, rates.Columns[1].Physical = "rate", "rate"
	v.View.Joins = []program.Join{{Name: "r", Source: rates, On: []program.Equation{{This: col(0, 0, text), Other: col(1, 0, text), Type: text}}}}
	v.View.Row = append(v.View.Row, program.Column{Name: "fee", Type: schema.Type{Kind: schema.Decimal, Precision: 8, Scale: 4},
		Derived: op(program.OpMul, schema.Type{Kind: schema.Decimal, Precision: 14, Scale: 4}, col(0, 1, narrow), col(1, 1, narrow))})
	v.Columns = v.View.Row
	return v
}

func TestLookUp(t *testing.T) {
	data := tables{"a": {pair("1", 200), pair("2", 300), pair("3", 0)}, "rates": {pair("1", 150), pair("3", 100), pair("9", 1), pair("9", 2)}}
	got, err := data.read(t, withRates(), 1<<20, nil)
	if want := []string{"1 | 2.00 | 3.0000", "2 | 3.00 | null?", "3 | 0.00 | 0.0000"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q: %v", got, err) // a key that is there twice, and is not looked up, is nobody's concern
	}
}

// TestViewErrors: what a view cannot do names the view, the part, the row and the values.
func TestViewErrors(t *testing.T) {
	grouped := union("g", part("a"))
	grouped.View.Group = &program.Group{By: []*program.Expr{col(0, 0, text)},
		Aggregates: []program.Aggregate{{Func: program.Sum, Arg: col(0, 1, narrow), Type: narrow}},
		Out:        []program.Column{{Name: "key", Type: text, Derived: col(0, 0, text)}, {Name: "sum(amount)", Type: narrow, Derived: col(0, 1, narrow)}}}
	grouped.Columns = grouped.View.Group.Out
	var many [][]schema.Value
	for i := range 2000 {
		many = append(many, pair(fmt.Sprint("a key of some length ", i), 1))
	}
	for name, c := range map[string]struct {
		view   *program.Source
		data   tables
		budget int64
		want   string
	}{
		"two rows": {withRates(), tables{"a": {pair("0", 1), pair("1", 200)}, "rates": {pair("1", 150), pair("2", 1), pair("1", 150)}}, 1 << 20,
			`view v: a, row 2: join r: rates has several rows with its term = "1": row 1 and row 3`},
		"a column that cannot be computed": {withRates(), tables{"a": {pair("0", 1), pair("1", 9_000_000)}, "rates": {pair("1", 9_000_000)}}, 1 << 20,
			"view v: a, row 2: column fee: 8100000000.0000: not a decimal(8, 4)"},
		"a bad value of a part":        {withRates(), tables{"a": {pair("0", 1), pair("1", 99_999_999_99)}}, 1 << 20, `source a: line 3: column amount: "99999999.99" is not a decimal(7, 2)`},
		"a bad value of what is found": {withRates(), tables{"rates": {pair("1", 99_999_999_99)}}, 1 << 20, `source rates: line 2: column rate: "99999999.99" is not a decimal(7, 2)`},
		"a joined source too large": {withRates(), tables{"rates": many}, 64 << 10,
			"of rates do not fit in the 64 KiB of memory that a join has here; join a smaller source (with a where), or give more --memory"},
		"a sum too large": {grouped, tables{"a": {pair("1", 9_000_000), pair("1", 9_000_000)}}, 1 << 20, "view g: sum(amount) of group key = 1: the result does not fit its type"},
	} {
		_, err := c.data.read(t, c.view, c.budget, nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v\nwant %s", name, err, c.want)
		}
	}
}

// TestBadRowsTravel: a row that a part reports comes as one that could not be read, out of groups too, and says of which part it is.
func TestBadRowsTravel(t *testing.T) {
	a, b := part("a"), part("b")
	a.BadRows = true
	data := tables{"a": {pair("1", 100), pair("2", 99_999_999_99)}, "b": {pair("3", 100)}}
	u := union("u", a, b)
	read := func(src *program.Source) (bad []string) {
		t.Helper()
		s, err := view.Open(context.Background(), src, view.Env{
			Open: func(_ context.Context, src *program.Source) (sdk.Source, error) {
				return &table{columns: physical(src), rows: data[src.Name]}, nil
			},
			Settings: func(*program.Source) (schema.Config, error) { return nil, nil },
			Rule:     &program.Rule{}, Budget: 1 << 20,
		})
		if err != nil {
			t.Fatal(err)
		}
		bad, err = readBad(src, s)
		if err != nil {
			t.Fatal(err)
		}
		return bad
	}
	want := `a: column amount: "99999999.99" is not a decimal(7, 2)`
	if got := read(u); !slices.Equal(got, []string{want}) {
		t.Errorf("got %q", got)
	}
	over := union("over", u)
	if got := read(over); !slices.Equal(got, []string{want}) {
		t.Errorf("through a view: got %q", got)
	}
	g := *u.View
	g.Group = &program.Group{By: []*program.Expr{col(0, 0, text)}, Aggregates: []program.Aggregate{{Func: program.Count, Type: whole}},
		Out: []program.Column{{Name: "key", Type: text, Derived: col(0, 0, text)}, {Name: "count", Type: whole, Derived: col(0, 1, whole)}}}
	if got := read(&program.Source{Name: "g", View: &g, Columns: g.Group.Out, Time: -1}); len(got) != 0 {
		t.Errorf("a column that is not needed is read: got %q", got)
	}
	g.Group.Aggregates[0] = program.Aggregate{Func: program.Count, Arg: col(0, 1, narrow), Type: whole}
	if got := read(&program.Source{Name: "g", View: &g, Columns: g.Group.Out, Time: -1}); !slices.Equal(got, []string{want}) {
		t.Errorf("got %q", got)
	}
}
