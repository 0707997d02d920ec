package eval

import (
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// Scalar computes an expression that reads no row: a parameter's default, a setting, a bound, a gate. A list or map
// is computed element by element. Its error is a Fault, or says which name has no value.
func Scalar(e *program.Expr, env Env) (schema.Value, error) {
	v, err := newInterpreter(&env).value(e)
	if err != nil {
		return schema.Value{}, err
	}
	if v.Type.Kind == schema.Invalid {
		v.Type = e.Type
	}
	return v, nil
}

// ScalarAs is Scalar for something that is declared with type t, as CompileAs is to Compile.
func ScalarAs(e *program.Expr, t schema.Type, env Env) (schema.Value, error) {
	v, err := Scalar(e, env)
	if err != nil || t.Kind == schema.Path || t.Kind == schema.SQL || t.Kind == schema.Secret || t.Kind == schema.List {
		return v, err
	}
	return convertValue(v, t, env.Zone)
}
