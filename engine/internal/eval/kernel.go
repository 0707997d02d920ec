package eval

import (
	"fmt"

	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// Kernel is a compiled expression. It keeps its buffers from batch to batch and is not safe for concurrent
// use: compile one for each goroutine.
type Kernel struct {
	expr    *program.Expr
	typ     schema.Type // of the result
	root    node
	interp  *interpreter
	convert func(schema.Value) (schema.Value, error) // what the interpreter's value becomes; nil: itself
	reads   []read
	slow    []string

	run    run
	out    batch.Column
	faults []Fault
	poison []byte
	zeroed vec // buffers of a result that needs zeros below its nulls
}

// read is a column that an expression reads: the input, and where there is one, the input that says that it
// is a computed null.
type read struct {
	column   int
	poisoned int // -1: none
}

// Type is the type of the column that Eval gives.
func (k *Kernel) Type() schema.Type { return k.typ }

// Explain lists the parts of the expression that no kernel computes, as they are written. They run row by row.
func (k *Kernel) Explain() []string { return k.slow }

// Eval computes the expression for each row of b. The column and the faults are the kernel's, and valid until its
// next Eval or until b's buffers change; the column may be one of b's own. The faults are in the order of rows; their
// rows are null in the column.
func (k *Kernel) Eval(b *batch.Batch) (*batch.Column, []Fault) {
	k.run.batch, k.run.rows, k.run.suspects = b, b.Rows, nil
	k.faults = k.faults[:0]
	v := k.root.eval(&k.run)
	k.finish(v)
	if k.run.suspects != nil {
		k.settle()
	}
	return &k.out, k.faults
}

// finish makes a column of the root's vec.
func (k *Kernel) finish(v *vec) {
	k.out = batch.Column{Type: k.typ, Valid: v.valid, Ints: v.ints, Nums: v.nums, Floats: v.floats, Offsets: v.offsets, Bytes: v.bytes}
	if _, ok := k.root.(*columnNode); ok || v.valid == nil {
		return // a column has zeros below its nulls
	}
	switch k.root.form().in {
	case inInts:
		k.out.Ints = zeroBelowNulls(&k.zeroed.ints, v.ints, v.valid)
	case inNums:
		k.out.Nums = zeroBelowNulls(&k.zeroed.nums, v.nums, v.valid)
	case inFloats:
		k.out.Floats = zeroBelowNulls(&k.zeroed.floats, v.floats, v.valid)
	}
}

func zeroBelowNulls[T any](buffer *[]T, values []T, valid []byte) []T {
	out := grow(buffer, len(values))
	copy(out, values)
	var zero T
	for i := range out {
		if valid[i>>3]&(1<<(i&7)) == 0 {
			out[i] = zero
		}
	}
	return out
}

// settle computes the suspect rows one by one and puts their values, or nulls, into the result.
func (k *Kernel) settle() {
	b := k.run.batch
	k.interp.batch = b
	var fixed batch.Column
	fixed.Reset(k.typ)
	if k.typ.Layout() == schema.Varlen {
		fixed.Offsets = append(fixed.Offsets, 0)
	}
	for i := range b.Rows {
		if !isSet(k.run.suspects, i) {
			copyValue(&fixed, &k.out, i)
			continue
		}
		v, err := k.row(i)
		if err == nil {
			if problem := fixed.AppendValue(v); problem == "" {
				continue
			} else {
				err = Fault{Reason: problem, Input: clip(v.String())}
			}
		}
		f, ok := err.(Fault)
		if !ok {
			f = Fault{Reason: err.Error()}
		}
		f.Row = i
		k.faults = append(k.faults, f)
		fixed.AppendNull()
	}
	k.out = fixed
}

// row is the value of row i as the interpreter computes it.
func (k *Kernel) row(i int) (schema.Value, error) {
	k.interp.row = i
	v, err := k.interp.value(k.expr)
	if err == nil && k.convert != nil {
		v, err = k.convert(v)
	}
	return v, err
}

func copyValue(dst, src *batch.Column, i int) {
	if src.IsNull(i) {
		dst.AppendNull()
		return
	}
	switch src.Type.Layout() {
	case schema.Int64:
		dst.AppendInt(src.Ints[i])
	case schema.Int128:
		dst.AppendNum(src.Nums[i])
	case schema.Float64:
		dst.AppendFloat(src.Floats[i])
	case schema.Varlen:
		dst.AppendBytes(src.Raw(i))
	}
}

// Poison tells of the last Eval in which rows the result is null although a column that the expression reads is
// not, or is itself such a null: a bit for each row, nil for none. It is valid as long as that result.
func (k *Kernel) Poison() []byte {
	if k.out.Valid == nil {
		return nil
	}
	b := k.run.batch
	bits := grow(&k.poison, (b.Rows+7)/8)
	found := byte(0)
	for i := range bits {
		known := byte(0)
		for _, r := range k.reads {
			c := &b.Columns[r.column]
			if c.Valid == nil {
				known = 0xFF
			} else {
				known |= c.Valid[i]
			}
			if r.poisoned >= 0 {
				known |= packBits(b.Columns[r.poisoned].Ints, i*8, b.Rows)
			}
		}
		bits[i] = known &^ k.out.Valid[i]
		if i == len(bits)-1 && b.Rows&7 != 0 {
			bits[i] &= 1<<(b.Rows&7) - 1
		}
		found |= bits[i]
	}
	if found == 0 {
		return nil
	}
	return bits
}

// packBits makes bits of up to eight booleans.
func packBits(ints []int64, from, rows int) (bits byte) {
	for i := from; i < min(from+8, rows); i++ {
		bits |= byte(ints[i]&1) << (i - from)
	}
	return bits
}

// Filter appends to sel the rows of b in which the condition is true; null counts as false.
func (k *Kernel) Filter(b *batch.Batch, sel []int32) ([]int32, []Fault) {
	if k.typ.Kind != schema.Boolean {
		panic(fmt.Sprintf("eval: a filter of type %s", k.typ))
	}
	c, faults := k.Eval(b)
	for i, v := range c.Ints[:b.Rows] {
		if v != 0 { // a null is 0
			sel = append(sel, int32(i))
		}
	}
	return sel, faults
}

// rowNode computes an expression row by row: what no kernel can.
type rowNode struct {
	expr   *program.Expr
	interp *interpreter
	f      form
	column batch.Column
	out    vec
}

func (n *rowNode) form() form { return n.f }

func (n *rowNode) eval(r *run) *vec {
	c := &n.column
	c.Reset(n.f.typ)
	if n.f.in == inBytes {
		c.Offsets = append(c.Offsets, 0)
	}
	n.interp.batch = r.batch
	for i := range r.rows {
		n.interp.row = i
		v, err := n.interp.value(n.expr)
		if err != nil || c.AppendValue(v) != "" {
			r.suspect(i)
			c.AppendNull()
		}
	}
	n.out = vec{ints: c.Ints, nums: c.Nums, floats: c.Floats, offsets: c.Offsets, bytes: c.Bytes, valid: c.Valid}
	return &n.out
}
