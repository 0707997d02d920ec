package mysql

import (
	"context"
	"strings"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

func (source) Read(ctx context.Context, req sdk.ReadRequest, emit func(*batch.Batch) error) error {
	connections, err := sqlread.Connections(req, sqlread.Claim(req, sorted).Ordered)
	if err != nil {
		return err
	}
	return within(ctx, req, func(ctx context.Context, s *session) error {
		if connections > 1 {
			return s.readParts(ctx, req, connections, emit)
		}
		return s.read(ctx, req, emit)
	})
}

func (s *session) read(ctx context.Context, req sdk.ReadRequest, emit func(*batch.Batch) error) error {
	conditions := sqlread.Conditions(req)
	fields, err := s.fields(ctx, req.Config, sqlread.WithConditions(req.Columns, conditions))
	if err != nil {
		return err
	}
	if req.Config.Has("table") && beyondASCII(conditions) {
		if err := s.characterSets(ctx, req.Config, fields); err != nil {
			return err
		}
	}
	t := tester{fields: fields, zone: batch.NewZone(s.clock.source), clock: s.clock}
	where, local := sqlread.Where(conditions, t.test)
	rows, err := sqlread.NewRows(req, sqlread.Origin(req.Config)+s.part.name, local, emit)
	if err != nil {
		return err
	}
	decoders := make([]decoder, len(rows.Columns))
	selected := make([]string, len(rows.Columns))
	for i, c := range rows.Columns {
		decoders[i] = decoderFor(fields[c.Name], c.Type, rows.Zone, s.clock)
		selected[i] = s.selected(fields[c.Name], c.Type)
	}
	sql, err := statement(t, s.from, selected, sqlread.And(where, s.part.where), rows.Columns, req)
	if err != nil {
		return err
	}
	result, err := s.query(ctx, sql)
	if err != nil {
		return err
	}
	for {
		values, err := result.next()
		if err != nil {
			return err
		}
		if values == nil {
			return rows.Flush()
		}
		if err := decodeRow(rows, decoders, values, fields); err != nil {
			return err
		}
	}
}

// fields asks the server for the types of columns and refuses those that cannot be delivered.
func (s *session) fields(ctx context.Context, cfg schema.Config, columns []schema.Column) (map[string]field, error) {
	described, err := s.describe(ctx)
	if err != nil {
		return nil, err
	}
	all := map[string]field{}
	var names []string
	for _, f := range described {
		all[f.name] = f
		names = append(names, f.name)
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

// selected is a column as it is asked for, which differs where the server's text would lose something.
func (s *session) selected(f field, want schema.Type) string {
	switch {
	case f.family == single: // printed with six digits only; a double is printed in full
		return "(" + quote(f.name) + " + 0e0)"
	case f.family == instant && (want.Kind == schema.String || want.Kind == schema.Enum):
		return f.text(s.clock)
	case f.family == instant && want.Kind == schema.Timestamp && s.clock.zone == nil:
		return "UNIX_TIMESTAMP(" + quote(f.name) + ")"
	}
	return f.number()
}

func statement(t tester, from string, selected []string, where string, columns []schema.Column, req sdk.ReadRequest) (string, error) {
	var b strings.Builder
	b.WriteString("SELECT " + strings.Join(selected, ", "))
	if len(selected) == 0 { // rows are counted
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
		key, ok := t.order(c)
		if !ok {
			return "", sqlread.WrongType(req.Config, c, t.fields[name].family.String())
		}
		if i == 0 {
			b.WriteString(" ORDER BY ")
		} else {
			b.WriteString(", ")
		}
		b.WriteString(key)
	}
	return b.String(), nil
}
