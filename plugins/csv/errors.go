package csv

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/recon-lang/recon/sdk"
)

// shownNames is how many of a file's columns an error lists.
const shownNames = 20

// errorAt is an error about the line in which buf[off] stands.
func (t *stream) errorAt(off int, setting, message, hint string) *sdk.Error {
	return &sdk.Error{Setting: setting, Message: fmt.Sprintf("%s, line %d: %s", t.path, t.lineAt(off), message), Hint: hint}
}

// faulty is the error for a record that could not be cut into fields at buf[at].
func (t *stream) faulty(f fault, at int) error {
	if f == afterQuote {
		return t.errorAt(at, "", fmt.Sprintf("text after a closing quote: %s", show(t.buf[at:t.end])), `a quote inside quotes is written twice; if quotes mean nothing in this file, set quote = "none"`)
	}
	if err := t.failure(); err != nil {
		return err
	}
	return t.errorAt(at, "", "the quote that opens here never closes", `if quotes mean nothing in this file, set quote = "none"`)
}

// badEncoding is the error for bytes after the window.
func (t *stream) badEncoding(e *encodingError) error {
	last := t.buf[t.off:t.end]
	last = last[bytes.LastIndexByte(last, '\n')+1:]
	err := t.errorAt(t.end, "encoding", "", "")
	err.Message = fmt.Sprintf("%s, line %d, column %d: %s", t.path, t.lineAt(t.end), utf8.RuneCount(last)+1, e)
	if e.encoding == "utf-8" {
		err.Hint = `set encoding to what the file is stored in, such as "gb18030" for files from Chinese systems`
	}
	return err
}

// show is the start of the line in text, quoted.
func show(text []byte) string {
	if n := bytes.IndexAny(text, "\r\n"); n >= 0 {
		text = text[:n]
	}
	return fmt.Sprintf("%q", clip(text, 60))
}

// clip is text, or what of it fits max bytes without cutting a character.
func clip(text []byte, max int) string {
	if len(text) <= max {
		return string(text)
	}
	for max > 0 && !utf8.RuneStart(text[max]) {
		max--
	}
	return string(text[:max])
}

func quoted(names []string) string {
	q := make([]string, len(names))
	for i, n := range names {
		q[i] = fmt.Sprintf("%q", n)
	}
	return strings.Join(q, ", ")
}

// suspectDelimiter is an error if h looks as if it had another delimiter: one column
// whose name holds one.
func (h *header) suspectDelimiter(path string, o *options) error {
	if h.fields != 1 {
		return nil
	}
	best, most := "", 0
	for _, d := range []string{",", ";", "\t", "|"} {
		if n := strings.Count(h.text, d); n > most && d != string(o.delimiter) {
			best, most = d, n
		}
	}
	if best == "" {
		return nil
	}
	what := "the header"
	if h.none {
		what = "the first row"
	}
	return &sdk.Error{
		Setting: "delimiter",
		Message: fmt.Sprintf("%s, line %d: %s has no %q, so it is one column: %s", path, h.line, what, o.delimiter, show([]byte(h.text))),
		Hint:    fmt.Sprintf("it has %q: set delimiter = %q", best, best),
	}
}

func (h *header) without(wanted []string) (missing []string) {
	for _, w := range wanted {
		if h.count(w) == 0 {
			missing = append(missing, w)
		}
	}
	return missing
}

// missing is the error for columns that are wanted and not in h.
func (h *header) missing(path string, wanted []string) *sdk.Error {
	missing := h.without(wanted)
	noun := "column"
	if len(missing) > 1 {
		noun = "columns"
	}
	e := &sdk.Error{Setting: "columns", Message: fmt.Sprintf("%s has no %s %s", path, noun, quoted(missing))}
	if h.none {
		e.Hint = fmt.Sprintf(`with header = "none" its columns are c1 to c%d`, h.fields)
		return e
	}
	if near := h.near(missing[0]); strings.TrimSpace(near) == missing[0] {
		e.Hint = fmt.Sprintf("%q has spaces around it: set trim = true; ", near)
	} else if near != "" {
		e.Hint = fmt.Sprintf("did you mean %q? ", near)
	}
	names := h.names
	if len(names) > shownNames {
		names = names[:shownNames]
	}
	e.Hint += "its columns are " + quoted(names)
	if n := len(h.names) - len(names); n > 0 {
		e.Hint += fmt.Sprintf(" and %d more", n)
	}
	return e
}

// near is the name of h most like name, or "".
func (h *header) near(name string) string {
	best, least := "", 3
	fold := func(s string) []rune { return []rune(strings.ToLower(strings.TrimSpace(s))) }
	for _, n := range h.names {
		a, b := fold(n), fold(name)
		if d := distance(a, b); d < least && d < max(len(a), len(b)) {
			best, least = n, d
		}
	}
	return best
}

// distance is how many characters must be put in, left out or changed to make b of a.
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		corner := row[0]
		row[0] = i + 1
		for j, y := range b {
			change := corner
			if x != y {
				change++
			}
			corner = row[j+1]
			row[j+1] = min(change, row[j]+1, corner+1)
		}
	}
	return row[len(b)]
}
