package syntax

import (
	"bytes"
	"unicode/utf8"
)

// maxNesting bounds brackets within brackets, and strings within strings.
const maxNesting = 64

// string takes a token that starts with a quotation mark: a string, which ends on its line, or a
// text, which need not.
func (s *scanner) string() {
	start := s.pos
	if bytes.HasPrefix(s.text[s.pos:s.end], []byte(`"""`)) && !s.inString {
		if i := bytes.Index(s.text[s.pos+3:s.end], []byte(`"""`)); i >= 0 {
			s.pos += 3 + i + 3
			s.value(Text, start)
			return
		}
		s.pos = s.openTextEnd()
		s.value(Bad, start)
		return
	}
	line := s.text[:s.lineEnd()]
	if end := stringEnd(line, s.pos); end >= 0 {
		if bytes.Contains(line[s.pos:end], []byte("${")) {
			s.within += (end - s.pos) / 4
		}
		s.pos = end
		s.value(String, start)
		return
	}
	s.pos = len(bytes.TrimRight(line, " \t\r"))
	s.value(Bad, start)
}

// openTextEnd is where a text without closing marks is taken to end, so that forgotten marks do
// not hide the rest of the file: before the first line that is indented no more than the line on
// which it opens.
func (s *scanner) openTextEnd() int {
	line := s.text[bytes.LastIndexByte(s.text[:s.pos], '\n')+1 : s.end]
	indent := len(line) - len(bytes.TrimLeft(line, " \t"))
	for at := s.pos; ; {
		i := bytes.IndexByte(s.text[at:s.end], '\n')
		if i < 0 {
			return s.end
		}
		at += i + 1
		rest := bytes.TrimLeft(s.text[at:s.end], " \t")
		if len(rest) > 0 && rest[0] != '\n' && rest[0] != '\r' && s.end-at-len(rest) <= indent {
			return at - 1
		}
	}
}

// stringEnd is the index after the string that starts at i of line, read with the ${} of "…"
// and the strings within them, or -1 if it is not closed.
func stringEnd(line []byte, i int) int {
	if line[i] == '\'' {
		return plainStringEnd(line, i)
	}
	// braces has an entry for each open string: -1 while in its text, else the open braces
	// within its ${}.
	var braces [maxNesting]int
	depth := 0
	braces[0] = -1
	for i++; i < len(line); i++ {
		c := line[i]
		if braces[depth] < 0 { // in the text of a string
			switch {
			case c == '\\':
				i++
			case c == '"':
				if depth == 0 {
					return i + 1
				}
				depth--
			case c == '$' && i+1 < len(line) && line[i+1] == '{':
				braces[depth] = 0
				i++
			}
			continue
		}
		switch c {
		case '{':
			braces[depth]++
		case '}':
			braces[depth]-- // -1: back in the text
		case '\'':
			if i = plainStringEnd(line, i) - 1; i < 0 {
				return -1
			}
		case '"':
			if depth++; depth == maxNesting {
				return -1
			}
			braces[depth] = -1
		}
	}
	return -1
}

// unescape decodes the escapes of text, which starts at offset at. It calls fault for each one
// that does not exist and takes it as it is written.
func unescape(text []byte, at int, fault func(start, end int)) string {
	if bytes.IndexByte(text, '\\') < 0 {
		return string(text)
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			out = append(out, text[i])
			continue
		}
		i++
		switch c := text[i]; c {
		case '\\', '"', '\'', '$':
			out = append(out, c)
		case 'n':
			out = append(out, '\n')
		case 't':
			out = append(out, '\t')
		case 'r':
			out = append(out, '\r')
		case 'u':
			r, size := unicodeEscape(text[i:])
			if size == 0 {
				fault(at+i-1, at+i+1)
				out = append(out, '\\', 'u')
				continue
			}
			out = utf8.AppendRune(out, r)
			i += size - 1
		default:
			_, size := utf8.DecodeRune(text[i:])
			fault(at+i-1, at+i+size)
			out = append(out, '\\')
			out = append(out, text[i:i+size]...)
			i += size - 1
		}
	}
	return string(out)
}

// unicodeEscape reads u{1F600}; size is 0 if it is none or names no character.
func unicodeEscape(text []byte) (r rune, size int) {
	end := bytes.IndexByte(text[:min(len(text), 9)], '}')
	if end < 3 || text[1] != '{' {
		return 0, 0
	}
	for _, c := range text[2:end] {
		digit := bytes.IndexByte([]byte("0123456789abcdef"), c|0x20)
		if c >= '0' && c <= '9' {
			digit = int(c - '0')
		}
		if digit < 0 || c < '0' {
			return 0, 0
		}
		r = r<<4 | rune(digit)
	}
	if !utf8.ValidRune(r) {
		return 0, 0
	}
	return r, end + 1
}
