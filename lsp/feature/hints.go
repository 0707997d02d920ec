package feature

import (
	"slices"
	"strings"
	"time"

	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// Hint is something that an editor shows in the text though nobody wrote it.
type Hint struct {
	At    int    // byte before which it stands
	Label string // with the mark before it, as in ": date"
	Type  bool   // it is a type
	Doc   string // why it is so
}

// Hints are what is not written in bytes [start, end) of a file and holds all the same: the types of lets, of what a view groups by, and
// of columns that recon.lock describes; what a date that depends on the day is at the instant now; defaults on which a verdict depends.
func Hints(s *Snapshot, start, end int, now time.Time) []Hint {
	h := hinter{Snapshot: s, now: now, start: start, end: end}
	for _, d := range s.File.Decls {
		if at := d.At(); at.End < start || at.Start > end {
			continue
		}
		switch d := d.(type) {
		case *syntax.Let:
			if len(d.Value.Tokens) > 1 {
				h.typed(d.Name.Span.End, s.Unit.Info.Types[d.Value.Span])
			}
		case *syntax.Param:
			h.param(d)
		case *syntax.View:
			h.view(d)
		case *syntax.Rule:
			h.rule(d)
		}
	}
	return h.hints
}

type hinter struct {
	*Snapshot
	now        time.Time
	start, end int
	hints      []Hint
}

func (h *hinter) add(hint Hint) {
	if hint.At >= h.start && hint.At <= h.end {
		h.hints = append(h.hints, hint)
	}
}

func (h *hinter) typed(at int, t check.Typed) {
	if t.Type.Kind == schema.Invalid {
		return
	}
	label := ": " + t.Type.String()
	if t.Unit.Name != "" {
		label += " unit " + quoted(t.Unit.Name)
	}
	h.add(Hint{At: at, Label: label, Type: true})
}

// param shows the default that depends on the day.
func (h *hinter) param(d *syntax.Param) {
	if d.ParamDef.Default == nil {
		return
	}
	for _, p := range h.Unit.Program.Params {
		if p.Span == d.Span && p.Default != nil {
			h.day(d.ParamDef.Default.Span.End, p.Default, time.UTC)
		}
	}
}

// day shows what an expression is now, if it is no literal.
func (h *hinter) day(at int, e *program.Expr, zone *time.Location) {
	r := resolver{now: h.now, zone: zone}
	if v, ok := r.value(e); ok && r.moves {
		h.add(Hint{At: at, Label: "= " + strings.TrimSuffix(v.String(), "T00:00:00Z"), Doc: "What it is now. A run takes what it is at the run's instant."})
	}
}

// view shows the types of what it groups by.
func (h *hinter) view(d *syntax.View) {
	if d.Body == nil {
		return
	}
	for _, stmt := range d.Body.Stmts {
		if g, ok := stmt.(*syntax.Group); ok {
			for _, by := range g.By {
				h.typed(by.Span.End, h.Unit.Info.Types[by.Expr.Span])
			}
		}
	}
}

// rule shows the types of columns of recon.lock where they are held against others, the period, and what holds by default.
func (h *hinter) rule(d *syntax.Rule) {
	if d.Body == nil {
		return
	}
	var rule *program.Rule
	if i := slices.IndexFunc(h.Unit.Program.Rules, func(r *program.Rule) bool { return r.Span.File == d.Span.File && r.Name == d.Name.Name }); i >= 0 {
		rule = h.Unit.Program.Rules[i]
	}
	baseline, relative := false, false
	for _, stmt := range d.Body.Stmts {
		switch stmt := stmt.(type) {
		case *syntax.Attribute:
			baseline = baseline || stmt.Name.Name == "baseline"
		case *syntax.Key:
			h.terms(stmt.Equation)
		case *syntax.Total:
			h.terms(stmt.Equation)
		case *syntax.Compare:
			h.terms(stmt.Equation)
			relative = relative || stmt.Within != nil && slices.ContainsFunc(stmt.Within.Amounts, func(e *syntax.Expr) bool { return strings.HasSuffix(e.Text, "%") || strings.HasSuffix(e.Text, "bp") })
		case *syntax.Section:
			h.section(stmt, rule)
		}
	}
	if relative && !baseline && !d.Over() {
		h.add(Hint{At: d.Sides[0].Span.End, Label: "(baseline)", Doc: "A relative tolerance is a share of this side's value. Write baseline = … to choose another."})
	}
}

// terms shows the types of plain columns that no source in sight declares.
func (h *hinter) terms(eq *syntax.Equation) {
	if eq == nil {
		return
	}
	for _, term := range eq.Terms {
		if term.Bad || len(term.Tokens) == 0 || len(term.Tokens) > 3 {
			continue
		}
		sym := h.Unit.Info.Uses[term.TokenSpan(term.Tokens[len(term.Tokens)-1])]
		if sym == nil || sym.Kind != check.ColumnSymbol {
			continue
		}
		if from := h.Unit.Info.Defs[sym.Span]; from != nil && from.Kind == check.SourceSymbol {
			h.typed(term.Span.End, check.Typed{Type: sym.Type, Unit: sym.Unit})
		}
	}
}

// section shows the period of a window as it would be now, and the zone of a schedule that says none.
func (h *hinter) section(sec *syntax.Section, rule *program.Rule) {
	if sec.Body == nil {
		return
	}
	var cron *syntax.Attribute
	zone := false
	for _, stmt := range sec.Body.Stmts {
		a, ok := stmt.(*syntax.Attribute)
		if !ok {
			continue
		}
		switch {
		case a.Name.Name == "period" && rule != nil && rule.Window != nil:
			h.day(a.Value.Span.End, rule.Window.Period, location(rule.Window.Zone))
		case a.Name.Name == "cron":
			cron = a
		case a.Name.Name == "zone":
			zone = true
		}
	}
	if cron != nil && !zone && sec.Body.Kind == syntax.ScheduleBlock {
		h.add(Hint{At: cron.Value.Span.End, Label: "in UTC", Doc: "Write zone = \"…\" to have it in another time zone."})
	}
}

func location(zone string) *time.Location {
	if loc, err := time.LoadLocation(zone); err == nil {
		return loc
	}
	return time.UTC
}
