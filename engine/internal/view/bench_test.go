package view_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/view"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// generator is a source of any number of rows of a text and an amount.
type generator struct{ rows, groups int }

func (g *generator) Describe() schema.Source { return schema.Source{Name: "generator"} }

func (g *generator) Columns(context.Context, schema.Config) (t schema.Table, err error) {
	return t, nil
}

func (g *generator) Read(_ context.Context, req sdk.ReadRequest, emit func(*batch.Batch) error) error {
	b := batch.NewBuilder(req.Columns[0].Type, req.Columns[1].Type)
	x := uint64(1)
	for range g.rows {
		x = x*6364136223846793005 + 1442695040888963407
		k := int(x >> 33)
		if g.rows != g.groups { // else each group once, in no order
			k %= g.groups
		}
		b.Column(0).AppendString(fmt.Sprintf("M%010d", k))
		b.Column(1).AppendInt(int64(x >> 50))
		b.EndRow()
		if b.Full(batch.TargetRows) {
			if err := emit(b.Batch()); err != nil {
				return err
			}
			b.Reset()
		}
	}
	return emit(b.Batch())
}

// BenchmarkGroup sums a million rows up: into few groups, and each into a group of its own in an eighth of the memory that they would need.
func BenchmarkGroup(b *testing.B) {
	for _, groups := range []int{1000, 1_000_000} {
		b.Run(fmt.Sprint(groups), func(b *testing.B) { group(b, 1_000_000, groups) })
	}
}

func group(b *testing.B, rows, groups int) {
	amount := schema.Type{Kind: schema.Decimal, Precision: 18, Scale: 2}
	src := &program.Source{Name: "g", Time: -1, Columns: []program.Column{{Name: "mch", Physical: "mch", Type: text}, {Name: "amount", Physical: "amount", Type: amount}}}
	v := &program.View{Parts: []program.Part{{Source: src, Columns: []int{0, 1}}}, Row: src.Columns, Group: &program.Group{
		By:         []*program.Expr{col(0, 0, text)},
		Aggregates: []program.Aggregate{{Func: program.Sum, Arg: col(0, 1, amount), Type: total}, {Func: program.Count, Type: whole}},
		Out: []program.Column{{Name: "mch", Type: text, Derived: col(0, 0, text)}, {Name: "sum(amount)", Type: total, Derived: col(0, 1, total)},
			{Name: "count", Type: whole, Derived: col(0, 2, whole)}},
	}}
	of := &program.Source{Name: "v", View: v, Columns: v.Group.Out, Time: -1}
	dir := column.NewDir(b.TempDir())
	defer dir.Close()
	s, err := view.Open(context.Background(), of, view.Env{
		Open:     func(context.Context, *program.Source) (sdk.Source, error) { return &generator{rows, groups}, nil },
		Settings: func(*program.Source) (schema.Config, error) { return nil, nil },
		Rule:     &program.Rule{}, Budget: 24 << 20, Dir: dir,
	})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	req := sdk.ReadRequest{}
	for _, c := range of.Columns {
		req.Columns = append(req.Columns, schema.Column{Name: c.Name, Type: c.Type})
	}
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		if err := s.Read(context.Background(), req, func(b *batch.Batch) error { n += b.Rows; return nil }); err != nil {
			b.Fatal(err)
		}
		if n == 0 || n > groups {
			b.Fatalf("%d groups", n)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(rows), "ns/row")
	b.ReportMetric(float64(dir.Written())/float64(b.N)/float64(rows), "spilled-B/row")
}
