package doc

import (
	"slices"
	"strconv"
	"strings"

	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// page is what the templates read.
type page struct {
	Title   string
	Rules   []rule
	Sources []source
	Params  []param
}

type rule struct {
	Name, Title, Doc, Description string
	Facts                         []fact
	Sides                         []side
	Keys, Compare                 []equation
	Claims                        []claim // of a rule over one side
	Totals                        bool
	Drill                         string
	Gates                         []gate
	Handlers                      []handler
	Tests                         []string
}

// OneSided reports whether the rule checks the rows of one side.
func (r rule) OneSided() bool { return len(r.Sides) == 1 }

type fact struct{ Name, Value string }

type side struct{ Name, Source, Note string }

type equation struct {
	Name  string
	Terms []string // by side; "" where it has none
	How   string
}

type claim struct{ Name, What string }

type gate struct{ Severity, When string }

type handler struct {
	On string
	Do []string
}

type source struct {
	Name, From, Doc string
	View            bool
	Facts           []fact
	Columns         []column
}

type column struct{ Name, Type, Unit, Value, Doc string }

type param struct{ Name, Type, Default, Doc string }

func newPage(title string, p *program.Program) page {
	out := page{Title: title}
	for _, r := range p.Rules {
		out.Rules = append(out.Rules, newRule(r, p.Tests))
	}
	for _, s := range p.Sources {
		out.Sources = append(out.Sources, newSource(s))
	}
	seen := map[string]bool{}
	for _, d := range p.Params {
		if seen[d.Name] {
			continue
		}
		seen[d.Name] = true
		out.Params = append(out.Params, param{Name: d.Name, Type: d.Type.String(), Default: textOf(d.Default), Doc: d.Doc})
	}
	return out
}

func newRule(r *program.Rule, tests []*program.Test) rule {
	out := rule{Name: r.Name, Title: r.Title, Doc: r.Doc, Description: r.Description, Totals: r.Totals, Facts: facts(r)}
	for i, s := range r.Sides {
		shown := side{Name: s.Name, Source: s.Source.Name}
		if i == r.Baseline && len(r.Sides) > 1 {
			shown.Note = "differences are taken from it"
		}
		out.Sides = append(out.Sides, shown)
	}
	for _, k := range r.Keys {
		out.Keys = append(out.Keys, equation{Name: k.Name, Terms: terms(r, k.Terms)})
	}
	for i := range r.Compare {
		c := &r.Compare[i]
		out.Compare = append(out.Compare, equation{Name: c.Name, Terms: terms(r, c.Terms), How: agreement(c)})
	}
	for _, u := range r.Unique {
		var of []string
		for _, t := range u.Terms {
			of = append(of, textOf(t))
		}
		out.Claims = append(out.Claims, claim{u.Name, "no two rows have the same " + strings.Join(of, ", ")})
	}
	for _, a := range r.Assert {
		out.Claims = append(out.Claims, claim{a.Name, textOf(a.Cond)})
	}
	if r.Drill != nil {
		out.Drill = strings.Join(r.Drill.Names, ", ")
	}
	for _, g := range r.Gates {
		severity := "warns"
		if g.Fail {
			severity = "fails"
		}
		out.Gates = append(out.Gates, gate{severity, g.Text})
	}
	for _, h := range r.Handlers {
		out.Handlers = append(out.Handlers, newHandler(h))
	}
	for _, t := range tests {
		if t.Rule.Name == r.Name {
			out.Tests = append(out.Tests, t.Title)
		}
	}
	return out
}

func facts(r *program.Rule) []fact {
	var list []fact
	add := func(name, value string) {
		if value != "" {
			list = append(list, fact{name, value})
		}
	}
	add("Owner", r.Owner)
	add("Severity", r.Severity)
	if s := r.Schedule; s != nil {
		add("Runs", due(s))
	}
	if t := r.Trigger; t != nil {
		add("Looks at", looks(r, t))
	}
	if w := r.Window; w != nil {
		add("Window", textOf(w.Period))
		add("Late data", late(w))
	} else {
		add("Window", "all rows, in every run")
	}
	if r.Duplicates == program.Pair {
		add("Several rows of one key", "are paired, equal ones first")
	}
	if r.AllowEmpty {
		add("No rows at all", "are allowed")
	}
	return list
}

// looks says which changes a trigger looks at, when, and how often.
func looks(r *program.Rule, t *program.Trigger) string {
	text := "each change of " + r.Sides[t.Side].Name
	if t.Sample != nil {
		text = textOf(t.Sample) + " of the changes of " + r.Sides[t.Side].Name
		if t.Always != nil {
			text += ", and each of those with " + textOf(t.Always)
		}
	}
	if t.Delay != nil {
		text += ", " + textOf(t.Delay) + " after it"
	}
	if t.Retry != nil && t.Every != nil {
		text += ", and up to " + textOf(t.Retry) + " times again, each " + textOf(t.Every) + " later, at what does not agree"
	}
	if t.Rate != nil {
		text += "; at most " + textOf(t.Rate) + " a second"
	}
	return text
}

// late says what a window does about rows that come late.
func late(w *program.Window) string {
	var parts []string
	if w.Carry != nil {
		parts = append(parts, "what is open is matched with the rows of later windows for "+textOf(w.Carry))
	}
	if w.Slack != nil {
		parts = append(parts, "what lies within "+textOf(w.Slack)+" of the window's edge waits for its neighbour before it is reported")
	}
	return strings.Join(parts, "; ")
}

func terms(r *program.Rule, of []*program.Expr) []string {
	list := make([]string, len(r.Sides))
	for i, t := range of {
		list[i] = strings.TrimPrefix(textOf(t), r.Sides[i].Name+".")
	}
	return list
}

// agreement says when the terms of a comparison agree.
func agreement(c *program.Comparison) string {
	var bounds []string
	for _, b := range c.Tolerance.Bounds {
		bounds = append(bounds, textOf(b.Value))
	}
	join := " or "
	if c.Tolerance.All {
		join = " and "
	}
	how := "equal"
	if len(bounds) > 0 {
		how = "within " + strings.Join(bounds, join)
	}
	for i, word := range []string{"case", "space", "width"} {
		if slices.Contains(c.Ignoring, program.Ignoring(i+1)) {
			how += ", ignoring " + word
		}
	}
	if c.Where != nil {
		how += ", where " + textOf(c.Where)
	}
	return how
}

func newHandler(h program.Handler) handler {
	on := h.Outcome
	if h.Name != "" {
		on += " " + h.Name
	}
	if h.Where != nil {
		on += " where " + textOf(h.Where)
	}
	out := handler{On: on}
	for _, d := range h.Do {
		out.Do = append(out.Do, d.Action.Name+" ("+d.Action.Plugin+")")
	}
	return out
}

func newSource(s *program.Source) source {
	out := source{Name: s.Name, From: s.Plugin, Doc: s.Doc, View: s.View != nil}
	add := func(name, value string) {
		if value != "" {
			out.Facts = append(out.Facts, fact{name, value})
		}
	}
	if s.View != nil {
		out.view(s, add)
	}
	for _, set := range s.Settings {
		add(set.Name, settingText(set.Value))
	}
	if s.Where != nil {
		add("where", textOf(s.Where))
	}
	if s.Time >= 0 && s.Time < len(s.Columns) {
		add("time", s.Columns[s.Time].Name)
	}
	add("zone", s.Zone)
	for _, c := range s.Columns {
		shown := column{Name: c.Name, Type: c.Type.String(), Unit: c.Unit.Name, Doc: c.Doc}
		if c.Unit.Column > 0 {
			shown.Unit = "in " + s.Columns[c.Unit.Column-1].Name
		}
		switch {
		case c.Derived != nil:
			shown.Value = textOf(c.Derived)
		case c.Physical != "" && c.Physical != c.Name:
			shown.Value = c.Physical
		}
		out.Columns = append(out.Columns, shown)
	}
	return out
}

func (out *source) view(s *program.Source, add func(name, value string)) {
	v := s.View
	var from []string
	for _, p := range v.Parts {
		from = append(from, p.Source.Name)
	}
	out.From = strings.Join(from, ", ")
	for _, j := range v.Joins {
		var on []string
		for _, e := range j.On {
			on = append(on, textOf(e.This)+" = "+textOf(e.Other))
		}
		add("join", j.Source.Name+" on "+strings.Join(on, ", "))
	}
	if v.Where != nil {
		add("where", textOf(v.Where))
	}
	if v.Group != nil {
		var by []string
		for _, e := range v.Group.By {
			by = append(by, textOf(e))
		}
		add("group", strings.Join(by, ", "))
	}
}

// settingText is a setting as it is written, unless it is a secret that is written down.
func settingText(e *program.Expr) string {
	switch {
	case e == nil:
	case e.Type.Kind == schema.Secret && e.Op != program.OpSecretRef:
		return "***"
	case e.Op == program.OpLiteral && e.Type.Kind != schema.List && e.Type.Kind != schema.SQL:
		return literal(e)
	case e.Op == program.OpInterp && !slices.ContainsFunc(e.Args, func(a *program.Expr) bool { return a.Op != program.OpLiteral }):
		text := "" // "order_${n}" of a template whose n is given
		for _, a := range e.Args {
			text += a.Value.String()
		}
		return strconv.Quote(text)
	}
	return textOf(e)
}

// literal is a value as it would be written: a template's own text names its parameter.
func literal(e *program.Expr) string {
	switch e.Type.Kind {
	case schema.String, schema.Path:
		return strconv.Quote(e.Value.Text)
	case schema.Duration, schema.Percent:
		return textOf(e)
	}
	return e.Value.String()
}

// textOf is an expression as it is written, on one line. A secret is only ever named in a rule file.
func textOf(e *program.Expr) string {
	if e == nil {
		return ""
	}
	if e.Span.File != nil && e.Span.End > e.Span.Start {
		return strings.Join(strings.Fields(e.Span.Text()), " ")
	}
	if e.Op == program.OpLiteral && e.Type.Kind != schema.Secret {
		return e.Value.String()
	}
	return e.Name
}

// Short is what a rule is about, in a line.
func (r rule) Short() string {
	if r.Title != "" {
		return r.Title
	}
	first, _, _ := strings.Cut(r.Doc, "\n")
	return first
}

// Fact is the value of the fact of that name, or "".
func (r rule) Fact(name string) string {
	for _, f := range r.Facts {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}
