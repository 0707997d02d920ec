package syntax

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// scan cuts text into tokens. It is total: the tokens, joined, are text, and what can be no
// token is Bad. The last one is not followed by an EOF. A text of more than maxTokens is not cut
// to its end: it has one more, Bad, which is the rest, and whole is false.
func scan(text []byte) (tokens []Token, whole bool) {
	s := scanner{text: text, end: len(text), tokens: make([]Token, 0, min(len(text)/3+8, maxTokens+1))}
	if bytes.HasPrefix(text, []byte("\uFEFF")) {
		s.pos = len("\uFEFF")
		s.emit(Space, 0)
	}
	s.run()
	whole = s.pos == s.end
	if !whole {
		start := s.pos
		s.pos = s.end
		s.emit(Bad, start)
	}
	return s.tokens, whole
}

// Inner are the tokens of the bytes [start, end) of a text, which stand in the ${} of a string. It need not be closed.
func Inner(text []byte, start, end int) []Token { return scanPart(text, start, end) }

// scanPart cuts the bytes [start, end) of text, which stand within a string.
func scanPart(text []byte, start, end int) []Token {
	s := scanner{text: text, pos: start, end: end, inString: true}
	s.run()
	return s.tokens
}

type scanner struct {
	text     []byte
	pos, end int
	tokens   []Token
	inString bool
	// operand says that the last token that means something ends a value; rows that a line which
	// starts with a bar is a table row: the last such token was a row or the { of a block.
	operand, rows bool
	parens        int // ( and [ that are open

	within     int // what is cut later: the cells of rows, and what stands in the ${} of strings
	line       int // where lineEnd found the end of the line last
	noBrace    int // up to here there is no }, and
	noBacktick int // no backtick
}

func (s *scanner) emit(kind Kind, start int) {
	s.tokens = append(s.tokens, Token{Kind: kind, Start: start, End: s.pos})
}

// value emits a token that ends a value.
func (s *scanner) value(kind Kind, start int) {
	s.emit(kind, start)
	s.operand, s.rows = true, false
}

// at is the byte i places ahead, or 0 at the end.
func (s *scanner) at(i int) byte {
	if s.pos+i < s.end {
		return s.text[s.pos+i]
	}
	return 0
}

func (s *scanner) run() {
	lineStart := !s.inString
	for s.pos < s.end && len(s.tokens)+s.within < maxTokens {
		start := s.pos
		switch c := s.text[s.pos]; {
		case c == ' ' || c == '\t':
			for c := s.at(0); c == ' ' || c == '\t'; c = s.at(0) {
				s.pos++
			}
			s.emit(Space, start)
			continue
		case c == '\n' || c == '\r' && s.at(1) == '\n':
			s.pos++
			if c == '\r' {
				s.pos++
			}
			s.emit(Newline, start)
			lineStart = true
			continue
		case c == '#':
			s.pos = s.lineEnd()
			s.emit(Remark, start)
		case c == '|' && lineStart && s.row():
		case nameStart[c]:
			s.name()
		case '0' <= c && c <= '9':
			s.number()
		case c == '"' || c == '\'':
			s.string()
		case c >= utf8.RuneSelf:
			s.wide()
		default:
			s.op()
		}
		lineStart = false
	}
}

// lineEnd is where the current line ends, without its "\n" or "\r\n". Each line is searched once, for one
// of 4 MiB may ask at every token.
func (s *scanner) lineEnd() int {
	if s.pos < s.line {
		return s.line
	}
	end := s.end
	if i := bytes.IndexByte(s.text[s.pos:s.end], '\n'); i >= 0 {
		end = s.pos + i
	}
	if end > s.pos && end < s.end && s.text[end-1] == '\r' {
		end--
	}
	s.line = end
	return end
}

// closing is the index after the next c on this line; ok is false if there is none. Up to none, which it
// moves, there is known to be none.
func (s *scanner) closing(c byte, none *int) (end int, ok bool) {
	line := s.lineEnd()
	if s.pos < *none {
		return 0, false
	}
	i := bytes.IndexByte(s.text[s.pos:max(line, s.pos)], c)
	if i < 0 {
		*none = line
		return 0, false
	}
	return s.pos + i + 1, true
}

// nameStart and namePart say which ASCII characters start a name and which continue it.
var nameStart, namePart = nameTables()

func nameTables() (start, part [256]bool) {
	for c := range utf8.RuneSelf {
		start[c] = c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_'
		part[c] = start[c] || '0' <= c && c <= '9'
	}
	return start, part
}

// skipName moves past letters, digits and _.
func (s *scanner) skipName() {
	for s.pos < s.end {
		if c := s.text[s.pos]; c < utf8.RuneSelf {
			if !namePart[c] {
				return
			}
			s.pos++
			continue
		}
		r, size := utf8.DecodeRune(s.text[s.pos:s.end])
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return
		}
		s.pos += size
	}
}

// IsName reports whether text can be a name.
func IsName(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	s := &scanner{text: []byte(text), end: len(text)}
	s.skipName()
	return (r == '_' || unicode.IsLetter(r)) && s.pos == len(text)
}

