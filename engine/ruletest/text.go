package ruletest

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
)

// maxShown is how many rows of a difference a report shows of each kind.
const maxShown = 20

// Text writes a line for each test, and what was not as expected below it. All says whether tests that passed are among them.
func Text(w io.Writer, results []*Result, all bool, style result.Style) error {
	p := &printer{style: style}
	failed := 0
	for _, r := range results {
		ok := r.Passed()
		if !ok {
			failed++
		}
		if ok && !all {
			continue
		}
		p.test(r, ok)
	}
	p.line("%s: %s", count(len(results), "test"), outcome(len(results)-failed, failed, style))
	_, err := io.WriteString(w, p.out.String())
	return err
}

func outcome(passed, failed int, style result.Style) string {
	text := fmt.Sprintf("%d passed", passed)
	if failed > 0 {
		text += ", " + style.Paint(result.Red, fmt.Sprintf("%d failed", failed))
	}
	return text
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

type printer struct {
	style result.Style
	out   strings.Builder
}

func (p *printer) line(format string, args ...any) {
	p.out.WriteString(strings.TrimRight(fmt.Sprintf(format, args...), " "))
	p.out.WriteByte('\n')
}

func (p *printer) test(r *Result, ok bool) {
	if ok {
		p.line("%s  %s", p.style.Paint(result.Green, "ok  "), Title(r.Test))
		return
	}
	p.line("%s  %s  %s", p.style.Paint(result.Red, "FAIL"), Title(r.Test), p.style.Paint(result.Dim, place(r.Test.Span)))
	for i := range r.Runs {
		run := &r.Runs[i]
		if run.Err == nil && len(run.Failures) == 0 {
			continue
		}
		if len(r.Test.Runs) > 1 || run.Err != nil && !run.At.IsZero() {
			p.line("  run at %s", run.At.Format("2006-01-02T15:04:05Z07:00"))
		}
		if run.Err != nil {
			for _, l := range strings.Split(run.Err.Error(), "\n") {
				p.line("    %s", l)
			}
			continue
		}
		for i := range run.Failures {
			p.failure(&run.Failures[i])
		}
	}
}

// place is where something stands: file and line.
func place(s diag.Span) string {
	if s.File == nil {
		return ""
	}
	line, _ := s.Position()
	return fmt.Sprintf("%s:%d", s.File.Name, line)
}

// Message says in one line what a failure is.
func (f *Failure) Message() string {
	what := strings.TrimSpace(f.Outcome + " " + f.Name)
	switch {
	case f.Expect == nil:
		return fmt.Sprintf("%s %d was not expected", what, f.Got)
	case f.Got == f.Want:
		return fmt.Sprintf("expect %s: %s", what, "other keys were found than expected")
	}
	return fmt.Sprintf("expect %s: %d expected, %d found", what, f.Want, f.Got)
}

func (p *printer) failure(f *Failure) {
	at := ""
	if f.Expect != nil {
		at = "  " + p.style.Paint(result.Dim, place(f.Expect.Span))
	}
	p.line("  %s%s", f.Message(), at)
	for _, l := range f.table(p.style) {
		p.line("      %s", l)
	}
}

// table is the rows of a failure as lines of a table, each with what it means at its end.
func (f *Failure) table(style result.Style) (lines []string) {
	if len(f.Rows) == 0 || len(f.Columns) == 0 {
		return nil
	}
	cells := [][]string{f.Columns}
	widths := make([]int, len(f.Columns))
	shown, left := map[RowKind]int{}, 0
	var rows []*Row
	for i := range f.Rows {
		r := &f.Rows[i]
		if shown[r.Kind]++; shown[r.Kind] > maxShown {
			left++
			continue
		}
		line := make([]string, len(r.Values))
		for c, v := range r.Values {
			line[c] = Cell(v, f.Zone)
		}
		cells, rows = append(cells, line), append(rows, r)
	}
	for _, line := range cells {
		for c, text := range line {
			widths[c] = max(widths[c], diag.Width(text))
		}
	}
	draw := func(line []string) string {
		var b strings.Builder
		for c, text := range line {
			b.WriteString("| " + text + strings.Repeat(" ", widths[c]-diag.Width(text)) + " ")
		}
		return b.String() + "|"
	}
	lines = append(lines, "  "+draw(cells[0]))
	for i, r := range rows {
		text := draw(cells[i+1])
		switch r.Kind {
		case Lost:
			text = style.Paint(result.Red, "- "+text) + "  expected, not found"
		case Extra:
			text = style.Paint(result.Green, "+ "+text) + "  found" + r.unexpected(f)
		default:
			text = "  " + text
		}
		lines = append(lines, text)
		lines = append(lines, r.why(f.Zone)...)
	}
	if left > 0 {
		lines = append(lines, fmt.Sprintf("  … and %d more", left))
	}
	return lines
}

// unexpected says of a row that was found why it is shown.
func (r *Row) unexpected(f *Failure) string {
	text := ""
	if f.Expect != nil && f.Expect.Count < 0 {
		text = ", not expected"
	}
	if r.Reason != "" {
		text += ": " + r.Reason
	}
	return text
}

// why explains a row by its comparisons.
func (r *Row) why(zone *time.Location) (lines []string) {
	for _, c := range r.Why {
		var terms []string
		for _, t := range c.Terms {
			terms = append(terms, t.Side+" "+result.Format(t.Value, zone))
		}
		text := "      " + c.Name + ": " + strings.Join(terms, ", ")
		switch {
		case c.Reason != "":
			text += " (" + c.Reason + ")"
		case c.Difference != "" && c.Bound != "":
			text += " (apart " + c.Difference + ", allowed " + c.Bound + ")"
		case c.Difference != "":
			text += " (apart " + c.Difference + ")"
		}
		lines = append(lines, text)
	}
	return lines
}

// Title names a rule and one of its tests, as reports do and as a pattern of tests is held to.
func Title(t *program.Test) string { return t.Rule.Name + ": " + t.Title }
