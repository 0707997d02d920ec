package builtin

import (
	"cmp"

	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// Number is an integer, decimal or percent as a decimal.
func Number(v schema.Value) decimal.Decimal {
	if v.Type.Kind == schema.Integer {
		return decimal.Decimal{Coef: decimal.FromInt64(v.Int)}
	}
	return v.Dec
}

// Equal reports whether two values are the same, as == of the language says it: null is equal
// to null, numbers compare by number, json by structure, and NaN equals nothing.
func Equal(a, b schema.Value) bool {
	if a.Null || b.Null {
		return a.Null && b.Null
	}
	if a.Type.Kind == schema.JSON && b.Type.Kind == schema.JSON {
		x, errX := CanonicalJSON(nil, []byte(a.Text))
		y, errY := CanonicalJSON(nil, []byte(b.Text))
		if errX != nil || errY != nil {
			return a.Text == b.Text
		}
		return string(x) == string(y)
	}
	if a.Type.Kind == schema.Float || b.Type.Kind == schema.Float {
		return Real(a) == Real(b)
	}
	return Compare(a, b) == 0
}

// Less reports a < b; an order with null or NaN is false.
func Less(a, b schema.Value) bool {
	if a.Null || b.Null {
		return false
	}
	if a.Type.Kind == schema.Float || b.Type.Kind == schema.Float {
		return Real(a) < Real(b)
	}
	return Compare(a, b) < 0
}

// Compare orders two values of comparable kinds, neither of them null or NaN: numbers by number, text by
// code point.
func Compare(a, b schema.Value) int {
	switch a.Type.Kind {
	case schema.Integer, schema.Decimal, schema.Percent:
		if b.Type.Kind == schema.Float {
			return cmp.Compare(Real(a), b.Float)
		}
		if a.Type.Kind == schema.Integer && b.Type.Kind == schema.Integer {
			return cmp.Compare(a.Int, b.Int)
		}
		return decimal.Compare(Number(a), Number(b))
	case schema.Float:
		return cmp.Compare(a.Float, Real(b))
	case schema.Boolean, schema.Date, schema.Timestamp, schema.Duration:
		return cmp.Compare(a.Int, b.Int)
	}
	return cmp.Compare(a.Text, b.Text)
}
