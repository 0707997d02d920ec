package column

import (
	"bytes"
	"encoding/binary"
	"math"

	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
	"github.com/zeebo/xxh3"
)

// Row is a packed row.
type Row []byte

// Hash is the hash by which the row is partitioned.
func (r Row) Hash() uint64 { return binary.LittleEndian.Uint64(r[hashAt:]) }

// SetHash sets the hash by which the row is partitioned.
func (r Row) SetHash(h uint64) { binary.LittleEndian.PutUint64(r[hashAt:], h) }

func (r Row) agreeWord() uint32 { return binary.LittleEndian.Uint32(r[agreeAt:]) }

// Agree is the size of the agree region.
func (r Row) agree() int { return int(r.agreeWord() &^ (doubtful | unkeyed)) }

// Unkeyed reports whether the row has no key.
func (r Row) Unkeyed() bool { return r.agreeWord()&unkeyed != 0 }

// Values is all of the row but its hash: what is worth keeping. FromValues is its inverse.
func (r Row) Values() []byte { return r[sizeAt:] }

// FromValues makes a row of what Values gave. Its hash is 0.
func FromValues(values []byte) Row {
	return AppendUnpacked(make([]byte, 0, UnpackedSize(values)), values)
}

// UnpackedSize is the size of the row that FromValues makes.
func UnpackedSize(values []byte) int { return sizeAt + len(values) }

// AppendUnpacked appends the row that FromValues makes.
func AppendUnpacked(dst, values []byte) []byte {
	var hash [sizeAt]byte
	return append(append(dst, hash[:]...), values...)
}

// SameAgree reports whether a and b, of different sides, have the same key and agree in all comparisons
// because they are the same bytes. Most rows of most runs do, and no value is looked at.
func SameAgree(a, b Row) bool {
	w := a.agreeWord()
	return w == b.agreeWord() && w&(doubtful|unkeyed) == 0 &&
		bytes.Equal(a[header:header+int(w)], b[header:header+int(w)])
}

// Key is the canonical key: equal bytes for equal keys and only for them.
func (s *Shape) Key(r Row) []byte {
	n, at := length(r, s.keyAt)
	return r[at : at+n]
}

// State is the state of a comparison's term.
func (s *Shape) State(r Row, term int) State { return stateOf(r[header:], term) }

// SameTerm reports whether a term of two rows is the same in state and value, whatever its unit.
func (s *Shape) SameTerm(a, b Row, term int) bool {
	state := s.State(a, term)
	if state != s.State(b, term) || state == Poisoned {
		return false
	}
	at := s.slots[term]
	if at < 0 {
		return bytes.Equal(s.Bytes(a, term), s.Bytes(b, term))
	}
	w := s.widths[term]
	return bytes.Equal(a[at:at+w], b[at:at+w])
}

// Int is a term of layout Int64. It is 0 unless State is Present.
func (s *Shape) Int(r Row, term int) int64 {
	return int64(binary.LittleEndian.Uint64(r[s.slots[term]:]))
}

// Num is the coefficient of a decimal, or an integer, at the scale of the comparison's type.
func (s *Shape) Num(r Row, term int) decimal.Num {
	at := s.slots[term]
	if s.widths[term] == 16 {
		return decimal.Num{Lo: binary.LittleEndian.Uint64(r[at:]), Hi: int64(binary.LittleEndian.Uint64(r[at+8:]))}
	}
	return decimal.FromInt64(int64(binary.LittleEndian.Uint64(r[at:])))
}

// Float is a term of layout Float64.
func (s *Shape) Float(r Row, term int) float64 {
	return math.Float64frombits(binary.LittleEndian.Uint64(r[s.slots[term]:]))
}

// Bytes is a term of layout Varlen. It belongs to the row.
func (s *Shape) Bytes(r Row, term int) []byte {
	n, at := length(r, s.keyAt)
	at += n
	for i := range term {
		if s.slots[i] < 0 {
			n, at = length(r, at)
			at += n
		}
	}
	n, at = length(r, at)
	return r[at : at+n]
}

// Unit is the unit of a term whose Part has Units; "" for a null one. It belongs to the row.
func (s *Shape) Unit(r Row, term int) []byte {
	n, at := length(r, s.keyAt)
	at += n
	for i := range s.Terms {
		if s.slots[i] < 0 {
			n, at = length(r, at)
			at += n
		}
	}
	for i := range term {
		if s.Terms[i].Units {
			n, at = length(r, at)
			at += n
		}
	}
	n, at = length(r, at)
	return r[at : at+n]
}

