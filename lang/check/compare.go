package check

import (
	"fmt"
	"slices"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// comparison is a comparison of a rule and what is known of it while the rule is checked. An
// invalid one is known by name only.
type comparison struct {
	program.Comparison
	symbol  *Symbol
	perRow  bool // its unit differs by row
	invalid bool
}

func (r *ruleCheck) checkComparisons() {
	for _, s := range r.block.other {
		s, ok := s.(*syntax.Compare)
		if !ok {
			continue
		}
		c := &comparison{Comparison: program.Comparison{Span: s.Span}, invalid: true}
		c.Name, _ = r.nameOf(s.Equation, s.As)
		r.comparison(c, s)
		r.comparisons = append(r.comparisons, c)
		if !c.invalid {
			r.prog.Compare = append(r.prog.Compare, c.Comparison)
		}
	}
}

func (r *ruleCheck) comparison(c *comparison, s *syntax.Compare) {
	before := r.faults()
	terms, ok := r.terms(s.Equation, "a comparison")
	if s.Where != nil {
		c.Where = r.condition(s.Where, "where")
	}
	if !ok {
		r.amounts(s.Within) // their own faults are faults all the same
		return
	}
	if c.Type, c.Unit, ok = r.commonOf(terms); !ok || len(s.Ignoring) == 0 && !r.share(terms) {
		return
	}
	if _, named := r.nameOf(s.Equation, s.As); !named {
		r.report(diag.NameNeeded, s.Equation.Span, "this comparison needs a name: its first term is no plain column", "add: as name")
	}
	for _, o := range r.comparisons {
		if o.Name == c.Name && c.Name != "" {
			r.twiceNamed("comparison", c.Name, nameSpan(s.Equation, s.As), o.Span)
		}
	}
	c.Base = -1
	for i, t := range terms {
		c.Terms = append(c.Terms, t.Expr)
		if t.Expr == nil {
			continue
		}
		c.perRow = c.perRow || t.Unit.Column > 0
		if c.Base < 0 || i == r.prog.Baseline {
			c.Base = i
		}
	}
	if c.Type.Kind == schema.Null {
		r.report(diag.CannotCompare, s.Equation.Span, "there is nothing to compare but null", "")
	}
	r.tolerance(c, s)
	r.ignoring(c, s)
	if r.faults() > before || c.Name == "" || s.Within != nil && r.badAmount(s.Within) || s.Where != nil && c.Where == nil {
		return
	}
	c.invalid = false
	c.symbol = r.def(&Symbol{Kind: ComparisonSymbol, Name: c.Name, Span: nameSpan(s.Equation, s.As), Type: c.Type, Unit: c.Unit})
}

func (r *ruleCheck) badAmount(t *syntax.Tolerance) bool {
	return slices.ContainsFunc(t.Amounts, func(a *syntax.Expr) bool { return a.Bad })
}

// amounts types the amounts of a tolerance: literals, parameters and lets.
func (r *ruleCheck) amounts(t *syntax.Tolerance) []value {
	if t == nil {
		return nil
	}
	var list []value
	for _, a := range t.Amounts {
		list = append(list, r.expr(a, &scope{zone: r.zone, what: "a tolerance"}))
	}
	return list
}

// tolerance checks each bound against what it bounds.
func (r *ruleCheck) tolerance(c *comparison, s *syntax.Compare) {
	if s.Within == nil {
		if c.Type.Kind == schema.Float {
			r.report(diag.FloatExact, s.Equation.Span, "floats are compared within a tolerance only: they are equal by chance", "add: within 0.01, or declare the columns as decimal(p, s)")
		}
		return
	}
	c.Tolerance.All = s.Within.All
	for _, v := range r.amounts(s.Within) {
		if v.bad() {
			continue
		}
		b := program.Bound{Value: v.Expr, Span: v.Span}
		if ok := r.bound(c, &b, v); ok && !r.negative(v) {
			c.Tolerance.Bounds = append(c.Tolerance.Bounds, b)
		}
	}
}

func (r *ruleCheck) negative(v value) bool {
	below := v.literal() && (v.Value.Int < 0 || v.Value.Dec.Coef.Sign() < 0 || v.Value.Float < 0)
	if below {
		r.report(diag.ToleranceType, v.Span, "a tolerance is not negative", "it bounds the distance in both directions")
	}
	return below
}

// bound checks one bound of a tolerance, and completes it.
func (r *ruleCheck) bound(c *comparison, b *program.Bound, v value) bool {
	x := &typer{module: r.module, scope: &scope{sides: r.sides}}
	of, k := c.Type.Kind, v.Type.Kind
	name := x.showType(c.Type, c.Unit)
	mismatch := func(hint string) bool {
		what := x.show(v)
		if k == schema.Duration || k == schema.Percent {
			what = "a " + k.String()
		}
		r.report(diag.ToleranceType, v.Span, fmt.Sprintf("%s cannot bound %s", what, name), hint)
		return false
	}
	switch {
	case v.list != nil:
		return mismatch("")
	case numeric(of) || of == schema.Float:
		switch {
		case k == schema.Percent:
			b.Relative = true
			return true
		case !numeric(k):
			return mismatch("a number is bounded by a number, money, % or bp")
		}
		if !v.Unit.None() && v.Unit != c.Unit {
			return r.boundUnit(c, x, v)
		}
		adopt(v, c.Unit) // exact also where floats are compared
		return true
	case of == schema.Timestamp || of == schema.Date || of == schema.Duration:
		switch {
		case k == schema.Percent:
			return mismatch("a time has no share of itself: write a duration such as 5m")
		case k != schema.Duration:
			return mismatch("a time is bounded by a duration such as 5m or 1d")
		case of == schema.Date && v.literal() && v.Value.Int%day != 0:
			r.report(diag.DateByHours, v.Span, fmt.Sprintf("dates differ by whole days, not by %s", v.Span.Text()), "write days or weeks: 1d, 2w")
			return false
		}
		return true
	case textual(of):
		return mismatch("text agrees or does not; ignoring case, space or width says what may differ")
	}
	return mismatch("there is no distance between such values")
}

func (r *ruleCheck) boundUnit(c *comparison, x *typer, v value) bool {
	message, hint := fmt.Sprintf("%s cannot bound %s", v.Unit.Name, x.showType(c.Type, c.Unit)), "write the bound in "+c.Unit.Name+", or as a bare number"
	switch {
	case c.perRow:
		message = fmt.Sprintf("%s cannot bound amounts whose unit differs by row", v.Unit.Name)
		hint = "write a bare number: it is taken in the unit of each row"
	case c.Unit.None():
		hint = fmt.Sprintf("the columns have no unit: declare them with unit %q, or write a bare number", v.Unit.Name)
	}
	r.report(diag.ToleranceUnit, v.Span, message, hint)
	return false
}

var ignorable = map[string]program.Ignoring{"case": program.Case, "space": program.Space, "width": program.Width}

func (r *ruleCheck) ignoring(c *comparison, s *syntax.Compare) {
	for _, name := range s.Ignoring {
		way, ok := ignorable[name.Name]
		switch {
		case !ok:
			known := []string{"case", "space", "width"}
			r.add(diag.Diagnostic{Code: diag.WrongIgnoring, Span: name.Span, Message: fmt.Sprintf("nothing is called %q that could be ignored", name.Name),
				Hint: hintNames(name.Name, "these are:", known), Fixes: fixName(name.Span, name.Name, known)})
		case !textual(c.Type.Kind):
			x := &typer{module: r.module, scope: &scope{sides: r.sides}}
			r.report(diag.WrongIgnoring, name.Span, fmt.Sprintf("only text is compared ignoring %s, and this is %s", name.Name, x.showType(c.Type, c.Unit)), "")
			return
		case slices.Contains(c.Ignoring, way):
			r.given2(name.Span, name.Name, s.Ignoring[0].Span, "remove one of them")
		default:
			c.Ignoring = append(c.Ignoring, way)
		}
	}
}
