package mysql

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk/checksum"
	"github.com/recon-lang/recon/sdk/schema"
)

// maxScale is the most decimals of a DECIMAL that all servers know.
const maxScale = 30

// encode is a column in the server's words, as package checksum encodes what the decoders would deliver, or why there are none.
func encode(f field, c checksum.Column, clock clock) (e sqlread.Encoded, refused string) {
	letter, ok := checksum.Letter(c.Column.Type.Kind)
	scale := checksum.Scale(c.As)
	if !ok || !checksum.Converts(c.Column.Type, c.As) || scale > maxScale {
		return e, fmt.Sprintf("column %s is read as %s, which has no form that all databases share", c.Column.Name, c.As)
	}
	column := quote(c.Column.Name)
	if e.Fits, refused = delivered(f, c.Column, clock); refused != "" {
		return e, refused
	}
	plain := "(" + column + " + 0)" // without ZEROFILL
	bytes := plain                  // a number that is put behind a text is printed as CAST does
	switch c.Column.Type.Kind {
	case schema.Integer, schema.Decimal:
		e.Number = plain
		if scale > 0 && f.family == whole || f.family == numeric && f.scale != int64(scale) {
			e.Number = fmt.Sprintf("CAST(%s AS DECIMAL(65, %d))", plain, scale)
		}
		bytes = e.Number
	case schema.Date:
		bytes = "DATEDIFF(" + column + ", DATE'1970-01-01')"
	case schema.Timestamp:
		bytes = micros(f, clock)
	case schema.String, schema.Enum:
		bytes = f.bytes(clock)
		if c.Column.Type.Kind == schema.Enum {
			e.Fits = append(e.Fits, listed(bytes, c.Column.Type.Values))
		}
		e.Piece = "CONCAT('t', LENGTH(" + bytes + "), ':', " + bytes + ")"
		return e, ""
	}
	e.Piece = "CONCAT('" + string(letter) + "', " + bytes + ", ';')"
	return e, ""
}

// micros is a time as microseconds since 1970.
func micros(f field, clock clock) string {
	sql := "TIMESTAMPDIFF(MICROSECOND, TIMESTAMP'1970-01-01 00:00:00', " + quote(f.name) + ")"
	if ahead := clock.ahead(f); ahead != 0 {
		sql = "(" + sql + " - (" + strconv.FormatInt(ahead, 10) + "))"
	}
	return sql
}

func scaleText(t schema.Type) string { return strconv.Itoa(int(checksum.Scale(t))) }

// ahead is by how many microseconds the civil times of a column are ahead of UTC, if delivered has not refused it.
func (c clock) ahead(f field) int64 {
	if f.family == instant {
		_, offset, _ := sqlread.Steady(c.zone)
		return offset
	}
	_, offset, _ := sqlread.Steady(c.source)
	return offset
}

func listed(bytes string, values []string) string {
	var all []string
	for _, v := range values {
		all = append(all, bytesLiteral(v))
	}
	if len(all) == 0 {
		return "FALSE"
	}
	return bytes + " IN (" + strings.Join(all, ", ") + ")"
}

// delivered is the conditions under which the decoders deliver a value of a column as its type, or why that cannot be said in the
// server's words.
func delivered(f field, c schema.Column, clock clock) (fits []string, refused string) {
	column := quote(c.Name)
	refused = fmt.Sprintf("column %s is %s in the database and is read as %s", c.Name, f.family, c.Type)
	plain := "(" + column + " + 0)"
	switch c.Type.Kind {
	case schema.String, schema.Enum:
		if f.family == text || f.family == whole {
			return nil, ""
		}
	case schema.Integer:
		switch {
		case f.family == whole && f.kind != "UNSIGNED BIGINT" && f.kind != "BIT":
			return nil, ""
		case f.family == whole:
			return []string{plain + " <= 9223372036854775807"}, ""
		}
	case schema.Decimal:
		digits := int64(c.Type.Precision - c.Type.Scale)
		below := fmt.Sprintf("ABS(CAST(%s AS DECIMAL(65, %d))) < 1%s", column, maxScale, strings.Repeat("0", int(digits)))
		switch {
		case f.family == whole && digits >= 20:
			return nil, ""
		case f.family == whole:
			return []string{fmt.Sprintf("ABS(CAST(%s AS DECIMAL(65, 0))) < 1%s", plain, strings.Repeat("0", int(digits)))}, ""
		case f.family == numeric && f.within(c.Type):
			return nil, ""
		case f.family == numeric && f.scale <= maxScale:
			return []string{fmt.Sprintf("%s = ROUND(%[1]s, %d)", column, c.Type.Scale), below}, ""
		}
	case schema.Float:
		if f.family == single || f.family == double {
			return nil, ""
		}
	case schema.Boolean:
		if f.family == whole {
			return []string{plain + " IN (0, 1)"}, ""
		}
	case schema.Date:
		if f.family == day {
			return []string{column + " >= DATE'1000-01-01'", complete(column)}, ""
		}
	case schema.Timestamp:
		fits = []string{column + " >= TIMESTAMP'1000-01-01 00:00:00'", complete(column)}
		switch f.family {
		case instant:
			if clock.zone == nil {
				return nil, fmt.Sprintf("column %s is a TIMESTAMP, and the parameters of the query lie on both sides of a change of the clocks", c.Name)
			}
			return []string{"UNIX_TIMESTAMP(" + column + ") > 0"}, "" // of a zero date it is 0
		case civilTime:
			from, _, ok := sqlread.Steady(clock.source)
			if !ok {
				return nil, fmt.Sprintf("column %s has no zone, and the clocks of %s change", c.Name, clock.source)
			}
			since, _ := sqlread.CivilText(from)
			return append(fits, column+" >= TIMESTAMP'"+since+"'"), ""
		}
	case schema.Bytes:
		if f.family == blob {
			return nil, ""
		}
	}
	return nil, refused
}

// complete is that a date has a month and a day: the server keeps some that have none.
func complete(column string) string {
	return "MONTH(" + column + ") > 0 AND DAYOFMONTH(" + column + ") > 0"
}

// within reports whether the declared precision of a DECIMAL lets in nothing that want does not hold. The driver counts a digit too
// few if it is unsigned.
func (f field) within(want schema.Type) bool {
	return f.scale <= int64(want.Scale) && f.precision+1-f.scale <= int64(want.Precision-want.Scale)
}
