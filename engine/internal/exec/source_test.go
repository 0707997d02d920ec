package exec_test

import (
	"context"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// table is a source of rows in memory that ignores all conditions and orders nothing: what is
// pushed down has its own tests. The values of a row are in the order of columns.
type table struct {
	columns []schema.Column
	rows    [][]schema.Value
	origin  string
}

func (t *table) Describe() schema.Source { return schema.Source{Name: "table"} }

func (t *table) Columns(context.Context, schema.Config) (schema.Table, error) {
	return schema.Table{Columns: t.columns}, nil
}

func (t *table) Read(ctx context.Context, req sdk.ReadRequest, emit func(*batch.Batch) error) error {
	var types []schema.Type
	var at []int
	for _, want := range req.Columns {
		types = append(types, want.Type)
		for i, c := range t.columns {
			if c.Name == want.Name {
				at = append(at, i)
			}
		}
	}
	b := batch.NewBuilder(types...)
	send := func(first int) error {
		out := b.Batch()
		out.Origin, out.FirstRow = t.origin, int64(first)+1
		err := emit(out)
		b.Reset()
		return err
	}
	first := 0
	for n, row := range t.rows {
		for i, c := range at {
			column := b.Column(i)
			v := row[c]
			if v.Type.Kind == schema.String && column.Type.Kind != schema.String && !v.Null {
				if problem := column.AppendText([]byte(v.Text), batch.NewZone(nil)); problem != "" {
					b.AddBad(i, int64(n)+2, v.Text, problem)
					column.AppendNull()
				}
				continue
			}
			if problem := column.AppendValue(v); problem != "" {
				b.AddBad(i, int64(n)+2, v.String(), problem)
				column.AppendNull()
			}
		}
		b.EndRow()
		if b.Full(req.BatchRows()) {
			if err := send(first); err != nil {
				return err
			}
			first = n + 1
		}
	}
	if b.Rows() > 0 {
		return send(first)
	}
	return nil
}
