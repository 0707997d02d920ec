package sqlite

import (
	"fmt"
	"strings"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk/checksum"
	"github.com/recon-lang/recon/sdk/schema"
)

// most is the largest number that is computed with: those of fifteen digits are REALs of which each has another text.
const most = 1_000_000_000_000_000

// form is an expression that is the same where, and only where, two values are, which fit; a whole number to compute with, in units of the last
// decimal of As; and the conditions under which a value fits, by how it is stored. The number is "" where it is that expression, and a time has none. strict says that nothing is computed. What is stored otherwise than is usual, such as a number as text, does
// not fit, and its row is read.
func form(c checksum.Column, strict bool) (same, number string, fits []string, refused string) {
	column := quote(c.Column.Name)
	switch c.Column.Type.Kind {
	case schema.Integer:
		if scale := checksum.Scale(c.As); scale > 0 {
			whole := "CAST(" + column + " AS INTEGER) * 1" + zeros(scale)
			return whole, "", []string{"typeof(" + column + ") = 'integer'", fmt.Sprintf("%s BETWEEN -%d AND %[2]d", column, most/power(scale))}, tooFine(c)
		}
		fits = []string{"typeof(" + column + ") = 'integer'"}
		if !strict { // differences are computed
			fits = append(fits, fmt.Sprintf("%s BETWEEN -%d AND %[2]d", column, most))
		}
		return column, "", fits, ""
	case schema.Decimal:
		// A REAL is read as its shortest text, which has so many decimals where the whole number of them, divided again, is the same.
		own, scale := c.Column.Type.Scale, checksum.Scale(c.As)
		if refused = tooFine(c); refused != "" {
			return "", "", nil, refused
		}
		units := "CAST(round(" + column + " * 1" + zeros(own) + ".0) AS INTEGER)"
		whole := units
		if scale > own {
			whole = "(" + units + " * 1" + zeros(scale-own) + ")"
		}
		fits = []string{"typeof(" + column + ") IN ('integer', 'real')", fmt.Sprintf("abs(%s * 1.0) <= %d", column, most/power(scale)),
			units + " / 1" + zeros(own) + ".0 = " + column}
		if digits := c.Column.Type.Precision - own; digits < 16 {
			fits = append(fits, fmt.Sprintf("abs(%s * 1.0) < 1%s", column, zeros(digits)))
		}
		return whole, "", fits, ""
	case schema.Boolean:
		return column, "", []string{"typeof(" + column + ") = 'integer'", column + " IN (0, 1)"}, ""
	case schema.Date:
		return column, "CAST(round(julianday(" + column + ") - 2440587.5) AS INTEGER)",
			[]string{"typeof(" + column + ") = 'text'", column + " GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'", column + " >= '0001'", "date(" + column + ") = " + column}, ""
	case schema.Timestamp:
		// Without a number: clocks that are set make distances of civil times other than those of instants.
		return column, "", []string{"typeof(" + column + ") = 'text'",
			column + " GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]'", column + " >= '0001'", "datetime(" + column + ") = " + column}, ""
	case schema.String, schema.Enum:
		// SQLite does not look whether a text is UTF-8, and ASCII certainly is.
		fits = []string{"typeof(" + column + ") = 'text'", column + " NOT GLOB '*[^ -~]*'", "instr(" + column + ", char(0)) = 0"}
		if c.Column.Type.Kind == schema.Enum {
			var listed []string
			for _, v := range c.Column.Type.Values {
				if !strings.ContainsRune(v, 0) {
					listed = append(listed, sqlread.Quote(v, "'"))
				}
			}
			fits = append(fits, column+" COLLATE BINARY IN ("+strings.Join(listed, ", ")+")")
		}
		return column + " COLLATE BINARY", "", fits, ""
	}
	if c.Column.Type.Kind == schema.Float { // of a column that is not compared
		return "", "", []string{"typeof(" + column + ") IN ('integer', 'real')"}, ""
	}
	return "", "", nil, fmt.Sprintf("column %s is read as %s, which SQLite does not compare as recon does", c.Column.Name, c.Column.Type)
}

// tooFine is why numbers of a scale are not compared: there are few that a REAL tells apart.
func tooFine(c checksum.Column) string {
	if checksum.Scale(c.As) > 9 {
		return fmt.Sprintf("column %s is compared as %s, which has more decimals than SQLite computes with", c.Column.Name, c.As)
	}
	return ""
}

func zeros(n int32) string { return "000000000000000000000000000000000000000"[:n] }

func power(n int32) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}
