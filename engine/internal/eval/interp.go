package eval

import (
	"fmt"
	"math"
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

func (in *interpreter) negate(e *program.Expr) (schema.Value, error) {
	v, err := in.value(e.Args[0])
	if err != nil || v.Null {
		return v, err
	}
	switch v.Type.Kind {
	case schema.Float:
		v.Float = -v.Float
	case schema.Decimal, schema.Percent:
		n, ok := v.Dec.Coef.Neg()
		if !ok {
			return v, Fault{Reason: errDigits.Error(), Input: "-" + v.String()}
		}
		v.Dec.Coef = n
	default:
		if v.Int == math.MinInt64 {
			return v, Fault{Reason: errInteger.Error(), Input: "-" + v.String()}
		}
		v.Int = -v.Int
	}
	return v, nil
}

var symbols = map[program.Op]string{program.OpAdd: "+", program.OpSub: "-", program.OpMul: "*", program.OpDiv: "/"}

func (in *interpreter) arithmetic(e *program.Expr) (schema.Value, error) {
	x, err := in.value(e.Args[0])
	if err != nil {
		return x, err
	}
	y, err := in.value(e.Args[1])
	if err != nil || x.Null || y.Null {
		return schema.Value{Null: true}, err
	}
	v, err := operate(e.Op, x, y)
	if err != nil {
		return v, Fault{Reason: err.Error(), Input: clip(x.String() + " " + symbols[e.Op] + " " + y.String())}
	}
	if v.Unit = x.Unit; v.Unit == "" {
		v.Unit = y.Unit
	}
	return v, nil
}

const dayMicros = 86400 * 1_000_000

// operate is x + y, x - y or x * y of values that are not null.
func operate(op program.Op, x, y schema.Value) (schema.Value, error) {
	a, b := x.Type.Kind, y.Type.Kind
	switch {
	case a == schema.Float || b == schema.Float:
		f := map[program.Op]func(p, q float64) float64{
			program.OpAdd: func(p, q float64) float64 { return p + q },
			program.OpSub: func(p, q float64) float64 { return p - q },
			program.OpMul: func(p, q float64) float64 { return p * q },
		}[op]
		return schema.Value{Type: schema.Type{Kind: schema.Float}, Float: f(builtin.Real(x), builtin.Real(y))}, nil
	case a == schema.Integer && b == schema.Integer:
		i, ok := operateInts(op, x.Int, y.Int)
		if !ok {
			return schema.Value{}, errInteger
		}
		return schema.Int(i), nil
	case isExact(a) && isExact(b):
		d, err := operateDecimals(op, builtin.Number(x), builtin.Number(y))
		v := schema.Dec(d)
		if a == schema.Percent && b == schema.Percent && op != program.OpMul {
			v.Type.Kind = schema.Percent
		}
		return v, err
	}
	return operateTimes(op, x, y)
}

func operateDecimals(op program.Op, x, y decimal.Decimal) (decimal.Decimal, error) {
	if op == program.OpMul {
		return mulDecimals(x, y)
	}
	return addDecimals(x, y, op == program.OpSub)
}

func operateInts(op program.Op, x, y int64) (r int64, ok bool) {
	switch op {
	case program.OpAdd:
		r = x + y
		return r, (x^r)&(y^r) >= 0
	case program.OpSub:
		r = x - y
		return r, (x^y)&(x^r) >= 0
	}
	n, _ := decimal.FromInt64(x).Mul(decimal.FromInt64(y))
	return n.Int64()
}

// operateTimes is arithmetic with dates, instants and durations.
func operateTimes(op program.Op, x, y schema.Value) (schema.Value, error) {
	a, b := x.Type.Kind, y.Type.Kind
	kind, p, q := schema.Duration, x.Int, y.Int
	switch {
	case op == program.OpSub && a == schema.Date && b == schema.Date:
		days, ok := operateInts(op, p, q)
		micros, ok2 := operateInts(program.OpMul, days, dayMicros)
		if !ok || !ok2 {
			return schema.Value{}, errRange
		}
		return schema.Value{Type: schema.Type{Kind: schema.Duration}, Int: micros}, nil
	case op != program.OpMul && a == schema.Date && b == schema.Duration, op == program.OpAdd && a == schema.Duration && b == schema.Date:
		kind = schema.Date
		if a == schema.Duration {
			p, q = q, p
		}
		if q%dayMicros != 0 {
			return schema.Value{}, errWhole
		}
		q /= dayMicros
	case op == program.OpSub && a == schema.Timestamp && b == schema.Timestamp:
	case op != program.OpMul && a == schema.Timestamp && b == schema.Duration, op == program.OpAdd && a == schema.Duration && b == schema.Timestamp:
		kind = schema.Timestamp
	case op != program.OpMul && a == schema.Duration && b == schema.Duration:
	case op == program.OpMul && (a == schema.Duration && b == schema.Integer || a == schema.Integer && b == schema.Duration):
	default:
		return schema.Value{}, fmt.Errorf("%s %s %s cannot be computed", x.Type, symbols[op], y.Type)
	}
	r, ok := operateInts(op, p, q)
	if !ok {
		return schema.Value{}, errRange
	}
	return schema.Value{Type: schema.Type{Kind: kind}, Int: r}, nil
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
