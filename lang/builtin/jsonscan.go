package builtin

import (
	"unicode/utf16"
	"unicode/utf8"
)

// maxJSONDepth bounds how deep a document may nest, so that no text can exhaust the stack.
const maxJSONDepth = 1000

// scanner walks over a JSON text without building anything.
type scanner struct {
	text  []byte
	pos   int
	depth int
}

// peek is the next byte, or 0 at the end.
func (s *scanner) peek() byte {
	if s.pos < len(s.text) {
		return s.text[s.pos]
	}
	return 0
}

func (s *scanner) space() {
	for s.pos < len(s.text) {
		switch s.text[s.pos] {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return
		}
	}
}

// value reads one value of any kind.
func (s *scanner) value() bool {
	switch c := s.peek(); {
	case c == '{':
		return s.members('}', func([]byte, int) bool { return s.value() })
	case c == '[':
		return s.members(']', func([]byte, int) bool { return s.value() })
	case c == '"':
		return s.str()
	case c == '-' || isDigit(c):
		return s.number()
	}
	return s.word("true") || s.word("false") || s.word("null")
}

// members reads an object (end is '}') or a list. each reads one value; of an object it gets the
// name with its quotes, of a list the position.
func (s *scanner) members(end byte, each func(name []byte, i int) bool) bool {
	if s.depth++; s.depth > maxJSONDepth {
		return false
	}
	defer func() { s.depth-- }()
	s.pos++
	s.space()
	if s.peek() == end {
		s.pos++
		return true
	}
	for i := 0; ; i++ {
		var name []byte
		if end == '}' {
			start := s.pos
			if s.peek() != '"' || !s.str() {
				return false
			}
			name = s.text[start:s.pos]
			if s.space(); s.peek() != ':' {
				return false
			}
			s.pos++
			s.space()
		}
		if !each(name, i) {
			return false
		}
		s.space()
		switch s.peek() {
		case end:
			s.pos++
			return true
		case ',':
			s.pos++
			s.space()
		default:
			return false
		}
	}
}

func (s *scanner) word(w string) bool {
	if len(s.text)-s.pos < len(w) || string(s.text[s.pos:s.pos+len(w)]) != w {
		return false
	}
	s.pos += len(w)
	return true
}

func (s *scanner) str() bool {
	for s.pos++; s.pos < len(s.text); s.pos++ {
		switch c := s.text[s.pos]; {
		case c == '"':
			s.pos++
			return true
		case c == '\\':
			if !s.escape() {
				return false
			}
		case c < ' ':
			return false
		}
	}
	return false
}

// escape reads what follows a backslash, up to its last byte.
func (s *scanner) escape() bool {
	s.pos++
	switch s.peek() {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return true
	case 'u':
		for range 4 {
			s.pos++
			if hexDigit(s.peek()) < 0 {
				return false
			}
		}
		return true
	}
	return false
}

func (s *scanner) number() bool {
	if s.peek() == '-' {
		s.pos++
	}
	if s.peek() == '0' {
		s.pos++
	} else if !s.digits() {
		return false
	}
	if s.peek() == '.' {
		s.pos++
		if !s.digits() {
			return false
		}
	}
	if c := s.peek(); c == 'e' || c == 'E' {
		s.pos++
		if c := s.peek(); c == '+' || c == '-' {
			s.pos++
		}
		return s.digits()
	}
	return true
}

func (s *scanner) digits() bool {
	start := s.pos
	for isDigit(s.peek()) {
		s.pos++
	}
	return s.pos > start
}

func hexDigit(c byte) rune {
	switch {
	case isDigit(c):
		return rune(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return rune(c|0x20-'a') + 10
	}
	return -1
}

// unquoteJSON appends the text of a string that a scanner has read. ok is false where it has half a surrogate
// pair, which is no text.
func unquoteJSON(dst, quoted []byte) (text []byte, ok bool) {
	for i := 1; i < len(quoted)-1; i++ {
		c := quoted[i]
		if c != '\\' {
			dst = append(dst, c)
			continue
		}
		i++
		switch c = quoted[i]; c {
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case 'u':
			r := hexRune(quoted[i+1:])
			i += 4
			if utf16.IsSurrogate(r) {
				if i+6 >= len(quoted) || quoted[i+1] != '\\' || quoted[i+2] != 'u' {
					return dst, false
				}
				if r = utf16.DecodeRune(r, hexRune(quoted[i+3:])); r == utf8.RuneError {
					return dst, false
				}
				i += 6
			}
			dst = utf8.AppendRune(dst, r)
			continue
		}
		dst = append(dst, c)
	}
	return dst, true
}

// hexRune is the number that the first four hex digits of text write.
func hexRune(text []byte) (r rune) {
	for _, c := range text[:4] {
		r = r<<4 | hexDigit(c)
	}
	return r
}
