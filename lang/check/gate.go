package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// metrics are the numbers of a run that the gates of a rule see.
type metrics struct {
	rule *ruleCheck
}

// outcomes of a rule between sides, and of one over a side; ratedOutcomes are those that are
// outcomes of keys, of which there is a rate.
var (
	betweenOutcomes = []string{"matched", "mismatch", "missing", "duplicate", "unkeyed", "pending"}
	overOutcomes    = []string{"matched", "breach", "unkeyed"}
	ratedOutcomes   = []string{"matched", "mismatch", "missing", "duplicate"}
	sideOutcomes    = []string{"missing", "duplicate", "unkeyed", "pending"}
	metricNames     = append([]string{"rows", "diff", "absdiff", "open", "expired", "breach"}, betweenOutcomes...)
)

// rateScale is how many decimals a rate has.
const rateScale = 18

func (r *ruleCheck) gates() {
	for _, s := range r.block.other {
		s, ok := s.(*syntax.Gate)
		if !ok {
			continue
		}
		sc := &scope{sides: r.sides, metrics: &metrics{r}, zone: r.zone, what: "a gate"}
		v := r.expr(s.When, sc)
		x := &typer{module: r.module, scope: sc}
		if v = x.boolean(v, s.When.Span, "a gate"); v.bad() || !r.oneUnit(v.Expr) {
			continue
		}
		r.prog.Gates = append(r.prog.Gates, program.Gate{Fail: s.Severity.Name == "fail", When: v.Expr, Text: oneLine(s.When.Text), Span: s.Span})
	}
}

// oneUnit reports a metric of rows in several units that is compared with a bare number.
func (r *ruleCheck) oneUnit(e *program.Expr) bool {
	ok := true
	e.Walk(func(e *program.Expr) bool {
		if ok && e.Op == program.OpMetric && e.Unit == openUnit {
			ok = false
			r.report(diag.UnitMismatch, e.Span, fmt.Sprintf("%s has one value for each unit, and a bare number names none", e.Name), "compare it with money, which picks its own: > 100 CNY")
		}
		return ok
	})
	return ok
}

// metric is a number of the run.
func (x *typer) metric(n *node, path []*node) value {
	words := make([]string, len(path))
	for i, p := range path {
		words[i] = p.text
	}
	r := x.metrics.rule
	m := &metricTyper{typer: x, rule: r, n: n, path: path, words: words}
	switch head := words[0]; {
	case head == "rows":
		return m.rows()
	case head == "diff" || head == "absdiff":
		return m.difference()
	case head == "open" || head == "expired":
		return m.ledger()
	case slices.Contains(betweenOutcomes, head) || head == "breach":
		return m.outcome()
	}
	if len(path) == 2 {
		if v, ok := x.moduleName(n, path[0], path[1]); ok {
			return v
		}
	}
	for _, s := range x.sides {
		if s.name == words[0] {
			x.report(diag.WrongPlace, n.span, "a gate sees the run, not its rows", "write for example mismatch.count > 0 or diff.amount > 100 CNY")
			return value{}
		}
	}
	if words[0] == "secret" && len(words) == 2 {
		return x.secretRef(n, path[1])
	}
	x.add(diag.Diagnostic{Code: diag.UnknownMetric, Span: path[0].at, Message: fmt.Sprintf("a run has no %q", words[0]),
		Hint: hintNames(words[0], "it has", metricNames), Fixes: fixName(path[0].at, words[0], metricNames)})
	return value{}
}

// metricTyper types one metric.
type metricTyper struct {
	*typer
	rule  *ruleCheck
	n     *node
	path  []*node
	words []string
}

func (m *metricTyper) give(t schema.Type, u program.Unit) value {
	return value{Expr: &program.Expr{Op: program.OpMetric, Name: strings.Join(m.words, "."), Type: t, Unit: u, Span: m.n.span}}
}

func (m *metricTyper) count() value {
	return m.give(schema.Type{Kind: schema.Integer}, program.Unit{})
}

// unknown reports part i of the metric; known are the names it could be.
func (m *metricTyper) unknown(i int, message string, known []string) value {
	at := m.path[min(i, len(m.path)-1)]
	m.add(diag.Diagnostic{Code: diag.UnknownMetric, Span: at.at, Message: message, Hint: hintNames(m.words[min(i, len(m.words)-1)], "there are", known),
		Fixes: fixName(at.at, m.words[min(i, len(m.words)-1)], known)})
	return value{}
}

func (m *metricTyper) sideNames() []string {
	list := make([]string, len(m.rule.sides))
	for i, s := range m.rule.sides {
		list[i] = s.name
	}
	return list
}

// sideAt reports whether part i names a side of the rule.
func (m *metricTyper) sideAt(i int) (*side, bool) {
	for _, s := range m.rule.sides {
		if s.name == m.words[i] {
			m.use(m.path[i].at, s.symbol)
			return s, true
		}
	}
	m.unknown(i, fmt.Sprintf("the rule has no side %q", m.words[i]), m.sideNames())
	return nil, false
}

