package postgres

import (
	"context"
	"slices"
	"strconv"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// shape asks the server for the columns of a table or a query, without reading a row.
func (s *session) shape(ctx context.Context, cfg schema.Config) (schema.Table, error) {
	var table schema.Table
	_, oids := s.params(nil)
	described, err := s.prepare(ctx, s.all, oids)
	if err != nil {
		return table, err
	}
	docs := map[string]string{}
	if cfg.Has("table") {
		rows, err := s.rows(ctx, `SELECT a.attname, pg_catalog.col_description(a.attrelid, a.attnum),
				coalesce((SELECT array_position(i.indkey::int2[], a.attnum) FROM pg_catalog.pg_index i WHERE i.indrelid = a.attrelid AND i.indisprimary), -1)
			FROM pg_catalog.pg_attribute a WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 3, a.attnum`, s.from)
		if err != nil {
			return table, err
		}
		for _, row := range rows {
			docs[row[0]] = row[1]
			if row[2] != "-1" {
				table.Key = append(table.Key, row[0])
			}
		}
	}
	for _, field := range described.Fields {
		var labels []string
		if familyOf(field.DataTypeOID) == other {
			rows, err := s.rows(ctx, "SELECT enumlabel FROM pg_catalog.pg_enum WHERE enumtypid = $1::text::oid ORDER BY enumsortorder", strconv.FormatUint(uint64(field.DataTypeOID), 10))
			if err != nil {
				return table, err
			}
			for _, row := range rows {
				labels = append(labels, row[0])
			}
		}
		if slices.ContainsFunc(table.Columns, func(c schema.Column) bool { return c.Name == field.Name }) {
			return table, &sdk.Error{Setting: sqlread.Setting(cfg), Message: "the query has two columns " + field.Name, Hint: "name them apart with AS"}
		}
		table.Columns = append(table.Columns, schema.Column{Name: field.Name, Type: typeOf(field.DataTypeOID, field.TypeModifier, labels), Doc: docs[field.Name]})
	}
	return table, nil
}