// Term is a comparison's term as a value: null unless its State is Present.
func (s *Shape) Term(r Row, term int) schema.Value {
	t := s.Terms[term].Type
	v := schema.Value{Type: t}
	if s.State(r, term) != Present {
		v.Null = true
		return v
	}
	if s.slots[term] < 0 {
		v.Text = string(s.Bytes(r, term))
	} else {
		setFixed(&v, r[s.slots[term]:])
	}
	if s.Terms[term].Units {
		v.Unit = string(s.Unit(r, term))
	}
	return v
}

// Shown is a term for people. Of what agrees with nothing it is the text that its enum does not list, or NaN.
func (s *Shape) Shown(r Row, term int) schema.Value {
	v := s.Term(r, term)
	if s.State(r, term) != Poisoned {
		return v
	}
	if s.Terms[term].Units {
		v.Unit = string(s.Unit(r, term))
	}
	switch t := v.Type; t.Layout() {
	case schema.Varlen:
		v.Text = string(s.Bytes(r, term))
		v.Null = v.Text == ""
	case schema.Float64:
		v.Float = s.Float(r, term)
		v.Null = v.Float == v.Float
	}
	return v
}

// setFixed reads a value of a fixed width.
func setFixed(v *schema.Value, b []byte) {
	switch v.Type.Layout() {
	case schema.Float64:
		v.Float = math.Float64frombits(binary.LittleEndian.Uint64(b))
	case schema.Int128:
		v.Dec = decimal.Decimal{Coef: decimal.Num{Lo: binary.LittleEndian.Uint64(b), Hi: int64(binary.LittleEndian.Uint64(b[8:]))}, Scale: v.Type.Scale}
	default:
		i := int64(binary.LittleEndian.Uint64(b))
		if v.Type.Kind == schema.Decimal || v.Type.Kind == schema.Percent {
			v.Dec = decimal.Decimal{Coef: decimal.FromInt64(i), Scale: v.Type.Scale}
		} else {
			v.Int = i
		}
	}
}

// UnkeyedHash is the hash of a row without a key: the start of its digest, as the state has it.
func (s *Shape) UnkeyedHash(r Row, side int) uint64 {
	digest, _ := s.Digest(r, side, nil)
	return binary.BigEndian.Uint64(digest[:])
}

// length reads a length at b[at:]: one byte, or 255 and four.
func length(b []byte, at int) (n, next int) {
	if n := int(b[at]); n < 255 {
		return n, at + 1
	}
	return int(binary.LittleEndian.Uint32(b[at+1:])), at + 5
}

// lengthSize is how many bytes the length n takes.
func lengthSize(n int) int {
	if n < 255 {
		return 1
	}
	return 5
}

// putLength writes the length n at b and returns its size.
func putLength(b []byte, n int) int {
	if n < 255 {
		b[0] = byte(n)
		return 1
	}
	b[0] = 255
	binary.LittleEndian.PutUint32(b[1:], uint32(n))
	return 5
}

func appendLength(b []byte, n int) []byte {
	if n < 255 {
		return append(b, byte(n))
	}
	return binary.LittleEndian.AppendUint32(append(b, 255), uint32(n))
}

// AgreeBytes is the agree region; ok is false if the row agrees with nothing, or has no key.
func AgreeBytes(r Row) (b []byte, ok bool) {
	return r[header : header+r.agree()], r.agreeWord()&(doubtful|unkeyed) == 0
}

// SameKey reports whether rows have the same key.
func (s *Shape) SameKey(a, b Row) bool { return string(s.Key(a)) == string(s.Key(b)) }

// KeyHash is the hash of a row with a key, whatever stands in its place.
func (s *Shape) KeyHash(r Row) uint64 { return xxh3.Hash(s.Key(r)) }

// ValueBytes is a column of layout Varlen that is packed in the rest. The bytes are the row's own.
func (s *Shape) ValueBytes(r Row, side, column int) []byte {
	rest := &s.rest[side]
	return s.restBytes(r[header+r.agree():], rest, rest.at[column])
}

// ClearInt makes a column of layout Int64 that is packed in the rest zero.
func (s *Shape) ClearInt(r Row, side, column int) {
	rest := &s.rest[side]
	binary.LittleEndian.PutUint64(r[header+r.agree():][rest.slots[rest.at[column]]:], 0)
}
