package format

import (
	"bytes"
	"strings"

	"github.com/recon-lang/recon/lang/syntax"
)

// bracket is an open bracket of a head.
type bracket struct {
	level   int // of the lines within it
	ternary int // ? that wait for their :
}

// head writes the tokens in [start, end), a statement without its block, with the usual blanks
// between them. Lines are broken where the author broke them.
func (p *printer) head(start, end, level int) {
	p.skipTo(start)
	open := []bracket{{level: level + 1}}
	var prev *syntax.Token // the last token that was written
	unary := false         // prev is a sign
	broken := false        // the line has been ended
	for ; p.next < len(p.tokens) && p.tokens[p.next].Start < end; p.next++ {
		t := &p.tokens[p.next]
		switch t.Kind {
		case syntax.Space:
			continue
		case syntax.Newline:
			broken = broken || prev != nil && p.moreBefore(end)
			continue
		case syntax.Remark:
			if broken {
				p.newline()
				p.startLine(open[len(open)-1].level)
			} else {
				p.out.WriteString("  ")
			}
			p.out.Write(bytes.TrimRight(p.token(*t), " \t\r"))
			broken = true
			continue
		}
		text := p.token(*t)
		sign := false
		top := &open[len(open)-1]
		if broken {
			p.newline()
			at := top.level
			if isClosing(t, text) && len(open) > 1 {
				at--
			}
			p.startLine(at)
		}
		if t.Kind == syntax.Op {
			sign = text[0] == '-' && p.startsValue(prev, t)
		}
		if !broken && prev != nil {
			p.spaces(p.between(prev, t, unary, top.ternary > 0))
		}
		broken = false
		p.write(*t)
		if t.Kind == syntax.Op {
			switch text[0] {
			case '(', '[', '{':
				open = append(open, bracket{level: p.indent + 1})
			case ')', ']', '}':
				if len(open) > 1 {
					open = open[:len(open)-1]
				}
			case '?':
				top.ternary++
			case ':':
				top.ternary = max(top.ternary-1, 0)
			}
		}
		prev, unary = t, sign
	}
}

// moreBefore reports whether a token that means something, or a comment, stands before end.
func (p *printer) moreBefore(end int) bool {
	for i := p.next; i < len(p.tokens) && p.tokens[i].Start < end; i++ {
		if k := p.tokens[i].Kind; k != syntax.Space && k != syntax.Newline {
			return true
		}
	}
	return false
}

func isClosing(t *syntax.Token, text []byte) bool {
	return t.Kind == syntax.Op && (text[0] == ')' || text[0] == ']' || text[0] == '}')
}

// startsValue reports whether t, after prev, stands where a value starts.
func (p *printer) startsValue(prev, t *syntax.Token) bool {
	return prev == nil || p.exprs[t.Start] || !p.endsValue(prev)
}

// endsValue reports whether a value can end with t.
func (p *printer) endsValue(t *syntax.Token) bool {
	text := p.token(*t)
	switch t.Kind {
	case syntax.Op:
		return isClosing(t, text)
	case syntax.Name:
		switch string(text) {
		case "and", "or", "not", "in":
			return false
		}
	}
	return true
}

// between is how many blanks stand between two tokens of a line. unary says that prev is a sign,
// ternary that a ? waits for its :.
func (p *printer) between(prev, t *syntax.Token, unary, ternary bool) int {
	if n, ok := p.pads[t.Start]; ok {
		return n
	}
	before, text := p.token(*prev), p.token(*t)
	if prev.Kind == syntax.Op {
		switch before[0] {
		case '(', '[', '{', '.':
			return 0
		case '-':
			if unary && (t.Kind != syntax.Op || text[0] != '-') {
				return 0
			}
		}
	}
	if t.Kind != syntax.Op {
		return 1
	}
	switch text[0] {
	case ')', ']', '}', ',', '.':
		return 0
	case ':':
		if !ternary {
			return 0
		}
	case '(':
		if prev.Kind == syntax.Name && p.endsValue(prev) && !p.exprs[t.Start] {
			return 0
		}
	}
	return 1
}

// write writes a token. The lines of a text are indented one level more than the line on which it
// starts.
func (p *printer) write(t syntax.Token) {
	text := p.token(t)
	if t.Kind != syntax.Text || bytes.IndexByte(text, '\n') < 0 {
		p.out.Write(text)
		return
	}
	lines := strings.Split(string(text[3:len(text)-3]), "\n")[1:]
	last := lines[len(lines)-1]
	old := last[:len(last)-len(strings.TrimLeft(last, " \t"))]
	prefix := strings.Repeat("  ", p.indent+1)
	p.out.WriteString(`"""`)
	for i, line := range lines {
		p.newline()
		line = strings.TrimRight(line, "\r")
		rest, ok := strings.CutPrefix(line, old)
		if !ok {
			rest = strings.TrimLeft(line, " \t") // a blank line
		}
		if rest != "" || i == len(lines)-1 {
			p.out.WriteString(prefix)
			p.out.WriteString(rest)
		}
	}
	p.out.WriteString(`"""`)
}
