package mysql

import (
	"encoding/hex"
	"strconv"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// from is the table or the query of cfg as it stands behind FROM.
func from(cfg schema.Config, c clock) (string, error) {
	if cfg.Has("table") {
		return sqlread.Table(cfg, "`", 2)
	}
	var bad error
	query, _, err := sqlread.Query(cfg, func(_ int, v schema.Value) string {
		text, err := literal(v, c)
		if err != nil {
			bad = err
		}
		return text
	})
	if err == nil {
		err = bad
	}
	return "(" + query + ") AS q", err
}

// literal is a parameter's value as SQL. Texts are written in hexadecimal, so that no
// value, character set or sql_mode can end the literal; the other forms have no free text.
func literal(v schema.Value, c clock) (string, error) {
	if v.Null {
		return "NULL", nil
	}
	switch v.Type.Kind {
	case schema.Integer, schema.Decimal, schema.Percent:
		return number(v), nil
	case schema.Float:
		return "(" + strconv.FormatFloat(v.Float, 'e', -1, 64) + ")", nil
	case schema.Boolean:
		return strconv.FormatInt(v.Int, 10), nil
	case schema.Date:
		if sqlread.InYears(v.Int * 86400e6) {
			return "DATE'" + sqlread.DayText(v.Int) + "'", nil
		}
	case schema.Timestamp:
		_, offset := v.Time().In(c.source).Zone()
		if text, ok := sqlread.CivilText(v.Int + int64(offset)*1e6); ok {
			return "TIMESTAMP'" + text + "'", nil
		}
	default:
		return textLiteral(v.Text), nil
	}
	return "", &sdk.Error{Setting: "query", Message: "the server has no date " + v.String()}
}

// number is a number as SQL. In brackets its sign cannot meet another, which would be a comment.
func number(v schema.Value) string { return "(" + v.String() + ")" }

func textLiteral(text string) string { return "_utf8mb4 " + bytesLiteral(text) }

func bytesLiteral(text string) string { return "x'" + hex.EncodeToString([]byte(text)) + "'" }
