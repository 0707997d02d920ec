package eval

import (
	"math/big"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// operation compiles an expression that is no constant. errSlow says that no kernel is made for it.
func (c *compiler) operation(e *program.Expr) (node, error) {
	switch e.Op {
	case program.OpColumn, program.OpPhysical:
		i, err := c.env.columnOf(e)
		if err != nil {
			return nil, err
		}
		return &columnNode{index: i, f: formOf(e.Type)}, nil
	case program.OpNeg:
		return c.sign(e.Args[0], false)
	case program.OpAdd, program.OpSub, program.OpMul:
		return c.arithmetic(e)
	case program.OpEqual, program.OpNotEqual, program.OpLess, program.OpLessEqual, program.OpGreater, program.OpGreaterEqual:
		return c.comparison(e)
	case program.OpIn:
		return c.in(e)
	case program.OpAnd, program.OpOr, program.OpNot:
		args, err := c.nodes(e.Args)
		if err != nil {
			return nil, err
		}
		return &logicNode{op: e.Op, args: args}, nil
	case program.OpCond:
		return c.cond(e)
	case program.OpInterp:
		return c.join(e)
	case program.OpCall:
		return c.call(e)
	}
	return nil, errSlow
}

func (c *compiler) nodes(args []*program.Expr) ([]node, error) {
	list := make([]node, len(args))
	for i, a := range args {
		n, err := c.node(a)
		if err != nil {
			return nil, err
		}
		list[i] = n
	}
	return list, nil
}

func (c *compiler) sign(arg *program.Expr, abs bool) (node, error) {
	n, err := c.node(arg)
	if err != nil {
		return nil, err
	}
	return &signNode{arg: n, f: n.form(), abs: abs}, nil
}

func (c *compiler) arithmetic(e *program.Expr) (node, error) {
	args, err := c.nodes(e.Args)
	if err != nil {
		return nil, err
	}
	a, b := args[0], args[1]
	for _, n := range args {
		if v, ok := constant(n); ok && v.Null {
			return nil, errSlow
		}
	}
	f, g := a.form(), b.form()
	switch {
	case f.typ.Kind == schema.Float || g.typ.Kind == schema.Float:
		float := schema.Type{Kind: schema.Float}
		a, b = fitNode(a, float), fitNode(b, float)
		if a.form().in != inFloats || b.form().in != inFloats {
			return nil, errSlow
		}
		return &floatsNode{op: e.Op, a: a, b: b, f: formOf(float)}, nil
	case f.typ.Kind == schema.Integer && g.typ.Kind == schema.Integer:
		return &intsNode{op: e.Op, a: a, b: b, f: form{typ: f.typ, bound: anyInt}, checked: true}, nil
	case f.isNumber() && g.isNumber() && e.Op == program.OpMul:
		return product(a, b)
	case f.isNumber() && g.isNumber():
		return sum(e.Op, a, b), nil
	}
	return times(e.Op, a, b)
}

// product is a * b of decimals.
func product(a, b node) (node, error) {
	f, g := a.form(), b.form()
	scale := f.scale() + g.scale()
	if scale > decimal.MaxDigits {
		return nil, errSlow
	}
	bound := new(big.Int).Mul(f.bound, g.bound)
	return exactNode(program.OpMul, a, b, schema.Decimal, bound, scale), nil
}

// sum is a + b or a - b of decimals.
func sum(op program.Op, a, b node) node {
	scale := max(a.form().scale(), b.form().scale())
	kind := schema.Decimal
	if a.form().typ.Kind == schema.Percent && b.form().typ.Kind == schema.Percent {
		kind = schema.Percent
	}
	if a.form().scale() != scale {
		a = scaled(a, scale, kind)
	}
	if b.form().scale() != scale {
		b = scaled(b, scale, kind)
	}
	return exactNode(op, a, b, kind, new(big.Int).Add(a.form().bound, b.form().bound), scale)
}

func exactNode(op program.Op, a, b node, kind schema.Kind, bound *big.Int, scale int32) node {
	checked := bound.Cmp(max38) > 0
	if checked {
		bound = max38
	}
	f := exactForm(decimalType(kind, bound, scale), bound)
	if f.in == inInts && a.form().in == inInts && b.form().in == inInts {
		return &intsNode{op: op, a: a, b: b, f: f}
	}
	f.in = inNums
	return &numsNode{op: op, a: widened(a), b: widened(b), f: f, checked: checked}
}

// times is arithmetic with dates, instants and durations.
func times(op program.Op, a, b node) (node, error) {
	x, y := a.form().typ.Kind, b.form().typ.Kind
	switch {
	case op == program.OpSub && x == schema.Date && y == schema.Date:
		return &intNode{a: a, b: b, f: formOf(schema.Type{Kind: schema.Duration}), fn: func(p, q int64) (int64, bool) {
			days, ok := operateInts(program.OpSub, p, q)
			micros, ok2 := operateInts(program.OpMul, days, dayMicros)
			return micros, ok && ok2
		}}, nil
	case op != program.OpMul && x == schema.Date && y == schema.Duration:
		return &intNode{a: a, b: b, f: formOf(schema.Type{Kind: schema.Date}), fn: func(p, q int64) (int64, bool) {
			days, ok := operateInts(op, p, q/dayMicros)
			return days, ok && q%dayMicros == 0
		}}, nil
	case x == schema.Timestamp && y == schema.Timestamp && op == program.OpSub:
		return &intsNode{op: op, a: a, b: b, f: formOf(schema.Type{Kind: schema.Duration}), checked: true}, nil
	case x == schema.Timestamp && y == schema.Duration && op != program.OpMul, x == schema.Duration && y == schema.Duration && op != program.OpMul:
		return &intsNode{op: op, a: a, b: b, f: formOf(schema.Type{Kind: x}), checked: true}, nil
	}
	return nil, errSlow
}

func (c *compiler) cond(e *program.Expr) (node, error) {
	args, err := c.nodes(e.Args)
	if err != nil {
		return nil, err
	}
	branches, f, ok := alike(args[1:], e.Type)
	if !ok {
		return nil, errSlow
	}
	return &condNode{cond: args[0], a: branches[0], b: branches[1], chosen: chosen{f: f}}, nil
}

// in compiles a search in constants of the argument's own kind.
func (c *compiler) in(e *program.Expr) (node, error) {
	arg, err := c.node(e.Args[0])
	if err != nil {
		return nil, err
	}
	list, err := c.nodes(e.Args[1:])
	if err != nil {
		return nil, err
	}
	if f := arg.form(); f.in == inNums || f.in == inFloats || f.typ.Kind == schema.JSON {
		return nil, errSlow
	}
	n := &inNode{arg: arg}
	for _, item := range list {
		v, ok := constant(item)
		switch {
		case !ok:
			return nil, errSlow
		case v.Null:
			n.null = true
			continue
		}
		i, text, equalable, ok := keyOf(arg.form(), v)
		if !ok {
			return nil, errSlow
		}
		if !equalable {
			continue
		}
		if arg.form().in == inBytes {
			n.few = append(n.few, text)
		} else {
			n.fewInt = append(n.fewInt, i)
		}
	}
	if len(n.few) > fewConstants {
		n.texts = make(map[string]bool, len(n.few))
		for _, s := range n.few {
			n.texts[s] = true
		}
	}
	if len(n.fewInt) > fewConstants {
		n.ints = make(map[int64]bool, len(n.fewInt))
		for _, i := range n.fewInt {
			n.ints[i] = true
		}
	}
	return n, nil
}

// keyOf is a constant as it stands in the buffer of a form; equalable is false if no value of the form
// can be equal to it, ok if the two kinds have no such buffer in common.
func keyOf(f form, v schema.Value) (i int64, text string, equalable, ok bool) {
	k := f.typ.Kind
	switch {
	case isText(k) && isText(v.Type.Kind), k == schema.Bytes && v.Type.Kind == schema.Bytes:
		return 0, v.Text, true, true
	case f.isNumber() && f.in == inInts && isExact(v.Type.Kind):
		d := builtin.Number(v)
		n, err := decimal.Rescale(d.Coef, d.Scale, f.scale())
		i, fits := n.Int64()
		return i, "", err == nil && fits, true
	case f.in == inInts && !f.isNumber() && k == v.Type.Kind:
		return v.Int, "", true, true
	}
	return 0, "", false, false
}
