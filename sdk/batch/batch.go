// Package batch holds rows as columns: what a source emits, the wire carries and the
// engine reads. The buffers have Arrow's layouts (int64, decimal128, double and utf8 or
// binary with 32-bit offsets, validity bits with the lowest bit first), so a plugin in
// another language can fill them from any Arrow library. Its API follows semantic
// versions: plugins compile against it.
package batch

import (
	"fmt"
	"unsafe"

	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

const (
	// TargetRows is how many rows a batch should have when nothing else is asked for: large
	// enough to pay for a frame, small enough to stay in the processor's cache.
	TargetRows = 8192
	// MaxBytes bounds the buffers of one batch; a single row above it is an error.
	MaxBytes = 8 << 20
)

// Batch is some rows of a data set. A batch that is handed to somebody is theirs until
// the call returns, unless the function says otherwise; the strings it gives out
// point into its buffers.
type Batch struct {
	Rows     int
	Columns  []Column
	Origin   string // where the rows come from, for messages: a file's name; may be empty
	FirstRow int64  // number of the first row within Origin, counted from 1; 0: unknown
	Bad      []BadValue
}

// BadValue is a value that did not fit its type, where the reader asked to have these
// reported rather than to fail. In the batch the value is null.
type BadValue struct {
	Row    int // index within the batch
	Column int // index of the column; -1: the whole row could not be read
	Line   int64
	Text   string // what was read, at most MaxBadText bytes of it
	Reason string // "not a decimal(18, 2)": a phrase, lower case
}

// MaxBadText bounds BadValue.Text.
const MaxBadText = 256

// Column is one column of a batch. Exactly one of Ints, Nums, Floats or Offsets with
// Bytes is used, by Type.Layout. Valid has a bit for each row, 1 for a value and 0 for
// null; a nil Valid means no nulls. The value below a null is zero (or empty).
type Column struct {
	Type    schema.Type
	Valid   []byte
	Ints    []int64
	Nums    []decimal.Num
	Floats  []float64
	Offsets []int32 // rows+1 of them, the first is 0
	Bytes   []byte
}

// IsNull reports whether the value of row i is null.
func (c *Column) IsNull(i int) bool {
	return c.Valid != nil && c.Valid[i>>3]&(1<<(i&7)) == 0
}

// Raw is the bytes of a Varlen value. They belong to the batch.
func (c *Column) Raw(i int) []byte { return c.Bytes[c.Offsets[i]:c.Offsets[i+1]:c.Offsets[i+1]] }

// Text is Raw as a string, without a copy: it is valid as long as the batch is.
func (c *Column) Text(i int) string {
	b := c.Raw(i)
	return unsafe.String(unsafe.SliceData(b), len(b))
}

// Num is the coefficient of a decimal of either layout.
func (c *Column) Num(i int) decimal.Num {
	if c.Nums != nil {
		return c.Nums[i]
	}
	return decimal.FromInt64(c.Ints[i])
}

// Value is one value as a schema.Value, text copied. It is for messages, reports and
// rare paths; kernels read the buffers.
func (c *Column) Value(i int) schema.Value {
	v := schema.Value{Type: c.Type}
	if c.IsNull(i) {
		v.Null = true
		return v
	}
	switch c.Type.Layout() {
	case schema.Float64:
		v.Float = c.Floats[i]
	case schema.Varlen:
		v.Text = string(c.Raw(i))
	default:
		if c.Type.Kind == schema.Decimal || c.Type.Kind == schema.Percent {
			v.Dec = decimal.Decimal{Coef: c.Num(i), Scale: c.Type.Scale}
		} else {
			v.Int = c.Ints[i]
		}
	}
	return v
}

// Reset empties a column of type t, keeping its buffers.
func (c *Column) Reset(t schema.Type) {
	c.Type = t
	c.Valid = nil
	c.Ints, c.Nums, c.Floats = c.Ints[:0], c.Nums[:0], c.Floats[:0]
	c.Offsets, c.Bytes = c.Offsets[:0], c.Bytes[:0]
}

// Size is how many bytes the buffers of b hold.
func (b *Batch) Size() int {
	n := 0
	for i := range b.Columns {
		c := &b.Columns[i]
		n += len(c.Valid) + 8*len(c.Ints) + 16*len(c.Nums) + 8*len(c.Floats) + 4*len(c.Offsets) + len(c.Bytes)
	}
	return n
}

// Check reports the first thing that makes b inconsistent: a buffer of the wrong length,
// offsets that do not rise or leave Bytes. A reader calls it on batches from a process
// that it does not trust.
func (b *Batch) Check() error {
	for i := range b.Columns {
		if err := b.Columns[i].check(b.Rows); err != nil {
			return fmt.Errorf("column %d: %w", i, err)
		}
	}
	for _, bad := range b.Bad {
		if bad.Row < 0 || bad.Row >= b.Rows || bad.Column < -1 || bad.Column >= len(b.Columns) {
			return fmt.Errorf("bad value names row %d, column %d of a batch of %d rows, %d columns", bad.Row, bad.Column, b.Rows, len(b.Columns))
		}
	}
	return nil
}

func (c *Column) check(rows int) error {
	if c.Valid != nil && len(c.Valid) < (rows+7)/8 {
		return fmt.Errorf("%d bytes of validity for %d rows", len(c.Valid), rows)
	}
	have := 0
	switch c.Type.Layout() {
	case schema.Int64:
		have = len(c.Ints)
	case schema.Int128:
		have = len(c.Nums)
	case schema.Float64:
		have = len(c.Floats)
	case schema.Varlen:
		have = len(c.Offsets) - 1
		if have != rows {
			break
		}
		last := int32(0)
		for i, o := range c.Offsets {
			if o < last || i == 0 && o != 0 {
				return fmt.Errorf("offset %d is %d after %d", i, o, last)
			}
			last = o
		}
		if int(last) > len(c.Bytes) {
			return fmt.Errorf("offsets end at %d of %d bytes", last, len(c.Bytes))
		}
	}
	if have != rows {
		return fmt.Errorf("%d values for %d rows", have, rows)
	}
	return nil
}
