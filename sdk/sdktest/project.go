package sdktest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// projection turns rows of a memory table into batches of the columns that are asked for.
type projection struct {
	table  *memoryTable
	req    sdk.ReadRequest
	source []int // of each wanted column: its index in the table
	zone   *batch.Zone
}

func (t *memoryTable) project(req sdk.ReadRequest) (*projection, error) {
	loc, err := req.Location()
	if err != nil {
		return nil, err
	}
	p := &projection{table: t, req: req, zone: batch.NewZone(loc)}
	for _, want := range req.Columns {
		i := t.index(want.Name)
		if i < 0 {
			return nil, &sdk.Error{Message: fmt.Sprintf("there is no column %q", want.Name)}
		}
		p.source = append(p.source, i)
	}
	return p, nil
}

func (t *memoryTable) index(column string) int {
	return slices.IndexFunc(t.Table.Columns, func(c schema.Column) bool { return c.Name == column })
}

// sort orders rows by columns as the table types them.
func (p *projection) sort(rows []int, order []string) error {
	by := make([]int, len(order))
	for i, name := range order {
		if by[i] = p.table.index(name); by[i] < 0 {
			return &sdk.Error{Message: fmt.Sprintf("there is no column %q to order by", name)}
		}
	}
	slices.SortStableFunc(rows, func(x, y int) int {
		for _, c := range by {
			if sign := compareValues(p.table.rows[x][c], p.table.rows[y][c]); sign != 0 {
				return sign
			}
		}
		return 0
	})
	return nil
}

func (p *projection) emit(ctx context.Context, rows []int, fail func(int) error, emit func(*batch.Batch) error) error {
	types := make([]schema.Type, len(p.req.Columns))
	for i, c := range p.req.Columns {
		types[i] = c.Type
	}
	b := batch.NewBuilder(types...)
	emitted := 0
	flush := func() error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if fail != nil {
			if err := fail(emitted); err != nil {
				return err
			}
		}
		if b.Rows() == 0 {
			return nil
		}
		out := b.Batch()
		out.Origin = p.table.name(p.req)
		if !p.table.Sorts && len(rows) == len(p.table.rows) {
			out.FirstRow = int64(emitted) + 1
		}
		emitted += out.Rows
		if err := emit(out); err != nil {
			return err
		}
		b.Reset()
		return nil
	}
	for _, row := range rows {
		for i, want := range p.req.Columns {
			if err := p.cell(b, i, want, row); err != nil {
				return err
			}
		}
		b.EndRow()
		if b.Full(p.req.BatchRows()) {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

func (p *projection) cell(b *batch.Builder, i int, want schema.Column, row int) error {
	v := p.table.rows[row][p.source[i]]
	out := b.Column(i)
	problem := ""
	switch {
	case v.Null:
		out.AppendNull()
	case v.Type.Kind == want.Type.Kind || v.Type.Kind == schema.Integer && want.Type.Kind == schema.Decimal:
		problem = out.AppendValue(v)
	default:
		problem = out.AppendText([]byte(v.String()), p.zone)
	}
	if problem == "" {
		return nil
	}
	if !p.req.BadRows {
		return &sdk.Error{Message: fmt.Sprintf("row %d, column %s: %q is %s", row+1, want.Name, v.String(), problem)}
	}
	b.AddBad(i, int64(row)+1, v.String(), problem)
	out.AppendNull()
	return nil
}

func (t *memoryTable) name(req sdk.ReadRequest) string { return req.Config.Text("table", "") }

// compareValues orders two values of one column: nulls first, text by code point.
func compareValues(x, y schema.Value) int {
	if x.Null || y.Null {
		return cmp.Compare(boolInt(!x.Null), boolInt(!y.Null))
	}
	switch x.Type.Kind {
	case schema.Decimal, schema.Percent:
		return decimal.Compare(x.Dec, y.Dec)
	case schema.Float:
		return cmp.Compare(x.Float, y.Float)
	case schema.String, schema.Enum, schema.JSON, schema.Bytes:
		return strings.Compare(x.Text, y.Text)
	}
	return cmp.Compare(x.Int, y.Int)
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
