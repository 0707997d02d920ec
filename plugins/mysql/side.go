package mysql

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/checksum"
	"github.com/recon-lang/recon/sdk/pushdown"
	"github.com/recon-lang/recon/sdk/schema"
)

// side is one of two reads of a comparison.
type side struct {
	session *session
	read    sdk.ReadRequest
	req     pushdown.Side
	fields  map[string]field
	from    string
	where   string
	unique  bool
}

// side asks the server for what a comparison must know of a side.
func (s *snapshot) side(ctx context.Context, read sdk.ReadRequest, req pushdown.Side) (d *side, refused string, err error) {
	own := &snapshot{session: &session{}, req: read}
	*own.session = *s.session
	if own.from, err = from(read.Config, s.clock); err != nil {
		return nil, "", err
	}
	d = &side{session: own.session, read: read, req: req, from: own.from}
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
	if d.fields, err = own.fields(ctx, read.Config, sqlread.WithConditions(columns, conditions)); err != nil {
		return nil, "", readError(ctx, read.Config, err)
	}
	if read.Config.Has("table") {
		if err := own.characterSets(ctx, read.Config, d.fields); err != nil {
			return nil, "", err
		}
	}
	where, local := sqlread.Where(conditions, d.tester().test)
	if len(local) > 0 {
		return nil, sqlread.Unevaluated(local[0]), nil
	}
	d.where = where
	if err := own.findIndexes(ctx); err != nil {
		return nil, "", err
	}
	d.unique = own.keyed(checksum.Request{Key: req.Key}, d.fields)
	return d, "", nil
}

func (d *side) tester() tester {
	return tester{fields: d.fields, zone: batch.NewZone(d.session.clock.source), clock: d.session.clock}
}

// alike reports whether an index on a column of one side finds what is the same in a column of the other. The index may find more, such as texts that
// differ in case, but not two rows.
func alike(f, g field) bool {
	switch f.family {
	case whole, numeric, day, civilTime, instant:
		return g.family == f.family && f.number() == quote(f.name) && g.number() == quote(g.name)
	case text:
		return g.family == text && f.collation != "" && f.collation == g.collation
	}
	return false
}

// joined is the side in the server's words, where other is the one that it is compared with.
func (d *side) joined(i int, req pushdown.Request, other *side) (j sqlread.Joined, refused string) {
	j = sqlread.Joined{Unique: d.unique, From: d.from, Where: d.where}
	for _, c := range d.read.Columns {
		j.Columns = append(j.Columns, d.session.selected(d.fields[c.Name], c.Type))
	}
	var fits strings.Builder
	for k, c := range d.req.Columns() {
		f, g := d.fields[c.Column.Name], other.fields[other.req.Columns()[k].Column.Name]
		e, refused := encode(f, c, d.session.clock)
		if refused != "" {
			return j, refused
		}
		sqlread.Fitting(&fits, quote(c.Column.Name), k < len(d.req.Key), e.Fits)
		strict := k < len(d.req.Key) || req.Agree[k-len(d.req.Key)].Strict()
		same, number := form(f, g, c, d.session.clock, strict)
		if k < len(d.req.Key) {
			if !alike(f, g) {
				return j, fmt.Sprintf("no index finds what is the same in column %s of the other side", c.Column.Name)
			}
			j.Key, j.Exact = append(j.Key, quote(c.Column.Name)), append(j.Exact, same)
			continue
		}
		j.Same, j.Number = append(j.Same, same), append(j.Number, number)
	}
	for _, a := range req.Agree {
		j.Holds = append(j.Holds, sqlread.Holds(a.Where, i, d.tester().test))
	}
	for _, o := range d.req.Others {
		conditions, refused := delivered(d.fields[o.Column.Name], o.Column, d.session.clock)
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
func form(f, other field, c checksum.Column, clock clock, strict bool) (same, number string) {
	plain := "(" + quote(c.Column.Name) + " + 0)"
	switch c.Column.Type.Kind {
	case schema.Integer, schema.Decimal:
		wide := "CAST(" + plain + " AS DECIMAL(65, " + scaleText(c.As) + "))"
		if f.family != whole || other.family != whole {
			return wide, ""
		}
		if strict {
			return plain, ""
		}
		return plain, wide
	case schema.Date:
		if !strict {
			number = "DATEDIFF(" + quote(c.Column.Name) + ", DATE'1970-01-01')"
		}
		return quote(c.Column.Name), number
	case schema.Timestamp:
		return "CAST(" + micros(f, clock) + " AS DECIMAL(65, 0))", ""
	case schema.String, schema.Enum:
		return f.bytes(clock), ""
	}
	return plain, ""
}
