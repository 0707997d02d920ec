package check

import (
	"fmt"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// checkTotals checks the groups of a rule that pairs totals. From then on its sides are the totals, and its keys the
// groups.
func (r *ruleCheck) checkTotals() {
	var statements []*syntax.Total
	for _, s := range r.block.other {
		if s, ok := s.(*syntax.Total); ok {
			statements = append(statements, s)
		}
	}
	if len(statements) == 0 {
		return
	}
	t := &totals{zone: r.zone}
	r.totals = t
	for _, s := range statements {
		k := &key{Key: program.Key{Span: s.Span}, invalid: true}
		g := group{terms: make([]value, len(r.sides))}
		if terms, ok := r.terms(s.Equation, "group"); ok {
			r.key(k, "group", s.Equation, s.As, terms)
			g.terms = terms
		} else {
			r.unsure = true // there is nothing to sum up by
		}
		if k.Name == "" {
			k.Name, _ = r.nameOf(s.Equation, s.As)
		}
		g.name, g.symbol = k.Name, k.symbol
		for i, v := range g.terms {
			if v.bad() {
				continue
			}
			rebase(v.Expr)
			if !k.invalid {
				k.Terms[i] = &program.Expr{Op: program.OpColumn, Side: i, Index: len(t.by), Type: v.Type, Span: v.Span}
			}
		}
		t.by = append(t.by, g)
		r.keys = append(r.keys, k)
	}
	r.apartFromGroup(statements[0])
	r.sumUp(t)
	for i, k := range r.keys {
		for s, v := range t.by[i].terms {
			if k.invalid || v.bad() {
				continue
			}
			if u, ok := r.groupUnit(t, v.Span, v.Unit, s); ok {
				c := &r.sides[s].rows.prog.Columns[i]
				c.Unit, c.Derived.Unit = u, u
				if u.Column > 0 {
					u.Side = s
				}
				k.Terms[s].Unit = u
			}
		}
		if !k.invalid {
			r.prog.Keys = append(r.prog.Keys, k.Key)
		}
	}
}

// apartFromGroup reports what has no meaning beside group.
func (r *ruleCheck) apartFromGroup(first *syntax.Total) {
	related := []diag.Related{{Span: keyword(first.Span, "group"), Message: "the group"}}
	for _, s := range r.block.other {
		if s, ok := s.(*syntax.Key); ok {
			r.add(diag.Diagnostic{Code: diag.GroupRule, Span: keyword(s.Span, "key"), Message: "a rule pairs rows by key or totals by group, not both", Hint: "write group for all of them, or two rules", Related: related})
			break
		}
	}
	if r.prog.Duplicates == program.Pair {
		at := r.tree.Name.Span
		if a := attribute(r.tree.Body, "duplicates"); a != nil {
			at = a.Name.Span
		}
		r.add(diag.Diagnostic{Code: diag.GroupRule, Span: at, Message: "duplicates has no use in a rule with group: there is one total for each group", Hint: "remove it", Related: related})
	}
}

// sumUp puts totals in the place of the rows of each side.
func (r *ruleCheck) sumUp(t *totals) {
	for i, s := range r.sides {
		single := s.rows
		t.sides = append(t.sides, &side{name: s.name, symbol: s.symbol, rows: single, at: s.at})
		t.sets = append(t.sets, &aggregates{})
		rows := &rowsDecl{Symbol: single.Symbol, open: single.open, zone: single.zone, columns: map[string]int{}, gone: map[string]string{}, prog: &program.Source{Time: -1}}
		for k, g := range t.by {
			c := program.Column{Name: g.name}
			var zone columnZone
			if v := g.terms[i]; !v.bad() {
				c.Type, c.Span = v.Type, v.Span
				c.Derived = &program.Expr{Op: program.OpColumn, Index: k, Type: v.Type, Span: v.Span}
				if v.Type.Kind == schema.Timestamp {
					zone = columnZone{v.zone, v.zones}
				}
			}
			symbol := g.symbol
			if symbol == nil {
				symbol = &Symbol{Kind: KeySymbol, Name: g.name, Span: c.Span}
			}
			if _, taken := rows.columns[g.name]; !taken && g.name != "" {
				rows.columns[g.name] = k
			}
			rows.defs = append(rows.defs, symbol)
			rows.trees = append(rows.trees, nil)
			rows.zones = append(rows.zones, zone)
			rows.prog.Columns = append(rows.prog.Columns, c)
		}
		for _, d := range single.defs {
			if _, there := rows.columns[d.Name]; !there {
				rows.gone[d.Name] = fmt.Sprintf("the rows of %s are summed up, and %s is none of the groups", s.name, d.Name)
			}
		}
		s.rows, s.single = rows, single
	}
}

// finishTotals makes the sources of a rule that pairs totals: of each side a view that sums it up.
func (r *ruleCheck) finishTotals() {
	if r.totals == nil {
		return
	}
	r.prog.Totals = true
	for i, s := range r.sides {
		r.prog.Sides[i].Source = r.total(s.rows.prog, i)
	}
}

// total completes the view that sums side i up; by holds the columns of the groups.
func (r *ruleCheck) total(by *program.Source, i int) *program.Source {
	s, t := r.sides[i], r.totals
	part := s.single.prog
	view := &program.View{Cut: r.prog.Window != nil && !part.Windowed}
	p := program.Part{Source: part, Span: s.at}
	for k, c := range part.Columns {
		p.Columns = append(p.Columns, k)
		view.Row = append(view.Row, program.Column{Name: c.Name, Type: c.Type, Unit: c.Unit, Doc: c.Doc, Span: c.Span})
	}
	view.Parts = []program.Part{p}
	g := &program.Group{Out: by.Columns}
	for _, one := range t.by {
		g.By = append(g.By, one.terms[i].Expr)
	}
	for _, a := range t.sets[i].list {
		g.Aggregates = append(g.Aggregates, a.Aggregate)
		g.Out = append(g.Out, program.Column{Name: a.name, Type: a.Type, Unit: a.Unit, Span: a.span,
			Derived: &program.Expr{Op: program.OpColumn, Index: len(g.Out), Type: a.Type, Unit: a.Unit, Span: a.span}})
	}
	view.Group = g
	*by = program.Source{Name: part.Name, View: view, Columns: g.Out, Time: -1, Zone: part.Zone, Windowed: part.Windowed, Doc: part.Doc, Dir: part.Dir, Span: part.Span}
	return by
}
