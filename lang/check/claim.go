package check

import (
	"fmt"
	"strings"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
)

// checkClaims checks what a rule over one side claims of its rows: unique and assert.
func (r *ruleCheck) checkClaims() {
	if !r.tree.Over() {
		return
	}
	for _, s := range r.block.other {
		switch s := s.(type) {
		case *syntax.Unique:
			r.unique(s)
		case *syntax.Assert:
			r.assert(s)
		}
	}
	if len(r.claims) == 0 && !r.unsure {
		r.report(diag.NothingClaimed, r.tree.Name.Span, fmt.Sprintf("rule %s checks nothing", r.tree.Name.Name), "write unique column, or assert condition")
	}
}

// unique is named by the names of its terms, joined by "_".
func (r *ruleCheck) unique(s *syntax.Unique) {
	u := program.Unique{Span: s.Span}
	var parts []string
	ok := true
	for _, by := range s.By {
		v := r.expr(by.Expr, r.rowScope("unique"))
		name, named := r.nameOf(&syntax.Equation{Terms: []*syntax.Expr{by.Expr}}, by.As)
		switch {
		case v.bad() || !r.scalar(v) || !r.keyable([]value{v}, "unique value"):
			ok = false
		case !r.readsSide(v, by.Expr):
			ok = false
		case !named:
			r.report(diag.NameNeeded, by.Expr.Span, "this value needs a name: it is no plain column", "add: as name")
			ok = false
		}
		parts = append(parts, name)
		u.Terms = append(u.Terms, v.Expr)
	}
	u.Name = strings.Join(parts, "_")
	if r.claim(u.Name, s.By[0].Span, ok) {
		r.prog.Unique = append(r.prog.Unique, u)
	}
}

// assert is named by as, or else by its own text.
func (r *ruleCheck) assert(s *syntax.Assert) {
	a := program.Assert{Name: oneLine(s.Cond.Text), Span: s.Span}
	at := s.Cond.Span
	if s.As != nil {
		a.Name, at = s.As.Name, s.As.Span
	}
	a.Cond = r.condition(s.Cond, "assert")
	if r.claim(a.Name, at, a.Cond != nil) {
		r.prog.Assert = append(r.prog.Assert, a)
	}
}

// claim takes the name of an assert or unique; ok says that nothing is wrong with it so far.
func (r *ruleCheck) claim(name string, at diag.Span, ok bool) bool {
	for _, c := range r.claims {
		if c.Name == name {
			if ok {
				r.twiceNamed("claim", name, at, c.Span)
			}
			return false
		}
	}
	r.claims = append(r.claims, r.def(&Symbol{Kind: AssertSymbol, Name: name, Span: at}))
	return ok
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
