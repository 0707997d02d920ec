// Package decimal is exact decimal arithmetic on 128-bit integers with a scale beside
// them. It turns text into scaled integers and back, and never rounds unless asked
// to. It knows nothing of columns, types or units. Its API follows semantic versions:
// plugins compile against it.
package decimal

import (
	"math"
	"math/bits"
)

// MaxDigits is the largest number of decimal digits a Num may hold: a 128-bit two's
// complement integer holds every number of 38 digits, and not every one of 39.
const MaxDigits = 38

// Num is a signed 128-bit integer in two's complement: Hi<<64 + Lo. As the coefficient
// of a decimal it stands for Num / 10^scale, with the scale kept by whoever holds it
// (a column's type, mostly). The zero Num is 0. Its memory is 16 bytes; on the wire Lo
// comes first, so it is a little-endian int128.
type Num struct {
	Lo uint64
	Hi int64
}

// FromInt64 is x as a Num.
func FromInt64(x int64) Num { return Num{Lo: uint64(x), Hi: x >> 63} }

// Int64 is n as an int64; ok is false if it does not fit.
func (n Num) Int64() (x int64, ok bool) {
	x = int64(n.Lo)
	return x, n.Hi == x>>63
}

// IsZero reports n == 0.
func (n Num) IsZero() bool { return n.Hi == 0 && n.Lo == 0 }

// Sign is -1, 0 or 1.
func (n Num) Sign() int {
	switch {
	case n.Hi < 0:
		return -1
	case n.IsZero():
		return 0
	}
	return 1
}

// Cmp is -1, 0 or 1 as n is less than, equal to or greater than m. Both must have the
// same scale; see Compare for different ones.
func (n Num) Cmp(m Num) int {
	switch {
	case n.Hi < m.Hi:
		return -1
	case n.Hi > m.Hi:
		return 1
	case n.Lo < m.Lo:
		return -1
	case n.Lo > m.Lo:
		return 1
	}
	return 0
}

// Neg is -n; ok is false for the one number that has no opposite, -2^127.
func (n Num) Neg() (Num, bool) {
	lo, borrow := bits.Sub64(0, n.Lo, 0)
	hi, _ := bits.Sub64(0, uint64(n.Hi), borrow)
	return Num{Lo: lo, Hi: int64(hi)}, !(n.Hi == math.MinInt64 && n.Lo == 0)
}

// Abs is the absolute value of n; ok is false for -2^127.
func (n Num) Abs() (Num, bool) {
	if n.Hi >= 0 {
		return n, true
	}
	return n.Neg()
}

// Add is n + m; ok is false on overflow of 128 bits.
func (n Num) Add(m Num) (sum Num, ok bool) {
	lo, carry := bits.Add64(n.Lo, m.Lo, 0)
	hi, _ := bits.Add64(uint64(n.Hi), uint64(m.Hi), carry)
	sum = Num{Lo: lo, Hi: int64(hi)}
	return sum, (n.Hi^sum.Hi)&(m.Hi^sum.Hi) >= 0
}

// Sub is n - m; ok is false on overflow of 128 bits.
func (n Num) Sub(m Num) (diff Num, ok bool) {
	lo, borrow := bits.Sub64(n.Lo, m.Lo, 0)
	hi, _ := bits.Sub64(uint64(n.Hi), uint64(m.Hi), borrow)
	diff = Num{Lo: lo, Hi: int64(hi)}
	return diff, (n.Hi^m.Hi)&(n.Hi^diff.Hi) >= 0
}

// Mul is n * m; ok is false on overflow of 128 bits.
func (n Num) Mul(m Num) (product Num, ok bool) {
	a, aNeg := n.magnitude()
	b, bNeg := m.magnitude()
	if a.hi != 0 && b.hi != 0 {
		return Num{}, false
	}
	hi, lo := bits.Mul64(a.lo, b.lo)
	c1, x1 := bits.Mul64(a.hi, b.lo)
	c2, x2 := bits.Mul64(a.lo, b.hi)
	if c1 != 0 || c2 != 0 {
		return Num{}, false
	}
	hi, o1 := bits.Add64(hi, x1, 0)
	hi, o2 := bits.Add64(hi, x2, 0)
	if o1 != 0 || o2 != 0 {
		return Num{}, false
	}
	return fromMagnitude(mag{hi, lo}, aNeg != bNeg)
}

// QuoRem divides truncating towards zero: n = quo*m + rem, and rem has n's sign.
// ok is false for m == 0 and for -2^127 / -1.
func (n Num) QuoRem(m Num) (quo, rem Num, ok bool) {
	if m.IsZero() {
		return Num{}, Num{}, false
	}
	a, aNeg := n.magnitude()
	b, bNeg := m.magnitude()
	q, r := divMag(a, b)
	quo, ok1 := fromMagnitude(q, aNeg != bNeg)
	rem, ok2 := fromMagnitude(r, aNeg)
	return quo, rem, ok1 && ok2
}

// mag is the magnitude of a Num; 2^127 fits.
type mag struct{ hi, lo uint64 }

func (n Num) magnitude() (m mag, negative bool) {
	if n.Hi >= 0 {
		return mag{uint64(n.Hi), n.Lo}, false
	}
	lo, borrow := bits.Sub64(0, n.Lo, 0)
	hi, _ := bits.Sub64(0, uint64(n.Hi), borrow)
	return mag{hi, lo}, true
}

func fromMagnitude(m mag, negative bool) (Num, bool) {
	if !negative {
		return Num{Lo: m.lo, Hi: int64(m.hi)}, m.hi>>63 == 0
	}
	if m.hi == 1<<63 && m.lo == 0 {
		return Num{Hi: math.MinInt64}, true
	}
	n, _ := Num{Lo: m.lo, Hi: int64(m.hi)}.Neg()
	return n, m.hi>>63 == 0
}

func (m mag) less(o mag) bool { return m.hi < o.hi || m.hi == o.hi && m.lo < o.lo }

// divMag divides a by b != 0.
func divMag(a, b mag) (quo, rem mag) {
	if b.hi == 0 {
		q1, r := bits.Div64(0, a.hi, b.lo)
		q0, r := bits.Div64(r, a.lo, b.lo)
		return mag{q1, q0}, mag{0, r}
	}
	if a.less(b) {
		return mag{}, a
	}
	// b >= 2^64, so the quotient fits 64 bits: estimate it with the top bits of b
	// normalised (Knuth 4.3.1 D with one digit), correct it downwards.
	s := uint(bits.LeadingZeros64(b.hi))
	top := b.hi<<s | b.lo>>(64-s)
	if s == 0 {
		top = b.hi
	}
	u := mag{a.hi >> 1, a.hi<<63 | a.lo>>1} // a/2, so that Div64 cannot overflow
	q, _ := bits.Div64(u.hi, u.lo, top)
	q = q >> (63 - s)
	if q != 0 {
		q--
	}
	// rem = a - q*b, then at most two corrections.
	ph, pl := bits.Mul64(q, b.lo)
	ph += q * b.hi
	lo, borrow := bits.Sub64(a.lo, pl, 0)
	hi, _ := bits.Sub64(a.hi, ph, borrow)
	rem = mag{hi, lo}
	for !rem.less(b) {
		lo, borrow = bits.Sub64(rem.lo, b.lo, 0)
		hi, _ = bits.Sub64(rem.hi, b.hi, borrow)
		rem = mag{hi, lo}
		q++
	}
	return mag{0, q}, rem
}
