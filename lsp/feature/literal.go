package feature

import (
	"fmt"
	"slices"
	"strings"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// patterns adds the patterns of times that a function is mostly given.
func (l *list) patterns(function string) {
	var list [][2]string
	switch function {
	case "parse_time":
		list = [][2]string{{"%Y-%m-%d %H:%M:%S", "2026-11-20 06:30:00"}, {"%Y/%m/%d %H:%M:%S", "2026/11/20 06:30:00"}, {"%Y%m%d%H%M%S", "20261120063000"},
			{"%Y-%m-%dT%H:%M:%S%z", "2026-11-20T06:30:00+0800"}, {"unix", "seconds since 1970"}, {"unix_ms", "milliseconds since 1970"}}
	case "parse_date":
		list = [][2]string{{"%Y-%m-%d", "2026-11-20"}, {"%Y%m%d", "20261120"}, {"%Y/%m/%d", "2026/11/20"}, {"%d.%m.%Y", "20.11.2026"}}
	case "format":
		list = [][2]string{{"%Y%m%d", "20261120"}, {"%Y-%m-%d", "2026-11-20"}, {"%Y/%m/%d", "2026/11/20"}, {"%Y%m", "202611"}, {"%Y-%m-%d %H:%M:%S", "2026-11-20 06:30:00"}}
	case "like_regex":
		list = [][2]string{{`^[0-9]+$`, "digits only"}}
	}
	for _, p := range list {
		text := quoted(p[0])
		if slices.ContainsFunc(l.frames, func(f *frame) bool { return f.bracket == '$' }) && l.quote == 0 {
			text = "'" + p[0] + "'" // it stands within a text that has the other marks
		}
		l.add(0, Item{Kind: ValueItem, Label: text, Detail: p[1], Filter: text})
	}
}

// cronFields are the fields of a cron, and what stands in them mostly.
var cronFields = [...]struct {
	name   string
	values [][2]string
}{
	{"minute", [][2]string{{"0", "on the hour"}, {"30", "at half past"}, {"*/15", "every quarter of an hour"}, {"*", "every minute"}}},
	{"hour", [][2]string{{"6", "at six"}, {"0", "at midnight"}, {"*", "every hour"}, {"9-18", "from nine to six"}, {"*/2", "every second hour"}}},
	{"day of the month", [][2]string{{"*", "every day"}, {"1", "on the first"}, {"1,15", "on the first and the fifteenth"}}},
	{"month", [][2]string{{"*", "every month"}, {"1,4,7,10", "the first of each quarter"}}},
	{"weekday", [][2]string{{"*", "every day"}, {"1-5", "Monday to Friday"}, {"1", "on Mondays"}, {"0", "on Sundays"}}},
}

// cron adds whole crons, or within one the values of the field that is being typed.
func (l *list) cron() {
	fields := strings.Split(l.typed, " ")
	if l.quote == 0 || len(fields) == 1 {
		for _, c := range [...][2]string{{"30 6 * * *", "every day at 06:30"}, {"0 * * * *", "every hour"}, {"*/15 * * * *", "every quarter of an hour"},
			{"0 9 * * 1-5", "at nine, Monday to Friday"}, {"0 3 1 * *", "on the first of the month at three"}} {
			l.add(0, Item{Kind: ValueItem, Label: quoted(c[0]), Detail: c[1]})
		}
	}
	n := len(fields) - 1
	if l.quote == 0 || n >= len(cronFields) {
		return
	}
	typed := fields[n]
	end := l.offset
	for end < l.word.End && l.Text()[end] != ' ' {
		end++
	}
	at := diag.Span{File: l.word.File, Start: l.offset - len(typed), End: end}
	all := l.typed
	l.typed = typed
	for _, v := range cronFields[n].values {
		l.add(1, Item{Kind: ValueItem, Label: v[0], Detail: cronFields[n].name + ": " + v[1], Span: at})
	}
	l.typed = all
}

// instants adds times for a run of a test.
func (l *list) instants() {
	hour, minute := "06", "30"
	if r, _ := l.ruleHere(); r != nil && r.Body != nil {
		if m, h, ok := cronTime(r.Body); ok {
			hour, minute = h, m
		}
	}
	day := l.opt.Now
	for range 2 {
		l.add(0, Item{Kind: ValueItem, Label: fmt.Sprintf("%sT%s:%s", day.Format("2006-01-02"), hour, minute), Detail: day.Format("Monday")})
		day = day.AddDate(0, 0, 1)
	}
}

// cronTime is the minute and hour at which the schedule of a rule is due, where they are plain.
func cronTime(b *syntax.Block) (minute, hour string, ok bool) {
	for _, s := range b.Stmts {
		sec, is := s.(*syntax.Section)
		if !is || sec.Body == nil || sec.Body.Kind != syntax.ScheduleBlock {
			continue
		}
		for _, a := range sec.Body.Stmts {
			if a, is := a.(*syntax.Attribute); is && a.Name.Name == "cron" && a.Value != nil {
				f := strings.Fields(strings.Trim(a.Value.Text, `"`))
				var m, h int
				if len(f) == 5 {
					if _, err := fmt.Sscanf(f[0]+" "+f[1], "%d %d", &m, &h); err == nil {
						return fmt.Sprintf("%02d", m), fmt.Sprintf("%02d", h), true
					}
				}
			}
		}
	}
	return "", "", false
}

// paramValue adds values for a parameter that a test sets.
func (l *list) paramValue(name string, toks []syntax.Token) {
	for _, p := range l.paramsHere() {
		if p.Name != name {
			continue
		}
		switch p.Type.Kind {
		case schema.Date:
			for d := range 2 {
				day := l.opt.Now.AddDate(0, 0, d-1)
				l.add(0, Item{Kind: ValueItem, Label: day.Format("2006-01-02"), Detail: day.Format("Monday")})
			}
		case schema.Timestamp:
			l.add(0, Item{Kind: ValueItem, Label: l.opt.Now.Format("2006-01-02T15:04")})
		case schema.Boolean:
			l.add(0, Item{Kind: ValueItem, Label: "true"})
			l.add(0, Item{Kind: ValueItem, Label: "false"})
		}
		for _, v := range p.Type.Values {
			l.add(0, Item{Kind: ValueItem, Label: quoted(v)})
		}
		if len(toks) == 0 {
			l.numbers(p.Type.Kind)
		}
		return
	}
}

// pluginForm is a plugin's name, with the block and the settings that are needed where none stands there yet.
func (l *list) pluginForm(name string, settings []schema.Setting, one [][]string, body bool) string {
	if !body {
		return name
	}
	var b strings.Builder
	b.WriteString(name + " {\n")
	n := 0
	for _, s := range settings {
		first := slices.ContainsFunc(one, func(g []string) bool { return g[0] == s.Name })
		if !s.Required && !first {
			continue
		}
		n++
		value := "${" + fmt.Sprint(n) + ":" + escaped(s.Example) + "}"
		fmt.Fprintf(&b, "  %s = %s\n", s.Name, value)
	}
	b.WriteString("  $0\n}")
	return b.String()
}
