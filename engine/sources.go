package engine

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/eval"
	"github.com/recon-lang/recon/engine/internal/view"
	"github.com/recon-lang/recon/engine/plan"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// lower makes a rule over views one over sources like any other, and puts what Config.Instead says in the place of sources.
func (e *Engine) lower(r *program.Rule) *program.Rule {
	again := *r
	again.Sides = slices.Clone(r.Sides)
	for i := range again.Sides {
		again.Sides[i].Source = view.Lower(e.instead(again.Sides[i].Source))
	}
	if d := r.Drill; d != nil {
		drill := *d
		if d.Rule != nil {
			drill.Rule = e.lower(d.Rule)
			drill.Rule.Window = r.Window
		}
		drill.Listed = slices.Clone(d.Listed)
		for i := range drill.Listed {
			drill.Listed[i] = view.Lower(e.instead(drill.Listed[i]))
		}
		again.Drill = &drill
	}
	return &again
}

// instead is src, or what stands in for it or for something below it.
func (e *Engine) instead(src *program.Source) *program.Source {
	if e.cfg.Instead == nil {
		return src
	}
	if s := e.cfg.Instead(src); s != nil {
		return s
	}
	if src.View == nil {
		return src
	}
	s, v := *src, *src.View
	v.Parts, v.Joins = slices.Clone(v.Parts), slices.Clone(v.Joins)
	for i := range v.Parts {
		v.Parts[i].Source = e.instead(v.Parts[i].Source)
	}
	for i := range v.Joins {
		v.Joins[i].Source = e.instead(v.Joins[i].Source)
	}
	s.View = &v
	return &s
}

// configure works out the settings of a source, or of all below a view.
func (p *prepared) configure(src *program.Source, env eval.Env) error {
	if v := src.View; v != nil {
		for _, part := range v.Parts {
			if err := p.configure(part.Source, env); err != nil {
				return err
			}
		}
		for _, j := range v.Joins {
			if err := p.configure(j.Source, env); err != nil {
				return err
			}
		}
		return nil
	}
	if _, ok := p.configs[src]; ok {
		return nil
	}
	cfg, err := settings(src, env)
	if err != nil {
		return err
	}
	if src.Optional {
		cfg["optional"] = schema.Bool(true)
	}
	p.configs[src] = cfg
	return nil
}

// open opens the source of each side of a rule: that of the run, or its drill's. dir is for groups of views beyond the budget.
func (e *Engine) open(ctx context.Context, p *prepared, rule *program.Rule, dir *column.Dir) ([]sdk.Source, error) {
	var sources []sdk.Source
	for _, side := range rule.Sides {
		src, err := e.openOne(ctx, p, rule, side.Source, dir)
		if err != nil {
			closeAll(sources)
			return nil, err
		}
		sources = append(sources, src)
	}
	return sources, nil
}

func (e *Engine) openOne(ctx context.Context, p *prepared, rule *program.Rule, src *program.Source, dir *column.Dir) (sdk.Source, error) {
	if src.View != nil {
		return e.openView(ctx, p, rule, src, dir)
	}
	s, err := e.cfg.Open(ctx, src)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", src.Name, err)
	}
	return s, nil
}

func (e *Engine) openView(ctx context.Context, p *prepared, rule *program.Rule, src *program.Source, dir *column.Dir) (*view.Source, error) {
	budget := int64(0)
	if n := statefulSides(rule); n > 0 {
		budget = e.viewBudget(rule) / n
	}
	return view.Open(ctx, src, view.Env{
		Open:     e.cfg.Open,
		Settings: func(s *program.Source) (schema.Config, error) { return p.configs[s], nil },
		Rule:     rule, Inputs: p.inputs(), Rows: e.cfg.Batch, Budget: budget, Dir: dir,
	})
}

// openList opens a source so that the rows of some groups can be listed.
func (e *Engine) openList(ctx context.Context, p *prepared, src *program.Source, by []*program.Expr, dir *column.Dir) (*view.Source, error) {
	listed := view.Listed(src, by)
	rule := &program.Rule{Name: p.Rule.Name, Zone: p.Rule.Zone, Window: p.Rule.Window, Sides: []program.Side{{Name: src.Name, Source: listed}}}
	return e.openView(ctx, p, rule, listed, dir)
}

func (e *Engine) budget() int64 { return cmp.Or(e.cfg.Budget, plan.DefaultBudget) }

// viewBudget is the half of the budget that views have, if they group or join.
func (e *Engine) viewBudget(rule *program.Rule) int64 {
	if statefulSides(rule) == 0 {
		return 0
	}
	return e.budget() / 2
}

// statefulSides counts the sides whose views need memory.
func statefulSides(rule *program.Rule) (n int64) {
	for _, side := range rule.Sides {
		if view.Stateful(side.Source) > 0 {
			n++
		}
	}
	return n
}
