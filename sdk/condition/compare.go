package condition

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// order compares the value of a row, which is not null, with a constant: -1, 0, 1; ok is false where
// neither is less nor equal (NaN).
type order func(c *batch.Column, row int) (sign int, ok bool)

func compileTest(c schema.Condition, t schema.Type) (func(*batch.Column, int) bool, error) {
	if c.Op != schema.In && len(c.Values) != 1 {
		return nil, fmt.Errorf("comparison of %q with %d values", c.Column, len(c.Values))
	}
	orders := make([]order, len(c.Values))
	for i, v := range c.Values {
		o, err := compileOrder(t, v)
		if err != nil {
			return nil, fmt.Errorf("condition on %q: %w", c.Column, err)
		}
		orders[i] = o
	}
	if c.Op == schema.In {
		return func(c *batch.Column, row int) bool {
			for _, o := range orders {
				if sign, ok := o(c, row); ok && sign == 0 {
					return true
				}
			}
			return false
		}, nil
	}
	o := orders[0]
	var fits func(sign int) bool
	switch c.Op {
	case schema.Equal:
		fits = func(sign int) bool { return sign == 0 }
	case schema.Less:
		fits = func(sign int) bool { return sign < 0 }
	case schema.LessEqual:
		fits = func(sign int) bool { return sign <= 0 }
	case schema.Greater:
		fits = func(sign int) bool { return sign > 0 }
	case schema.GreaterEqual:
		fits = func(sign int) bool { return sign >= 0 }
	default:
		return nil, fmt.Errorf("condition on %q has the unknown operator %d", c.Column, c.Op)
	}
	return func(c *batch.Column, row int) bool {
		sign, ok := o(c, row)
		return ok && fits(sign)
	}, nil
}

func compileOrder(t schema.Type, v schema.Value) (order, error) {
	if v.Null {
		return nil, fmt.Errorf("a comparison with null has no meaning; use is-null")
	}
	switch {
	case number(t) && number(v.Type):
		return orderNumber(t, v), nil
	case t.Kind == schema.Float && v.Type.Kind == schema.Float:
		return func(c *batch.Column, row int) (int, bool) {
			x := c.Floats[row]
			return cmp.Compare(x, v.Float), x == x && v.Float == v.Float
		}, nil
	case text(t) && text(v.Type), t.Kind == schema.Bytes && v.Type.Kind == schema.Bytes:
		return func(c *batch.Column, row int) (int, bool) { return strings.Compare(c.Text(row), v.Text), true }, nil
	case t.Kind == v.Type.Kind && plain(t):
		return func(c *batch.Column, row int) (int, bool) { return cmp.Compare(c.Ints[row], v.Int), true }, nil
	}
	return nil, fmt.Errorf("%s is not compared with %s", t, v.Type)
}

// orderNumber compares integers and decimals as numbers, whatever their scales.
func orderNumber(t schema.Type, v schema.Value) order {
	d := v.Dec
	if v.Type.Kind == schema.Integer {
		d = decimal.Decimal{Coef: decimal.FromInt64(v.Int)}
	}
	scale := t.Scale
	if t.Kind == schema.Integer {
		scale = 0
	}
	if same, err := decimal.Rescale(d.Coef, d.Scale, scale); err == nil {
		return func(c *batch.Column, row int) (int, bool) { return c.Num(row).Cmp(same), true }
	}
	return func(c *batch.Column, row int) (int, bool) {
		return decimal.Compare(decimal.Decimal{Coef: c.Num(row), Scale: scale}, d), true
	}
}

func number(t schema.Type) bool {
	return t.Kind == schema.Integer || t.Kind == schema.Decimal || t.Kind == schema.Percent
}

func text(t schema.Type) bool { return t.Kind == schema.String || t.Kind == schema.Enum }

func plain(t schema.Type) bool {
	switch t.Kind {
	case schema.Boolean, schema.Date, schema.Timestamp, schema.Duration:
		return true
	}
	return false
}
