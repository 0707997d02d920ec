package csv

import (
	"bytes"
	"fmt"
	"io"

	"github.com/recon-lang/recon/sdk/batch"
)

// index cuts the text into rows, as many at a time as the window of the stream holds.
// Field f of row r is buf[pos[r*fields+f]+1 : pos[r*fields+f+1]], quotes included; the last field
// of a row may have a CR after it.
type index struct {
	t       *stream
	o       *options
	h       *header
	badRows bool
	scanner scanner

	buf  []byte // the stream's, or a copy of its rows
	pos  []uint32
	rows int

	lines   []int64 // of each row, where buf is a copy
	bad     []batch.BadValue
	pending error // after the rows
	after   int   // where the window goes on after the rows
	broken  int64 // line breaks in the rows

	copied []byte
	places []uint32
	fields []span
}

func newIndex(t *stream, o *options, h *header, badRows bool) *index {
	x := &index{t: t, o: o, h: h, badRows: badRows, after: t.off}
	x.scanner = scanner{delimiter: o.delimiter[0], quote: o.quote}
	return x
}

// next makes the next rows available; those before are gone. It is false at the end.
func (x *index) next() (bool, error) {
	t := x.t
	t.off, t.line = x.after, t.line+x.broken
	for {
		if err := t.ctx.Err(); err != nil {
			return false, err
		}
		x.rows, x.broken, x.bad = 0, 0, x.bad[:0]
		if x.pending != nil {
			return false, x.pending
		}
		limit := t.end
		if x.o.footer > 0 {
			limit = t.beforeLast(x.o.footer)
		}
		if !x.fast(limit) {
			x.careful(limit)
		}
		if x.rows > 0 {
			return true, nil
		}
		t.off, t.line = x.after, t.line+x.broken
		switch {
		case x.pending != nil:
			return false, x.pending
		case t.err != nil:
			return false, t.failure()
		}
		if err := t.more(); err != nil {
			return false, err
		}
	}
}

// beforeLast is where the last n lines of the window begin, empty ones not counted, or its
// start.
func (t *stream) beforeLast(n int64) int {
	end := t.end
	for n > 0 && end > t.off {
		line := t.buf[t.off:end]
		start := t.off + bytes.LastIndexByte(bytes.TrimSuffix(line, []byte("\n")), '\n') + 1
		if len(bytes.TrimRight(t.buf[start:end], "\r\n")) > 0 {
			n--
		}
		end = start
	}
	return end
}

// fast indexes the whole rows of buf[off:limit] in place. It is false if there are none, or
// if any line is not a plain row with the right number of fields.
func (x *index) fast(limit int) bool {
	t := x.t
	if !x.o.single() || limit == t.off {
		return false
	}
	n, breaks, quotes, ok := x.scanner.scan(t.buf, t.off, limit)
	if !ok || breaks == 0 {
		return false
	}
	pos := x.scanner.pos
	pos[0] = uint32(t.off - 1)
	for t.buf[pos[n]] != '\n' {
		n--
	}
	width := x.h.fields
	if n != breaks*width {
		return false
	}
	// There are as many line breaks as rows; if one ends each row, there are no others.
	for r := width; r <= n; r += width {
		if t.buf[pos[r]] != '\n' {
			return false
		}
	}
	after := int(pos[n]) + 1
	if len(x.o.comment) > 0 {
		for r := 0; r < n; r += width {
			if x.o.isComment(t.buf, int(pos[r])+1, after) {
				return false
			}
		}
	}
	x.buf, x.pos, x.rows, x.lines = t.buf, pos, breaks, nil
	x.after, x.broken = after, int64(breaks)
	if quotes {
		x.broken = int64(bytes.Count(t.buf[t.off:after], []byte("\n")))
	}
	return true
}

// careful copies the whole rows of buf[off:limit], one by one, so that they look like
// plain ones: without comments and empty lines, one byte between fields. It stops at the first row that
// is at fault.
func (x *index) careful(limit int) {
	t := x.t
	buf := append(x.copied[:0], make([]byte, margin)...)
	pos := append(x.places[:0], margin-1)
	x.lines = x.lines[:0]
	i, line := t.off, t.line
	for i < limit {
		if x.o.isComment(t.buf, i, limit) || x.h.fields > 1 && (t.buf[i] == '\n' || t.buf[i] == '\r' && t.buf[i+1] == '\n') {
			n := bytes.IndexByte(t.buf[i:limit], '\n')
			if n < 0 {
				break
			}
			i += n + 1
			line++
			continue
		}
		fields, next, f, at := x.o.record(t.buf, i, limit, x.fields)
		x.fields = fields
		if f == incomplete && t.err == nil {
			break
		}
		if f != sound {
			x.pending = t.faulty(f, at)
			break
		}
		if len(fields) != x.h.fields {
			if !x.badRows {
				x.pending = x.miscounted(i, len(fields))
				break
			}
			x.bad = append(x.bad, batch.BadValue{Row: len(x.lines), Column: -1, Line: line,
				Text: clip(bytes.TrimRight(t.buf[i:next], "\r\n"), batch.MaxBadText), Reason: x.count(len(fields))})
			fields = nil
		}
		for f := range x.h.fields {
			if f < len(fields) {
				buf = append(buf, t.buf[fields[f].start:fields[f].end]...)
			}
			if f == x.h.fields-1 {
				break
			}
			pos = append(pos, uint32(len(buf)))
			buf = append(buf, 0)
		}
		if buf[len(buf)-1] == '\r' {
			buf = append(buf, '\r') // the first is the field's own
		}
		pos = append(pos, uint32(len(buf)))
		buf = append(buf, '\n')
		x.lines = append(x.lines, line)
		line += int64(bytes.Count(t.buf[i:next], []byte("\n")))
		i = next
	}
	x.rows, x.after, x.broken = len(x.lines), i, line-t.line
	x.copied, x.places = append(buf, make([]byte, margin)...), pos
	x.buf, x.pos = x.copied, pos
}

// lineOf is the line in which buf[off], of row r, stands.
func (x *index) lineOf(r, off int) int64 {
	if x.lines != nil {
		return x.lines[r] + int64(bytes.Count(x.buf[x.pos[r*x.h.fields]+1:off], []byte("\n")))
	}
	return x.t.lineAt(off)
}

func (x *index) count(n int) string {
	if x.h.none {
		return fmt.Sprintf("%s, where the first row has %d", fields(n), x.h.fields)
	}
	return fmt.Sprintf("%s, where the header has %d", fields(n), x.h.fields)
}

func fields(n int) string {
	if n == 1 {
		return "1 field"
	}
	return fmt.Sprintf("%d fields", n)
}

// miscounted is the error for a row at buf[i] of n fields.
func (x *index) miscounted(i, n int) error {
	t := x.t
	e := t.errorAt(i, "", x.count(n)+": "+show(t.buf[i:t.end]), "")
	switch rest := t.linesFrom(i); {
	case rest > 0 && rest <= 20:
		e.Hint = fmt.Sprintf("if these last lines are no rows, such as totals, set footer = %d", int64(rest)+x.o.footer)
	case n > x.h.fields:
		e.Hint = fmt.Sprintf("a field that holds %q must be in quotes", x.o.delimiter)
	}
	return e
}

// linesFrom is how many lines that are not empty follow from buf[i] on, or 0 if the end of
// the text is not in sight.
func (t *stream) linesFrom(i int) (n int) {
	if t.err != io.EOF {
		return 0
	}
	for line := range bytes.Lines(t.buf[i:t.end]) {
		if len(bytes.TrimRight(line, "\r\n")) > 0 {
			n++
		}
	}
	return n
}
