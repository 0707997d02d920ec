package exec_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/recon-lang/recon/engine/internal/exec"
	"github.com/recon-lang/recon/engine/plan"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// simpleRule compares name, amount and day of rows with one text key, between two sides.
func simpleRule(sides ...string) *program.Rule {
	rule := &program.Rule{Name: "simple"}
	types := []schema.Type{kind(schema.String), kind(schema.String), dec(18, 2), kind(schema.Date)}
	names := []string{"id", "name", "amount", "day"}
	for _, name := range sides {
		src := &program.Source{Name: name, Time: -1}
		for i, t := range types {
			src.Columns = append(src.Columns, program.Column{Name: names[i], Physical: names[i], Type: t})
		}
		rule.Sides = append(rule.Sides, program.Side{Name: name, Source: src})
	}
	terms := func(c int) (list []*program.Expr) {
		for s := range sides {
			list = append(list, columnOf(s, c, rule.Sides[s].Source.Columns[c]))
		}
		return list
	}
	rule.Keys = []program.Key{{Name: "id", Type: types[0], Terms: terms(0)}}
	for c := 1; c < len(types); c++ {
		rule.Compare = append(rule.Compare, program.Comparison{Name: names[c], Type: types[c], Terms: terms(c)})
	}
	return rule
}

func simpleRow(i int) []schema.Value {
	amount := schema.Value{Type: dec(18, 2), Dec: number(fmt.Sprintf("%d.%02d", i%1000, i%100))}
	amount.Dec.Scale = 2
	return []schema.Value{schema.Text(fmt.Sprintf("ID-%06d", i)), schema.Text(fmt.Sprintf("name %d", i%77)), amount, schema.Day(int64(20000 + i%30))}
}

// TestFlipOneCell changes one cell of a large pair, and finds that cell and nothing else.
func TestFlipOneCell(t *testing.T) {
	const n = 20_000
	rule := simpleRule("a", "b")
	var rows [][][]schema.Value
	for range 2 {
		var side [][]schema.Value
		for i := range n {
			side = append(side, simpleRow(i))
		}
		rows = append(rows, side)
	}
	dir := t.TempDir()
	for try := range 40 {
		r := rand.New(rand.NewPCG(uint64(try), 3))
		side, i, c := r.IntN(2), r.IntN(n), 1+r.IntN(3)
		before := rows[side][i]
		after := slices.Clone(before)
		switch c {
		case 1:
			after[c].Text += []string{" ", "\x00", "x", "\u0301"}[r.IntN(4)]
		case 2:
			after[c].Dec.Coef.Lo ^= 1
		case 3:
			after[c].Int++
		}
		if r.IntN(4) == 0 {
			after[c] = schema.Value{Type: after[c].Type, Null: true}
		}
		rows[side][i] = after
		o, err := run(rule, rows, dir, plan.Options{Budget: 1 << 20})
		if err != nil {
			t.Fatal(err)
		}
		j, _ := exec.NewJudge(rule, plan.Inputs{})
		found := collect(t, o)
		if len(found) != 2 || o.Counts.Mismatch != 1 || o.Counts.Matched != n-1 {
			t.Fatalf("try %d: found %d rows, %d mismatches, %d matched", try, len(found), o.Counts.Mismatch, o.Counts.Matched)
		}
		v, err := j.Judge(found)
		if err != nil || len(v.Items) != 1 || v.Items[0].Outcome != result.Mismatch || v.Items[0].Name != c-1 {
			t.Fatalf("try %d: column %d was changed, got %+v, %v", try, c, v, err)
		}
		d := decoder(o)
		if key := d.KeyFields(found[0].Key); key[0].Value.Text != before[0].Text {
			t.Fatalf("try %d: got key %v, want %s", try, key, before[0].Text)
		}
		explained, err := j.Explain(found)
		if err != nil {
			t.Fatal(err)
		}
		for k, e := range explained {
			if e.Agrees != (k != c-1) {
				t.Fatalf("try %d: explained %+v", try, explained)
			}
		}
		o.Close()
		rows[side][i] = before
	}
}