// rows.S
func (m *metricTyper) rows() value {
	if len(m.words) != 2 {
		return m.unknown(1, "the rows of a side are written rows."+m.rule.sides[0].name, nil)
	}
	if _, ok := m.sideAt(1); !ok {
		return value{}
	}
	return m.count()
}

// open.count and expired.count, which count what the ledger has and not what the run found.
func (m *metricTyper) ledger() value {
	if len(m.words) != 2 || m.words[1] != "count" {
		return m.unknown(1, fmt.Sprintf("of what is %[1]s there is only %[1]s.count", m.words[0]), nil)
	}
	return m.count()
}

// outcome is X.count, X.rate and X.S.count.
func (m *metricTyper) outcome() value {
	head, of := m.words[0], betweenOutcomes
	if m.rule.tree.Over() {
		of = overOutcomes
	}
	last := m.words[len(m.words)-1]
	switch {
	case !slices.Contains(of, head):
		return m.unknown(0, fmt.Sprintf("this rule cannot have the outcome %q", head), of)
	case len(m.words) == 2 && last == "count":
		return m.count()
	case len(m.words) == 2 && last == "rate" && slices.Contains(ratedOutcomes, head) && !m.rule.tree.Over():
		return m.give(schema.Type{Kind: schema.Percent, Precision: decimal.MaxDigits, Scale: rateScale}, program.Unit{})
	case len(m.words) == 2 && last == "rate":
		return m.unknown(1, fmt.Sprintf("there is no rate of %s", head), nil)
	case len(m.words) != 3 || last != "count":
		return m.unknown(len(m.words)-1, fmt.Sprintf("of %s there is %s", head, m.forms(head)), nil)
	case head == "mismatch":
		if _, ok := m.comparisonAt(1); !ok {
			return value{}
		}
	case head == "breach":
		i := slices.IndexFunc(m.rule.claims, func(c *Symbol) bool { return c.Name == m.words[1] })
		if i < 0 {
			var known []string
			for _, c := range m.rule.claims {
				known = append(known, c.Name)
			}
			return m.unknown(1, fmt.Sprintf("the rule has no assert or unique %q", m.words[1]), known)
		}
		m.use(m.path[1].at, m.rule.claims[i])
	case slices.Contains(sideOutcomes, head):
		if _, ok := m.sideAt(1); !ok {
			return value{}
		}
	default:
		return m.unknown(1, fmt.Sprintf("%s is not counted by side", head), nil)
	}
	return m.count()
}

func (m *metricTyper) forms(head string) string {
	text := head + ".count"
	if slices.Contains(ratedOutcomes, head) && !m.rule.tree.Over() {
		text += ", " + head + ".rate"
	}
	switch {
	case head == "mismatch":
		text += " and mismatch.COMPARISON.count"
	case head == "breach":
		text += " and breach.ASSERT.count"
	case slices.Contains(sideOutcomes, head):
		text += " and " + head + ".SIDE.count"
	}
	return text
}

// comparisonAt reports whether part i names a comparison of the rule; one that was reported is
// nil.
func (m *metricTyper) comparisonAt(i int) (*comparison, bool) {
	var known []string
	for _, c := range m.rule.comparisons {
		if c.Name == m.words[i] {
			if c.symbol != nil {
				m.use(m.path[i].at, c.symbol)
			}
			return c, true
		}
		known = append(known, c.Name)
	}
	if m.rule.unsure {
		return nil, false
	}
	m.unknown(i, fmt.Sprintf("the rule has no comparison %q", m.words[i]), known)
	return nil, false
}

// difference is diff.C, diff.C.S and absdiff.C.
func (m *metricTyper) difference() value {
	head := m.words[0]
	if len(m.words) < 2 || len(m.words) > 3 || head == "absdiff" && len(m.words) > 2 {
		return m.unknown(len(m.words)-1, fmt.Sprintf("a difference is written %s.COMPARISON%s", head, map[string]string{"diff": " or diff.COMPARISON.SIDE"}[head]), nil)
	}
	c, ok := m.comparisonAt(1)
	if !ok || c.invalid {
		return value{}
	}
	if !numeric(c.Type.Kind) {
		m.report(diag.UnknownMetric, m.path[1].at, fmt.Sprintf("%s is no exact number and has no sum: it is %s", c.Name, m.showType(c.Type, c.Unit)), "")
		return value{}
	}
	if len(m.words) == 3 {
		s, ok := m.sideAt(2)
		if !ok {
			return value{}
		}
		switch i := slices.Index(m.rule.sides, s); {
		case c.Terms[i] == nil:
			return m.unknown(2, fmt.Sprintf("%s has no term of side %s", c.Name, s.name), nil)
		case i == c.Base:
			return m.unknown(2, fmt.Sprintf("%s is the base of %s, from which differences are taken", s.name, c.Name), nil)
		}
	}
	u := c.Unit
	if c.perRow {
		u = openUnit
	}
	return m.give(schema.Type{Kind: schema.Decimal, Precision: decimal.MaxDigits, Scale: c.Type.Scale}, u)
}
