package schema

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// SQLParam is one occurrence of a parameter, :name, in the text of a query. Start is the
// byte of the colon, End the byte after the name.
type SQLParam struct {
	Name       string
	Start, End int
}

// ErrAmbiguousSQL says that a text has a backslash before a quote within a literal. Some
// databases (MySQL) take the quote as part of the literal, others as its end, so a scanner that
// is right for one is wrong for the other.
var ErrAmbiguousSQL = errors.New("a backslash before a quote reads differently in different databases: write the quote twice")

// ErrOpenSQL says that a literal, a quoted name or a comment does not end.
var ErrOpenSQL = errors.New("a quote or a comment is not closed")

// SQLParams finds the :name parameters of a query: a colon and a letter or underscore, not
// after another colon (x::date) nor right behind a name, a digit or a bracket (a[lo:hi]), and
// never inside a literal, a quoted name, a dollar quote or a comment. A name has
// letters, digits and underscores. Parameters are listed in the order of the text, each
// time they occur. Where err is not nil the parameters are those of the standard's reading.
func SQLParams(query string) (params []SQLParam, err error) {
	s := sqlScanner{text: query}
	for s.pos < len(query) {
		s.step()
	}
	return s.params, s.err
}

type sqlScanner struct {
	text   string
	pos    int
	params []SQLParam
	err    error
}

func (s *sqlScanner) step() {
	rest := s.text[s.pos:]
	switch c := rest[0]; {
	case c == '\'':
		s.quoted(c, s.escapes())
	case c == '"' || c == '`':
		s.quoted(c, false)
	case strings.HasPrefix(rest, "--"), c == '#' && !operatorAfterHash(rest):
		s.skipLine()
	case strings.HasPrefix(rest, "/*"):
		s.blockComment()
	case c == '$' && !wordBefore(s.text, s.pos):
		s.dollar()
	case c == ':':
		s.colon()
	default:
		s.pos++
	}
}

// escapes reports whether the quote at pos opens an E'…' literal, in which a backslash
// escapes.
func (s *sqlScanner) escapes() bool {
	p := s.pos - 1
	return p >= 0 && (s.text[p] == 'e' || s.text[p] == 'E') && !wordBefore(s.text, p)
}

func (s *sqlScanner) quoted(quote byte, backslash bool) {
	for i := s.pos + 1; i < len(s.text); i++ {
		switch {
		case s.text[i] == '\\' && backslash:
			i++
		case s.text[i] == '\\' && quote != '`':
			run := i
			for i+1 < len(s.text) && s.text[i+1] == '\\' {
				i++
			}
			if (i-run)%2 == 0 && i+1 < len(s.text) && s.text[i+1] == quote {
				s.fail(ErrAmbiguousSQL)
			}
		case s.text[i] == quote && i+1 < len(s.text) && s.text[i+1] == quote:
			i++
		case s.text[i] == quote:
			s.pos = i + 1
			return
		}
	}
	s.fail(ErrOpenSQL)
	s.pos = len(s.text)
}

func (s *sqlScanner) skipLine() {
	if n := strings.IndexByte(s.text[s.pos:], '\n'); n >= 0 {
		s.pos += n + 1
		return
	}
	s.pos = len(s.text)
}

func (s *sqlScanner) blockComment() {
	depth := 0
	for i := s.pos; i+1 < len(s.text); i++ {
		switch s.text[i : i+2] {
		case "/*":
			depth++
			i++
		case "*/":
			depth--
			i++
		}
		if depth == 0 {
			s.pos = i + 1
			return
		}
	}
	s.fail(ErrOpenSQL)
	s.pos = len(s.text)
}

// dollar skips $tag$ … $tag$, or just the dollar where that is no quote ($1).
func (s *sqlScanner) dollar() {
	i := s.pos + 1
	for i < len(s.text) && wordByte(s.text[i]) {
		i++
	}
	if i >= len(s.text) || s.text[i] != '$' || i > s.pos+1 && digit(s.text[s.pos+1]) {
		s.pos++
		return
	}
	tag := s.text[s.pos : i+1]
	end := strings.Index(s.text[i+1:], tag)
	if end < 0 {
		s.fail(ErrOpenSQL)
		s.pos = len(s.text)
		return
	}
	s.pos = i + 1 + end + len(tag)
}

func (s *sqlScanner) colon() {
	start := s.pos
	s.pos++
	if s.pos < len(s.text) && s.text[s.pos] == ':' { // a cast
		for s.pos < len(s.text) && s.text[s.pos] == ':' {
			s.pos++
		}
		return
	}
	if s.pos >= len(s.text) || !wordByte(s.text[s.pos]) || digit(s.text[s.pos]) {
		return
	}
	if wordBefore(s.text, start) || start > 0 && (s.text[start-1] == ']' || s.text[start-1] == ')') {
		return
	}
	end := s.pos
	for end < len(s.text) && wordByte(s.text[end]) {
		end++
	}
	s.params = append(s.params, SQLParam{Name: s.text[s.pos:end], Start: start, End: end})
	s.pos = end
}

func (s *sqlScanner) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

// operatorAfterHash tells PostgreSQL's operators #>, #>>, #- and #= from a MySQL comment.
func operatorAfterHash(rest string) bool {
	if len(rest) < 2 {
		return false
	}
	return rest[1] == '>' || rest[1] == '=' || rest[1] == '-' && !strings.HasPrefix(rest[2:], "-")
}

func wordBefore(text string, pos int) bool { return pos > 0 && wordByte(text[pos-1]) }

func wordByte(c byte) bool {
	return c == '_' || digit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= utf8.RuneSelf
}

func digit(c byte) bool { return c >= '0' && c <= '9' }
