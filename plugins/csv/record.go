package csv

import "bytes"

// span is a field as it stands in the text, quotes included: buf[start:end].
type span struct{ start, end int }

// fault is what is wrong with a record that cannot be cut into fields.
type fault uint8

const (
	sound      fault = iota
	incomplete       // no end of the record in sight
	afterQuote       // text between a closing quote and the next delimiter
)

// record cuts the record at buf[i:end] into fields, which it appends to fields[:0], and
// says where the next one begins. With a fault, at is the place of it: the quote that has no
// partner (or i), or what follows a closing one.
//
// A field is quoted if it begins with a quote; then it ends with one, and quotes inside are
// doubled. Elsewhere a quote is text. A record ends with LF or CR LF outside quotes; a CR
// alone is text.
func (d *dialect) record(buf []byte, i, end int, fields []span) (_ []span, next int, f fault, at int) {
	fields = fields[:0]
	at = i
	for last := false; !last; {
		start := i
		if d.trim {
			start = d.blanks(buf, i, end)
		}
		var s span
		if start < end && buf[start] == d.quote {
			close := d.closing(buf, start+1, end)
			if close < 0 {
				return fields, 0, incomplete, start
			}
			s = span{start, close + 1}
			if i, last = d.border(buf, s.end, end); i < 0 {
				if bytes.IndexByte(buf[s.end:end], '\n') < 0 {
					return fields, 0, incomplete, at
				}
				return fields, 0, afterQuote, s.end
			}
		} else {
			if s, i, last = d.plain(buf, start, end); i < 0 {
				return fields, 0, incomplete, at
			}
		}
		fields = append(fields, s)
	}
	return fields, i, sound, 0
}

// plain is the field without quotes at buf[start:end], where what follows it begins, or
// -1, and whether it is the last of its record.
func (d *dialect) plain(buf []byte, start, end int) (s span, next int, last bool) {
	s = span{start, start}
	first := d.delimiter[0]
	for {
		if s.end == end {
			return s, -1, false
		}
		c := buf[s.end]
		if c == '\n' {
			next, last = s.end+1, true
			if s.end > start && buf[s.end-1] == '\r' {
				s.end--
			}
			break
		}
		if c == first && (len(d.delimiter) == 1 || bytes.HasPrefix(buf[s.end:end], d.delimiter)) {
			next = s.end + len(d.delimiter)
			break
		}
		s.end++
	}
	for d.trim && s.end > start && (buf[s.end-1] == ' ' || buf[s.end-1] == '\t') {
		s.end--
	}
	return s, next, last
}

// closing is the place of the quote that closes the field whose inside begins at i, or -1.
func (d *dialect) closing(buf []byte, i, end int) int {
	for {
		n := bytes.IndexByte(buf[i:end], d.quote)
		if n < 0 {
			return -1
		}
		i += n
		if i+1 == end || buf[i+1] != d.quote {
			return i
		}
		i += 2
	}
}

// border is where the field or record after a closing quote begins, or -1 if the quote is
// followed by something else.
func (d *dialect) border(buf []byte, i, end int) (next int, last bool) {
	if d.trim {
		i = d.blanks(buf, i, end)
	}
	rest := buf[i:end]
	switch {
	case bytes.HasPrefix(rest, d.delimiter):
		return i + len(d.delimiter), false
	case bytes.HasPrefix(rest, []byte("\n")):
		return i + 1, true
	case bytes.HasPrefix(rest, []byte("\r\n")):
		return i + 2, true
	}
	return -1, false
}

// blanks is the first place from i on that is not to be trimmed.
func (d *dialect) blanks(buf []byte, i, end int) int {
	for i < end && (buf[i] == ' ' || buf[i] == '\t') && !bytes.HasPrefix(buf[i:end], d.delimiter) {
		i++
	}
	return i
}

// unquote appends to dst what a field means as text: without its quotes, and doubled
// ones single.
func (d *dialect) unquote(dst, field []byte) []byte {
	if len(field) < 2 || field[0] != d.quote {
		return append(dst, field...)
	}
	field = field[1 : len(field)-1]
	for {
		n := bytes.IndexByte(field, d.quote)
		if n < 0 {
			return append(dst, field...)
		}
		dst = append(dst, field[:n+1]...)
		field = field[n+2:]
	}
}

// isComment reports whether the line at buf[i:end] is one.
func (d *dialect) isComment(buf []byte, i, end int) bool {
	return len(d.comment) > 0 && bytes.HasPrefix(buf[i:end], d.comment)
}
