package eval

import (
	"errors"
	"fmt"
	"math/big"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// Compile makes a kernel of an expression over rows. It fails where the environment lacks a name, never because
// of the expression's shape: what has no kernel runs row by row.
func Compile(e *program.Expr, env Env) (*Kernel, error) {
	return compile(e, e.Type, env)
}

// CompileAs is Compile for a column that is declared with type t: integers become decimals, decimals change their
// scale if no digit is lost, and a text is read as the language writes a value of that type. A value that
// does not fit is a fault.
func CompileAs(e *program.Expr, t schema.Type, env Env) (*Kernel, error) {
	return compile(e, t, env)
}

func compile(e *program.Expr, t schema.Type, env Env) (*Kernel, error) {
	c := &compiler{env: &env, interp: newInterpreter(&env)}
	if err := c.resolve(e); err != nil {
		return nil, err
	}
	root, err := c.node(e)
	if err != nil {
		return nil, err
	}
	k := &Kernel{expr: e, interp: c.interp, slow: c.slow, reads: c.reads}
	if t.Kind == schema.Null {
		t = schema.Type{Kind: schema.Boolean} // nothing but nulls: any layout will do
	}
	if root.form().typ.Kind != t.Kind || !t.Equal(e.Type) {
		k.convert = func(v schema.Value) (schema.Value, error) { return convertValue(v, t, env.Zone) }
	}
	if root, err = c.convert(root, t); err != nil {
		return nil, err
	}
	k.root, k.typ = root, root.form().typ
	return k, nil
}

// errSlow says that an expression has no kernel.
var errSlow = errors.New("no kernel")

type compiler struct {
	env    *Env
	interp *interpreter
	reads  []read
	slow   []string
}

// resolve finds the columns that e reads, and fails for a name that there is not.
func (c *compiler) resolve(e *program.Expr) (err error) {
	e.Walk(func(x *program.Expr) bool {
		if err != nil {
			return false
		}
		switch x.Op {
		case program.OpColumn, program.OpPhysical:
			r := read{poisoned: -1}
			if r.column, err = c.env.columnOf(x); err != nil {
				return false
			}
			if x.Op == program.OpColumn && c.env.Poisoned != nil {
				if p, ok := c.env.Poisoned(x.Side, x.Index); ok {
					r.poisoned = p
				}
			}
			c.reads = append(c.reads, r)
		case program.OpParamRef, program.OpBound:
			if _, ok := c.env.Params[x.Name]; !ok {
				err = fmt.Errorf("%s has no value", x.Name)
			}
		case program.OpMetric, program.OpSecretRef:
			err = fmt.Errorf("%s is not known of a row", x.Name)
		}
		return err == nil
	})
	return err
}

// node compiles e to values of e.Type; a decimal type without a scale leaves the scale open.
func (c *compiler) node(e *program.Expr) (node, error) {
	if e.Op != program.OpMapOf && allConstant([]*program.Expr{e}) {
		if v, err := c.interp.value(e); err == nil {
			return constantOf(v, e.Type), nil
		}
		return c.rows(e)
	}
	n, err := c.operation(e)
	if err == errSlow {
		return c.rows(e)
	}
	if err != nil {
		return nil, err
	}
	return fitNode(n, e.Type), nil
}

// rows leaves e to the interpreter.
func (c *compiler) rows(e *program.Expr) (node, error) {
	t := e.Type
	if t.Kind == schema.Percent || t.Kind == schema.Decimal && t.Precision == 0 {
		return nil, fmt.Errorf("the scale of %s is not known", describe(e))
	}
	c.slow = append(c.slow, describe(e))
	return &rowNode{expr: e, interp: c.interp, f: formOf(t)}, nil
}

// describe is e as it is written, or at least its kind.
func describe(e *program.Expr) string {
	if text := e.Span.Text(); text != "" {
		return text
	}
	if e.Op == program.OpCall {
		return e.Name + "(…)"
	}
	return "an expression of type " + e.Type.String()
}

// constantOf is a constant with the form that its own digits need.
func constantOf(v schema.Value, t schema.Type) node {
	if v.Null {
		if t.Kind == schema.Null {
			t = schema.Type{Kind: schema.Boolean}
		}
		var f form
		if isExact(t.Kind) {
			f = exactForm(t, new(big.Int))
		} else {
			f = formOf(t)
		}
		return newConst(v, f)
	}
	switch {
	case v.Type.Kind == schema.Integer:
		return newConst(v, form{typ: v.Type, bound: new(big.Int).Abs(big.NewInt(v.Int))})
	case isExact(v.Type.Kind):
		typ := schema.Dec(v.Dec).Type
		typ.Kind = v.Type.Kind
		return newConst(v, exactForm(typ, new(big.Int).Abs(toBig(v.Dec.Coef))))
	}
	return newConst(v, formOf(v.Type))
}

// constant is the value of a node that has the same for every row.
func constant(n node) (v schema.Value, ok bool) {
	switch n := n.(type) {
	case *constNode:
		return n.value, true
	case *relabelNode:
		return constant(n.node)
	}
	return v, false
}

// fitNode gives a node the type t as fit gives it to a value.
func fitNode(n node, t schema.Type) node {
	f := n.form()
	switch {
	case (t.Kind == schema.Decimal || t.Kind == schema.Percent) && f.isNumber():
		if t.Precision > 0 && f.scale() != t.Scale {
			return scaled(n, t.Scale, t.Kind)
		}
		if f.typ.Kind == t.Kind {
			return n
		}
		f.typ = decimalType(t.Kind, f.bound, f.scale())
		return retype(n, f)
	case t.Kind == schema.Float && f.isNumber():
		return &realNode{arg: n, f: formOf(t)}
	case isText(t.Kind) && isText(f.typ.Kind) && !f.typ.Equal(t):
		f.typ = t
		return retype(n, f)
	}
	return n
}

// retype is a node under another form of the same buffers.
func retype(n node, f form) node {
	if v, ok := constant(n); ok && !isExact(f.typ.Kind) {
		v.Type = f.typ
		return newConst(v, f)
	}
	return &relabelNode{node: n, f: f}
}

// decimalType is the type of numbers within a bound.
func decimalType(kind schema.Kind, bound *big.Int, scale int32) schema.Type {
	digits := int32(len(bound.String()))
	return schema.Type{Kind: kind, Precision: min(max(digits, scale, 1), decimal.MaxDigits), Scale: scale}
}

// scaled is a node at another scale.
func scaled(n node, to int32, kind schema.Kind) node {
	f := n.form()
	if v, ok := constant(n); ok {
		if v.Null {
			return newConst(v, exactForm(schema.Type{Kind: kind, Precision: max(to, 1), Scale: to}, new(big.Int)))
		}
		d := builtin.Number(v)
		if coef, err := decimal.Rescale(d.Coef, d.Scale, to); err == nil {
			v.Type, v.Dec, v.Int = schema.Type{Kind: kind}, decimal.Decimal{Coef: coef, Scale: to}, 0
			return constantOf(v, v.Type)
		}
	}
	from := f.scale()
	bound := new(big.Int)
	if to >= from {
		bound.Mul(f.bound, power(to-from))
	} else {
		bound.Quo(f.bound, power(from-to))
	}
	bounded := bound.Cmp(max38) <= 0
	if !bounded {
		bound = max38
	}
	g := exactForm(decimalType(kind, bound, to), bound)
	if to < from { // digits may be lost, and are looked for in the wider form
		g.in = f.in
	}
	return &scaleNode{arg: n, f: g, from: from, to: to, bounded: bounded}
}

// widened is an exact number in 128 bits.
func widened(n node) node {
	f := n.form()
	if f.in == inNums {
		return n
	}
	if f.typ.Kind == schema.Integer {
		f.typ = schema.Type{Kind: schema.Decimal, Precision: 19}
	}
	f.in = inNums
	if v, ok := constant(n); ok {
		return newConst(v, f)
	}
	return &scaleNode{arg: n, f: f, from: f.scale(), to: f.scale()}
}

// alike brings nodes to one form, so that their values can stand in one column of type t. ok is false if
// there is no such form.
func alike(nodes []node, t schema.Type) (out []node, f form, ok bool) {
	out = append(out, nodes...)
	exact, wide, scale := true, false, int32(0)
	bound := new(big.Int)
	for i, n := range out {
		if v, ok := constant(n); ok && v.Null {
			continue
		}
		out[i] = fitNode(n, t)
		g := out[i].form()
		if exact = exact && g.isNumber(); exact {
			scale = max(scale, g.scale())
		} else if f.typ.Kind != schema.Invalid && (f.typ.Kind != g.typ.Kind || f.in != g.in) {
			return nil, f, false
		}
		f = g
	}
	if f.typ.Kind == schema.Invalid {
		return nil, f, false // all of them null
	}
	kind := f.typ.Kind
	for i, n := range out {
		v, isConst := constant(n)
		null := isConst && v.Null
		switch {
		case null && !exact:
			out[i] = newConst(v, f)
			continue
		case !exact:
			continue
		case null:
			out[i] = newConst(v, exactForm(schema.Type{Kind: kind, Precision: max(scale, 1), Scale: scale}, new(big.Int)))
		case n.form().typ.Kind != schema.Integer:
			kind = n.form().typ.Kind
		}
	}
	if !exact {
		return out, f, true
	}
	for i, n := range out {
		if n.form().scale() != scale {
			out[i] = scaled(n, scale, kind)
		}
		if g := out[i].form(); g.bound.Cmp(bound) > 0 {
			bound = g.bound
		}
		wide = wide || out[i].form().in == inNums
	}
	f = exactForm(decimalType(kind, bound, scale), bound)
	if kind == schema.Integer {
		f = form{typ: schema.Type{Kind: kind}, bound: anyInt}
	}
	if wide || f.in == inNums {
		f.in = inNums
		for i := range out {
			out[i] = widened(out[i])
		}
	}
	return out, f, true
}
