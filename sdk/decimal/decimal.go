package decimal

import (
	"cmp"
	"errors"
	"fmt"
)

// Decimal is an exact decimal: Coef / 10^Scale. Two Decimals that differ in scale only
// are the same number; use Compare, not ==.
type Decimal struct {
	Coef  Num
	Scale int32
}

// ErrRange is returned where a number has more than MaxDigits digits.
var ErrRange = fmt.Errorf("more than %d digits", MaxDigits)

// ErrInexact is returned where a number has more non-zero decimals than a scale allows.
var ErrInexact = errors.New("more decimals than the scale allows")

// ErrSyntax is returned for text that is not a number.
var ErrSyntax = errors.New("not a number")

// pow10 holds 10^0 … 10^38.
var pow10 = func() (p [MaxDigits + 1]Num) {
	p[0] = FromInt64(1)
	for i := 1; i < len(p); i++ {
		p[i], _ = p[i-1].Mul(FromInt64(10))
	}
	return p
}()

// Pow10 is 10^n for 0 <= n <= MaxDigits.
func Pow10(n int32) Num { return pow10[n] }

// Digits is the number of decimal digits of n's magnitude, at least 1.
func Digits(n Num) int {
	m, _ := n.magnitude()
	for d := 1; d <= MaxDigits; d++ {
		p := pow10[d]
		if m.less(mag{uint64(p.Hi), p.Lo}) {
			return d
		}
	}
	return MaxDigits + 1
}

// Fits reports whether n has at most precision digits (1..MaxDigits).
func Fits(n Num, precision int32) bool {
	m, _ := n.magnitude()
	p := pow10[precision]
	return m.less(mag{uint64(p.Hi), p.Lo})
}

// Rescale is the coefficient of the same number at another scale. It returns ErrInexact
// where non-zero digits would be lost and ErrRange where the result has more than
// MaxDigits digits.
func Rescale(n Num, from, to int32) (Num, error) {
	for to > from {
		step := min(to-from, MaxDigits)
		if n.IsZero() {
			return n, nil
		}
		m, ok := n.Mul(pow10[step])
		if !ok || !Fits(m, MaxDigits) {
			return Num{}, ErrRange
		}
		n, from = m, from+step
	}
	for to < from {
		step := min(from-to, MaxDigits)
		q, r, _ := n.QuoRem(pow10[step])
		if !r.IsZero() {
			return Num{}, ErrInexact
		}
		n, from = q, from-step
	}
	return n, nil
}

// Rounding says what Round does with a tie.
type Rounding uint8

const (
	HalfAwayFromZero Rounding = iota // 2.5 → 3, -2.5 → -3
	HalfEven                         // 2.5 → 2, 3.5 → 4
	Down                             // towards zero
	Floor                            // towards minus infinity
	Ceiling                          // towards plus infinity
)

// Div is n/m rounded to an integer; ok is false if m is 0 or the result overflows.
func Div(n, m Num, mode Rounding) (quo Num, ok bool) {
	quo, rem, ok := n.QuoRem(m)
	if !ok || rem.IsZero() {
		return quo, ok
	}
	sign := int64(1)
	if (n.Hi < 0) != (m.Hi < 0) {
		sign = -1
	}
	r, _ := rem.magnitude()
	d, _ := m.magnitude()
	rest := mag{d.hi, d.lo} // d - r, compared with r, is the comparison of r with d/2
	var borrow uint64
	if rest.lo, borrow = d.lo-r.lo, 0; d.lo < r.lo {
		borrow = 1
	}
	rest.hi = d.hi - r.hi - borrow
	away := false
	switch mode {
	case HalfAwayFromZero:
		away = !r.less(rest)
	case HalfEven:
		away = rest.less(r) || rest == r && quo.Lo&1 == 1
	case Floor:
		away = sign < 0
	case Ceiling:
		away = sign > 0
	}
	if !away {
		return quo, true
	}
	return quo.Add(FromInt64(sign))
}

// Round is the coefficient at a smaller or larger scale, rounded where digits are lost.
// ErrRange is its only error.
func Round(n Num, from, to int32, mode Rounding) (Num, error) {
	if to >= from {
		return Rescale(n, from, to)
	}
	if from-to > MaxDigits {
		// The number is below one half of the last place unless Floor or Ceiling see a sign.
		n, from = FromInt64(int64(n.Sign())), to+MaxDigits
	}
	q, ok := Div(n, pow10[from-to], mode)
	if !ok {
		return Num{}, ErrRange
	}
	return q, nil
}

