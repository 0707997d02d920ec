package check

import (
	"fmt"
	"slices"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
)

// join checks a join of the view: what it reads, and by which equations the row is found.
func (v *viewCheck) join(t *syntax.Join) {
	name := t.Ref.Last()
	if t.As != nil {
		name = t.As
	}
	s := &side{name: name.Name, at: t.Ref.Span, rows: &rowsDecl{open: true, prog: &program.Source{Name: name.Name, Time: -1}}}
	if rows, ok := v.reads(t.Ref); ok {
		s.rows = rows
	} else {
		v.row().open = true // what it was to bring is not known
	}
	s.symbol = &Symbol{Kind: SideSymbol, Name: s.name, Span: name.Span}
	if t.As != nil {
		v.def(s.symbol)
	} else if s.rows.Symbol != nil {
		s.symbol = s.rows.Symbol
	}
	if i := slices.IndexFunc(v.sides, func(o *side) bool { return o.name == s.name }); i >= 0 {
		v.add(diag.Diagnostic{Code: diag.AlreadyDeclared, Span: name.Span, Message: fmt.Sprintf("the view knows other rows by the name %q", s.name),
			Hint: "give the joined ones another name: join " + t.Ref.String() + " as other on …", Related: []diag.Related{{Span: v.sides[i].at, Message: "these"}}})
		s.name = "" // nobody can mean it
	}
	v.sides = append(v.sides, s)
	j := program.Join{Name: s.name, Source: s.rows.prog, Span: t.Ref.Span}
	for _, e := range t.On {
		if on, ok := v.on(s, e); ok {
			j.On = append(j.On, on)
		}
	}
	v.decl.open = v.decl.open || s.rows.open
	v.decl.faulty = v.decl.faulty || s.rows.faulty
	v.prog.Joins = append(v.prog.Joins, j)
}

// on is one equation of the join of s, the last of the view's sides.
func (v *viewCheck) on(s *side, e *syntax.Equation) (on program.Equation, ok bool) {
	last := len(v.sides) - 1
	var terms []value
	switch len(e.Terms) {
	case 1: // the same column in both
		for _, only := range []int{1, last + 1} {
			terms = append(terms, v.expr(e.Terms[0], &scope{sides: v.sides, only: only, zone: v.zone, what: "a join"}))
			if terms[len(terms)-1].bad() {
				return on, false
			}
		}
	case 2:
		for _, t := range e.Terms {
			terms = append(terms, v.expr(t, v.scope("a join")))
		}
	default:
		v.report(diag.JoinTerms, e.Terms[2].Span, "an equation of a join has two terms", "write column = "+s.name+".column; several equations are set apart by commas")
		return on, false
	}
	for _, t := range terms {
		if t.bad() || !v.scalar(t) {
			return on, false
		}
	}
	if !v.keyable(terms, "key") {
		return on, false
	}
	mine, others := sidesRead(terms[0].Expr), sidesRead(terms[1].Expr)
	form := fmt.Sprintf("the first term reads this row, the second %s: column = %s.column", s.name, s.name)
	switch {
	case slices.Contains(mine, last):
		v.report(diag.JoinTerms, terms[0].Span, fmt.Sprintf("the first term of a join reads this row, and this one reads %s", s.name), form)
		return on, false
	case len(others) == 0 || slices.ContainsFunc(others, func(i int) bool { return i != last }):
		v.report(diag.JoinTerms, terms[1].Span, fmt.Sprintf("the second term of a join reads %s, and this one does not", s.name), form)
		return on, false
	}
	t, _, ok := v.commonType(terms, v.sides)
	if !ok {
		return on, false
	}
	return program.Equation{This: terms[0].Expr, Other: terms[1].Expr, Type: t}, true
}

// sidesRead are the sides whose columns e reads, in ascending order.
func sidesRead(e *program.Expr) []int {
	var sides []int
	e.Walk(func(e *program.Expr) bool {
		if e.Op == program.OpColumn && !slices.Contains(sides, e.Side) {
			sides = append(sides, e.Side)
		}
		return true
	})
	slices.Sort(sides)
	return sides
}
