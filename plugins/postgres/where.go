package postgres

import (
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// bound collects the arguments of a statement. All are sent as text with the type that the
// server is to take them for; 0 leaves that to the server.
type bound struct {
	values [][]byte
	oids   []uint32
}

func (b *bound) add(text string, oid uint32) string {
	b.values, b.oids = append(b.values, []byte(text)), append(b.oids, oid)
	return placeholder(len(b.values))
}

// params are the arguments of the author's query and room for those of conditions.
func (s *session) params(more *bound) ([][]byte, []uint32) {
	var b bound
	s.bind(&b)
	if more != nil {
		*more = b
	}
	return b.values, b.oids
}

// bind adds the arguments of the author's query.
func (s *session) bind(b *bound) {
	for _, v := range s.args {
		oid, text := argument(v)
		b.add(text, oid)
		if v.Null {
			b.values[len(b.values)-1] = nil
		}
	}
}

// argument is a value of the language for the server. A text has no type, so that the server takes it for what it is
// compared with: an enum, a uuid.
func argument(v schema.Value) (oid uint32, text string) {
	switch v.Type.Kind {
	case schema.Integer:
		return pgtype.Int8OID, v.String()
	case schema.Decimal, schema.Percent:
		return pgtype.NumericOID, v.String()
	case schema.Float:
		return pgtype.Float8OID, v.String()
	case schema.Boolean:
		return pgtype.BoolOID, v.String()
	case schema.Date:
		return pgtype.DateOID, v.String()
	case schema.Timestamp:
		return pgtype.TimestamptzOID, v.String()
	}
	return 0, v.Text
}

// tester writes tests of columns for the server.
type tester struct {
	fields map[string]field // of the columns that conditions read
	zone   *batch.Zone
	bound  *bound
	utf8   bool
}

func (t tester) test(b *strings.Builder, c schema.Condition) schema.Claim {
	f := t.fields[c.Column]
	column := quote(c.Column)
	if c.Op == schema.IsNull {
		return t.isNull(b, column, f, c.Type)
	}
	v := c.Values[0]
	switch c.Type.Kind {
	case schema.String, schema.Enum:
		return t.text(b, column, f, c)
	case schema.Integer, schema.Decimal:
		if f.family != whole && f.family != numeric {
			return schema.None
		}
		b.WriteString(column + " " + sqlread.Operator(c.Op) + " " + t.number(v))
		return schema.Exact
	case schema.Boolean:
		if f.family == boolean {
			b.WriteString(column + " " + sqlread.Operator(c.Op) + " " + t.bound.add(v.String(), pgtype.BoolOID))
			return schema.Exact
		}
	case schema.Date:
		if f.family == day && sqlread.InYears(v.Int*86400e6) {
			b.WriteString(column + " " + sqlread.Operator(c.Op) + " " + t.bound.add(sqlread.DayText(v.Int), pgtype.DateOID))
			return schema.Exact
		}
	case schema.Timestamp:
		if !sqlread.InYears(v.Int) {
			return schema.None
		}
		switch f.family {
		case instant:
			b.WriteString(column + " " + sqlread.Operator(c.Op) + " " + t.bound.add(v.String(), pgtype.TimestamptzOID))
			return schema.Exact
		case civilTime, day: // a date compares as its midnight
			sqlread.CompareCivil(b, c, column, t.zone, func(civil int64) string {
				text, _ := sqlread.CivilText(civil)
				return t.bound.add(text, pgtype.TimestampOID)
			})
			return schema.Exact
		}
	}
	return schema.None
}

// isNull takes values that cannot be delivered for null, as the batch does.
func (t tester) isNull(b *strings.Builder, column string, f field, want schema.Type) schema.Claim {
	b.WriteString(column + " IS NULL")
	switch want.Kind {
	case schema.String, schema.Enum:
		return schema.Exact
	case schema.Date, schema.Timestamp:
		if f.family == day || f.family == civilTime || f.family == instant {
			b.WriteString(" OR " + column + " IN ('infinity', '-infinity')")
			return schema.Exact
		}
	case schema.Integer:
		if f.family == whole {
			return schema.Exact
		}
	case schema.Decimal:
		if f.family == whole && want.Precision-want.Scale >= 19 {
			return schema.Exact
		}
		// What a declared precision lets in fits, but for NaN.
		if f.family == numeric && f.within(want) {
			b.WriteString(" OR " + column + " = 'NaN'")
			return schema.Exact
		}
	case schema.Boolean:
		if f.family == boolean {
			return schema.Exact
		}
	}
	b.Reset()
	return schema.None
}

// text compares the text that is delivered, by code point. Equality also stands without the collation, where an
// index of the column's own can serve.
func (t tester) text(b *strings.Builder, column string, f field, c schema.Condition) schema.Claim {
	if f.family == float || f.family == blob || f.family == boolean {
		return schema.None // rare, and the cast is not what is delivered
	}
	if strings.ContainsRune(c.Values[0].Text, 0) {
		return schema.None // no text of the server has it, and the server refuses it
	}
	if !t.utf8 && strings.ContainsFunc(c.Values[0].Text, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return schema.None // the server's encoding may not have it, and then the server refuses it
	}
	value := t.bound.add(c.Values[0].Text, pgtype.TextOID)
	if c.Op == schema.Equal {
		switch f.oid {
		case pgtype.TextOID, pgtype.VarcharOID:
			b.WriteString(column + " = " + value + " AND ")
		case pgtype.BPCharOID:
			b.WriteString(column + " = " + value + "::bpchar AND ")
		}
	}
	b.WriteString(t.key(column, f) + " " + sqlread.Operator(c.Op) + " ")
	if t.utf8 {
		b.WriteString(value + `::text COLLATE "C"`)
	} else {
		b.WriteString("convert_to(" + value + "::text, 'UTF8')")
	}
	return schema.Exact
}

// key is a text column as the server must see it to compare by code point.
func (t tester) key(column string, f field) string {
	if !t.utf8 { // bytes of another encoding are in another order
		return "convert_to(" + column + "::text, 'UTF8')"
	}
	return column + `::text COLLATE "C"`
}

// number is a number in the type that lets the server use an index on integers.
func (t tester) number(v schema.Value) string {
	if v.Type.Kind == schema.Integer {
		return t.bound.add(v.String(), pgtype.Int8OID)
	}
	if n, err := decimal.Rescale(v.Dec.Coef, v.Dec.Scale, 0); err == nil {
		if i, ok := n.Int64(); ok {
			return t.bound.add(schema.Int(i).String(), pgtype.Int8OID)
		}
	}
	return t.bound.add(v.Dec.String(), pgtype.NumericOID)
}

// order is what to sort a column by, so that its values come as the language orders them; ok is false where the server
// cannot.
func (t tester) order(c schema.Column, f field) (sql string, ok bool) {
	column := quote(c.Name)
	switch c.Type.Kind {
	case schema.String, schema.Enum:
		return t.key(column, f), f.family != float && f.family != blob && f.family != boolean
	case schema.Integer, schema.Decimal:
		if f.family == text || f.family == padded {
			return "CASE WHEN " + column + "::text ~ '^[+-]?[0-9]+([.][0-9]+)?$' THEN " + column + "::text::numeric END", true
		}
		return column, f.family == whole || f.family == numeric || f.family == float
	case schema.Date:
		if f.family == text || f.family == padded {
			return t.key(column, f), true
		}
		return column, f.family == day
	case schema.Boolean:
		return column, f.family == boolean || f.family == whole
	case schema.Timestamp:
		return column, f.family == instant || f.family == civilTime || f.family == day
	}
	return "", false
}
