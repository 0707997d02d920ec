// Package sqlread is what the plugins of SQL databases share: which conditions they
// promise, conditions as SQL, rows as batches, names and queries as users write them. It knows no
// database, no driver and no protocol. Its API may change on any day.
package sqlread

import (
	"fmt"
	"slices"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/condition"
	"github.com/recon-lang/recon/sdk/schema"
)

// Rows turns the values of a result into batches. A plugin appends one value to each of
// Columns with the builder, or calls Bad for it, and then End. It filters by the conditions that the
// database could not evaluate. It is not safe for concurrent use.
type Rows struct {
	Columns []schema.Column // those asked for, and then those that only the filter reads
	Zone    *batch.Zone

	builder *batch.Builder
	filter  *condition.Filter // nil: all rows are kept
	asked   int
	target  int
	fixed   int   // bytes of a row in the buffers of fixed width
	varlen  []int // columns of the other kind
	badRows bool
	origin  string
	emit    func(*batch.Batch) error
	count   int64 // rows read from the database
	first   int64 // number of the first row of the batch being built
}

// NewRows makes Rows for what req asks. Origin names the data set in messages ("table bill"). Local are
// the conditions, out of req.Where, that are left to Rows.
func NewRows(req sdk.ReadRequest, origin string, local []schema.Condition, emit func(*batch.Batch) error) (*Rows, error) {
	loc, err := req.Location()
	if err != nil {
		return nil, err
	}
	r := &Rows{
		Columns: WithConditions(req.Columns, local), Zone: batch.NewZone(loc), asked: len(req.Columns), target: req.BatchRows(),
		badRows: req.BadRows, origin: origin, emit: emit, first: 1,
	}
	if len(local) > 0 {
		if r.filter, err = condition.New(local, r.Columns); err != nil {
			return nil, err
		}
	}
	types := make([]schema.Type, len(r.Columns))
	for i, c := range r.Columns {
		types[i] = c.Type
		switch c.Type.Layout() {
		case schema.Varlen:
			r.varlen = append(r.varlen, i)
			r.fixed += 4
		case schema.Int128:
			r.fixed += 16
		default:
			r.fixed += 8
		}
	}
	r.builder = batch.NewBuilder(types...)
	return r, nil
}

// WithConditions is columns and, behind them, what conditions read besides.
func WithConditions(columns []schema.Column, conditions []schema.Condition) []schema.Column {
	all := slices.Clip(columns)
	var add func(c schema.Condition)
	add = func(c schema.Condition) {
		if c.Column != "" && !slices.ContainsFunc(all, func(have schema.Column) bool { return have.Name == c.Column }) {
			all = append(all, schema.Column{Name: c.Column, Type: c.Type})
		}
		for _, a := range c.Args {
			add(a)
		}
	}
	for _, c := range conditions {
		add(c)
	}
	return all
}

// Column is the column i of the batch being built, to append a value to.
func (r *Rows) Column(i int) *batch.Column { return r.builder.Column(i) }

// Count is how many rows have come from the database.
func (r *Rows) Count() int64 { return r.count }

// Bad takes the place of a value of column i that does not fit: it appends a null and notes the
// value, or gives the error that ends the read. Text is the value as the database writes it, problem
// a phrase such as "not a date".
func (r *Rows) Bad(i int, text, problem string) error {
	name := r.Columns[i].Name
	text = text[:min(len(text), batch.MaxBadText)]
	if !r.badRows {
		return &sdk.Error{
			Message: fmt.Sprintf("row %d of %s, column %s: %q is %s", r.count+1, r.origin, name, text, problem),
			Hint:    fmt.Sprintf("correct the value, declare column %s with a type that it fits, or report such rows with bad_rows = \"report\"", name),
		}
	}
	r.builder.Column(i).AppendNull()
	if i >= r.asked {
		i, problem = -1, fmt.Sprintf("column %s: %s", name, problem)
	}
	r.builder.AddBad(i, 0, text, problem)
	return nil
}

// BadRow takes the place of a row that cannot be read as a whole: it appends a null to each column and notes what was read, or gives
// the error that ends the read. hint says what to do then. End follows.
func (r *Rows) BadRow(text, problem, hint string) error {
	text = text[:min(len(text), batch.MaxBadText)]
	if !r.badRows {
		return &sdk.Error{Message: fmt.Sprintf("row %d of %s: %q is %s", r.count+1, r.origin, text, problem), Hint: hint}
	}
	for i := range r.Columns {
		r.builder.Column(i).AppendNull()
	}
	r.builder.AddBad(-1, 0, text, problem)
	return nil
}

// End ends a row: each of Columns has got its value.
func (r *Rows) End() error {
	r.count++
	r.builder.EndRow()
	size := r.builder.Rows() * r.fixed
	for _, i := range r.varlen {
		size += len(r.builder.Column(i).Bytes)
	}
	// A quarter leaves room for one row that is large by itself.
	if r.builder.Rows() >= r.target || size > batch.MaxBytes/4 {
		return r.Flush()
	}
	return nil
}

// Flush emits the rows that have not been emitted. A read ends with it.
func (r *Rows) Flush() error {
	b := r.builder.Batch()
	if b.Rows == 0 {
		return nil
	}
	out := batch.Batch{Rows: b.Rows, Origin: r.origin, FirstRow: r.first, Bad: b.Bad}
	if r.filter != nil {
		out.FirstRow = 0
		out.Rows, out.Bad = keep(b, r.filter.Eval(b))
	}
	out.Columns = b.Columns[:r.asked:r.asked]
	if out.Rows > 0 {
		if err := r.emit(&out); err != nil {
			return err
		}
	}
	r.first = r.count + 1
	r.builder.Reset()
	return nil
}
