package check

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// testCheck is the state of the check of one test.
type testCheck struct {
	*module
	rule   *program.Rule
	of     *ruleCheck // of rule
	prog   *program.Test
	broken bool // some statement could not be read
}

// tests checks the tests of a file. All rules have been checked.
func (m *module) tests() {
	titles := map[string]diag.Span{}
	for i, d := range m.tree.Decls {
		if d, ok := d.(*syntax.Test); ok {
			m.body(i, func() { m.test(d, titles) })
		}
	}
}

func (m *module) test(d *syntax.Test, titles map[string]diag.Span) {
	found, ok := m.findRule(d.Rule)
	if !ok || d.Body == nil {
		return
	}
	if found.prog == nil {
		m.namesOnly(d, found)
		return
	}
	rule := found.prog
	before := m.faults()
	title := rule.Name + "\x00" + d.Title.Value
	if old, taken := titles[title]; taken {
		m.add(diag.Diagnostic{Code: diag.SameTest, Span: d.Title.Span, Message: fmt.Sprintf("rule %s has a test of this title already", rule.Name),
			Hint: "say in the title what is special about this one", Related: []diag.Related{{Span: old, Message: "the first one"}}})
	}
	titles[title] = d.Title.Span
	t := &testCheck{module: m, rule: rule, of: found.check, prog: &program.Test{Title: d.Title.Value, Rule: rule, Dir: m.dir(), Span: d.Title.Span}}
	common, own := t.split(d.Body)
	base := t.statements(common)
	base.At, base.Span = schema.Value{Type: schema.Type{Kind: schema.Timestamp}, Null: true}, d.Title.Span
	base.Body = d.Body.Span
	if len(own) == 0 {
		t.prog.Runs = []program.TestRun{base}
	}
	for _, r := range own {
		stmts, _ := t.split(r.Body)
		run := t.statements(stmts)
		run.At, run.Span = t.instant(r.Instant), t.runSpan(r)
		if r.Body != nil {
			run.Body = r.Body.Span
		}
		t.prog.Runs = append(t.prog.Runs, inherit(run, base))
	}
	for i := range t.prog.Runs {
		r := &t.prog.Runs[i]
		slices.SortStableFunc(r.Given, func(a, b program.Given) int { return cmp.Compare(a.After, b.After) })
		t.complete(r)
	}
	t.clock()
	if m.faults() == before && !t.broken {
		m.prog.Tests = append(m.prog.Tests, t.prog)
	}
}

// namesOnly notes what the names in a test mean whose rule cannot be run, as far as it is known: whoever renames something needs them all. What
// is wrong in the test is told once the rule is right.
func (m *module) namesOnly(d *syntax.Test, found *ruleDecl) {
	if found.check == nil || slices.ContainsFunc(found.check.prog.Sides, func(s program.Side) bool { return s.Source == nil }) {
		return
	}
	said := m.list
	t := &testCheck{module: m, rule: found.check.prog, of: found.check, prog: &program.Test{}}
	common, own := t.split(d.Body)
	t.statements(common)
	for _, r := range own {
		stmts, _ := t.split(r.Body)
		t.statements(stmts)
	}
	m.list = said
}

// split parts the statements of a test from its runs.
func (t *testCheck) split(b *syntax.Block) (stmts []syntax.Stmt, runs []*syntax.Run) {
	if b == nil {
		t.broken = true
		return nil, nil
	}
	for _, s := range b.Stmts {
		switch s := s.(type) {
		case *syntax.Run:
			runs = append(runs, s)
		case *syntax.BadStmt:
			t.broken = true
		default:
			stmts = append(stmts, s)
		}
	}
	return stmts, runs
}

func (t *testCheck) runSpan(r *syntax.Run) diag.Span {
	at := keyword(r.Span, "run")
	if r.Instant != nil {
		at.End = r.Instant.Span.End
	}
	return at
}

// instant is when a run takes place: without a zone, in that of the rule.
func (t *testCheck) instant(l *syntax.Lit) schema.Value {
	null := schema.Value{Type: schema.Type{Kind: schema.Timestamp}, Null: true}
	if l == nil {
		t.broken = true
		return null
	}
	micros, ok := batch.ParseTimestamp([]byte(l.Value), batch.NewZone(t.zone("")))
	if !ok {
		t.report(diag.BadDate, l.Span, fmt.Sprintf("%s is not a day of the calendar, or not a time of day", l.Value), "")
		return null
	}
	return schema.Value{Type: null.Type, Int: micros}
}

// zone is that of zone-less times: of their source, or else of the rule, or else UTC.
func (t *testCheck) zone(source string) *time.Location {
	name := orElse(source, t.rule.Zone)
	if name == "" && t.rule.Window != nil {
		name = t.rule.Window.Zone
	}
	if loc := t.location(name); loc != nil {
		return loc
	}
	return time.UTC
}

// statements checks what stands in a test outside of its runs, or in one of them.
func (t *testCheck) statements(stmts []syntax.Stmt) (r program.TestRun) {
	for _, s := range stmts {
		switch s := s.(type) {
		case *syntax.SetParam:
			t.param(&r, s)
		case *syntax.Given:
			t.given(&r, s)
		case *syntax.Expect:
			t.expect(&r, s)
		}
	}
	return r
}

