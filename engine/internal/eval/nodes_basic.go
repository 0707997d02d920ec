package eval

import (
	"math/bits"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// columnNode is a column of the batch, as it is.
type columnNode struct {
	index int
	f     form
	out   vec
}

func (n *columnNode) form() form { return n.f }

func (n *columnNode) eval(r *run) *vec {
	c := &r.batch.Columns[n.index]
	n.out = vec{ints: c.Ints, nums: c.Nums, floats: c.Floats, offsets: c.Offsets, bytes: c.Bytes, valid: c.Valid}
	return &n.out
}

// constNode is one value for all rows, or null.
type constNode struct {
	value schema.Value
	f     form
	out   vec
	rows  int // how many rows out has
}

func newConst(v schema.Value, f form) *constNode { return &constNode{value: v, f: f} }

func (n *constNode) form() form { return n.f }

func (n *constNode) eval(r *run) *vec {
	if r.rows > n.rows {
		n.fill(max(r.rows, min(2*n.rows, batch.TargetRows)))
	}
	v := &n.out
	switch n.f.in {
	case inInts:
		v.ints = v.ints[:r.rows]
	case inNums:
		v.nums = v.nums[:r.rows]
	case inFloats:
		v.floats = v.floats[:r.rows]
	case inBytes:
		v.offsets = v.offsets[:r.rows+1]
	}
	return v
}

func (n *constNode) fill(rows int) {
	n.rows, n.out = rows, vec{}
	v := n.value
	if v.Null {
		v = schema.Value{}
		n.out.valid = make([]byte, (rows+7)/8)
	}
	switch n.f.in {
	case inInts:
		n.out.ints = filled(n.int(), rows)
	case inNums:
		n.out.nums = filled(builtin.Number(v).Coef, rows)
	case inFloats:
		n.out.floats = filled(v.Float, rows)
	case inBytes:
		n.out.offsets = make([]int32, 1, rows+1)
		for range rows {
			n.out.bytes = append(n.out.bytes, v.Text...)
			n.out.offsets = append(n.out.offsets, int32(len(n.out.bytes)))
		}
	}
}

// int is the constant as it stands in 64 bits.
func (n *constNode) int() int64 {
	v := n.value
	switch {
	case v.Null:
		return 0
	case v.Type.Kind == schema.Decimal || v.Type.Kind == schema.Percent:
		return int64(v.Dec.Coef.Lo)
	}
	return v.Int
}

func filled[T any](value T, rows int) []T {
	list := make([]T, rows)
	for i := range list {
		list[i] = value
	}
	return list
}

// relabelNode is another node's values under another type of the same buffers.
type relabelNode struct {
	node
	f form
}

func (n *relabelNode) form() form { return n.f }

// scaleNode multiplies or widens exact numbers so that they have another scale or more bits. Where digits that are
// not zero would be lost, or there are too many, the row is suspect.
type scaleNode struct {
	arg      node
	f        form
	from, to int32
	bounded  bool // the product has at most 38 digits
	out      vec
}

func (n *scaleNode) form() form { return n.f }

func (n *scaleNode) eval(r *run) *vec {
	v := n.arg.eval(r)
	n.out.valid = v.valid
	from, to := n.arg.form().in, n.f.in
	up := n.to - n.from
	switch {
	case from == inInts && to == inInts && up >= 0:
		factor := int64(decimal.Pow10(up).Lo)
		out := grow(&n.out.ints, r.rows)
		for i, x := range v.ints[:r.rows] {
			out[i] = x * factor
		}
	case from == inInts && to == inNums && up == 0:
		out := grow(&n.out.nums, r.rows)
		for i, x := range v.ints[:r.rows] {
			out[i] = decimal.FromInt64(x)
		}
	case from == inInts && to == inNums && up > 0 && up <= 18 && n.bounded:
		factor := uint64(decimal.Pow10(up).Lo)
		out := grow(&n.out.nums, r.rows)
		for i, x := range v.ints[:r.rows] {
			hi, lo := bits.Mul64(uint64(x), factor)
			out[i] = decimal.Num{Lo: lo, Hi: int64(hi) - int64(factor)&(x>>63)}
		}
	case from == inNums && to == inNums && up > 0 && n.bounded:
		factor := decimal.Pow10(up)
		out := grow(&n.out.nums, r.rows)
		for i, x := range v.nums[:r.rows] {
			out[i], _ = x.Mul(factor)
		}
	default:
		n.exactly(r, v, from)
	}
	return &n.out
}

func (n *scaleNode) exactly(r *run, v *vec, from physical) {
	var ints []int64
	var nums []decimal.Num
	if n.f.in == inInts {
		ints = grow(&n.out.ints, r.rows)
	} else {
		nums = grow(&n.out.nums, r.rows)
	}
	for i := range r.rows {
		var x decimal.Num
		if from == inInts {
			x = decimal.FromInt64(v.ints[i])
		} else {
			x = v.nums[i]
		}
		if !isSet(v.valid, i) {
			x = decimal.Num{}
		}
		y, err := decimal.Rescale(x, n.from, n.to)
		if err == nil && ints != nil {
			var ok bool
			if ints[i], ok = y.Int64(); !ok {
				err = decimal.ErrRange
			}
		}
		if nums != nil {
			nums[i] = y
		}
		if err != nil {
			r.suspect(i)
			if ints != nil {
				ints[i] = 0
			}
		}
	}
}

// realNode turns exact numbers into floats.
type realNode struct {
	arg node
	f   form
	out vec
}

func (n *realNode) form() form { return n.f }

func (n *realNode) eval(r *run) *vec {
	v := n.arg.eval(r)
	n.out.valid = v.valid
	out := grow(&n.out.floats, r.rows)
	f := n.arg.form()
	for i := range out {
		if f.typ.Kind == schema.Integer {
			out[i] = float64(v.ints[i])
			continue
		}
		x := schema.Value{Type: f.typ, Dec: decimal.Decimal{Scale: f.typ.Scale}}
		if f.in == inInts {
			x.Dec.Coef = decimal.FromInt64(v.ints[i])
		} else {
			x.Dec.Coef = v.nums[i]
		}
		out[i] = builtin.Real(x)
	}
	return &n.out
}

// checkNode makes rows suspect whose number has more digits than its type.
type checkNode struct {
	node
	f     form
	limit int32
}

func (n *checkNode) form() form { return n.f }

func (n *checkNode) eval(r *run) *vec {
	v := n.node.eval(r)
	if n.node.form().in == inInts {
		if n.limit > 18 {
			return v
		}
		top := int64(decimal.Pow10(n.limit).Lo)
		for i, x := range v.ints[:r.rows] {
			if (x >= top || x <= -top) && isSet(v.valid, i) {
				r.suspect(i)
			}
		}
		return v
	}
	for i, x := range v.nums[:r.rows] {
		if !decimal.Fits(x, n.limit) && isSet(v.valid, i) {
			r.suspect(i)
		}
	}
	return v
}
