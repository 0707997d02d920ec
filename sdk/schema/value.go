package schema

import (
	"strconv"
	"strings"
	"time"

	"github.com/recon-lang/recon/sdk/decimal"
)

// Value is one value of a type, or null. Which field holds it follows from Type.Kind:
// Int for integer, boolean (0 or 1), date (days), timestamp and duration (microseconds);
// Dec for decimal and percent; Float for float; Text for string, enum, json, bytes, path,
// sql and secret; List for list; for a map, List holds key, value, key, value. The zero
// Value is invalid. Unit is the unit that a number carries, or "".
type Value struct {
	Type   Type
	Null   bool
	Int    int64
	Dec    decimal.Decimal
	Float  float64
	Text   string
	List   []Value
	Params map[string]Value // of an SQL: the values of its :name parameters
	Unit   string
}

// Text makes a string value.
func Text(s string) Value { return Value{Type: Type{Kind: String}, Text: s} }

// Int makes an integer value.
func Int(i int64) Value { return Value{Type: Type{Kind: Integer}, Int: i} }

// Bool makes a boolean value.
func Bool(b bool) Value {
	v := Value{Type: Type{Kind: Boolean}}
	if b {
		v.Int = 1
	}
	return v
}

// Dec makes a decimal value of d's own digits and scale.
func Dec(d decimal.Decimal) Value {
	p := max(int32(decimal.Digits(d.Coef)), d.Scale, 1)
	return Value{Type: Type{Kind: Decimal, Precision: min(p, decimal.MaxDigits), Scale: d.Scale}, Dec: d}
}

// Day makes a date value from days since 1970-01-01.
func Day(days int64) Value { return Value{Type: Type{Kind: Date}, Int: days} }

// Instant makes a timestamp value; what is finer than a microsecond is cut off.
func Instant(t time.Time) Value {
	return Value{Type: Type{Kind: Timestamp}, Int: t.UnixMicro()}
}

// True reports whether v is the boolean true.
func (v Value) True() bool { return v.Type.Kind == Boolean && !v.Null && v.Int != 0 }

// Time is a timestamp or date value (midnight UTC) as a time in UTC.
func (v Value) Time() time.Time {
	if v.Type.Kind == Date {
		return time.Unix(v.Int*86400, 0).UTC()
	}
	return time.UnixMicro(v.Int).UTC()
}

// String is the value as reports print it: plain decimals, ISO dates, RFC 3339
// timestamps in UTC, null as "null". A secret prints as "***".
func (v Value) String() string {
	if v.Null {
		return "null"
	}
	switch v.Type.Kind {
	case Integer:
		return strconv.FormatInt(v.Int, 10)
	case Boolean:
		return strconv.FormatBool(v.Int != 0)
	case Decimal, Percent:
		return v.Dec.String()
	case Float:
		return strconv.FormatFloat(v.Float, 'g', -1, 64)
	case Date:
		return v.Time().Format(time.DateOnly)
	case Timestamp:
		return v.Time().Format("2006-01-02T15:04:05.999999Z07:00")
	case Duration:
		return (time.Duration(v.Int) * time.Microsecond).String()
	case List, Map:
		parts := make([]string, len(v.List))
		for i, e := range v.List {
			parts[i] = e.String()
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case Secret:
		return "***"
	}
	return v.Text
}
