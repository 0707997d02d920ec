package exec_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/recon-lang/recon/engine/plan"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// TestStretches merges sides of which most rows are the same, one after the other, and holds what comes out to what hashing finds: rows that
// differ in one value of any type, in the lengths of neighbouring texts, by a null, that are missing or repeated, wherever they fall in a batch.
func TestStretches(t *testing.T) {
	names := []string{"id", "customer", "amount", "wide", "rate", "currency", "status"}
	types := []schema.Type{kind(schema.String), kind(schema.Integer), dec(18, 2), dec(30, 4), kind(schema.Float), kind(schema.String), kind(schema.String)}
	var columns []schema.Column
	for i, typ := range types {
		columns = append(columns, schema.Column{Name: names[i], Type: typ})
	}
	dir := t.TempDir()
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 3))
		often := []int{3, 20, 100}[seed%3]
		nulls := seed%2 == 1
		rows := make([][][]schema.Value, 2)
		for i := range 4000 {
			row := []schema.Value{
				{Type: types[0], Text: fmt.Sprintf("ORD-%0*d", 6+int(seed%2)*(i%2), i)},
				{Type: types[1], Int: r.Int64N(1000)},
				{Type: types[2], Dec: decimal.Decimal{Coef: decimal.FromInt64(r.Int64N(1e6)), Scale: 2}},
				{Type: types[3], Dec: decimal.Decimal{Coef: decimal.FromInt64(r.Int64N(1e6)), Scale: 4}},
				{Type: types[4], Float: float64(r.IntN(100)) / 4},
				{Type: types[5], Text: "EUR"},
				{Type: types[6], Text: []string{"PAID", "FAILED", ""}[r.IntN(3)]},
			}
			if nulls && r.IntN(20) == 0 {
				null(row, 1+r.IntN(6))
			}
			for side := range rows {
				mine := slices.Clone(row)
				if r.IntN(often) == 0 {
					switch c := 1 + r.IntN(len(row)-1); r.IntN(6) {
					case 0:
						continue
					case 1:
						rows[side] = append(rows[side], mine)
					case 2:
						if nulls {
							null(mine, c)
						}
					default:
						if mine[c].Null {
							break
						}
						mine[c].Int++
						mine[c].Float++
						mine[c].Dec.Coef, _ = mine[c].Dec.Coef.Sub(decimal.FromInt64(1))
						mine[c].Text = []string{"EURO", "EU", "USD"}[r.IntN(3)]
					}
				}
				rows[side] = append(rows[side], mine)
			}
		}
		rule := ordersRule(columns, false)
		var want []byte
		sorted := ordersRule(columns, true)
		sortByKey(sorted, rows)
		for i, o := range []plan.Options{{Strategy: plan.Hash}, {Strategy: plan.Merge}, {Strategy: plan.Merge, Rows: 333}, {Strategy: plan.Merge, Rows: 2}} {
			if i == 1 {
				rule = sorted
			}
			out, err := run(rule, rows, dir, o)
			if err != nil {
				t.Fatalf("seed %d: %+v: %v", seed, o, err)
			}
			got := encode(t, rule, out)
			if err := out.Close(); err != nil {
				t.Fatal(err)
			}
			if out.Counts.Matched == 0 || out.Counts.Mismatch == 0 || out.Counts.Missing[0] == 0 || out.Counts.Duplicate[1] == 0 {
				t.Fatalf("seed %d: not everything happened: %+v", seed, out.Counts)
			}
			if i == 0 {
				want = got
			} else if string(got) != string(want) {
				t.Fatalf("seed %d: %+v finds something else than hash", seed, o)
			}
		}
	}
}

func null(row []schema.Value, c int) { row[c] = schema.Value{Type: row[c].Type, Null: true} }

// ordersRule compares the five columns.
func ordersRule(columns []schema.Column, sorted bool) *program.Rule {
	rule := &program.Rule{Name: "orders"}
	for s := range 2 {
		src := &program.Source{Name: fmt.Sprintf("s%d", s), Time: -1}
		if sorted {
			src.Sorted = []int{0}
		}
		for _, c := range columns {
			src.Columns = append(src.Columns, program.Column{Name: c.Name, Physical: c.Name, Type: c.Type})
		}
		rule.Sides = append(rule.Sides, program.Side{Name: src.Name, Source: src})
	}
	terms := func(c int) (list []*program.Expr) {
		for s := range 2 {
			list = append(list, columnOf(s, c, rule.Sides[s].Source.Columns[c]))
		}
		return list
	}
	rule.Keys = []program.Key{{Name: "id", Type: columns[0].Type, Terms: terms(0)}}
	for c := 1; c < len(columns); c++ {
		rule.Compare = append(rule.Compare, program.Comparison{Name: columns[c].Name, Type: columns[c].Type, Terms: terms(c)})
	}
	return rule
}
