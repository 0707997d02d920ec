package sqlite

import (
	"fmt"
	"slices"
	"strings"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// affinity is what SQLite makes of values on their way into a column. It says what can be stored there, not what is.
type affinity uint8

const (
	unknown  affinity = iota // of an expression, or BLOB: anything is stored as it is
	textual                  // numbers become text: text and blobs
	numbers                  // what looks like a number is one; other text and blobs are themselves
	integers                 // the same
)

// field is a column of what is read.
type field struct {
	name     string
	declared string
	affinity
}

// affinityOf follows SQLite's rules for declared types, which look for parts of words.
func affinityOf(declared string) affinity {
	declared = strings.ToUpper(declared)
	has := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(declared, p) })
	}
	switch {
	case has("INT"):
		return integers
	case has("CHAR", "CLOB", "TEXT"):
		return textual
	case declared == "" || has("BLOB"):
		return unknown
	}
	return numbers
}

// describe prepares what is read and gives its columns. Only the columns of a table itself have an affinity to
// count on.
func (s *session) describe(cfg schema.Config) ([]field, error) {
	statement, err := s.prepare(s.all, s.args...)
	if err != nil {
		if strings.HasPrefix(err.Error(), "no such table") && cfg.Has("table") {
			return nil, s.noTable(cfg)
		}
		return nil, err
	}
	defer statement.close()
	if statement.handle == 0 || statement.columns == 0 {
		return nil, &sdk.Error{Setting: sqlread.Setting(cfg), Message: "the query gives no rows: it must be a SELECT"}
	}
	fields := make([]field, statement.columns)
	for i := range fields {
		fields[i] = field{name: statement.name(i), declared: statement.declared(i)}
		if cfg.Has("table") {
			fields[i].affinity = affinityOf(fields[i].declared)
		}
	}
	return fields, s.stored(cfg, fields)
}

// stored takes the affinity away from the columns of a view, whose expressions have none, and of a virtual table, which
// need not keep to it.
func (s *session) stored(cfg schema.Config, fields []field) error {
	if !cfg.Has("table") {
		return nil
	}
	rows, err := s.rows("SELECT type = 'table' AND sql NOT LIKE 'create virtual%' FROM "+s.catalog(cfg)+" WHERE name = ?1 COLLATE NOCASE", schema.Text(s.tableName(cfg)))
	if err != nil || len(rows) == 1 && rows[0][0] == "1" {
		return err
	}
	for i := range fields {
		fields[i].affinity = unknown
	}
	return nil
}

func (s *session) tableName(cfg schema.Config) string {
	names := sqlread.Names(cfg.Text("table", ""), '"')
	return names[len(names)-1]
}

func (s *session) catalog(cfg schema.Config) string {
	if names := sqlread.Names(cfg.Text("table", ""), '"'); len(names) == 2 {
		return quote(names[0]) + ".sqlite_schema"
	}
	return "sqlite_schema"
}

func (s *session) noTable(cfg schema.Config) error {
	e := &sdk.Error{Setting: "table", Message: "there is no table " + cfg.Text("table", "")}
	rows, err := s.rows("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY name")
	if err == nil && len(rows) > 0 {
		names := make([]string, 0, len(rows))
		for _, row := range rows {
			names = append(names, row[0])
		}
		e.Hint = "there is " + strings.Join(names[:min(len(names), 20)], ", ")
	}
	return e
}

func (s *session) shape(cfg schema.Config) (schema.Table, error) {
	var table schema.Table
	fields, err := s.describe(cfg)
	if err != nil {
		return table, err
	}
	for _, f := range fields {
		if slices.ContainsFunc(table.Columns, func(c schema.Column) bool { return c.Name == f.name }) {
			return table, &sdk.Error{Setting: sqlread.Setting(cfg), Message: "the query has two columns " + f.name, Hint: "name them apart with AS"}
		}
		table.Columns = append(table.Columns, schema.Column{Name: f.name, Type: typeOf(f.declared)})
	}
	if cfg.Has("table") {
		keys, err := s.rows("SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk", schema.Text(s.tableName(cfg)))
		if err != nil {
			return table, err
		}
		for _, row := range keys {
			table.Key = append(table.Key, row[0])
		}
	}
	return table, nil
}

// typeOf is the type that a declared type suggests. Reading refuses what is stored otherwise.
func typeOf(declared string) schema.Type {
	word, rest, _ := strings.Cut(strings.ToUpper(declared), "(")
	word = strings.TrimSpace(word)
	switch {
	case strings.HasPrefix(word, "BOOL"):
		return schema.Type{Kind: schema.Boolean}
	case word == "DATE":
		return schema.Type{Kind: schema.Date}
	case strings.HasPrefix(word, "DATETIME"), strings.HasPrefix(word, "TIMESTAMP"):
		return schema.Type{Kind: schema.Timestamp}
	case strings.HasPrefix(word, "JSON"):
		return schema.Type{Kind: schema.JSON}
	case strings.HasPrefix(word, "DEC"), strings.HasPrefix(word, "NUM"):
		precision, scale := int32(38), int32(10)
		if n, _ := fmt.Sscanf(strings.ReplaceAll(rest, " ", ""), "%d,%d)", &precision, &scale); n == 1 {
			scale = 0
		}
		scale = min(max(scale, 0), 38)
		return schema.Type{Kind: schema.Decimal, Precision: min(max(precision, scale, 1), 38), Scale: scale}
	case strings.Contains(word, "INT"):
		return schema.Type{Kind: schema.Integer}
	case strings.Contains(word, "REAL"), strings.Contains(word, "FLOA"), strings.Contains(word, "DOUB"):
		return schema.Type{Kind: schema.Float}
	case strings.Contains(word, "BLOB"):
		return schema.Type{Kind: schema.Bytes}
	}
	return schema.Type{Kind: schema.String}
}

func quote(name string) string { return sqlread.Quote(name, `"`) }
