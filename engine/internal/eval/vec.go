package eval

import (
	"math/big"

	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// vec is the values of one node for the rows of a batch. One of the buffers is used, as the node's form
// says; booleans are 0 and 1 in ints. A nil valid means no nulls; below a null lies any value, of a text
// the empty one.
type vec struct {
	ints    []int64
	nums    []decimal.Num
	floats  []float64
	offsets []int32
	bytes   []byte
	valid   []byte
}

// physical is which buffer of a vec is used. Inside an expression exact numbers stay in 64 bits as long as
// their bound allows it, whatever layout a column of their type would have.
type physical uint8

const (
	inInts physical = iota
	inNums
	inFloats
	inBytes
)

// form is what is known of a node's values before any row is read. Of exact numbers bound is the
// largest magnitude that the coefficient can have.
type form struct {
	typ   schema.Type
	in    physical
	bound *big.Int
}

// node is one operation of a compiled expression. The vec is the node's own, and valid until its next eval.
type node interface {
	form() form
	eval(r *run) *vec
}

// run is one evaluation of a kernel. A row is suspect where a node could not compute its value; the
// interpreter then decides what it is.
type run struct {
	batch    *batch.Batch
	rows     int
	suspects []byte // a bit for each row; nil: none
	buffer   []byte
}

func (r *run) suspect(row int) {
	if r.suspects == nil {
		n := (r.rows + 7) / 8
		r.buffer = append(r.buffer[:0], make([]byte, n)...)
		r.suspects = r.buffer
	}
	r.suspects[row>>3] |= 1 << (row & 7)
}

func isSet(bits []byte, i int) bool { return bits == nil || bits[i>>3]&(1<<(i&7)) != 0 }

// both is the rows in which neither of two vecs is null. buffer is the caller's, for the answer.
func both(buffer *[]byte, a, b []byte, rows int) []byte {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	n := (rows + 7) / 8
	out := grow(buffer, n)
	for i := range out {
		out[i] = a[i] & b[i]
	}
	return out
}

// grow gives the first n elements of a buffer that is made larger where need be.
func grow[T any](buffer *[]T, n int) []T {
	if cap(*buffer) < n {
		*buffer = make([]T, n, max(n, 2*cap(*buffer)))
	}
	*buffer = (*buffer)[:n]
	return *buffer
}

var (
	ten    = big.NewInt(10)
	maxInt = big.NewInt(1<<63 - 1)
	max38  = digitsBound(decimal.MaxDigits)
	anyInt = new(big.Int).Lsh(big.NewInt(1), 63) // the magnitude of the smallest integer
)

// digitsBound is the largest number of so many digits.
func digitsBound(digits int32) *big.Int {
	p := power(digits)
	return p.Sub(p, big.NewInt(1))
}

func power(n int32) *big.Int { return new(big.Int).Exp(ten, big.NewInt(int64(n)), nil) }

// exactForm is the form of exact numbers: in 64 bits where their bound allows it.
func exactForm(t schema.Type, bound *big.Int) form {
	f := form{typ: t, bound: bound}
	if bound.Cmp(maxInt) > 0 && t.Kind != schema.Integer {
		f.in = inNums
	}
	return f
}

// formOf is the form of a column of type t.
func formOf(t schema.Type) form {
	switch t.Layout() {
	case schema.Float64:
		return form{typ: t, in: inFloats}
	case schema.Varlen:
		return form{typ: t, in: inBytes}
	}
	switch t.Kind {
	case schema.Decimal, schema.Percent:
		if t.Precision == 0 {
			return exactForm(t, max38)
		}
		f := exactForm(t, digitsBound(t.Precision))
		if t.Layout() == schema.Int128 {
			f.in = inNums // at 19 digits and more a column has 128 bits
		}
		return f
	case schema.Integer:
		return form{typ: t, bound: anyInt}
	}
	return form{typ: t}
}

// isNumber reports whether the values of a form are exact numbers.
func (f form) isNumber() bool { return isExact(f.typ.Kind) }

// scale is the scale of an exact number; an integer has 0.
func (f form) scale() int32 {
	if f.typ.Kind == schema.Integer {
		return 0
	}
	return f.typ.Scale
}
