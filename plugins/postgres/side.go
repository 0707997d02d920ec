package postgres

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/checksum"
	"github.com/recon-lang/recon/sdk/pushdown"
	"github.com/recon-lang/recon/sdk/schema"
)

// side is one of two reads of a comparison.
type side struct {
	session session // as if it read this side alone
	read    sdk.ReadRequest
	req     pushdown.Side
	fields  map[string]field
	from    string
	where   string
	unique  bool
}

// side asks the server for what a comparison must know of a side.
func (s *snapshot) side(ctx context.Context, read sdk.ReadRequest, req pushdown.Side) (d *side, refused string, err error) {
	d = &side{session: *s.session, read: read, req: req}
	if err := d.session.address(read.Config); err != nil {
		return nil, "", err
	}
	own := &snapshot{&d.session, read}
	conditions := sqlread.Conditions(read)
	if len(conditions) < len(read.Where) {
		return nil, "a condition is not the server's to evaluate", nil
	}
	columns := slices.Clone(read.Columns)
	for _, c := range req.Columns() {
		columns = append(columns, c.Column)
	}
	for _, o := range req.Others {
		columns = append(columns, o.Column)
	}
	if d.fields, err = own.describe(ctx, read.Config, sqlread.WithConditions(columns, conditions)); err != nil {
		return nil, "", readError(ctx, read.Config, err)
	}
	if err := own.findEnums(ctx, d.fields); err != nil {
		return nil, "", err
	}
	indexes, _, err := own.indexes(ctx)
	d.unique = sqlread.Keyed(checksum.Request{Key: req.Key}, indexes)
	return d, "", err
}

// address writes what stands behind FROM and WHERE, with its arguments behind those that args has.
func (d *side) address(args *bound, loc *time.Location) (refused string, err error) {
	d.from = d.session.from
	if !d.read.Config.Has("table") {
		before := len(args.values)
		query, _, err := sqlread.Query(d.read.Config, func(i int, _ schema.Value) string { return placeholder(before + i) })
		if err != nil {
			return "", err
		}
		d.from = "(" + query + ") AS q"
	}
	d.session.bind(args)
	where, local := sqlread.Where(sqlread.Conditions(d.read), d.tester(args, loc).test)
	if len(local) > 0 {
		return sqlread.Unevaluated(local[0]), nil
	}
	d.where = where
	return "", nil
}

func (d *side) tester(args *bound, loc *time.Location) tester {
	return tester{fields: d.fields, zone: batch.NewZone(loc), bound: args, utf8: d.session.utf8}
}

// joined is the side in the server's words, where other is the one that it is compared with.
func (d *side) joined(i int, req pushdown.Request, other *side, loc *time.Location, args *bound) (j sqlread.Joined, refused string) {
	j = sqlread.Joined{Unique: d.unique, From: d.from, Where: d.where}
	for _, c := range d.read.Columns {
		j.Columns = append(j.Columns, quote(c.Name))
	}
	var fits strings.Builder
	for k, c := range d.req.Columns() {
		f, g := d.fields[c.Column.Name], other.fields[other.req.Columns()[k].Column.Name]
		e, refused := encode(f, c, loc)
		if refused != "" {
			return j, refused
		}
		sqlread.Fitting(&fits, quote(c.Column.Name), k < len(d.req.Key), e.Fits)
		bounded := k >= len(d.req.Key) && len(req.Agree[k-len(d.req.Key)].Bounds) > 0
		same, number := form(quote(c.Column.Name), f, g, c, loc, bounded)
		if k < len(d.req.Key) {
			j.Key = append(j.Key, same)
			continue
		}
		j.Same, j.Number = append(j.Same, same), append(j.Number, number)
	}
	for _, a := range req.Agree {
		j.Holds = append(j.Holds, sqlread.Holds(a.Where, i, d.tester(args, loc).test))
	}
	for _, o := range d.req.Others {
		conditions, refused := delivered(d.fields[o.Column.Name], o.Column, loc)
		if refused != "" {
			return j, refused
		}
		sqlread.Fitting(&fits, quote(o.Column.Name), o.NotNull, conditions)
	}
	j.Fits = fits.String()
	return j, ""
}

// form is an expression that is the same as the other side's where, and only where, the values are, which fit and have the type other
// there, and what to compute with: "" where that is the expression itself or is not needed.
func form(column string, f, other field, c checksum.Column, loc *time.Location, bounded bool) (same, number string) {
	switch c.Column.Type.Kind {
	case schema.Integer, schema.Decimal:
		if f.family == whole && other.family == whole {
			return column + "::bigint", ""
		}
		return column + "::numeric", ""
	case schema.Boolean:
		return column, ""
	case schema.Date:
		if bounded {
			number = "CASE WHEN isfinite(" + column + ") THEN " + column + " - DATE '1970-01-01' END"
		}
		return column, number
	case schema.Timestamp:
		if f.family == other.family && !bounded {
			return column, ""
		}
		return micros(column, f, loc), ""
	}
	return column + `::text COLLATE "C"`, ""
}
