package eval

import (
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// chosen collects, row by row, values that stand in several vecs of the same form.
type chosen struct {
	f     form
	out   vec
	null  []byte
	nulls bool
}

func (c *chosen) start(rows int) {
	c.nulls = false
	switch c.f.in {
	case inInts:
		grow(&c.out.ints, rows)
	case inNums:
		grow(&c.out.nums, rows)
	case inFloats:
		grow(&c.out.floats, rows)
	case inBytes:
		c.out.offsets, c.out.bytes = append(c.out.offsets[:0], 0), c.out.bytes[:0]
	}
	bits := grow(&c.null, (rows+7)/8)
	for i := range bits {
		bits[i] = 0xFF
	}
}

// take puts row from of v as row i; rows come in order.
func (c *chosen) take(i int, v *vec, from int) {
	if !isSet(v.valid, from) {
		c.takeNull(i)
		return
	}
	switch c.f.in {
	case inInts:
		c.out.ints[i] = v.ints[from]
	case inNums:
		c.out.nums[i] = v.nums[from]
	case inFloats:
		c.out.floats[i] = v.floats[from]
	case inBytes:
		c.out.bytes = append(c.out.bytes, v.bytes[v.offsets[from]:v.offsets[from+1]]...)
		c.out.offsets = append(c.out.offsets, int32(len(c.out.bytes)))
	}
}

func (c *chosen) takeNull(i int) {
	c.nulls = true
	c.null[i>>3] &^= 1 << (i & 7)
	switch c.f.in {
	case inInts:
		c.out.ints[i] = 0
	case inNums:
		c.out.nums[i] = decimal.Num{}
	case inFloats:
		c.out.floats[i] = 0
	case inBytes:
		c.out.offsets = append(c.out.offsets, int32(len(c.out.bytes)))
	}
}

func (c *chosen) done() *vec {
	c.out.valid = nil
	if c.nulls {
		c.out.valid = c.null
	}
	return &c.out
}

// condNode is c ? a : b.
type condNode struct {
	cond, a, b node
	chosen
}

func (n *condNode) form() form { return n.f }

func (n *condNode) eval(r *run) *vec {
	c, a, b := n.cond.eval(r), n.a.eval(r), n.b.eval(r)
	n.start(r.rows)
	for i, x := range c.ints[:r.rows] {
		if x != 0 && isSet(c.valid, i) {
			n.take(i, a, i)
		} else {
			n.take(i, b, i)
		}
	}
	return n.done()
}

// coalesceNode is the first of its arguments that is not null.
type coalesceNode struct {
	args []node
	vecs []*vec
	chosen
}

func (n *coalesceNode) form() form { return n.f }

func (n *coalesceNode) eval(r *run) *vec {
	n.vecs = n.vecs[:0]
	for _, a := range n.args {
		v := a.eval(r)
		n.vecs = append(n.vecs, v)
		if v.valid == nil {
			break
		}
	}
	n.start(r.rows)
	for i := range r.rows {
		k := 0
		for k < len(n.vecs)-1 && !isSet(n.vecs[k].valid, i) {
			k++
		}
		n.take(i, n.vecs[k], i)
	}
	return n.done()
}

// extremeNode is min or max of exact numbers, times or floats; null if one argument is.
type extremeNode struct {
	a, b   node
	f      form
	max    bool
	out    vec
	buffer []byte
}

func (n *extremeNode) form() form { return n.f }

func (n *extremeNode) eval(r *run) *vec {
	va, vb := n.a.eval(r), n.b.eval(r)
	n.out.valid = both(&n.buffer, va.valid, vb.valid, r.rows)
	switch n.f.in {
	case inInts:
		a, b, out := va.ints[:r.rows], vb.ints[:r.rows], grow(&n.out.ints, r.rows)
		if n.max {
			for i, x := range a {
				out[i] = max(x, b[i])
			}
		} else {
			for i, x := range a {
				out[i] = min(x, b[i])
			}
		}
	case inNums:
		out, b := grow(&n.out.nums, r.rows), vb.nums[:r.rows]
		for i, x := range va.nums[:r.rows] {
			if out[i] = x; x.Cmp(b[i]) > 0 != n.max {
				out[i] = b[i]
			}
		}
	case inFloats:
		out, b := grow(&n.out.floats, r.rows), vb.floats[:r.rows]
		for i, x := range va.floats[:r.rows] {
			if n.max {
				out[i] = max(x, b[i])
			} else {
				out[i] = min(x, b[i])
			}
		}
	}
	return &n.out
}

// decodeNode looks values up in a map of constants.
type decodeNode struct {
	arg    node
	texts  map[string]int
	ints   map[int64]int
	few    []string // the keys of texts in their order, where comparing is faster than hashing
	other  int      // the default's place among the values; -1: null
	values *vec
	chosen
}

func (n *decodeNode) form() form { return n.f }

func (n *decodeNode) eval(r *run) *vec {
	v := n.arg.eval(r)
	n.start(r.rows)
	for i := range r.rows {
		if !isSet(v.valid, i) {
			n.takeNull(i)
			continue
		}
		k := n.other
		switch {
		case n.few != nil:
			k = n.findFew(v.bytes[v.offsets[i]:v.offsets[i+1]])
		case n.texts != nil:
			if at, ok := n.texts[string(v.bytes[v.offsets[i]:v.offsets[i+1]])]; ok {
				k = at
			}
		default:
			if at, ok := n.ints[v.ints[i]]; ok {
				k = at
			}
		}
		if k < 0 {
			n.takeNull(i)
		} else {
			n.take(i, n.values, k)
		}
	}
	return n.done()
}

func (n *decodeNode) findFew(text []byte) int {
	for k, key := range n.few {
		if string(text) == key {
			return k
		}
	}
	return n.other
}

// constants makes a vec of values that all fit a form.
func constants(values []schema.Value, f form) *vec {
	v := &vec{offsets: []int32{0}, valid: make([]byte, (len(values)+7)/8)}
	for i, x := range values {
		c := newConst(x, f)
		if !x.Null {
			v.valid[i>>3] |= 1 << (i & 7)
		}
		v.ints = append(v.ints, c.int())
		v.nums = append(v.nums, x.Dec.Coef)
		v.floats = append(v.floats, x.Float)
		v.bytes = append(v.bytes, x.Text...)
		v.offsets = append(v.offsets, int32(len(v.bytes)))
	}
	return v
}
