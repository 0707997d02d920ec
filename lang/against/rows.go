package against

import (
	"fmt"
	"slices"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// cut is how a source's rows are assigned to windows.
type cut struct {
	source *program.Source
	byTime bool // by Time; otherwise by settings
}

// cutsOf are the cuts of a source or, of a view that leaves them to its parts, of these.
func cutsOf(s *program.Source) []cut {
	if s.View == nil || !s.View.Cut {
		return []cut{{s, !s.Windowed && s.Time >= 0}}
	}
	var all []cut
	for _, p := range s.View.Parts {
		all = append(all, cutsOf(p.Source)...)
	}
	return all
}

// cuts reports sides whose rows fall into other windows than before.
func (p *pair) cuts() {
	if p.old.Window == nil || p.now.Window == nil {
		return
	}
	for side, from := range p.sides {
		if from < 0 {
			continue
		}
		old, now := cutsOf(p.old.Sides[from].Source), cutsOf(p.now.Sides[side].Source)
		if len(old) != len(now) {
			continue // other sources altogether
		}
		for i := range now {
			if what := recut(old[i], now[i]); what != "" {
				p.fault(diag.WindowRows, diag.Warning, now[i].source.Span, fmt.Sprintf("%s of %s: rows near the ends of windows that are settled may be read twice, or never", what, now[i].source.Name),
					"run the windows again in which something is open", old[i].source.Span, "source "+old[i].source.Name+" before")
			}
		}
	}
}

// recut says what makes rows fall into other windows, or "".
func recut(old, now cut) string {
	switch {
	case old.byTime != now.byTime:
		if now.byTime {
			return "the time, and no longer a setting, now cuts the rows"
		}
		return "a setting, and no longer the time, now cuts the rows"
	case !now.byTime:
		return ""
	case old.source.Zone != now.source.Zone:
		return "another zone now has the times"
	case !sameTime(old.source, now.source):
		return "another time now cuts the rows"
	}
	return ""
}

func sameTime(old, now *program.Source) bool {
	for _, named := range []bool{true, false} {
		if t := (texter{named: named}); t.column(old, old.Time) == t.column(now, now.Time) {
			return true
		}
	}
	return false
}

// columns reports sides whose rows have other values than before: what was accepted is known by them.
func (p *pair) columns() {
	for side, from := range p.sides {
		if from < 0 {
			continue
		}
		old, now := p.old.Sides[from].Source, p.now.Sides[side].Source
		word := "column"
		if p.now.Totals {
			word = "total"
		}
		what, at := otherColumns(old, now, word)
		if what == "" {
			continue
		}
		if at.File == nil {
			at = p.now.Sides[side].Span
		}
		p.fault(diag.ColumnsChanged, diag.Warning, at, fmt.Sprintf("%s: what was accepted of %s is open again once its window is run, and what is open is reported as changed", what, now.Name),
			"accept again what is explained; columns that no rule needs can be left out", old.Span, old.Name+" before")
		if p.now.Totals {
			return // the other sides have the same totals
		}
	}
}

// otherColumns says how the values of rows differ, and where; or "".
func otherColumns(old, now *program.Source, word string) (what string, at diag.Span) {
	name := func(c program.Column) string { return c.Name }
	was, is := texts(old.Columns, name), texts(now.Columns, name)
	for _, c := range now.Columns {
		if len(is) > len(was) && !slices.Contains(was, c.Name) {
			return fmt.Sprintf("%s %s is new", word, c.Name), c.Span
		}
	}
	for _, c := range was {
		if len(is) < len(was) && !slices.Contains(is, c) {
			return fmt.Sprintf("%s %s is gone", word, c), now.Span
		}
	}
	for i := range now.Columns {
		c := now.Columns[i]
		switch {
		case i < len(was) && sameColumn(old, i, now, i):
			continue
		case i >= len(was) || c.Name != was[i]:
			return fmt.Sprintf("%s %s stands where another one stood", word, c.Name), c.Span
		case kindText(old.Columns[i].Type) != kindText(c.Type):
			return fmt.Sprintf("%s %s is %s and was %s before", word, c.Name, c.Type, old.Columns[i].Type), c.Span
		}
		return fmt.Sprintf("%s %s is computed otherwise", word, c.Name), c.Span
	}
	if old.Zone != now.Zone && slices.ContainsFunc(now.Columns, func(c program.Column) bool { return c.Type.Kind == schema.Timestamp }) {
		return fmt.Sprintf("another zone now has the times of %s", now.Name), now.Span
	}
	return "", diag.Span{}
}

// duplicates reports another treatment of keys with several rows.
func (p *pair) duplicates() {
	if p.old.Duplicates == p.now.Duplicates {
		return
	}
	message := "rows of a repeated key are paired, and were set aside before"
	if p.now.Duplicates != program.Pair {
		message = "rows of a repeated key are set aside, and were paired before"
	}
	p.fault(diag.DuplicatesChanged, diag.Warning, p.now.Span, message+": the duplicates that are open stay so until their window is run again, and become others then",
		"run the windows again in which something is open", diag.Span{}, "")
}

// waits reports a change of the definition under which what waits for a partner does not meet it.
func (p *pair) waits() {
	sameOrder := slices.Equal(texts(p.old.Compare, nameOf), texts(p.now.Compare, nameOf)) // of which rows are kept
	if p.old.Text == p.now.Text && sameOrder || p.old.Window == nil || p.old.Window.Carry == nil {
		return
	}
	at, before, what := p.changed()
	p.fault(diag.WaitsNoMore, diag.Warning, at, fmt.Sprintf("%s: rows of windows that are settled, and wait for a partner, do not meet one that comes in a later window", what),
		"run the windows of the last days again, as many as carry says", before, was(before))
}

// changed finds what makes the definition another one.
func (p *pair) changed() (at, before diag.Span, what string) {
	old, now := p.old, p.now
	named := func(r *program.Rule) texter { return texter{r.Sides, true} }
	tos, tns := named(old), named(now)
	for _, c := range now.Compare {
		i := slices.IndexFunc(old.Compare, func(o program.Comparison) bool { return o.Name == c.Name })
		if i < 0 {
			return c.Span, old.Span, fmt.Sprintf("comparison %s is new", c.Name)
		}
		if comparison(old.Compare[i], tos) != comparison(c, tns) {
			return c.Span, old.Compare[i].Span, fmt.Sprintf("comparison %s is another one than before", c.Name)
		}
	}
	for _, c := range old.Compare {
		if !slices.ContainsFunc(now.Compare, func(n program.Comparison) bool { return n.Name == c.Name }) {
			return now.Span, c.Span, fmt.Sprintf("comparison %s is gone", c.Name)
		}
	}
	if !slices.Equal(texts(old.Compare, nameOf), texts(now.Compare, nameOf)) {
		return now.Span, old.Span, "comparisons stand in another order"
	}
	if w, o := now.Window, old.Window; w != nil {
		for _, part := range []struct {
			name     string
			now, old *program.Expr
		}{{"slack", w.Slack, o.Slack}, {"carry", w.Carry, o.Carry}, {"the period", w.Period, o.Period}} {
			switch {
			case tns.expr(part.now) == tos.expr(part.old):
			case part.now == nil:
				return w.Span, part.old.Span, part.name + " is gone"
			case part.old == nil:
				return part.now.Span, o.Period.Span, part.name + " is new"
			default:
				return part.now.Span, part.old.Span, part.name + " is another one than before"
			}
		}
	}
	for side, from := range p.sides {
		if s := now.Sides[side]; from >= 0 {
			o := old.Sides[from]
			switch {
			case s.Name != o.Name:
				return s.Span, o.Span, fmt.Sprintf("side %s had another name", s.Name)
			case columnTexts(o.Source) != columnTexts(s.Source):
				return s.Source.Span, o.Source.Span, fmt.Sprintf("%s has other columns than before", s.Source.Name)
			case where(o.Source) != where(s.Source):
				return s.Source.Span, o.Source.Span, fmt.Sprintf("%s has other rows than before", s.Source.Name)
			}
		}
	}
	return now.Span, old.Span, "the definition is another one than before"
}

func nameOf(c program.Comparison) string { return c.Name }

func comparison(c program.Comparison, t texter) string {
	text := fmt.Sprint(c.Type, c.Ignoring, c.Tolerance.All, c.Base, t.expr(c.Where))
	for _, e := range c.Terms {
		text += ";" + t.expr(e)
	}
	for _, b := range c.Tolerance.Bounds {
		text += fmt.Sprint(",", t.expr(b.Value), b.Relative)
	}
	return text
}

func columnTexts(s *program.Source) string {
	t, text := texter{named: true}, ""
	for i, c := range s.Columns {
		text += fmt.Sprint(t.column(s, i), " ", c.Physical, c.Type, c.Unit, ";")
	}
	return text
}

func where(s *program.Source) string {
	t := texter{sides: []program.Side{{Source: s}}, named: true}
	text := t.expr(s.Where)
	if s.View != nil {
		for _, p := range s.View.Parts {
			text += ";" + where(p.Source)
		}
	}
	return text
}
