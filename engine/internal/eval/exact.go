package eval

import (
	"errors"
	"math/big"
	"math/bits"

	"github.com/recon-lang/recon/sdk/decimal"
)

// What an author reads where a number cannot be computed.
var (
	errDigits  = errors.New("the result has more than 38 digits")
	errInteger = errors.New("the result does not fit an integer of 64 bits")
	errZero    = errors.New("division by zero")
	errWhole   = errors.New("a date moves by whole days only")
	errRange   = errors.New("the result is out of range")
)

// addDecimals is x + y, or x - y, at the larger of both scales.
func addDecimals(x, y decimal.Decimal, subtract bool) (decimal.Decimal, error) {
	scale := max(x.Scale, y.Scale)
	a, err1 := decimal.Rescale(x.Coef, x.Scale, scale)
	b, err2 := decimal.Rescale(y.Coef, y.Scale, scale)
	if err1 != nil || err2 != nil {
		return decimal.Decimal{}, errDigits
	}
	var n decimal.Num
	var ok bool
	if subtract {
		n, ok = a.Sub(b)
	} else {
		n, ok = a.Add(b)
	}
	if !ok || !decimal.Fits(n, decimal.MaxDigits) {
		return decimal.Decimal{}, errDigits
	}
	return decimal.Decimal{Coef: n, Scale: scale}, nil
}

// mulDecimals is x * y; scales add.
func mulDecimals(x, y decimal.Decimal) (decimal.Decimal, error) {
	n, ok := x.Coef.Mul(y.Coef)
	if !ok || !decimal.Fits(n, decimal.MaxDigits) {
		return decimal.Decimal{}, errDigits
	}
	return decimal.Decimal{Coef: n, Scale: x.Scale + y.Scale}, nil
}

// divDecimals is x / y rounded once to places; the result has the scale places, or 0 if that is negative.
func divDecimals(x, y decimal.Decimal, places int32, mode decimal.Rounding) (decimal.Decimal, error) {
	if y.Coef.IsZero() {
		return decimal.Decimal{}, errZero
	}
	shift := y.Scale + places - x.Scale // x/y * 10^places = x.Coef * 10^shift / y.Coef
	q, ok := quotient(x.Coef, y.Coef, shift, mode)
	if !ok {
		return decimal.Decimal{}, errDigits
	}
	var err error
	if places < 0 {
		q, err = decimal.Rescale(q, places, 0)
	}
	if err != nil || !decimal.Fits(q, decimal.MaxDigits) {
		return decimal.Decimal{}, errDigits
	}
	return decimal.Decimal{Coef: q, Scale: max(places, 0)}, nil
}

// quotient is n * 10^shift / m, rounded; ok is false if it leaves 128 bits.
func quotient(n, m decimal.Num, shift int32, mode decimal.Rounding) (q decimal.Num, ok bool) {
	if shift >= -decimal.MaxDigits && shift <= decimal.MaxDigits {
		if shift >= 0 {
			if up, fits := n.Mul(decimal.Pow10(shift)); fits {
				return decimal.Div(up, m, mode)
			}
		} else if up, fits := m.Mul(decimal.Pow10(-shift)); fits {
			return decimal.Div(n, up, mode)
		}
	}
	return bigQuotient(n, m, shift, mode)
}

// bigQuotient is quotient for numbers that leave 128 bits on the way.
func bigQuotient(n, m decimal.Num, shift int32, mode decimal.Rounding) (q decimal.Num, ok bool) {
	x, y := toBig(n), toBig(m)
	p := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(shift, -shift))), nil)
	if shift >= 0 {
		x.Mul(x, p)
	} else {
		y.Mul(y, p)
	}
	quo, rem := new(big.Int).QuoRem(x, y, new(big.Int))
	if rem.Sign() != 0 {
		sign := int64(x.Sign() * y.Sign())
		half := new(big.Int).Abs(rem)
		tie := half.Lsh(half, 1).CmpAbs(y)
		away := false
		switch mode {
		case decimal.HalfAwayFromZero:
			away = tie >= 0
		case decimal.HalfEven:
			away = tie > 0 || tie == 0 && quo.Bit(0) == 1
		case decimal.Floor:
			away = sign < 0
		case decimal.Ceiling:
			away = sign > 0
		}
		if away {
			quo.Add(quo, big.NewInt(sign))
		}
	}
	return fromBig(quo)
}

func toBig(n decimal.Num) *big.Int {
	x := new(big.Int).Lsh(big.NewInt(n.Hi), 64)
	return x.Add(x, new(big.Int).SetUint64(n.Lo))
}

func fromBig(x *big.Int) (decimal.Num, bool) {
	if x.BitLen() > 127 { // 38 digits take up to 127
		return decimal.Num{}, false
	}
	lo := new(big.Int).And(x, new(big.Int).SetUint64(^uint64(0)))
	hi := new(big.Int).Rsh(x, 64)
	return decimal.Num{Lo: lo.Uint64(), Hi: hi.Int64()}, true
}

// uint128 is a magnitude: a difference of two coefficients always fits one.
type uint128 struct{ hi, lo uint64 }

func (x uint128) less(y uint128) bool { return x.hi < y.hi || x.hi == y.hi && x.lo < y.lo }

// magnitude is |n|.
func magnitude(n decimal.Num) uint128 {
	if n.Hi >= 0 {
		return uint128{uint64(n.Hi), n.Lo}
	}
	lo, borrow := bits.Sub64(0, n.Lo, 0)
	hi, _ := bits.Sub64(0, uint64(n.Hi), borrow)
	return uint128{hi, lo}
}

// distance is |n - m|.
func distance(n, m decimal.Num) uint128 {
	if n.Cmp(m) < 0 {
		n, m = m, n
	}
	lo, borrow := bits.Sub64(n.Lo, m.Lo, 0)
	hi, _ := bits.Sub64(uint64(n.Hi), uint64(m.Hi), borrow)
	return uint128{hi, lo}
}

// uint256 is a product of two magnitudes, lowest word first.
type uint256 [4]uint64

// multiply is x * y, which always fits.
func multiply(x, y uint128) (p uint256) {
	var carry uint64
	h0, l0 := bits.Mul64(x.lo, y.lo)
	h1, l1 := bits.Mul64(x.lo, y.hi)
	h2, l2 := bits.Mul64(x.hi, y.lo)
	h3, l3 := bits.Mul64(x.hi, y.hi)
	p[0] = l0
	p[1], carry = bits.Add64(h0, l1, 0)
	p[2], carry = bits.Add64(h1, l3, carry)
	p[3] = h3 + carry
	p[1], carry = bits.Add64(p[1], l2, 0)
	p[2], carry = bits.Add64(p[2], h2, carry)
	p[3] += carry
	return p
}

// multiply64 is x * y.
func multiply64(x, y uint64) uint128 {
	hi, lo := bits.Mul64(x, y)
	return uint128{hi, lo}
}

func (x uint128) lessEqual(y uint128) bool { return !y.less(x) }

func (x uint256) lessEqual(y uint256) bool {
	for i := 3; i >= 0; i-- {
		if x[i] != y[i] {
			return x[i] < y[i]
		}
	}
	return true
}
