package view_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/eval"
	"github.com/recon-lang/recon/engine/internal/view"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

var (
	text   = schema.Type{Kind: schema.String}
	whole  = schema.Type{Kind: schema.Integer}
	narrow = schema.Type{Kind: schema.Decimal, Precision: 7, Scale: 2}
	money  = schema.Type{Kind: schema.Decimal, Precision: 20, Scale: 3}
	total  = schema.Type{Kind: schema.Decimal, Precision: 38, Scale: 3}
	mean   = schema.Type{Kind: schema.Decimal, Precision: 38, Scale: 5}
	real   = schema.Type{Kind: schema.Float}
	yesNo  = schema.Type{Kind: schema.Boolean}
)

// The columns of the parts, and of the view's row: those, then derived ones.
const (
	cText = iota
	cWhole
	cAmount
	cUnit
	cReal
	cDoubt  // c1 == 1 ? amount : null, a computed null otherwise
	cRate   // of the join
	cDouble // doubt + rate
)

func col(side, i int, t schema.Type) *program.Expr {
	return &program.Expr{Op: program.OpColumn, Side: side, Index: i, Type: t}
}

func lit(v schema.Value) *program.Expr {
	return &program.Expr{Op: program.OpLiteral, Type: v.Type, Value: v}
}

func op(o program.Op, t schema.Type, args ...*program.Expr) *program.Expr {
	return &program.Expr{Op: o, Type: t, Args: args}
}

// scene is a view over tables, and what a naive reading of the language makes of it.
type scene struct {
	r     *rand.Rand
	parts [][][]schema.Value
	rates [][]schema.Value
	view  *program.Source
}

func newScene(seed uint64) *scene {
	s := &scene{r: rand.New(rand.NewPCG(seed, 7))}
	row := []program.Column{
		{Name: "text", Type: text}, {Name: "whole", Type: whole}, {Name: "amount", Type: money}, {Name: "unit", Type: text}, {Name: "real", Type: real},
		{Name: "doubt", Type: money, Derived: op(program.OpCond, money, op(program.OpEqual, yesNo, col(0, cWhole, whole), lit(schema.Int(1))), col(0, cAmount, money), lit(schema.Value{Type: schema.Type{Kind: schema.Null}, Null: true}))},
		{Name: "rate", Type: money, Derived: col(1, 1, money)},
		{Name: "double", Type: total, Derived: op(program.OpAdd, total, col(0, cDoubt, money), col(0, cRate, money))},
	}
	v := &program.View{Row: row}
	for i := range 1 + s.r.IntN(3) {
		src := &program.Source{Name: fmt.Sprint("part", i), Plugin: "table", Time: -1}
		for c, name := range []string{"text", "whole", "amount", "unit", "real"} {
			t := row[c].Type
			if c == cAmount && i%2 == 0 {
				t = narrow
			}
			src.Columns = append(src.Columns, program.Column{Name: name, Physical: name, Type: t})
		}
		v.Parts = append(v.Parts, program.Part{Source: src, Columns: []int{0, 1, 2, 3, 4}})
		s.parts = append(s.parts, s.rows())
	}
	rates := &program.Source{Name: "rates", Plugin: "table", Time: -1, Columns: []program.Column{
		{Name: "key", Physical: "key", Type: text}, {Name: "rate", Physical: "rate", Type: money}}}
	v.Joins = []program.Join{{Name: "r", Source: rates, On: []program.Equation{{This: col(0, cText, text), Other: col(1, 0, text), Type: text}}}}
	for _, key := range []string{"a", "b", "c"} {
		if s.r.IntN(3) > 0 {
			s.rates = append(s.rates, []schema.Value{schema.Text(key), s.amount()})
		}
	}
	s.rates = append(s.rates, []schema.Value{{Type: text, Null: true}, s.amount()}, []schema.Value{{Type: text, Null: true}, s.amount()})
	if s.r.IntN(2) == 0 {
		v.Where = op(program.OpAnd, yesNo,
			op(program.OpLess, yesNo, col(0, cWhole, whole), lit(schema.Int(3))),
			op(program.OpNotEqual, yesNo, col(0, cDoubt, money), lit(schema.Dec(decimal.Decimal{Coef: decimal.FromInt64(1000), Scale: 3}))))
	}
	g := &program.Group{}
	types := map[int]schema.Type{cText: text, cWhole: whole, cDoubt: money, cRate: money}
	for _, c := range []int{cText, cWhole, cDoubt, cRate} {
		if s.r.IntN(3) == 0 {
			g.By = append(g.By, col(0, c, types[c]))
			g.Out = append(g.Out, program.Column{Name: row[c].Name, Type: types[c], Derived: col(0, len(g.By)-1, types[c])})
		}
	}
	add := func(f program.AggregateFunc, arg *program.Expr, t schema.Type) {
		a := program.Aggregate{Func: f, Arg: arg, Type: t}
		if s.r.IntN(3) == 0 {
			a.Where = op(program.OpGreaterEqual, yesNo, col(0, cAmount, money), lit(schema.Int(0)))
		}
		g.Aggregates = append(g.Aggregates, a)
		g.Out = append(g.Out, program.Column{Name: fmt.Sprint("agg", len(g.Aggregates)), Type: t, Derived: col(0, len(g.By)+len(g.Aggregates)-1, t)})
	}
	withUnit := col(0, cAmount, money)
	withUnit.Unit = program.Unit{Column: cUnit + 1}
	add(program.Count, nil, whole)
	add(program.Count, col(0, cDoubt, money), whole)
	for _, arg := range []*program.Expr{col(0, cAmount, money), withUnit, col(0, cDouble, total), col(0, cWhole, whole)} {
		t := total
		if arg.Type.Kind == schema.Integer {
			t = schema.Type{Kind: schema.Decimal, Precision: 38}
		}
		add(program.Sum, arg, t)
		add(program.Mean, arg, mean)
		add(program.Min, arg, arg.Type)
		add(program.Max, arg, arg.Type)
	}
	add(program.Min, col(0, cText, text), text)
	add(program.Max, col(0, cText, text), text)
	add(program.Min, col(0, cReal, real), real)
	add(program.Max, col(0, cReal, real), real)
	v.Group = g
	s.view = &program.Source{Name: "v", View: v, Time: -1, Columns: g.Out}
	return s
}

