package result

import (
	"io"
	"strings"

	"github.com/recon-lang/recon/lang/diag"
)

// Style says how text may look: colours only on a terminal.
type Style struct {
	Colour bool
	Width  int // columns of the terminal, at which lines of tables are cut; 0: they are not
}

// Colours, as codes of ANSI terminals.
const (
	Dim    = "2"
	Red    = "31"
	Green  = "32"
	Yellow = "33"

	bold = "1"
	cyan = "36"
)

// Paint is text in a colour, where there are colours.
func (s Style) Paint(code, text string) string {
	if !s.Colour || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// Table is text in columns, padded by display width. Columns whose heading starts
// with ">" are aligned to the right.
type Table struct {
	Indent string
	Head   []string
	rows   [][]string
}

// Add adds a row: as many cells as Head has.
func (t *Table) Add(cells ...string) { t.rows = append(t.rows, cells) }

// Write writes the table, without its heading if that is empty.
func (t *Table) Write(w io.Writer, style Style) error {
	right := make([]bool, len(t.Head))
	widths := make([]int, len(t.Head))
	head := make([]string, len(t.Head))
	for i, h := range t.Head {
		right[i] = strings.HasPrefix(h, ">")
		head[i] = strings.TrimPrefix(h, ">")
		widths[i] = diag.Width(head[i])
	}
	for _, row := range t.rows {
		for i, cell := range row {
			widths[i] = max(widths[i], diag.Width(cell))
		}
	}
	var b strings.Builder
	line := func(cells []string, code string) {
		var l strings.Builder
		for i, cell := range cells {
			if i > 0 {
				l.WriteString("  ")
			}
			pad := strings.Repeat(" ", widths[i]-diag.Width(cell))
			if right[i] {
				l.WriteString(pad + cell)
			} else {
				l.WriteString(cell + pad)
			}
		}
		text := strings.TrimRight(l.String(), " ")
		if style.Width > 0 {
			text = cut(text, style.Width-len(t.Indent))
		}
		if code != "" {
			text = style.Paint(code, text)
		}
		b.WriteString(t.Indent + text + "\n")
	}
	if strings.Join(head, "") != "" {
		line(head, Dim)
	}
	for _, row := range t.rows {
		line(row, "")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// cut is text in at most width columns, with a mark where something is left out.
func cut(text string, width int) string {
	if diag.Width(text) <= width {
		return text
	}
	n := 1 // the mark
	for i, r := range text {
		if n += diag.RuneWidth(r); n > width {
			return text[:i] + "…"
		}
	}
	return text
}

// group puts thousands separators into a plain decimal: 10250.00 → 10,250.00.
func group(number string) string {
	sign, digits, fraction := "", number, ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	if i := strings.IndexByte(digits, '.'); i >= 0 {
		digits, fraction = digits[:i], digits[i:]
	}
	for _, c := range digits {
		if c < '0' || c > '9' {
			return number
		}
	}
	var b strings.Builder
	for i, c := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	return sign + b.String() + fraction
}
