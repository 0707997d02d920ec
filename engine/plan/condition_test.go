package plan

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/recon-lang/recon/engine/internal/eval"
	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

var (
	yesNo = schema.Type{Kind: schema.Boolean}
	null  = schema.Value{Type: schema.Type{Kind: schema.Null}, Null: true}
)

// conditionTypes are the columns of the test's source; the last but one is derived, the last has its unit in a column.
var conditionTypes = []schema.Type{
	{Kind: schema.Integer}, {Kind: schema.Decimal, Precision: 5, Scale: 2}, {Kind: schema.Decimal, Precision: 20, Scale: 4}, {Kind: schema.String},
	{Kind: schema.Enum, Values: []string{"A", "B"}}, yesNo, {Kind: schema.Date}, {Kind: schema.Timestamp}, {Kind: schema.Float}, {Kind: schema.Integer},
	{Kind: schema.Decimal, Precision: 5, Scale: 2},
}

func conditionSource() *program.Source {
	src := &program.Source{Name: "s"}
	for i, t := range conditionTypes {
		src.Columns = append(src.Columns, program.Column{Name: fmt.Sprint("c", i), Physical: fmt.Sprint("p", i), Type: t})
	}
	n := len(src.Columns)
	src.Columns[n-2].Derived = &program.Expr{Op: program.OpLiteral, Type: conditionTypes[0], Value: schema.Int(1)}
	src.Columns[n-1].Unit.Column = 4
	return src
}

// TestConditionsMeanWhatTheExpressionsMean: whatever becomes a condition holds for just the rows for which the expression
// holds, nulls included.
func TestConditionsMeanWhatTheExpressionsMean(t *testing.T) {
	src := conditionSource()
	known := eval.Env{Column: func(_, i int) (int, bool) { return i, true }}
	asked := 0
	for seed := range uint64(4000) {
		r := rand.New(rand.NewPCG(seed, 3))
		e := randomCondition(r, 3)
		c, ok := condition(e, src, known)
		if !ok {
			continue
		}
		asked++
		b := conditionRows(r, 20)
		kernel, err := eval.Compile(e, known)
		if err != nil {
			t.Fatal(err)
		}
		sel, faults := kernel.Filter(b, nil)
		if len(faults) > 0 {
			t.Fatalf("seed %d: faults %v", seed, faults)
		}
		for i := range b.Rows {
			if got, want := met(c, b, i), slices.Contains(sel, int32(i)); got != want {
				t.Fatalf("seed %d: %+v is %v in row %d, the expression %v", seed, c, got, i, want)
			}
		}
	}
	if asked < 1000 {
		t.Errorf("only %d expressions become conditions", asked)
	}
}

func TestWhatNoSourceIsAsked(t *testing.T) {
	src := conditionSource()
	for i, t2 := range conditionTypes {
		column := &program.Expr{Op: program.OpColumn, Index: i, Type: t2}
		value := randomValue(rand.New(rand.NewPCG(1, 1)), t2)
		e := &program.Expr{Op: program.OpEqual, Type: yesNo, Args: []*program.Expr{column, value}}
		_, ok := condition(e, src, eval.Env{})
		plain := i < len(conditionTypes)-2 && t2.Kind != schema.Float
		if ok != plain {
			t.Errorf("column %d of type %s: asked is %v, want %v", i, t2, ok, plain)
		}
		e.Args[1] = column
		if _, ok := condition(e, src, eval.Env{}); ok {
			t.Errorf("column %d is compared with itself by the source", i)
		}
	}
}

func randomCondition(r *rand.Rand, depth int) *program.Expr {
	if depth > 0 && r.IntN(3) > 0 {
		op := []program.Op{program.OpAnd, program.OpOr, program.OpNot}[r.IntN(3)]
		args := []*program.Expr{randomCondition(r, depth-1), randomCondition(r, depth-1)}
		if op == program.OpNot {
			args = args[:1]
		}
		return &program.Expr{Op: op, Type: yesNo, Args: args}
	}
	i := r.IntN(8)
	column := &program.Expr{Op: program.OpColumn, Index: i, Type: conditionTypes[i]}
	if r.IntN(4) == 0 {
		args := []*program.Expr{column}
		for range 1 + r.IntN(4) {
			args = append(args, randomValue(r, column.Type))
		}
		return &program.Expr{Op: program.OpIn, Type: yesNo, Args: args}
	}
	args := []*program.Expr{column, randomValue(r, column.Type)}
	if r.IntN(2) == 0 {
		slices.Reverse(args)
	}
	return &program.Expr{Op: program.OpEqual + program.Op(r.IntN(6)), Type: yesNo, Args: args}
}

// randomValue is a literal to compare a column with: numbers need not fit its scale or size.
func randomValue(r *rand.Rand, t schema.Type) *program.Expr {
	v := schema.Value{Type: t, Int: r.Int64N(5) - 2, Float: 1}
	switch {
	case r.IntN(6) == 0:
		v = null
	case t.Kind == schema.Boolean:
		v.Int = r.Int64N(2)
	case t.Kind == schema.String || t.Kind == schema.Enum:
		v = schema.Text([]string{"", "A", "a", "商户", "A "}[r.IntN(5)])
	case t.Kind == schema.Integer || t.Kind == schema.Decimal:
		v = schema.Int(r.Int64N(5) - 2)
		if r.IntN(2) == 0 {
			v = schema.Dec(decimal.Decimal{Coef: decimal.FromInt64(r.Int64N(400) - 200), Scale: r.Int32N(5)})
		}
	}
	return &program.Expr{Op: program.OpLiteral, Type: v.Type, Value: v}
}

func conditionRows(r *rand.Rand, rows int) *batch.Batch {
	b := &batch.Batch{Rows: rows}
	for _, t := range conditionTypes {
		c := batch.Column{Type: t}
		if t.Layout() == schema.Varlen {
			c.Offsets = []int32{0}
		}
		for range rows {
			v := randomValue(r, t).Value
			if !v.Null && v.Type.Kind == schema.Decimal {
				v = schema.Dec(decimal.Decimal{Coef: v.Dec.Coef, Scale: 2})
			}
			if t.Kind == schema.Integer && v.Type.Kind == schema.Decimal {
				v = schema.Int(r.Int64N(5) - 2)
			}
			if problem := c.AppendValue(v); problem != "" {
				panic(problem)
			}
		}
		b.Columns = append(b.Columns, c)
	}
	return b
}

// met evaluates a condition as package schema describes it.
func met(c schema.Condition, b *batch.Batch, i int) bool {
	holds := func(a schema.Condition) bool { return met(a, b, i) }
	switch c.Op {
	case schema.And:
		return !slices.ContainsFunc(c.Args, func(a schema.Condition) bool { return !holds(a) })
	case schema.Or:
		return slices.ContainsFunc(c.Args, holds)
	case schema.Not:
		return !holds(c.Args[0])
	}
	var at int
	if _, err := fmt.Sscanf(c.Column, "p%d", &at); err != nil {
		panic(err)
	}
	v := b.Columns[at].Value(i)
	if c.Op == schema.IsNull || v.Null {
		return c.Op == schema.IsNull && v.Null
	}
	return slices.ContainsFunc(c.Values, func(w schema.Value) bool {
		n := builtin.Compare(v, w)
		return map[schema.Op]bool{schema.Equal: n == 0, schema.Less: n < 0, schema.LessEqual: n <= 0, schema.Greater: n > 0, schema.GreaterEqual: n >= 0, schema.In: n == 0}[c.Op]
	})
}
