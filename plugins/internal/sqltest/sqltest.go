// Package sqltest is what the tests of the SQL plugins share: reading everything into text,
// and random conditions. It is for tests only. Its API may change on any day.
package sqltest

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/condition"
	"github.com/recon-lang/recon/sdk/schema"
)

// TB is what testing.TB and rapid.T share.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
}

// Read reads req and gives each row as its values joined by a bar, in the order they came. A bad value reads as !TEXT.
func Read(t testing.TB, src sdk.Source, req sdk.ReadRequest) []string {
	t.Helper()
	rows, err := Try(t, src, req)
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	return rows
}

// Try is Read that gives the error back.
func Try(t testing.TB, src sdk.Source, req sdk.ReadRequest) ([]string, error) {
	var rows []string
	err := src.Read(t.Context(), req, func(b *batch.Batch) error {
		if err := b.Check(); err != nil {
			return err
		}
		rows = append(rows, Rows(b)...)
		return nil
	})
	return rows, err
}

// Rows are the rows of b as Read gives them.
func Rows(b *batch.Batch) []string {
	rows := make([]string, b.Rows)
	for i := range rows {
		values := make([]string, len(b.Columns))
		for j := range b.Columns {
			values[j] = b.Columns[j].Value(i).String()
			for _, bad := range b.Bad {
				if bad.Row == i && bad.Column == j {
					values[j] = "!" + bad.Text
				}
			}
		}
		rows[i] = strings.Join(values, "|")
	}
	return rows
}

// Column makes a column that is asked for, its type as the language writes it.
func Column(name, typ string) schema.Column {
	t, err := schema.ParseType(typ)
	if err != nil {
		panic(err)
	}
	return schema.Column{Name: name, Type: t}
}

// Value makes a value of a type from text, zone-less times taken as UTC.
func Value(typ, text string) schema.Value {
	c := Column("", typ)
	b := batch.NewBuilder(c.Type)
	if problem := b.Column(0).AppendText([]byte(text), nil); problem != "" {
		panic(text + " is " + problem)
	}
	return b.Column(0).Value(0)
}

// Values are values to compare columns of a type with.
type Values func(schema.Type) []schema.Value

// Condition draws a condition over columns.
func Condition(columns []schema.Column, values Values) *rapid.Generator[schema.Condition] {
	return rapid.Custom(func(t *rapid.T) schema.Condition { return draw(t, columns, values, 3) })
}

func draw(t *rapid.T, columns []schema.Column, values Values, depth int) schema.Condition {
	kinds := []schema.Op{schema.IsNull, schema.Equal, schema.Less, schema.LessEqual, schema.Greater, schema.GreaterEqual, schema.In}
	if depth > 0 {
		kinds = append(kinds, schema.And, schema.Or, schema.Not, schema.Not)
	}
	c := schema.Condition{Op: rapid.SampledFrom(kinds).Draw(t, "op")}
	n := 1
	switch c.Op {
	case schema.And, schema.Or:
		n = rapid.IntRange(0, 3).Draw(t, "args")
		fallthrough
	case schema.Not:
		for range n {
			c.Args = append(c.Args, draw(t, columns, values, depth-1))
		}
		return c
	}
	column := rapid.SampledFrom(columns).Draw(t, "column")
	c.Column, c.Type = column.Name, column.Type
	if c.Op == schema.IsNull {
		return c
	}
	if c.Op == schema.In {
		n = rapid.IntRange(0, 4).Draw(t, "values")
	}
	for range n {
		c.Values = append(c.Values, rapid.SampledFrom(values(column.Type)).Draw(t, "value"))
	}
	return c
}

// Pushed holds a read with conditions against a read without, whose rows are filtered here.
// Of the columns of all it asks for some. The source must claim all conditions as exact.
func Pushed(t *testing.T, src sdk.Source, req sdk.ReadRequest, values Values) {
	all := req.Columns
	var whole []*batch.Batch
	err := src.Read(t.Context(), req, func(b *batch.Batch) error { whole = append(whole, clone(b)); return nil })
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		req := req
		req.Where = rapid.SliceOfN(Condition(all, values), 1, 3).Draw(rt, "where")
		req.Columns = all[rapid.IntRange(0, len(all)-1).Draw(rt, "first"):]
		for i, claim := range src.(sdk.Claimer).Claim(req).Where {
			if claim != schema.Exact {
				rt.Fatalf("condition %d is claimed as %d", i, claim)
			}
		}
		got, err := Try(t, src, req)
		if err != nil {
			rt.Fatalf("read: %v", err)
		}
		var want []string
		filter, err := condition.New(req.Where, all)
		if err != nil {
			rt.Fatal(err)
		}
		for _, b := range whole {
			holds := filter.Eval(b)
			for i, row := range Rows(&batch.Batch{Rows: b.Rows, Columns: b.Columns[len(all)-len(req.Columns):]}) {
				if holds[i] {
					want = append(want, row)
				}
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			rt.Fatalf("pushed:\n%s\nfiltered here:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}

func clone(b *batch.Batch) *batch.Batch {
	types := make([]schema.Type, len(b.Columns))
	for i, c := range b.Columns {
		types[i] = c.Type
	}
	builder := batch.NewBuilder(types...)
	for row := range b.Rows {
		for i := range b.Columns {
			builder.Column(i).AppendValue(b.Columns[i].Value(row))
		}
		builder.EndRow()
	}
	return builder.Batch()
}
