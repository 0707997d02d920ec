package mysql

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
}

// adding makes what it takes to add up, or says why that cannot be.
func (s *snapshot) adding(ctx context.Context, req checksum.Request) (a *adding, refused string, err error) {
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
	fields, err := s.fields(ctx, s.req.Config, sqlread.WithConditions(columns, conditions))
	if err == nil && s.req.Config.Has("table") {
		err = s.characterSets(ctx, s.req.Config, fields)
	}
	if err != nil {
		return nil, "", err
	}
	a = &adding{req: req, tester: tester{fields: fields, zone: batch.NewZone(s.clock.source), clock: s.clock}}
	where, local := sqlread.Where(conditions, a.tester.test)
	if len(local) > 0 {
		return nil, sqlread.Unevaluated(local[0]), nil
	}
	a.where = where
	var fits strings.Builder
	for i, c := range req.Columns() {
		e, refused := encode(fields[c.Column.Name], c, s.clock)
		if refused != "" {
			return nil, refused, nil
		}
		a.encoded = append(a.encoded, e)
		sqlread.Fitting(&fits, quote(c.Column.Name), i < len(req.Key), e.Fits)
	}
	for _, o := range req.Others {
		conditions, refused := delivered(fields[o.Column.Name], o.Column, s.clock)
		if refused != "" {
			return nil, refused, nil
		}
		sqlread.Fitting(&fits, quote(o.Column.Name), o.NotNull, conditions)
	}
	a.fits = fits.String()
	return a, "", nil
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
	if isNull(&null, quote(a.req.Cut.Name), a.tester.fields[a.req.Cut.Name], a.req.Cut.Type) != schema.Exact {
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
	for i, e := range a.encoded {
		// What the server makes null, because it is too long for it, makes all null, and the row odd.
		piece := "IF(" + quote(a.req.Columns()[i].Column.Name) + " IS NULL, 'n', " + e.Piece + ")"
		row = append(row, piece)
		if i < len(a.req.Key) {
			key = append(key, piece)
		}
	}
	fitting := func(sql string) string {
		if a.fits == "" {
			return sql
		}
		return "IF(" + a.fits + ", " + sql + ", NULL)"
	}
	sum, keys := fitting("MD5(CONCAT("+strings.Join(row, ", ")+"))"), fitting("MD5(CONCAT("+strings.Join(key, ", ")+"))")
	var totals []string
	for i, e := range a.encoded {
		if a.req.Columns()[i].Total {
			totals = append(totals, fitting(e.Number))
		}
	}
	from += a.filter(within)
	// One range needs no group, and is small enough for a table in which each sum is computed once.
	group := " GROUP BY g ORDER BY NULL"
	if a.req.To == a.req.From+1 {
		ranges, group = strconv.Itoa(a.req.From), ""
		inner := sum + " AS m"
		sum = "m"
		for i, t := range totals {
			inner += fmt.Sprintf(", %s AS s%d", t, i)
			totals[i] = fmt.Sprint("s", i)
		}
		if a.req.Distinct {
			inner += ", " + keys + " AS k"
			keys = "k"
		}
		from = "(SELECT " + inner + " FROM " + from + " LIMIT 18446744073709551615) AS r"
	}
	half := func(side string) string {
		return "SUM(CAST(CONV(" + side + "(" + sum + ", 16), 16, 10) AS UNSIGNED))"
	}
	sql := "SELECT " + ranges + " AS g, COUNT(*), COUNT(" + sum + "), " + half("LEFT") + ", " + half("RIGHT")
	for _, t := range totals {
		sql += ", SUM(" + t + ")"
	}
	if a.req.Distinct {
		sql += ", COUNT(DISTINCT " + keys + ")"
	}
	return sql + " FROM " + from + group, nil
}