// Compare is -1, 0 or 1 as x is less than, equal to or greater than y, whatever their
// scales. It never overflows.
func Compare(x, y Decimal) int {
	if x.Scale == y.Scale {
		return x.Coef.Cmp(y.Coef)
	}
	if sx, sy := x.Coef.Sign(), y.Coef.Sign(); sx != sy || sx == 0 {
		return cmp.Compare(sx, sy)
	}
	if x.Scale > y.Scale {
		return -Compare(y, x)
	}
	// x has the smaller scale. Scaling it up either fits, or x is farther from zero.
	up := y.Scale - x.Scale
	if up <= MaxDigits {
		if scaled, ok := x.Coef.Mul(pow10[up]); ok {
			return scaled.Cmp(y.Coef)
		}
	}
	return x.Coef.Sign()
}

// Parse reads an optional sign, digits with an optional point, and an optional
// exponent (1e6). Its scale is the number of decimals written, less a positive
// exponent and never below 0. It returns ErrSyntax, or ErrRange for more than MaxDigits digits.
func Parse(text []byte) (Decimal, error) {
	i, negative := 0, false
	if i < len(text) && (text[i] == '-' || text[i] == '+') {
		negative = text[i] == '-'
		i++
	}
	var n Num
	var small uint64 // the first 18 digits, before 128 bits are needed
	digits, significant, point := 0, 0, -1
	for ; i < len(text); i++ {
		c := text[i]
		if c == '.' && point < 0 {
			point = digits
			continue
		}
		if c < '0' || c > '9' {
			break
		}
		digits++
		if significant == 0 && c == '0' {
			continue
		}
		significant++
		switch {
		case significant <= 18:
			small = small*10 + uint64(c-'0')
			n = Num{Lo: small}
		case significant <= MaxDigits:
			n, _ = n.Mul(pow10[1])
			n, _ = n.Add(FromInt64(int64(c - '0')))
		default:
			return Decimal{}, ErrRange
		}
	}
	if digits == 0 {
		return Decimal{}, ErrSyntax
	}
	scale := int32(0)
	if point >= 0 {
		scale = int32(digits - point)
		if scale == 0 { // "1." is not a number here
			return Decimal{}, ErrSyntax
		}
		if point == 0 { // neither is ".5"
			return Decimal{}, ErrSyntax
		}
	}
	if i < len(text) {
		exp, err := parseExponent(text[i:])
		if err != nil {
			return Decimal{}, err
		}
		scale -= exp
	}
	if negative {
		n, _ = n.Neg()
	}
	if scale < 0 {
		m, err := Rescale(n, 0, -scale)
		return Decimal{Coef: m}, err
	}
	if scale > 2*MaxDigits { // 1e-500: keep the arithmetic of scales small
		if n.IsZero() {
			return Decimal{}, nil
		}
		return Decimal{}, ErrRange
	}
	return Decimal{Coef: n, Scale: scale}, nil
}

func parseExponent(text []byte) (int32, error) {
	if text[0] != 'e' && text[0] != 'E' || len(text) < 2 {
		return 0, ErrSyntax
	}
	text = text[1:]
	sign := int32(1)
	if text[0] == '-' || text[0] == '+' {
		if text[0] == '-' {
			sign = -1
		}
		text = text[1:]
	}
	if len(text) == 0 {
		return 0, ErrSyntax
	}
	exp := int32(0)
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, ErrSyntax
		}
		if exp < 10000 { // beyond any scale; stop before it overflows
			exp = exp*10 + int32(c-'0')
		}
	}
	return sign * exp, nil
}

// Append appends n / 10^scale in plain notation, with exactly scale decimals.
func Append(dst []byte, n Num, scale int32) []byte {
	m, negative := n.magnitude()
	if negative {
		dst = append(dst, '-')
	}
	var buf [2*MaxDigits + 4]byte
	i := len(buf)
	digits := int32(0)
	ten := mag{0, 10}
	for m != (mag{}) || digits <= scale {
		if digits == scale && scale > 0 {
			i--
			buf[i] = '.'
		}
		if digits > 2*MaxDigits {
			break // scales beyond this are not made by this package
		}
		var r mag
		if m.hi == 0 {
			r.lo, m.lo = m.lo%10, m.lo/10
		} else {
			m, r = divMag(m, ten)
		}
		i--
		buf[i] = byte('0' + r.lo)
		digits++
	}
	return append(dst, buf[i:]...)
}

// String is d in plain notation, with d.Scale decimals.
func (d Decimal) String() string { return string(Append(nil, d.Coef, d.Scale)) }
