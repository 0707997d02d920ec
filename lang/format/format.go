// Package format turns the tree of a rule file into its canonical text. It knows how a page is
// laid out and nothing of what the words mean. Its API may change on any day.
//
// What a reader decides stays: on which lines a long statement is broken, whether a short block
// stands on one line, and single blank lines between statements. All else has one form: two
// blanks a level, one blank around operators, aligned = and columns, padded tables, one blank
// line around declarations that have a block.
package format

import (
	"bytes"

	"github.com/recon-lang/recon/lang/syntax"
)

// File is the canonical text of f. It holds every comment, and formatting it again gives the same
// text. The text of a file with syntax errors is given back as it is. Line ends are "\r\n" if
// the first one of f is, else "\n".
func File(f *syntax.File) []byte {
	text := f.Span.File.Text
	if f.Faulty {
		return bytes.Clone(text)
	}
	p := &printer{text: text, tokens: f.Tokens, eol: "\n", exprs: map[int]bool{}, pads: map[int]int{}}
	p.out.Grow(len(text) + len(text)/8)
	if i := bytes.IndexByte(text, '\n'); i > 0 && text[i-1] == '\r' {
		p.eol = "\r\n"
	}
	syntax.Walk(f, func(n syntax.Node) bool {
		if e, ok := n.(*syntax.Expr); ok {
			p.exprs[e.Span.Start] = true
		}
		return true
	})
	p.file(f)
	return p.out.Bytes()
}

// printer writes one file. It prints the tokens of the text, so that none is lost, and asks the
// tree only where they belong.
type printer struct {
	text    []byte
	tokens  []syntax.Token
	next    int // the first token that is not printed yet
	out     bytes.Buffer
	eol     string
	indent  int          // levels of the line that is being written
	exprs   map[int]bool // where expressions start
	pads    map[int]int  // how many blanks stand before the token that starts there, if not the usual
	columns []int        // widths of the columns of the table that is being written
}

const blanks = "                                "

func (p *printer) spaces(n int) {
	for ; n > len(blanks); n -= len(blanks) {
		p.out.WriteString(blanks)
	}
	p.out.WriteString(blanks[:max(n, 0)])
}

func (p *printer) newline() { p.out.WriteString(p.eol) }

// startLine starts a line at a level.
func (p *printer) startLine(level int) {
	p.indent = level
	p.spaces(2 * level)
}

func (p *printer) token(t syntax.Token) []byte { return p.text[t.Start:t.End] }

// skipTo moves past the tokens before offset without printing them.
func (p *printer) skipTo(offset int) {
	for p.next < len(p.tokens) && p.tokens[p.next].Start < offset {
		p.next++
	}
}

// file writes all declarations.
func (p *printer) file(f *syntax.File) {
	p.alignDecls(f.Decls)
	for i, d := range f.Decls {
		var before syntax.Node
		if i > 0 {
			before = f.Decls[i-1]
		}
		g := p.gap(d.At().Start, before == nil)
		if before != nil {
			p.trailing(g)
			p.newline()
			if wantsBlank(before, d) && !g.anyBlank() {
				g.blank0()
			}
		} else {
			g.dropFirstBlank()
		}
		p.comments(g, 0)
		p.startLine(0)
		p.statement(d, 0)
	}
	g := p.gap(len(p.text), len(f.Decls) == 0)
	if len(f.Decls) > 0 {
		p.trailing(g)
		p.newline()
	} else {
		g.dropFirstBlank()
	}
	g.blank = false
	p.comments(g, 0)
}

// wantsBlank reports whether a blank line must stand between two declarations.
func wantsBlank(a, b syntax.Node) bool {
	if _, ok := a.(*syntax.Edition); ok {
		return true
	}
	return syntax.Body(a) != nil || syntax.Body(b) != nil
}

// statement writes a declaration or statement at a level. Its line has been started.
func (p *printer) statement(n syntax.Node, level int) {
	if row, ok := n.(*syntax.Row); ok {
		p.row(row)
		return
	}
	body := syntax.Body(n)
	end := n.At().End
	if body != nil {
		end = body.Span.Start
	}
	p.head(n.At().Start, end, level)
	if body != nil {
		p.out.WriteByte(' ')
		p.block(body, level)
	}
	p.skipTo(n.At().End)
}

// block writes a block whose statement stands at a level.
func (p *printer) block(b *syntax.Block, level int) {
	p.skipTo(b.Span.Start + 1)
	if b.OneLine {
		p.oneLine(b, level)
		return
	}
	p.align(b, level+1)
	p.out.WriteByte('{')
	end := b.Span.End - 1
	for i, s := range b.Stmts {
		g := p.gap(s.At().Start, false)
		p.trailing(g)
		p.newline()
		if i == 0 {
			g.dropFirstBlank()
		}
		p.comments(g, level+1)
		p.startLine(level + 1)
		p.statement(s, level+1)
	}
	g := p.gap(end, false)
	if len(b.Stmts) == 0 && g.empty() {
		p.out.WriteByte('}')
		return
	}
	if len(b.Stmts) == 0 {
		p.trailing(g)
		p.newline()
		g.dropFirstBlank()
	} else {
		p.trailing(g)
		p.newline()
	}
	g.blank = false
	p.comments(g, level+1)
	p.startLine(level)
	p.out.WriteByte('}')
}

// oneLine writes a block on the line of its statement.
func (p *printer) oneLine(b *syntax.Block, level int) {
	if len(b.Stmts) == 0 {
		p.out.WriteString("{}")
		return
	}
	p.out.WriteString("{ ")
	for i, s := range b.Stmts {
		if i > 0 {
			p.out.WriteString(", ")
		}
		p.skipTo(s.At().Start)
		p.statement(s, level)
	}
	p.out.WriteString(" }")
}
