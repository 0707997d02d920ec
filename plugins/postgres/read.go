package postgres

import (
	"context"
	"errors"
	"strings"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// field is a column of what is read as the server describes it.
type field struct {
	oid      uint32
	modifier int32
	family
}

func (source) Read(ctx context.Context, req sdk.ReadRequest, emit func(*batch.Batch) error) error {
	connections, err := sqlread.Connections(req, sqlread.Claim(req, sorted).Ordered)
	if err != nil {
		return err
	}
	if connections > 1 {
		err := within(ctx, req.Config, req.Zone, func(ctx context.Context, s *session) error { return s.readParts(ctx, req, connections, emit) })
		var no *alone
		if !errors.As(err, &no) {
			return err
		}
		sqlread.ReadAlone(req.Config, no.why)
	}
	return within(ctx, req.Config, req.Zone, func(ctx context.Context, s *session) error { return s.read(ctx, req, emit) })
}

func (s *session) read(ctx context.Context, req sdk.ReadRequest, emit func(*batch.Batch) error) error {
	conditions := sqlread.Conditions(req)
	fields, err := s.describe(ctx, req.Config, sqlread.WithConditions(req.Columns, conditions))
	if err != nil {
		return err
	}
	loc, err := req.Location()
	if err != nil {
		return err
	}
	var params bound
	s.params(&params)
	t := tester{fields: fields, zone: batch.NewZone(loc), bound: &params, utf8: s.utf8}
	where, local := sqlread.Where(conditions, t.test)
	rows, err := sqlread.NewRows(req, sqlread.Origin(req.Config)+s.part.name, local, emit)
	if err != nil {
		return err
	}
	sql, err := statement(t, s.from, sqlread.And(where, s.part.where), rows.Columns, req)
	if err != nil {
		return err
	}
	decoders := make([]decoder, len(rows.Columns))
	formats := make([]int16, len(rows.Columns))
	for i, c := range rows.Columns {
		decoders[i], formats[i] = decoderFor(fields[c.Name], c.Type, rows.Zone)
	}
	prepared, err := s.prepare(ctx, sql, params.oids)
	if err != nil {
		return err
	}
	result := s.conn.ExecStatement(ctx, prepared, params.values, nil, formats)
	for result.NextRow() {
		if err := decodeRow(rows, decoders, result.Values()[:len(decoders)], fields, formats); err != nil {
			return err
		}
	}
	if _, err := result.Close(); err != nil {
		return s.broken(ctx, rows.Count(), err)
	}
	return rows.Flush()
}

// describe asks the server for the types of columns and refuses those that cannot be delivered.
func (s *session) describe(ctx context.Context, cfg schema.Config, columns []schema.Column) (map[string]field, error) {
	_, oids := s.params(nil)
	described, err := s.prepare(ctx, s.all, oids)
	if err != nil {
		return nil, err
	}
	all := map[string]field{}
	var names []string
	for _, f := range described.Fields {
		all[f.Name] = field{f.DataTypeOID, f.TypeModifier, familyOf(f.DataTypeOID)}
		names = append(names, f.Name)
	}
	for _, c := range columns {
		f, ok := all[c.Name]
		if !ok {
			return nil, sqlread.NoColumn(cfg, c.Name, names)
		}
		if !readable(f.family, c.Type.Kind) {
			return nil, sqlread.WrongType(cfg, c, f.family.String())
		}
	}
	return all, nil
}

func statement(t tester, from, where string, columns []schema.Column, req sdk.ReadRequest) (string, error) {
	var b strings.Builder
	b.WriteString("SELECT " + quoteAll(columns))
	if len(columns) == 0 { // rows are counted
		b.WriteString("NULL")
	}
	b.WriteString(" FROM " + from)
	if where != "" {
		b.WriteString(" WHERE " + where)
	}
	if !sqlread.Claim(req, sorted).Ordered {
		return b.String(), nil
	}
	for i, name := range req.Order {
		c, _ := schema.Table{Columns: columns}.Find(name)
		key, ok := t.order(c, t.fields[name])
		if !ok {
			return "", sqlread.WrongType(req.Config, c, t.fields[name].family.String())
		}
		if i == 0 {
			b.WriteString(" ORDER BY ")
		} else {
			b.WriteString(", ")
		}
		b.WriteString(key + " NULLS FIRST")
	}
	return b.String(), nil
}
