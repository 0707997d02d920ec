package mysql

import (
	"slices"
	"strings"
	"time"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// tester writes tests of columns for the server.
type tester struct {
	fields map[string]field
	zone   *batch.Zone // of civil times
	clock  clock
}

func (t tester) test(b *strings.Builder, c schema.Condition) schema.Claim {
	f := t.fields[c.Column]
	column := f.number()
	if c.Op == schema.IsNull {
		return isNull(b, quote(c.Column), f, c.Type)
	}
	v := c.Values[0]
	compare := func(literal string) schema.Claim {
		b.WriteString(column + " " + sqlread.Operator(c.Op) + " " + literal)
		return schema.Exact
	}
	switch c.Type.Kind {
	case schema.String, schema.Enum:
		return testText(b, f, c, t.clock)
	case schema.Integer, schema.Decimal:
		if f.family == whole || f.family == numeric {
			return compare(number(v))
		}
	case schema.Boolean:
		if f.family == whole {
			return compare(number(schema.Int(v.Int)))
		}
	case schema.Date:
		if f.family == day && sqlread.InYears(v.Int*86400e6) {
			return compare("DATE'" + sqlread.DayText(v.Int) + "'")
		}
	case schema.Timestamp:
		if !sqlread.InYears(v.Int) {
			return schema.None
		}
		zone := t.zone
		switch f.family {
		case instant:
			if t.clock.zone == nil { // civil times of the session do not tell instants apart
				return schema.None
			}
			zone = batch.NewZone(t.clock.zone)
		case civilTime, day: // a date compares as its midnight
		default:
			return schema.None
		}
		sqlread.CompareCivil(b, c, column, zone, func(civil int64) string {
			text, _ := sqlread.CivilText(civil)
			return "TIMESTAMP'" + text + "'"
		})
		return schema.Exact
	}
	return schema.None
}

// isNull takes values that cannot be delivered for null, as the batch does.
func isNull(b *strings.Builder, column string, f field, want schema.Type) schema.Claim {
	switch want.Kind {
	case schema.String, schema.Enum:
		if f.family == blob || f.family == other { // it may not be text
			return schema.None
		}
	case schema.Integer:
		if f.family != whole || f.kind == "UNSIGNED BIGINT" || f.kind == "BIT" {
			return schema.None
		}
	case schema.Decimal:
		contained := f.family == whole && want.Precision-want.Scale >= 20 ||
			f.family == numeric && f.within(want)
		if !contained {
			return schema.None
		}
	case schema.Date, schema.Timestamp:
		switch f.family {
		case day:
			b.WriteString(column + " IS NULL OR " + column + " < DATE'0000-01-01'") // a zero date
		case civilTime, instant:
			b.WriteString(column + " IS NULL OR " + column + " < TIMESTAMP'0000-01-01 00:00:00'")
		default:
			return schema.None
		}
		return schema.Exact
	default:
		return schema.None
	}
	b.WriteString(column + " IS NULL")
	return schema.Exact
}

// testText compares the text that is delivered, by code point: as bytes of UTF-8, which pad nothing and fold nothing.
// Equality also stands in the column's own collation, where an index can serve.
func testText(b *strings.Builder, f field, c schema.Condition, clock clock) schema.Claim {
	if f.family == single || f.family == double || f.family == blob || f.family == other {
		return schema.None // the server's text is not what is delivered
	}
	value := c.Values[0].Text
	if c.Op == schema.Equal && f.family == text && fits(value, max(f.largest, asciiEnd)) {
		b.WriteString(quote(f.name) + " = " + textLiteral(value) + " AND ")
	}
	b.WriteString(f.bytes(clock) + " " + sqlread.Operator(c.Op) + " " + bytesLiteral(value))
	return schema.Exact
}

const asciiEnd = '\u007f'

// fits reports whether text has no character above last. Every character set has those of ASCII; with another text the
// server may refuse to compare a column of a smaller set.
func fits(text string, last rune) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > last })
}

// beyondASCII reports whether conditions compare with texts that are not ASCII.
func beyondASCII(conditions []schema.Condition) bool {
	return slices.ContainsFunc(conditions, func(c schema.Condition) bool {
		return beyondASCII(c.Args) || slices.ContainsFunc(c.Values, func(v schema.Value) bool { return !fits(v.Text, asciiEnd) })
	})
}

// number is a column as a number where the server has one that looks otherwise.
func (f field) number() string {
	if f.kind == "BIT" || f.kind == "YEAR" { // a YEAR compares with 26 as with 2026
		return "(" + quote(f.name) + " + 0)"
	}
	return quote(f.name)
}

// text is a column as text. An instant says its zone.
func (f field) text(clock clock) string {
	column := quote(f.name)
	switch {
	case f.family == instant && clock.zone == time.UTC:
		return "CONCAT(" + column + ", 'Z')"
	case f.family == instant:
		return "CONCAT(TIMESTAMP'1970-01-01 00:00:00' + INTERVAL UNIX_TIMESTAMP(" + column + ") SECOND, 'Z')"
	case f.family == whole: // the sum has no ZEROFILL, as the driver's number has none
		return "(" + column + " + 0)"
	}
	return column
}

// bytes is a column's text as the server must see it to compare by code point.
func (f field) bytes(clock clock) string {
	return "CAST(CONVERT(" + f.text(clock) + " USING utf8mb4) AS BINARY)"
}

// order is what to sort a column by, so that its values come as the language orders them; ok is false where the
// server cannot. Nulls are first by themselves.
func (t tester) order(c schema.Column) (sql string, ok bool) {
	f := t.fields[c.Name]
	switch c.Type.Kind {
	case schema.String, schema.Enum:
		return f.bytes(t.clock), f.family != single && f.family != double && f.family != blob && f.family != other
	case schema.Integer, schema.Decimal:
		if f.family == text {
			return "CAST(" + quote(c.Name) + " AS DECIMAL(65, 27))", true
		}
		return f.number(), f.family == whole || f.family == numeric || f.family == single || f.family == double
	case schema.Boolean:
		return f.number(), f.family == whole
	case schema.Date:
		if f.family == text {
			return f.bytes(t.clock), true
		}
		return quote(c.Name), f.family == day
	case schema.Timestamp:
		return quote(c.Name), f.family == civilTime || f.family == day || f.family == instant && t.clock.zone != nil
	}
	return "", false
}

func quote(name string) string { return sqlread.Quote(name, "`") }
