// Package schema is what plugins and rules tell each other, as plain data: types, values,
// columns, settings, conditions and catalogs. It does no I/O and knows nothing of any
// process. Its API follows semantic versions: plugins compile against it.
package schema

import (
	"fmt"
	"slices"
	"strings"
)

// Kind is the family of a Type. The first group are types of columns; the rest occur in
// expressions and settings only.
type Kind uint8

const (
	Invalid Kind = iota // no type: an expression that was already reported

	String
	Integer // signed 64 bit
	Decimal // exact, Precision digits of which Scale after the point
	Float   // IEEE 64 bit
	Boolean
	Date      // civil date, days since 1970-01-01
	Timestamp // instant, microseconds since 1970-01-01T00:00:00Z
	Enum      // text, one of Values
	JSON      // text of one JSON value
	Bytes

	Duration // microseconds
	Percent  // 5% is the decimal 0.05
	Null     // the literal null
	List     // of Elem
	Map      // literal maps, as in decode
	Path     // a setting: a file path or glob, relative to the rule file
	SQL      // a setting: a query with :name parameters
	Secret   // a setting or a secret declaration: text that is never printed
)

var kindNames = [...]string{
	"invalid", "string", "integer", "decimal", "float", "boolean", "date", "timestamp", "enum", "json", "bytes",
	"duration", "percent", "null", "list", "map", "path", "sql", "secret",
}

func (k Kind) String() string { return kindNames[k] }

// Type is the type of a column, a value or a setting. Precision and Scale are set for
// Decimal only: 1 <= Precision <= 38, 0 <= Scale <= Precision. Values are the listed
// texts of an Enum, in the order declared. Elem is the element of a List.
type Type struct {
	Kind      Kind
	Precision int32
	Scale     int32
	Values    []string
	Elem      *Type
}

// Equal reports whether both are the same type to the last detail.
func (t Type) Equal(o Type) bool {
	if t.Kind != o.Kind || t.Precision != o.Precision || t.Scale != o.Scale || !slices.Equal(t.Values, o.Values) {
		return false
	}
	if t.Elem == nil || o.Elem == nil {
		return t.Elem == o.Elem
	}
	return t.Elem.Equal(*o.Elem)
}

// String is the type as a rule file writes it: decimal(18, 2), enum("A", "B").
func (t Type) String() string {
	switch t.Kind {
	case Decimal:
		if t.Precision == 0 {
			return "decimal"
		}
		return fmt.Sprintf("decimal(%d, %d)", t.Precision, t.Scale)
	case Enum:
		quoted := make([]string, len(t.Values))
		for i, v := range t.Values {
			quoted[i] = quoteText(v)
		}
		return "enum(" + strings.Join(quoted, ", ") + ")"
	case List:
		if t.Elem != nil {
			return "list(" + t.Elem.String() + ")"
		}
	}
	return t.Kind.String()
}

// quoteText writes a text as the language does.
func quoteText(s string) string { return `"` + escapes.Replace(s) + `"` }

var escapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`, "\r", `\r`, "$", `\$`)

// Layout is how the values of a type lie in memory, in batches, on the wire and in
// spill files. There are four, and no more, so that every kernel has few cases.
type Layout uint8

const (
	Int64   Layout = iota // integer, boolean (0, 1), date (days), timestamp and duration (microseconds), decimal and percent of at most 18 digits (coefficient)
	Int128                // decimal of more than 18 digits: coefficient, low half first
	Float64               // float
	Varlen                // string, enum, json, bytes: bytes between offsets
)

// Layout is the layout of a column of type t. It panics for a type that no column has.
func (t Type) Layout() Layout {
	switch t.Kind {
	case Integer, Boolean, Date, Timestamp, Duration, Null:
		return Int64
	case Decimal, Percent:
		if t.Precision == 0 || t.Precision > 18 {
			return Int128
		}
		return Int64
	case Float:
		return Float64
	case String, Enum, JSON, Bytes:
		return Varlen
	}
	panic("schema: no column has type " + t.String())
}

// Column is one column of a data set, or one that a reader asks for. Name is the
// physical name: a table's column, a file's header.
type Column struct {
	Name string
	Type Type
	Doc  string
}

// Table is the shape of a data set. Key names the columns that identify a row, where
// the plugin knows them.
type Table struct {
	Columns []Column
	Key     []string
}

// Find is the column of that name, or false.
func (t Table) Find(name string) (Column, bool) {
	i := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == name })
	if i < 0 {
		return Column{}, false
	}
	return t.Columns[i], true
}
