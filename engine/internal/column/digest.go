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
	for i := range s.digests[side] {
		d := &s.digests[side][i]
		packed, state, ok := s.packed(r, side, d)
		if ok {
			buf = append(buf, d.kind, byte(state))
			if state == Present {
				buf = d.append(buf, packed)
			}
			continue
		}
		v, state := s.Value(r, side, d.column)
		buf = append(buf, d.kind, byte(state))
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

// digested is a column of a side as its digest needs it.
type digested struct {
	column  int
	kind    byte
	scale   byte
	width   int  // bytes, or 0 if they vary
	decimal bool // a coefficient, with a scale
	plain   bool // it is packed as its own type
	key     int  // part of the key, or -1
	term    int  // or -1; if both are, it is in the rest
	rest    int
}

func newDigested(l *Layout, side Side) []digested {
	var list []digested
	rest := newRest(side)
	for i, c := range side.Columns {
		if c.Hidden {
			continue
		}
		d := digested{
			column: i, kind: byte(c.Type.Kind), scale: byte(c.Type.Scale), width: width(c.Type), decimal: isDecimal(c.Type),
			plain: true, key: c.Key - 1, term: c.Term - 1, rest: rest.at[i],
		}
		switch {
		case d.key >= 0:
			d.plain = samePacking(l.Keys[d.key].Type, c.Type)
		case d.term >= 0:
			d.plain = samePacking(l.Terms[d.term].Type, c.Type)
		}
		list = append(list, d)
	}
	return list
}

// samePacking reports whether values of both types are packed in the same bytes.
func samePacking(a, b schema.Type) bool {
	return a.Kind == b.Kind && a.Scale == b.Scale && a.Layout() == b.Layout()
}

// packed is a column as it stands in the row, for a digest that need not make a value of it; ok is false where it is packed as
// another type, or is null in a key.
func (s *Shape) packed(r Row, side int, d *digested) (b []byte, state State, ok bool) {
	switch {
	case !d.plain:
		return nil, 0, false
	case d.key >= 0:
		key, at := s.Key(r), 0
		for i := range d.key {
			at = s.partEnd(key, at, i)
		}
		if key[at] == nullPart {
			return nil, 0, false
		}
		if at++; d.width > 0 {
			return key[at:][:d.width], Present, true
		}
		n, at := length(key, at)
		return key[at : at+n], Present, true
	case d.term >= 0:
		state = s.State(r, d.term)
		switch {
		case state != Present:
			return nil, state, true
		case d.width == 0:
			return s.Bytes(r, d.term), state, true
		}
		return r[s.slots[d.term]:][:d.width], state, true
	}
	rest := &s.rest[side]
	body := r[header+r.agree():]
	state = stateOf(body, d.rest)
	switch {
	case state != Present:
		return nil, state, true
	case d.width == 0:
		return s.restBytes(body, rest, d.rest), state, true
	}
	return body[rest.slots[d.rest]:][:d.width], state, true
}

// append appends what appendDigested does of the value that is packed in b.
func (d *digested) append(buf, b []byte) []byte {
	if d.width == 0 {
		buf = appendLength(buf, len(b))
		return append(buf, b...)
	}
	buf = append(buf, b...)
	if !d.decimal {
		return buf
	}
	if d.width == 8 {
		sign := int64(binary.LittleEndian.Uint64(b)) >> 63
		buf = binary.LittleEndian.AppendUint64(buf, uint64(sign))
	}
	return append(buf, d.scale)
}
