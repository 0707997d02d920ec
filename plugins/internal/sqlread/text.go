package sqlread

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// Quote is a name as an SQL identifier, with quote around it and doubled inside.
func Quote(name string, quote string) string {
	return quote + strings.ReplaceAll(name, quote, quote+quote) + quote
}

// Names splits the text of a setting such as schema.table at its dots. A part may stand in quotes, which keep dots and double inside.
func Names(text string, quote byte) []string {
	var names []string
	var name strings.Builder
	quoted := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == quote && i+1 < len(text) && text[i+1] == quote:
			name.WriteByte(c)
			i++
		case c == quote:
			quoted = !quoted
		case c == '.' && !quoted:
			names = append(names, name.String())
			name.Reset()
		default:
			name.WriteByte(c)
		}
	}
	return append(names, name.String())
}

// Table is the setting table as quoted identifiers joined by dots. It may have at most parts of them.
func Table(cfg schema.Config, quote string, parts int) (string, error) {
	names := Names(cfg.Text("table", ""), quote[0])
	if len(names) > parts {
		return "", &sdk.Error{Setting: "table", Message: fmt.Sprintf("%q has too many parts for the name of a table", cfg.Text("table", "")),
			Hint: fmt.Sprintf("quote a part that contains a dot: %s", Quote("a.b", quote))}
	}
	for i, name := range names {
		if name == "" {
			return "", &sdk.Error{Setting: "table", Message: fmt.Sprintf("%q is not the name of a table", cfg.Text("table", ""))}
		}
		names[i] = Quote(name, quote)
	}
	return strings.Join(names, "."), nil
}

// Query is the query of a setting with its parameters written by placeholder, as it can stand in brackets: without a semicolon at its end,
// and with a newline, which ends a comment. Values are those of the parameters, in the order of their placeholders; a parameter
// that occurs twice has two.
func Query(cfg schema.Config, placeholder func(i int, v schema.Value) string) (sql string, values []schema.Value, err error) {
	setting := cfg["query"]
	sql, names := sdk.BindNames(setting.Text, func(i int, name string) string {
		v, ok := setting.Params[name]
		if !ok {
			err = &sdk.Error{Setting: "query", Message: fmt.Sprintf("the parameter :%s has no value", name)}
		}
		return placeholder(i, v)
	})
	for _, name := range names {
		values = append(values, setting.Params[name])
	}
	sql = strings.TrimRight(sql, "; \t\r\n")
	if strings.TrimSpace(sql) == "" {
		err = &sdk.Error{Setting: "query", Message: "the query is empty"}
	}
	return sql + "\n", values, err
}

// Origin names what cfg reads, for messages.
func Origin(cfg schema.Config) string {
	if cfg.Has("table") {
		return "table " + cfg.Text("table", "")
	}
	return "the query"
}

// Setting is the setting that names the data set.
func Setting(cfg schema.Config) string {
	if cfg.Has("table") {
		return "table"
	}
	return "query"
}

// NoColumn is the error for a column that is asked for and not there.
func NoColumn(cfg schema.Config, name string, have []string) error {
	e := &sdk.Error{Setting: Setting(cfg), Message: fmt.Sprintf("%s has no column %q", Origin(cfg), name)}
	for _, h := range have {
		if strings.EqualFold(h, name) {
			e.Hint = fmt.Sprintf("there is a column %q", h)
			return e
		}
	}
	e.Hint = "it has " + strings.Join(have[:min(len(have), 20)], ", ")
	if len(have) > 20 {
		e.Hint += fmt.Sprintf(" and %d more", len(have)-20)
	}
	return e
}

// WrongType is the error for a column that no value of can be delivered as wanted.
func WrongType(cfg schema.Config, column schema.Column, have string) error {
	return &sdk.Error{Setting: Setting(cfg),
		Message: fmt.Sprintf("column %s of %s is %s in the database and cannot be read as %s", column.Name, Origin(cfg), have, column.Type),
		Hint:    "declare it with a type that it has, or read a query that converts it"}
}

// Lost is the error for a connection that ended within a result.
func Lost(rows int64, err error) error {
	return &sdk.Error{Message: fmt.Sprintf("connection lost after %d rows", rows), Err: err, Temporary: true, Hint: "run again; look into the server's log if it happens often"}
}

// Scrub replaces what must not be printed in text. Secrets that are too short to be told from ordinary words are
// replaced all the same.
func Scrub(text string, secrets ...string) string {
	for _, s := range secrets {
		if s != "" {
			text = strings.ReplaceAll(text, s, "***")
		}
	}
	return text
}

// AppendFloat appends a float with the fewest digits that mean it, and an exponent only where there would be many zeros: as
// databases print floats.
func AppendFloat(dst []byte, v float64, bits int) []byte {
	if abs := math.Abs(v); abs < 1e-4 && abs > 0 || abs >= 1e15 {
		return strconv.AppendFloat(dst, v, 'e', -1, bits)
	}
	return strconv.AppendFloat(dst, v, 'f', -1, bits)
}
