package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// canonical is the text of what decides a verdict: sides with their columns and conditions, keys,
// comparisons, what is claimed, duplicates and the window. Whatever else a rule says
// (titles, gates, where the data lies), and how it is laid out, is not in it, so that two
// definitions with the same text reach the same verdicts over the same rows. Lets stand in it by
// their values, parameters by their names: a ledger belongs to the parameters' values anyway.
//
// The text ends up in state files. Whatever changes it makes all ledgers stale.
func canonical(p *program.Rule) string {
	w := &canonWriter{rule: p}
	for i, s := range p.Sides {
		w.line("side", s.Name)
		w.source(s.Source, "  ")
		if i == p.Baseline {
			w.line("baseline")
		}
	}
	if p.Totals {
		for _, s := range p.Sides {
			w.groups = append(w.groups, s.Source.View.Group)
		}
	}
	for _, k := range p.Keys {
		w.line("key", k.Type.String(), w.terms(k.Terms))
	}
	compare := slices.Clone(p.Compare)
	slices.SortFunc(compare, func(a, b program.Comparison) int { return strings.Compare(a.Name, b.Name) })
	for _, c := range compare {
		w.line("compare", c.Name, c.Type.String(), w.terms(c.Terms), w.tolerance(c), w.ignoring(c), w.expr(c.Where))
	}
	for _, u := range p.Unique {
		w.line("unique", strconv.Quote(u.Name), w.terms(u.Terms))
	}
	for _, a := range p.Assert {
		w.line("assert", strconv.Quote(a.Name), w.expr(a.Cond))
	}
	if p.Duplicates == program.Pair {
		w.line("duplicates pair")
	}
	if win := p.Window; win != nil {
		w.line("window", w.expr(win.Period), win.Zone, "slack", w.expr(win.Slack), "carry", w.expr(win.Carry))
	}
	return w.String()
}

type canonWriter struct {
	strings.Builder
	rule   *program.Rule
	groups []*program.Group             // by side: what columns of groups stand for, so that their order says nothing
	column func(side, index int) string // if not nil, what columns are written as
}

func (w *canonWriter) line(parts ...string) {
	for i, p := range parts {
		if i > 0 && p != "" {
			w.WriteByte(' ')
		}
		w.WriteString(p)
	}
	w.WriteByte('\n')
}

func (w *canonWriter) source(s *program.Source, indent string) {
	if s.View != nil {
		w.view(s, indent)
	} else {
		for i, c := range s.Columns {
			value := "physical " + strconv.Quote(c.Physical)
			if c.Derived != nil {
				value = w.expr(c.Derived)
			}
			w.declare(indent, c, value, i == s.Time)
		}
	}
	if s.Where != nil {
		w.line(indent+"where", w.expr(s.Where))
	}
	if s.Zone != "" {
		w.line(indent+"zone", s.Zone)
	}
	if s.BadRows {
		w.line(indent + "bad_rows report")
	}
	if s.Windowed {
		w.line(indent + "windowed")
	}
}

func (w *canonWriter) declare(indent string, c program.Column, value string, time bool) {
	mark := ""
	if time {
		mark = "time"
	}
	w.line(indent+"column", strconv.Quote(c.Name), c.Type.String(), unitText(c.Unit), value, mark)
}

// view writes what the rows of a view come from, and what is done to them.
func (w *canonWriter) view(s *program.Source, indent string) {
	v, deeper := s.View, indent+"  "
	for _, p := range v.Parts {
		w.line(indent+"part", fmt.Sprint(p.Columns))
		w.source(p.Source, deeper)
	}
	if v.Cut {
		w.line(indent + "cut")
	}
	for _, j := range v.Joins {
		w.line(indent + "join")
		w.source(j.Source, deeper)
		for _, on := range j.On {
			w.line(indent+"on", on.Type.String(), w.expr(on.This), "=", w.expr(on.Other))
		}
	}
	for i, c := range v.Row {
		value := ""
		if c.Derived != nil {
			value = w.expr(c.Derived)
		}
		w.declare(indent, c, value, v.Group == nil && i == s.Time)
	}
	if v.Where != nil {
		w.line(indent+"keep", w.expr(v.Where))
	}
	if g := v.Group; g != nil {
		for _, by := range g.By {
			w.line(indent+"group", by.Type.String(), w.expr(by))
		}
		if w.rule.Totals && slices.ContainsFunc(w.rule.Sides, func(side program.Side) bool { return side.Source == s }) {
			return // the comparisons say which totals count
		}
		inner := &canonWriter{rule: w.rule, groups: []*program.Group{g}}
		for i, c := range g.Out {
			w.declare(indent, c, inner.expr(c.Derived), i == s.Time)
		}
	}
}

