package column

import (
	"encoding/binary"
	"math"

	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
	"github.com/zeebo/xxh3"
)

// Digest stands for the values of the row's columns. It does not depend on how they are packed, only on
// the columns, so it outlives a change of comparisons. buf is scratch, and is returned for the next call.
func (s *Shape) Digest(r Row, side int, buf []byte) ([16]byte, []byte) {
	buf = append(buf[:0], byte(side))
	for i := range s.Sides[side].Columns {
		c := &s.Sides[side].Columns[i]
		if c.Hidden {
			continue
		}
		if packed, state, ok := s.packed(r, side, i); ok {
			buf = append(buf, byte(c.Type.Kind), byte(state))
			if state == Present {
				buf = appendPacked(buf, packed, c.Type)
			}
			continue
		}
		v, state := s.Value(r, side, i)
		buf = append(buf, byte(c.Type.Kind), byte(state))
		if state == Present {
			buf = appendDigested(buf, &v)
		}
	}
	reason := s.Reason(r, side)
	buf = appendLength(buf, len(reason))
	buf = append(buf, reason...)
	return xxh3.Hash128(buf).Bytes(), buf
}

func appendDigested(buf []byte, v *schema.Value) []byte {
	switch v.Type.Layout() {
	case schema.Varlen:
		buf = appendLength(buf, len(v.Text))
		return append(buf, v.Text...)
	case schema.Float64:
		return binary.LittleEndian.AppendUint64(buf, math.Float64bits(v.Float))
	}
	if isDecimal(v.Type) {
		return appendDecimal(buf, v.Dec)
	}
	return binary.LittleEndian.AppendUint64(buf, uint64(v.Int))
}

func appendDecimal(buf []byte, d decimal.Decimal) []byte {
	buf = binary.LittleEndian.AppendUint64(buf, d.Coef.Lo)
	buf = binary.LittleEndian.AppendUint64(buf, uint64(d.Coef.Hi))
	return append(buf, byte(d.Scale))
}

func isDecimal(t schema.Type) bool { return t.Kind == schema.Decimal || t.Kind == schema.Percent }

// packed is a column as it stands in the row, for a digest that need not make a value of it; ok is false where it is packed as
// another type, or is null in a key.
func (s *Shape) packed(r Row, side, column int) (b []byte, state State, ok bool) {
	c := &s.Sides[side].Columns[column]
	w := width(c.Type)
	switch {
	case w == 16 && !isDecimal(c.Type):
		return nil, 0, false
	case c.Key > 0:
		return s.packedKey(r, c, w)
	case c.Term > 0:
		term := c.Term - 1
		if !samePacking(s.Terms[term].Type, c.Type) {
			return nil, 0, false
		}
		state := s.State(r, term)
		switch {
		case state != Present:
			return nil, state, true
		case w == 0:
			return s.Bytes(r, term), state, true
		}
		return r[s.slots[term]:][:w], state, true
	}
	rest := &s.rest[side]
	i := rest.at[column]
	body := r[header+r.agree():]
	state = stateOf(body, i)
	switch {
	case state != Present:
		return nil, state, true
	case w == 0:
		return s.restBytes(body, rest, i), state, true
	}
	return body[rest.slots[i]:][:w], state, true
}

func (s *Shape) packedKey(r Row, c *Column, w int) (b []byte, state State, ok bool) {
	key, at := s.Key(r), 0
	for i := range c.Key - 1 {
		at = partEnd(key, at, s.Keys[i].Type)
	}
	if key[at] == nullPart || !samePacking(s.Keys[c.Key-1].Type, c.Type) {
		return nil, 0, false
	}
	if w > 0 {
		return key[at+1:][:w], Present, true
	}
	n, at := length(key, at+1)
	return key[at : at+n], Present, true
}

// samePacking reports whether values of both types are packed in the same bytes.
func samePacking(a, b schema.Type) bool {
	return a.Kind == b.Kind && a.Scale == b.Scale && a.Layout() == b.Layout()
}

// appendPacked appends what appendDigested does of the value that is packed in b.
func appendPacked(buf, b []byte, t schema.Type) []byte {
	switch {
	case width(t) == 0:
		buf = appendLength(buf, len(b))
		return append(buf, b...)
	case !isDecimal(t):
		return append(buf, b...)
	case len(b) == 16:
		return append(append(buf, b...), byte(t.Scale))
	}
	buf = append(buf, b...)
	sign := int64(binary.LittleEndian.Uint64(b)) >> 63
	buf = binary.LittleEndian.AppendUint64(buf, uint64(sign))
	return append(buf, byte(t.Scale))
}
