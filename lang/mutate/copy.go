package mutate

import (
	"slices"

	"github.com/recon-lang/recon/lang/program"
)

// copied is a copy of a rule and of all that it reads.
type copied struct {
	rule    *program.Rule
	sources map[*program.Source]*program.Source // by the originals
	order   []*program.Source                   // the originals, as the rule meets them
}

func copyOf(r *program.Rule) *copied {
	c := &copied{sources: map[*program.Source]*program.Source{}}
	c.rule = c.ruleOf(r)
	return c
}

func (c *copied) ruleOf(r *program.Rule) *program.Rule {
	n := *r
	n.Sides = slices.Clone(r.Sides)
	for i := range n.Sides {
		n.Sides[i].Source = c.source(n.Sides[i].Source)
	}
	n.Keys = slices.Clone(r.Keys)
	for i := range n.Keys {
		n.Keys[i].Terms = exprs(n.Keys[i].Terms)
	}
	n.Compare = slices.Clone(r.Compare)
	for i := range n.Compare {
		k := &n.Compare[i]
		k.Terms, k.Where, k.Ignoring = exprs(k.Terms), expr(k.Where), slices.Clone(k.Ignoring)
		k.Tolerance.Bounds = slices.Clone(k.Tolerance.Bounds)
		for j := range k.Tolerance.Bounds {
			k.Tolerance.Bounds[j].Value = expr(k.Tolerance.Bounds[j].Value)
		}
	}
	n.Unique = slices.Clone(r.Unique)
	for i := range n.Unique {
		n.Unique[i].Terms = exprs(n.Unique[i].Terms)
	}
	n.Assert = slices.Clone(r.Assert)
	for i := range n.Assert {
		n.Assert[i].Cond = expr(n.Assert[i].Cond)
	}
	if r.Window != nil {
		w := *r.Window
		w.Period, w.Slack, w.Carry = expr(w.Period), expr(w.Slack), expr(w.Carry)
		n.Window = &w
	}
	n.Gates = slices.Clone(r.Gates)
	for i := range n.Gates {
		n.Gates[i].When = expr(n.Gates[i].When)
	}
	n.Handlers = slices.Clone(r.Handlers)
	for i := range n.Handlers {
		n.Handlers[i].Where = expr(n.Handlers[i].Where)
	}
	n.Drill = nil // it explains, and decides nothing
	return &n
}

func (c *copied) source(s *program.Source) *program.Source {
	if n, ok := c.sources[s]; ok {
		return n
	}
	n := *s
	c.sources[s] = &n
	c.order = append(c.order, s)
	n.Columns, n.Where = columns(s.Columns), expr(s.Where)
	if s.View != nil {
		n.View = c.view(s.View)
	}
	return &n
}

func (c *copied) view(v *program.View) *program.View {
	n := *v
	n.Parts = slices.Clone(v.Parts)
	for i := range n.Parts {
		n.Parts[i].Source = c.source(n.Parts[i].Source)
	}
	n.Joins = slices.Clone(v.Joins)
	for i := range n.Joins {
		j := &n.Joins[i]
		j.Source, j.On = c.source(j.Source), slices.Clone(j.On)
		for k := range j.On {
			j.On[k].This, j.On[k].Other = expr(j.On[k].This), expr(j.On[k].Other)
		}
	}
	n.Row, n.Where = columns(v.Row), expr(v.Where)
	if v.Group != nil {
		g := *v.Group
		g.By, g.Out, g.Aggregates = exprs(g.By), columns(g.Out), slices.Clone(g.Aggregates)
		for i := range g.Aggregates {
			g.Aggregates[i].Arg, g.Aggregates[i].Where = expr(g.Aggregates[i].Arg), expr(g.Aggregates[i].Where)
		}
		n.Group = &g
	}
	return &n
}

func columns(of []program.Column) []program.Column {
	list := slices.Clone(of)
	for i := range list {
		list[i].Derived = expr(list[i].Derived)
	}
	return list
}

func exprs(of []*program.Expr) []*program.Expr {
	list := slices.Clone(of)
	for i := range list {
		list[i] = expr(list[i])
	}
	return list
}

func expr(e *program.Expr) *program.Expr {
	if e == nil {
		return nil
	}
	n := *e
	n.Args = exprs(e.Args)
	return &n
}
