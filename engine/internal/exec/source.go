package exec

import (
	"context"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/match"
	"github.com/recon-lang/recon/engine/plan"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// SourceRows are rows of one source, as a view sees them. They are valid until the call that they are handed to returns.
type SourceRows struct {
	Columns []column.Vector // the declared ones
	Rows    []int32         // those that the source offers
	Bad     map[int]string  // why rows could not be read, where the source reports that
	Origin  string          // where they come from: a file's name; may be empty
	Number  func(i int) int64
	First   int64 // number of the first row within Origin; 0: unknown
	Count   int   // rows of the columns

	reader *reader
}

// Depends reports whether a declared column of a bad row could not be read.
func (r *SourceRows) Depends(row, column int) bool { return r.reader.badIn(row, column) }

// ReadSource reads the source of a plan that plan.Part made: derived, cut by the window and by its conditions, with the columns of
// the plan's source. Its errors name the source, and the row if it is one row's.
func ReadSource(ctx context.Context, p *plan.Plan, source sdk.Source, cfg schema.Config, take func(*SourceRows) error) error {
	shape := column.NewShape(&column.Layout{Sides: []column.Side{match.NewSide(p.Rule, 0)}})
	r, err := newReader(p, 0, shape, nil)
	if err != nil {
		return err
	}
	out := &SourceRows{reader: r}
	return r.read(ctx, source, cfg, func(b *rows) error {
		out.Columns, out.Rows, out.Bad, out.Origin, out.First, out.Count = b.input.Rest, b.sel, b.input.Reasons, b.batch.Origin, b.batch.FirstRow, b.batch.Rows
		out.Number = func(i int) int64 { return r.number(b.batch, i) }
		return take(out)
	})
}
