package feature

import (
	"fmt"
	"slices"
	"strings"

	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
)

// rule is what a rule does, in short.
func (s *Snapshot) rule(sym *check.Symbol) string {
	var tree *syntax.Rule
	for _, node := range s.pathTo(sym.Span) {
		if d, ok := node.(*syntax.Rule); ok {
			tree = d
		}
	}
	if tree == nil { // an old name, after moved
		return with(code("rule "+sym.Name), "A name that a rule had before.")
	}
	var sides []string
	for _, side := range tree.Sides {
		sides = append(sides, oneLine(side.Span.Text()))
	}
	head := "rule " + tree.Name.Name + " between " + strings.Join(sides, ", ")
	if tree.Over() {
		head = "rule " + tree.Name.Name + " over " + sides[0]
	}
	for _, r := range s.Unit.Program.Rules {
		if r.Span == tree.Name.Span {
			return with(code(head), bold(r.Title), tree.Doc, strings.Join(s.plan(r), "\n"))
		}
	}
	return with(code(head), tree.Doc)
}

func bold(text string) string {
	if text == "" {
		return ""
	}
	return "**" + text + "**"
}

// plan is one line for each thing that a rule does, as a list.
func (s *Snapshot) plan(r *program.Rule) []string {
	var lines []string
	add := func(what string, parts ...string) {
		if len(parts) > 0 {
			lines = append(lines, "- "+what+" "+strings.Join(parts, "; "))
		}
	}
	var keys, compares, claims, fails, warns, handlers []string
	for _, k := range r.Keys {
		keys = append(keys, "`"+equation(k.Terms)+"`")
	}
	for i := range r.Compare {
		compares = append(compares, comparison(&r.Compare[i]))
	}
	for _, u := range r.Unique {
		var terms []string
		for _, t := range u.Terms {
			terms = append(terms, source(t))
		}
		claims = append(claims, "no two rows with the same `"+strings.Join(terms, ", ")+"`")
	}
	for _, a := range r.Assert {
		claims = append(claims, "`"+source(a.Cond)+"`")
	}
	for _, g := range r.Gates {
		if g.Fail {
			fails = append(fails, "`"+g.Text+"`")
		} else {
			warns = append(warns, "`"+g.Text+"`")
		}
	}
	for _, h := range r.Handlers {
		var done []string
		for _, d := range h.Do {
			done = append(done, d.Action.Name)
		}
		if len(done) > 0 {
			handlers = append(handlers, strings.TrimSpace(h.Outcome+" "+h.Name)+": "+strings.Join(done, ", "))
		}
	}
	pairs := "pairs rows by"
	if r.Totals {
		pairs = "pairs totals by"
	}
	add(pairs, keys...)
	add("compares", compares...)
	add("checks", claims...)
	add("window", window(r.Window)...)
	if r.Duplicates == program.Pair {
		add("pairs", "rows of a repeated key")
	}
	if r.Schedule != nil {
		zone := r.Schedule.Zone
		if zone == "" {
			zone = "UTC"
		}
		add("runs at", "`"+r.Schedule.Cron+"` in "+zone)
	}
	if r.Trigger != nil && r.Trigger.Side >= 0 {
		add("looks at", "each change of "+r.Sides[r.Trigger.Side].Name)
	}
	if len(fails) == 0 {
		fails = []string{"any break is open"}
	}
	add("fails when", fails...)
	add("warns when", warns...)
	add("on", handlers...)
	var params []string
	for _, p := range r.Params {
		params = append(params, "`"+p.Name+"`")
	}
	add("takes", params...)
	tests := 0
	for _, f := range s.Unit.Files {
		for _, d := range f.Decls {
			if t, ok := d.(*syntax.Test); ok && t.Rule.Last().Name == r.Name {
				tests++
			}
		}
	}
	add("tests:", fmt.Sprint(tests))
	return lines
}

func window(w *program.Window) []string {
	if w == nil {
		return []string{"all rows, in every run"}
	}
	text := "`" + source(w.Period) + "`"
	if w.Zone != "" {
		text += " in " + w.Zone
	}
	if w.Slack != nil {
		text += ", slack " + source(w.Slack)
	}
	if w.Carry != nil {
		text += ", carry " + source(w.Carry)
	}
	return []string{text}
}

// source is an expression as it is written, on one line.
func source(e *program.Expr) string {
	switch {
	case e == nil:
		return ""
	case e.Span.File != nil && e.Span.Start < e.Span.End:
		return oneLine(e.Span.Text())
	case e.Op == program.OpLiteral:
		return e.Value.String()
	}
	return e.Name
}

// equation is terms as a rule has them; a single term is one on every side.
func equation(terms []*program.Expr) string {
	var texts []string
	for _, t := range terms {
		if text := source(t); t != nil && !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	return strings.Join(texts, " = ")
}

// comparison is what a comparison wants, with its name.
func comparison(c *program.Comparison) string {
	text := "`" + c.Name + "`"
	if terms := equation(c.Terms); terms != c.Name {
		text += " (`" + terms + "`)"
	}
	return text + " " + agreement(c)
}

// agreement says when the terms of a comparison agree.
func agreement(c *program.Comparison) string {
	how := "exactly"
	if len(c.Tolerance.Bounds) > 0 {
		how = "within " + tolerance(c)
	}
	for i, word := range []string{"case", "space", "width"} {
		if slices.Contains(c.Ignoring, program.Ignoring(i+1)) {
			how += ", ignoring " + word
		}
	}
	if c.Where != nil {
		how += ", where `" + source(c.Where) + "`"
	}
	return how
}

func tolerance(c *program.Comparison) string {
	join := " or "
	if c.Tolerance.All {
		join = " and "
	}
	var bounds []string
	for _, b := range c.Tolerance.Bounds {
		bounds = append(bounds, source(b.Value))
	}
	return strings.Join(bounds, join)
}

// claim is a key, a comparison, or what is asserted.
func (s *Snapshot) claim(sym *check.Symbol) string {
	t := shown(sym.Type, inQuotes(sym.Unit.Name))
	if t != "" {
		t = ": " + t
	}
	head := code(string(sym.Kind) + " " + sym.Name + t)
	for _, r := range s.Unit.Program.Rules {
		for _, k := range r.Keys {
			if sym.Kind == check.KeySymbol && k.Name == sym.Name && holds(k.Span, sym.Span) {
				return with(head, "A key of rule `"+r.Name+"`: `"+equation(k.Terms)+"`. Rows of the sides belong together if they have it in common.")
			}
		}
		for i := range r.Compare {
			c := &r.Compare[i]
			if sym.Kind == check.ComparisonSymbol && c.Name == sym.Name && holds(c.Span, sym.Span) {
				return with(head, "A comparison of rule `"+r.Name+"`: `"+equation(c.Terms)+"` "+agreement(c)+".", sample(c))
			}
		}
	}
	return with(head, sym.Doc)
}
