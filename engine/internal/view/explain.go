package view

import (
	"fmt"
	"strings"

	"github.com/recon-lang/recon/engine/plan"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// Explain says how the rows of the view come about when it is read for these columns. It asks the sources below what they claim, and
// reads nothing.
func (s *Source) Explain(columns []schema.Column) (*plan.ExplainedView, error) {
	wanted, err := s.outputs(columns)
	if err != nil {
		return nil, err
	}
	p, err := newPipe(s, wanted)
	if err != nil {
		return nil, fmt.Errorf("view %s: %w", s.src.Name, err)
	}
	x := &plan.ExplainedView{}
	left := map[int]bool{} // conditions that some part does not meet
	for i := range p.view.Parts {
		t, err := newPart(p, i)
		if err != nil {
			return nil, fmt.Errorf("view %s: %w", s.src.Name, err)
		}
		side, err := explainPart(t.plan, t.source, x)
		if err != nil {
			return nil, err
		}
		x.Parts = append(x.Parts, side)
		for _, k := range t.tests {
			left[k] = true
		}
	}
	for j := range p.view.Joins {
		l, c := p.joins[j], s.joins[j]
		src, index, pl, err := l.plan(c)
		if err != nil {
			return nil, err
		}
		if _, err := l.others(index, src); err != nil {
			return nil, err
		}
		side, err := explainPart(pl, c.source, x)
		if err != nil {
			return nil, err
		}
		x.Joins = append(x.Joins, plan.ExplainedJoin{ExplainedSide: side, On: onText(l.of)})
	}
	for _, i := range p.order {
		x.Derived = append(x.Derived, p.view.Row[i].Name)
		for _, slow := range p.derive[i].Explain() {
			x.Slow = append(x.Slow, s.src.Name+"."+p.view.Row[i].Name+": "+slow)
		}
	}
	for k, e := range p.where {
		if left[k] {
			x.Where = append(x.Where, e.Span.Text())
			for _, slow := range p.tests[k].Explain() {
				x.Slow = append(x.Slow, s.src.Name+", where: "+slow)
			}
		}
	}
	if g := p.view.Group; g != nil {
		for i, c := range g.Out {
			if i < len(g.By) {
				x.Group = append(x.Group, c.Name)
			} else {
				x.Aggregates = append(x.Aggregates, c.Name)
			}
		}
	}
	if p.view.Group != nil || len(p.view.Joins) > 0 {
		x.Budget = s.env.Budget
	}
	return x, nil
}

// explainPart says what is read of a source below, and adds to x what of it is slow.
func explainPart(p *plan.Plan, source sdk.Source, x *plan.ExplainedView) (side plan.ExplainedSide, err error) {
	side = p.ExplainSide(0)
	if below, ok := source.(*Source); ok {
		if side.View, err = below.Explain(p.Sides[0].Request.Columns); err != nil {
			return side, err
		}
		x.Slow = append(x.Slow, side.View.Slow...)
	}
	slow, err := p.Slow(0)
	x.Slow = append(x.Slow, slow...)
	return side, err
}

func onText(j *program.Join) string {
	var parts []string
	for _, on := range j.On {
		if this, other := on.This.Span.Text(), on.Other.Span.Text(); this != "" && other != "" {
			parts = append(parts, this+" = "+other)
		} else {
			parts = append(parts, "an equation")
		}
	}
	return strings.Join(parts, ", ")
}
