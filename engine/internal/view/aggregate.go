package view

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/eval"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// aggregate computes one aggregate of a view. What it knows of a group stands in the group's state, at bytes from at on:
//
//	flags  8
//	count  8  of the values that are not null
//	value     the sum, the least or the largest value, or a reference to its bytes
//	unit   8  a reference to the unit's text, if it is in a column
//
// Whatever order values come in, and in however many pieces they are merged, the state comes out the same.
type aggregate struct {
	of    *program.Aggregate
	arg   *eval.Kernel // nil: rows are counted
	where *eval.Kernel
	unit  int // column of the batch that holds the unit of arg, or -1
	kind  kind
	in    schema.Type // of arg
	least bool

	at, unitAt, size int

	column *batch.Column // of arg, for the batch at hand
	poison []byte
	holds  *batch.Column // of where
}

// kind is how the value of a state lies.
type kind uint8

const (
	nothing kind = iota // just the count
	exact               // a column.Sum
	int64s
	nums
	floats
	texts // a reference
)

const (
	flagsAt = 0
	countAt = 8
	valueAt = 16
)

const (
	doubtful = 1 << iota // one of the values agrees with nothing
	mixed                // values of several units
	hasUnit
)

var valueSizes = [...]int{nothing: 0, exact: column.SumSize, int64s: 8, nums: 16, floats: 8, texts: 8}

var errUnfit = errors.New("the result does not fit its type")

func newAggregate(of *program.Aggregate, env eval.Env) (*aggregate, error) {
	a := &aggregate{of: of, unit: -1}
	var err error
	if of.Where != nil {
		if a.where, err = eval.Compile(of.Where, env); err != nil {
			return nil, err
		}
	}
	if of.Arg != nil {
		t := of.Arg.Type
		if of.Func == program.Min || of.Func == program.Max {
			t = of.Type
		}
		if a.arg, err = eval.CompileAs(of.Arg, t, env); err != nil {
			return nil, err
		}
		a.in = a.arg.Type()
		if u := of.Arg.Unit; u.Column > 0 {
			if at, ok := env.Column(u.Side, u.Column-1); ok {
				a.unit = at
			}
		}
	}
	a.least = of.Func == program.Min
	layout := schema.Int64
	if a.arg != nil {
		layout = a.in.Layout()
	}
	switch {
	case of.Func == program.Count:
		a.kind = nothing
	case of.Func == program.Sum || of.Func == program.Mean:
		if a.kind = exact; layout == schema.Float64 || layout == schema.Varlen {
			return nil, fmt.Errorf("there is no %s of %s", of.Func, a.in)
		}
	default:
		a.kind = map[schema.Layout]kind{schema.Int64: int64s, schema.Int128: nums, schema.Float64: floats, schema.Varlen: texts}[layout]
	}
	a.size = valueAt + valueSizes[a.kind]
	if a.unit >= 0 {
		a.unitAt = a.size
		a.size += 8
	}
	return a, nil
}

// eval computes what add needs of a batch, and calls note for rows for which that fails.
func (a *aggregate) eval(b *batch.Batch, note func(row int, f eval.Fault)) {
	a.column, a.poison, a.holds = nil, nil, nil
	if a.where != nil {
		holds, faults := a.where.Eval(b)
		a.holds = holds
		for _, f := range faults {
			note(f.Row, f)
		}
	}
	if a.arg == nil {
		return
	}
	c, faults := a.arg.Eval(b)
	a.column, a.poison = c, a.arg.Poison()
	for _, f := range faults {
		if a.holds == nil || a.holds.Ints[f.Row] != 0 {
			note(f.Row, f)
		}
	}
}

