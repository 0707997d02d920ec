package result

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

//go:embed report.html.tmpl
var pageText string

var page = template.Must(template.New("report").Parse(pageText))

// HTML writes reports as one page that needs nothing else: no script, style or font from
// anywhere. It shows every break that the reports carry in a table that can be filtered and sorted.
func HTML(w io.Writer, reports []*Report) error {
	type pageData struct {
		Title   string
		Reports []htmlReport
	}
	data := pageData{Title: "recon"}
	for i, r := range reports {
		data.Reports = append(data.Reports, newHTMLReport(i, r))
	}
	if len(reports) == 1 {
		data.Title = reports[0].Run.Rule + " · recon"
	}
	return page.Execute(w, data)
}

type htmlReport struct {
	ID      int
	Report  *Report
	Run     *Run
	Facts   []string
	Sides   []htmlSide
	Totals  []htmlTotal
	Gates   []Gate
	Legend  []string
	Breaks  []htmlBreak
	LeftOut int64
	Trouble string
	Rows    string // heading
	Sums    string // heading
}

type htmlSide struct {
	Name  string
	Read  string
	Verb  string
	Note  string
	Parts []htmlPart
}

type htmlPart struct {
	Outcome string
	Rows    string
	Percent string // of the widest side
}

type htmlTotal struct {
	Name, Unit  string
	Sides       []string
	Differences []string
}

type htmlBreak struct {
	State, What, Key, Amount, SortAmount, Values, FirstSeen, ID string
	Differs                                                     string
	Drill                                                       []string
}

func newHTMLReport(id int, r *Report) htmlReport {
	h := htmlReport{ID: id, Report: r, Run: r.Run, Gates: r.Run.Gates}
	for _, name := range slices.Sorted(maps.Keys(r.Run.Params)) {
		h.Facts = append(h.Facts, name+" = "+r.Run.Params[name])
	}
	if r.Run.Window != nil {
		h.Facts = append(h.Facts, windowText(r.Run.Window))
	}
	h.Facts = append(h.Facts, "run "+r.Run.ID, "started "+r.Run.Started.Format(timeFormat))
	if r.Owner != "" {
		h.Facts = append(h.Facts, "owner "+r.Owner)
	}
	if r.Run.Error != nil {
		h.Trouble = *r.Run.Error
	}
	h.Rows, h.Sums = "Rows", "Sums of the rows read"
	if r.Run.summedUp() {
		h.Rows, h.Sums = "Totals", "Sums of all totals"
	}
	h.sides(r.Run)
	for _, name := range slices.Sorted(maps.Keys(r.Run.Totals)) {
		for _, t := range r.Run.Totals[name] {
			row := htmlTotal{Name: name, Unit: t.Unit}
			for _, side := range r.Run.SideOrder {
				row.Sides = append(row.Sides, group(t.Sides[side]))
				if d, ok := t.Difference[side]; ok {
					row.Differences = append(row.Differences, side+" "+group(d))
				}
			}
			h.Totals = append(h.Totals, row)
		}
	}
	for i := range r.Open {
		h.Breaks = append(h.Breaks, newHTMLBreak("open", &r.Open[i]))
	}
	for i := range r.Pending {
		h.Breaks = append(h.Breaks, newHTMLBreak("pending", &r.Pending[i]))
	}
	h.LeftOut = max(0, r.Run.Breaks.Open-int64(len(r.Open)))
	for i := range r.Cleared {
		h.Breaks = append(h.Breaks, newHTMLBreak("cleared", &r.Cleared[i]))
	}
	return h
}

// sides makes one stacked bar a side, all to one scale.
func (h *htmlReport) sides(run *Run) {
	widest := int64(1)
	for _, s := range run.Sides {
		widest = max(widest, s.Read+s.Carried)
	}
	seen := map[string]bool{}
	for _, name := range run.SideOrder {
		s := run.Sides[name]
		if s == nil {
			continue
		}
		side := htmlSide{Name: name, Read: count(s.Read), Verb: "read"}
		if run.summedUp() {
			side.Verb = "totals"
			side.Note = " of " + count(s.Rows) + " rows"
		}
		if s.Carried > 0 {
			side.Note = " + " + count(s.Carried) + " carried"
		}
		for _, o := range Outcomes {
			n := s.Of(o)
			if n == 0 {
				continue
			}
			// A sliver stays visible: one row in ten million is still a break.
			percent := max(100*float64(n)/float64(widest), 0.4)
			side.Parts = append(side.Parts, htmlPart{Outcome: o.String(), Rows: count(n), Percent: fmt.Sprintf("%.3f", percent)})
			if !seen[o.String()] {
				seen[o.String()] = true
			}
		}
		h.Sides = append(h.Sides, side)
	}
	for _, o := range Outcomes {
		if seen[o.String()] {
			h.Legend = append(h.Legend, o.String())
		}
	}
}

func newHTMLBreak(state string, b *Break) htmlBreak {
	if state == "open" {
		state = b.State()
	}
	row := htmlBreak{
		State: state, What: b.What(), Key: b.KeyText(), Amount: amountText(b), Values: b.Values(), ID: b.ID,
	}
	if b.Drill != nil {
		row.Differs, row.Drill = b.Drill.differs(), b.Drill.lines(len(b.Drill.Keys)+1)
	}
	if !b.FirstSeen.IsZero() {
		row.FirstSeen = b.FirstSeen.Format(time.DateOnly)
	}
	if !empty(b.Amount) {
		row.SortAmount = strings.TrimPrefix(b.Amount.String(), "-")
	}
	return row
}
