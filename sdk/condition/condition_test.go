package condition

import (
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

var columns = []schema.Column{
	{Name: "i", Type: schema.Type{Kind: schema.Integer}},
	{Name: "d", Type: schema.Type{Kind: schema.Decimal, Precision: 12, Scale: 2}},
	{Name: "w", Type: schema.Type{Kind: schema.Decimal, Precision: 38, Scale: 10}},
	{Name: "f", Type: schema.Type{Kind: schema.Float}},
	{Name: "s", Type: schema.Type{Kind: schema.String}},
	{Name: "e", Type: schema.Type{Kind: schema.Enum, Values: []string{"A", "B"}}},
	{Name: "b", Type: schema.Type{Kind: schema.Boolean}},
	{Name: "t", Type: schema.Type{Kind: schema.Timestamp}},
	{Name: "day", Type: schema.Type{Kind: schema.Date}},
	{Name: "x", Type: schema.Type{Kind: schema.Bytes}},
}

var texts = []string{"", "a", "A", "a ", "b", "é", "é", "账", "1", "01", "1.0"}

// drawValue draws a value that a column of type typ can be compared with, from few so that they
// meet.
func drawValue(t *rapid.T, typ schema.Type, constant bool) schema.Value {
	v := schema.Value{Type: typ}
	switch typ.Kind {
	case schema.Float:
		v.Float = rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1, 1.5, math.NaN(), math.Inf(1)}).Draw(t, "float")
	case schema.String, schema.Enum, schema.Bytes:
		v.Text = rapid.SampledFrom(texts).Draw(t, "text")
		if constant && typ.Kind != schema.Bytes {
			v.Type = schema.Type{Kind: schema.String}
		}
	case schema.Boolean:
		v.Int = rapid.Int64Range(0, 1).Draw(t, "bool")
	case schema.Integer, schema.Decimal:
		if !constant {
			n := rapid.Int64Range(-3, 3).Draw(t, "number")
			if typ.Kind == schema.Integer {
				v.Int = n
				return v
			}
			coef := decimal.FromInt64(n)
			if rapid.Bool().Draw(t, "whole") {
				coef, _ = coef.Mul(decimal.Pow10(typ.Scale))
			}
			v.Dec = decimal.Decimal{Coef: coef, Scale: typ.Scale}
			return v
		}
		text := rapid.SampledFrom([]string{"0", "1", "1.00", "-1", "2.5", "0.03", "0.001", "0.0000000002", "99999999999999999999999999999999999999", "-0.01", "1e-60"}).Draw(t, "decimal")
		d, err := decimal.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if i, ok := d.Coef.Int64(); ok && d.Scale == 0 {
			return schema.Int(i)
		}
		return schema.Dec(d)
	default:
		v.Int = rapid.Int64Range(-2, 2).Draw(t, "int")
	}
	return v
}

func drawCondition(t *rapid.T, depth int) schema.Condition {
	ops := []schema.Op{schema.IsNull, schema.Equal, schema.Less, schema.LessEqual, schema.Greater, schema.GreaterEqual, schema.In}
	if depth > 0 {
		ops = append(ops, schema.And, schema.Or, schema.Not)
	}
	c := schema.Condition{Op: rapid.SampledFrom(ops).Draw(t, "op")}
	switch c.Op {
	case schema.And, schema.Or:
		for range rapid.IntRange(0, 3).Draw(t, "args") {
			c.Args = append(c.Args, drawCondition(t, depth-1))
		}
		return c
	case schema.Not:
		c.Args = []schema.Condition{drawCondition(t, depth-1)}
		return c
	}
	column := rapid.SampledFrom(columns).Draw(t, "column")
	c.Column, c.Type = column.Name, column.Type
	n := 1
	switch c.Op {
	case schema.IsNull:
		n = 0
	case schema.In:
		n = rapid.IntRange(0, 3).Draw(t, "values")
	}
	for range n {
		c.Values = append(c.Values, drawValue(t, column.Type, true))
	}
	return c
}

