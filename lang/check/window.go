package check

import (
	"fmt"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/schedule"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// window checks the window of a rule, and that its sources can be cut by it.
func (r *ruleCheck) window() {
	section := r.block.sections["window"]
	if section == nil {
		r.unbounded()
		return
	}
	b := r.module.block(section.Body)
	w := &program.Window{Span: section.Name.Span, Zone: r.windowZone()}
	if a := b.take("period"); a != nil {
		w.Period = r.period(w, a.Value)
	} else if !b.broken && !r.unsure {
		r.report(diag.WindowForm, section.Name.Span, "a window has a period", "write period = day(date), with a parameter date")
	}
	slack, carry := b.take("slack"), b.take("carry")
	w.Slack, w.Carry = r.span(slack, "slack"), r.span(carry, "carry")
	if slack != nil && carry == nil && !b.broken && r.totals == nil {
		r.report(diag.SlackNeedsCarry, slack.Name.Span, "slack needs carry: what is pending near an edge must be carried to the next window", "add: carry = 7d")
	}
	for _, a := range []*syntax.Attribute{slack, carry} {
		if a != nil && r.totals != nil {
			r.report(diag.GroupRule, a.Name.Span, fmt.Sprintf("%s has no use in a rule with group: totals stay in their own window", a.Name.Name), "remove it; pair the rows themselves by key where they may arrive late")
			break
		}
		if a != nil && r.tree.Over() {
			r.report(diag.WindowForm, a.Name.Span, fmt.Sprintf("%s has no use in a rule over one side: its rows wait for no partner", a.Name.Name), "remove it")
			break
		}
	}
	r.unknownAttributes(b, "a window", syntax.WindowBlock)
	r.cut()
	r.prog.Window = w
}

// cut checks that every side can be cut by time.
func (r *ruleCheck) cut() {
	for _, s := range r.sides {
		rows := s.read()
		if rows.mixed && !rows.open {
			r.add(diag.Diagnostic{Code: diag.ViewWindow, Span: s.at, Message: fmt.Sprintf("no window can cut %s: a setting cuts the rows of some of its sources, and the time those of others", rows.Name),
				Hint: "cut all of its sources in one way: by time = column, or by a setting that uses the window or a parameter", Related: []diag.Related{{Span: rows.Span, Message: "the view"}}})
			continue
		}
		if p := rows.prog; p == nil || rows.open || p.Windowed || p.Time >= 0 {
			continue
		}
		if tree := rows.body(); tree != nil && attribute(tree, "time") != nil {
			continue // it has a time, which was reported
		}
		if rows.view != nil {
			r.add(timeless(s, rows))
			continue
		}
		r.add(diag.Diagnostic{Code: diag.WindowTime, Span: s.at, Message: fmt.Sprintf("a rule with a window needs the time of its rows, and %s has none", rows.Name),
			Hint:    "add to the source: time = column; or let a setting use the window: :window_start, or a parameter in the path",
			Related: []diag.Related{{Span: rows.Span, Message: "the source"}}})
	}
}

// timeless says why a view cannot be cut by a window.
func timeless(s *side, rows *rowsDecl) diag.Diagnostic {
	d := diag.Diagnostic{Code: diag.ViewWindow, Span: s.at, Message: fmt.Sprintf("a rule with a window needs the time of its rows, and view %s has none: its sources have no time column in common", rows.Name),
		Hint: "add to the view: time = column", Related: []diag.Related{{Span: rows.Span, Message: "the view"}}}
	if rows.prog.View.Group != nil {
		d.Message = fmt.Sprintf("a rule with a window needs the time of its rows, and view %s sums them up", rows.Name)
		d.Hint = "sum up in the rule instead: group a.column = b.column; or let a setting of the sources use the window"
	}
	return d
}

// body is the block of a source or view, or nil.
func (r *rowsDecl) body() *syntax.Block {
	switch {
	case r.tree != nil:
		return r.tree.Body
	case r.view != nil:
		return r.view.Body
	}
	return nil
}

func attribute(b *syntax.Block, name string) *syntax.Attribute {
	for _, s := range b.Stmts {
		if a, ok := s.(*syntax.Attribute); ok && a.Name.Name == name {
			return a
		}
	}
	return nil
}

// unbounded reports sources that ask for the bounds of a window where there is none.
func (r *ruleCheck) unbounded() {
	for _, s := range r.sides {
		if rows := s.read(); !r.unsure && rows.prog != nil {
			if set, ok := bounded(rows.prog); ok {
				r.add(diag.Diagnostic{Code: diag.WindowForm, Span: s.at, Message: fmt.Sprintf("%s asks for the bounds of a window, and rule %s has none", rows.Name, r.prog.Name),
					Hint: "add: window { period = day(date) }", Related: []diag.Related{{Span: set.Span, Message: "here"}}})
			}
		}
	}
}

// bounded is a setting that asks for the bounds of a window, of s or of what it reads.
func bounded(s *program.Source) (set program.Setting, found bool) {
	readSources(s, func(s *program.Source) {
		see := func(e *program.Expr) bool {
			found = found || e.Op == program.OpBound
			return !found
		}
		for _, one := range s.Settings {
			if found {
				return
			}
			set = one
			one.Value.Walk(see)
			for _, p := range one.Params {
				p.Value.Walk(see)
			}
		}
	})
	return set, found
}

// windowZone is the zone in which periods begin: that of the sources, where those that have
// one agree, else the schedule's, else UTC.
func (r *ruleCheck) windowZone() string {
	zone := ""
	for _, s := range r.sides {
		switch {
		case s.read().zone == "":
		case zone == "":
			zone = s.read().zone
		case zone != s.read().zone:
			return r.zone
		}
	}
	return orElse(zone, r.zone)
}

// period is day, week, month or hour of a date or instant.
func (r *ruleCheck) period(w *program.Window, e *syntax.Expr) *program.Expr {
	v := r.expr(e, &scope{zone: w.Zone, what: "a period"})
	if v.bad() {
		return nil
	}
	if _, ok := schedule.KindOf(v.Name); v.Op != program.OpCall || !ok {
		r.report(diag.WindowForm, e.Span, "a period is day, week, month or hour of a date or an instant", "write period = day(date), with a parameter date")
		return nil
	}
	if len(v.Args) > 1 {
		w.Zone = v.Zone
	}
	return v.Expr
}

// span is the value of slack or carry: a positive duration.
func (r *ruleCheck) span(a *syntax.Attribute, what string) *program.Expr {
	if a == nil {
		return nil
	}
	v := r.expr(a.Value, &scope{zone: r.zone, what: what})
	switch {
	case v.bad():
		return nil
	case v.Type.Kind != schema.Duration:
		x := &typer{module: r.module, scope: &scope{}}
		r.report(diag.WrongValue, v.Span, fmt.Sprintf("%s is a duration, and this is %s", what, x.show(v)), "write a duration such as 30m or 7d")
		return nil
	case v.literal() && v.Value.Int <= 0:
		r.report(diag.WrongValue, v.Span, fmt.Sprintf("%s is longer than nothing", what), "leave it out, or write a duration such as 30m")
		return nil
	}
	return v.Expr
}
