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

// ruleCheck is the state of the check of one rule.
type ruleCheck struct {
	*module
	tree        *syntax.Rule
	prog        *program.Rule
	block       *block
	sides       []*side
	keys        []*key
	comparisons []*comparison
	claims      []*Symbol // names of asserts and uniques
	zone        string    // of zone-less times: the schedule's
	totals      *totals   // it pairs totals, of which its comparisons speak; else nil
	drill       *drill    // into what the totals that break are read; else nil
	unsure      bool      // something that belongs to the rule was refused or could not be read
}

// side is one side of a rule.
type side struct {
	name   string
	symbol *Symbol
	rows   *rowsDecl // in a rule with group the totals
	single *rowsDecl // in a rule with group the rows that are summed up
	at     diag.Span
}

// read is what the side reads, summed up or not.
func (s *side) read() *rowsDecl {
	if s.single != nil {
		return s.single
	}
	return s.rows
}

func (s *side) column(name string) (int, bool) {
	i, ok := s.rows.columns[name]
	return i, ok
}

func (m *module) rule(decl *ruleDecl) {
	before, d := m.faults(), decl.tree
	r := &ruleCheck{module: m, tree: d, prog: &program.Rule{Name: d.Name.Name, Doc: d.Doc, Span: d.Name.Span}}
	decl.check = r
	for _, s := range d.Sides {
		r.side(s)
	}
	r.block = m.block(d.Body)
	r.unsure = r.block.broken || r.block.templated
	r.schedule()
	r.attributes()
	r.checkTotals()
	r.checkKeys()
	r.checkComparisons()
	r.checkDrill()
	r.checkClaims()
	r.window()
	r.gates()
	r.handlers()
	r.triggers()
	if m.faults() > before || r.unsure || slices.ContainsFunc(r.sides, func(s *side) bool { return s.read().open || s.read().faulty }) {
		return
	}
	r.finish()
	decl.prog = r.prog
	m.prog.Rules = append(m.prog.Rules, r.prog)
}

// side finds what one side of the rule reads.
func (r *ruleCheck) side(t *syntax.Side) {
	name := t.Name()
	s := &side{name: name.Name, at: t.Span, rows: &rowsDecl{open: true}}
	if rows, ok := r.findRows(t.Ref); ok {
		s.rows = rows
	}
	s.symbol = &Symbol{Kind: SideSymbol, Name: s.name, Span: name.Span}
	if t.As != nil {
		r.def(s.symbol)
	} else if s.rows.Symbol != nil {
		s.symbol = s.rows.Symbol
	}
	if i := slices.IndexFunc(r.sides, func(o *side) bool { return o.name == s.name }); i >= 0 {
		r.add(diag.Diagnostic{Code: diag.AlreadyDeclared, Span: name.Span, Message: fmt.Sprintf("two sides have the name %q", s.name),
			Hint: "give one of them another name: " + t.Ref.String() + " as b", Related: []diag.Related{{Span: r.sides[i].at, Message: "the first one"}}})
		s.name = "" // nobody can mean it
	}
	r.sides = append(r.sides, s)
	r.prog.Sides = append(r.prog.Sides, program.Side{Name: s.name, Source: s.rows.prog, Span: t.Span})
}

// attributes checks what a rule says about itself, and its baseline and duplicates.
func (r *ruleCheck) attributes() {
	p, b := r.prog, r.block
	for name, to := range map[string]*string{"title": &p.Title, "owner": &p.Owner, "severity": &p.Severity, "description": &p.Description} {
		if a := b.take(name); a != nil {
			*to = r.literalText(a.Value, name)
		}
	}
	if a := b.take("empty"); a != nil {
		p.AllowEmpty = r.word(a.Value, "empty", "allowed") == "allowed"
	}
	kind := syntax.OverBlock
	if !r.tree.Over() {
		kind = syntax.BetweenBlock
		if a := b.take("baseline"); a != nil {
			r.baseline(a.Value)
		}
		if a := b.take("duplicates"); a != nil && r.word(a.Value, "duplicates", "pair") == "pair" {
			p.Duplicates = program.Pair
		}
	}
	r.unknownAttributes(b, "a rule", kind)
}

