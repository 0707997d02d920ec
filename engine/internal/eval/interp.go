package eval

import (
	"fmt"
	"strings"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// interpreter computes an expression for one row. It is the definition of the language's values; kernels
// are measured against it.
type interpreter struct {
	env   *Env
	batch *batch.Batch // nil: the expression reads no row
	row   int
	unit  string // in which the comparison around a metric is made
	bound map[*program.Expr]builtin.Bound
}

func newInterpreter(env *Env) *interpreter {
	return &interpreter{env: env, bound: map[*program.Expr]builtin.Bound{}}
}

// value computes e. Its error is a Fault, but for names that the world does not give.
func (in *interpreter) value(e *program.Expr) (schema.Value, error) {
	v, err := in.operation(e)
	if err != nil {
		return v, err
	}
	return fit(v, e.Type)
}

// fit gives a value the type that an expression has: a decimal its scale, a null its type.
func fit(v schema.Value, t schema.Type) (schema.Value, error) {
	if v.Null {
		return schema.Value{Type: t, Null: true, Unit: v.Unit}, nil
	}
	switch {
	case t.Kind == schema.Decimal || t.Kind == schema.Percent:
		if !isExact(v.Type.Kind) {
			return v, nil
		}
		d := builtin.Number(v)
		if t.Precision > 0 && d.Scale != t.Scale {
			n, err := decimal.Rescale(d.Coef, d.Scale, t.Scale)
			if err == decimal.ErrInexact {
				return v, Fault{Reason: fmt.Sprintf("more than %d decimals", t.Scale), Input: v.String()}
			}
			if err != nil {
				return v, Fault{Reason: errDigits.Error(), Input: v.String()}
			}
			d = decimal.Decimal{Coef: n, Scale: t.Scale}
		}
		if t.Precision == 0 {
			t = schema.Type{Kind: t.Kind, Precision: schema.Dec(d).Type.Precision, Scale: d.Scale}
		}
		v.Type, v.Dec, v.Int = t, d, 0
	case t.Kind == schema.Float && isExact(v.Type.Kind):
		v = schema.Value{Type: t, Float: builtin.Real(v), Unit: v.Unit}
	case (t.Kind == schema.String || t.Kind == schema.Enum) && isText(v.Type.Kind):
		v.Type = t
	}
	return v, nil
}

func isExact(k schema.Kind) bool {
	return k == schema.Integer || k == schema.Decimal || k == schema.Percent
}

func isText(k schema.Kind) bool { return k == schema.String || k == schema.Enum }

func (in *interpreter) operation(e *program.Expr) (schema.Value, error) {
	switch e.Op {
	case program.OpLiteral:
		return e.Value, nil
	case program.OpColumn, program.OpPhysical:
		return in.column(e)
	case program.OpParamRef, program.OpBound:
		v, ok := in.env.Params[e.Name]
		if !ok {
			return v, fmt.Errorf("%s has no value", e.Name)
		}
		return v, nil
	case program.OpSecretRef:
		if in.env.Secret == nil {
			return schema.Value{}, fmt.Errorf("secret %s cannot be read here", e.Name)
		}
		text, err := in.env.Secret(e.Name)
		return schema.Value{Type: schema.Type{Kind: schema.Secret}, Text: text}, err
	case program.OpMetric:
		if in.env.Metric == nil {
			return schema.Value{}, fmt.Errorf("%s is a number of a run, and there is none here", e.Name)
		}
		unit := e.Unit.Name
		if unit == "" {
			unit = in.unit
		}
		return in.env.Metric(e.Name, unit)
	case program.OpMessage:
		if in.env.Message == nil {
			return schema.Value{}, fmt.Errorf("%s stands in the text of a message, and there is none here", e.Name)
		}
		return in.env.Message(e)
	case program.OpCall:
		return in.call(e)
	case program.OpNeg:
		return in.negate(e)
	case program.OpAdd, program.OpSub, program.OpMul:
		return in.arithmetic(e)
	case program.OpEqual, program.OpNotEqual, program.OpLess, program.OpLessEqual, program.OpGreater, program.OpGreaterEqual:
		return in.compare(e)
	case program.OpIn:
		return in.in(e)
	case program.OpAnd, program.OpOr, program.OpNot:
		return in.logic(e)
	case program.OpCond:
		c, err := in.value(e.Args[0])
		if err != nil {
			return c, err
		}
		if c.True() {
			return in.value(e.Args[1])
		}
		return in.value(e.Args[2])
	case program.OpInterp:
		return in.join(e)
	case program.OpListOf:
		return in.list(e, schema.List)
	case program.OpMapOf:
		return in.list(e, schema.Map)
	}
	return schema.Value{}, fmt.Errorf("expression of kind %d cannot be computed here", e.Op)
}

func (in *interpreter) column(e *program.Expr) (schema.Value, error) {
	if in.env.Row != nil && e.Op == program.OpColumn {
		return in.env.Row(e.Side, e.Index), nil
	}
	i, err := in.env.columnOf(e)
	if err != nil {
		return schema.Value{}, err
	}
	return in.batch.Columns[i].Value(in.row), nil
}

// columnOf is where a batch has the column that e reads.
func (env *Env) columnOf(e *program.Expr) (int, error) {
	var i int
	var ok bool
	if e.Op == program.OpColumn && env.Column != nil {
		i, ok = env.Column(e.Side, e.Index)
	} else if e.Op == program.OpPhysical && env.Physical != nil {
		i, ok = env.Physical(e.Name, e.Type)
	}
	if !ok {
		return 0, fmt.Errorf("column %s is not at hand here", name(e))
	}
	return i, nil
}

func name(e *program.Expr) string {
	if text := e.Span.Text(); text != "" || e.Op == program.OpPhysical {
		if text == "" {
			return e.Name
		}
		return text
	}
	return fmt.Sprintf("%d of side %d", e.Index, e.Side)
}

// values computes some arguments.
func (in *interpreter) values(args []*program.Expr) ([]schema.Value, error) {
	list := make([]schema.Value, len(args))
	for i, a := range args {
		v, err := in.value(a)
		if err != nil {
			return nil, err
		}
		list[i] = v
	}
	return list, nil
}

func (in *interpreter) list(e *program.Expr, kind schema.Kind) (schema.Value, error) {
	list, err := in.values(e.Args)
	return schema.Value{Type: schema.Type{Kind: kind}, List: list}, err
}

func (in *interpreter) compare(e *program.Expr) (schema.Value, error) {
	if in.env.Metric != nil {
		defer func(before string) { in.unit = before }(in.unit)
		in.unit = unitOf(e)
	}
	x, err := in.value(e.Args[0])
	if err != nil {
		return x, err
	}
	y, err := in.value(e.Args[1])
	if err != nil {
		return y, err
	}
	switch e.Op {
	case program.OpEqual:
		return schema.Bool(builtin.Equal(x, y)), nil
	case program.OpNotEqual:
		return schema.Bool(!builtin.Equal(x, y)), nil
	case program.OpLess:
		return schema.Bool(builtin.Less(x, y)), nil
	case program.OpGreater:
		return schema.Bool(builtin.Less(y, x)), nil
	case program.OpLessEqual:
		return schema.Bool(builtin.Less(x, y) || !x.Null && builtin.Equal(x, y)), nil
	}
	return schema.Bool(builtin.Less(y, x) || !x.Null && builtin.Equal(x, y)), nil
}

// unitOf is the fixed unit that a comparison is made in, or "".
func unitOf(e *program.Expr) (unit string) {
	e.Walk(func(x *program.Expr) bool {
		if unit == "" {
			unit = x.Unit.Name
		}
		if unit == "" {
			unit = x.Value.Unit
		}
		return unit == ""
	})
	return unit
}

func (in *interpreter) in(e *program.Expr) (schema.Value, error) {
	x, err := in.value(e.Args[0])
	if err != nil {
		return x, err
	}
	for _, a := range e.Args[1:] {
		y, err := in.value(a)
		if err != nil {
			return y, err
		}
		if builtin.Equal(x, y) {
			return schema.Bool(true), nil
		}
	}
	return schema.Bool(false), nil
}

// logic is two-valued: a null condition counts as false.
func (in *interpreter) logic(e *program.Expr) (schema.Value, error) {
	for _, a := range e.Args {
		v, err := in.value(a)
		switch {
		case err != nil:
			return v, err
		case e.Op == program.OpNot:
			return schema.Bool(!v.True()), nil
		case v.True() == (e.Op == program.OpOr):
			return schema.Bool(v.True()), nil
		}
	}
	return schema.Bool(e.Op == program.OpAnd), nil
}

// join makes an interpolated text. A secret in it makes it a secret, a null a null.
func (in *interpreter) join(e *program.Expr) (schema.Value, error) {
	var text strings.Builder
	kind, null := schema.String, false
	for _, a := range e.Args {
		v, err := in.value(a)
		if err != nil {
			return v, err
		}
		null = null || v.Null
		if v.Type.Kind == schema.Secret {
			kind = schema.Secret
			text.WriteString(v.Text)
			continue
		}
		text.WriteString(v.String())
	}
	if null {
		return schema.Value{Null: true}, nil
	}
	return schema.Value{Type: schema.Type{Kind: kind}, Text: text.String()}, nil
}

// clip bounds a text for a message, at a whole code point.
func clip(text string) string {
	if len(text) <= maxInput {
		return text
	}
	n := maxInput
	for n > 0 && text[n]&0xC0 == 0x80 {
		n--
	}
	return text[:n]
}
