package eval

import (
	"bytes"

	"github.com/recon-lang/recon/lang/program"
)

// compareNode is a comparison of two nodes of the same buffer and scale. Its result is never null: null equals
// null, and an order with null is false.
type compareNode struct {
	op   program.Op
	a, b node
	out  vec
}

func (n *compareNode) form() form { return boolean }

func (n *compareNode) eval(r *run) *vec {
	va, vb := n.a.eval(r), n.b.eval(r)
	out := grow(&n.out.ints, r.rows)
	switch n.a.form().in {
	case inInts:
		compareOrdered(n.op, va.ints[:r.rows], vb.ints[:r.rows], out)
	case inFloats:
		compareOrdered(n.op, va.floats[:r.rows], vb.floats[:r.rows], out)
	case inNums:
		b := vb.nums[:r.rows]
		for i, x := range va.nums[:r.rows] {
			out[i] = holds(n.op, x.Cmp(b[i]))
		}
	case inBytes:
		compareTexts(n.op, va, vb, out)
	}
	if va.valid != nil || vb.valid != nil {
		for i := range out {
			x, y := isSet(va.valid, i), isSet(vb.valid, i)
			if !x || !y {
				out[i] = nullHolds(n.op, x == y)
			}
		}
	}
	return &n.out
}

// holds is 1 if an operator holds for the result c of a three-way comparison.
func holds(op program.Op, c int) (is int64) {
	var h bool
	switch op {
	case program.OpEqual:
		h = c == 0
	case program.OpNotEqual:
		h = c != 0
	case program.OpLess:
		h = c < 0
	case program.OpLessEqual:
		h = c <= 0
	case program.OpGreater:
		h = c > 0
	default:
		h = c >= 0
	}
	if h {
		return 1
	}
	return 0
}

// nullHolds is 1 if an operator holds where one of both, or both, are null.
func nullHolds(op program.Op, bothNull bool) int64 {
	if op == program.OpEqual && bothNull || op == program.OpNotEqual && !bothNull {
		return 1
	}
	return 0
}

func compareOrdered[T int64 | float64](op program.Op, a, b []T, out []int64) {
	b, out = b[:len(a)], out[:len(a)]
	switch op {
	case program.OpEqual:
		for i, x := range a {
			out[i] = number(x == b[i])
		}
	case program.OpNotEqual:
		for i, x := range a {
			out[i] = number(x != b[i])
		}
	case program.OpLess:
		for i, x := range a {
			out[i] = number(x < b[i])
		}
	case program.OpLessEqual:
		for i, x := range a {
			out[i] = number(x <= b[i])
		}
	case program.OpGreater:
		for i, x := range a {
			out[i] = number(x > b[i])
		}
	default:
		for i, x := range a {
			out[i] = number(x >= b[i])
		}
	}
}

