package mysql

import (
	"context"
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// field is a column of what is read as the server describes it.
type field struct {
	name string
	kind string // the driver's name of the type
	family
	precision, scale int64
	largest          rune   // its character set is known to have all characters up to this one; 0: not known
	collation        string // of a table's column, once characterSets was asked
}

// describe asks the server for the columns of what is read, without reading a row.
func (s *session) describe(ctx context.Context) ([]field, error) {
	result, err := s.query(ctx, "SELECT * FROM "+s.from+" LIMIT 0")
	if err != nil {
		return nil, err
	}
	var fields []field
	for i, name := range result.Columns() {
		f := field{name: name, kind: result.Rows.(driver.RowsColumnTypeDatabaseTypeName).ColumnTypeDatabaseTypeName(i)}
		f.family = familyOf(f.kind)
		f.precision, f.scale, _ = result.Rows.(driver.RowsColumnTypePrecisionScale).ColumnTypePrecisionScale(i)
		fields = append(fields, f)
	}
	_, err = result.next()
	return fields, err
}

func (s *session) shape(ctx context.Context, cfg schema.Config) (schema.Table, error) {
	var table schema.Table
	fields, err := s.describe(ctx)
	if err != nil {
		return table, err
	}
	for _, f := range fields {
		if slices.ContainsFunc(table.Columns, func(c schema.Column) bool { return c.Name == f.name }) {
			return table, &sdk.Error{Setting: sqlread.Setting(cfg), Message: "the query has two columns " + f.name, Hint: "name them apart with AS"}
		}
		table.Columns = append(table.Columns, schema.Column{Name: f.name, Type: typeOf(f.kind, f.precision, f.scale)})
	}
	if !cfg.Has("table") {
		return table, nil
	}
	return table, s.declared(ctx, cfg, &table)
}

// declared adds what a table's declaration says beyond the types of a result: comments, the listed texts of enums, the
// digits of decimals, the primary key.
func (s *session) declared(ctx context.Context, cfg schema.Config, table *schema.Table) error {
	where := inCatalog(cfg)
	rows, err := s.texts(ctx, "SELECT column_name, column_type, column_comment, IFNULL(numeric_precision, 0), IFNULL(numeric_scale, 0) FROM information_schema.columns"+where)
	if err != nil {
		return err
	}
	for _, row := range rows {
		i := slices.IndexFunc(table.Columns, func(c schema.Column) bool { return c.Name == row[0] })
		if i < 0 {
			continue
		}
		c := &table.Columns[i]
		c.Doc = row[2]
		switch {
		case row[1] == "bit(1)":
			c.Type = schema.Type{Kind: schema.Boolean}
		case c.Type.Kind == schema.Decimal:
			var precision, scale int64
			fmt.Sscan(row[3]+" "+row[4], &precision, &scale)
			c.Type = decimalType(precision, scale)
		case strings.HasPrefix(row[1], "enum("):
			c.Type = schema.Type{Kind: schema.Enum, Values: labels(row[1])}
		}
	}
	keys, err := s.texts(ctx, "SELECT column_name FROM information_schema.statistics"+where+" AND index_name = 'PRIMARY' ORDER BY seq_in_index")
	for _, row := range keys {
		table.Key = append(table.Key, row[0])
	}
	return err
}

// characterSets notes which columns of a table have a character set of Unicode, and the collations of all.
func (s *session) characterSets(ctx context.Context, cfg schema.Config, fields map[string]field) error {
	rows, err := s.texts(ctx, "SELECT column_name, character_set_name, collation_name FROM information_schema.columns"+inCatalog(cfg))
	for _, row := range rows {
		if f, ok := fields[row[0]]; ok {
			switch row[1] {
			case "utf8mb4":
				f.largest = unicode.MaxRune
			case "utf8mb3", "utf8":
				f.largest = '\uffff'
			}
			f.collation = row[2]
			fields[row[0]] = f
		}
	}
	return err
}

// inCatalog is the condition that finds cfg's table in the views of information_schema.
func inCatalog(cfg schema.Config) string {
	names := sqlread.Names(cfg.Text("table", ""), '`')
	if len(names) == 2 {
		return " WHERE table_schema = " + textLiteral(names[0]) + " AND table_name = " + textLiteral(names[1])
	}
	return " WHERE table_schema = DATABASE() AND table_name = " + textLiteral(names[0])
}

// labels reads enum('a','it”s').
func labels(declared string) []string {
	var labels []string
	rest := strings.TrimSuffix(strings.TrimPrefix(declared, "enum("), ")")
	for len(rest) > 1 {
		end := 1
		for end < len(rest) && (rest[end] != '\'' || end+1 < len(rest) && rest[end+1] == '\'') {
			if rest[end] == '\'' {
				end++
			}
			end++
		}
		labels = append(labels, strings.ReplaceAll(rest[1:min(end, len(rest))], "''", "'"))
		rest = strings.TrimPrefix(rest[min(end+1, len(rest)):], ",")
	}
	return labels
}

// texts reads the result of a statement of the catalog, null as "".
func (s *session) texts(ctx context.Context, sql string) ([][]string, error) {
	result, err := s.query(ctx, sql)
	if err != nil {
		return nil, err
	}
	var rows [][]string
	for {
		values, err := result.next()
		if values == nil {
			return rows, err
		}
		row := make([]string, len(values))
		for i, v := range values {
			row[i] = string(v)
		}
		rows = append(rows, row)
	}
}
