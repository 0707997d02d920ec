package check

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
)

// schedule checks the schedule of a rule. Its zone is the rule's; the rest is for whoever serves
// rules, and checked here so that it is right by then.
func (r *ruleCheck) schedule() {
	section := r.block.sections["schedule"]
	if section == nil {
		return
	}
	b := r.module.block(section.Body)
	if a := b.take("zone"); a != nil {
		r.zone = r.zoneText(a.Value, "zone")
	}
	if a := b.take("cron"); a != nil {
		if text := r.literalText(a.Value, "cron"); text != "" {
			r.cron(a.Value, text)
		}
	} else if !b.broken {
		r.report(diag.BadSchedule, section.Name.Span, "a schedule has a cron", `write cron = "30 6 * * *": minute, hour, day, month, weekday`)
	}
	if a := b.take("timeout"); a != nil {
		r.span(a, "timeout")
	}
	r.unknownAttributes(b, "a schedule", "cron", "zone", "timeout")
}

// cronFields are the fields of a cron text with their bounds and the names that some values have.
var cronFields = []struct {
	name      string
	low, high int
	names     string
}{
	{"minute", 0, 59, ""}, {"hour", 0, 23, ""}, {"day", 1, 31, ""},
	{"month", 1, 12, "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"}, {"weekday", 0, 7, "SUN MON TUE WED THU FRI SAT"},
}

func (r *ruleCheck) cron(e *syntax.Expr, text string) {
	fields := strings.Fields(text)
	if len(fields) != len(cronFields) {
		r.report(diag.BadSchedule, e.Span, fmt.Sprintf("cron has five fields, and this has %d", len(fields)), "minute, hour, day, month, weekday: 30 6 * * *")
		return
	}
	for i, f := range cronFields {
		if !cronField(fields[i], f.low, f.high, strings.Fields(f.names)) {
			r.report(diag.BadSchedule, e.Span, fmt.Sprintf("%q is no %s of a cron", fields[i], f.name), fmt.Sprintf("it is *, or numbers from %d to %d as in 1,15 or 1-5 or */2", f.low, f.high))
			return
		}
	}
}

// cronField reports whether text is a list of values, ranges and steps within bounds.
func cronField(text string, low, high int, names []string) bool {
	number := func(s string) (int, bool) {
		for i, n := range names {
			if strings.EqualFold(n, s) {
				return i + low, true
			}
		}
		n, err := strconv.Atoi(s)
		return n, err == nil && n >= low && n <= high && s[0] != '+'
	}
	for part := range strings.SplitSeq(text, ",") {
		span, step, stepped := strings.Cut(part, "/")
		if n, err := strconv.Atoi(step); stepped && (err != nil || n < 1) {
			return false
		}
		if span == "*" {
			continue
		}
		from, to, ranged := strings.Cut(span, "-")
		a, ok := number(from)
		if !ok {
			return false
		}
		if b, ok := number(to); ranged && (!ok || b < a) {
			return false
		}
	}
	return true
}
