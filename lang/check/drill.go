package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// drill is into what the rows of totals that break are paired.
type drill struct {
	span  diag.Span
	into  []*drillBy
	sides []int // those that have all of it
}

// drillBy is one value by which the rows are paired: by side a term over its rows, as far as the side has it.
type drillBy struct {
	name  string
	typ   schema.Type
	terms []value
	at    diag.Span
}

// checkDrill checks drill into.
func (r *ruleCheck) checkDrill() {
	var first *syntax.Drill
	for _, s := range r.block.other {
		s, ok := s.(*syntax.Drill)
		switch {
		case !ok:
		case first != nil:
			r.given2(keyword(s.Span, "drill"), "drill", keyword(first.Span, "drill"), "one drill has several columns: drill into a, b")
		case r.totals == nil:
			first = s
			if !r.unsure {
				r.report(diag.DrillPlace, keyword(s.Span, "drill"), "drill into reads the rows of totals, and this rule has none", "it belongs to a rule with group; a rule with key shows the rows that differ anyway")
			}
		default:
			first = s
			r.drillInto(s)
		}
	}
}

func (r *ruleCheck) drillInto(s *syntax.Drill) {
	sides := r.totals.sides
	d := &drill{span: s.Span}
	for i := range sides {
		d.sides = append(d.sides, i)
	}
	var lacking []string // for each value the sides that have it, in words
	for _, by := range s.Into {
		n := r.peek(by.Expr)
		if n == nil {
			r.expr(by.Expr, &scope{sides: sides, only: 1, zone: r.zone, what: "a drill"}) // says why
			r.unsure = true
			return
		}
		has := r.having(n)
		if len(has) == 0 {
			r.drillUnknown(n)
			return
		}
		have := make([]string, len(has))
		for k, i := range has {
			have[k] = sides[i].name
		}
		lacking = append(lacking, fmt.Sprintf("%s stands in %s", by.Expr.Text, strings.Join(have, ", ")))
		d.sides = slices.DeleteFunc(d.sides, func(i int) bool { return !slices.Contains(has, i) })
	}
	if len(d.sides) == 0 {
		r.report(diag.DrillColumns, s.Into[0].Expr.Span, "no side has all the columns that are drilled into: "+strings.Join(lacking, "; "), "name columns that one side has, best such as several have")
		return
	}
	for _, by := range s.Into {
		if !r.drillTerm(d, by) {
			return
		}
	}
	for _, by := range d.into {
		terms := make([]value, 0, len(d.sides))
		for _, i := range d.sides {
			terms = append(terms, by.terms[i])
		}
		var ok bool
		if by.typ, _, ok = r.commonType(terms, sides); !ok {
			return
		}
	}
	r.drill = d
}

// having are the sides that have all columns that a tree names.
func (r *ruleCheck) having(n *node) []int {
	var has []int
	for i, s := range r.totals.sides {
		all := true
		n.walk(func(n *node) {
			_, constant := r.constants[n.text]
			constant = constant || r.imports[n.text] != nil
			_, column := s.column(n.text)
			all = all && (n.shape != nameNode || column || constant || s.rows.open)
		})
		if all {
			has = append(has, i)
		}
	}
	return has
}

// drillUnknown reports a name that no side has.
func (r *ruleCheck) drillUnknown(n *node) {
	var known []string
	for _, s := range r.totals.sides {
		known = append(known, knownNames(s.rows.columns)...)
	}
	slices.Sort(known)
	known = slices.Compact(known)
	found := false
	n.walk(func(n *node) {
		if _, constant := r.constants[n.text]; n.shape != nameNode || constant || r.imports[n.text] != nil || slices.Contains(known, n.text) || found || r.inBroken(n.text) {
			return
		}
		found = true
		if slices.ContainsFunc(r.sides, func(s *side) bool { return s.name == n.text }) {
			r.report(diag.Unqualified, n.span, "what is drilled into is the same on every side and names none", "write the column alone: drill into order_no")
			return
		}
		r.add(diag.Diagnostic{Code: diag.UnknownColumn, Span: n.span, Message: fmt.Sprintf("no side has a column %q", n.text), Hint: hintNames(n.text, "the sides have", known), Fixes: fixName(n.span, n.text, known)})
	})
	if !found {
		r.report(diag.DrillColumns, n.span, "no side has all the columns of this value", "a side is paired by values that are computed from its own row")
	}
}

// drillTerm types one value over the rows of each side that is drilled into.
func (r *ruleCheck) drillTerm(d *drill, by *syntax.Named) bool {
	b := &drillBy{terms: make([]value, len(r.totals.sides)), at: by.Expr.Span}
	for _, i := range d.sides {
		v := r.expr(by.Expr, &scope{sides: r.totals.sides, only: i + 1, zone: r.zone, what: "a drill"})
		if v.bad() || !r.scalar(v) || !r.readsSide(v, by.Expr) || !r.keyable([]value{v}, "drill") {
			return false
		}
		rebase(v.Expr)
		b.terms[i] = v
	}
	name, ok := r.nameOf(&syntax.Equation{Terms: []*syntax.Expr{by.Expr}}, by.As)
	if !ok {
		r.report(diag.NameNeeded, by.Expr.Span, "this value needs a name: it is no plain column", "add: as name")
		return false
	}
	b.name = name
	if i := r.totals.find(name); i >= 0 || slices.ContainsFunc(d.into, func(o *drillBy) bool { return o.name == name }) {
		r.report(diag.AlreadyDeclared, by.Expr.Span, fmt.Sprintf("the rows are paired by %s already", name), "drill into a column that tells the rows of one group apart")
		return false
	}
	d.into = append(d.into, b)
	return true
}

// finishDrill makes of the drill what the engine runs: a rule over finer totals of the sides that can be paired, and lists
// of the rows of the others.
func (r *ruleCheck) finishDrill() {
	if r.drill == nil {
		return
	}
	d := &program.Drill{Span: r.drill.span}
	for _, by := range r.drill.into {
		d.Names = append(d.Names, by.name)
	}
	if len(r.drill.sides) > 1 {
		d.Sides = r.drill.sides
		d.Rule = r.finer()
	}
	for i, s := range r.totals.sides {
		if slices.Contains(d.Sides, i) {
			continue
		}
		d.Whole = append(d.Whole, i)
		d.Listed = append(d.Listed, s.rows.prog)
		var groups []*program.Expr
		for _, g := range r.totals.by {
			groups = append(groups, g.terms[i].Expr)
		}
		d.Groups = append(d.Groups, groups)
	}
	r.prog.Drill = d
}
