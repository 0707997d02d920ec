// Package diag is text, places in text, and what is said about them. It turns diagnostics into
// terminal text, JSON and other formats, and knows nothing of the language. Its API is for
// embedding and may change in a minor version.
package diag

import (
	"cmp"
	"slices"
	"strings"
)

// File is a text with a name. Name is as the user gave it, or relative to the current folder.
type File struct {
	Name string
	Text []byte
}

// Span is a place in a file: bytes [Start, End).
type Span struct {
	File       *File
	Start, End int
}

// Text is the text that s covers.
func (s Span) Text() string {
	if s.File == nil {
		return ""
	}
	return string(s.File.Text[s.Start:s.End])
}

// Code names a kind of diagnostic, "RC2004", for ever.
type Code string

// Lint reports whether c is of a file that is valid and probably wrong: such findings may be silenced.
func (c Code) Lint() bool { return strings.HasPrefix(string(c), "RC4") }

// Severity says how grave a diagnostic is.
type Severity uint8

const (
	Error   Severity = iota // the file cannot be run
	Warning                 // probably a mistake
	Info
)

func (s Severity) String() string { return [...]string{"error", "warning", "info"}[s] }

// Diagnostic is one fault at one place. Message is one lower-case sentence in the words of
// the language, without a full stop; Hint is something to do.
type Diagnostic struct {
	Code     Code
	Severity Severity
	Span     Span
	Message  string
	Hint     string
	Related  []Related
	Fixes    []Fix
}

// Related is another place that a diagnostic speaks of.
type Related struct {
	Span    Span
	Message string
}

// Fix is a change of text that mends the fault. A Safe one may be made unasked: only one thing can
// have been meant, and no verdict and nothing that is kept between runs is lost. The others are
// guesses for a person to choose from.
type Fix struct {
	Title string
	Edits []Edit
	Safe  bool
}

// Edit replaces the text of a span.
type Edit struct {
	Span Span
	New  string
}

// List is some diagnostics.
type List []Diagnostic

// HasErrors reports whether any of l is an Error.
func (l List) HasErrors() bool {
	return slices.ContainsFunc(l, func(d Diagnostic) bool { return d.Severity == Error })
}

// Map is l with all its places changed by f. It shares nothing with l.
func (l List) Map(f func(Span) Span) List {
	if l == nil {
		return nil
	}
	out := make(List, len(l))
	for i, d := range l {
		d.Span = f(d.Span)
		d.Related = slices.Clone(d.Related)
		for j := range d.Related {
			d.Related[j].Span = f(d.Related[j].Span)
		}
		d.Fixes = slices.Clone(d.Fixes)
		for j := range d.Fixes {
			edits := slices.Clone(d.Fixes[j].Edits)
			for k := range edits {
				edits[k].Span = f(edits[k].Span)
			}
			d.Fixes[j].Edits = edits
		}
		out[i] = d
	}
	return out
}

// Sort orders l by file name, place and code, so that output does not depend on the
// order of finding.
func (l List) Sort() {
	slices.SortStableFunc(l, func(a, b Diagnostic) int {
		return cmp.Or(cmp.Compare(name(a), name(b)), cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(a.Code, b.Code))
	})
}

func name(d Diagnostic) string {
	if d.Span.File == nil {
		return ""
	}
	return d.Span.File.Name
}
