package match

import (
	"slices"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
)

// Alike counts keys that have one row on each side and the same in all that is compared: one of the rows speaks for all. It is
// for one goroutine.
type Alike struct {
	judge *Judge
	keys  int64
	sums  []column.Sum // by comparison; those with units in columns are in units
	some  []int64      // by comparison: how many numbers were added, if only zeros
	units *Counts
}

// NewAlike starts at zero.
func NewAlike(j *Judge) *Alike {
	return &Alike{judge: j, sums: make([]column.Sum, len(j.terms)), some: make([]int64, len(j.terms)), units: j.NewCounts()}
}

// clear starts at zero again.
func (a *Alike) clear() {
	a.keys = 0
	clear(a.sums)
	clear(a.some)
	a.units.clear()
}

// Row counts the key of a packed row.
func (a *Alike) Row(r column.Row) {
	a.keys++
	shape := a.judge.shape
	for i := range a.judge.summed {
		t := &a.judge.summed[i]
		if shape.State(r, t.index) != column.Present {
			continue
		}
		a.some[t.index]++
		switch {
		case t.units:
			a.addUnit(t.index, shape.Unit(r, t.index), shape.Num(r, t.index))
		case t.wide:
			a.sums[t.index].Add(shape.Num(r, t.index))
		default:
			a.sums[t.index].AddInt(shape.Int(r, t.index))
		}
	}
}

// Not takes back what Row did with the key of a row. It is for rules all of whose sums are reversible.
func (a *Alike) Not(r column.Row) {
	a.keys--
	shape := a.judge.shape
	for i := range a.judge.summed {
		t := &a.judge.summed[i]
		if shape.State(r, t.index) != column.Present {
			continue
		}
		a.some[t.index]--
		var sum column.Sum
		sum.Add(shape.Num(r, t.index))
		a.sums[t.index].Sub(sum)
	}
}

// reversible reports whether Not undoes Row. It does not where there are sums by unit: one that was added to stays, if only as 0.
func (a *Alike) reversible() bool {
	return !slices.ContainsFunc(a.judge.summed, func(t summed) bool { return t.units })
}

// Columns counts the keys of n rows of columns, from row i on.
func (a *Alike) Columns(terms, units []column.Vector, i, n int) {
	a.keys += int64(n)
	for k := range a.judge.summed {
		t := &a.judge.summed[k]
		v := terms[t.index].Column
		if v.Valid == nil && !t.units && !t.wide {
			a.some[t.index] += int64(n)
			sum := a.sums[t.index]
			for _, x := range v.Ints[i : i+n] {
				sum.AddInt(x)
			}
			a.sums[t.index] = sum
			continue
		}
		for row := i; row < i+n; row++ {
			a.value(t, v, units[t.index], row)
		}
	}
}

// value adds row i of a term.
func (a *Alike) value(t *summed, v *batch.Column, units column.Vector, i int) {
	if v.IsNull(i) {
		return
	}
	a.some[t.index]++
	switch {
	case t.units:
		var unit []byte
		if units.Column != nil {
			unit = units.Raw(i)
		}
		a.addUnit(t.index, unit, v.Num(i))
	case t.wide:
		a.sums[t.index].Add(v.Nums[i])
	default:
		a.sums[t.index].AddInt(v.Ints[i])
	}
}

func (a *Alike) addUnit(comparison int, unit []byte, n decimal.Num) {
	for side := range a.judge.counts {
		a.units.Sums.Of(comparison, side, unit).Add(n)
	}
}

// AddTo adds what was counted to the counts of what matched.
func (a *Alike) AddTo(c *Counts) {
	c.Matched += a.keys
	c.Sums.AddSums(a.units.Sums)
	for side := range a.judge.counts {
		c.Rows[side][result.Matched] += a.keys
		for i := range a.judge.summed {
			t := &a.judge.summed[i]
			if t.has[side] && !t.units && a.some[t.index] > 0 {
				c.Sums.Of(t.index, side, nil).AddSum(a.sums[t.index])
			}
		}
	}
}
