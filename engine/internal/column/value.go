package column

import (
	"bytes"
	"cmp"
	"strings"
	"time"

	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// Value is a column of the row, text copied. State tells a poisoned null from another.
func (s *Shape) Value(r Row, side, column int) (schema.Value, State) {
	c := &s.Sides[side].Columns[column]
	switch {
	case c.Key > 0:
		return as(s.KeyPart(s.Key(r), c.Key-1), c.Type), Present
	case c.Term > 0:
		v := s.Term(r, c.Term-1)
		v.Unit = ""
		return as(v, c.Type), s.State(r, c.Term-1)
	}
	rest := &s.rest[side]
	i := rest.at[column]
	body := r[header+r.agree():]
	v := schema.Value{Type: c.Type}
	state := stateOf(body, i)
	if state != Present { // of a column, a poisoned one is null
		v.Null = true
		return v, state
	}
	if rest.slots[i] >= 0 {
		setFixed(&v, body[rest.slots[i]:])
		return v, state
	}
	v.Text = string(s.restBytes(body, rest, i))
	return v, state
}

func (s *Shape) restBytes(body []byte, rest *restShape, i int) []byte {
	at, n := rest.fixed, 0
	for j := range i {
		if rest.slots[j] < 0 {
			n, at = length(body, at)
			at += n
		}
	}
	n, at = length(body, at)
	return body[at : at+n]
}

// Reason says why the row has no key; "" if it has one.
func (s *Shape) Reason(r Row, side int) string {
	if !r.Unkeyed() {
		return ""
	}
	rest := &s.rest[side]
	body := r[header+r.agree():]
	at, n := rest.fixed, 0
	for _, slot := range rest.slots {
		if slot < 0 {
			n, at = length(body, at)
			at += n
		}
	}
	n, at = length(body, at)
	return string(body[at : at+n])
}

// Why says why the row has no key: its reason, or which part of the key is null.
func (s *Shape) Why(r Row, side int) string {
	if reason := s.Reason(r, side); reason != "" || !r.Unkeyed() {
		return reason
	}
	key := s.Key(r)
	for i, k := range s.Keys {
		if s.KeyPart(key, i).Null {
			return "key " + k.Name + " is null"
		}
	}
	return ""
}

// as is v, packed in a wider type, as the type its column has.
func as(v schema.Value, t schema.Type) schema.Value {
	if v.Null {
		return schema.Value{Type: t, Null: true}
	}
	from := v.Type
	v.Type = t
	switch {
	case from.Kind == schema.Decimal && t.Kind == schema.Integer:
		n, _ := decimal.Rescale(v.Dec.Coef, v.Dec.Scale, 0)
		v.Int, _ = n.Int64()
		v.Dec = decimal.Decimal{}
	case from.Kind == schema.Integer && t.Kind == schema.Decimal:
		n, _ := decimal.Rescale(decimal.FromInt64(v.Int), 0, t.Scale)
		v.Int, v.Dec = 0, decimal.Decimal{Coef: n, Scale: t.Scale}
	case from.Kind == schema.Decimal && from.Scale != t.Scale:
		n, _ := decimal.Rescale(v.Dec.Coef, v.Dec.Scale, t.Scale)
		v.Dec = decimal.Decimal{Coef: n, Scale: t.Scale}
	}
	return v
}

// Time is when the row happened, in microseconds; ok is false if it does not say.
func (s *Shape) Time(r Row, side int) (micros int64, ok bool) {
	i := s.Sides[side].Time
	if i < 0 {
		return 0, false
	}
	v, _ := s.Value(r, side, i)
	if v.Null {
		return 0, false
	}
	if v.Type.Kind == schema.Date {
		return s.Midnight(side, v.Int), true
	}
	return v.Int, true
}

// Midnight is the instant, in microseconds, at which a day starts where the side is.
func (s *Shape) Midnight(side int, day int64) int64 {
	y, m, d := time.Unix(day*86400, 0).UTC().Date()
	return time.Date(y, m, d, 0, 0, 0, 0, s.zones[side]).UnixMicro()
}

// Fields are the columns of the row with names and units.
func (s *Shape) Fields(r Row, side int) []result.Field {
	columns := s.Sides[side].Columns
	fields := make([]result.Field, 0, len(columns))
	for i, c := range columns {
		if c.Hidden {
			continue
		}
		v, _ := s.Value(r, side, i)
		f := result.Field{Name: c.Name, Value: v, Unit: c.Unit}
		if c.UnitColumn > 0 {
			u, _ := s.Value(r, side, c.UnitColumn-1)
			f.Unit = u.Text
		}
		fields = append(fields, f)
	}
	return fields
}

// CompareValues orders rows of a side by their columns, one after the other: ascending by value, text by code point, nulls
// first.
func (s *Shape) CompareValues(side int, a, b Row) int {
	for i := range s.Sides[side].Columns {
		x, _ := s.Value(a, side, i)
		y, _ := s.Value(b, side, i)
		if c := compareValues(&x, &y); c != 0 {
			return c
		}
	}
	return bytes.Compare(a.Values(), b.Values())
}

func compareValues(x, y *schema.Value) int {
	switch {
	case x.Null || y.Null:
		if x.Null && y.Null {
			return 0
		}
		if x.Null {
			return -1
		}
		return 1
	case x.Type.Layout() == schema.Varlen:
		return strings.Compare(x.Text, y.Text)
	case x.Type.Kind == schema.Float:
		if x.Float == 0 && y.Float == 0 { // -0 first, so that the order does not depend on how rows came
			return cmp.Compare(1/x.Float, 1/y.Float)
		}
		return cmp.Compare(x.Float, y.Float)
	case x.Type.Kind == schema.Decimal:
		return decimal.Compare(x.Dec, y.Dec)
	}
	return cmp.Compare(x.Int, y.Int)
}
