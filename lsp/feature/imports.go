package feature

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
)

// importLine is an import with the comments above it, as whole lines.
type importLine struct {
	decl *syntax.Import
	text string
	idle bool // nothing uses it
}

// organize sorts imports that follow each other by path, and takes out those that nothing uses.
func organize(s *Snapshot) []Action {
	var edits []diag.Edit
	var run []syntax.Decl
	for i, d := range s.File.Decls {
		if _, ok := d.(*syntax.Import); ok {
			run = append(run, d)
			if i < len(s.File.Decls)-1 {
				continue
			}
		}
		if e, ok := organizeRun(s, run); ok {
			edits = append(edits, e)
		}
		run = nil
	}
	if len(edits) == 0 {
		return nil
	}
	return []Action{edited("organise imports", Imports, edits...)}
}

// organizeRun is the edit of some imports; ok is false if they are as they should be.
func organizeRun(s *Snapshot, run []syntax.Decl) (e diag.Edit, ok bool) {
	if len(run) == 0 {
		return e, false
	}
	text, file := s.Text(), s.File.Span.File
	start := withComments(text, run[0].At().Start)
	at := start
	var lines []importLine
	for _, d := range run {
		d := d.(*syntax.Import)
		end := lineEnd(text, d.Span.End)
		if at > d.Span.Start || d.Path == nil {
			return e, false // several on a line
		}
		lines = append(lines, importLine{d, strings.Trim(string(text[at:end]), "\r\n"), s.idle(d)})
		at = end
	}
	lines = slices.DeleteFunc(lines, func(l importLine) bool { return l.idle })
	slices.SortStableFunc(lines, func(a, b importLine) int { return cmp.Compare(a.decl.Path.Value, b.decl.Path.Value) })
	texts := make([]string, len(lines))
	for i, l := range lines {
		texts[i] = l.text
	}
	want := strings.Join(texts, lineBreak(text))
	if len(lines) == 0 {
		at = afterBlanks(text, at)
	}
	if want == string(text[start:at]) {
		return e, false
	}
	return diag.Edit{Span: diag.Span{File: file, Start: start, End: at}, New: want}, true
}

// idle reports whether nothing uses an import.
func (s *Snapshot) idle(d *syntax.Import) bool {
	return slices.ContainsFunc(s.Lints(), func(f diag.Diagnostic) bool {
		return f.Code == diag.Unused && f.Span.File == d.Span.File && d.Span.Start <= f.Span.Start && f.Span.End <= d.Span.End
	})
}

// withComments is where the line of an offset begins, or the comments directly above it.
func withComments(text []byte, at int) int {
	at = lineStart(text, at)
	for at > 0 {
		above := lineStart(text, at-1)
		if !bytes.HasPrefix(bytes.TrimSpace(text[above:at]), []byte("#")) {
			break
		}
		at = above
	}
	return at
}
