package eval

import (
	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// boundNode calls a prepared function for each row that is not null.
type boundNode struct {
	arg  node
	fn   builtin.Bound
	f    form
	out  vec
	null []byte
	text []byte
}

func (n *boundNode) form() form { return n.f }

func (n *boundNode) eval(r *run) *vec {
	v := n.arg.eval(r)
	n.out.valid = v.valid
	switch {
	case n.fn.Text != nil:
		n.evalText(r, v)
	case n.fn.Test != nil:
		out := grow(&n.out.ints, r.rows)
		for i := range out {
			out[i] = 0
			if isSet(v.valid, i) && n.fn.Test(v.bytes[v.offsets[i]:v.offsets[i+1]]) {
				out[i] = 1
			}
		}
	case n.fn.Int != nil:
		n.evalInt(r, v)
	case n.fn.Dec != nil:
		out := grow(&n.out.nums, r.rows)
		for i := range out {
			if !isSet(v.valid, i) {
				continue
			}
			x, err := n.fn.Dec(v.bytes[v.offsets[i]:v.offsets[i+1]])
			if err != nil {
				r.suspect(i)
			}
			out[i] = x
		}
	case n.fn.Part != nil:
		out := grow(&n.out.ints, r.rows)
		for i, x := range v.ints[:r.rows] {
			if isSet(v.valid, i) {
				x = n.fn.Part(x)
			}
			out[i] = x
		}
	case n.fn.Format != nil:
		n.out.offsets, n.out.bytes = append(n.out.offsets[:0], 0), n.out.bytes[:0]
		for i, x := range v.ints[:r.rows] {
			if isSet(v.valid, i) {
				n.out.bytes = n.fn.Format(n.out.bytes, x)
			}
			n.out.offsets = append(n.out.offsets, int32(len(n.out.bytes)))
		}
	case n.fn.Round != nil:
		n.evalRound(r, v)
	case n.fn.Float != nil:
		out := grow(&n.out.nums, r.rows)
		for i, x := range v.floats[:r.rows] {
			y, err := n.fn.Float(x)
			if err != nil && isSet(v.valid, i) {
				r.suspect(i)
			}
			out[i] = y
		}
	case n.fn.Real != nil:
		out := grow(&n.out.floats, r.rows)
		for i, x := range v.floats[:r.rows] {
			out[i] = n.fn.Real(x)
		}
	}
	return &n.out
}

func (n *boundNode) evalText(r *run, v *vec) {
	offsets, out := append(n.out.offsets[:0], 0), n.out.bytes[:0]
	fromNumber := n.arg.form().in != inBytes
	nulls := false
	for i := range r.rows {
		if isSet(v.valid, i) {
			src := n.source(v, i, fromNumber)
			var err error
			before := len(out)
			if out, err = n.fn.Text(out, src); err != nil {
				out = out[:before]
				if err == builtin.ErrNull {
					n.setNull(r, v, i, &nulls)
				} else {
					r.suspect(i)
				}
			}
		}
		offsets = append(offsets, int32(len(out)))
	}
	n.out.offsets, n.out.bytes = offsets, out
}

// source is the text of row i; an integer is written as text.
func (n *boundNode) source(v *vec, i int, fromNumber bool) []byte {
	if !fromNumber {
		return v.bytes[v.offsets[i]:v.offsets[i+1]]
	}
	n.text = decimal.Append(n.text[:0], decimal.FromInt64(v.ints[i]), 0)
	return n.text
}

// setNull makes row i null, in bits of the node's own.
func (n *boundNode) setNull(r *run, v *vec, i int, nulls *bool) {
	if !*nulls {
		*nulls = true
		bits := grow(&n.null, (r.rows+7)/8)
		for j := range bits {
			bits[j] = 0xFF
			if v.valid != nil {
				bits[j] = v.valid[j]
			}
		}
		n.out.valid = bits
	}
	n.out.valid[i>>3] &^= 1 << (i & 7)
}

func (n *boundNode) evalInt(r *run, v *vec) {
	out := grow(&n.out.ints, r.rows)
	fromNumber := n.arg.form().in != inBytes
	for i := range out {
		if !isSet(v.valid, i) {
			continue
		}
		x, err := n.fn.Int(n.source(v, i, fromNumber))
		if err != nil {
			r.suspect(i)
		}
		out[i] = x
	}
}

func (n *boundNode) evalRound(r *run, v *vec) {
	from, to := n.arg.form().in, n.f.in
	if to == inInts {
		grow(&n.out.ints, r.rows)
	} else {
		grow(&n.out.nums, r.rows)
	}
	for i := range r.rows {
		var x decimal.Num
		if from == inInts {
			x = decimal.FromInt64(v.ints[i])
		} else {
			x = v.nums[i]
		}
		y, err := n.fn.Round(x)
		if to == inNums {
			n.out.nums[i] = y
		} else {
			var ok bool
			if n.out.ints[i], ok = y.Int64(); !ok {
				err = errInteger
			}
		}
		if err != nil && isSet(v.valid, i) {
			r.suspect(i)
		}
	}
}

// roundNode rounds 64-bit coefficients by a power of ten, half away from zero or towards the even neighbour.
type roundNode struct {
	arg     node
	f       form
	divisor int64
	factor  int64 // the result is multiplied by it: negative places
	mode    decimal.Rounding
	out     vec
}

func (n *roundNode) form() form { return n.f }

func (n *roundNode) eval(r *run) *vec {
	v := n.arg.eval(r)
	n.out.valid = v.valid
	out := grow(&n.out.ints, r.rows)
	d := n.divisor
	for i, x := range v.ints[:r.rows] {
		q := x / d
		rest := x - q*d
		if rest != 0 {
			q += n.carry(q, rest)
		}
		out[i] = q * n.factor
	}
	return &n.out
}

// carry is what rounding adds to a truncated quotient.
func (n *roundNode) carry(q, rest int64) int64 {
	sign, size := int64(1), rest
	if rest < 0 {
		sign, size = -1, -rest
	}
	switch other := n.divisor - size; n.mode {
	case decimal.HalfAwayFromZero:
		if size >= other {
			return sign
		}
	case decimal.HalfEven:
		if size > other || size == other && q&1 != 0 {
			return sign
		}
	case decimal.Floor:
		return min(sign, 0)
	case decimal.Ceiling:
		return max(sign, 0)
	}
	return 0
}

// divideNode is round(x / y, places).
type divideNode struct {
	a, b   node
	f      form
	places int32
	mode   decimal.Rounding
	out    vec
	buffer []byte
}

func (n *divideNode) form() form { return n.f }

func (n *divideNode) eval(r *run) *vec {
	va, vb := n.a.eval(r), n.b.eval(r)
	n.out.valid = both(&n.buffer, va.valid, vb.valid, r.rows)
	out := grow(&n.out.nums, r.rows)
	sx, sy := n.a.form().scale(), n.b.form().scale()
	for i := range out {
		if !isSet(n.out.valid, i) {
			continue
		}
		d, err := divDecimals(decimal.Decimal{Coef: va.nums[i], Scale: sx}, decimal.Decimal{Coef: vb.nums[i], Scale: sy}, n.places, n.mode)
		if err != nil {
			r.suspect(i)
		}
		out[i] = d.Coef
	}
	return &n.out
}

// intNode calls a function of two 64-bit values; where it is not ok the row is suspect.
type intNode struct {
	a, b   node
	f      form
	fn     func(x, y int64) (int64, bool)
	out    vec
	buffer []byte
}

func (n *intNode) form() form { return n.f }

func (n *intNode) eval(r *run) *vec {
	va, vb := n.a.eval(r), n.b.eval(r)
	n.out.valid = both(&n.buffer, va.valid, vb.valid, r.rows)
	out := grow(&n.out.ints, r.rows)
	b := vb.ints[:r.rows]
	for i, x := range va.ints[:r.rows] {
		y, ok := n.fn(x, b[i])
		if !ok && isSet(n.out.valid, i) {
			r.suspect(i)
		}
		out[i] = y
	}
	return &n.out
}

var boolean = form{typ: schema.Type{Kind: schema.Boolean}}
