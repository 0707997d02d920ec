package builtin

import (
	"bytes"
	"slices"
	"strconv"
)

// CanonicalJSON appends a form of a JSON text that two texts share exactly if they are the same by
// structure: no white space, names in order of their bytes, every string escaped in one way, every
// number as its digits and exponent. An object that has a name twice keeps both, in their order.
func CanonicalJSON(dst, text []byte) ([]byte, error) {
	s := scanner{text: text}
	s.space()
	dst, ok := s.canonical(dst)
	if s.space(); !ok || s.pos != len(text) {
		return dst, errJSON
	}
	return dst, nil
}

func (s *scanner) canonical(dst []byte) ([]byte, bool) {
	start := s.pos
	switch c := s.peek(); {
	case c == '{':
		return s.canonicalObject(dst)
	case c == '[':
		dst = append(dst, '[')
		ok := s.members(']', func(_ []byte, i int) (ok bool) {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst, ok = s.canonical(dst)
			return ok
		})
		return append(dst, ']'), ok
	case c == '"':
		if !s.str() {
			return dst, false
		}
		return canonicalString(dst, s.text[start:s.pos])
	case c == '-' || isDigit(c):
		if !s.number() {
			return dst, false
		}
		return canonicalNumber(dst, s.text[start:s.pos])
	}
	ok := s.value()
	return append(dst, s.text[start:s.pos]...), ok
}

func (s *scanner) canonicalObject(dst []byte) ([]byte, bool) {
	type member struct{ name, value []byte }
	var list []member
	ok := s.members('}', func(quoted []byte, _ int) bool {
		name, ok := canonicalString(nil, quoted)
		if !ok {
			return false
		}
		value, ok := s.canonical(nil)
		list = append(list, member{name, value})
		return ok
	})
	slices.SortStableFunc(list, func(a, b member) int { return bytes.Compare(a.name, b.name) })
	dst = append(dst, '{')
	for i, m := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(append(append(dst, m.name...), ':'), m.value...)
	}
	return append(dst, '}'), ok
}

// canonicalString escapes what must be escaped and nothing else.
func canonicalString(dst, quoted []byte) ([]byte, bool) {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return append(dst, quoted...), true
	}
	text, ok := unquoteJSON(nil, quoted)
	dst = append(dst, '"')
	for _, c := range text {
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < ' ':
			dst = append(dst, `\u00`...)
			dst = append(dst, "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"'), ok
}

// maxExponent bounds the exponent of a number in JSON, so that the arithmetic here cannot overflow.
const maxExponent = 1 << 40

// canonicalNumber writes digits without zeros at either end, e, and the exponent: 1.50 and 15e-1 are 15e-1.
func canonicalNumber(dst, number []byte) ([]byte, bool) {
	negative := number[0] == '-'
	if negative {
		number = number[1:]
	}
	exponent := int64(0)
	if i := bytes.IndexAny(number, "eE"); i >= 0 {
		e, err := strconv.ParseInt(string(bytes.TrimPrefix(number[i+1:], []byte("+"))), 10, 64)
		if err != nil || e > maxExponent || e < -maxExponent {
			return dst, false
		}
		exponent, number = e, number[:i]
	}
	digits := number
	if i := bytes.IndexByte(number, '.'); i >= 0 {
		exponent -= int64(len(number) - i - 1)
		digits = append(append([]byte(nil), number[:i]...), number[i+1:]...)
	}
	digits = bytes.TrimLeft(digits, "0")
	if len(digits) == 0 {
		return append(dst, '0'), true
	}
	trimmed := bytes.TrimRight(digits, "0")
	exponent += int64(len(digits) - len(trimmed))
	if negative {
		dst = append(dst, '-')
	}
	dst = append(append(dst, trimmed...), 'e')
	return strconv.AppendInt(dst, exponent, 10), true
}
