package view_test

import (
	"context"

	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// table is a source of rows in memory that notes what it was asked for.
type table struct {
	columns []schema.Column
	rows    [][]schema.Value
	asked   *[]sdk.ReadRequest
}

func (t *table) Describe() schema.Source { return schema.Source{Name: "table"} }

func (t *table) Columns(context.Context, schema.Config) (schema.Table, error) {
	return schema.Table{Columns: t.columns}, nil
}

func (t *table) Read(_ context.Context, req sdk.ReadRequest, emit func(*batch.Batch) error) error {
	if t.asked != nil {
		*t.asked = append(*t.asked, req)
	}
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
	for n, row := range t.rows {
		if b.Rows() == 0 {
			b.Batch().FirstRow = int64(n) + 1
		}
		for i, c := range at {
			v := row[c]
			if problem := b.Column(i).AppendValue(v); problem != "" {
				b.AddBad(i, int64(n)+2, v.String(), problem)
				b.Column(i).AppendNull()
			}
		}
		b.EndRow()
		if b.Full(req.BatchRows()) {
			if err := emit(b.Batch()); err != nil {
				return err
			}
			b.Reset()
		}
	}
	if b.Rows() > 0 {
		return emit(b.Batch())
	}
	return nil
}

// readBad reads a view, and gives what is wrong with its rows.
func readBad(of *program.Source, src sdk.Source) (bad []string, err error) {
	req := sdk.ReadRequest{}
	for _, c := range of.Columns {
		req.Columns = append(req.Columns, schema.Column{Name: c.Name, Type: c.Type})
	}
	err = src.Read(context.Background(), req, func(b *batch.Batch) error {
		for _, v := range b.Bad {
			bad = append(bad, v.Reason)
		}
		return b.Check()
	})
	return bad, err
}
