package exec

import (
	"context"
	"fmt"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/match"
	"github.com/recon-lang/recon/engine/plan"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// reader reads one side: it derives columns, cuts the window, evaluates conditions, keys and comparisons' terms, and counts
// what is left. It is for the goroutine that reads.
type reader struct {
	plan   *plan.Plan
	side   *plan.Side
	index  int
	name   string
	source *program.Source
	shape  *column.Shape

	expr  *expressions
	order *order
	start int64 // of the window, in microseconds
	end   int64
	cut   bool
	timed bool // a row without a time is bad

	total    Read
	sums     *match.Sums
	seen     int64 // rows of batches before this one
	progress func(rows, bytes int64)

	sel  []int32
	bad  map[int][]bad
	rows rows
}

// rows is what is left of a batch. It is valid until the reader's next batch.
type rows struct {
	batch *batch.Batch // the declared columns
	sel   []int32      // the rows
	input column.Input
	bad   map[int][]bad

	// ordered says that rows of one key are neighbours, for certain; repeats are those that have the key of the row before, as places in sel.
	ordered bool
	repeats []int
}

func (r *run) readers(shape *column.Shape, keys []program.Key) ([]*reader, error) {
	var readers []*reader
	for i := range r.plan.Sides {
		reader, err := newReader(r.plan, i, shape, keys)
		if err != nil {
			return nil, fmt.Errorf("side %s: %w", r.plan.Rule.Sides[i].Name, err)
		}
		readers = append(readers, reader)
	}
	return readers, nil
}

func newReader(p *plan.Plan, i int, shape *column.Shape, keys []program.Key) (*reader, error) {
	side := p.Rule.Sides[i]
	src := side.Source
	r := &reader{
		plan: p, side: &p.Sides[i], index: i, name: side.Name, source: src, shape: shape,
		sums: match.NewSums(len(p.Sides), len(p.Rule.Compare)), bad: map[int][]bad{},
	}
	if p.Window != nil && src.Time >= 0 {
		r.timed = true
		r.cut = !src.Windowed
		r.start, r.end = p.Window.Start.UnixMicro(), p.Window.End.UnixMicro()
	}
	if columns := r.orderedBy(); columns != nil {
		var names []string
		for _, c := range columns {
			names = append(names, src.Columns[c].Name)
		}
		r.order = newOrder(names, columns)
	}
	var err error
	r.expr, err = newExpressions(p, i, shape, keys)
	return r, err
}

// orderedBy is the declared columns by which rows must come ordered, nil if in any order.
func (r *reader) orderedBy() []int {
	if len(r.source.Sorted) > 0 {
		return r.source.Sorted
	}
	var columns []int
	if r.plan.Strategy == plan.Merge {
		for _, part := range r.plan.Order {
			columns = append(columns, r.plan.Rule.Keys[part].Terms[r.index].Index)
		}
	}
	return columns
}

// read reads the source and hands over its rows, batch by batch.
func (r *reader) read(ctx context.Context, src sdk.Source, cfg schema.Config, take func(*rows) error) error {
	req := r.side.Request
	req.Config = cfg
	var own error
	err := src.Read(ctx, req, func(b *batch.Batch) error {
		own = r.add(ctx, b, take)
		return own
	})
	switch {
	case own != nil:
		return own
	case err != nil && r.source.View != nil:
		return err // it says which source of the view was being read
	case err != nil:
		return &SourceError{Source: r.source.Name, Err: err}
	}
	if s, ok := src.(interface{ Rows() int64 }); ok { // a view that groups
		r.total.Summed = s.Rows()
	}
	return nil
}

// add hands over what is left of a batch.
func (r *reader) add(ctx context.Context, b *batch.Batch, take func(*rows) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	rows, err := r.batch(b)
	if err == nil {
		err = take(rows)
	}
	r.seen += int64(b.Rows)
	r.total.Bytes += int64(b.Size())
	if err == nil && r.progress != nil {
		r.progress(r.total.Rows, r.total.Bytes)
	}
	return err
}

// batch works out what is left of a batch of physical columns.
func (r *reader) batch(b *batch.Batch) (*rows, error) {
	if len(b.Columns) != len(r.side.Request.Columns) {
		return nil, fmt.Errorf("source %s gave %d columns and was asked for %d", r.source.Name, len(b.Columns), len(r.side.Request.Columns))
	}
	clear(r.bad)
	declared, faults, err := r.expr.declare.Eval(b)
	if err != nil {
		return nil, fmt.Errorf("source %s: %w", r.source.Name, err)
	}
	for _, v := range b.Bad {
		r.noteBad(v)
	}
	for _, f := range faults {
		if !r.badIn(f.Row, f.Column) {
			r.note(f.Row, bad{column: f.Column, name: "column " + r.source.Columns[f.Column].Name, text: f.Input, reason: f.Reason})
		}
	}
	r.selectRows(declared)
	in := &r.rows.input
	r.rows.batch, r.rows.sel, r.rows.bad = declared, r.sel, r.bad
	r.expr.evaluate(declared, in, r.note)
	if err := r.settleBad(declared); err != nil {
		return nil, err
	}
	if r.order != nil {
		if err := r.order.verify(r.source.Name, declared, r.sel, r.bad, func(i int) int64 { return r.number(declared, i) }); err != nil {
			return nil, err
		}
	}
	// A side that is sorted by more than the key may repeat a key among rows that differ.
	r.rows.ordered = r.order != nil && len(r.order.columns) == len(r.expr.keys)
	if r.rows.ordered {
		r.rows.repeats = r.order.repeats
	}
	r.addSums(in)
	r.total.Rows += int64(len(r.sel))
	return &r.rows, nil
}

// note notes why a row is bad.
func (r *reader) note(row int, b bad) { r.bad[row] = append(r.bad[row], b) }

// noteBad notes a value that the source could not read, for each declared column that needs it.
func (r *reader) noteBad(v batch.BadValue) {
	if v.Column < 0 {
		r.note(v.Row, bad{column: wholeRow, text: v.Text, reason: v.Reason, line: v.Line})
		return
	}
	for _, c := range r.expr.readers[v.Column] {
		r.note(v.Row, bad{column: c, name: "column " + r.source.Columns[c].Name, text: v.Text, reason: v.Reason, line: v.Line})
	}
}

// addSums adds the compared numbers of the rows that are left.
func (r *reader) addSums(in *column.Input) {
	for t, v := range in.Terms {
		if v.Column == nil || !match.Summed(r.plan.Rule.Compare[t].Type) {
			continue
		}
		switch {
		case r.shape.Terms[t].Units:
			for _, i := range r.sel {
				if !v.IsNull(int(i)) {
					r.sums.Of(t, r.index, unitOf(in.Units[t], int(i))).Add(num(v.Column, int(i)))
				}
			}
		case v.Nums != nil:
			var sum column.Sum
			some := false
			for _, i := range r.sel {
				if !v.IsNull(int(i)) {
					some = true
					sum.Add(v.Nums[i])
				}
			}
			if some {
				r.sums.Of(t, r.index, nil).AddSum(sum)
			}
		default:
			var sum column.Sum
			for _, i := range r.sel {
				sum.AddInt(v.Ints[i]) // below a null is 0
			}
			if sum.Sign() != 0 {
				r.sums.Of(t, r.index, nil).AddSum(sum)
			}
		}
	}
}

func num(c *batch.Column, i int) decimal.Num {
	if c.Nums != nil {
		return c.Nums[i]
	}
	return decimal.FromInt64(c.Ints[i])
}
