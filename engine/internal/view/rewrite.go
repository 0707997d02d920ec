package view

import (
	"slices"

	"github.com/recon-lang/recon/lang/program"
)

// rewrite copies e with each column replaced by what f makes of it; ok is false if f says so of one.
func rewrite(e *program.Expr, f func(*program.Expr) (*program.Expr, bool)) (*program.Expr, bool) {
	if e == nil {
		return nil, true
	}
	if e.Op == program.OpColumn {
		return f(e)
	}
	c := *e
	c.Args = slices.Clone(e.Args)
	for i, a := range e.Args {
		var ok bool
		if c.Args[i], ok = rewrite(a, f); !ok {
			return nil, false
		}
	}
	return &c, true
}

// all is the conjunction of conditions; nil of none.
func all(conditions []*program.Expr) *program.Expr {
	switch len(conditions) {
	case 0:
		return nil
	case 1:
		return conditions[0]
	}
	return &program.Expr{Op: program.OpAnd, Type: conditions[0].Type, Args: conditions}
}

// prune is src with just the columns that keep lists and those that reading it needs. index is the new place of each
// column, or -1.
func prune(src *program.Source, keep map[int]bool, windowed bool) (pruned *program.Source, index []int) {
	need := map[int]bool{}
	var add func(i int)
	add = func(i int) {
		if need[i] {
			return
		}
		need[i] = true
		if u := src.Columns[i].Unit.Column; u > 0 {
			add(u - 1)
		}
	}
	for i := range keep {
		add(i)
	}
	if src.Time >= 0 && windowed {
		add(src.Time)
	}
	for _, i := range src.Sorted {
		add(i)
	}
	src.Where.Walk(func(e *program.Expr) bool {
		if e.Op == program.OpColumn {
			add(e.Index)
		}
		return true
	})
	p := *src
	p.Columns, index = nil, make([]int, len(src.Columns))
	for i, c := range src.Columns {
		index[i] = -1
		if need[i] {
			index[i] = len(p.Columns)
			p.Columns = append(p.Columns, c)
		}
	}
	for i, c := range p.Columns {
		if c.Unit.Column > 0 {
			p.Columns[i].Unit.Column = index[c.Unit.Column-1] + 1
		}
	}
	p.Time = -1
	if src.Time >= 0 {
		p.Time = index[src.Time]
	}
	p.Sorted = nil
	for _, i := range src.Sorted {
		p.Sorted = append(p.Sorted, index[i])
	}
	p.Where, _ = rewrite(src.Where, func(e *program.Expr) (*program.Expr, bool) {
		c := *e
		c.Index = index[e.Index]
		if e.Unit.Column > 0 {
			c.Unit.Column = index[e.Unit.Column-1] + 1
		}
		return &c, true
	})
	return &p, index
}
