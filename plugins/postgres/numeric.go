package postgres

import (
	"encoding/binary"
	"strings"

	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// A numeric is sent as the number of its digits to base 10000, the weight of the first of them, a
// sign and the scale it prints with, 16 bits each, and then the digits. It has no zero
// digits at either end.
const (
	numericNegative = 0x4000
	numericNaN      = 0xC000
	numericPlusInf  = 0xD000
	numericMinusInf = 0xF000
)

var smallPowers = [...]uint64{1, 10, 100, 1000, 10000}

// numericDecoder reads numeric as a decimal, exactly.
func numericDecoder(want schema.Type) decoder {
	problem := "not a " + want.String()
	return func(c *batch.Column, raw []byte) string {
		n, p := decodeNumeric(raw, want.Scale)
		if p != "" || !decimal.Fits(n, want.Precision) {
			return problem
		}
		c.AppendNum(n)
		return ""
	}
}

// decodeNumeric is the coefficient of a numeric at scale, or why it has none.
func decodeNumeric(raw []byte, scale int32) (n decimal.Num, problem string) {
	const tooLong, inexact = "more digits than fit", "more decimals than fit"
	digits := int(binary.BigEndian.Uint16(raw))
	weight := int32(int16(binary.BigEndian.Uint16(raw[2:])))
	sign := binary.BigEndian.Uint16(raw[4:])
	if sign != 0 && sign != numericNegative {
		return n, "not a number"
	}
	if digits == 0 {
		return n, ""
	}
	raw = raw[8:]
	// The number is (the digits as one integer) * 10^exponent at the scale wanted.
	exponent := 4*(weight-int32(digits)+1) + scale
	if exponent < 0 {
		// The last digit is not zero, so only a part of it may lie beyond the scale.
		if exponent <= -4 {
			return n, inexact
		}
	} else if exponent > decimal.MaxDigits {
		return n, tooLong
	}
	if digits > 11 {
		return n, tooLong
	}
	var small uint64
	i := 0
	for ; i < digits-1 && i < 4; i++ {
		small = small*10000 + uint64(binary.BigEndian.Uint16(raw[2*i:]))
	}
	n = decimal.Num{Lo: small}
	ok := true
	for ; i < digits-1 && ok; i++ {
		n, ok = mulAdd(n, 10000, uint64(binary.BigEndian.Uint16(raw[2*i:])))
	}
	last := uint64(binary.BigEndian.Uint16(raw[2*(digits-1):]))
	switch {
	case !ok:
	case exponent < 0:
		cut := smallPowers[-exponent]
		if last%cut != 0 {
			return n, inexact
		}
		n, ok = mulAdd(n, smallPowers[4+exponent], last/cut)
	default:
		if n, ok = mulAdd(n, 10000, last); ok && exponent > 0 {
			n, ok = n.Mul(decimal.Pow10(exponent))
		}
	}
	if !ok {
		return n, tooLong
	}
	if sign == numericNegative {
		n, _ = n.Neg()
	}
	return n, ""
}

// mulAdd is n*m + d for n not negative; ok is false above 128 bits.
func mulAdd(n decimal.Num, m, d uint64) (decimal.Num, bool) {
	if n.Hi == 0 && n.Lo < 1<<49 { // 10000 < 2^14
		return decimal.Num{Lo: n.Lo*m + d}, true
	}
	n, ok := n.Mul(decimal.Num{Lo: m})
	if !ok {
		return n, false
	}
	return n.Add(decimal.Num{Lo: d})
}

// showNumeric is a numeric as the server prints it, at least its beginning.
func showNumeric(raw []byte) string {
	digits := int(binary.BigEndian.Uint16(raw))
	weight := int(int16(binary.BigEndian.Uint16(raw[2:])))
	sign := binary.BigEndian.Uint16(raw[4:])
	scale := int(binary.BigEndian.Uint16(raw[6:]))
	switch sign {
	case numericNaN:
		return "NaN"
	case numericPlusInf:
		return "Infinity"
	case numericMinusInf:
		return "-Infinity"
	}
	var b strings.Builder
	group := func(at int) { // the digit of weight at, in four places
		d := uint64(0)
		if i := weight - at; i >= 0 && i < digits {
			d = uint64(binary.BigEndian.Uint16(raw[8+2*i:]))
		}
		for p := 3; p >= 0; p-- {
			b.WriteByte(byte('0' + d/smallPowers[p]%10))
		}
	}
	for at := max(weight, 0); at >= 0; at-- {
		group(at)
	}
	text := strings.TrimLeft(b.String(), "0")
	if text == "" {
		text = "0"
	}
	b.Reset()
	for at := -1; -4*(at+1) < scale; at-- {
		group(at)
	}
	if scale > 0 {
		text += "." + b.String()[:scale]
	}
	if sign == numericNegative {
		text = "-" + text
	}
	return text
}
