package column

import (
	"encoding/binary"
	"math/big"
	"math/bits"

	"github.com/recon-lang/recon/sdk/decimal"
)

// Sum adds integers of 128 bits without overflow: 192 bits hold the sum of 2^64 of them.
type Sum struct {
	lo, mid uint64
	hi      int64
}

// Add adds n.
func (s *Sum) Add(n decimal.Num) {
	var carry uint64
	s.lo, carry = bits.Add64(s.lo, n.Lo, 0)
	s.mid, carry = bits.Add64(s.mid, uint64(n.Hi), carry)
	s.hi += n.Hi>>63 + int64(carry)
}

// AddInt adds i.
func (s *Sum) AddInt(i int64) {
	var carry uint64
	sign := i >> 63
	s.lo, carry = bits.Add64(s.lo, uint64(i), 0)
	s.mid, carry = bits.Add64(s.mid, uint64(sign), carry)
	s.hi += sign + int64(carry)
}

// AddSum adds another sum.
func (s *Sum) AddSum(o Sum) {
	var carry uint64
	s.lo, carry = bits.Add64(s.lo, o.lo, 0)
	s.mid, carry = bits.Add64(s.mid, o.mid, carry)
	s.hi += o.hi + int64(carry)
}

// Sub subtracts another sum.
func (s *Sum) Sub(o Sum) {
	var borrow uint64
	s.lo, borrow = bits.Sub64(s.lo, o.lo, 0)
	s.mid, borrow = bits.Sub64(s.mid, o.mid, borrow)
	s.hi -= o.hi + int64(borrow)
}

// Sign is -1, 0 or 1.
func (s Sum) Sign() int {
	switch {
	case s.hi < 0:
		return -1
	case s == Sum{}:
		return 0
	}
	return 1
}

// Big is the sum as an integer of any size.
func (s Sum) Big() *big.Int {
	b := big.NewInt(s.hi)
	b.Lsh(b, 64).Add(b, new(big.Int).SetUint64(s.mid))
	return b.Lsh(b, 64).Add(b, new(big.Int).SetUint64(s.lo))
}

// SumOf is n as a sum; ok is false above 192 bits.
func SumOf(n *big.Int) (s Sum, ok bool) {
	if n.BitLen() > 191 {
		return s, false
	}
	var b [24]byte
	new(big.Int).Abs(n).FillBytes(b[:])
	s = Sum{binary.BigEndian.Uint64(b[16:]), binary.BigEndian.Uint64(b[8:]), int64(binary.BigEndian.Uint64(b[:]))}
	if n.Sign() < 0 {
		s.Negate()
	}
	return s, true
}

// Text is the sum at a scale, in plain notation.
func (s Sum) Text(scale int32) string {
	b := s.Big()
	if n, ok := s.num(); ok {
		return decimal.Decimal{Coef: n, Scale: scale}.String()
	}
	digits := new(big.Int).Abs(b).String()
	for len(digits) <= int(scale) {
		digits = "0" + digits
	}
	if scale > 0 {
		digits = digits[:len(digits)-int(scale)] + "." + digits[len(digits)-int(scale):]
	}
	if b.Sign() < 0 {
		digits = "-" + digits
	}
	return digits
}

func (s Sum) num() (decimal.Num, bool) {
	return decimal.Num{Lo: s.lo, Hi: int64(s.mid)}, s.hi == int64(s.mid)>>63
}

// Negate makes s its opposite.
func (s *Sum) Negate() {
	var zero Sum
	zero.Sub(*s)
	*s = zero
}

// SumSize is the size of what Put writes.
const SumSize = 24

// Put writes s at b. SumAt reads it.
func (s Sum) Put(b []byte) {
	binary.LittleEndian.PutUint64(b, s.lo)
	binary.LittleEndian.PutUint64(b[8:], s.mid)
	binary.LittleEndian.PutUint64(b[16:], uint64(s.hi))
}

// SumAt is the sum that Put wrote at b.
func SumAt(b []byte) Sum {
	return Sum{binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:]), int64(binary.LittleEndian.Uint64(b[16:]))}
}

// Num is the sum, if it fits in 128 bits.
func (s Sum) Num() (decimal.Num, bool) { return s.num() }
