package lsp

import (
	"bytes"
	"unicode/utf8"

	protocol "github.com/tliron/glsp/protocol_3_16"
)

// encoding says what a character of a position is.
type encoding uint8

const (
	utf16 encoding = iota // what every client can do
	utf8Units
)

func (e encoding) String() string {
	if e == utf8Units {
		return "utf-8"
	}
	return "utf-16"
}

// lines is where the lines of a text begin. A line ends with \n, \r\n or \r, as the protocol has it.
type lines struct {
	text   []byte
	starts []int
}

func linesOf(text []byte) *lines {
	l := &lines{text: text, starts: []int{0}}
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\r':
			if i+1 < len(text) && text[i+1] == '\n' {
				i++
			}
			l.starts = append(l.starts, i+1)
		case '\n':
			l.starts = append(l.starts, i+1)
		}
	}
	return l
}

// line is the text of a line without its end.
func (l *lines) line(n int) []byte {
	end := len(l.text)
	if n+1 < len(l.starts) {
		end = l.starts[n+1]
	}
	return bytes.TrimRight(l.text[l.starts[n]:end], "\r\n")
}

// offset is the byte of a position. One past the end of a line is its end, one past the last line the end of the text; one in the
// middle of a character is its start.
func (l *lines) offset(p protocol.Position, e encoding) int {
	if int64(p.Line) >= int64(len(l.starts)) {
		return len(l.text)
	}
	line := l.line(int(p.Line))
	at, units := 0, int64(p.Character)
	for at < len(line) {
		r, size := utf8.DecodeRune(line[at:])
		n := width(r, size, e)
		if units < n {
			break
		}
		units -= n
		at += size
	}
	return l.starts[p.Line] + at
}

// width is how many units of a position a character takes.
func width(r rune, size int, e encoding) int64 {
	switch {
	case e == utf8Units:
		return int64(size)
	case r >= 0x10000:
		return 2
	}
	return 1
}

// position is the position of a byte.
func (l *lines) position(offset int, e encoding) protocol.Position {
	low, high := 0, len(l.starts)
	for high-low > 1 {
		if mid := (low + high) / 2; l.starts[mid] <= offset {
			low = mid
		} else {
			high = mid
		}
	}
	line := l.line(low)
	end := min(offset-l.starts[low], len(line))
	units := int64(0)
	for at := 0; at < end; {
		r, size := utf8.DecodeRune(line[at:])
		units += width(r, size, e)
		at += size
	}
	return protocol.Position{Line: protocol.UInteger(low), Character: protocol.UInteger(units)}
}

// rangeOf is the range of bytes [start, end).
func (l *lines) rangeOf(start, end int, e encoding) protocol.Range {
	return protocol.Range{Start: l.position(start, e), End: l.position(end, e)}
}

// apply makes changes one after the other, each of the text that the one before left.
func apply(text []byte, changes []any, e encoding) []byte {
	for _, c := range changes {
		switch c := c.(type) {
		case protocol.TextDocumentContentChangeEventWhole:
			text = []byte(c.Text)
		case protocol.TextDocumentContentChangeEvent:
			if c.Range == nil {
				text = []byte(c.Text)
				continue
			}
			l := linesOf(text)
			start, end := l.offset(c.Range.Start, e), l.offset(c.Range.End, e)
			if end < start {
				start, end = end, start
			}
			next := make([]byte, 0, len(text)-(end-start)+len(c.Text))
			next = append(append(append(next, text[:start]...), c.Text...), text[end:]...)
			text = next
		}
	}
	return text
}
