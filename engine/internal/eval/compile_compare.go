package eval

import (
	"math/big"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

var mirrored = map[program.Op]program.Op{
	program.OpEqual: program.OpEqual, program.OpNotEqual: program.OpNotEqual,
	program.OpLess: program.OpGreater, program.OpGreater: program.OpLess,
	program.OpLessEqual: program.OpGreaterEqual, program.OpGreaterEqual: program.OpLessEqual,
}

func (c *compiler) comparison(e *program.Expr) (node, error) {
	op, x, y := e.Op, e.Args[0], e.Args[1]
	if allConstant([]*program.Expr{x}) {
		op, x, y = mirrored[op], y, x
	}
	b, err := c.node(y)
	if err != nil {
		return nil, err
	}
	limit, isConst := constant(b)
	if isConst && !limit.Null {
		if n, ok, err := c.within(op, x, limit); ok || err != nil {
			return n, err
		}
	}
	a, err := c.node(x)
	if err != nil {
		return nil, err
	}
	f, g := a.form(), b.form()
	switch {
	case isConst && limit.Null:
		if op == program.OpEqual || op == program.OpNotEqual {
			return &nullNode{arg: a, valid: op == program.OpNotEqual}, nil
		}
		return &settledNode{arg: a}, nil
	case f.in == inFloats || g.in == inFloats:
		float := schema.Type{Kind: schema.Float}
		a, b = fitNode(a, float), fitNode(b, float)
		if a.form().in != inFloats || b.form().in != inFloats {
			return nil, errSlow
		}
		return &compareNode{op: op, a: a, b: b}, nil
	case f.isNumber() && g.isNumber():
		if isConst {
			return compareConst(op, a, limit), nil
		}
		return compareNumbers(op, a, b)
	case f.in == inBytes && g.in == inBytes:
		if f.typ.Kind == schema.JSON || g.typ.Kind == schema.JSON {
			return nil, errSlow
		}
		if isConst && (op == program.OpEqual || op == program.OpNotEqual) {
			equal := &inNode{arg: a, few: []string{limit.Text}}
			if op == program.OpEqual {
				return equal, nil
			}
			return &logicNode{op: program.OpNot, args: []node{equal}}, nil
		}
		return &compareNode{op: op, a: a, b: b}, nil
	case f.typ.Kind != g.typ.Kind || f.in != inInts || g.in != inInts:
		return nil, errSlow
	case isConst && (op == program.OpLess || op == program.OpGreater):
		return &compareNode{op: op, a: a, b: b}, nil
	case isConst:
		return &compareConstNode{op: op, arg: a, limit: limit.Int}, nil
	}
	return &compareNode{op: op, a: a, b: b}, nil
}

// compareNumbers compares exact numbers of any scales.
func compareNumbers(op program.Op, a, b node) (node, error) {
	scale := max(a.form().scale(), b.form().scale())
	for _, n := range []*node{&a, &b} {
		f := (*n).form()
		if f.scale() == scale {
			continue
		}
		if new(big.Int).Mul(f.bound, power(scale-f.scale())).Cmp(max38) > 0 {
			return nil, errSlow // at one scale they may not fit 38 digits
		}
		*n = scaled(*n, scale, schema.Decimal)
	}
	if a.form().in == inNums || b.form().in == inNums {
		a, b = widened(a), widened(b)
	}
	return &compareNode{op: op, a: a, b: b}, nil
}

// bounds says how an operator with a constant reads for coefficients at a scale: x < 0.015 of cents is
// x <= 1. op is Equal, NotEqual, LessEqual or GreaterEqual.
func bounds(op program.Op, limit schema.Value, scale int32) (as program.Op, coefficient *big.Int, exact bool) {
	d := builtin.Number(limit)
	floor, rest := toBig(d.Coef), new(big.Int)
	if d.Scale <= scale {
		floor.Mul(floor, power(scale-d.Scale))
	} else {
		floor.DivMod(floor, power(d.Scale-scale), rest) // Euclidean: towards minus infinity, as the divisor is positive
	}
	exact = rest.Sign() == 0
	ceiling := new(big.Int).Set(floor)
	if !exact {
		ceiling.Add(ceiling, big.NewInt(1))
	}
	switch op {
	case program.OpLess:
		return program.OpLessEqual, ceiling.Sub(ceiling, big.NewInt(1)), exact
	case program.OpLessEqual:
		return program.OpLessEqual, floor, exact
	case program.OpGreater:
		return program.OpGreaterEqual, floor.Add(floor, big.NewInt(1)), exact
	case program.OpGreaterEqual:
		return program.OpGreaterEqual, ceiling, exact
	}
	return op, floor, exact
}

// compareConst compares exact numbers with a constant that need not fit their scale or size.
func compareConst(op program.Op, a node, limit schema.Value) node {
	f := a.form()
	op, coefficient, exact := bounds(op, limit, f.scale())
	beyond := coefficient.CmpAbs(f.bound) > 0
	always := &nullNode{arg: a, valid: true} // for all that are not null
	never := &settledNode{arg: a}
	switch {
	case op == program.OpEqual && (!exact || beyond):
		return never
	case op == program.OpNotEqual && (!exact || beyond):
		return &settledNode{arg: a, value: 1}
	case beyond && (op == program.OpLessEqual) == (coefficient.Sign() > 0):
		return always
	case beyond:
		return never
	}
	n, _ := fromBig(coefficient)
	if i, ok := n.Int64(); ok && f.in == inInts {
		return &compareConstNode{op: op, arg: a, limit: i}
	} else if f.in == inInts { // -2^63 is within an integer's bound, 2^63 is not an integer
		if (op == program.OpLessEqual) == (coefficient.Sign() > 0) && op != program.OpEqual && op != program.OpNotEqual {
			return always
		}
		return &settledNode{arg: a, value: number(op == program.OpNotEqual)}
	}
	value := schema.Dec(schema.Value{}.Dec)
	value.Dec.Coef = n
	return &compareNode{op: op, a: a, b: newConst(value, form{typ: f.typ, in: inNums, bound: f.bound})}
}

// within compiles abs(a - b) compared with a constant, if that is what the comparison is.
func (c *compiler) within(op program.Op, e *program.Expr, limit schema.Value) (n node, ok bool, err error) {
	if e.Op != program.OpCall || e.Name != "abs" || e.Args[0].Op != program.OpSub || !isExact(limit.Type.Kind) {
		return nil, false, nil
	}
	if op == program.OpEqual || op == program.OpNotEqual {
		return nil, false, nil
	}
	defer func(slow int) {
		if !ok {
			c.slow = c.slow[:slow] // they are told of again
		}
	}(len(c.slow))
	d, err := c.operation(e.Args[0])
	if err != nil {
		if err == errSlow {
			err = nil
		}
		return nil, false, err
	}
	difference, isInts := d.(*intsNode)
	t := e.Args[0].Type
	if !isInts || difference.checked || difference.f.bound.Cmp(maxWithin) > 0 || t.Precision > 0 && t.Scale < difference.f.scale() {
		return nil, false, nil
	}
	op, coefficient, _ := bounds(op, limit, difference.f.scale())
	beyond := op == program.OpGreaterEqual
	if beyond {
		coefficient.Sub(coefficient, big.NewInt(1)) // at least n is more than n-1
	}
	if coefficient.Sign() < 0 {
		return nil, false, nil
	}
	if coefficient.Cmp(difference.f.bound) > 0 {
		coefficient = difference.f.bound
	}
	return &withinNode{a: difference.a, b: difference.b, limit: coefficient.Int64(), beyond: beyond}, true, nil
}

// maxWithin is the largest difference for which withinNode's sums fit 64 bits.
var maxWithin = big.NewInt(1 << 61)
