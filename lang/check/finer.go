package check

import (
	"slices"

	"github.com/recon-lang/recon/lang/program"
)

// finer is the rule that pairs totals of the drilled values within the groups, over the sides that have them. In its
// rows the drilled values stand between the groups and the aggregates.
func (r *ruleCheck) finer() *program.Rule {
	p, sides := r.prog, r.drill.sides
	f := &program.Rule{Name: p.Name, Title: p.Title, Window: p.Window, AllowEmpty: true, Zone: p.Zone, Totals: true, Params: p.Params, Span: r.drill.span}
	f.Baseline = max(slices.Index(sides, p.Baseline), 0)
	for _, i := range sides {
		f.Sides = append(f.Sides, program.Side{Name: p.Sides[i].Name, Source: r.finerSource(i), Span: p.Sides[i].Span})
	}
	for k, key := range p.Keys {
		f.Keys = append(f.Keys, finerKey(f, program.Key{Name: key.Name, Type: key.Type, Span: key.Span}, k))
	}
	for k, by := range r.drill.into {
		f.Keys = append(f.Keys, finerKey(f, program.Key{Name: by.name, Type: by.typ, Span: by.at}, len(p.Keys)+k))
	}
	for _, c := range p.Compare {
		if c, ok := r.finerComparison(f, c); ok {
			f.Compare = append(f.Compare, c)
		}
	}
	f.Text = canonical(f)
	return f
}

// finerKey completes a key that is column k on every side.
func finerKey(f *program.Rule, key program.Key, k int) program.Key {
	for at, s := range f.Sides {
		c := s.Source.Columns[k]
		u := c.Unit
		if u.Column > 0 {
			u.Side = at
		}
		key.Terms = append(key.Terms, &program.Expr{Op: program.OpColumn, Side: at, Index: k, Type: c.Type, Unit: u, Span: key.Span})
	}
	return key
}

// finerSource is the view that sums side i up, with the drilled values as further groups.
func (r *ruleCheck) finerSource(i int) *program.Source {
	s := *r.prog.Sides[i].Source
	view := *s.View
	g := *view.Group
	by, into := len(g.By), r.drill.into
	g.By, g.Out = slices.Clone(g.By), slices.Clone(g.Out[:by])
	finer := &totals{sides: r.totals.sides, by: slices.Clone(r.totals.by)}
	for _, d := range into {
		finer.by = append(finer.by, group{name: d.name, terms: d.terms})
	}
	for k, d := range into {
		v := d.terms[i]
		u, ok := finer.unit(v.Unit, i)
		if !ok {
			u = program.Unit{} // as a key it is compared by its number
		}
		g.By = append(g.By, v.Expr)
		g.Out = append(g.Out, program.Column{Name: d.name, Type: v.Type, Unit: u, Span: d.at,
			Derived: &program.Expr{Op: program.OpColumn, Index: by + k, Type: v.Type, Unit: u, Span: d.at}})
	}
	for _, c := range view.Group.Out[by:] {
		e := *c.Derived
		e.Index += len(into)
		c.Derived = &e
		g.Out = append(g.Out, c)
	}
	view.Group, s.View, s.Columns = &g, &view, g.Out
	return &s
}

// finerComparison is a comparison of the sides that are paired; ok is false if less than two of them have a term.
func (r *ruleCheck) finerComparison(f *program.Rule, c program.Comparison) (program.Comparison, bool) {
	sides := r.drill.sides
	base := c.Base
	terms := c.Terms
	c.Base, c.Terms = -1, make([]*program.Expr, len(sides))
	count := 0
	for at, i := range sides {
		if terms[i] == nil {
			continue
		}
		count++
		c.Terms[at] = r.finerExpr(f, terms[i])
		if c.Base < 0 || i == base {
			c.Base = at
		}
	}
	c.Where = r.finerExpr(f, c.Where)
	return c, count > 1
}

// finerExpr is an expression over totals as one over the finer ones. Groups of a side that is not paired are read from the
// first one that is: they are equal.
func (r *ruleCheck) finerExpr(f *program.Rule, e *program.Expr) *program.Expr {
	if e == nil {
		return nil
	}
	c, _ := clone(e, nil)
	c.Walk(func(e *program.Expr) bool {
		at := slices.Index(r.drill.sides, e.Side)
		if e.Op == program.OpColumn {
			if e.Index >= len(r.totals.by) {
				e.Index += len(r.drill.into)
			} else if at < 0 {
				e.Type = f.Sides[0].Source.Columns[e.Index].Type
			}
			e.Side = max(at, 0)
		}
		if e.Unit.Column > 0 {
			e.Unit.Side = max(slices.Index(r.drill.sides, e.Unit.Side), 0)
		}
		return true
	})
	return c
}
