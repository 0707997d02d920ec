package builtin

import (
	"fmt"

	"github.com/recon-lang/recon/sdk/schema"
)

var coalesceFunc = &Func{
	Name: "coalesce", Family: ChoiceFamily, Unit: SameUnit, SeesNull: true,
	Params:  []Param{{Name: "a", Kinds: scalarKinds}, {Name: "b", Kinds: scalarKinds, Variadic: true}},
	Doc:     "The first of its arguments that is not null, or null. The empty text is not null.",
	Example: `coalesce(null, "Li", "")  → "Li"`,
	Result: func(args []Arg) (schema.Type, *Problem) {
		for i := range args {
			if _, ok := Common(args[:i+1]...); !ok {
				return schema.Type{}, &Problem{Arg: i, Text: fmt.Sprintf("coalesce cannot choose between %s and %s", args[0].Type, args[i].Type)}
			}
		}
		t, _ := Common(args...)
		return t, nil
	},
	Call: func(_ Context, args []schema.Value) (schema.Value, error) {
		for _, v := range args {
			if !v.Null {
				return v, nil
			}
		}
		return args[0], nil
	},
}

var decodeFunc = &Func{
	Name: "decode", Family: ChoiceFamily,
	Params: []Param{
		{Name: "x", Kinds: []schema.Kind{schema.String, schema.Enum, schema.Integer, schema.Decimal, schema.Boolean, schema.Date}},
		{Name: "map", Kinds: []schema.Kind{schema.Map}, Literal: true},
		{Name: "default", Kinds: scalarKinds, Optional: true, Literal: true},
	},
	Doc: "The value that the map has for x. For any other x it is default; without a default it is null, and a comparison then agrees with " +
		"nothing. A null x gives null: write decode(coalesce(x, \"\"), …) to give it a meaning.",
	Example: `decode("SUCCESS", {"SUCCESS": "PAID", "REFUND": "REFUNDED"})  → "PAID"`,
	Result:  decodeType,
	Call: func(_ Context, args []schema.Value) (schema.Value, error) {
		pairs := args[1].List
		if args[0].Null {
			return schema.Value{Null: true}, nil
		}
		for i := 0; i+1 < len(pairs); i += 2 {
			if Equal(args[0], pairs[i]) {
				return pairs[i+1], nil
			}
		}
		if len(args) > 2 {
			return args[2], nil
		}
		return schema.Value{Null: true}, nil
	},
	SeesNull: true, // a value of the map, or the default, may be null
}

func decodeType(args []Arg) (schema.Type, *Problem) {
	pairs := args[1].Literal.List
	if len(pairs) == 0 {
		return schema.Type{}, &Problem{Arg: 1, Text: "the map of decode is empty"}
	}
	var values []Arg
	for i := 0; i+1 < len(pairs); i += 2 {
		key := pairs[i]
		if _, ok := Common(Arg{Type: args[0].Type}, literal(key)); !ok || key.Null {
			return schema.Type{}, &Problem{Arg: 1, Text: fmt.Sprintf("the key %s of decode's map is no %s", quoted(key), args[0].Type)}
		}
		for j := 0; j < i; j += 2 {
			if Equal(pairs[j], key) {
				return schema.Type{}, &Problem{Arg: 1, Text: fmt.Sprintf("decode's map has the key %s twice", quoted(key))}
			}
		}
		values = append(values, literal(pairs[i+1]))
		if _, ok := Common(values...); !ok {
			return schema.Type{}, &Problem{Arg: 1, Text: fmt.Sprintf("decode's map mixes %s and %s", values[0].Type, pairs[i+1].Type)}
		}
	}
	if len(args) > 2 {
		values = append(values, args[2])
		if _, ok := Common(values...); !ok {
			return schema.Type{}, &Problem{Arg: 2, Text: fmt.Sprintf("decode's map gives %s, its default is %s", values[0].Type, args[2].Type)}
		}
	}
	t, _ := Common(values...)
	return t, nil
}

func literal(v schema.Value) Arg { return Arg{Type: v.Type, Literal: &v} }

func quoted(v schema.Value) string {
	if v.Type.Kind == schema.String {
		return fmt.Sprintf("%q", v.Text)
	}
	return v.String()
}
