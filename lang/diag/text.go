package diag

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// tabStop is how many columns apart the tab stops of a printed line are.
	tabStop = 4
	// maxLine is how many columns of a line are printed: a window around the fault.
	maxLine = 160
)

// Text writes l for a person to read: for each diagnostic its place, message, line with a mark
// below the fault, hint and related places. With color, ANSI escapes set the parts apart; the
// text is the same.
func Text(w io.Writer, l List, color bool) error {
	t := textWriter{w: bufio.NewWriter(w), color: color}
	for _, d := range l {
		t.diagnostic(d)
	}
	return t.w.Flush()
}

type textWriter struct {
	w     *bufio.Writer
	color bool
}

const (
	bold   = "1"
	red    = "1;31"
	yellow = "1;33"
	cyan   = "1;36"
	dim    = "2"
)

// paint is text in a style, if there is color.
func (t *textWriter) paint(style, text string) string {
	if !t.color || text == "" {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

func (t *textWriter) diagnostic(d Diagnostic) {
	style := map[Severity]string{Error: red, Warning: yellow, Info: cyan}[d.Severity]
	if at := Place(d.Span); at != "" {
		fmt.Fprintf(t.w, "%s: ", t.paint(bold, at))
	}
	fmt.Fprintf(t.w, "%s: %s\n", t.paint(style, d.Severity.String()+" "+string(d.Code)), t.paint(bold, printable(d.Message)))
	if d.Span.File != nil {
		t.excerpt(d.Span, style)
	}
	if d.Hint != "" {
		fmt.Fprintf(t.w, "   %s %s\n", t.paint(cyan, "hint:"), printable(d.Hint))
	}
	for _, r := range d.Related {
		fmt.Fprintf(t.w, "   %s %s: %s\n", t.paint(cyan, "see"), Place(r.Span), printable(r.Message))
	}
}

// Place is file:line:column.
func Place(s Span) string {
	if s.File == nil {
		return ""
	}
	line, column := s.Position()
	return fmt.Sprintf("%s:%d:%d", printable(s.File.Name), line, column)
}

// excerpt writes the line on which s starts, and a mark below the part that s covers.
func (t *textWriter) excerpt(s Span, style string) {
	line, start := s.File.line(s.Start)
	from := min(s.Start-start, len(line))
	to := max(from, min(s.End-start, len(line)))
	text, before, width := layOut(strings.TrimPrefix(line, byteOrderMark), from-bom(line, from), to-bom(line, to))
	number, _ := s.Position()
	fmt.Fprintf(t.w, "%s %s\n", t.paint(dim, fmt.Sprintf("%5d |", number)), text)
	gutter := strings.Repeat(" ", max(5, len(fmt.Sprint(number)))) + " |"
	fmt.Fprintf(t.w, "%s %s%s\n", t.paint(dim, gutter), strings.Repeat(" ", before), t.paint(style, strings.Repeat("^", max(width, 1))))
}

// bom is how many bytes a byte order mark takes before offset at of line.
func bom(line string, at int) int {
	if at >= len(byteOrderMark) && strings.HasPrefix(line, byteOrderMark) {
		return len(byteOrderMark)
	}
	return 0
}

// layOut makes line fit for a terminal: tabs become blanks, what cannot be printed a
// replacement character, and a long line a window around bytes [from, to). It says how many
// columns stand before from, and how many [from, to) takes.
func layOut(line string, from, to int) (text string, before, width int) {
	if len(line) > 4*maxLine { // each column takes at most four bytes, so this is enough of it
		line, from, to = window(line, from, to)
	}
	var b strings.Builder
	column := 0
	for i, r := range line {
		if i == from {
			before = column
		}
		if i >= from && i < to && column-before >= maxLine {
			break
		}
		n := 1
		switch {
		case r == '\t':
			n = tabStop - column%tabStop
			b.WriteString(strings.Repeat(" ", n))
		case r == utf8.RuneError || unicode.IsControl(r):
			b.WriteRune(utf8.RuneError)
		default:
			n = RuneWidth(r)
			b.WriteRune(r)
		}
		column += n
		if i >= from && i < to {
			width += n
		}
	}
	if from >= len(line) {
		before = column
	}
	return strings.TrimRight(b.String(), " "), before, width
}

// window cuts line to what stands near from.
func window(line string, from, to int) (string, int, int) {
	start, end := max(0, from-maxLine/2), min(len(line), from+maxLine)
	for start > 0 && !utf8.RuneStart(line[start]) {
		start--
	}
	for end < len(line) && !utf8.RuneStart(line[end]) {
		end++
	}
	cut, shift := line[start:end], -start
	if start > 0 {
		cut, shift = "…"+cut, shift+len("…")
	}
	to = min(to, end)
	if end < len(line) {
		cut += "…"
	}
	return cut, from + shift, to + shift
}

// printable is text without characters that a terminal would obey.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return utf8.RuneError
		}
		return r
	}, text)
}

// Excerpt writes a place and the line there with a mark below it, as Text does for a diagnostic: for trouble that
// is not the author's mistake but has to do with what stands there.
func Excerpt(w io.Writer, s Span, color bool) error {
	t := textWriter{w: bufio.NewWriter(w), color: color}
	if s.File != nil {
		fmt.Fprintf(t.w, "%s\n", t.paint(bold, Place(s)))
		t.excerpt(s, red)
	}
	return t.w.Flush()
}