// add adds the rows that sel lists to their groups: row sel[k] to group to[k].
func (a *aggregate) add(g *groups, b *batch.Batch, sel []int32, to []int32) {
	c, poison, holds := a.column, a.poison, a.holds
	var units *batch.Column
	if a.unit >= 0 {
		units = &b.Columns[a.unit]
	}
	for k, row := range sel {
		i := int(row)
		if holds != nil && holds.Ints[i] == 0 { // so is a null
			continue
		}
		s := g.state(int(to[k]), a)
		if c != nil && c.IsNull(i) {
			if poison != nil && poison[i>>3]&(1<<(i&7)) != 0 {
				s[flagsAt] |= doubtful
			}
			continue
		}
		binary.LittleEndian.PutUint64(s[countAt:], binary.LittleEndian.Uint64(s[countAt:])+1)
		if c == nil || a.kind == nothing {
			continue
		}
		if units != nil {
			var unit []byte
			if !units.IsNull(i) {
				unit = units.Raw(i)
			}
			a.addUnit(g, s, unit)
		}
		switch a.kind {
		case exact:
			sum := column.SumAt(s[valueAt:])
			if c.Nums != nil {
				sum.Add(c.Nums[i])
			} else {
				sum.AddInt(c.Ints[i])
			}
			sum.Put(s[valueAt:])
		case int64s:
			a.keep(s, a.first(s), cmp.Compare(c.Ints[i], int64(binary.LittleEndian.Uint64(s[valueAt:]))), uint64(c.Ints[i]), 0)
		case nums:
			a.keep(s, a.first(s), c.Nums[i].Cmp(numAt(s[valueAt:])), c.Nums[i].Lo, uint64(c.Nums[i].Hi))
		case floats:
			f := c.Floats[i] + 0 // -0 is 0
			if math.IsNaN(f) {
				s[flagsAt] |= doubtful
				f = math.Inf(1) // any: the value is in doubt
			}
			a.keep(s, a.first(s), cmp.Compare(f, math.Float64frombits(binary.LittleEndian.Uint64(s[valueAt:]))), math.Float64bits(f), 0)
		case texts:
			text := c.Raw(i)
			if a.in.Kind == schema.Enum && !slices.Contains(a.in.Values, string(text)) {
				s[flagsAt] |= doubtful
			}
			a.keepText(g, s, a.first(s), text)
		}
	}
}

// first reports whether the value counted last is the first.
func (a *aggregate) first(s []byte) bool { return binary.LittleEndian.Uint64(s[countAt:]) == 1 }

// keep makes a value that compares as order to the state's the state's value, if it is to be.
func (a *aggregate) keep(s []byte, first bool, order int, lo, hi uint64) {
	if !first && (order == 0 || order < 0 != a.least) {
		return
	}
	binary.LittleEndian.PutUint64(s[valueAt:], lo)
	if a.kind == nums {
		binary.LittleEndian.PutUint64(s[valueAt+8:], hi)
	}
}

func (a *aggregate) keepText(g *groups, s []byte, first bool, text []byte) {
	if !first {
		if order := bytes.Compare(text, g.text(s[valueAt:])); order == 0 || order < 0 != a.least {
			return
		}
	}
	g.setText(s[valueAt:], text)
}

func (a *aggregate) addUnit(g *groups, s, unit []byte) {
	switch {
	case s[flagsAt]&hasUnit == 0:
		s[flagsAt] |= hasUnit
		g.setText(s[a.unitAt:], unit)
	case !bytes.Equal(g.text(s[a.unitAt:]), unit):
		s[flagsAt] |= mixed
	}
}

func numAt(b []byte) decimal.Num {
	return decimal.Num{Lo: binary.LittleEndian.Uint64(b), Hi: int64(binary.LittleEndian.Uint64(b[8:]))}
}

// merge adds state o, whose texts are in vars, to state s of g.
func (a *aggregate) merge(g *groups, s, o, vars []byte) {
	n, m := binary.LittleEndian.Uint64(s[countAt:]), binary.LittleEndian.Uint64(o[countAt:])
	s[flagsAt] |= o[flagsAt] & (doubtful | mixed)
	if m == 0 {
		return
	}
	binary.LittleEndian.PutUint64(s[countAt:], n+m)
	if a.unit >= 0 && o[flagsAt]&hasUnit != 0 {
		a.addUnit(g, s, textAt(vars, o[a.unitAt:]))
	}
	v, w := s[valueAt:], o[valueAt:]
	switch a.kind {
	case exact:
		sum := column.SumAt(v)
		sum.AddSum(column.SumAt(w))
		sum.Put(v)
	case int64s:
		x := binary.LittleEndian.Uint64(w)
		a.keep(s, n == 0, cmp.Compare(int64(x), int64(binary.LittleEndian.Uint64(v))), x, 0)
	case nums:
		x := numAt(w)
		a.keep(s, n == 0, x.Cmp(numAt(v)), x.Lo, uint64(x.Hi))
	case floats:
		x := binary.LittleEndian.Uint64(w)
		a.keep(s, n == 0, cmp.Compare(math.Float64frombits(x), math.Float64frombits(binary.LittleEndian.Uint64(v))), x, 0)
	case texts:
		a.keepText(g, s, n == 0, textAt(vars, w))
	}
}

