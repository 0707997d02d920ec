package mutate

import (
	"fmt"
	"slices"

	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

func (m *maker) rule(r *program.Rule) {
	for i := range r.Keys {
		if len(r.Keys) > 1 {
			m.try(r.Keys[i].Span, written(r.Keys[i].Span), "", func() { r.Keys = slices.Delete(slices.Clone(r.Keys), i, i+1) })
			if m.done() {
				return
			}
		}
		m.all(r.Keys[i].Terms)
	}
	for i := range r.Compare {
		m.comparison(&r.Compare[i])
	}
	for i := range r.Unique {
		u := &r.Unique[i]
		for j := range u.Terms {
			if m.done() {
				return
			}
			if len(u.Terms) > 1 {
				m.try(u.Terms[j].Span, written(u.Terms[j].Span), "", func() { u.Terms = slices.Delete(u.Terms, j, j+1) })
			}
		}
	}
	for i := range r.Assert {
		a := &r.Assert[i]
		m.try(a.Span, written(a.Span), "", func() { a.Cond = truth(true, a.Cond) })
		m.value(&a.Cond)
	}
	if r.Duplicates == program.Pair {
		m.try(r.Span, `duplicates = "pair"`, "", func() { r.Duplicates = program.SetAside })
	}
	m.window(r)
	m.part = Gate
	for i := range r.Gates {
		g := &r.Gates[i]
		m.try(g.Span, written(g.Span), "", func() { g.When = truth(false, g.When) })
		m.value(&g.When)
	}
	m.part = Handler
	for i := range r.Handlers {
		h := &r.Handlers[i]
		if h.Where != nil {
			m.drop("where", &h.Where)
			m.value(&h.Where)
		}
	}
	m.part = Outcome
}

func (m *maker) comparison(c *program.Comparison) {
	// Left out is not removed: gates and handlers may name it.
	m.try(c.Span, written(c.Span), "", func() { c.Where = truth(false, c.Terms[c.Base]) })
	m.all(c.Terms)
	m.tolerance(c)
	for i, ignored := range c.Ignoring {
		word := []string{"case", "space", "width"}[ignored-program.Case]
		m.try(c.Span, "ignoring "+word, "", func() { c.Ignoring = slices.Delete(slices.Clone(c.Ignoring), i, i+1) })
	}
	if c.Where != nil && !m.done() {
		m.drop("where", &c.Where)
		m.negate("where", &c.Where)
		m.value(&c.Where)
	}
}

func (m *maker) tolerance(c *program.Comparison) {
	t := &c.Tolerance
	if len(t.Bounds) == 0 {
		return
	}
	if len(t.Bounds) > 1 {
		first, last := t.Bounds[0].Span, t.Bounds[len(t.Bounds)-1].Span
		first.End = last.End
		now := "and"
		if t.All {
			now = "or"
		}
		m.try(first, written(first), joined(t.Bounds, now), func() { t.All = !t.All })
	}
	for i := range t.Bounds {
		if m.done() {
			return
		}
		b := &t.Bounds[i]
		if len(t.Bounds) > 1 {
			m.try(b.Span, written(b.Span), "", func() { t.Bounds = slices.Delete(t.Bounds, i, i+1) })
			if m.done() {
				return
			}
		} else {
			m.try(b.Span, "within "+written(b.Span), "", func() { t.Bounds = nil })
			if m.done() {
				return
			}
		}
		m.double("", &b.Value)
	}
}

func joined(bounds []program.Bound, word string) string {
	text := ""
	for i, b := range bounds {
		if i > 0 {
			text += " " + word + " "
		}
		text += written(b.Span)
	}
	return text
}

func (m *maker) window(r *program.Rule) {
	w := r.Window
	if w == nil {
		return
	}
	if w.Slack != nil {
		m.try(w.Slack.Span, "slack = "+written(w.Slack.Span), "", func() { w.Slack = nil })
		if m.done() {
			return
		}
		m.double("slack = ", &w.Slack)
	}
	if w.Carry != nil && !m.done() {
		m.try(w.Carry.Span, "carry = "+written(w.Carry.Span), "", func() { w.Carry, w.Slack = nil, nil })
		if m.done() {
			return
		}
		m.double("carry = ", &w.Carry)
	}
}

// source changes what a source or view leaves out and derives. What a plugin reads is nobody's test.
func (m *maker) source(s *program.Source) {
	if s.Where != nil {
		m.drop("where", &s.Where)
		m.value(&s.Where)
	}
	v := s.View
	if v == nil {
		return
	}
	if v.Where != nil && !m.done() {
		m.drop("where", &v.Where)
		m.value(&v.Where)
	}
	for i := range v.Row {
		m.value(&v.Row[i].Derived)
	}
	if v.Group == nil || m.done() {
		return
	}
	m.all(v.Group.By)
	for i := range v.Group.Aggregates {
		m.aggregate(&v.Group.Aggregates[i])
	}
	for i := range v.Group.Out {
		m.value(&v.Group.Out[i].Derived)
	}
}

func (m *maker) aggregate(a *program.Aggregate) {
	if a.Where != nil {
		m.drop("the condition", &a.Where)
		m.value(&a.Where)
	}
	if a.Arg == nil || m.done() {
		return
	}
	m.value(&a.Arg)
	if other := map[program.AggregateFunc]program.AggregateFunc{program.Min: program.Max, program.Max: program.Min, program.Sum: program.Max}[a.Func]; other != "" && a.Arg != nil {
		m.try(a.Arg.Span, fmt.Sprintf("%s(%s)", a.Func, written(a.Arg.Span)), fmt.Sprintf("%s(%s)", other, written(a.Arg.Span)), func() { a.Func = other })
	}
}

// drop takes a condition away.
func (m *maker) drop(what string, e **program.Expr) {
	if *e == nil || m.done() {
		return
	}
	m.try((*e).Span, what+" "+written((*e).Span), "", func() { *e = nil })
}

// truth is a condition that is always the same, in the place of another.
func truth(value bool, at *program.Expr) *program.Expr {
	v := schema.Bool(value)
	e := &program.Expr{Op: program.OpLiteral, Type: v.Type, Value: v}
	if at != nil {
		e.Span = at.Span
	}
	return e
}
