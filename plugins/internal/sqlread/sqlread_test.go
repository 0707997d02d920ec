package sqlread

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

func TestNames(t *testing.T) {
	for text, want := range map[string][]string{
		"orders": {"orders"}, "pay.orders": {"pay", "orders"}, `"a.b".c`: {"a.b", "c"}, `"it""s"`: {`it"s`}, "": {""}, "a.": {"a", ""}, `x"; drop table y; --`: {"x; drop table y; --"},
	} {
		if got := Names(text, '"'); !slices.Equal(got, want) {
			t.Errorf("Names(%s) = %q, want %q", text, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Draw(t, "name")
		if got := Names(Quote(name, `"`), '"'); !slices.Equal(got, []string{name}) {
			t.Fatalf("%q quoted reads as %q", name, got)
		}
	})
}

// TestCivil holds Civil against its meaning in zones whose clocks change.
func TestCivil(t *testing.T) {
	for _, name := range []string{"America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Shanghai"} {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		zone := batch.NewZone(loc)
		rapid.Check(t, func(t *rapid.T) {
			at := rapid.Int64Range(600e6*1e6, 1_900e6*1e6).Draw(t, "instant")
			if rapid.Bool().Draw(t, "near a change") {
				if _, end := time.UnixMicro(at).In(loc).ZoneBounds(); !end.IsZero() {
					at = end.UnixMicro() + rapid.Int64Range(-2, 2).Draw(t, "µs")
				}
			}
			civil := Civil(zone, at)
			if zone.Instant(civil) < at || zone.Instant(civil-1) >= at {
				t.Fatalf("%s: Civil(%s) = %s", name, time.UnixMicro(at).In(loc), time.UnixMicro(civil).UTC())
			}
		})
	}
}

// TestWhere sees what becomes of a condition that the database can evaluate only in part.
func TestWhere(t *testing.T) {
	leaf := func(name string) schema.Condition { return schema.Condition{Op: schema.Equal, Column: name} }
	all := func(op schema.Op, args ...schema.Condition) schema.Condition {
		return schema.Condition{Op: op, Args: args}
	}
	test := func(b *strings.Builder, c schema.Condition) schema.Claim {
		claim := map[byte]schema.Claim{'e': schema.Exact, 's': schema.Superset, 'n': schema.None}[c.Column[0]]
		if claim != schema.None {
			b.WriteString(c.Column)
		}
		return claim
	}
	e, s, n := leaf("e"), leaf("s"), leaf("n")
	for _, c := range []struct {
		condition schema.Condition
		sql       string
		rest      bool
	}{
		{e, "(e)", false},
		{s, "(s)", true},
		{n, "", true},
		{all(schema.And, e, s, n), "((e) AND (s))", true},
		{all(schema.And, n), "", true},
		{all(schema.And), "(1 = 1)", false},
		{all(schema.Or, e, s), "((e) OR (s))", true},
		{all(schema.Or, e, n), "", true},
		{all(schema.Or), "(1 = 0)", false},
		{all(schema.Not, e), "((e) IS NOT TRUE)", false},
		{all(schema.Not, s), "", true},
		{all(schema.And, e, all(schema.Not, n)), "((e))", true},
	} {
		sql, rest := Where([]schema.Condition{c.condition}, test)
		if sql != c.sql || (len(rest) > 0) != c.rest {
			t.Errorf("%v is %s with %d left, want %s", c.condition, sql, len(rest), c.sql)
		}
	}
}

// TestBatchesAreBounded has rows of very different sizes, of which a filter keeps some.
func TestBatchesAreBounded(t *testing.T) {
	text := schema.Type{Kind: schema.String}
	keep := []schema.Condition{{Op: schema.Equal, Column: "keep", Type: text, Values: []schema.Value{schema.Text("y")}}}
	total := 0
	rows, err := NewRows(sdk.ReadRequest{Columns: []schema.Column{{Name: "v", Type: text}}}, "table v", keep, func(b *batch.Batch) error {
		if err := b.Check(); err != nil {
			return err
		}
		if b.Size() > batch.MaxBytes || len(b.Columns) != 1 {
			t.Errorf("a batch of %d bytes, %d columns", b.Size(), len(b.Columns))
		}
		for i := range b.Rows {
			if v := b.Columns[0].Text(i); len(v) == 0 || v[0] != 'y' {
				t.Errorf("row %d of the batch should have been dropped", i)
			}
		}
		total += b.Rows
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := 0
	for i := range 3000 {
		size := 100
		if i%100 == 0 {
			size = 5 << 20
		}
		mark := "n"
		if i%3 == 0 {
			mark = "y"
			want++
		}
		rows.Column(0).AppendString(strings.Repeat(mark, size))
		rows.Column(1).AppendString(mark)
		if err := rows.End(); err != nil {
			t.Fatal(err)
		}
	}
	if err := rows.Flush(); err != nil || total != want || rows.Count() != 3000 {
		t.Errorf("%d rows, want %d: %v", total, want, err)
	}
}