func (s *scene) amount() schema.Value {
	if s.r.IntN(6) == 0 {
		return schema.Value{Type: money, Null: true}
	}
	v := schema.Dec(decimal.Decimal{Coef: decimal.FromInt64(s.r.Int64N(2_000_00) - 1_000_00), Scale: 2})
	if s.r.IntN(6) == 0 {
		v.Dec.Coef = decimal.FromInt64(100)
	}
	return v
}

func (s *scene) rows() (rows [][]schema.Value) {
	for range s.r.IntN(30) {
		t := schema.Text([]string{"a", "b", "", "é", "long text of some length"}[s.r.IntN(5)])
		t.Null = s.r.IntN(8) == 0
		n := schema.Int(s.r.Int64N(4))
		n.Null = s.r.IntN(8) == 0
		unit := schema.Text([]string{"CNY", "CNY", "CNY", "USD"}[s.r.IntN(4)])
		unit.Null = s.r.IntN(20) == 0
		f := schema.Value{Type: real, Float: []float64{1e300, -1e300, 0.1, 0.2, 1e-300, 0}[s.r.IntN(6)], Null: s.r.IntN(9) == 0}
		rows = append(rows, []schema.Value{t, n, s.amount(), unit, f})
	}
	return rows
}

// run reads the view and gives its rows as sorted lines.
func (s *scene) run(t *testing.T, rows int, budget int64, shuffle bool) ([]string, error) {
	t.Helper()
	dir := column.NewDir(t.TempDir())
	defer dir.Close()
	tables := map[string]*table{}
	for i, part := range s.view.View.Parts {
		list := s.parts[i]
		if shuffle {
			list = slices.Clone(list)
			rand.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		}
		tables[part.Source.Name] = &table{columns: physical(part.Source), rows: list}
	}
	tables["rates"] = &table{columns: physical(s.view.View.Joins[0].Source), rows: s.rates}
	src, err := view.Open(context.Background(), s.view, view.Env{
		Open:     func(_ context.Context, src *program.Source) (sdk.Source, error) { return tables[src.Name], nil },
		Settings: func(*program.Source) (schema.Config, error) { return nil, nil },
		Rule:     &program.Rule{}, Rows: rows, Budget: budget, Dir: dir,
	})
	if err != nil {
		return nil, err
	}
	defer src.Close()
	return readAll(s.view, src, rows)
}

