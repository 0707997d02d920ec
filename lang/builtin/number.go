package builtin

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// What a caller reads where a number does not fit.
var (
	errRange   = errors.New("the result has more than 38 digits")
	errInteger = errors.New("the result does not fit an integer of 64 bits")
)

// Real is a number as the nearest float.
func Real(v schema.Value) float64 {
	switch v.Type.Kind {
	case schema.Float:
		return v.Float
	case schema.Integer:
		return float64(v.Int)
	}
	f, err := strconv.ParseFloat(v.Dec.String(), 64)
	if err != nil {
		return math.Inf(v.Dec.Coef.Sign())
	}
	return f
}

var absFunc = &Func{
	Name: "abs", Family: NumberFamily, Unit: SameUnit,
	Params:  []Param{{Name: "x", Kinds: append(slices.Clip(numberKinds), schema.Duration)}},
	Doc:     "The value of x without its sign; of a duration likewise.",
	Example: `abs(-12.50)  → 12.50`,
	Result:  func(args []Arg) (schema.Type, *Problem) { return args[0].Type, nil },
	Call: func(_ Context, args []schema.Value) (schema.Value, error) {
		v := args[0]
		switch v.Type.Kind {
		case schema.Float:
			v.Float = math.Abs(v.Float)
		case schema.Integer, schema.Duration:
			if v.Int == math.MinInt64 {
				return v, errInteger
			}
			v.Int = max(v.Int, -v.Int)
		default:
			n, ok := v.Dec.Coef.Abs()
			if !ok {
				return v, errRange
			}
			v.Dec.Coef = n
		}
		return v, nil
	},
}

var roundFunc = &Func{
	Name: "round", Family: NumberFamily, Unit: SameUnit,
	Params: []Param{
		{Name: "x", Kinds: numberKinds},
		{Name: "places", Kinds: intKinds, Literal: true},
		{Name: "mode", Kinds: textKinds, Optional: true, Literal: true},
	},
	Doc: "x rounded to so many decimals; negative places round to tens, hundreds and so on. Half of the last place goes away from " +
		"zero, with \"half_even\" to the even neighbour. Only inside round may two numbers be divided, and the quotient is rounded once, exactly. " +
		"A float is taken as the shortest decimal that prints it, and gives a decimal.",
	Example: `round(10 / 3, 2)  → 3.33`,
	Result: func(args []Arg) (schema.Type, *Problem) {
		places := args[1].Literal.Int
		if places < -decimal.MaxDigits || places > decimal.MaxDigits {
			return schema.Type{}, &Problem{Arg: 1, Text: fmt.Sprintf("places must lie between -%d and %d", decimal.MaxDigits, decimal.MaxDigits)}
		}
		if len(args) > 2 {
			if m := args[2].Literal.Text; m != "half_even" {
				return schema.Type{}, &Problem{Arg: 2, Text: fmt.Sprintf("unknown way of rounding %q", m), Hint: `leave it out, or write "half_even"`}
			}
		}
		return roundedType(args[0].Type, int32(places)), nil
	},
	Bind: func(_ Context, first schema.Type, rest []schema.Value) (Bound, error) {
		return bindRound(first, int32(rest[0].Int), RoundingMode(rest[1:]))
	},
}

// RoundingMode is the mode that the arguments of round after places name.
func RoundingMode(mode []schema.Value) decimal.Rounding {
	if len(mode) > 0 && mode[0].Text == "half_even" {
		return decimal.HalfEven
	}
	return decimal.HalfAwayFromZero
}

// roundedType is the type of a number rounded to places: scale as asked, or less where x has less, and
// a digit more because 9.99 may become 10.0.
func roundedType(t schema.Type, places int32) schema.Type {
	switch t.Kind {
	case schema.Integer:
		return t
	case schema.Float:
		return schema.Type{Kind: schema.Decimal, Precision: decimal.MaxDigits, Scale: max(places, 0)}
	}
	if t.Precision == 0 || places >= t.Scale {
		return t
	}
	scale := max(places, 0)
	t.Precision = min(max(t.Precision-t.Scale, -places)+1+scale, decimal.MaxDigits)
	t.Scale = scale
	return t
}

// bindRound makes the rounding of numbers of type t.
func bindRound(t schema.Type, places int32, mode decimal.Rounding) (Bound, error) {
	if t.Kind == schema.Float {
		return Bound{Scale: max(places, 0), Float: func(f float64) (decimal.Num, error) { return roundFloat(f, places, mode) }}, nil
	}
	return Bound{
		Scale: min(t.Scale, max(places, 0)),
		Round: func(n decimal.Num) (decimal.Num, error) { return RoundTo(n, t.Scale, places, mode) },
	}, nil
}

// RoundTo rounds a coefficient of a scale to places, and gives the coefficient at the scale that the
// result of round has: places, but at least 0 and at most scale.
func RoundTo(n decimal.Num, scale, places int32, mode decimal.Rounding) (decimal.Num, error) {
	if places >= scale {
		return n, nil
	}
	m, err := decimal.Round(n, scale, places, mode)
	if err == nil && places < 0 {
		m, err = decimal.Rescale(m, places, 0)
	}
	if err != nil || !decimal.Fits(m, decimal.MaxDigits) {
		return decimal.Num{}, errRange
	}
	return m, nil
}