// result appends what a state comes to; doubt reports that it agrees with nothing.
func (a *aggregate) result(g *groups, s []byte, to *batch.Column) (doubt bool, err error) {
	count := int64(binary.LittleEndian.Uint64(s[countAt:]))
	if s[flagsAt]&(doubtful|mixed) != 0 {
		to.AppendNull()
		return true, nil
	}
	v := schema.Value{Type: a.of.Type}
	switch {
	case a.kind == nothing:
		v = schema.Int(count)
		if to.Type.Layout() == schema.Int64 && to.Type.Kind != schema.Decimal {
			to.AppendInt(count)
			return false, nil
		}
	case count == 0 && a.of.Func != program.Sum:
		to.AppendNull()
		return false, nil
	case a.kind == exact:
		return false, a.number(column.SumAt(s[valueAt:]), count, to)
	case a.kind == int64s:
		v.Int = int64(binary.LittleEndian.Uint64(s[valueAt:]))
		v.Dec = decimal.Decimal{Coef: decimal.FromInt64(v.Int), Scale: v.Type.Scale}
	case a.kind == nums:
		v.Dec = decimal.Decimal{Coef: numAt(s[valueAt:]), Scale: v.Type.Scale}
	case a.kind == floats:
		v.Float = math.Float64frombits(binary.LittleEndian.Uint64(s[valueAt:]))
	case a.kind == texts:
		to.AppendBytes(g.text(s[valueAt:]))
		return false, nil
	}
	if to.AppendValue(v) != "" {
		return false, errUnfit
	}
	return false, nil
}

// number appends a sum or a mean of exact numbers.
func (a *aggregate) number(sum column.Sum, count int64, to *batch.Column) error {
	from, scale := a.in.Scale, to.Type.Scale
	var n decimal.Num
	ok := false
	if a.of.Func == program.Mean {
		n, ok = mean(sum.Big(), count, from, scale)
	} else if n, ok = sum.Num(); ok && from != scale {
		var err error
		n, err = decimal.Rescale(n, from, scale)
		ok = err == nil
	}
	if !ok {
		return errUnfit
	}
	if k := to.Type.Kind; k == schema.Decimal || k == schema.Percent {
		precision := to.Type.Precision
		if precision == 0 {
			precision = decimal.MaxDigits
		}
		if !decimal.Fits(n, precision) {
			return errUnfit
		}
		to.AppendNum(n)
		return nil
	}
	i, fits := n.Int64()
	if !fits {
		return errUnfit
	}
	to.AppendInt(i)
	return nil
}

// mean is sum / count, of a scale, at another scale, rounded half away from zero.
func mean(sum *big.Int, count int64, from, to int32) (decimal.Num, bool) {
	of := big.NewInt(count)
	ten := big.NewInt(10)
	if to >= from {
		sum.Mul(sum, new(big.Int).Exp(ten, big.NewInt(int64(to-from)), nil))
	} else {
		of.Mul(of, new(big.Int).Exp(ten, big.NewInt(int64(from-to)), nil))
	}
	negative := sum.Sign() < 0
	sum.Abs(sum).Lsh(sum, 1)
	sum.Add(sum, of)
	sum.Quo(sum, of.Lsh(of, 1))
	if sum.BitLen() > 126 {
		return decimal.Num{}, false
	}
	n := decimal.Num{Lo: new(big.Int).And(sum, new(big.Int).SetUint64(math.MaxUint64)).Uint64(), Hi: new(big.Int).Rsh(sum, 64).Int64()}
	if negative {
		return n.Neg()
	}
	return n, true
}
