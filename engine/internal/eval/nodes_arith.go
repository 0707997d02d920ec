package eval

import (
	"math/bits"

	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/decimal"
)

// intsNode is a + b, a - b or a * b in 64 bits. Unless checked, the bounds of both say that it cannot overflow.
type intsNode struct {
	op      program.Op
	a, b    node
	f       form
	checked bool
	out     vec
	buffer  []byte
}

func (n *intsNode) form() form { return n.f }

func (n *intsNode) eval(r *run) *vec {
	va, vb := n.a.eval(r), n.b.eval(r)
	n.out.valid = both(&n.buffer, va.valid, vb.valid, r.rows)
	a, b, out := va.ints[:r.rows], vb.ints[:r.rows], grow(&n.out.ints, r.rows)
	over := int64(0)
	switch n.op {
	case program.OpAdd:
		for i, x := range a {
			y := b[i]
			s := x + y
			over |= (x ^ s) & (y ^ s)
			out[i] = s
		}
	case program.OpSub:
		for i, x := range a {
			y := b[i]
			s := x - y
			over |= (x ^ y) & (x ^ s)
			out[i] = s
		}
	case program.OpMul:
		if n.checked {
			n.multiply(r, a, b, out)
			return &n.out
		}
		for i, x := range a {
			out[i] = x * b[i]
		}
	}
	if n.checked && over < 0 {
		for i, x := range a {
			if _, ok := operateInts(n.op, x, b[i]); !ok && isSet(n.out.valid, i) {
				r.suspect(i)
			}
		}
	}
	return &n.out
}

func (n *intsNode) multiply(r *run, a, b, out []int64) {
	for i, x := range a {
		hi, lo := bits.Mul64(uint64(x), uint64(b[i]))
		high := int64(hi) - x>>63&b[i] - b[i]>>63&x
		out[i] = int64(lo)
		if high != int64(lo)>>63 && isSet(n.out.valid, i) {
			r.suspect(i)
		}
	}
}

// numsNode is a + b, a - b or a * b in 128 bits. Unless checked, the bounds of both say that the result has at
// most 38 digits.
type numsNode struct {
	op      program.Op
	a, b    node
	f       form
	checked bool
	out     vec
	buffer  []byte
}

func (n *numsNode) form() form { return n.f }

func (n *numsNode) eval(r *run) *vec {
	va, vb := n.a.eval(r), n.b.eval(r)
	n.out.valid = both(&n.buffer, va.valid, vb.valid, r.rows)
	a, b, out := va.nums[:r.rows], vb.nums[:r.rows], grow(&n.out.nums, r.rows)
	for i, x := range a {
		var ok bool
		switch n.op {
		case program.OpAdd:
			out[i], ok = x.Add(b[i])
		case program.OpSub:
			out[i], ok = x.Sub(b[i])
		default:
			out[i], ok = x.Mul(b[i])
		}
		if n.checked && (!ok || !decimal.Fits(out[i], decimal.MaxDigits)) && isSet(n.out.valid, i) {
			r.suspect(i)
		}
	}
	return &n.out
}

// floatsNode is a + b, a - b or a * b of floats.
type floatsNode struct {
	op     program.Op
	a, b   node
	f      form
	out    vec
	buffer []byte
}

func (n *floatsNode) form() form { return n.f }

func (n *floatsNode) eval(r *run) *vec {
	va, vb := n.a.eval(r), n.b.eval(r)
	n.out.valid = both(&n.buffer, va.valid, vb.valid, r.rows)
	a, b, out := va.floats[:r.rows], vb.floats[:r.rows], grow(&n.out.floats, r.rows)
	for i, x := range a {
		switch n.op {
		case program.OpAdd:
			out[i] = x + b[i]
		case program.OpSub:
			out[i] = x - b[i]
		default:
			out[i] = x * b[i]
		}
	}
	return &n.out
}

// signNode is -x or abs(x) of any number. The one integer that has no opposite makes its row suspect.
type signNode struct {
	arg node
	f   form
	abs bool
	out vec
}

func (n *signNode) form() form { return n.f }

func (n *signNode) eval(r *run) *vec {
	v := n.arg.eval(r)
	n.out.valid = v.valid
	switch n.f.in {
	case inInts:
		out := grow(&n.out.ints, r.rows)
		least := int64(0)
		if n.abs {
			for i, x := range v.ints[:r.rows] {
				sign := x >> 63
				out[i] = (x ^ sign) - sign
				least |= out[i]
			}
		} else {
			for i, x := range v.ints[:r.rows] {
				out[i] = -x
				least |= x & -x
			}
		}
		if least < 0 {
			for i, x := range v.ints[:r.rows] {
				if x == -1<<63 && isSet(v.valid, i) {
					r.suspect(i)
				}
			}
		}
	case inNums:
		out := grow(&n.out.nums, r.rows)
		for i, x := range v.nums[:r.rows] {
			if x.Hi < 0 || !n.abs {
				x, _ = x.Neg() // 38 digits always have an opposite
			}
			out[i] = x
		}
	case inFloats:
		out := grow(&n.out.floats, r.rows)
		for i, x := range v.floats[:r.rows] {
			if x < 0 || !n.abs {
				x = -x
			} else if x == 0 {
				x = 0 // and not -0
			}
			out[i] = x
		}
	}
	return &n.out
}
