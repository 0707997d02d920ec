package syntax

import "github.com/recon-lang/recon/lang/diag"

// chunk is a piece of sig: [lo, hi). One that is deep has brackets nested deeper than anybody
// may look into; that has been reported.
type chunk struct {
	lo, hi int
	deep   bool
}

// matchBrackets finds the partner of each bracket. In a file whose brackets balance it gives one
// chunk. Otherwise it cuts the file before each line that starts a declaration in column 1, so
// that a bracket without partner spoils only the declaration in which it stands.
func (p *parser) matchBrackets() []chunk {
	p.partner = make([]int32, len(p.sig))
	m := matcher{p: p}
	if m.match(0, len(p.sig)) {
		return []chunk{{lo: 0, hi: len(p.sig)}}
	}
	p.unclosed = true
	chunks := p.pieces()
	for i, c := range chunks {
		if !m.match(c.lo, c.hi) {
			chunks[i] = m.recover(c.lo, c.hi)
		}
	}
	return chunks
}

// pieces cuts the file before each line that starts a declaration in column 1.
func (p *parser) pieces() []chunk {
	var chunks []chunk
	lo := 0
	for i := 1; i <= len(p.sig); i++ {
		if i == len(p.sig) || p.startsDeclaration(i) {
			chunks = append(chunks, chunk{lo: lo, hi: i})
			lo = i
		}
	}
	return chunks
}

// startsDeclaration reports whether token i stands in column 1 and looks like the start of a
// declaration.
func (p *parser) startsDeclaration(i int) bool {
	if p.kind(i) != Name || p.indent(i) != 0 || declaration(p.word(i)) == nil || i+1 >= len(p.sig) {
		return false
	}
	switch p.kind(i + 1) {
	case Name, String, Number:
		return true
	}
	return false
}

// noIndent is the indent of a token that is not the first on its line.
const noIndent = -1

// indent is how many bytes of blanks stand before token i if it is the first on its line.
func (p *parser) indent(i int) int {
	at := int(p.sig[i])
	width := 0
	if at > 0 && p.tokens[at-1].Kind == Space {
		at--
		width = p.tokens[at].End - p.tokens[at].Start
		if p.text[p.tokens[at].Start] == '\xef' { // a byte order mark
			width = 0
		}
	}
	if at > 0 && p.tokens[at-1].Kind != Newline {
		return noIndent
	}
	return width
}

// matcher keeps a stack of open brackets.
type matcher struct {
	p    *parser
	open []opened
}

// opened is an open bracket: its place in sig, and the indent of its line.
type opened struct{ at, indent int }

// match matches the brackets of a piece and reports whether they balance and are nested no
// deeper than they may. It stops where they do not.
func (m *matcher) match(lo, hi int) bool {
	m.open = m.open[:0]
	for i := lo; i < hi; i++ {
		switch m.p.bracket(i) {
		case '(', '[', '{':
			m.push(opened{at: i})
			if len(m.open) > maxNesting {
				return false
			}
		case ')', ']', '}':
			if n := len(m.open); n == 0 || !m.p.pairs(m.open[n-1].at, i) {
				return false
			}
			m.pop(i)
		}
	}
	return len(m.open) == 0
}

func (m *matcher) push(o opened) {
	m.p.partner[o.at] = -1
	m.open = append(m.open, o)
}

// pop makes partners of the last open bracket and i.
func (m *matcher) pop(i int) {
	n := len(m.open) - 1
	o := m.open[n].at
	m.open = m.open[:n]
	m.p.partner[o], m.p.partner[i] = int32(i), int32(o)
}

// recover matches the brackets of a piece that may not balance. A } closes the last open {, or,
// if it is the first on its line, the last one whose line has the same indent; what was opened
// within has no partner.
func (m *matcher) recover(lo, hi int) chunk {
	m.open = m.open[:0]
	indent := 0
	for i := lo; i < hi; i++ {
		if n := m.p.indent(i); n != noIndent {
			indent = n
		}
		switch b := m.p.bracket(i); b {
		case '(', '[', '{':
			m.push(opened{i, indent})
			if len(m.open) > maxNesting {
				t := m.p.tok(i)
				m.p.report(&fault{start: t.Start, end: t.End, code: diag.NestedTooDeep, message: "brackets are nested deeper than 64",
					hint: "name a part of it with let"})
				return chunk{lo, hi, true}
			}
		case ')', ']', '}':
			m.p.partner[i] = -1
			n := m.within(i)
			if b == '}' {
				n = m.braceFor(i)
			}
			if n < 0 {
				m.unmatched(i, "closes nothing")
				continue
			}
			m.abandon(n + 1)
			m.pop(i)
		}
	}
	m.abandon(0)
	return chunk{lo, hi, false}
}

// within is the place in open of the last bracket that i closes, above the last {; or -1.
func (m *matcher) within(i int) int {
	for n := len(m.open) - 1; n >= 0 && m.p.bracket(m.open[n].at) != '{'; n-- {
		if m.p.pairs(m.open[n].at, i) {
			return n
		}
	}
	return -1
}

// braceFor is the place in open of the { that the } at i closes, or -1.
func (m *matcher) braceFor(i int) int {
	last, indent := -1, m.p.indent(i)
	for n := len(m.open) - 1; n >= 0; n-- {
		if m.p.bracket(m.open[n].at) != '{' {
			continue
		}
		if last < 0 {
			last = n
		}
		if indent == noIndent || m.open[n].indent == indent {
			return n
		}
	}
	return last
}

// abandon reports all open brackets from place n on.
func (m *matcher) abandon(n int) {
	for _, o := range m.open[n:] {
		m.unmatched(o.at, "is not closed")
	}
	m.open = m.open[:n]
}

func (m *matcher) unmatched(i int, what string) {
	t := m.p.tok(i)
	m.p.report(&fault{start: t.Start, end: t.End, code: diag.Unbalanced, message: "this " + m.p.word(i) + " " + what})
}

// bracket is the bracket at i, or 0. A fullwidth one counts: it will be reported for what it is,
// and not a second time because its partner has none.
func (p *parser) bracket(i int) byte {
	t := p.tok(i)
	switch t.Kind {
	case Op:
		switch c := p.text[t.Start]; c {
		case '(', ')', '[', ']', '{', '}':
			return c
		}
	case Bad:
		switch p.text[t.Start:t.End] {
		case "（":
			return '('
		case "）":
			return ')'
		case "［":
			return '['
		case "］":
			return ']'
		case "｛":
			return '{'
		case "｝":
			return '}'
		}
	}
	return 0
}

// pairs reports whether the brackets at open and end belong together.
func (p *parser) pairs(open, end int) bool {
	switch p.bracket(open) {
	case '(':
		return p.bracket(end) == ')'
	case '[':
		return p.bracket(end) == ']'
	}
	return p.bracket(end) == '}'
}
