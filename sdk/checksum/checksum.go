// Package checksum is how rows are encoded and added up, so that two sources, each in its own way of computing, agree on what
// the same rows add up to and, but for an accident of one in 2^128, on nothing else. A plugin that computes it in a database's
// own words is tested against this package. Its API follows semantic versions.
//
// A row is encoded as its columns one after the other, so that no two rows have the same encoding: where one value ends is never
// in doubt. A null is the byte n. Any other value is a letter for its kind, and then
//
//	d  integer, decimal   the digits, as many after the point as the type's scale, a minus before what is less than zero; a semicolon: d-1.50;
//	b  boolean            0 or 1; a semicolon
//	a  date               days since 1970-01-01; a semicolon
//	i  timestamp          microseconds since 1970-01-01T00:00:00Z; a semicolon
//	t  string, enum       the number of bytes in decimal digits, a colon, and that many bytes, UTF-8: t6:商户
//
// The checksum of a row is the MD5 of its encoding, which stands for a random function here, not for a signature. Its first and
// its last eight bytes are two unsigned integers, most significant byte first. Each is added up over the rows, modulo 2^64.
package checksum

import (
	"crypto/md5"
	"encoding/binary"
	"strconv"

	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// Letter is the letter that stands for a kind in an encoding; ok is false for a kind whose values have no form that all
// sources share: floats, JSON, bytes.
func Letter(k schema.Kind) (letter byte, ok bool) {
	switch k {
	case schema.Integer, schema.Decimal:
		return 'd', true
	case schema.Boolean:
		return 'b', true
	case schema.Date:
		return 'a', true
	case schema.Timestamp:
		return 'i', true
	case schema.String, schema.Enum:
		return 't', true
	}
	return 0, false
}

// Converts reports whether all values of type t, as far as they are values of type as, are encoded alike as either.
func Converts(t, as schema.Type) bool {
	a, ok := Letter(t.Kind)
	b, _ := Letter(as.Kind)
	return ok && a == b && (a != 'd' || Scale(as) >= Scale(t))
}

// Scale is the number of digits after the point of an encoded number.
func Scale(t schema.Type) int32 {
	if t.Kind == schema.Decimal {
		return t.Scale
	}
	return 0
}

// Append appends the encoding of v as a value of type as, to which its type converts. ok is false, and dst as it was, where v
// is no value of as.
func Append(dst []byte, v schema.Value, as schema.Type) (encoded []byte, ok bool) {
	if v.Null {
		return append(dst, 'n'), true
	}
	if !Converts(v.Type, as) {
		return dst, false
	}
	var buffer [64]byte
	text := buffer[:0]
	letter, _ := Letter(as.Kind)
	switch letter {
	case 'd':
		n, scale := v.Dec.Coef, v.Dec.Scale
		if v.Type.Kind == schema.Integer {
			n, scale = decimal.FromInt64(v.Int), 0
		}
		n, err := decimal.Rescale(n, scale, Scale(as))
		if err != nil {
			return dst, false
		}
		text = decimal.Append(text, n, Scale(as))
	case 't':
		text = append(text, v.Text...)
	default:
		text = strconv.AppendInt(text, v.Int, 10)
	}
	dst = append(dst, letter)
	if letter != 't' {
		return append(append(dst, text...), ';'), true
	}
	dst = strconv.AppendInt(dst, int64(len(text)), 10)
	return append(append(dst, ':'), text...), true
}

// Check is the sum of the checksums of rows, in any order.
type Check [2]uint64

// Add adds the row of an encoding.
func (c *Check) Add(encoding []byte) {
	sum := md5.Sum(encoding)
	c[0] += binary.BigEndian.Uint64(sum[:8])
	c[1] += binary.BigEndian.Uint64(sum[8:])
}
