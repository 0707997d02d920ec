package lint

import (
	"fmt"
	"strings"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// unitAgainstNone finds numbers of a column without a unit that meet those of one with a unit.
func unitAgainstNone(p *pass) {
	meet := func(r *program.Rule, a, b *program.Expr) {
		if !a.Unit.None() {
			a, b = b, a
		}
		if a.Unit.None() && !b.Unit.None() && readsColumn(a) && readsColumn(b) && measured(a) {
			unit := b.Unit.Name
			if b.Unit.Column > 0 {
				unit = "the unit of its row"
			}
			p.reportWith(diag.Diagnostic{Span: a.Span, Message: fmt.Sprintf("%s has no unit, and meets %s in %s", text(a.Span), text(b.Span), unit),
				Hint: "declare the column with its unit", Related: []diag.Related{{Span: b.Span, Message: "this has a unit"}}, Fixes: p.declareUnit(r, a, b.Unit.Name)})
		}
	}
	for _, r := range p.Program.Rules {
		for _, c := range r.Compare {
			var first *program.Expr // with a unit
			for _, t := range c.Terms {
				if t != nil && !t.Unit.None() && first == nil {
					first = t
				}
			}
			for _, t := range c.Terms {
				if first != nil && t != nil {
					meet(r, t, first)
				}
			}
		}
	}
	p.exprs(func(e *program.Expr) {
		e.Walk(func(e *program.Expr) bool {
			switch e.Op {
			case program.OpAdd, program.OpSub, program.OpEqual, program.OpNotEqual, program.OpLess, program.OpLessEqual, program.OpGreater, program.OpGreaterEqual:
				meet(nil, e.Args[0], e.Args[1])
			}
			return true
		})
	})
}

// declareUnit gives the column that e is a unit of that name, where it is known which that is: in a comparison of r.
func (p *pass) declareUnit(r *program.Rule, e *program.Expr, unit string) []diag.Fix {
	if r == nil || e.Op != program.OpColumn || unit == "" {
		return nil
	}
	c := p.columns[r.Sides[e.Side].Source.Columns[e.Index].Span]
	if c == nil || c.Unit != nil {
		return nil
	}
	at := c.Type.Span
	at.Start = at.End
	return []diag.Fix{{Title: fmt.Sprintf("declare it with unit %q", unit), Edits: []diag.Edit{{Span: at, New: fmt.Sprintf(" unit %q", unit)}}}}
}

func measured(e *program.Expr) bool {
	k := e.Type.Kind
	return k == schema.Integer || k == schema.Decimal || k == schema.Float
}

func readsColumn(e *program.Expr) bool {
	reads := false
	e.Walk(func(e *program.Expr) bool {
		reads = reads || e.Op == program.OpColumn
		return !reads
	})
	return reads
}

// moneyOfNone finds numbers without a unit that are held against money.
func moneyOfNone(p *pass) {
	p.exprs(func(e *program.Expr) {
		e.Walk(func(e *program.Expr) bool {
			switch e.Op {
			case program.OpLess, program.OpLessEqual, program.OpGreater, program.OpGreaterEqual, program.OpEqual, program.OpNotEqual:
			default:
				return true
			}
			a, b := e.Args[0], e.Args[1]
			if literal(a) {
				a, b = b, a
			}
			if !literal(b) || b.Unit.None() || !a.Unit.None() {
				return true
			}
			hint := "write the bare number"
			switch name := metricOf(a); {
			case strings.HasPrefix(name, "diff.") || strings.HasPrefix(name, "absdiff.") || name == "" && readsColumn(a):
				hint = fmt.Sprintf("declare the columns with unit %q, or write the bare number", b.Unit.Name)
			case name == "":
				return true
			}
			p.report(b.Span, fmt.Sprintf("%s has no unit, and is held against %s", text(a.Span), text(b.Span)), hint, bare(b)...)
			return false
		})
	})
}

// bare writes money as its number.
func bare(money *program.Expr) []diag.Fix {
	number, ok := strings.CutSuffix(money.Span.Text(), money.Unit.Name)
	if number = strings.TrimRight(number, " "); !ok || number == "" {
		return nil // a let, whose value stands elsewhere
	}
	return []diag.Fix{{Title: "write " + number, Edits: []diag.Edit{{Span: money.Span, New: number}}}}
}
