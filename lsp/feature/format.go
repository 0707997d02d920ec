package feature

import (
	"bytes"
	"slices"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/format"
	"github.com/recon-lang/recon/lang/syntax"
)

// Format is what brings a file to its canonical format: changes of nothing but blanks, so that a cursor stays with its word. A file
// that does not parse is left as it is.
func Format(s *Snapshot) []diag.Edit {
	if s.File.Faulty {
		return nil
	}
	return blanks(s.File.Span.File, format.File(s.File))
}

// FormatRange is Format for the lines that hold bytes [start, end).
func FormatRange(s *Snapshot, start, end int) []diag.Edit {
	text := s.Text()
	start = lineStart(text, start)
	if end > start && end == lineStart(text, end) {
		end-- // a range that ends where a line begins does not mean that line
	}
	return within(Format(s), start, lineEnd(text, end))
}

// FormatTyped is what follows from the last key, after which the cursor stands at offset: a newline formats the line that it ends, a }
// its block, a | its table. The blanks at the cursor stay. A newline in a row without cells takes that row back.
func FormatTyped(s *Snapshot, offset int, key string) []diag.Edit {
	text := s.Text()
	start, end := offset, offset
	switch key {
	case "\n":
		end = lineEnd(text, max(lineStart(text, offset)-1, 0))
		start = lineStart(text, end)
		if line := text[start:end]; string(bytes.TrimSpace(line)) == "|" { // a row that the last newline began, and that is not wanted
			return []diag.Edit{{Span: diag.Span{File: s.File.Span.File, Start: start + bytes.IndexByte(line, '|'), End: offset}}}
		}
	case "}":
		b := blockEndingAt(s.File, offset)
		if b == nil {
			return nil
		}
		start = lineStart(text, b.At().Start)
	case "|":
		table := tableAt(s.File, offset)
		if len(table) == 0 {
			return nil
		}
		start, end = lineStart(text, table[0].At().Start), table[len(table)-1].At().End
	default:
		return nil
	}
	return slices.DeleteFunc(within(Format(s), start, end), func(e diag.Edit) bool {
		return e.Span.Start <= offset && offset <= e.Span.End && e.Span.End > e.Span.Start || e.Span.Start == offset
	})
}

// blockEndingAt is the outermost statement or declaration whose block ends at offset.
func blockEndingAt(f *syntax.File, offset int) syntax.Node {
	for _, n := range syntax.Path(f, offset-1) {
		if b := syntax.Body(n); b != nil && b.Span.End == offset {
			return n
		}
	}
	return nil
}

// tableAt are the rows of the table that holds offset.
func tableAt(f *syntax.File, offset int) (rows []syntax.Node) {
	for _, n := range syntax.Path(f, offset-1) {
		if b, ok := n.(*syntax.Block); ok {
			rows = nil
			for _, s := range b.Stmts {
				if row, ok := s.(*syntax.Row); ok {
					rows = append(rows, row)
				}
			}
		}
	}
	return rows
}

// within are the edits in bytes [start, end].
func within(edits []diag.Edit, start, end int) []diag.Edit {
	return slices.DeleteFunc(edits, func(e diag.Edit) bool { return e.Span.Start < start || e.Span.End > end })
}

// blanks are the edits that make a text of a file's, each of one run of blanks. Where the texts differ in anything else there is one
// edit, of all between what both begin and end with.
func blanks(f *diag.File, want []byte) []diag.Edit {
	have := f.Text
	var edits []diag.Edit
	i, j := 0, 0
	for i < len(have) || j < len(want) {
		iEnd, jEnd := afterBlanks(have, i), afterBlanks(want, j)
		if !bytes.Equal(have[i:iEnd], want[j:jEnd]) {
			edits = append(edits, shorten(f, i, iEnd, want[j:jEnd]))
		}
		i, j = iEnd, jEnd
		from := i
		for i < len(have) && j < len(want) && have[i] == want[j] && !isBlank(have[i]) {
			i, j = i+1, j+1
		}
		stuck := i == from && (i < len(have) || j < len(want))
		if stuck {
			return []diag.Edit{shorten(f, 0, len(have), want)}
		}
	}
	return edits
}

// shorten is the edit that puts text in the place of bytes [start, end), without what both begin and end with.
func shorten(f *diag.File, start, end int, text []byte) diag.Edit {
	for start < end && len(text) > 0 && f.Text[start] == text[0] {
		start, text = start+1, text[1:]
	}
	for start < end && len(text) > 0 && f.Text[end-1] == text[len(text)-1] {
		end, text = end-1, text[:len(text)-1]
	}
	// Not within a character, nor between the halves of a line end.
	for start > 0 && start < len(f.Text) && (f.Text[start]&0xc0 == 0x80 || f.Text[start-1] == '\r' && f.Text[start] == '\n') {
		start--
		text = append([]byte{f.Text[start]}, text...)
	}
	for end < len(f.Text) && (f.Text[end]&0xc0 == 0x80 || end > 0 && f.Text[end-1] == '\r' && f.Text[end] == '\n') {
		text = append(slices.Clone(text), f.Text[end])
		end++
	}
	return diag.Edit{Span: diag.Span{File: f, Start: start, End: end}, New: string(text)}
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

func afterBlanks(text []byte, at int) int {
	for at < len(text) && isBlank(text[at]) {
		at++
	}
	return at
}

// lineStart is where the line of an offset begins.
func lineStart(text []byte, offset int) int {
	return bytes.LastIndexByte(text[:min(offset, len(text))], '\n') + 1
}

// lineEnd is where the line of an offset ends, before its line end.
func lineEnd(text []byte, offset int) int {
	end := len(text)
	if i := bytes.IndexByte(text[min(offset, len(text)):], '\n'); i >= 0 {
		end = offset + i
	}
	if end > 0 && end > offset && text[end-1] == '\r' {
		end--
	}
	return end
}
