package result

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/recon-lang/recon/sdk/schema"
)

// Text writes a report for a person: verdict, counts, sums per side, gates, the largest
// breaks. It leaves out what differs between two runs over the same data (the run's id, its time and strategy):
// the same data gives the same bytes.
func Text(w io.Writer, r *Report, style Style) error {
	p := &printer{w: w, style: style}
	p.heading(r)
	if r.Run.Error != nil {
		p.printf("\n%s %s\n", style.Paint(Red, "trouble:"), *r.Run.Error)
		return p.err
	}
	p.counts(r.Run)
	p.totals(r.Run)
	p.gates(r.Run)
	p.breaks("largest open breaks", r.Open, r.Run.Breaks.Open)
	p.drills(r.Open)
	p.breaks("pending: a partner may still come", r.Pending, int64(len(r.Pending)))
	p.breaks("expired in this run", r.Expired, sum(r.Run.Outcomes.Expired))
	p.breaks("cleared by this run", r.Cleared, r.Run.Outcomes.Cleared)
	for _, note := range r.Notes {
		p.printf("\n%s %s\n", style.Paint(Yellow, "note:"), note)
	}
	return p.err
}

type printer struct {
	w     io.Writer
	style Style
	err   error
}

func (p *printer) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}

func (p *printer) table(t *Table) {
	if p.err == nil {
		p.err = t.Write(p.w, p.style)
	}
}

func (p *printer) heading(r *Report) {
	run := r.Run
	code := Green
	if run.Verdict != "pass" {
		code = Red
	}
	p.printf("%s  %s", p.style.Paint(bold, run.Rule), p.style.Paint(code, strings.ToUpper(run.Verdict)))
	if r.Title != "" {
		p.printf("  %s", r.Title)
	}
	p.printf("\n")
	var facts []string
	for _, name := range slices.Sorted(maps.Keys(run.Params)) {
		facts = append(facts, name+" = "+run.Params[name])
	}
	if run.Window != nil {
		facts = append(facts, windowText(run.Window))
	}
	if len(facts) > 0 {
		p.printf("%s\n", p.style.Paint(Dim, strings.Join(facts, " · ")))
	}
}

func windowText(w *Window) string {
	s := "window " + w.Start.Format(timeFormat) + " to " + w.End.Format(timeFormat)
	if w.Covered != nil {
		s += " (covered to " + w.Covered.Format(timeFormat) + ")"
	}
	return s
}

const timeFormat = "2006-01-02 15:04:05 -07:00"

func (p *printer) counts(run *Run) {
	t := &Table{Head: []string{"outcome", ">keys"}}
	for _, side := range run.SideOrder {
		t.Head = append(t.Head, ">"+side)
	}
	t.Head = append(t.Head, "")
	rows := func(o Outcome) []string {
		cells := make([]string, len(run.SideOrder))
		for i, side := range run.SideOrder {
			cells[i] = count(run.Sides[side].Of(o))
		}
		return cells
	}
	add := func(label string, keys int64, cells []string, note string) {
		t.Add(append(append([]string{label, count(keys)}, cells...), note)...)
	}
	out := run.Outcomes
	add("matched", out.Matched, rows(Matched), "")
	if len(run.SideOrder) > 1 {
		add("mismatch", out.Mismatch.Keys, rows(Mismatch), by(out.Mismatch.By))
		add("missing", out.Distinct(Missing, out.Missing), rows(Missing), by(out.Missing))
		add("duplicate", out.Distinct(Duplicate, out.Duplicate), rows(Duplicate), by(out.Duplicate))
		add("unkeyed", sum(out.Unkeyed), rows(Unkeyed), by(out.Unkeyed))
		if run.Window != nil && !run.summedUp() { // totals do not wait for others
			add("pending", out.Distinct(Pending, out.Pending), rows(Pending), by(out.Pending))
		}
	} else {
		add("breach", out.Distinct(Breach, out.Breach), rows(Breach), by(out.Breach))
		add("unkeyed", sum(out.Unkeyed), rows(Unkeyed), by(out.Unkeyed))
	}
	read, carried := make([]string, 0, 2), make([]string, 0, 2)
	anyCarried := false
	for _, side := range run.SideOrder {
		read = append(read, count(run.Sides[side].Read))
		carried = append(carried, count(run.Sides[side].Carried))
		anyCarried = anyCarried || run.Sides[side].Carried != 0
	}
	if run.summedUp() {
		summed := make([]string, 0, 2)
		for _, side := range run.SideOrder {
			summed = append(summed, count(run.Sides[side].Rows))
		}
		t.Add(append(append([]string{"totals", ""}, read...), "")...)
		t.Add(append(append([]string{"rows summed up", ""}, summed...), "")...)
	} else {
		t.Add(append(append([]string{"rows read", ""}, read...), "")...)
	}
	if anyCarried {
		t.Add(append(append([]string{"rows carried", ""}, carried...), "from other windows")...)
	}
	p.printf("\n")
	p.table(t)
}

