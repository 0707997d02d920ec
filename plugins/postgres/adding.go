package postgres

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/checksum"
	"github.com/recon-lang/recon/sdk/schema"
)

// adding writes the statement that adds up.
type adding struct {
	req     checksum.Request
	tester  tester
	encoded []sqlread.Encoded // of req.Columns
	fits    string
	where   string // the conditions of the request
	bound   *bound
}

// adding makes what it takes to add up, or says why that cannot be.
func (s *snapshot) adding(ctx context.Context, req checksum.Request) (a *adding, refused string, err error) {
	if refused := s.addsUp(); refused != "" {
		return nil, refused, nil
	}
	conditions := sqlread.Conditions(s.req)
	if len(conditions) < len(s.req.Where) {
		return nil, "a condition is not the server's to evaluate", nil
	}
	var columns []schema.Column
	for _, c := range req.Columns() {
		columns = append(columns, c.Column)
	}
	for _, o := range req.Others {
		columns = append(columns, o.Column)
	}
	columns = append(columns, req.Cut)
	fields, err := s.describe(ctx, s.req.Config, sqlread.WithConditions(columns, conditions))
	if err != nil {
		return nil, "", err
	}
	if err := s.findEnums(ctx, fields); err != nil {
		return nil, "", err
	}
	loc, err := s.req.Location()
	if err != nil {
		return nil, "", err
	}
	a = &adding{req: req, bound: &bound{}}
	s.params(a.bound)
	a.tester = tester{fields: fields, zone: batch.NewZone(loc), bound: a.bound, utf8: s.utf8}
	where, local := sqlread.Where(conditions, a.tester.test)
	if len(local) > 0 {
		return nil, sqlread.Unevaluated(local[0]), nil
	}
	a.where = where
	var fits strings.Builder
	for i, c := range req.Columns() {
		e, refused := encode(fields[c.Column.Name], c, loc)
		if refused != "" {
			return nil, refused, nil
		}
		a.encoded = append(a.encoded, e)
		sqlread.Fitting(&fits, quote(c.Column.Name), i < len(req.Key), e.Fits)
	}
	for _, o := range req.Others {
		conditions, refused := delivered(fields[o.Column.Name], o.Column, loc)
		if refused != "" {
			return nil, refused, nil
		}
		sqlread.Fitting(&fits, quote(o.Column.Name), o.NotNull, conditions)
	}
	a.fits = fits.String()
	return a, "", nil
}

// addsUp is why the server cannot add up, whatever the columns. Before version 14 the microseconds of a time were a float.
func (s *session) addsUp() (refused string) {
	switch {
	case s.conn.ParameterStatus("server_encoding") != "UTF8":
		return "the texts of the database are not UTF-8"
	case !atLeast(s.conn.ParameterStatus("server_version"), 14):
		return "the server is older than PostgreSQL 14"
	}
	return ""
}

// atLeast reports whether a version such as "15.18 (Debian 15.18-0)" or "17beta1" is of a major version or a later one.
func atLeast(version string, major int) bool {
	end := 0
	for end < len(version) && version[end] >= '0' && version[end] <= '9' {
		end++
	}
	n, err := strconv.Atoi(version[:end])
	return err == nil && n >= major
}

// findEnums makes the enums among columns of other types text: their words are the same however they are asked for.
func (s *snapshot) findEnums(ctx context.Context, fields map[string]field) error {
	for name, f := range fields {
		if f.family != other {
			continue
		}
		rows, err := s.rows(ctx, "SELECT typtype::text FROM pg_catalog.pg_type WHERE oid = $1::text::oid", strconv.FormatUint(uint64(f.oid), 10))
		if err != nil {
			return err
		}
		if len(rows) == 1 && rows[0][0] == "e" {
			f.family = text
			fields[name] = f
		}
	}
	return nil
}

// less writes that the cut column is below a value.
func (a *adding) less(v schema.Value) (sql string, ok bool) {
	var b strings.Builder
	claim := a.tester.test(&b, schema.Condition{Op: schema.Less, Column: a.req.Cut.Name, Type: a.req.Cut.Type, Values: []schema.Value{v}})
	return b.String(), claim == schema.Exact
}

// filter is the WHERE of the request and more.
func (a *adding) filter(more string) string {
	where := a.where
	if more != "" {
		if where != "" {
			where += " AND "
		}
		where += more
	}
	if where == "" {
		return ""
	}
	return " WHERE " + where
}

func (a *adding) statement(from string) (string, error) {
	bad := false
	less := func(v schema.Value) string {
		sql, ok := a.less(v)
		bad = bad || !ok
		return sql
	}
	var null strings.Builder
	if a.tester.isNull(&null, quote(a.req.Cut.Name), a.tester.fields[a.req.Cut.Name], a.req.Cut.Type) != schema.Exact {
		null.Reset() // a value that cannot be delivered is odd in whichever range it is
		null.WriteString(quote(a.req.Cut.Name) + " IS NULL")
	}
	ranges := sqlread.Ranges(a.req, less, null.String())
	test := func(b *strings.Builder, c schema.Condition) schema.Claim {
		if c.Op == schema.IsNull {
			b.WriteString(null.String())
			return schema.Exact
		}
		return a.tester.test(b, c)
	}
	within, local := sqlread.Where(a.req.Between(a.req.From, a.req.To), test)
	if bad || len(local) > 0 {
		return "", &sdk.Error{Message: fmt.Sprintf("the server cannot cut the rows by %s", a.req.Cut.Name)}
	}
	var row, key []string
	var outer, inner strings.Builder
	for i, e := range a.encoded {
		piece := "CASE WHEN " + quote(a.req.Columns()[i].Column.Name) + " IS NULL THEN 'n' ELSE " + e.Piece + " END"
		row = append(row, piece)
		if i < len(a.req.Key) {
			key = append(key, piece)
		}
		if a.req.Columns()[i].Total {
			fmt.Fprintf(&inner, ", %s AS s%d", e.Number, i)
			fmt.Fprintf(&outer, ", sum(s%d) FILTER (WHERE m IS NOT NULL)", i)
		}
	}
	if a.req.Distinct {
		inner.WriteString(", " + strings.Join(key, " || ") + " AS k")
		outer.WriteString(`, count(DISTINCT k COLLATE "C") FILTER (WHERE m IS NOT NULL)`)
	}
	sum := "md5(" + strings.Join(row, " || ") + ")"
	if a.fits != "" {
		sum = "CASE WHEN " + a.fits + " THEN " + sum + " END"
	}
	// OFFSET 0 keeps the server from computing m once for each of its uses.
	return "SELECT g, count(*), count(m), sum(('x' || left(m, 16))::bit(64)::bigint), sum(('x' || right(m, 16))::bit(64)::bigint)" + outer.String() +
		" FROM (SELECT " + ranges + " AS g, " + sum + " AS m" + inner.String() + " FROM " + from + a.filter(within) + " OFFSET 0) AS r GROUP BY g", nil
}
