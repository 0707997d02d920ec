package eval

import (
	"fmt"
	"slices"

	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// Shape turns the physical columns that a source delivers into the declared columns that a rule sees. Its batches
// have the declared columns in their order, and after them, for every derived column that can be a computed null, a
// boolean column that says where it is one.
type Shape struct {
	physical []schema.Column
	columns  []shaped
	poisoned []int // for each declared column: the index of its boolean column, or -1
	slow     []string
	out      batch.Batch
}

type shaped struct {
	input  int     // the physical column, if kernel is nil
	kernel *Kernel // of a derived column
	doubt  int     // of a view's column: the physical column that says where it is poisoned, or -1
	name   string
}

// ColumnFault is a Fault of one declared column.
type ColumnFault struct {
	Fault
	Column int
}

// NewShape makes the shape of a source. env needs no columns of its own.
func NewShape(src *program.Source, env Env) (*Shape, error) {
	s := &Shape{poisoned: make([]int, len(src.Columns))}
	for i := range src.Columns {
		c := &src.Columns[i]
		s.poisoned[i] = -1
		if c.Derived == nil {
			s.columns = append(s.columns, shaped{input: s.need(c.Physical, c.Type), doubt: -1, name: c.Name})
			continue
		}
		inner := env
		inner.Column, inner.Poisoned = nil, nil
		inner.Physical = func(name string, t schema.Type) (int, bool) { return s.need(name, t), true }
		k, err := CompileAs(c.Derived, c.Type, inner)
		if err != nil {
			return nil, fmt.Errorf("column %s of %s: %w", c.Name, src.Name, err)
		}
		for _, part := range k.Explain() {
			s.slow = append(s.slow, src.Name+"."+c.Name+": "+part)
		}
		s.columns = append(s.columns, shaped{kernel: k, doubt: -1, name: c.Name})
	}
	for i := range src.Columns {
		if Doubts(src, i) {
			s.columns[i].doubt = s.need(DoubtColumn(src.Columns[i].Name), schema.Type{Kind: schema.Boolean})
		}
	}
	next := len(src.Columns)
	for i, c := range s.columns {
		if c.kernel != nil || c.doubt >= 0 {
			s.poisoned[i] = next
			next++
		}
	}
	return s, nil
}

// need is the place of a physical column of a type among those that are read. The same column may be read as two types.
func (s *Shape) need(name string, t schema.Type) int {
	i := slices.IndexFunc(s.physical, func(c schema.Column) bool { return c.Name == name && c.Type.Equal(t) })
	if i < 0 {
		i = len(s.physical)
		s.physical = append(s.physical, schema.Column{Name: name, Type: t})
	}
	return i
}

// Physical are the columns to read, in the order in which Eval wants them.
func (s *Shape) Physical() []schema.Column { return s.physical }

// Explain lists the parts of derived columns that run row by row.
func (s *Shape) Explain() []string { return s.slow }

// Column is the Env.Column of rows that have this shape, for expressions over one source.
func (s *Shape) Column(_, index int) (column int, ok bool) { return index, index < len(s.columns) }

// Poisoned is the Env.Poisoned of rows that have this shape, for expressions over one source.
func (s *Shape) Poisoned(_, index int) (column int, ok bool) {
	p := s.poisoned[index]
	return p, p >= 0
}

// Types are the types of the columns that Eval gives.
func (s *Shape) Types(src *program.Source) []schema.Type {
	var types []schema.Type
	for _, c := range src.Columns {
		types = append(types, c.Type)
	}
	for _, p := range s.poisoned {
		if p >= 0 {
			types = append(types, schema.Type{Kind: schema.Boolean})
		}
	}
	return types
}

// Eval computes the declared columns of the rows of b. The batch is the shape's and valid until its next Eval or until
// b's buffers change; its Bad names declared columns. Faults are in the order of columns, then rows. The error tells of
// a source that delivered a value outside its column's type.
func (s *Shape) Eval(b *batch.Batch) (*batch.Batch, []ColumnFault, error) {
	for i := range b.Columns {
		if row := misfit(&b.Columns[i], b.Rows); row >= 0 {
			v := b.Columns[i].Value(row)
			return nil, nil, fmt.Errorf("column %s has %s in row %d, which is not a %s", s.physical[i].Name, v, row+1, b.Columns[i].Type)
		}
	}
	var faults []ColumnFault
	bits := make([][]byte, len(s.columns))
	s.out = batch.Batch{Rows: b.Rows, Origin: b.Origin, FirstRow: b.FirstRow, Columns: s.out.Columns[:0]}
	for i, c := range s.columns {
		if c.kernel == nil {
			s.out.Columns = append(s.out.Columns, b.Columns[c.input])
			continue
		}
		column, list := c.kernel.Eval(b)
		s.out.Columns = append(s.out.Columns, *column)
		bits[i] = c.kernel.Poison()
		for _, f := range list {
			faults = append(faults, ColumnFault{Fault: f, Column: i})
		}
	}
	for i, c := range s.columns {
		switch {
		case c.doubt >= 0:
			s.out.Columns = append(s.out.Columns, b.Columns[c.doubt])
		case c.kernel != nil:
			s.out.Columns = append(s.out.Columns, booleans(bits[i], b.Rows))
		}
	}
	s.bad(b)
	return &s.out, faults, nil
}

// bad names the declared columns of values that the source could not read.
func (s *Shape) bad(b *batch.Batch) {
	s.out.Bad = s.out.Bad[:0]
	for _, bad := range b.Bad {
		if bad.Column < 0 {
			s.out.Bad = append(s.out.Bad, bad)
			continue
		}
		at := bad.Column
		bad.Column = -1
		for i, c := range s.columns {
			if c.kernel == nil && c.input == at || c.kernel != nil && c.kernel.readsColumn(at) {
				bad.Column = i
				break
			}
		}
		s.out.Bad = append(s.out.Bad, bad)
	}
}

func (k *Kernel) readsColumn(column int) bool {
	return slices.ContainsFunc(k.reads, func(r read) bool { return r.column == column })
}

// booleans makes a column of bits; nil bits are all false.
func booleans(bits []byte, rows int) batch.Column {
	c := batch.Column{Type: schema.Type{Kind: schema.Boolean}, Ints: make([]int64, rows)}
	if bits != nil {
		for i := range rows {
			c.Ints[i] = int64(bits[i>>3] >> (i & 7) & 1)
		}
	}
	return c
}

// misfit is the first row whose value does not fit its column's type, or -1. Kernels rely on it: the bounds of
// decimals say where 64 bits suffice.
func misfit(c *batch.Column, rows int) int {
	switch c.Type.Kind {
	case schema.Boolean:
		for i, x := range c.Ints[:rows] {
			if uint64(x) > 1 {
				return i
			}
		}
	case schema.Decimal:
		if c.Type.Layout() == schema.Int128 {
			for i, x := range c.Nums[:rows] {
				if !decimal.Fits(x, c.Type.Precision) {
					return i
				}
			}
			return -1
		}
		top := decimal.Pow10(c.Type.Precision).Lo - 1
		over := uint64(0)
		for _, x := range c.Ints[:rows] {
			over = max(over, uint64(x)+top)
		}
		if over > 2*top {
			for i, x := range c.Ints[:rows] {
				if uint64(x)+top > 2*top {
					return i
				}
			}
		}
	}
	return -1
}