func physical(src *program.Source) (columns []schema.Column) {
	for _, c := range src.Columns {
		columns = append(columns, schema.Column{Name: c.Physical, Type: c.Type})
	}
	return columns
}

func readAll(of *program.Source, src sdk.Source, rows int) (lines []string, err error) {
	req := sdk.ReadRequest{Rows: rows}
	for i, c := range of.Columns {
		req.Columns = append(req.Columns, schema.Column{Name: c.Name, Type: c.Type})
		if eval.Doubts(of, i) {
			req.Columns = append(req.Columns, schema.Column{Name: eval.DoubtColumn(c.Name), Type: yesNo})
		}
	}
	err = src.Read(context.Background(), req, func(b *batch.Batch) error {
		if err := b.Check(); err != nil {
			return err
		}
		for i := range b.Rows {
			var cells []string
			for k, c := range req.Columns {
				if strings.HasPrefix(c.Name, "\x00") {
					if b.Columns[k].Ints[i] != 0 {
						cells[len(cells)-1] += "?"
					}
					continue
				}
				if !b.Columns[k].Type.Equal(c.Type) {
					return fmt.Errorf("column %s comes as %s", c.Name, b.Columns[k].Type)
				}
				cells = append(cells, b.Columns[k].Value(i).String())
			}
			lines = append(lines, strings.Join(cells, " | "))
		}
		return nil
	})
	slices.Sort(lines)
	return lines, err
}

// cell is a value of the reference.
type cell struct {
	null, doubt bool
	text        string
	number      *big.Rat
	float       float64
}

func cellOf(v schema.Value) cell {
	if v.Null {
		return cell{null: true}
	}
	switch v.Type.Kind {
	case schema.String:
		return cell{text: v.Text}
	case schema.Float:
		return cell{float: v.Float}
	case schema.Integer:
		return cell{number: new(big.Rat).SetInt64(v.Int)}
	}
	n, _ := new(big.Rat).SetString(v.Dec.String())
	return cell{number: n}
}

func (c cell) String() string {
	s := c.text
	switch {
	case c.null:
		s = "null"
	case c.number != nil:
		s = c.number.RatString()
	}
	if c.doubt {
		s += "?"
	}
	return s
}

// expect is what the view must give.
func (s *scene) expect() ([]string, error) {
	v := s.view.View
	rates := map[string]cell{}
	for _, r := range s.rates {
		if r[0].Null {
			continue
		}
		if _, twice := rates[r[0].Text]; twice {
			return nil, errors.New("twice")
		}
		rates[r[0].Text] = cellOf(r[1])
	}
	type group struct {
		key  []cell
		rows [][]cell
	}
	groups := map[string]*group{}
	for _, part := range s.parts {
		for _, values := range part {
			var row []cell
			for _, v := range values {
				row = append(row, cellOf(v))
			}
			doubt := cell{null: true, doubt: !row[cWhole].null || !row[cAmount].null}
			if !row[cWhole].null && row[cWhole].number.Cmp(big.NewRat(1, 1)) == 0 {
				doubt = row[cAmount]
				doubt.doubt = doubt.null // c1 is not null
			}
			rate := cell{null: true}
			if !row[cText].null {
				if r, ok := rates[row[cText].text]; ok {
					rate = r
				}
			}
			double := cell{null: true, doubt: !doubt.null || doubt.doubt || !rate.null}
			if !doubt.null && !rate.null {
				double = cell{number: new(big.Rat).Add(doubt.number, rate.number)}
			}
			row = append(row, doubt, rate, double)
			if v.Where != nil {
				if row[cWhole].null || row[cWhole].number.Cmp(big.NewRat(3, 1)) >= 0 || !doubt.null && doubt.number.Cmp(big.NewRat(1, 1)) == 0 {
					continue
				}
			}
			var key []cell
			name := ""
			for _, e := range v.Group.By {
				c := row[e.Index]
				key = append(key, c)
				c.doubt = false
				name += fmt.Sprintf("%v%q;", c.null, c.String())
			}
			g := groups[name]
			if g == nil {
				g = &group{key: key}
				groups[name] = g
			}
			for i := range key {
				g.key[i].doubt = g.key[i].doubt || key[i].doubt
			}
			g.rows = append(g.rows, row)
		}
	}
	var lines []string
	for _, g := range groups {
		var cells []string
		for i, c := range g.key {
			if c.number != nil {
				c.text = c.number.FloatString(int(v.Group.By[i].Type.Scale))
				c.number = nil
			}
			cells = append(cells, c.String())
		}
		for i := range v.Group.Aggregates {
			cells = append(cells, aggregate(&v.Group.Aggregates[i], g.rows))
		}
		lines = append(lines, strings.Join(cells, " | "))
	}
	slices.Sort(lines)
	return lines, nil
}

