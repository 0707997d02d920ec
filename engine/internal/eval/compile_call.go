package eval

import (
	"math/big"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

func (c *compiler) call(e *program.Expr) (node, error) {
	switch e.Name {
	case "abs":
		return c.sign(e.Args[0], true)
	case "min", "max":
		return c.extreme(e)
	case "coalesce":
		args, err := c.nodes(e.Args)
		if err != nil {
			return nil, err
		}
		args, f, ok := alike(args, e.Type)
		if !ok {
			return nil, errSlow
		}
		return &coalesceNode{args: args, chosen: chosen{f: f}}, nil
	case "decode":
		return c.decode(e)
	case "unit":
		return c.node(e.Args[0])
	case "from_minor":
		return c.fromMinor(e)
	case "round":
		if e.Args[0].Op == program.OpDiv {
			return c.divide(e)
		}
	}
	f := builtin.Find(e.Name)
	if f == nil || f.Bind == nil {
		return nil, errSlow
	}
	return c.bind(f, e)
}

// constants computes arguments that are known; ok is false if one is not, or is null.
func (c *compiler) constants(args []*program.Expr) (list []schema.Value, ok bool) {
	for _, a := range args {
		if !allConstant([]*program.Expr{a}) {
			return nil, false
		}
		v, err := c.interp.value(a)
		if err != nil || v.Null {
			return nil, false
		}
		list = append(list, v)
	}
	return list, true
}

// bind compiles a function that needs nothing but its first argument from a row.
func (c *compiler) bind(f *builtin.Func, e *program.Expr) (node, error) {
	rest, ok := c.constants(e.Args[1:])
	if !ok {
		return nil, errSlow
	}
	arg, err := c.node(e.Args[0])
	if err != nil {
		return nil, err
	}
	loc, err := c.env.location(e)
	if err != nil {
		return nil, err
	}
	g := arg.form()
	if g.in == inBytes && g.typ.Kind == schema.Bytes {
		return nil, errSlow
	}
	b, err := f.Bind(builtin.Context{Now: c.env.Now, Zone: loc}, g.typ, rest)
	if err != nil {
		return nil, errSlow // each row has this fault
	}
	n := &boundNode{arg: arg, fn: b}
	switch {
	case b.Dec != nil, b.Float != nil:
		n.f = form{typ: schema.Type{Kind: schema.Decimal, Precision: decimal.MaxDigits, Scale: b.Scale}, in: inNums, bound: max38}
	case b.Round != nil:
		return rounded(arg, n, e.Name, rest), nil
	default:
		n.f = formOf(e.Type)
	}
	return n, nil
}

var roundings = map[string]decimal.Rounding{"floor": decimal.Floor, "ceil": decimal.Ceiling, "trunc": decimal.Down}

// rounded is the rounding of an exact number, in 64 bits where that will do.
func rounded(arg node, slow *boundNode, name string, rest []schema.Value) node {
	f := arg.form()
	places := int32(0)
	if len(rest) > 0 {
		places = int32(rest[0].Int)
	}
	if places >= f.scale() {
		return arg
	}
	mode, ok := roundings[name]
	if !ok {
		mode = builtin.RoundingMode(rest[1:])
	}
	steps := f.scale() - places
	bound := new(big.Int).Quo(f.bound, power(steps))
	bound.Add(bound, big.NewInt(1))
	factor := power(max(-places, 0))
	bound.Mul(bound, factor)
	if f.in == inInts && bound.Cmp(maxInt) <= 0 && steps <= 18 && max(-places, 0) <= 18 {
		g := exactForm(decimalType(schema.Decimal, bound, max(places, 0)), bound)
		if f.typ.Kind == schema.Integer {
			g = form{typ: f.typ, bound: bound}
		}
		return &roundNode{arg: arg, f: g, divisor: int64(decimal.Pow10(steps).Lo), factor: factor.Int64(), mode: mode}
	}
	if bound.Cmp(max38) > 0 {
		bound = max38
	}
	slow.f = exactForm(decimalType(schema.Decimal, bound, max(places, 0)), bound)
	if f.typ.Kind == schema.Integer {
		slow.f = form{typ: f.typ, bound: anyInt}
	}
	return slow
}

func (c *compiler) divide(e *program.Expr) (node, error) {
	args, err := c.nodes(e.Args[0].Args)
	if err != nil {
		return nil, err
	}
	rest, ok := c.constants(e.Args[1:])
	if !ok || !args[0].form().isNumber() || !args[1].form().isNumber() {
		return nil, errSlow
	}
	for _, n := range args {
		if v, ok := constant(n); ok && v.Null {
			return nil, errSlow
		}
	}
	places := int32(rest[0].Int)
	return &divideNode{
		a: widened(args[0]), b: widened(args[1]), places: places, mode: builtin.RoundingMode(rest[1:]),
		f: form{typ: schema.Type{Kind: schema.Decimal, Precision: decimal.MaxDigits, Scale: max(places, 0)}, in: inNums, bound: max38},
	}, nil
}

func (c *compiler) extreme(e *program.Expr) (node, error) {
	args, err := c.nodes(e.Args)
	if err != nil {
		return nil, err
	}
	for _, n := range args {
		if v, ok := constant(n); ok && v.Null {
			return nil, errSlow
		}
	}
	args, f, ok := alike(args, e.Type)
	if !ok || f.in == inBytes {
		return nil, errSlow
	}
	best := args[0]
	for _, next := range args[1:] {
		best = &extremeNode{a: best, b: next, f: f, max: e.Name == "max"}
	}
	return best, nil
}

func (c *compiler) fromMinor(e *program.Expr) (node, error) {
	code, ok := c.constants(e.Args[1:])
	if !ok {
		return nil, errSlow
	}
	digits, ok := builtin.CurrencyDigits(code[0].Text)
	if !ok {
		return nil, errSlow
	}
	arg, err := c.node(e.Args[0])
	if err != nil {
		return nil, err
	}
	f := arg.form()
	f.typ = decimalType(schema.Decimal, f.bound, f.scale()+digits)
	return &relabelNode{node: arg, f: f}, nil
}

func (c *compiler) decode(e *program.Expr) (node, error) {
	arg, err := c.node(e.Args[0])
	if err != nil {
		return nil, err
	}
	pairs, err := c.interp.value(e.Args[1])
	if err != nil {
		return nil, errSlow
	}
	n := &decodeNode{arg: arg, other: -1}
	if arg.form().in == inBytes {
		n.texts = map[string]int{}
	} else {
		n.ints = map[int64]int{}
	}
	var values []schema.Value
	for i := 0; i+1 < len(pairs.List); i += 2 {
		j, text, equalable, ok := keyOf(arg.form(), pairs.List[i])
		if !ok || pairs.List[i].Null {
			return nil, errSlow
		}
		if n.texts != nil && equalable {
			n.texts[text] = len(values)
			n.few = append(n.few, text)
		} else if equalable {
			n.ints[j] = len(values)
		}
		values = append(values, pairs.List[i+1])
	}
	if len(n.few) > fewConstants || len(n.few) < len(values) {
		n.few = nil
	}
	if len(e.Args) > 2 {
		v, err := c.interp.value(e.Args[2])
		if err != nil {
			return nil, errSlow
		}
		n.other = len(values)
		values = append(values, v)
	}
	var nodes []node
	for _, v := range values {
		if !v.Null {
			if v, err = fit(v, e.Type); err != nil {
				return nil, errSlow
			}
		}
		nodes = append(nodes, constantOf(v, e.Type))
	}
	nodes, f, ok := alike(nodes, e.Type)
	if !ok {
		return nil, errSlow
	}
	for i, m := range nodes {
		values[i], _ = constant(m)
	}
	n.values, n.f = constants(values, f), f
	return n, nil
}
