package feature

import (
	"fmt"
	"strings"
	"time"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/schedule"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// stamp is how instants are shown.
const stamp = "Mon 2006-01-02 15:04 -07:00"

// schedule says when a cron is due next, on its text, and what time it is in a zone, on its name.
func (s *Snapshot) schedule(path []syntax.Node, t syntax.Token, now time.Time) string {
	if t.Kind != syntax.String || len(path) < 3 {
		return ""
	}
	e, ok := path[len(path)-1].(*syntax.Expr)
	if !ok || len(e.Tokens) != 1 {
		return ""
	}
	a, ok := path[len(path)-2].(*syntax.Attribute)
	if !ok || a.Value != e {
		return ""
	}
	text, ok := literalText(e)
	if !ok {
		return ""
	}
	switch a.Name.Name {
	case "zone":
		return zoneNow(text, now)
	case "cron":
		b, ok := path[len(path)-3].(*syntax.Block)
		if !ok {
			return ""
		}
		return due(text, zoneOf(b), now)
	}
	return ""
}

// zoneOf is the zone that a block of a schedule names.
func zoneOf(b *syntax.Block) string {
	for _, s := range b.Stmts {
		if a, ok := s.(*syntax.Attribute); ok && a.Name.Name == "zone" {
			if text, ok := literalText(a.Value); ok {
				return text
			}
		}
	}
	return "UTC"
}

// literalText is the value of an expression that is a plain text.
func literalText(e *syntax.Expr) (string, bool) {
	if e == nil || e.Bad || len(e.Tokens) != 1 || e.Tokens[0].Kind != syntax.String {
		return "", false
	}
	parts := e.Parts(e.Tokens[0])
	if len(parts) != 1 || parts[0].Expr != nil {
		return "", len(parts) == 0
	}
	return parts[0].Text, true
}

// due is the next five times of a cron.
func due(cron, zone string, now time.Time) string {
	c, err := schedule.ParseCron(cron)
	loc, zoneErr := time.LoadLocation(zone)
	if err != nil || zoneErr != nil {
		return ""
	}
	lines := []string{fmt.Sprintf("Next, in %s:\n", zone)}
	at := now
	for range 5 {
		if at = c.Next(at, loc); at.IsZero() {
			break
		}
		lines = append(lines, "- "+at.Format(stamp))
	}
	return strings.Join(lines, "\n")
}

// literal says what a date, a time, a quantity or an amount of money is.
func (s *Snapshot) literal(path []syntax.Node, at diag.Span, t syntax.Token) string {
	text := at.Text()
	switch t.Kind {
	case syntax.Date, syntax.Datetime:
		return s.date(path, at)
	case syntax.Money:
		_, currency, _ := strings.Cut(text, " ")
		digits, ok := builtin.CurrencyDigits(strings.TrimSpace(currency))
		if !ok {
			return ""
		}
		return fmt.Sprintf("**%s**: an amount in %s, whose smallest coin has %s. It meets amounts in %[2]s and no other.", text, strings.TrimSpace(currency), decimals(digits))
	case syntax.Quantity:
		return quantity(text)
	case syntax.String:
		if c, ok := path[max(len(path)-2, 0)].(*syntax.Column); ok && c.Unit != nil && c.Unit.Span == at {
			more := ""
			if digits, ok := builtin.CurrencyDigits(c.Unit.Value); ok {
				more = fmt.Sprintf("A currency, whose smallest coin has %s.", decimals(digits))
			}
			return with("unit **"+c.Unit.Value+"**", words["unit"], more)
		}
	case syntax.TableRow:
		return s.cell(path, at)
	}
	return ""
}

// zoneNow says how late it is in a zone; "" if there is none of that name.
func zoneNow(zone string, now time.Time) string {
	loc, err := time.LoadLocation(zone)
	if err != nil || zone == "" || zone == "Local" {
		return ""
	}
	return fmt.Sprintf("**%s**: now it is %s there.", zone, now.In(loc).Format(stamp))
}

func decimals(n int32) string {
	switch n {
	case 0:
		return "no decimals"
	case 1:
		return "1 decimal"
	}
	return fmt.Sprintf("%d decimals", n)
}

var units = []struct{ suffix, one, many, note string }{
	{"ms", "millisecond", "milliseconds", ""}, {"bp", "basis point", "basis points", ", hundredths of a percent"},
	{"KB", "thousand bytes", "thousand bytes", ""}, {"MB", "million bytes", "million bytes", ""}, {"GB", "thousand million bytes", "thousand million bytes", ""},
	{"s", "second", "seconds", ""}, {"m", "minute", "minutes", ""}, {"h", "hour", "hours", ""},
	{"d", "day", "days", ", of the calendar for dates, `period` and `carry`, of 24 hours for times"},
	{"w", "week", "weeks", ", of the calendar for dates, `period` and `carry`, of 7 × 24 hours for times"}, {"%", "percent", "percent", ", hundredths"},
}

func quantity(text string) string {
	for _, u := range units {
		if n, ok := strings.CutSuffix(text, u.suffix); ok {
			name := u.many
			if n == "1" {
				name = u.one
			}
			return fmt.Sprintf("**%s**: %s %s%s.", text, n, name, u.note)
		}
	}
	return ""
}

// date says which instant a date or time is, in the zone that it has where it stands.
func (s *Snapshot) date(path []syntax.Node, at diag.Span) string {
	text := at.Text()
	if run, ok := path[max(len(path)-2, 0)].(*syntax.Run); ok {
		for _, t := range s.Unit.Program.Tests {
			for _, r := range t.Runs {
				if holds(r.Span, run.Instant.Span) && !r.At.Null {
					return instant(text, r.At, zoneOfRule(t.Rule))
				}
			}
		}
		return ""
	}
	day, err := time.Parse(time.DateOnly, text)
	if e := s.evaluated(at); e != nil && e.Type.Kind == schema.Timestamp {
		return instant(text, e.Value, "")
	}
	if err == nil {
		return fmt.Sprintf("**%s**: a date, %s.", text, day.Weekday())
	}
	return fmt.Sprintf("**%s**: an instant. Without a zone it takes that of what it meets, else of the schedule, else UTC.", text)
}

// instant shows a timestamp in a zone and in UTC.
func instant(text string, v schema.Value, zone string) string {
	utc := v.Time()
	shown := utc.Format("2006-01-02T15:04:05.999999Z07:00")
	if loc, err := time.LoadLocation(zone); err == nil && zone != "" {
		return fmt.Sprintf("**%s**: in %s, %s; %s.", text, zone, utc.In(loc).Format(stamp), shown)
	}
	if civil, err := time.Parse("2006-01-02T15:04:05", (text + ":00")[:19]); err == nil && !civil.Equal(utc) {
		offset := civil.Sub(utc)
		return fmt.Sprintf("**%s**: taken at UTC%s, %s.", text, time.Time{}.Add(offset).In(time.FixedZone("", int(offset.Seconds()))).Format("-07:00"), shown)
	}
	return fmt.Sprintf("**%s**: %s.", text, shown)
}

func zoneOfRule(r *program.Rule) string {
	switch {
	case r.Zone != "":
		return r.Zone
	case r.Window != nil && r.Window.Zone != "":
		return r.Window.Zone
	}
	return "UTC"
}

// cell says which instant a cell of a table is.
func (s *Snapshot) cell(path []syntax.Node, _ diag.Span) string {
	c, ok := path[len(path)-1].(*syntax.Cell)
	if !ok {
		return ""
	}
	for _, t := range s.Unit.Program.Tests {
		for _, r := range t.Runs {
			tables := make([]program.Table, 0, len(r.Given)+len(r.Expect))
			for _, g := range r.Given {
				tables = append(tables, g.Table)
			}
			for _, e := range r.Expect {
				tables = append(tables, e.Table)
			}
			for _, table := range tables {
				if holds(table.Body, c.Span) {
					return inTable(table, c)
				}
			}
		}
	}
	return ""
}

func inTable(table program.Table, c *syntax.Cell) string {
	for i, row := range table.Cells {
		for k, at := range row {
			if at != c.Span {
				continue
			}
			v := table.Rows[i][k]
			switch {
			case v.Null:
				return "null"
			case v.Type.Kind == schema.Timestamp:
				return instant(c.Text, v, table.Zone)
			}
			return code(c.Text + ": " + v.Type.String())
		}
	}
	return ""
}

// evaluated is the literal of the program that is written at a place, or nil.
func (s *Snapshot) evaluated(at diag.Span) (found *program.Expr) {
	see := func(e *program.Expr) {
		e.Walk(func(e *program.Expr) bool {
			if e.Op == program.OpLiteral && e.Span == at {
				found = e
			}
			return found == nil
		})
	}
	for _, src := range s.Unit.Program.Sources {
		see(src.Where)
		for _, c := range src.Columns {
			see(c.Derived)
		}
		for _, set := range src.Settings {
			see(set.Value)
		}
	}
	for _, p := range s.Unit.Program.Params {
		see(p.Default)
	}
	for _, r := range s.Unit.Program.Rules {
		for _, c := range r.Compare {
			see(c.Where)
			for _, t := range c.Terms {
				see(t)
			}
		}
		for _, k := range r.Keys {
			for _, t := range k.Terms {
				see(t)
			}
		}
		for _, a := range r.Assert {
			see(a.Cond)
		}
		for _, h := range r.Handlers {
			see(h.Where)
		}
	}
	return found
}
