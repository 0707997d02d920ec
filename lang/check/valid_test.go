package check_test

import (
	"fmt"

	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// faultsOf holds a program against what lang/program promises to whoever runs it, and says where it does not hold: every
// column that an expression names is there and has the type that the expression says, and so has the column of every
// unit.
func faultsOf(p *program.Program) []string {
	v := &validator{}
	for _, s := range p.Sources {
		v.source(s)
	}
	for _, r := range p.Rules {
		v.rule(r)
	}
	return v.faults
}

type validator struct {
	faults []string
}

func (v *validator) fault(format string, args ...any) {
	v.faults = append(v.faults, fmt.Sprintf(format, args...))
}

// columns checks that e reads what rows have: by side their columns. An aggregate's row has none with a name.
func (v *validator) expr(where string, e *program.Expr, rows [][]program.Column) {
	e.Walk(func(e *program.Expr) bool {
		if e.Type.Kind == schema.Invalid {
			v.fault("%s: an expression without type: %s", where, e.Span.Text())
		}
		if u := e.Unit; u.Column > 0 && (u.Side >= len(rows) || u.Column > len(rows[u.Side])) {
			v.fault("%s: the unit of %s is column %d of side %d", where, e.Span.Text(), u.Column-1, u.Side)
		}
		if e.Op != program.OpColumn {
			return true
		}
		if e.Side < 0 || e.Side >= len(rows) || e.Index < 0 || e.Index >= len(rows[e.Side]) {
			v.fault("%s: %s reads column %d of side %d", where, e.Span.Text(), e.Index, e.Side)
		} else if c := rows[e.Side][e.Index]; !c.Type.Equal(e.Type) {
			v.fault("%s: %s is read as %s, and column %s is %s", where, e.Span.Text(), e.Type, c.Name, c.Type)
		}
		return true
	})
}

func (v *validator) units(where string, columns []program.Column) {
	for _, c := range columns {
		if c.Type.Kind == schema.Invalid {
			v.fault("%s: column %s has no type", where, c.Name)
		}
		if u := c.Unit.Column; u > 0 && (u > len(columns) || columns[u-1].Type.Kind != schema.String && columns[u-1].Type.Kind != schema.Enum) {
			v.fault("%s: the unit of %s is column %d", where, c.Name, u-1)
		}
	}
}

func (v *validator) source(s *program.Source) {
	where := "source " + s.Name
	if s.Time >= len(s.Columns) {
		v.fault("%s: time is column %d", where, s.Time)
	}
	v.units(where, s.Columns)
	if s.View == nil {
		v.expr(where, s.Where, [][]program.Column{s.Columns})
		return
	}
	rows := [][]program.Column{s.View.Row}
	for _, part := range s.View.Parts {
		v.source(part.Source)
		v.part(where, s.View, part)
	}
	v.units(where, s.View.Row)
	for _, j := range s.View.Joins {
		v.source(j.Source)
		rows = append(rows, j.Source.Columns)
		for _, on := range j.On {
			v.expr(where, on.This, rows[:len(rows)-1])
			v.expr(where, on.Other, rows)
		}
	}
	for _, c := range s.View.Row {
		v.expr(where+" "+c.Name, c.Derived, rows)
		c.Derived.Walk(func(e *program.Expr) bool {
			if e.Op == program.OpColumn && e.Side == 0 && s.View.Row[e.Index].Derived != nil {
				v.fault("%s: derived column %s reads derived column %s", where, c.Name, s.View.Row[e.Index].Name)
			}
			return true
		})
	}
	v.expr(where, s.View.Where, rows)
	if s.View.Group != nil {
		v.group(where, s, rows)
	} else if len(s.Columns) != len(s.View.Row) {
		v.fault("%s: %d columns, and its rows have %d", where, len(s.Columns), len(s.View.Row))
	}
}

// part checks that the first columns of the row, those that are not derived, come from each part.
func (v *validator) part(where string, view *program.View, part program.Part) {
	for i, c := range view.Row {
		switch {
		case c.Derived != nil:
			if i < len(part.Columns) {
				v.fault("%s: %s is derived and read", where, c.Name)
			}
		case i >= len(part.Columns):
			v.fault("%s: %s comes from nowhere", where, c.Name)
		case part.Columns[i] >= len(part.Source.Columns) || part.Source.Columns[part.Columns[i]].Name != c.Name:
			v.fault("%s: %s is column %d of %s", where, c.Name, part.Columns[i], part.Source.Name)
		}
	}
}

func (v *validator) group(where string, s *program.Source, rows [][]program.Column) {
	g := s.View.Group
	if len(g.Out) != len(s.Columns) || len(g.Out) < len(g.By) {
		v.fault("%s: %d columns come out of %d", where, len(s.Columns), len(g.Out))
		return
	}
	var total []program.Column
	for _, by := range g.By {
		v.expr(where, by, rows)
		total = append(total, program.Column{Name: by.Span.Text(), Type: by.Type})
	}
	for _, a := range g.Aggregates {
		v.expr(where, a.Arg, rows)
		v.expr(where, a.Where, rows)
		if u := a.Unit.Column; u > len(g.By) {
			v.fault("%s: the unit of %s is column %d, which is no group", where, a.Func, u-1)
		}
		total = append(total, program.Column{Name: string(a.Func), Type: a.Type})
	}
	for i, c := range g.Out {
		v.expr(where+" "+c.Name, c.Derived, [][]program.Column{total})
		if i < len(g.By) && (c.Derived.Op != program.OpColumn || c.Derived.Index != i) {
			v.fault("%s: column %s is not group %d", where, c.Name, i)
		}
	}
}

func (v *validator) rule(r *program.Rule) {
	where := "rule " + r.Name
	var rows [][]program.Column
	for _, s := range r.Sides {
		v.source(s.Source)
		rows = append(rows, s.Source.Columns)
		if r.Totals && (s.Source.View == nil || s.Source.View.Group == nil || len(s.Source.View.Group.By) != len(r.Keys)) {
			v.fault("%s: side %s is no total by all keys", where, s.Name)
			return
		}
	}
	for _, k := range r.Keys {
		for side, t := range k.Terms {
			v.term(where+" key "+k.Name, t, side, rows)
		}
	}
	for _, c := range r.Compare {
		if len(c.Terms) != len(rows) || c.Base < 0 || c.Base >= len(rows) || c.Terms[c.Base] == nil {
			v.fault("%s: %s has %d terms and base %d", where, c.Name, len(c.Terms), c.Base)
			continue
		}
		for side, t := range c.Terms {
			v.term(where+" compare "+c.Name, t, side, rows)
		}
		v.expr(where, c.Where, rows)
	}
	for _, u := range r.Unique {
		for _, t := range u.Terms {
			v.expr(where, t, rows)
		}
	}
	for _, a := range r.Assert {
		v.expr(where, a.Cond, rows)
	}
	for _, h := range r.Handlers {
		v.expr(where, h.Where, rows)
	}
	if r.Text == "" {
		v.fault("%s has no text", where)
	}
	if r.Drill != nil {
		v.drill(where, r)
	}
}

func (v *validator) term(where string, t *program.Expr, side int, rows [][]program.Column) {
	v.expr(where, t, rows)
	t.Walk(func(e *program.Expr) bool {
		if e.Op == program.OpColumn && e.Side != side {
			v.fault("%s: the term of side %d reads side %d", where, side, e.Side)
		}
		return true
	})
}

func (v *validator) drill(where string, r *program.Rule) {
	d := r.Drill
	if len(d.Sides)+len(d.Whole) != len(r.Sides) || len(d.Whole) != len(d.Listed) || len(d.Listed) != len(d.Groups) || (d.Rule == nil) != (len(d.Sides) == 0) {
		v.fault("%s: the drill has sides %v and %v", where, d.Sides, d.Whole)
		return
	}
	for i, s := range d.Listed {
		v.source(s)
		if len(d.Groups[i]) != len(r.Keys) {
			v.fault("%s: side %d of the drill has %d groups", where, d.Whole[i], len(d.Groups[i]))
		}
		for _, g := range d.Groups[i] {
			v.expr(where, g, [][]program.Column{s.Columns})
		}
	}
	if d.Rule != nil {
		if len(d.Rule.Keys) != len(r.Keys)+len(d.Names) || len(d.Rule.Sides) != len(d.Sides) {
			v.fault("%s: the drill pairs by %d keys", where, len(d.Rule.Keys))
		}
		v.rule(d.Rule)
	}
}