func (s *scanner) name() {
	start := s.pos
	s.skipName()
	s.emit(Name, start)
	s.operand, s.rows = !isOperatorWord(string(s.text[start:s.pos])), false
}

// wide takes a token that starts with a character that is not ASCII.
func (s *scanner) wide() {
	r, size := utf8.DecodeRune(s.text[s.pos:s.end])
	if unicode.IsLetter(r) {
		s.name()
		return
	}
	start := s.pos
	s.pos += size
	if r == utf8.RuneError && size == 1 { // not UTF-8: one token for all such bytes
		for s.pos < s.end {
			if r, size := utf8.DecodeRune(s.text[s.pos:s.end]); r != utf8.RuneError || size != 1 {
				break
			}
			s.pos++
		}
	}
	s.value(Bad, start)
}

// doubled are the operators of two characters, those of other languages included: it takes a
// whole token to say what to write instead.
var doubled = [...]string{"==", "!=", "<=", ">=", "&&", "||", "**", "??", "?.", "..", "//", "<>", ":=", "=>", "->", "/*", "*/"}

func (s *scanner) op() {
	start := s.pos
	c := s.text[s.pos]
	s.pos++
	s.rows = false
	switch c {
	case '.':
		if d := s.at(0); '0' <= d && d <= '9' { // .5
			s.skipNumber()
			s.value(Bad, start)
			return
		}
	case '`':
		if end, ok := s.closing('`', &s.noBacktick); ok {
			s.pos = end
		}
		s.value(Bad, start)
		return
	case '(', '[':
		s.parens++
		s.emit(Op, start)
		s.operand = false
		return
	case ')', ']', '}':
		if c != '}' && s.parens > 0 {
			s.parens--
		}
		s.value(Op, start)
		return
	case '{':
		s.emit(Op, start)
		s.operand, s.rows = false, s.operand
		return
	case '$': // ${x} outside of a string, in one piece
		if s.at(0) == '{' {
			if end, ok := s.closing('}', &s.noBrace); ok {
				s.pos = end
			}
		}
		s.value(Bad, start)
		return
	case ';', '@', '~', '\\', 0:
		s.value(Bad, start)
		return
	}
	if c < ' ' || c == 0x7f {
		s.value(Bad, start)
		return
	}
	for _, d := range doubled {
		if c == d[0] && s.at(0) == d[1] {
			s.pos++
			break
		}
	}
	s.emit(Op, start)
	s.operand = false
}

// row takes a table row: a line that starts with a bar where rows can stand. It ends at the last
// bar of the line that is neither escaped nor in a quoted cell; without one, with the line.
func (s *scanner) row() bool {
	end := s.lineEnd()
	line := s.text[s.pos:end]
	last, cells := lastBar(line)
	closed := last > 0 && rowEnd(line[last+1:])
	if !s.rows && (!closed || s.parens > 0) {
		return false
	}
	s.within += cells
	start := s.pos
	if closed {
		s.pos += last + 1
	} else {
		s.pos += len(bytes.TrimRight(line, " \t"))
	}
	s.emit(TableRow, start)
	s.operand, s.rows = false, true
	return true
}

// rowEnd reports whether rest can follow the last bar of a row: blanks and a comment.
func rowEnd(rest []byte) bool {
	trimmed := bytes.TrimLeft(rest, " \t")
	return len(trimmed) == 0 || trimmed[0] == '#' && len(trimmed) < len(rest)
}

// lastBar is the index of the last bar in line that ends a cell; 0 if there is only the first. It counts the
// cells.
func lastBar(line []byte) (last, cells int) {
	for i := 1; i < len(line); cells++ {
		bar, _ := cellEnd(line, i)
		if bar < 0 {
			break
		}
		last, i = bar, bar+1
	}
	return last, cells
}

// cellEnd is the index of the bar that ends the cell starting at i of line, or -1. It says also
// whether the cell is a string.
func cellEnd(line []byte, i int) (bar int, quoted bool) {
	for i < len(line) && (line[i] == ' ' || line[i] == '\t') {
		i++
	}
	if i < len(line) && (line[i] == '"' || line[i] == '\'') {
		if end := plainStringEnd(line, i); end >= 0 {
			rest := end
			for rest < len(line) && (line[rest] == ' ' || line[rest] == '\t') {
				rest++
			}
			if rest < len(line) && line[rest] == '|' {
				return rest, true
			}
		}
	}
	for ; i < len(line); i++ {
		switch {
		case line[i] == '\\' && i+1 < len(line) && line[i+1] == '|':
			i++
		case line[i] == '|':
			return i, false
		}
	}
	return -1, false
}

// plainStringEnd is the index after the string that starts at i of line, read without ${}, or -1
// if it is not closed.
func plainStringEnd(line []byte, i int) int {
	quote := line[i]
	for i++; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case quote:
			return i + 1
		}
	}
	return -1
}

func isOperatorWord(word string) bool {
	return word == "and" || word == "or" || word == "not" || word == "in"
}
