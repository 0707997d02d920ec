package plan

import (
	"fmt"
	"slices"
	"time"

	"github.com/recon-lang/recon/engine/internal/eval"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// readSide works out what is asked of a side's source: each physical column that a declared one needs, once for each type
// it is needed in, and the conditions that a source can be asked.
func readSide(rule *program.Rule, side program.Side, in Inputs) Side {
	src := side.Source
	known := env(rule, in, src)
	s := Side{Request: sdk.ReadRequest{Zone: src.Zone, BadRows: true}}
	for _, c := range src.Columns {
		if c.Derived == nil {
			s.Physical = append(s.Physical, s.column(c.Physical, c.Type))
			continue
		}
		s.Physical = append(s.Physical, -1)
		c.Derived.Walk(func(e *program.Expr) bool {
			if e.Op == program.OpPhysical {
				s.column(e.Name, e.Type)
			}
			return true
		})
	}
	for i, c := range src.Columns {
		if eval.Doubts(src, i) {
			s.column(eval.DoubtColumn(c.Name), schema.Type{Kind: schema.Boolean})
		}
	}
	for _, e := range Conjuncts(src.Where) {
		c := Conjunct{Expr: e, Text: text(e), Pushed: -1, Here: true}
		if cond, ok := condition(e, src, known); ok {
			c.Pushed = len(s.Request.Where)
			s.Request.Where = append(s.Request.Where, cond)
		}
		s.Where = append(s.Where, c)
	}
	// What a source may evaluate comes first here too: a row that it leaves out is never seen by a condition that could
	// fault on it, whether the source left it out or not.
	slices.SortStableFunc(s.Where, func(a, b Conjunct) int { return pushable(b) - pushable(a) })
	if in.Window != nil && !src.Windowed && src.Time >= 0 {
		s.Cut = &Conjunct{Pushed: -1, Here: true, Text: fmt.Sprintf("%s in [%s, %s)", src.Columns[src.Time].Name,
			in.Window.Start.Format(time.RFC3339), in.Window.End.Format(time.RFC3339))}
		if cond, ok := cutCondition(src, in.Window); ok {
			s.Cut.Pushed = len(s.Request.Where)
			s.Request.Where = append(s.Request.Where, cond)
		}
	}
	return s
}

func pushable(c Conjunct) int {
	if c.Pushed >= 0 {
		return 1
	}
	return 0
}

// column is the index of a physical column in the request, added if it is not there.
func (s *Side) column(name string, t schema.Type) int {
	for i, c := range s.Request.Columns {
		if c.Name == name && c.Type.Equal(t) {
			return i
		}
	}
	s.Request.Columns = append(s.Request.Columns, schema.Column{Name: name, Type: t})
	return len(s.Request.Columns) - 1
}

// Conjuncts are the conditions of which e is the conjunction; none of nil.
func Conjuncts(e *program.Expr) []*program.Expr {
	if e == nil {
		return nil
	}
	if e.Op != program.OpAnd {
		return []*program.Expr{e}
	}
	var all []*program.Expr
	for _, a := range e.Args {
		all = append(all, Conjuncts(a)...)
	}
	return all
}

// cutCondition asks for the window's rows, and for those without a time, because they are an error
// that must not depend on what a source can do.
func cutCondition(src *program.Source, w *Window) (schema.Condition, bool) {
	c := src.Columns[src.Time]
	if c.Derived != nil || c.Type.Kind != schema.Timestamp {
		return schema.Condition{}, false
	}
	at := func(op schema.Op, t time.Time) schema.Condition {
		return schema.Condition{Op: op, Column: c.Physical, Type: c.Type, Values: []schema.Value{schema.Instant(t)}}
	}
	return schema.Condition{Op: schema.Or, Args: []schema.Condition{
		{Op: schema.IsNull, Column: c.Physical, Type: c.Type},
		{Op: schema.And, Args: []schema.Condition{at(schema.GreaterEqual, w.Start), at(schema.Less, w.End)}},
	}}, true
}

// condition is e as a condition that a source can be asked; ok is false if there is none that means the
// same.
func condition(e *program.Expr, src *program.Source, known eval.Env) (c schema.Condition, ok bool) {
	switch e.Op {
	case program.OpAnd, program.OpOr, program.OpNot:
		c.Op = map[program.Op]schema.Op{program.OpAnd: schema.And, program.OpOr: schema.Or, program.OpNot: schema.Not}[e.Op]
		for _, a := range e.Args {
			arg, ok := condition(a, src, known)
			if !ok {
				return c, false
			}
			c.Args = append(c.Args, arg)
		}
		return c, true
	case program.OpIn:
		return inCondition(e, src, known)
	}
	op, ok := comparisons[e.Op]
	if !ok {
		return c, false
	}
	column, ok := plainColumn(e.Args[0], src)
	other := e.Args[1]
	if !ok {
		if column, ok = plainColumn(e.Args[1], src); !ok {
			return c, false
		}
		op, other = mirrored[op], e.Args[0]
	}
	value, ok := constant(other, known)
	if !ok {
		return c, false
	}
	negate := e.Op == program.OpNotEqual
	switch {
	case value.Null && op != schema.Equal: // an ordering with null is false; no condition says that
		return schema.Condition{}, false
	case value.Null:
		c = schema.Condition{Op: schema.IsNull, Column: column.Physical, Type: column.Type}
	default:
		c = schema.Condition{Op: op, Column: column.Physical, Type: column.Type, Values: []schema.Value{value}}
	}
	if negate {
		c = schema.Condition{Op: schema.Not, Args: []schema.Condition{c}}
	}
	return c, true
}

func inCondition(e *program.Expr, src *program.Source, known eval.Env) (c schema.Condition, ok bool) {
	column, ok := plainColumn(e.Args[0], src)
	if !ok {
		return c, false
	}
	c = schema.Condition{Op: schema.In, Column: column.Physical, Type: column.Type}
	null := false
	for _, a := range e.Args[1:] {
		value, ok := constant(a, known)
		if !ok {
			return c, false
		}
		if value.Null {
			null = true
			continue
		}
		c.Values = append(c.Values, value)
	}
	if len(c.Values) == 0 {
		return c, false
	}
	if null {
		c = schema.Condition{Op: schema.Or, Args: []schema.Condition{{Op: schema.IsNull, Column: column.Physical, Type: column.Type}, c}}
	}
	return c, true
}

var comparisons = map[program.Op]schema.Op{
	program.OpEqual: schema.Equal, program.OpNotEqual: schema.Equal,
	program.OpLess: schema.Less, program.OpLessEqual: schema.LessEqual,
	program.OpGreater: schema.Greater, program.OpGreaterEqual: schema.GreaterEqual,
}

var mirrored = map[schema.Op]schema.Op{
	schema.Equal: schema.Equal, schema.Less: schema.Greater, schema.LessEqual: schema.GreaterEqual,
	schema.Greater: schema.Less, schema.GreaterEqual: schema.LessEqual,
}

// plainColumn is the column that e is, if a source can judge it as the language does: floats have NaN, JSON has a
// structure, a number with the unit of another column is equal to none of another unit.
func plainColumn(e *program.Expr, src *program.Source) (program.Column, bool) {
	if e.Op != program.OpColumn {
		return program.Column{}, false
	}
	c := src.Columns[e.Index]
	switch c.Type.Kind {
	case schema.Float, schema.JSON:
		return c, false
	}
	return c, c.Derived == nil && c.Unit.Column == 0
}