func number(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func compareTexts(op program.Op, a, b *vec, out []int64) {
	for i := range out {
		x, y := a.bytes[a.offsets[i]:a.offsets[i+1]], b.bytes[b.offsets[i]:b.offsets[i+1]]
		if op == program.OpEqual || op == program.OpNotEqual {
			out[i] = number(bytes.Equal(x, y) == (op == program.OpEqual))
			continue
		}
		out[i] = holds(op, bytes.Compare(x, y))
	}
}

// compareConstNode compares 64-bit values with one number.
type compareConstNode struct {
	op    program.Op // Equal, NotEqual, LessEqual or GreaterEqual
	arg   node
	limit int64
	out   vec
}

func (n *compareConstNode) form() form { return boolean }

func (n *compareConstNode) eval(r *run) *vec {
	v := n.arg.eval(r)
	out, limit := grow(&n.out.ints, r.rows), n.limit
	switch n.op {
	case program.OpEqual:
		for i, x := range v.ints[:r.rows] {
			out[i] = number(x == limit)
		}
	case program.OpNotEqual:
		for i, x := range v.ints[:r.rows] {
			out[i] = number(x != limit)
		}
	case program.OpLessEqual:
		for i, x := range v.ints[:r.rows] {
			out[i] = number(x <= limit)
		}
	default:
		for i, x := range v.ints[:r.rows] {
			out[i] = number(x >= limit)
		}
	}
	if v.valid != nil {
		null := nullHolds(n.op, false)
		for i := range out {
			if !isSet(v.valid, i) {
				out[i] = null
			}
		}
	}
	return &n.out
}

// withinNode is abs(a - b) <= limit, or its opposite, in one pass over 64-bit values.
type withinNode struct {
	a, b   node
	limit  int64 // not negative
	beyond bool  // abs(a - b) > limit
	out    vec
}

func (n *withinNode) form() form { return boolean }

func (n *withinNode) eval(r *run) *vec {
	va, vb := n.a.eval(r), n.b.eval(r)
	a, b, out := va.ints[:r.rows], vb.ints[:r.rows], grow(&n.out.ints, r.rows)
	limit, width, not := n.limit, uint64(n.limit)*2, number(n.beyond)
	for i, x := range a {
		out[i] = number(uint64(x-b[i]+limit) <= width) ^ not // -limit <= d <= limit
	}
	if va.valid != nil || vb.valid != nil {
		for i := range out {
			if !isSet(va.valid, i) || !isSet(vb.valid, i) {
				out[i] = 0 // an order with null
			}
		}
	}
	return &n.out
}

// nullNode tells nulls, or values that are none.
type nullNode struct {
	arg   node
	valid bool
	out   vec
}

func (n *nullNode) form() form { return boolean }

func (n *nullNode) eval(r *run) *vec {
	v := n.arg.eval(r)
	out := grow(&n.out.ints, r.rows)
	for i := range out {
		out[i] = number(isSet(v.valid, i) == n.valid)
	}
	return &n.out
}

// settledNode is a condition that is the same for all rows; what it reads is computed only to find faults.
type settledNode struct {
	arg   node
	value int64
	out   vec
}

func (n *settledNode) form() form { return boolean }

func (n *settledNode) eval(r *run) *vec {
	n.arg.eval(r)
	out := grow(&n.out.ints, r.rows)
	for i := range out {
		out[i] = n.value
	}
	return &n.out
}

// logicNode is and, or, not. A null argument counts as false.
type logicNode struct {
	op   program.Op
	args []node
	out  vec
}

func (n *logicNode) form() form { return boolean }

func (n *logicNode) eval(r *run) *vec {
	out := grow(&n.out.ints, r.rows)
	for k, arg := range n.args {
		v := arg.eval(r)
		in := v.ints[:r.rows]
		switch {
		case n.op == program.OpNot && v.valid == nil:
			for i, x := range in {
				out[i] = x ^ 1
			}
		case n.op == program.OpNot:
			for i, x := range in {
				out[i] = x&number(isSet(v.valid, i)) ^ 1
			}
		case v.valid != nil:
			for i, x := range in {
				x &= number(isSet(v.valid, i))
				if k > 0 && n.op == program.OpAnd {
					x &= out[i]
				} else if k > 0 {
					x |= out[i]
				}
				out[i] = x
			}
		case k == 0:
			copy(out, in)
		case n.op == program.OpAnd:
			for i, x := range in {
				out[i] &= x
			}
		default:
			for i, x := range in {
				out[i] |= x
			}
		}
	}
	return &n.out
}

// inNode tells whether 64-bit values or texts are in a list of constants.
type inNode struct {
	arg    node
	ints   map[int64]bool
	texts  map[string]bool
	few    []string // instead of texts, where comparing is faster than hashing
	fewInt []int64
	null   bool // null is in the list
	out    vec
}

// fewConstants is how many constants are compared one by one.
const fewConstants = 6

func (n *inNode) form() form { return boolean }

func (n *inNode) eval(r *run) *vec {
	v := n.arg.eval(r)
	out := grow(&n.out.ints, r.rows)
	if n.arg.form().in == inInts {
		n.evalInts(v.ints[:r.rows], out)
	} else {
		n.evalTexts(v, out)
	}
	if v.valid != nil {
		for i := range out {
			if !isSet(v.valid, i) {
				out[i] = number(n.null)
			}
		}
	}
	return &n.out
}

func (n *inNode) evalInts(in, out []int64) {
	for i, x := range in {
		if n.ints != nil {
			out[i] = number(n.ints[x])
			continue
		}
		out[i] = 0
		for _, y := range n.fewInt {
			if x == y {
				out[i] = 1
				break
			}
		}
	}
}

func (n *inNode) evalTexts(v *vec, out []int64) {
	for i := range out {
		x := v.bytes[v.offsets[i]:v.offsets[i+1]]
		if n.texts != nil {
			out[i] = number(n.texts[string(x)])
			continue
		}
		out[i] = 0
		for _, y := range n.few {
			if string(x) == y {
				out[i] = 1
				break
			}
		}
	}
}
