package batch

import (
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// Builder fills a batch value by value. A row is complete when every column has got one
// more value; the builder does not check that, Batch.Check does. It keeps its buffers
// between batches, so a source that reads a million rows allocates for one batch.
type Builder struct {
	batch Batch
}

// NewBuilder makes a builder for columns of these types.
func NewBuilder(types ...schema.Type) *Builder {
	b := &Builder{}
	b.batch.Columns = make([]Column, len(types))
	for i, t := range types {
		b.batch.Columns[i].Type = t
	}
	b.Reset()
	return b
}

// Reset empties the builder for the next batch.
func (b *Builder) Reset() {
	b.batch.Rows, b.batch.FirstRow, b.batch.Bad = 0, 0, b.batch.Bad[:0]
	for i := range b.batch.Columns {
		c := &b.batch.Columns[i]
		c.Reset(c.Type)
		if c.Type.Layout() == schema.Varlen {
			c.Offsets = append(c.Offsets, 0)
		}
	}
}

// Column is the column i, to append to.
func (b *Builder) Column(i int) *Column { return &b.batch.Columns[i] }

// EndRow counts a row that is complete.
func (b *Builder) EndRow() { b.batch.Rows++ }

// Rows is how many rows are complete.
func (b *Builder) Rows() int { return b.batch.Rows }

// Full reports whether the batch should be emitted before the next row: it has rows
// rows, or nearly MaxBytes bytes.
func (b *Builder) Full(rows int) bool {
	if b.batch.Rows >= rows {
		return true
	}
	return b.batch.Rows&63 == 0 && b.batch.Size() > MaxBytes/2
}

// AddBad notes a value that could not be read in the row being built. The caller appends
// a null for it.
func (b *Builder) AddBad(column int, line int64, text, reason string) {
	b.batch.Bad = append(b.batch.Bad, BadValue{Row: b.batch.Rows, Column: column, Line: line, Text: text[:min(len(text), MaxBadText)], Reason: reason})
}

// Batch is the batch built so far. It is valid until Reset.
func (b *Builder) Batch() *Batch { return &b.batch }

// rows is how many values c has.
func (c *Column) rows() int {
	switch c.Type.Layout() {
	case schema.Int64:
		return len(c.Ints)
	case schema.Int128:
		return len(c.Nums)
	case schema.Float64:
		return len(c.Floats)
	}
	return len(c.Offsets) - 1
}

// valid marks the value that was appended last as there. Only a column that has nulls
// keeps bits.
func (c *Column) valid(row int) {
	if c.Valid == nil {
		return
	}
	for len(c.Valid) <= row>>3 {
		c.Valid = append(c.Valid, 0)
	}
	c.Valid[row>>3] |= 1 << (row & 7)
}

// AppendNull appends a null to a column of any type.
func (c *Column) AppendNull() {
	row := c.rows()
	if c.Valid == nil {
		c.Valid = make([]byte, row>>3+1)
		for i := range row {
			c.Valid[i>>3] |= 1 << (i & 7)
		}
	}
	for len(c.Valid) <= row>>3 {
		c.Valid = append(c.Valid, 0)
	}
	switch c.Type.Layout() {
	case schema.Int64:
		c.Ints = append(c.Ints, 0)
	case schema.Int128:
		c.Nums = append(c.Nums, decimal.Num{})
	case schema.Float64:
		c.Floats = append(c.Floats, 0)
	case schema.Varlen:
		c.Offsets = append(c.Offsets, int32(len(c.Bytes)))
	}
}

// AppendInt appends to a column of layout Int64.
func (c *Column) AppendInt(v int64) {
	c.Ints = append(c.Ints, v)
	if c.Valid != nil {
		c.valid(len(c.Ints) - 1)
	}
}

// AppendNum appends the coefficient of a decimal, at the column's scale, in either
// layout. The caller has seen to it that it fits the column's precision.
func (c *Column) AppendNum(n decimal.Num) {
	if c.Type.Layout() == schema.Int64 {
		c.AppendInt(int64(n.Lo))
		return
	}
	c.Nums = append(c.Nums, n)
	if c.Valid != nil {
		c.valid(len(c.Nums) - 1)
	}
}

// AppendFloat appends to a column of layout Float64.
func (c *Column) AppendFloat(f float64) {
	c.Floats = append(c.Floats, f)
	if c.Valid != nil {
		c.valid(len(c.Floats) - 1)
	}
}

// AppendBytes appends a copy of text to a column of layout Varlen.
func (c *Column) AppendBytes(text []byte) {
	c.Bytes = append(c.Bytes, text...)
	c.Offsets = append(c.Offsets, int32(len(c.Bytes)))
	if c.Valid != nil {
		c.valid(len(c.Offsets) - 2)
	}
}

// AppendString appends text to a column of layout Varlen.
func (c *Column) AppendString(text string) {
	c.Bytes = append(c.Bytes, text...)
	c.Offsets = append(c.Offsets, int32(len(c.Bytes)))
	if c.Valid != nil {
		c.valid(len(c.Offsets) - 2)
	}
}

// AppendText parses text as the language writes a value of the column's type and appends
// it: what plugins whose data is text (csv), and those asked for another type than theirs,
// call for each value. Zone-less timestamps are taken in zone. It returns a phrase such
// as "not a decimal(18, 2)" and appends nothing where the text does not fit.
func (c *Column) AppendText(text []byte, zone *Zone) (problem string) {
	return c.appendText(text, zone)
}

// AppendValue appends a value of the column's own kind, rescaling decimals.
// It returns a phrase, and appends nothing, where the value does not fit.
func (c *Column) AppendValue(v schema.Value) (problem string) {
	if v.Null {
		c.AppendNull()
		return ""
	}
	switch c.Type.Layout() {
	case schema.Varlen:
		c.AppendString(v.Text)
	case schema.Float64:
		c.AppendFloat(v.Float)
	default:
		if c.Type.Kind != schema.Decimal && c.Type.Kind != schema.Percent {
			c.AppendInt(v.Int)
			return ""
		}
		d := v.Dec
		if v.Type.Kind == schema.Integer {
			d = decimal.Decimal{Coef: decimal.FromInt64(v.Int)}
		}
		n, err := decimal.Rescale(d.Coef, d.Scale, c.Type.Scale)
		if err != nil || !decimal.Fits(n, c.Type.Precision) {
			return "not a " + c.Type.String()
		}
		c.AppendNum(n)
	}
	return ""
}