func rational(v schema.Value) *big.Rat {
	r, ok := new(big.Rat).SetString(v.String())
	if !ok {
		panic(v.String())
	}
	return r
}

// naive is the meaning of a condition for one row, in the words of the language page.
func naive(c schema.Condition, row map[string]schema.Value) bool {
	switch c.Op {
	case schema.And:
		return !slices.ContainsFunc(c.Args, func(a schema.Condition) bool { return !naive(a, row) })
	case schema.Or:
		return slices.ContainsFunc(c.Args, func(a schema.Condition) bool { return naive(a, row) })
	case schema.Not:
		return !naive(c.Args[0], row)
	case schema.IsNull:
		return row[c.Column].Null
	}
	x := row[c.Column]
	return slices.ContainsFunc(c.Values, func(v schema.Value) bool {
		if x.Null {
			return false
		}
		if x.Type.Kind == schema.Float {
			a, b := x.Float, v.Float
			return map[schema.Op]bool{schema.Equal: a == b, schema.In: a == b, schema.Less: a < b, schema.LessEqual: a <= b, schema.Greater: a > b, schema.GreaterEqual: a >= b}[c.Op]
		}
		sign := 0
		switch x.Type.Kind {
		case schema.Integer, schema.Decimal:
			sign = rational(x).Cmp(rational(v))
		case schema.String, schema.Enum, schema.Bytes:
			sign = slices.Compare([]rune(x.Text), []rune(v.Text))
		default:
			sign = int(x.Int - v.Int)
		}
		return map[schema.Op]bool{schema.Equal: sign == 0, schema.In: sign == 0, schema.Less: sign < 0, schema.LessEqual: sign <= 0, schema.Greater: sign > 0, schema.GreaterEqual: sign >= 0}[c.Op]
	})
}

func TestEvalAgreesWithNaive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		types := make([]schema.Type, len(columns))
		for i, c := range columns {
			types[i] = c.Type
		}
		b := batch.NewBuilder(types...)
		var rows []map[string]schema.Value
		for range rapid.IntRange(0, 6).Draw(t, "rows") {
			row := map[string]schema.Value{}
			for i, c := range columns {
				v := drawValue(t, c.Type, false)
				v.Null = rapid.IntRange(0, 3).Draw(t, "null") == 0
				if problem := b.Column(i).AppendValue(v); problem != "" {
					t.Fatal(problem)
				}
				row[c.Name] = v
			}
			b.EndRow()
			rows = append(rows, row)
		}
		conditions := []schema.Condition{drawCondition(t, 3), drawCondition(t, 1)}
		f, err := New(conditions, columns)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // a filter is used again and again
			for i, got := range f.Eval(b.Batch()) {
				if want := naive(conditions[0], rows[i]) && naive(conditions[1], rows[i]); got != want {
					t.Fatalf("row %v: got %v, want %v for %+v", rows[i], got, want, conditions)
				}
			}
		}
	})
}

func TestRefusedConditions(t *testing.T) {
	for want, c := range map[string]schema.Condition{
		"not read":        {Op: schema.Equal, Column: "nobody", Values: []schema.Value{schema.Int(1)}},
		"is not compared": {Op: schema.Equal, Column: "s", Values: []schema.Value{schema.Int(1)}},
		"with null":       {Op: schema.Equal, Column: "s", Values: []schema.Value{{Type: schema.Type{Kind: schema.String}, Null: true}}},
		"2 values":        {Op: schema.Less, Column: "i", Values: []schema.Value{schema.Int(1), schema.Int(2)}},
		"operator 99":     {Op: 99, Column: "i", Values: []schema.Value{schema.Int(1)}},
		"not of 2":        {Op: schema.Not, Args: make([]schema.Condition, 2)},
	} {
		if want == "not of 2" {
			c.Args = []schema.Condition{{Op: schema.And}, {Op: schema.And}}
		}
		if _, err := Eval(c, &batch.Batch{}, columns); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want it to say %q", err, want)
		}
	}
}