func by(counts map[string]int64) string {
	parts := make([]string, 0, len(counts))
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		if counts[name] != 0 {
			parts = append(parts, name+" "+count(counts[name]))
		}
	}
	return strings.Join(parts, " · ")
}

func sum(counts map[string]int64) int64 {
	n := int64(0)
	for _, c := range counts {
		n += c
	}
	return n
}

func (p *printer) totals(run *Run) {
	if len(run.Totals) == 0 {
		return
	}
	label := "sum of rows read"
	if run.summedUp() {
		label = "sum of all totals"
	}
	t := &Table{Head: []string{label}}
	for _, side := range run.SideOrder {
		t.Head = append(t.Head, ">"+side)
	}
	t.Head = append(t.Head, ">difference")
	for _, name := range slices.Sorted(maps.Keys(run.Totals)) {
		for _, total := range run.Totals[name] {
			label := name
			if total.Unit != "" {
				label += " (" + total.Unit + ")"
			}
			cells := []string{label}
			differences := make([]string, 0, 1)
			for _, side := range run.SideOrder {
				cells = append(cells, group(total.Sides[side]))
				if d, ok := total.Difference[side]; ok {
					d = group(d)
					if len(run.SideOrder) > 2 {
						d = side + " " + d
					}
					differences = append(differences, d)
				}
			}
			t.Add(append(cells, strings.Join(differences, " · "))...)
		}
	}
	p.printf("\n")
	p.table(t)
}

func (p *printer) gates(run *Run) {
	b := run.Breaks
	p.printf("\nbreaks  %s open, %s new, %s changed, %s cleared", count(b.Open), count(b.New), count(b.Changed), count(run.Outcomes.Cleared))
	if b.Stale > 0 {
		p.printf(", %s stale", count(b.Stale))
	}
	if b.Accepted > 0 {
		p.printf(", %s accepted", count(b.Accepted))
	}
	p.printf("\n")
	if m := run.Messages; m != nil && m.Queued+m.Skipped > 0 {
		p.printf("messages  %s queued", count(m.Queued))
		if m.Skipped > 0 {
			p.printf(", %s breaks beyond a limit", count(m.Skipped))
		}
		p.printf("\n")
	}
	for _, g := range run.Gates {
		mark, code := "ok  ", Green
		if g.Fired {
			mark, code = g.Severity, Yellow
			if g.Severity == "fail" {
				code = Red
			}
		}
		p.printf("%s  %s when %s", p.style.Paint(code, fmt.Sprintf("%-6s", mark)), g.Severity, g.When)
		if g.Value != "" {
			p.printf("  %s", p.style.Paint(Dim, "("+g.Value+")"))
		}
		p.printf("\n")
	}
}

func count(n int64) string { return group(strconv.FormatInt(n, 10)) }

func (p *printer) breaks(title string, list []Break, total int64) {
	if len(list) == 0 {
		return
	}
	p.printf("\n%s", p.style.Paint(bold, title))
	if int64(len(list)) < total {
		p.printf(" %s", p.style.Paint(Dim, fmt.Sprintf("(%d of %s)", len(list), count(total))))
	}
	p.printf("\n")
	t := &Table{Indent: "  ", Head: []string{"break", "what", "key", ">amount", "values"}}
	for i := range list {
		b := &list[i]
		t.Add(b.ID, b.What(), b.KeyText(), amountText(b), b.Values())
	}
	p.table(t)
}

// summedUp reports whether the run is of a rule with group.
func (run *Run) summedUp() bool {
	for _, s := range run.Sides {
		if s.Rows > 0 {
			return true
		}
	}
	return false
}

// drillLines is how many lines of a drill a report shows for each group.
const drillLines = 5

// drills shows what the groups that break are made of.
func (p *printer) drills(list []Break) {
	first := true
	for i := range list {
		d := list[i].Drill
		if d == nil {
			continue
		}
		if first {
			p.printf("\n%s\n", p.style.Paint(bold, "what they are made of"))
			first = false
		}
		p.printf("  %s  %s\n", list[i].KeyText(), p.style.Paint(Dim, d.differs()))
		for _, line := range d.lines(drillLines) {
			p.printf("    %s\n", line)
		}
	}
}

