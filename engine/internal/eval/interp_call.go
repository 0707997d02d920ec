package eval

import (
	"fmt"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

func (in *interpreter) call(e *program.Expr) (schema.Value, error) {
	if e.Name == "round" && e.Args[0].Op == program.OpDiv {
		return in.divide(e)
	}
	f := builtin.Find(e.Name)
	if f == nil {
		return schema.Value{}, fmt.Errorf("function %s cannot be computed here", e.Name)
	}
	if e.Name == "coalesce" { // later arguments are not computed, so that they may fail
		for _, a := range e.Args {
			if v, err := in.value(a); err != nil || !v.Null {
				return v, err
			}
		}
		return schema.Value{Null: true}, nil
	}
	args, err := in.values(e.Args)
	if err != nil {
		return schema.Value{}, err
	}
	v, err := in.apply(f, e, args)
	if err != nil {
		if _, ok := err.(Fault); ok {
			return v, err
		}
		input := ""
		if len(args) > 0 {
			input = args[0].String()
		}
		return v, Fault{Reason: err.Error(), Input: clip(input)}
	}
	return v, nil
}

// apply calls a function, preparing it once where its later arguments cannot change.
func (in *interpreter) apply(f *builtin.Func, e *program.Expr, args []schema.Value) (schema.Value, error) {
	if !f.SeesNull {
		for _, a := range args {
			if a.Null {
				return schema.Value{Null: true}, nil
			}
		}
	}
	if b, ok := in.bound[e]; ok {
		return b.Value(args[0], e.Type)
	}
	loc, err := in.env.location(e)
	if err != nil {
		return schema.Value{}, err
	}
	ctx := builtin.Context{Now: in.env.Now, Zone: loc}
	if f.Bind == nil || len(args) == 0 {
		return f.Apply(ctx, args, e.Type)
	}
	b, err := f.Bind(ctx, args[0].Type, args[1:])
	if err != nil {
		return schema.Value{}, err
	}
	if allConstant(e.Args[1:]) && args[0].Type.Equal(e.Args[0].Type) {
		in.bound[e] = b
	}
	return b.Value(args[0], e.Type)
}

func (in *interpreter) divide(e *program.Expr) (schema.Value, error) {
	div := e.Args[0]
	x, err := in.value(div.Args[0])
	if err != nil {
		return x, err
	}
	y, err := in.value(div.Args[1])
	if err != nil {
		return y, err
	}
	rest, err := in.values(e.Args[1:])
	if err != nil || x.Null || y.Null {
		return schema.Value{Null: true}, err
	}
	v, err := in.quotient(x, y, rest)
	if err != nil {
		return v, Fault{Reason: err.Error(), Input: clip(x.String() + " / " + y.String())}
	}
	if x.Unit != y.Unit {
		v.Unit = x.Unit
	}
	return v, nil
}

// quotient is round(x / y, rest…).
func (in *interpreter) quotient(x, y schema.Value, rest []schema.Value) (schema.Value, error) {
	places, mode := int32(rest[0].Int), builtin.RoundingMode(rest[1:])
	if x.Type.Kind == schema.Float || y.Type.Kind == schema.Float {
		if builtin.Real(y) == 0 {
			return schema.Value{}, errZero
		}
		f := schema.Value{Type: schema.Type{Kind: schema.Float}, Float: builtin.Real(x) / builtin.Real(y)}
		return builtin.Find("round").Apply(builtin.Context{}, append([]schema.Value{f}, rest...),
			schema.Type{Kind: schema.Decimal, Precision: decimal.MaxDigits, Scale: max(places, 0)})
	}
	d, err := divDecimals(builtin.Number(x), builtin.Number(y), places, mode)
	return schema.Dec(d), err
}

// allConstant reports whether no expression of args reads a row.
func allConstant(args []*program.Expr) bool {
	constant := true
	for _, a := range args {
		a.Walk(func(e *program.Expr) bool {
			if e.Op == program.OpColumn || e.Op == program.OpPhysical || e.Op == program.OpMetric {
				constant = false
			}
			return constant
		})
	}
	return constant
}