// inherit gives a run what stands outside of the runs and the run does not say itself.
func inherit(r, base program.TestRun) program.TestRun {
	own := r
	for _, p := range base.Params {
		if !slices.ContainsFunc(own.Params, func(o program.TestParam) bool { return o.Name == p.Name }) {
			r.Params = append(r.Params, p)
		}
	}
	for _, g := range base.Given {
		if !slices.ContainsFunc(own.Given, func(o program.Given) bool { return o.Source == g.Source }) {
			r.Given = append(r.Given, g)
		}
	}
	for _, e := range base.Expect {
		if !slices.ContainsFunc(own.Expect, func(o program.Expect) bool { return o.Outcome == e.Outcome && o.Name == e.Name }) {
			r.Expect = append(r.Expect, e)
		}
	}
	return r
}

// param sets a parameter.
func (t *testCheck) param(r *program.TestRun, s *syntax.SetParam) {
	if i := slices.IndexFunc(r.Params, func(p program.TestParam) bool { return p.Name == s.Name.Name }); i >= 0 {
		t.given2(s.Name.Span, "param "+s.Name.Name, r.Params[i].Value.Span, "remove one of them")
		return
	}
	i := slices.IndexFunc(t.module.prog.Params, func(p *program.Param) bool { return p.Name == s.Name.Name })
	v := t.expr(s.Value, &scope{zone: t.zone("").String(), what: "a parameter"})
	if i < 0 {
		var known []string
		for _, p := range t.module.prog.Params {
			known = append(known, p.Name)
		}
		slices.Sort(known)
		known = slices.Compact(known)
		if !t.inBroken(s.Name.Name) && t.constants[s.Name.Name] == nil {
			t.add(diag.Diagnostic{Code: diag.TestParam, Span: s.Name.Span, Message: fmt.Sprintf("there is no parameter %q", s.Name.Name),
				Hint: hintNames(s.Name.Name, "the parameters are", known), Fixes: fixName(s.Name.Span, s.Name.Name, known)})
		} else if d := t.constants[s.Name.Name]; d != nil && d.let != nil {
			t.report(diag.TestParam, s.Name.Span, fmt.Sprintf("%q is a let, and always has the same value", s.Name.Name), "only a param can be set")
		} else {
			t.broken = true
		}
		return
	}
	p := t.module.prog.Params[i]
	if d := t.params[p.Name]; d != nil {
		t.info.InTests[s.Name.Span] = d.Symbol
	}
	if v.bad() || t.secretInText(v) || !t.fits(v, p.Type, fmt.Sprintf("parameter %q", p.Name)) {
		return
	}
	r.Params = append(r.Params, program.TestParam{Name: p.Name, Value: v.Expr})
}

// complete reports sources of the rule that no table stands in for: a test reads nothing real.
func (t *testCheck) complete(r *program.TestRun) {
	if t.broken {
		return
	}
	for _, s := range t.rule.Sides {
		t.standIn(r, s.Source, s.Name)
	}
}

// standIn reports the sources at and below src that would be read. One message for each side says enough.
func (t *testCheck) standIn(r *program.TestRun, src *program.Source, side string) bool {
	if slices.ContainsFunc(r.Given, func(g program.Given) bool { return g.Source == src }) {
		return true
	}
	if src.View != nil && len(src.View.Parts) > 0 {
		for _, below := range sourcesOf(src.View) {
			if !t.standIn(r, below, side) {
				return false
			}
		}
		return true
	}
	hint := fmt.Sprintf("add: given %s { … }", side)
	if src.Name != side && src.Name != "" {
		hint = fmt.Sprintf("add: given %s { … }, or a table for the side %s", src.Name, side)
	}
	t.report(diag.GivenMissing, r.Span, fmt.Sprintf("nothing is given for %s, and a test reads no real source", orElse(src.Name, side)), hint)
	return false
}

// sourcesOf are the sources that a view reads.
func sourcesOf(v *program.View) []*program.Source {
	var list []*program.Source
	for _, p := range v.Parts {
		list = append(list, p.Source)
	}
	for _, j := range v.Joins {
		list = append(list, j.Source)
	}
	return list
}

// clock checks that tables which come later have something to come later than.
func (t *testCheck) clock() {
	late := -1
	for _, r := range t.prog.Runs {
		for i, g := range r.Given {
			if g.Late {
				late = i
				if t.rule.Trigger == nil {
					t.report(diag.TestClock, g.Span, fmt.Sprintf("rule %s has no trigger: a run reads all its sources at once", t.rule.Name), "several runs at different instants are written run at … { … }")
				} else if side := t.rule.Trigger.Side; g.After > 0 && side >= 0 && g.Source == t.rule.Sides[side].Source {
					t.report(diag.TestClock, g.Span, fmt.Sprintf("the rows of %s fire at 0s, so its table cannot come later", t.rule.Sides[side].Name), "leave out after")
				} else if len(t.prog.Runs) > 1 {
					t.report(diag.TestClock, g.Span, "a test in which tables come later has one run: the changes at 0s and the looks after them", "write a test of its own")
				}
				break
			}
		}
		if late >= 0 {
			return
		}
	}
}
