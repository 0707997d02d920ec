package postgres

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk/checksum"
	"github.com/recon-lang/recon/sdk/schema"
)

// encode is a column in the server's words, as package checksum encodes what the decoders would deliver, or why there are none.
func encode(f field, c checksum.Column, loc *time.Location) (e sqlread.Encoded, refused string) {
	letter, ok := checksum.Letter(c.Column.Type.Kind)
	if !ok || !checksum.Converts(c.Column.Type, c.As) {
		return e, fmt.Sprintf("column %s is read as %s, which has no form that all databases share", c.Column.Name, c.Column.Type)
	}
	column := quote(c.Column.Name)
	if e.Fits, refused = delivered(f, c.Column, loc); refused != "" {
		return e, refused
	}
	no := fmt.Sprintf("column %s is %s in the database and is read as %s", c.Column.Name, f.family, c.Column.Type)
	var bytes string
	switch c.Column.Type.Kind {
	case schema.Integer, schema.Decimal:
		e.Number = column
		if scale := checksum.Scale(c.As); scale > 0 || f.family == numeric {
			e.Number = fmt.Sprintf("round(%s::numeric, %d)", column, scale)
		}
		bytes = e.Number + "::text"
	case schema.Boolean:
		bytes = column + "::int::text"
	case schema.Date:
		bytes = "CASE WHEN isfinite(" + column + ") THEN (" + column + " - DATE '1970-01-01')::text END"
	case schema.Timestamp:
		bytes = "(extract(epoch FROM " + column + ") * 1000000)::bigint"
		if f.family == civilTime {
			_, offset, _ := sqlread.Steady(loc)
			bytes = "(" + bytes + " - " + strconv.FormatInt(offset, 10) + ")"
		}
		bytes = "CASE WHEN isfinite(" + column + ") THEN " + bytes + "::text END"
	case schema.String, schema.Enum:
		if f.family != text && f.family != padded && f.family != whole && f.oid != pgtype.UUIDOID {
			return e, no // the cast to text may not be what the server prints
		}
		bytes = column + "::text"
		e.Piece = "'t' || octet_length(" + bytes + ") || ':' || " + bytes
		if c.Column.Type.Kind == schema.Enum {
			e.Fits = append(e.Fits, listed(bytes, c.Column.Type.Values))
		}
		return e, ""
	}
	e.Piece = "'" + string(letter) + "' || " + bytes + " || ';'"
	return e, ""
}

// listed is the condition that an enum lists a value.
func listed(text string, values []string) string {
	var all []string
	for _, v := range values {
		if !strings.ContainsRune(v, 0) { // no text of the server has it
			all = append(all, sqlread.Quote(v, "'"))
		}
	}
	if len(all) == 0 {
		return "false"
	}
	return text + ` COLLATE "C" IN (` + strings.Join(all, ", ") + ")"
}

// delivered is the conditions under which the decoders deliver a value of a column as its type, or why that cannot be said in the
// server's words.
func delivered(f field, c schema.Column, loc *time.Location) (fits []string, refused string) {
	column := quote(c.Name)
	no := fmt.Sprintf("column %s is %s in the database and is read as %s", c.Name, f.family, c.Type)
	switch c.Type.Kind {
	case schema.String, schema.Enum:
		return nil, "" // an UTF8 database has no other text
	case schema.Integer:
		switch f.family {
		case whole:
			return nil, ""
		case numeric:
			return []string{column + " = trunc(" + column + ")", column + " BETWEEN -9223372036854775808 AND 9223372036854775807"}, ""
		}
	case schema.Decimal:
		digits := c.Type.Precision - c.Type.Scale
		switch {
		case f.family == whole && digits >= 19:
			return nil, ""
		case f.family == whole:
			return []string{fmt.Sprintf("abs(%s::numeric) < 1e%d", column, digits)}, ""
		case f.family == numeric && f.within(c.Type):
			return []string{column + " <> 'NaN'"}, ""
		case f.family == numeric:
			return []string{fmt.Sprintf("%s = round(%[1]s, %d)", column, c.Type.Scale), fmt.Sprintf("abs(%s) < 1e%d", column, digits)}, ""
		}
	case schema.Float:
		if f.family == float {
			return nil, ""
		}
	case schema.Boolean:
		if f.family == boolean {
			return nil, ""
		}
	case schema.Date:
		if f.family == day {
			return []string{"isfinite(" + column + ")"}, ""
		}
	case schema.Timestamp:
		switch f.family {
		case instant:
			return []string{"isfinite(" + column + ")"}, ""
		case civilTime:
			from, _, ok := sqlread.Steady(loc)
			if !ok {
				return nil, fmt.Sprintf("column %s has no zone, and the clocks of %s change", c.Name, loc)
			}
			since, _ := sqlread.CivilText(from)
			return []string{"isfinite(" + column + ")", column + " >= TIMESTAMP '" + since + "'"}, ""
		}
	case schema.Bytes:
		if f.family == blob {
			return nil, ""
		}
	case schema.JSON:
		if f.family == document {
			return nil, ""
		}
	}
	return nil, no
}

// within reports whether the declared precision of a numeric lets in nothing that want does not hold, but for NaN.
func (f field) within(want schema.Type) bool {
	have := numericType(f.modifier)
	return f.modifier >= 4 && f.modifier>>16 <= 38 && have.Scale <= want.Scale && have.Precision-have.Scale <= want.Precision-want.Scale
}
