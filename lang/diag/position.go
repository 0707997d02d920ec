package diag

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

const byteOrderMark = "\uFEFF"

// Position is where s starts: line and column, both from 1. Columns count characters (Unicode
// code points), not bytes and not places on a screen; a byte order mark counts as none. A span
// without a file has position 0, 0.
func (s Span) Position() (line, column int) { return s.File.position(s.Start) }

// EndPosition is the position behind the last character of s.
func (s Span) EndPosition() (line, column int) { return s.File.position(s.End) }

func (f *File) position(offset int) (line, column int) {
	if f == nil {
		return 0, 0
	}
	before := f.Text[:min(offset, len(f.Text))]
	start := bytes.LastIndexByte(before, '\n') + 1
	column = utf8.RuneCount(before[start:]) + 1
	if start == 0 && bytes.HasPrefix(before, []byte(byteOrderMark)) {
		column--
	}
	return bytes.Count(before, []byte("\n")) + 1, column
}

// line is the line of f that holds offset, without its end, and the offset at which it starts.
func (f *File) line(offset int) (text string, start int) {
	offset = min(offset, len(f.Text))
	start = bytes.LastIndexByte(f.Text[:offset], '\n') + 1
	end := len(f.Text)
	if i := bytes.IndexByte(f.Text[start:], '\n'); i >= 0 {
		end = start + i
	}
	return strings.TrimSuffix(string(f.Text[start:end]), "\r"), start
}
