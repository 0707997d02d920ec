package view

import (
	"encoding/binary"
	"math"
	"math/big"
	"math/bits"
)

// A sum of floats is kept exactly, as an integer of realWords words in units of the smallest float, so that it does not depend on the order of
// rows. It is rounded once, when it is read.
const (
	realWords = 35 // 2098 bits for every float, and 2^64 of them
	realSize  = 8 * realWords
	realUnit  = -1074 // exponent of the smallest float
)

// addReal adds a finite float to the sum at b.
func addReal(b []byte, f float64) {
	u := math.Float64bits(f)
	exponent, mantissa := int(u>>52&0x7ff), u&(1<<52-1)
	if exponent > 0 {
		mantissa |= 1 << 52
		exponent--
	}
	word, shift := exponent/64, uint(exponent%64)
	lo, hi := mantissa<<shift, uint64(0)
	if shift > 0 {
		hi = mantissa >> (64 - shift)
	}
	var carry uint64
	for i := word; i < realWords; i++ {
		x := binary.LittleEndian.Uint64(b[8*i:])
		var y uint64
		switch i {
		case word:
			y = lo
		case word + 1:
			y = hi
		default:
			if carry == 0 {
				return
			}
		}
		if u>>63 == 0 {
			x, carry = bits.Add64(x, y, carry)
		} else {
			x, carry = bits.Sub64(x, y, carry)
		}
		binary.LittleEndian.PutUint64(b[8*i:], x)
	}
}

// addReals adds the sum at o to that at b.
func addReals(b, o []byte) {
	var carry uint64
	for i := range realWords {
		var x uint64
		x, carry = bits.Add64(binary.LittleEndian.Uint64(b[8*i:]), binary.LittleEndian.Uint64(o[8*i:]), carry)
		binary.LittleEndian.PutUint64(b[8*i:], x)
	}
}

// real is the sum at b, divided by n, as the nearest float.
func real(b []byte, n int64) float64 {
	words := make([]big.Word, 0, realWords*64/bits.UintSize)
	negative := b[realSize-1]&0x80 != 0
	carry := uint64(1)
	for i := range realWords {
		x := binary.LittleEndian.Uint64(b[8*i:])
		if negative {
			x, carry = bits.Add64(^x, 0, carry)
		}
		for at := 0; at < 64; at += bits.UintSize {
			words = append(words, big.Word(x>>at))
		}
	}
	sum := new(big.Int).SetBits(words)
	if negative {
		sum.Neg(sum)
	}
	of := new(big.Int).Lsh(big.NewInt(n), -realUnit)
	f, _ := new(big.Rat).SetFrac(sum, of).Float64()
	return f
}
