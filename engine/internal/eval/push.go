package eval

import (
	"time"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/schedule"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// Push parts a source's condition in two: conditions on physical columns that mean exactly the same, and what is
// left to evaluate here, nil if nothing is. All of both must hold.
func Push(where *program.Expr, columns []program.Column, env Env) (conditions []schema.Condition, rest *program.Expr) {
	p := pusher{columns: columns, env: &env}
	if where == nil {
		return nil, nil
	}
	parts := []*program.Expr{where}
	if where.Op == program.OpAnd {
		parts = where.Args
	}
	var left []*program.Expr
	for _, e := range parts {
		if c, ok := p.condition(e); ok {
			conditions = append(conditions, c)
		} else {
			left = append(left, e)
		}
	}
	switch len(left) {
	case 0:
		return conditions, nil
	case 1:
		return conditions, left[0]
	case len(parts):
		return conditions, where
	}
	and := *where
	and.Args = left
	return conditions, &and
}

// WindowConditions says that a source's time column, which is read as it is, lies in [start, end): instants for a
// timestamp, for a date the days whose first instant in zone lies there. ok is false if the column is derived.
func WindowConditions(c *program.Column, start, end time.Time, zone *time.Location) (conditions []schema.Condition, ok bool) {
	if c.Derived != nil {
		return nil, false
	}
	from, to := start.UnixMicro(), end.UnixMicro()
	if c.Type.Kind == schema.Date {
		from, to = firstDay(start, zone), firstDay(end, zone)
	}
	return []schema.Condition{
		{Op: schema.GreaterEqual, Column: c.Physical, Type: c.Type, Values: []schema.Value{{Type: c.Type, Int: from}}},
		{Op: schema.Less, Column: c.Physical, Type: c.Type, Values: []schema.Value{{Type: c.Type, Int: to}}},
	}, true
}

// firstDay is the first date whose first instant in zone is not before t.
func firstDay(t time.Time, zone *time.Location) int64 {
	if zone == nil {
		zone = time.UTC
	}
	year, month, day := t.In(zone).Date()
	days := time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / 86400
	for schedule.FirstInstant(days, zone).Before(t) {
		days++
	}
	return days
}

type pusher struct {
	columns []program.Column
	env     *Env
}

var pushedOps = map[program.Op]schema.Op{
	program.OpEqual: schema.Equal, program.OpLess: schema.Less, program.OpLessEqual: schema.LessEqual,
	program.OpGreater: schema.Greater, program.OpGreaterEqual: schema.GreaterEqual,
}

// condition is e as a condition; ok is false if there is none that means the same.
func (p *pusher) condition(e *program.Expr) (c schema.Condition, ok bool) {
	switch e.Op {
	case program.OpAnd, program.OpOr, program.OpNot:
		c.Op = map[program.Op]schema.Op{program.OpAnd: schema.And, program.OpOr: schema.Or, program.OpNot: schema.Not}[e.Op]
		for _, a := range e.Args {
			arg, ok := p.condition(a)
			if !ok {
				return c, false
			}
			c.Args = append(c.Args, arg)
		}
		return c, true
	case program.OpColumn:
		c, ok = p.column(e)
		c.Op, c.Values = schema.Equal, []schema.Value{schema.Bool(true)}
		return c, ok && c.Type.Kind == schema.Boolean
	case program.OpNotEqual:
		equal := *e
		equal.Op = program.OpEqual
		c, ok = p.condition(&equal)
		return schema.Condition{Op: schema.Not, Args: []schema.Condition{c}}, ok
	case program.OpIn:
		return p.in(e)
	}
	if _, ok := pushedOps[e.Op]; ok {
		return p.comparison(e)
	}
	return c, false
}

// column is the start of a condition on a column that is read as it is. A float's order and equality differ between
// systems, json and bytes have none that all share; a unit in another column would have to be compared too.
func (p *pusher) column(e *program.Expr) (c schema.Condition, ok bool) {
	if e.Op != program.OpColumn {
		return c, false
	}
	column := &p.columns[e.Index]
	switch column.Type.Kind {
	case schema.Float, schema.JSON, schema.Bytes:
		return c, false
	}
	if column.Derived != nil || column.Unit.Column != 0 {
		return c, false
	}
	return schema.Condition{Column: column.Physical, Type: column.Type}, true
}

// constant is a value that does not depend on the row.
func (p *pusher) constant(e *program.Expr) (v schema.Value, ok bool) {
	if !allConstant([]*program.Expr{e}) {
		return v, false
	}
	v, err := newInterpreter(p.env).value(e)
	return v, err == nil
}

func (p *pusher) comparison(e *program.Expr) (c schema.Condition, ok bool) {
	op, x, y := e.Op, e.Args[0], e.Args[1]
	if y.Op == program.OpColumn {
		op, x, y = mirrored[op], y, x
	}
	c, ok = p.column(x)
	if !ok {
		return c, false
	}
	v, ok := p.constant(y)
	if !ok {
		return c, false
	}
	if v.Null {
		c.Op = schema.IsNull
		return c, op == program.OpEqual
	}
	if v, ok = as(v, c.Type); !ok {
		return c, false
	}
	c.Op, c.Values = pushedOps[op], []schema.Value{v}
	return c, true
}

func (p *pusher) in(e *program.Expr) (c schema.Condition, ok bool) {
	c, ok = p.column(e.Args[0])
	if !ok {
		return c, false
	}
	null := c
	null.Op, c.Op = schema.IsNull, schema.In
	hasNull := false
	for _, a := range e.Args[1:] {
		v, ok := p.constant(a)
		if !ok {
			return c, false
		}
		if v.Null {
			hasNull = true
			continue
		}
		if v, ok = as(v, c.Type); !ok {
			return c, false
		}
		c.Values = append(c.Values, v)
	}
	switch {
	case hasNull && len(c.Values) == 0:
		return null, true
	case hasNull:
		return schema.Condition{Op: schema.Or, Args: []schema.Condition{null, c}}, true
	}
	return c, len(c.Values) > 0
}

// as is a constant as a value of the column's own type. ok is false if it is not exactly one: then it is
// left to be evaluated here.
func as(v schema.Value, t schema.Type) (schema.Value, bool) {
	switch {
	case isText(t.Kind) && isText(v.Type.Kind):
		v.Type = schema.Type{Kind: schema.String}
		return v, true
	case t.Kind == v.Type.Kind && !isExact(t.Kind):
		return v, true
	case !isExact(t.Kind) || !isExact(v.Type.Kind):
		return v, false
	}
	d := builtin.Number(v)
	if t.Kind == schema.Integer {
		n, err := decimal.Rescale(d.Coef, d.Scale, 0)
		i, fits := n.Int64()
		return schema.Int(i), err == nil && fits
	}
	n, err := decimal.Rescale(d.Coef, d.Scale, t.Scale)
	return schema.Value{Type: t, Dec: decimal.Decimal{Coef: n, Scale: t.Scale}}, err == nil && decimal.Fits(n, t.Precision)
}