func aggregate(a *program.Aggregate, rows [][]cell) string {
	count := int64(0)
	sum := new(big.Rat)
	units := map[string]bool{}
	doubt := false
	var least, largest *cell
	for _, row := range rows {
		if a.Where != nil && (row[cAmount].null || row[cAmount].number.Sign() < 0) {
			continue
		}
		if a.Arg == nil {
			count++
			continue
		}
		c := row[a.Arg.Index]
		if c.null {
			doubt = doubt || c.doubt
			continue
		}
		count++
		if a.Arg.Unit.Column > 0 && a.Func != program.Count {
			units[row[cUnit].String()] = true
		}
		switch a.Arg.Type.Kind {
		case schema.Float, schema.String:
		default:
			sum.Add(sum, c.number)
		}
		if least == nil || compare(c, *least) < 0 {
			least = &c
		}
		if largest == nil || compare(c, *largest) > 0 {
			largest = &c
		}
	}
	if doubt || len(units) > 1 {
		return "null?"
	}
	show := func(c *cell) string {
		switch {
		case c == nil:
			return "null"
		case a.Type.Kind == schema.Float:
			return schema.Value{Type: real, Float: c.float}.String()
		case c.number != nil:
			return c.number.FloatString(int(a.Type.Scale))
		}
		return c.text
	}
	switch a.Func {
	case program.Count:
		return fmt.Sprint(count)
	case program.Min:
		return show(least)
	case program.Max:
		return show(largest)
	case program.Mean:
		if count == 0 {
			return "null"
		}
		sum.Quo(sum, new(big.Rat).SetInt64(count))
	}
	return sum.FloatString(int(a.Type.Scale)) // half away from zero
}

func compare(a, b cell) int {
	switch {
	case a.number != nil:
		return a.number.Cmp(b.number)
	case a.text != b.text:
		return strings.Compare(a.text, b.text)
	case a.float < b.float:
		return -1
	case a.float > b.float:
		return 1
	}
	return 0
}

// TestAgainstReference reads random views and compares them with what a naive reading of the language, with
// numbers of any size, makes of them; whatever the order of rows, the size of batches and the memory.
func TestAgainstReference(t *testing.T) {
	cases := uint64(20000)
	if testing.Short() {
		cases = 1000
	}
	for seed := range cases {
		s := newScene(seed)
		want, _ := s.expect()
		budget := int64(1 << 20)
		if seed%3 == 0 {
			budget = 16 << 10 // the groups' share is half of half of it
		}
		got, err := s.run(t, 1+int(seed%40), budget, seed%2 == 0)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("seed %d, where %v, by %d:\n%s", seed, s.view.View.Where != nil, len(s.view.View.Group.By), differ(got, want))
		}
	}
}

// differ is the lines of which one list has more than the other.
func differ(got, want []string) string {
	count := map[string]int{}
	for _, l := range got {
		count["got  "+l]++
	}
	for _, l := range want {
		count["want "+l]++
	}
	for _, l := range slices.Collect(maps.Keys(count)) {
		rest := l[5:]
		n := min(count["got  "+rest], count["want "+rest])
		count["got  "+rest] -= n
		count["want "+rest] -= n
	}
	var lines []string
	for l, n := range count {
		if n > 0 {
			lines = append(lines, l)
		}
	}
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[5:], b[5:]) })
	return strings.Join(lines, "\n")
}
