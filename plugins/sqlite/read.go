package sqlite

import (
	"context"
	"strings"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

func (source) Read(ctx context.Context, req sdk.ReadRequest, emit func(*batch.Batch) error) error {
	return within(ctx, req, func(ctx context.Context, s *session) error { return s.read(ctx, req, emit) })
}

func (s *session) read(ctx context.Context, req sdk.ReadRequest, emit func(*batch.Batch) error) error {
	conditions := sqlread.Conditions(req)
	t, err := s.tester(req.Config, sqlread.WithConditions(req.Columns, conditions))
	if err != nil {
		return err
	}
	where, local := sqlread.Where(conditions, t.test)
	rows, err := sqlread.NewRows(req, sqlread.Origin(req.Config), local, emit)
	if err != nil {
		return err
	}
	sql, err := s.statement(t, where, rows.Columns, req)
	if err != nil {
		return err
	}
	statement, err := s.prepare(sql, t.args...)
	if err != nil {
		return err
	}
	defer statement.close()
	readers := make([]reader, len(rows.Columns))
	for i, c := range rows.Columns {
		readers[i] = reader{want: c.Type, zone: rows.Zone}
	}
	for {
		if rows.Count()&63 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		more, err := statement.step()
		if err != nil {
			return err
		}
		if !more {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return rows.Flush()
		}
		for i := range readers {
			if problem := readers[i].read(rows.Column(i), statement, i); problem != "" {
				if err := rows.Bad(i, show(statement, i), problem); err != nil {
					return err
				}
			}
		}
		if err := rows.End(); err != nil {
			return err
		}
	}
}

// tester looks the columns up and refuses those that are not there.
func (s *session) tester(cfg schema.Config, columns []schema.Column) (*tester, error) {
	described, err := s.describe(cfg)
	if err != nil {
		return nil, err
	}
	t := &tester{fields: map[string]field{}, args: s.args, dates: s.dates()}
	var names []string
	for _, f := range described {
		t.fields[f.name] = f
		names = append(names, f.name)
	}
	for _, c := range columns {
		if _, ok := t.fields[c.Name]; !ok {
			return nil, sqlread.NoColumn(cfg, c.Name, names)
		}
		switch c.Type.Kind {
		case schema.Duration, schema.Percent:
			return nil, sqlread.WrongType(cfg, c, t.fields[c.Name].declared)
		}
	}
	encoding, err := s.rows("PRAGMA encoding")
	if err != nil {
		return nil, err
	}
	t.utf8 = encoding[0][0] == "UTF-8"
	return t, nil
}

// dates makes the test of tester.dates, which asks once a column. It looks at all of the column, though at nothing else.
func (s *session) dates() func(field) bool {
	known := map[string]bool{}
	return func(f field) bool {
		if _, ok := known[f.name]; !ok {
			column := quote(f.name)
			others, err := s.rows("SELECT 1 FROM " + s.from + " WHERE " + column + " NOT GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' LIMIT 1")
			known[f.name] = err == nil && len(others) == 0
		}
		return known[f.name]
	}
}

func (s *session) statement(t *tester, where string, columns []schema.Column, req sdk.ReadRequest) (string, error) {
	var b strings.Builder
	b.WriteString("SELECT ")
	for i, c := range columns {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(quote(c.Name))
	}
	if len(columns) == 0 { // rows are counted
		b.WriteString("NULL")
	}
	b.WriteString(" FROM " + s.from)
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
			return "", &sdk.Error{Setting: "path", Message: "a database in UTF-16 cannot be sorted by code point", Hint: "read it without an order, or VACUUM it into a UTF-8 database"}
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