// roundFloat rounds the shortest decimal that prints f: 2.675 to two places is 2.68, although the
// float nearest to it is a little less.
func roundFloat(f float64, places int32, mode decimal.Rounding) (decimal.Num, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return decimal.Num{}, fmt.Errorf("%v cannot be rounded", f)
	}
	text := strconv.FormatFloat(f, 'e', -1, 64)
	d, err := decimal.Parse([]byte(text))
	if errors.Is(err, decimal.ErrRange) && math.Abs(f) < 1 { // far below any place that can be asked for
		d, err = decimal.Decimal{Coef: decimal.FromInt64(int64(math.Copysign(1, f))), Scale: decimal.MaxDigits + 2}, nil
	}
	if err != nil {
		return decimal.Num{}, errRange
	}
	n := d.Coef
	if places < d.Scale {
		n, err = decimal.Round(n, d.Scale, places, mode)
		d.Scale = places
	}
	if err == nil {
		n, err = decimal.Rescale(n, d.Scale, max(places, 0))
	}
	if err != nil || !decimal.Fits(n, decimal.MaxDigits) {
		return decimal.Num{}, errRange
	}
	return n, nil
}

var floorFunc = rounder("floor", "The largest number with so many decimals (none if left out) that is not above x.",
	`floor(-2.5)  → -3`, decimal.Floor, math.Floor)

var ceilFunc = rounder("ceil", "The smallest number with so many decimals (none if left out) that is not below x.",
	`ceil(2.1)  → 3`, decimal.Ceiling, math.Ceil)

var truncFunc = rounder("trunc", "x cut off after so many decimals (none if left out), towards zero.",
	`trunc(-2.567, 2)  → -2.56`, decimal.Down, math.Trunc)

func rounder(name, doc, example string, mode decimal.Rounding, real func(float64) float64) *Func {
	return &Func{
		Name: name, Family: NumberFamily, Unit: SameUnit,
		Params: []Param{{Name: "x", Kinds: numberKinds}, {Name: "places", Kinds: intKinds, Optional: true, Literal: true}},
		Doc:    doc, Example: example,
		Result: func(args []Arg) (schema.Type, *Problem) {
			places := int64(0)
			if len(args) > 1 {
				places = args[1].Literal.Int
			}
			if places < -decimal.MaxDigits || places > decimal.MaxDigits {
				return schema.Type{}, &Problem{Arg: 1, Text: fmt.Sprintf("places must lie between -%d and %d", decimal.MaxDigits, decimal.MaxDigits)}
			}
			if args[0].Type.Kind == schema.Float {
				if len(args) > 1 {
					return schema.Type{}, &Problem{Arg: 1, Text: name + " of a float takes no places", Hint: "write round(x, places), which gives a decimal"}
				}
				return args[0].Type, nil
			}
			return roundedType(args[0].Type, int32(places)), nil
		},
		Bind: func(_ Context, first schema.Type, rest []schema.Value) (Bound, error) {
			if first.Kind == schema.Float {
				return Bound{Real: real}, nil
			}
			places := int32(0)
			if len(rest) > 0 {
				places = int32(rest[0].Int)
			}
			return bindRound(first, places, mode)
		},
	}
}

var minFunc = chooser("min", "The smallest of its arguments; null if one of them is null. With one argument, in a rule with group, see the aggregate min.",
	`min(3, 2.5)  → 2.5`, func(a, b schema.Value) bool { return Less(b, a) || isNaN(b) })

var maxFunc = chooser("max", "The largest of its arguments; null if one of them is null. With one argument, in a rule with group, see the aggregate max.",
	`max(3, 2.5)  → 3`, func(a, b schema.Value) bool { return Less(a, b) || isNaN(b) })

func isNaN(v schema.Value) bool { return v.Type.Kind == schema.Float && math.IsNaN(v.Float) }

// chooser makes min and max; better says that b is to be taken instead of a. A NaN among the
// arguments is the result.
func chooser(name, doc, example string, better func(a, b schema.Value) bool) *Func {
	return &Func{
		Name: name, Family: NumberFamily, Unit: SameUnit,
		Params: []Param{{Name: "a", Kinds: orderedKinds}, {Name: "b", Kinds: orderedKinds, Variadic: true}},
		Doc:    doc, Example: example,
		Result: func(args []Arg) (schema.Type, *Problem) {
			for i := range args {
				if _, ok := Common(args[:i+1]...); !ok {
					return schema.Type{}, &Problem{Arg: i, Text: fmt.Sprintf("%s cannot choose between %s and %s", name, args[0].Type, args[i].Type)}
				}
			}
			t, _ := Common(args...)
			return t, nil
		},
		Call: func(_ Context, args []schema.Value) (schema.Value, error) {
			best := args[0]
			for _, v := range args[1:] {
				if better(best, v) {
					best = v
				}
			}
			return best, nil
		},
	}
}