// literalText is a text that is known without a run.
func (m *module) literalText(e *syntax.Expr, what string) string {
	v := m.expr(e, &scope{what: what})
	if v.bad() {
		return ""
	}
	if !v.literal() || v.Type.Kind != schema.String {
		m.report(diag.WrongValue, e.Span, fmt.Sprintf("%s is a literal text", what), "")
		return ""
	}
	return v.Value.Text
}

func (r *ruleCheck) baseline(e *syntax.Expr) {
	if e.Bad {
		return
	}
	n := parse(tokensOf(e), e.Span, r.add)
	if n == nil {
		return
	}
	known := make([]string, len(r.sides))
	for i, s := range r.sides {
		known[i] = s.name
		if n.shape == nameNode && s.name == n.text {
			r.prog.Baseline = i
			r.use(n.at, s.symbol)
			return
		}
	}
	r.add(diag.Diagnostic{Code: diag.UnknownSide, Span: n.span, Message: "baseline names a side of the rule",
		Hint: hintNames(strings.Trim(n.span.Text(), `"'`), "its sides are", known), Fixes: fixName(n.span, strings.Trim(n.span.Text(), `"'`), known)})
}

// rowScope is the scope of an expression over the rows of all sides.
func (r *ruleCheck) rowScope(what string) *scope {
	s := &scope{sides: r.sides, bare: true, keys: r.keys, zone: r.zone, what: what}
	if r.totals != nil {
		s.within = "in a condition on groups: only what compare sets equal are totals"
	}
	return s
}

// condition types an expression over rows that must be a condition; nil after a report.
func (r *ruleCheck) condition(e *syntax.Expr, what string) *program.Expr {
	s := r.rowScope(what)
	v := r.expr(e, s)
	x := &typer{module: r.module, scope: s}
	if v = x.boolean(v, e.Span, what); v.bad() {
		return nil
	}
	return v.Expr
}

// finish fills in what follows from the rest.
func (r *ruleCheck) finish() {
	p := r.prog
	p.Zone = r.zone
	r.finishTotals()
	for _, s := range p.Sides {
		for _, e := range sourceExprs(s.Source) {
			p.Params = r.paramsOf(e, p.Params)
		}
	}
	for _, e := range exprsOf(p) {
		p.Params = r.paramsOf(e, p.Params)
	}
	r.sameDefaults()
	slices.SortFunc(p.Params, func(a, b *program.Param) int { return strings.Compare(a.Name, b.Name) })
	p.Text = canonical(p)
	r.finishDrill()
}

// exprsOf are the expressions that stand in the rule itself.
func exprsOf(p *program.Rule) []*program.Expr {
	var list []*program.Expr
	for _, k := range p.Keys {
		list = append(list, k.Terms...)
	}
	for _, c := range p.Compare {
		list = append(append(list, c.Terms...), c.Where)
		for _, b := range c.Tolerance.Bounds {
			list = append(list, b.Value)
		}
	}
	for _, u := range p.Unique {
		list = append(list, u.Terms...)
	}
	for _, a := range p.Assert {
		list = append(list, a.Cond)
	}
	for _, g := range p.Gates {
		list = append(list, g.When)
	}
	if w := p.Window; w != nil {
		list = append(list, w.Period, w.Slack, w.Carry)
	}
	if s := p.Schedule; s != nil {
		list = append(list, s.Timeout)
	}
	if t := p.Trigger; t != nil {
		list = append(list, t.Delay, t.Sample, t.Always, t.Retry, t.Every, t.Rate)
	}
	for _, h := range p.Handlers {
		list = append(list, h.Where)
		for _, d := range h.Do {
			for _, f := range d.Fields {
				list = append(list, f.Value)
			}
		}
	}
	return list
}
