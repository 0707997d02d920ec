package eval

import (
	"fmt"
	"time"

	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// convert makes a column's node of values of type t out of any node.
func (c *compiler) convert(n node, t schema.Type) (node, error) {
	f := n.form()
	if v, ok := constant(n); ok && v.Null {
		if t.Precision == 0 && (t.Kind == schema.Decimal || t.Kind == schema.Percent) {
			t.Precision = decimal.MaxDigits
		}
		return newConst(v, formOf(t)), nil
	}
	switch {
	case f.isNumber() && isExact(t.Kind):
		return exactColumn(n, t), nil
	case f.isNumber() && t.Kind == schema.Float:
		return fitNode(n, t), nil
	case f.typ.Kind == t.Kind, isText(f.typ.Kind) && isText(t.Kind), f.typ.Kind == schema.JSON && isText(t.Kind):
		if f.typ.Equal(t) {
			return n, nil
		}
		f.typ = t
		return &relabelNode{node: n, f: f}, nil
	case isText(f.typ.Kind) && t.Kind != schema.Duration && t.Kind != schema.Percent:
		return &textNode{arg: n, f: formOf(t), zone: batch.NewZone(c.env.Zone)}, nil
	}
	return nil, fmt.Errorf("%s cannot become %s", f.typ, t)
}

// exactColumn is an exact number with the digits and the layout of a column of type t. A type without a
// scale takes the number's own.
func exactColumn(n node, t schema.Type) node {
	f := n.form()
	if t.Kind == schema.Integer {
		if f.typ.Kind == schema.Integer {
			return n
		}
		n = &scaleNode{arg: widened(n), f: form{typ: t, bound: anyInt}, from: f.scale(), to: 0}
		return n
	}
	if t.Precision == 0 {
		t.Precision, t.Scale = decimalType(t.Kind, f.bound, f.scale()).Precision, f.scale()
	}
	if f.scale() != t.Scale {
		n = scaled(n, t.Scale, t.Kind)
		f = n.form()
	}
	if f.bound.Cmp(digitsBound(t.Precision)) > 0 {
		n = &checkNode{node: n, f: f, limit: t.Precision}
	}
	want := formOf(t)
	if want.in != f.in {
		return &scaleNode{arg: n, f: want, from: t.Scale, to: t.Scale}
	}
	if f.typ.Equal(t) {
		return n
	}
	return &relabelNode{node: n, f: want}
}

// textNode reads texts as values of another type.
type textNode struct {
	arg    node
	f      form
	zone   *batch.Zone
	column batch.Column
	out    vec
}

func (n *textNode) form() form { return n.f }

func (n *textNode) eval(r *run) *vec {
	v, c := n.arg.eval(r), &n.column
	c.Reset(n.f.typ)
	if n.f.in == inBytes {
		c.Offsets = append(c.Offsets, 0)
	}
	for i := range r.rows {
		if !isSet(v.valid, i) {
			c.AppendNull()
		} else if c.AppendText(v.bytes[v.offsets[i]:v.offsets[i+1]], n.zone) != "" {
			r.suspect(i)
			c.AppendNull()
		}
	}
	n.out = vec{ints: c.Ints, nums: c.Nums, floats: c.Floats, offsets: c.Offsets, bytes: c.Bytes, valid: c.Valid}
	return &n.out
}

// convertValue is one value as a column of type t has it.
func convertValue(v schema.Value, t schema.Type, zone *time.Location) (schema.Value, error) {
	if v.Null {
		return schema.Value{Type: t, Null: true}, nil
	}
	misfit := Fault{Reason: "not a " + t.String(), Input: clip(v.String())}
	if t.Kind == schema.Integer {
		misfit.Reason = "not an integer of 64 bits"
	}
	switch {
	case isExact(v.Type.Kind) && t.Kind == schema.Integer:
		if v.Type.Kind == schema.Integer {
			return v, nil
		}
		n, err := decimal.Rescale(v.Dec.Coef, v.Dec.Scale, 0)
		i, ok := n.Int64()
		if err != nil || !ok {
			return v, misfit
		}
		return schema.Value{Type: t, Int: i, Unit: v.Unit}, nil
	case isExact(v.Type.Kind) && isExact(t.Kind):
		u, err := fit(v, t)
		if err != nil || t.Precision > 0 && !decimal.Fits(u.Dec.Coef, t.Precision) {
			return v, misfit
		}
		return u, nil
	case isText(v.Type.Kind) && !isText(t.Kind):
		var c batch.Column
		c.Reset(t)
		if t.Layout() == schema.Varlen {
			c.Offsets = append(c.Offsets, 0)
		}
		if problem := c.AppendText([]byte(v.Text), batch.NewZone(zone)); problem != "" {
			misfit.Reason = problem
			return v, misfit
		}
		return c.Value(0), nil
	case v.Type.Kind == schema.JSON && isText(t.Kind):
		v.Type = t
		return v, nil
	}
	u, err := fit(v, t)
	if err == nil && u.Type.Kind != t.Kind {
		return u, fmt.Errorf("%s cannot become %s", v.Type, t)
	}
	return u, err
}
