package mutate

import (
	"slices"

	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// others are the operators that stand in for one, and how operators are written.
var (
	others = map[program.Op]program.Op{
		program.OpEqual: program.OpNotEqual, program.OpNotEqual: program.OpEqual,
		program.OpLess: program.OpLessEqual, program.OpLessEqual: program.OpLess,
		program.OpGreater: program.OpGreaterEqual, program.OpGreaterEqual: program.OpGreater,
		program.OpAdd: program.OpSub, program.OpSub: program.OpAdd,
		program.OpAnd: program.OpOr, program.OpOr: program.OpAnd,
	}
	signs = map[program.Op]string{
		program.OpEqual: "==", program.OpNotEqual: "!=", program.OpLess: "<", program.OpLessEqual: "<=", program.OpGreater: ">", program.OpGreaterEqual: ">=",
		program.OpAdd: "+", program.OpSub: "-", program.OpAnd: "and", program.OpOr: "or",
	}
	turned = map[program.Op]program.Op{
		program.OpLess: program.OpGreaterEqual, program.OpLessEqual: program.OpGreater,
		program.OpGreater: program.OpLessEqual, program.OpGreaterEqual: program.OpLess,
	}
)

// leaves are the functions that give what they take, a little changed: without them the argument stands as it is.
var leaves = []string{"abs", "lower", "trim", "upper"}

func (m *maker) all(of []*program.Expr) {
	for i := range of {
		m.value(&of[i])
	}
}

// negate turns a condition round, unless another operator does the same.
func (m *maker) negate(what string, e **program.Expr) {
	if *e == nil || m.done() || (*e).Op == program.OpEqual || (*e).Op == program.OpNotEqual {
		return
	}
	text := written((*e).Span)
	m.try((*e).Span, what+" "+text, what+" not ("+text+")", func() {
		*e = &program.Expr{Op: program.OpNot, Type: (*e).Type, Args: []*program.Expr{*e}, Span: (*e).Span}
	})
}

// value changes *e or something below it.
func (m *maker) value(at **program.Expr) {
	e := *at
	if e == nil || m.done() {
		return
	}
	switch e.Op {
	case program.OpEqual, program.OpNotEqual, program.OpLess, program.OpLessEqual, program.OpGreater, program.OpGreaterEqual, program.OpAnd, program.OpOr:
		m.operator(e, others[e.Op])
		if other, ok := turned[e.Op]; ok {
			m.operator(e, other)
		}
		if e.Op != program.OpAnd && e.Op != program.OpOr && !m.done() {
			m.threshold(e)
		}
	case program.OpAdd, program.OpSub:
		if sameShape(e) {
			m.operator(e, others[e.Op])
		}
	case program.OpNot:
		m.try(e.Span, written(e.Span), written(e.Args[0].Span), func() { *at = e.Args[0] })
	case program.OpCond:
		now := written(e.Args[0].Span) + " ? " + written(e.Args[2].Span) + " : " + written(e.Args[1].Span)
		m.try(e.Span, written(e.Span), now, func() { e.Args[1], e.Args[2] = e.Args[2], e.Args[1] })
	case program.OpIn:
		m.list(e)
	case program.OpCall:
		m.call(at)
	}
	for i := range e.Args {
		if m.done() {
			return
		}
		m.value(&e.Args[i])
	}
}

func (m *maker) operator(e *program.Expr, other program.Op) {
	if m.done() {
		return
	}
	now := ""
	for i, a := range e.Args {
		if i > 0 {
			now += " " + signs[other] + " "
		}
		now += written(a.Span)
	}
	m.try(e.Span, written(e.Span), now, func() { e.Op = other })
}

// threshold doubles the number that something is compared with.
func (m *maker) threshold(e *program.Expr) {
	if e.Args[1].Op == program.OpLiteral {
		m.double(written(e.Args[0].Span)+" "+signs[e.Op]+" ", &e.Args[1])
	}
}

// sameShape reports whether the other sign gives a value of the same type: a time less a time is none more a time.
func sameShape(e *program.Expr) bool {
	a, b := e.Args[0].Type.Kind, e.Args[1].Type.Kind
	return e.Type.Kind == a && (a != schema.Timestamp && a != schema.Date || b == schema.Duration) && !(a == schema.Duration && b == schema.Timestamp)
}

// list takes one value at a time out of what stands after in.
func (m *maker) list(e *program.Expr) {
	if len(e.Args) < 3 {
		return
	}
	for i := 1; i < len(e.Args); i++ {
		if m.done() {
			return
		}
		gone := e.Args[i]
		m.try(gone.Span, written(gone.Span)+" in the list", "", func() { e.Args = slices.Delete(slices.Clone(e.Args), i, i+1) })
	}
}

func (m *maker) call(at **program.Expr) {
	e := *at
	switch {
	case slices.Contains(leaves, e.Name) && e.Args[0].Type.Kind == e.Type.Kind:
		m.try(e.Span, written(e.Span), written(e.Args[0].Span), func() { *at = e.Args[0] })
	case e.Name == "coalesce" && len(e.Args) > 1:
		m.try(e.Span, written(e.Span), written(e.Args[0].Span), func() { *at = e.Args[0] })
	case e.Name == "decode" && len(e.Args) > 1 && len(e.Args[1].Args) > 2:
		entries := e.Args[1]
		for i := 0; i+1 < len(entries.Args); i += 2 {
			if m.done() {
				return
			}
			span := entries.Args[i].Span
			span.End = max(span.End, entries.Args[i+1].Span.End)
			m.try(span, written(span), "", func() { entries.Args = slices.Delete(slices.Clone(entries.Args), i, i+2) })
		}
	}
}
