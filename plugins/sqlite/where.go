package sqlite

import (
	"math"
	"strconv"
	"strings"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// tester writes tests of columns. Only texts compare in SQLite as in the language. A number is compared as a float, with
// room on both sides, and a time by its date, so that an index finds the rows; which of them fit is seen when they are read.
// Nothing is written that would pass over a value which does not fit: it must be seen.
type tester struct {
	fields map[string]field
	args   []schema.Value
	utf8   bool                    // texts are stored as UTF-8, so their order is that of code points
	dates  func(column field) bool // reports whether all of a column begins with YYYY-MM-DD
}

func (t *tester) add(v schema.Value) string {
	t.args = append(t.args, v)
	return "?" + strconv.Itoa(len(t.args))
}

func (t *tester) test(b *strings.Builder, c schema.Condition) schema.Claim {
	f := t.fields[c.Column]
	column := quote(c.Column)
	switch {
	case c.Op == schema.IsNull:
		if f.affinity != textual || c.Type.Kind != schema.String && c.Type.Kind != schema.Enum {
			return schema.None
		}
		b.WriteString(column + " IS NULL OR " + column + " >= x''") // a blob is no text, and sorts behind all texts
		return schema.Superset
	case c.Type.Kind == schema.String || c.Type.Kind == schema.Enum:
		return t.text(b, column, f, c)
	case c.Type.Kind == schema.Integer || c.Type.Kind == schema.Decimal:
		return t.number(b, column, f, c)
	case c.Type.Kind == schema.Date || c.Type.Kind == schema.Timestamp:
		return t.time(b, column, f, c)
	}
	return schema.None
}

func (t *tester) text(b *strings.Builder, column string, f field, c schema.Condition) schema.Claim {
	if f.affinity != textual || !t.utf8 && c.Op != schema.Equal {
		return schema.None
	}
	value := t.add(schema.Text(c.Values[0].Text))
	if c.Op == schema.Equal { // the column's own collation holds at least what is the same, and has the index
		b.WriteString(column + " = " + value)
	} else {
		b.WriteString(column + " COLLATE BINARY " + sqlread.Operator(c.Op) + " " + value)
	}
	b.WriteString(" OR unlikely(" + column + " >= x'')")
	return schema.Superset
}

// number leaves texts in: they sort behind all numbers, and one of them may not be a number.
func (t *tester) number(b *strings.Builder, column string, f field, c schema.Condition) schema.Claim {
	if f.affinity != numbers && f.affinity != integers {
		return schema.None
	}
	low, high := bounds(c.Values[0])
	atLeast := func() string {
		return column + " >= " + t.add(schema.Value{Type: schema.Type{Kind: schema.Float}, Float: low})
	}
	atMost := func() string {
		return column + " <= " + t.add(schema.Value{Type: schema.Type{Kind: schema.Float}, Float: high})
	}
	switch c.Op {
	case schema.Equal:
		b.WriteString(atLeast() + " AND " + atMost() + " OR unlikely(" + column + " >= '')")
	case schema.Less, schema.LessEqual:
		b.WriteString(atMost() + " OR unlikely(" + column + " >= '')")
	default:
		b.WriteString(atLeast())
	}
	return schema.Superset
}

// bounds are floats safely below and above a number.
func bounds(v schema.Value) (low, high float64) {
	f, _ := strconv.ParseFloat(v.String(), 64) // 38 digits are far from its limits
	room := math.Abs(f)*1e-12 + math.SmallestNonzeroFloat64
	return f - room, f + room
}

// time compares by date with a day and a half of room: for the zone of the source and one written in the text.
func (t *tester) time(b *strings.Builder, column string, f field, c schema.Condition) schema.Claim {
	if f.affinity == unknown || !t.utf8 {
		return schema.None
	}
	days := c.Values[0].Int
	if c.Type.Kind == schema.Timestamp {
		days = int64(math.Floor(float64(days) / 86400e6))
	}
	if !sqlread.InYears(days*86400e6) || !t.dates(f) {
		return schema.None
	}
	atLeast := column + " >= '" + sqlread.DayText(days-2) + "'"
	below := column + " < '" + sqlread.DayText(days+3) + "'"
	switch c.Op {
	case schema.Equal:
		b.WriteString(atLeast + " AND " + below)
	case schema.Less, schema.LessEqual:
		b.WriteString(below)
	default:
		b.WriteString(atLeast)
	}
	return schema.Superset
}

// number is a decimal as SQLite has numbers.
func number(v schema.Value) schema.Value {
	if n, err := decimal.Rescale(v.Dec.Coef, v.Dec.Scale, 0); err == nil {
		if i, ok := n.Int64(); ok {
			return schema.Int(i)
		}
	}
	f, _ := strconv.ParseFloat(v.Dec.String(), 64)
	return schema.Value{Type: schema.Type{Kind: schema.Float}, Float: f}
}

// order is what to sort a column by, so that its values come as the language orders them.
func (t *tester) order(c schema.Column) (sql string, ok bool) {
	f := t.fields[c.Name]
	column := quote(c.Name)
	switch {
	case c.Type.Kind == schema.Integer && f.affinity == integers:
		return column, true
	case c.Type.Kind == schema.Integer:
		return "CAST(" + column + " AS INTEGER)", true
	case f.affinity == textual:
		return column + " COLLATE BINARY", t.utf8
	}
	return "CAST(" + column + " AS TEXT) COLLATE BINARY", t.utf8
}
