package check

import (
	"fmt"
	"slices"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// triggers checks what changes run a rule. Nothing that a trigger says is needed: without delay it looks at once, without sample at all
// keys, without retry once, without rate as fast as it can.
func (r *ruleCheck) triggers() {
	var first *syntax.Trigger
	for _, s := range r.block.other {
		s, ok := s.(*syntax.Trigger)
		if !ok {
			continue
		}
		if first != nil {
			r.given2(keyword(s.Span, "trigger"), "trigger", keyword(first.Span, "trigger"), "remove one of them")
			continue
		}
		first = s
		r.trigger(s)
	}
}

func (r *ruleCheck) trigger(s *syntax.Trigger) {
	t := &program.Trigger{Side: -1, Span: s.Span}
	switch at := keyword(s.Span, "trigger"); {
	case r.tree.Over():
		r.report(diag.TriggerSource, at, "a rule over one side has no key whose changes could be followed", "schedule says when it runs")
	case r.totals != nil:
		r.report(diag.TriggerSource, at, "a rule over totals cannot be triggered: one row changes, and the total of all is due", "schedule says when it runs")
	default:
		t.Side = r.triggered(s.Ref)
	}
	b := r.module.block(s.Body)
	t.Delay = r.triggerSpan(b.take("delay"), true)
	t.Sample = r.sample(b.take("sample"))
	retry, every := b.take("retry"), b.take("every")
	t.Every = r.triggerSpan(every, false)
	t.Retry, t.Rate = r.whole(retry), r.whole(b.take("rate"))
	if a := b.take("always"); a != nil && t.Side >= 0 {
		t.Always = r.always(a.Value, t.Side)
	}
	switch {
	case b.broken:
	case retry != nil && every == nil:
		r.report(diag.TriggerForm, retry.Name.Span, "retry needs every: how long to wait before it looks again", "add: every = 5s")
	case retry == nil && every != nil:
		r.report(diag.TriggerForm, every.Name.Span, "every needs retry: how often it looks again", "add: retry = 3")
	}
	r.unknownAttributes(b, "a trigger", syntax.TriggerBlock)
	r.unsure = r.unsure || b.broken
	r.prog.Trigger = t
}

// triggered is the side that a trigger follows, -1 after a report, or where there was one.
func (r *ruleCheck) triggered(ref *syntax.Ref) int {
	n := len(ref.Names)
	last := ref.Names[n-1]
	var known []string
	for _, s := range r.sides {
		known = append(known, s.name+".changes")
	}
	if n < 2 || last.Name != "changes" {
		r.report(diag.TriggerSource, ref.Span, "a trigger follows the changes of a side", hintNames(ref.String(), "write", known))
		return -1
	}
	name := (&syntax.Ref{Names: ref.Names[:n-1]}).String()
	found := -1
	for i, s := range r.sides {
		if s.name == name {
			found = i
			break
		}
		if r.tree.Sides[i].Ref.String() == name {
			if found >= 0 {
				r.report(diag.TriggerSource, ref.Span, fmt.Sprintf("%s is the source of two sides", name), "name the side")
				return -1
			}
			found = i
		}
	}
	at := diag.Span{File: ref.Span.File, Start: ref.Names[0].Span.Start, End: ref.Names[n-2].Span.End}
	if found < 0 {
		if !r.inBroken(name) {
			sides := make([]string, len(r.sides))
			for i, s := range r.sides {
				sides[i] = s.name
			}
			r.add(diag.Diagnostic{Code: diag.TriggerSource, Span: at, Message: fmt.Sprintf("the rule has no side %q", name), Hint: hintNames(name, "its sides are", sides), Fixes: fixName(at, name, sides)})
		}
		return -1
	}
	s := r.sides[found]
	r.use(ref.Names[n-2].Span, s.symbol)
	if d := r.imports[ref.Names[0].Name]; d != nil && n > 2 {
		r.use(ref.Names[0].Span, d.Symbol)
	}
	r.followable(s, at)
	return found
}

// followable reports a side whose source does not say how its changes are followed.
func (r *ruleCheck) followable(s *side, at diag.Span) {
	if s.rows.open || s.rows.prog == nil {
		return
	}
	if s.rows.tree == nil {
		r.report(diag.TriggerNeedsChanges, at, fmt.Sprintf("%s is a view, and only a source can be followed", s.name), "name a side that is a source")
		return
	}
	plugin, known := r.cat.Sources[s.rows.prog.Plugin]
	if !known || slices.ContainsFunc(s.rows.prog.Settings, func(set program.Setting) bool { return set.Name == "changes" }) {
		return
	}
	if s.rows.tree.Body != nil && attribute(s.rows.tree.Body, "changes") != nil {
		return // it is given, and not well
	}
	i := slices.IndexFunc(plugin.Settings, func(set schema.Setting) bool { return set.Name == "changes" })
	d := diag.Diagnostic{Code: diag.TriggerNeedsChanges, Span: at, Related: []diag.Related{{Span: s.rows.Span, Message: "the source"}}}
	if i < 0 {
		d.Message = fmt.Sprintf("%s reads from %s, which has no setting changes: it cannot be followed", s.name, plugin.Name)
		d.Hint = "schedule says when the rule runs in full"
	} else {
		d.Message = fmt.Sprintf("%s does not say how its changes are followed", s.rows.Name)
		d.Hint = "add to the source: changes = " + orElse(plugin.Settings[i].Example, `"…"`)
		if len(plugin.Settings[i].OneOf) > 0 {
			d.Hint = fmt.Sprintf("add to the source: changes = %q", plugin.Settings[i].OneOf[0])
		}
	}
	r.add(d)
}

// triggerSpan is the value of delay or every: a duration, at least, or longer than, nothing.
func (r *ruleCheck) triggerSpan(a *syntax.Attribute, zero bool) *program.Expr {
	v, ok := r.triggerValue(a, "a duration such as 2s", schema.Duration)
	if !ok {
		return nil
	}
	if v.literal() && (v.Value.Int < 0 || v.Value.Int == 0 && !zero) {
		r.report(diag.TriggerForm, v.Span, fmt.Sprintf("%s is longer than nothing", a.Name.Name), "write a duration such as 5s")
		return nil
	}
	return v.Expr
}

// sample is which part of the keys is looked at.
func (r *ruleCheck) sample(a *syntax.Attribute) *program.Expr {
	v, ok := r.triggerValue(a, "a percent such as 5%", schema.Percent)
	if !ok {
		return nil
	}
	if v.literal() && (v.Value.Dec.Coef.Sign() <= 0 || decimal.Compare(v.Value.Dec, decimal.Decimal{Coef: decimal.FromInt64(1)}) > 0) {
		r.report(diag.TriggerForm, v.Span, "sample is above 0% and up to 100%", "leave it out to look at all keys")
		return nil
	}
	return v.Expr
}

// whole is the value of retry or rate: a whole number from 1.
func (r *ruleCheck) whole(a *syntax.Attribute) *program.Expr {
	v, ok := r.triggerValue(a, "a whole number", schema.Integer)
	if !ok {
		return nil
	}
	if v.literal() && v.Value.Int < 1 {
		r.report(diag.TriggerForm, v.Span, fmt.Sprintf("%s is at least 1", a.Name.Name), "leave it out if there is to be none")
		return nil
	}
	return v.Expr
}

func (r *ruleCheck) triggerValue(a *syntax.Attribute, what string, kind schema.Kind) (v value, ok bool) {
	if a == nil {
		return v, false
	}
	v = r.expr(a.Value, &scope{zone: r.zone, what: a.Name.Name})
	if v.bad() {
		return v, false
	}
	if v.Type.Kind != kind || v.list != nil || !v.Unit.None() {
		x := &typer{module: r.module, scope: &scope{}}
		r.report(diag.TriggerForm, v.Span, fmt.Sprintf("%s is %s, and this is %s", a.Name.Name, what, x.show(v)), "")
		return v, false
	}
	return v, true
}

// always is the condition under which a key is looked at in any case. It reads the row that changed, and no other.
func (r *ruleCheck) always(e *syntax.Expr, side int) *program.Expr {
	s := &scope{sides: r.sides, bare: true, zone: r.zone, what: "always"}
	v := r.expr(e, s)
	x := &typer{module: r.module, scope: s}
	if v = x.boolean(v, e.Span, "always"); v.bad() {
		return nil
	}
	other := -1
	v.Walk(func(e *program.Expr) bool {
		if e.Op == program.OpColumn && e.Side != side {
			other = e.Side
		}
		return other < 0
	})
	if other >= 0 {
		r.report(diag.TriggerForm, e.Span, fmt.Sprintf("always speaks of the row of %s that changed, and this reads %s", r.sides[side].name, r.sides[other].name), "")
		return nil
	}
	return v.Expr
}
