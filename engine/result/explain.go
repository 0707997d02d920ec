package result

import (
	"cmp"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// Explain writes all that is known of one break for a person.
func Explain(w io.Writer, b *Break, style Style) error {
	p := &printer{w: w, style: style}
	p.printf("%s  %s  %s\n", style.Paint(bold, b.Rule), style.Paint(Red, b.What()), b.KeyText())
	p.facts(b)
	for _, c := range b.Comparisons {
		p.comparison(b, &c)
	}
	p.rows(b)
	if d := b.Drill; d != nil {
		p.printf("\n  %s: %s\n", p.style.Paint(bold, "drill"), d.differs())
		for _, line := range d.lines(len(d.Keys) + 1000) {
			p.printf("    %s\n", line)
		}
	}
	return p.err
}

func (p *printer) facts(b *Break) {
	t := &Table{Indent: "  ", Head: []string{"", ""}}
	t.Add("break", b.ID)
	for _, f := range b.Key {
		t.Add("key "+f.Name, Format(f.Value, nil))
	}
	for _, name := range slices.Sorted(maps.Keys(b.Params)) {
		t.Add("param "+name, b.Params[name])
	}
	if text := amountText(b); text != "" {
		t.Add("amount", text)
	}
	switch {
	case b.Pending:
		t.Add("state", "pending: not reported, a partner may still come")
	case b.Expired:
		t.Add("state", "expired: the partner did not come in time")
	default:
		t.Add("state", b.State())
	}
	if b.FirstRun != "" {
		t.Add("first seen", b.FirstSeen.Format(timeFormat)+" by run "+b.FirstRun)
	}
	if b.LastRun != "" {
		t.Add("last seen", "by run "+b.LastRun)
	}
	if b.Stale {
		t.Add("stale", "the rule has changed since; run its window again")
	}
	if a := b.Accepted; a != nil {
		t.Add("accepted", "by "+a.Who+" on "+a.When.Format(timeFormat)+": "+a.Why)
	}
	p.table(t)
}

func (p *printer) comparison(b *Break, c *Comparison) {
	verdict := p.style.Paint(Green, "agrees")
	switch {
	case c.Skipped:
		verdict = p.style.Paint(Dim, "not compared: its condition does not hold")
	case !c.Agrees:
		verdict = p.style.Paint(Red, "differs")
	}
	p.printf("\n  compare %s: %s\n", p.style.Paint(bold, c.Name), verdict)
	t := &Table{Indent: "    ", Head: []string{"", ""}}
	zone := b.zone()
	for _, term := range c.Terms {
		t.Add(term.Side, withUnit(term.Value, zone))
	}
	if c.Reason != "" {
		t.Add("because", c.Reason)
	}
	if c.Difference != "" {
		t.Add("apart", c.Difference)
	}
	if c.Bound != "" {
		t.Add("allowed", c.Bound)
	} else if !c.Skipped {
		t.Add("allowed", "nothing: they must be equal")
	}
	p.table(t)
}

// zone is the zone of the break's windows, nil without windows.
func (b *Break) zone() *time.Location {
	for i := range b.Rows {
		if z := b.Rows[i].zone(); z != nil {
			return z
		}
	}
	return nil
}

func (p *printer) rows(b *Break) {
	for _, r := range b.Rows {
		what := "row"
		if b.Totals {
			what = "total"
		}
		p.printf("\n  %s of %s", what, p.style.Paint(bold, r.Side))
		if r.Window != nil {
			p.printf(", read in the %s", windowText(r.Window))
		}
		p.printf("\n")
		if r.Reason != "" {
			p.printf("    %s\n", r.Reason)
		}
		t := &Table{Indent: "    ", Head: []string{"", ""}}
		for _, f := range r.Values {
			text := Format(f.Value, r.zone())
			if f.Unit != "" && !f.Value.Null {
				text += " " + f.Unit
			}
			t.Add(f.Name, text)
		}
		p.table(t)
	}
}

// List writes breaks as a table in the order of Sort, at most so many (0: all), with how many there are of each kind. It holds twice as many in memory at the most.
func List(w io.Writer, breaks iter.Seq2[*Break, error], most int, style Style) error {
	var list []Break
	counts := map[string]int64{}
	total := int64(0)
	for b, err := range breaks {
		if err != nil {
			return err
		}
		total++
		counts[b.State()]++
		if list = append(list, *b); most > 0 && len(list) >= 2*most {
			Sort(list)
			clear(list[most:])
			list = list[:most]
		}
	}
	Sort(list)
	if most > 0 && len(list) > most {
		list = list[:most]
	}
	p := &printer{w: w, style: style}
	if total == 0 {
		p.printf("no breaks\n")
		return p.err
	}
	t := &Table{Head: []string{"break", "rule", "state", "what", "key", ">amount", "since", "values"}}
	for i := range list {
		b := &list[i]
		since := ""
		if !b.FirstSeen.IsZero() {
			since = b.FirstSeen.Format(time.DateOnly)
		}
		t.Add(b.ID, b.Rule, b.State(), b.What(), b.KeyText(), amountText(b), since, b.Values())
	}
	p.table(t)
	p.printf("\n%s: %s\n", count(total)+" in all", by(counts))
	if more := total - int64(len(list)); more > 0 {
		p.printf("%s more are not shown: --limit 0 lists all, recon breaks export writes them\n", count(more))
	}
	return p.err
}

// Sort puts breaks into the order of reports: by rule, outcome, side or comparison, and key.
func Sort(list []Break) {
	slices.SortStableFunc(list, func(a, b Break) int {
		return cmp.Or(cmp.Compare(a.Rule, b.Rule), compareItems(a.Items, b.Items), compareKeys(a.Key, b.Key), cmp.Compare(a.ID, b.ID))
	})
}

func compareItems(a, b []Item) int {
	return slices.CompareFunc(a, b, func(x, y Item) int {
		return cmp.Or(cmp.Compare(x.Outcome, y.Outcome), cmp.Compare(x.Name, y.Name))
	})
}

func compareKeys(a, b []Field) int {
	return slices.CompareFunc(a, b, func(x, y Field) int { return CompareValues(x.Value, y.Value) })
}

// CompareValues orders values of one type: null first, numbers by number, text by code point.
func CompareValues(a, b schema.Value) int {
	switch {
	case a.Null || b.Null:
		if a.Null == b.Null {
			return 0
		} else if a.Null {
			return -1
		}
		return 1
	case a.Type.Kind == schema.Decimal || b.Type.Kind == schema.Decimal:
		return decimal.Compare(a.Dec, b.Dec)
	case a.Type.Kind == schema.Float:
		return cmp.Compare(a.Float, b.Float)
	case a.Text != "" || b.Text != "":
		return strings.Compare(a.Text, b.Text)
	}
	return cmp.Compare(a.Int, b.Int)
}