func amountText(b *Break) string {
	if empty(b.Amount) {
		return ""
	}
	s := group(b.Amount.String())
	if b.Unit != "" {
		s += " " + b.Unit
	}
	return s
}

// What says what is wrong in a few words: "missing bill", "mismatch amount, fee".
func (b *Break) What() string {
	if b.Pending {
		return "pending " + strings.Join(b.names(), ", ")
	}
	var parts []string
	for i, item := range b.Items {
		if i > 0 && b.Items[i-1].Outcome == item.Outcome {
			parts[len(parts)-1] += ", " + item.Name
			continue
		}
		parts = append(parts, strings.TrimSpace(item.Outcome.String()+" "+item.Name))
	}
	s := strings.Join(parts, "; ")
	if b.Expired {
		s += ", expired"
	}
	if b.Stale {
		s += ", stale"
	}
	return s
}

func (b *Break) names() []string {
	var names []string
	for _, r := range b.Rows {
		if !slices.Contains(names, r.Side) {
			names = append(names, r.Side)
		}
	}
	return names
}

// KeyText is the key's values joined for reading.
func (b *Break) KeyText() string {
	parts := make([]string, len(b.Key))
	for i, f := range b.Key {
		parts[i] = f.Value.String()
		if isText(f.Value) && (unclear(f.Value.Text) || strings.Contains(f.Value.Text, " · ")) {
			parts[i] = strconv.Quote(f.Value.Text)
		}
	}
	return strings.Join(parts, " · ")
}

// Values says in one line what the sides hold: the failing comparisons with the value of each
// side, or the rows that are there.
func (b *Break) Values() string {
	var parts []string
	for _, c := range b.Comparisons {
		if c.Agrees || c.Skipped {
			continue
		}
		terms := make([]string, len(c.Terms))
		for i, t := range c.Terms {
			terms[i] = t.Side + " " + withUnit(t.Value, nil)
		}
		s := c.Name + ": " + strings.Join(terms, ", ")
		if c.Reason != "" {
			s += " (" + c.Reason + ")"
		} else if c.Bound != "" {
			s += " (apart " + cmp.Or(c.Difference, "?") + ", allowed " + c.Bound + ")"
		}
		parts = append(parts, s)
	}
	if len(parts) > 0 {
		return strings.Join(parts, "; ")
	}
	for _, r := range b.Rows {
		reason := ""
		if r.Reason != "" {
			reason = r.Reason + "; "
		}
		values := make([]string, 0, len(r.Values))
		for _, f := range r.Values {
			if !slices.ContainsFunc(b.Key, func(k Field) bool { return k.Name == f.Name }) {
				values = append(values, f.Name+" "+Format(f.Value, r.zone()))
			}
		}
		parts = append(parts, strings.TrimSuffix(r.Side+": "+strings.TrimSuffix(reason+strings.Join(values, ", "), "; "), ": "))
		if more := len(b.Rows) - 3; len(parts) == 3 && more > 0 {
			rows := "rows"
			if more == 1 {
				rows = "row"
			}
			parts = append(parts, fmt.Sprintf("and %d more %s", more, rows))
			break
		}
	}
	return strings.Join(parts, "; ")
}

func (r *Row) zone() *time.Location {
	if r.Window == nil {
		return nil
	}
	return r.Window.Start.Location()
}

// Format is a value for reading: timestamps in zone (nil: UTC), text quoted where it is empty
// or has white space at its ends.
func Format(v schema.Value, zone *time.Location) string {
	switch v.Type.Kind {
	case schema.Timestamp:
		if v.Null || zone == nil {
			break
		}
		return v.Time().In(zone).Format("2006-01-02T15:04:05.999999Z07:00")
	case schema.String, schema.Enum:
		if !v.Null && (unclear(v.Text) || strings.ContainsAny(v.Text, ",;")) {
			return strconv.Quote(v.Text)
		}
	}
	return v.String()
}

func isText(v schema.Value) bool {
	return !v.Null && (v.Type.Kind == schema.String || v.Type.Kind == schema.Enum)
}

// unclear reports whether a text cannot be seen for what it is: it is empty, looks like null, ends in spaces or has
// characters that do not show.
func unclear(text string) bool {
	return text == "" || text == "null" || strings.TrimSpace(text) != text ||
		strings.ContainsFunc(text, func(c rune) bool { return !unicode.IsPrint(c) })
}

// withUnit is a value with the unit that its row names.
func withUnit(v schema.Value, zone *time.Location) string {
	if v.Unit == "" || v.Null {
		return Format(v, zone)
	}
	return Format(v, zone) + " " + v.Unit
}
