package builtin

import (
	"slices"

	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// The sets of kinds that parameters take.
var (
	textKinds    = []schema.Kind{schema.String, schema.Enum}
	numberKinds  = []schema.Kind{schema.Integer, schema.Decimal, schema.Float, schema.Percent}
	intKinds     = []schema.Kind{schema.Integer}
	timeKinds    = []schema.Kind{schema.Date, schema.Timestamp}
	orderedKinds = []schema.Kind{schema.Integer, schema.Decimal, schema.Float, schema.Percent, schema.Duration, schema.Date, schema.Timestamp}
	scalarKinds  = []schema.Kind{
		schema.String, schema.Enum, schema.Integer, schema.Decimal, schema.Float, schema.Percent, schema.Boolean,
		schema.Date, schema.Timestamp, schema.Duration, schema.JSON, schema.Bytes, schema.Null,
	}
)

// integerDigits is how many digits a 64-bit integer may have.
const integerDigits = 19

// AsDecimal is the decimal type that holds every value of a number's type: a literal only needs
// its own digits.
func AsDecimal(a Arg) schema.Type {
	switch a.Type.Kind {
	case schema.Integer:
		p := int32(integerDigits)
		if a.Literal != nil {
			p = int32(decimal.Digits(decimal.FromInt64(a.Literal.Int)))
		}
		return schema.Type{Kind: schema.Decimal, Precision: p}
	case schema.Percent, schema.Decimal:
		if a.Literal != nil {
			t := schema.Dec(a.Literal.Dec).Type
			return t
		}
		p := a.Type.Precision
		if p == 0 {
			p = decimal.MaxDigits
		}
		return schema.Type{Kind: schema.Decimal, Precision: p, Scale: a.Type.Scale}
	}
	panic("builtin: " + a.Type.String() + " is no exact number")
}

// isExact reports whether the values of a kind are exact numbers.
func isExact(k schema.Kind) bool {
	return k == schema.Integer || k == schema.Decimal || k == schema.Percent
}

// open reports whether a decimal has no scale yet: the type of a parameter declared as decimal alone.
func open(args ...Arg) bool {
	return slices.ContainsFunc(args, func(a Arg) bool {
		return a.Literal == nil && (a.Type.Kind == schema.Decimal || a.Type.Kind == schema.Percent) && a.Type.Precision == 0
	})
}

// Common is the type in which values of all these types can stand beside each other without
// loss: the branches of a choice, the terms of a comparison or of a key. ok is false if there is
// none. A null has every type. With a decimal that has no scale yet the result has none either: it
// is known when parameters are.
func Common(args ...Arg) (common schema.Type, ok bool) {
	args = slices.DeleteFunc(slices.Clone(args), func(a Arg) bool { return a.Type.Kind == schema.Null })
	if len(args) == 0 {
		return schema.Type{Kind: schema.Null}, true
	}
	first := args[0].Type
	same, exact, text := true, true, true
	for _, a := range args {
		k := a.Type.Kind
		same = same && k == first.Kind && (k != schema.Enum || a.Type.Equal(first)) && k != schema.Decimal && k != schema.Percent
		exact = exact && isExact(k)
		text = text && (k == schema.String || k == schema.Enum)
	}
	switch {
	case same:
		return first, first.Kind != schema.Invalid
	case text:
		return schema.Type{Kind: schema.String}, true
	case !exact:
		return schema.Type{}, false
	}
	common = schema.Type{Kind: first.Kind}
	whole := int32(0)
	isOpen := open(args...)
	for _, a := range args {
		d := AsDecimal(a)
		whole = max(whole, d.Precision-d.Scale)
		common.Scale = max(common.Scale, d.Scale)
		if a.Type.Kind != schema.Percent {
			common.Kind = schema.Decimal
		}
	}
	if isOpen {
		return schema.Type{Kind: common.Kind}, true
	}
	common.Precision = max(min(whole+common.Scale, decimal.MaxDigits), 1)
	return common, common.Scale <= decimal.MaxDigits
}

// SumType is the type of a + b and a - b for numbers. Integers stay integers, decimals get the
// larger scale and one more digit. ok is false where the operands do not fit together.
func SumType(a, b Arg) (schema.Type, bool) {
	switch {
	case a.Type.Kind == schema.Integer && b.Type.Kind == schema.Integer, a.Type.Kind == schema.Float && b.Type.Kind == schema.Float:
		return a.Type, true
	case !isExact(a.Type.Kind) || !isExact(b.Type.Kind):
		return schema.Type{}, false
	}
	t, ok := Common(a, b)
	if t.Precision > 0 {
		t.Precision = min(t.Precision+1, decimal.MaxDigits)
	}
	return t, ok
}

// ProductType is the type of a * b for numbers: scales add. ok is false where the operands do
// not fit together, or the scale would pass 38.
func ProductType(a, b Arg) (schema.Type, bool) {
	switch {
	case a.Type.Kind == schema.Integer && b.Type.Kind == schema.Integer, a.Type.Kind == schema.Float && b.Type.Kind == schema.Float:
		return a.Type, true
	case !isExact(a.Type.Kind) || !isExact(b.Type.Kind):
		return schema.Type{}, false
	}
	if open(a, b) {
		return kind(schema.Decimal), true
	}
	x, y := AsDecimal(a), AsDecimal(b)
	t := schema.Type{Kind: schema.Decimal, Scale: x.Scale + y.Scale, Precision: min(x.Precision+y.Precision, decimal.MaxDigits)}
	return t, t.Scale <= decimal.MaxDigits
}

// QuotientType is the type of round(a / b, places). ok is false where the operands do not fit
// together.
func QuotientType(a, b Arg, places int32) (schema.Type, bool) {
	if !isExact(a.Type.Kind) || !isExact(b.Type.Kind) || places > decimal.MaxDigits {
		return schema.Type{}, false
	}
	x, y := AsDecimal(a), AsDecimal(b)
	scale := max(places, 0)
	whole := x.Precision - x.Scale + y.Scale + 1 // the smallest divisor is 10^-y.Scale, and rounding may carry
	return schema.Type{Kind: schema.Decimal, Scale: scale, Precision: min(max(whole, 1)+scale, decimal.MaxDigits)}, true
}

func kind(k schema.Kind) schema.Type { return schema.Type{Kind: k} }

// gives is the Result of a function whose type does not depend on its arguments.
func gives(k schema.Kind) func([]Arg) (schema.Type, *Problem) {
	return func([]Arg) (schema.Type, *Problem) { return kind(k), nil }
}