// TestUnlistedKey has a key of an enum with a text that is not in its list, on both sides: such rows are not each other's.
func TestUnlistedKey(t *testing.T) {
	for _, strategy := range []plan.Strategy{plan.Hash, plan.Merge} {
		rule := simpleRule("a", "b")
		enum := schema.Type{Kind: schema.Enum, Values: []string{"ID-000000", "ID-000002"}}
		var rows [][][]schema.Value
		for s := range rule.Sides {
			src := rule.Sides[s].Source
			src.Columns[0].Type = enum
			src.Sorted = []int{0}
			rule.Keys[0].Terms[s] = columnOf(s, 0, src.Columns[0])
			var side [][]schema.Value
			for i := range 3 {
				row := simpleRow(i)
				row[0].Type = enum
				side = append(side, row)
			}
			rows = append(rows, side)
		}
		rule.Keys[0].Type = enum
		o, err := run(rule, rows, t.TempDir(), plan.Options{Strategy: strategy})
		if err != nil {
			t.Fatal(err)
		}
		var reasons []string
		for _, r := range collect(t, o) {
			reasons = append(reasons, r.Reason)
		}
		want := `key id: "ID-000001" is not among the values of the enum`
		if o.Counts.Matched != 2 || !slices.Equal(reasons, []string{want, want}) {
			t.Errorf("%v: matched %d rows, reasons %q", strategy, o.Counts.Matched, reasons)
		}
		o.Close()
	}
}

// TestGiantKey has one key with very many rows, and rows much larger than a page, under a budget that is a fraction of them.
func TestGiantKey(t *testing.T) {
	const n = 30_000
	rule := simpleRule("a", "b")
	rows := make([][][]schema.Value, 2)
	for s := range rows {
		for i := range n {
			row := simpleRow(i)
			row[0] = schema.Text("the same")
			rows[s] = append(rows[s], row)
		}
		for i := range 1000 {
			rows[s] = append(rows[s], simpleRow(i))
		}
		for i := range 5 {
			row := simpleRow(i)
			row[0], row[1] = schema.Text(fmt.Sprintf("large %d", i)), schema.Text(strings.Repeat("x", 1<<20)+fmt.Sprint(i*s))
			rows[s] = append(rows[s], row)
		}
		null := simpleRow(1)
		null[0].Null = true
		for range n {
			rows[s] = append(rows[s], null)
		}
	}
	dir := t.TempDir()
	var want []byte
	for _, budget := range []int64{64 << 20, 1 << 20, 1 << 17} {
		o, err := run(rule, rows, dir, plan.Options{Budget: budget, Cores: 2})
		if err != nil {
			t.Fatal(err)
		}
		got := encode(t, rule, o)
		c := o.Counts
		if c.Matched != 1001 || c.Mismatch != 4 || c.Duplicate[0] != 1 || c.Duplicate[1] != 1 || c.Rows[0][result.Duplicate] != n || c.Unkeyed[1] != n {
			t.Fatalf("budget %d: %+v", budget, c)
		}
		if want == nil {
			want = got
		} else if string(want) != string(got) {
			t.Fatalf("budget %d gives another outcome", budget)
		}
		o.Close()
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left %v behind", left)
	}
}

// TestTooManyToPair refuses to pair what cannot be held.
func TestTooManyToPair(t *testing.T) {
	rule := simpleRule("a", "b")
	rule.Duplicates = program.Pair
	rows := make([][][]schema.Value, 2)
	for s := range rows {
		for i := range 20_000 {
			row := simpleRow(i)
			row[0] = schema.Text("the same")
			rows[s] = append(rows[s], row)
		}
	}
	_, err := run(rule, rows, t.TempDir(), plan.Options{Budget: 1 << 20})
	if err == nil || !strings.Contains(err.Error(), `the key id "the same" has too many rows in a`) {
		t.Fatalf("got %v", err)
	}
}

// TestLateDuplicate has rows that are the same on both sides before another row of their key comes: nothing may be left of their having matched, not
// even a sum of zero.
func TestLateDuplicate(t *testing.T) {
	columns := []schema.Column{{Name: "id", Type: kind(schema.String)}, {Name: "amount", Type: dec(18, 2)}}
	row := func(amount int64) []schema.Value {
		return []schema.Value{{Type: columns[0].Type, Text: "k"}, {Type: columns[1].Type, Dec: decimal.Decimal{Coef: decimal.FromInt64(amount), Scale: 2}}}
	}
	for _, amount := range []int64{0, -7} {
		for _, twice := range []int{2, 3} {
			rule := ordersRule(columns, false)
			rows := [][][]schema.Value{{row(amount)}, slices.Repeat([][]schema.Value{row(amount)}, twice)}
			out, err := run(rule, rows, t.TempDir(), plan.Options{Strategy: plan.Hash})
			if err != nil {
				t.Fatal(err)
			}
			defer out.Close()
			if sum, ok := out.Done.Sums.Get(0, 0, ""); ok || out.Done.Matched != 0 || out.Counts.Matched != 0 || out.Counts.Duplicate[1] != 1 {
				t.Errorf("one row against %d of amount %d: %d matched, with the sum %s; duplicates %v", twice, amount, out.Done.Matched, sum.Text(2), out.Counts.Duplicate)
			}
		}
	}
}