// aggregate writes an aggregate over the rows of one side.
func (w *canonWriter) aggregate(a program.Aggregate) string {
	rows := &canonWriter{rule: w.rule}
	text := "total(" + string(a.Func)
	for _, e := range []*program.Expr{a.Arg, a.Where} {
		text += ", " + rows.expr(e)
	}
	return text + " " + a.Type.String() + ")"
}

func unitText(u program.Unit) string {
	switch {
	case u.Column > 0:
		return fmt.Sprintf("unit #%d", u.Column-1)
	case u.Name != "":
		return "unit " + strconv.Quote(u.Name)
	}
	return ""
}

func (w *canonWriter) terms(terms []*program.Expr) string {
	parts := make([]string, len(terms))
	for i, t := range terms {
		parts[i] = w.expr(t)
	}
	return strings.Join(parts, " = ")
}

func (w *canonWriter) tolerance(c program.Comparison) string {
	if len(c.Tolerance.Bounds) == 0 {
		return ""
	}
	bounds := make([]string, len(c.Tolerance.Bounds))
	for i, b := range c.Tolerance.Bounds {
		bounds[i] = w.expr(b.Value)
		if b.Relative {
			bounds[i] += fmt.Sprintf(" of #%d", c.Base)
		}
	}
	slices.Sort(bounds)
	join := " or "
	if c.Tolerance.All {
		join = " and "
	}
	return "within " + strings.Join(bounds, join)
}

func (w *canonWriter) ignoring(c program.Comparison) string {
	text := ""
	for _, i := range []program.Ignoring{program.Case, program.Space, program.Width} {
		if slices.Contains(c.Ignoring, i) {
			text += " ignoring " + [...]string{program.Case: "case", program.Space: "space", program.Width: "width"}[i]
		}
	}
	return strings.TrimSpace(text)
}

var opText = map[program.Op]string{
	program.OpNeg: "neg", program.OpAdd: "+", program.OpSub: "-", program.OpMul: "*", program.OpDiv: "/", program.OpEqual: "==", program.OpNotEqual: "!=",
	program.OpLess: "<", program.OpLessEqual: "<=", program.OpGreater: ">", program.OpGreaterEqual: ">=", program.OpIn: "in", program.OpAnd: "and",
	program.OpOr: "or", program.OpNot: "not", program.OpCond: "?", program.OpInterp: "text", program.OpMapOf: "map", program.OpListOf: "list",
}

// expr writes an expression operator first, so that it needs no precedence.
func (w *canonWriter) expr(e *program.Expr) string {
	if e == nil {
		return ""
	}
	switch e.Op {
	case program.OpLiteral:
		return literalText(e.Value)
	case program.OpColumn:
		if w.column != nil {
			return w.column(e.Side, e.Index)
		}
		if e.Side < len(w.groups) {
			if g := w.groups[e.Side]; e.Index >= len(g.By) {
				return fmt.Sprintf("#%d.%s", e.Side, w.aggregate(g.Aggregates[e.Index-len(g.By)]))
			}
		}
		return fmt.Sprintf("#%d.%d", e.Side, e.Index)
	case program.OpPhysical:
		return fmt.Sprintf("column(%q %s)", e.Name, e.Type)
	case program.OpParamRef:
		return fmt.Sprintf("param(%s %s)", e.Name, e.Type)
	case program.OpSecretRef:
		return "secret." + e.Name
	case program.OpBound, program.OpMetric:
		return e.Name
	}
	name := opText[e.Op]
	if e.Op == program.OpCall {
		name = e.Name
	}
	args := make([]string, len(e.Args))
	for i, a := range e.Args {
		args[i] = w.expr(a)
	}
	text := name + "(" + strings.Join(args, ", ")
	if e.Op == program.OpCall && e.Zone != "" {
		text += " zone " + e.Zone
	}
	return text + ")"
}

// literalText writes equal values alike: 0.10 is 0.1.
func literalText(v schema.Value) string {
	if v.Null {
		return "null"
	}
	text := ""
	switch v.Type.Kind {
	case schema.String, schema.Enum, schema.Path, schema.SQL, schema.JSON, schema.Bytes:
		return strconv.Quote(v.Text)
	case schema.Decimal, schema.Percent:
		text = shortest(v.Dec)
	case schema.Float:
		text = strconv.FormatFloat(v.Float, 'g', -1, 64)
	case schema.Integer:
		text = strconv.FormatInt(v.Int, 10)
	case schema.List, schema.Map:
		parts := make([]string, len(v.List))
		for i, e := range v.List {
			parts[i] = literalText(e)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	default:
		return fmt.Sprintf("%s %d", v.Type.Kind, v.Int)
	}
	if v.Type.Kind == schema.Percent {
		text = "share " + text
	}
	if v.Unit != "" {
		text += " " + v.Unit
	}
	return text
}

// shortest writes a decimal without zeros at its end.
func shortest(d decimal.Decimal) string {
	text := d.String()
	if d.Scale > 0 {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}
