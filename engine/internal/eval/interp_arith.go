package eval

import (
	"fmt"
	"math"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

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
