package eval

import (
	"bytes"
	"fmt"
	"math"
	"math/big"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// Agreement decides whether canonical values of the sides agree within a comparison's tolerance. It is safe for
// concurrent use.
type Agreement struct {
	rule   *program.Comparison
	units  bool // units are in columns, and compared where both sides have one
	bounds []bound
}

// Operand is one side's canonical value of a comparison, as Term gives it and match holds it.
type Operand struct {
	State State
	Num   decimal.Num // every value of fixed width but floats: a coefficient at the scale of the comparison's type, days, microseconds
	Float float64
	Text  []byte
	Unit  []byte // where units are in columns
}

// State says what an Operand is.
type State uint8

const (
	Absent   State = iota // the side has no row or no term here
	Null                  // null, and so is every column it reads
	Present               //
	Doubtful              // it agrees with nothing
)

// bound is one bound of a tolerance, made ready for the comparison's type.
type bound struct {
	value    schema.Value
	relative bool
	text     string // as it is written
	unit     string // of an absolute amount of money

	limit uint128 // exact, absolute: the largest distance, in coefficients; below zero nothing is
	never bool    // a negative bound

	numerator uint128 // exact, relative: distance * 10^power <= numerator * |base|
	power     uint128

	real  float64 // of floats
	exact *big.Rat
}

// NewAgreement makes the agreement of a comparison. env gives parameters their values.
func NewAgreement(c *program.Comparison, env Env) (*Agreement, error) {
	a := &Agreement{rule: c, units: UnitsInColumn(c)}
	for i := range c.Tolerance.Bounds {
		b := &c.Tolerance.Bounds[i]
		v, err := Scalar(b.Value, env)
		if err != nil {
			return nil, fmt.Errorf("tolerance of %s: %w", c.Name, err)
		}
		made, err := newBound(v, b.Relative, c.Type)
		if err != nil {
			return nil, fmt.Errorf("tolerance of %s: %w", c.Name, err)
		}
		if made.text = b.Span.Text(); made.text == "" {
			made.text = boundText(v, b.Relative)
		}
		made.unit = v.Unit
		if made.unit == "" && b.Value.Unit.Column == 0 && b.Value.Op == program.OpLiteral {
			made.unit = b.Value.Unit.Name
		}
		a.bounds = append(a.bounds, made)
	}
	return a, nil
}

func newBound(v schema.Value, relative bool, t schema.Type) (bound, error) {
	b := bound{value: v, relative: relative}
	if v.Null {
		return b, fmt.Errorf("a bound is null")
	}
	switch {
	case t.Kind == schema.Timestamp || t.Kind == schema.Date || t.Kind == schema.Duration:
		if v.Type.Kind != schema.Duration || relative {
			return b, fmt.Errorf("%s cannot bound %s", v.Type, t)
		}
		unit := int64(1)
		if t.Kind == schema.Date {
			unit = dayMicros
		}
		b.never = v.Int < 0
		b.limit = uint128{lo: uint64(max(v.Int, 0) / unit)}
		return b, nil
	case !isExact(v.Type.Kind) || !isExact(t.Kind) && t.Kind != schema.Float:
		return b, fmt.Errorf("%s cannot bound %s", v.Type, t)
	}
	d := builtin.Number(v)
	b.never = d.Coef.Sign() < 0
	if t.Kind == schema.Float {
		b.exact = new(big.Rat).SetFrac(toBig(d.Coef), power(d.Scale))
		b.real, _ = b.exact.Float64()
		return b, nil
	}
	scale := int32(0)
	if t.Kind != schema.Integer {
		scale = t.Scale
	}
	if relative {
		if d.Scale > decimal.MaxDigits {
			return b, fmt.Errorf("%s has too many decimals to bound a number", v)
		}
		b.numerator, b.power = magnitude(d.Coef), magnitude(decimal.Pow10(d.Scale))
		return b, nil
	}
	n, err := decimal.Round(d.Coef, d.Scale, scale, decimal.Floor)
	if err != nil { // more than any distance
		b.limit = uint128{math.MaxUint64, math.MaxUint64}
	} else {
		b.limit = magnitude(n)
	}
	return b, nil
}

// Agree reports whether all operands that are there agree, pair by pair. There is one for each side. Where both of a
// pair are the same, no tolerance is asked.
func (a *Agreement) Agree(operands []Operand) bool {
	base := a.base(operands)
	for i := range operands {
		if operands[i].State == Absent {
			continue
		}
		for j := i + 1; j < len(operands); j++ {
			if operands[j].State != Absent && !a.pair(operands, i, j, base) {
				return false
			}
		}
	}
	return true
}

// base is the side whose value a relative bound is of, -1 if no side has one.
func (a *Agreement) base(operands []Operand) int {
	if a.rule.Base < len(operands) && operands[a.rule.Base].State != Absent {
		return a.rule.Base
	}
	for i := range operands {
		if operands[i].State != Absent {
			return i
		}
	}
	return -1
}

func (a *Agreement) pair(operands []Operand, i, j, base int) bool {
	x, y := &operands[i], &operands[j]
	switch {
	case x.State == Doubtful || y.State == Doubtful:
		return false
	case a.unitsDiffer(operands, i, j):
		return false
	case x.State == Null || y.State == Null:
		return x.State == y.State
	case a.same(x, y):
		return true
	case len(a.bounds) == 0:
		return false
	}
	all := a.rule.Tolerance.All
	for k := range a.bounds {
		if a.within(&a.bounds[k], x, y, &operands[base]) != all {
			return !all
		}
	}
	return all
}

// unitsDiffer compares units where both terms have one; a term without takes the unit of what it meets.
func (a *Agreement) unitsDiffer(operands []Operand, i, j int) bool {
	return a.units && a.hasUnit(i) && a.hasUnit(j) && !bytes.Equal(operands[i].Unit, operands[j].Unit)
}

func (a *Agreement) hasUnit(side int) bool {
	e := a.rule.Terms[side]
	return e != nil && !e.Unit.None()
}

func (a *Agreement) same(x, y *Operand) bool {
	switch a.rule.Type.Layout() {
	case schema.Float64:
		return x.Float == y.Float
	case schema.Varlen:
		return bytes.Equal(x.Text, y.Text)
	}
	return x.Num == y.Num
}

// within reports whether two values that differ lie within one bound of each other.
func (a *Agreement) within(b *bound, x, y, base *Operand) bool {
	if b.never || b.relative && base.State != Present {
		return false
	}
	if b.unit != "" && a.units {
		unit := x.Unit
		if len(unit) == 0 {
			unit = y.Unit
		}
		if len(unit) > 0 && string(unit) != b.unit {
			return false // money bounds its own currency
		}
	}
	if b.exact != nil {
		return b.withinFloat(x.Float, y.Float, base.Float)
	}
	d := distance(x.Num, y.Num)
	if !b.relative {
		return !b.limit.less(d)
	}
	m := magnitude(base.Num)
	if d.hi|m.hi|b.power.hi|b.numerator.hi == 0 { // mostly 64 bits will do
		return multiply64(d.lo, b.power.lo).lessEqual(multiply64(b.numerator.lo, m.lo))
	}
	return multiply(d, b.power).lessEqual(multiply(b.numerator, m))
}

// floatMargin is how near a bound a distance of floats may come before their rounding matters.
const floatMargin = 1e-14

// leastNormal is where floats begin to lose digits.
const leastNormal = 0x1p-1000

// withinFloat reports |x - y| <= bound, exactly: where the sum in floats is near the bound, it is computed
// with fractions.
func (b *bound) withinFloat(x, y, base float64) bool {
	if math.IsInf(x, 0) || math.IsInf(y, 0) || b.relative && math.IsInf(base, 0) {
		return false
	}
	limit := b.real
	if b.relative {
		limit *= math.Abs(base)
	}
	d := math.Abs(x - y)
	switch {
	case limit < leastNormal || math.IsInf(d, 0) || math.IsInf(limit, 0): // here floats round by more than their last bits
	case d < limit*(1-floatMargin):
		return true
	case d > limit*(1+floatMargin):
		return false
	}
	exact := new(big.Rat).Sub(new(big.Rat).SetFloat64(x), new(big.Rat).SetFloat64(y))
	top := b.exact
	if b.relative {
		top = new(big.Rat).Mul(top, exactAbs(base))
	}
	return exact.Abs(exact).Cmp(top) <= 0
}

func exactAbs(f float64) *big.Rat {
	r := new(big.Rat).SetFloat64(f)
	return r.Abs(r)
}
