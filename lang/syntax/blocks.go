package syntax

import (
	"github.com/recon-lang/recon/lang/diag"
)

// body reads the block of statement s, whose head is [i, at), into n, and says where the
// statement ends. bad says that the head could not be read: then a missing block is not worth a
// word.
func (p *parser) body(n node, s *Statement, i, at, hi int, bad bool) int {
	opens := at < hi && p.bracket(at) == '{'
	if s.Body == 0 {
		if !opens {
			return at
		}
		t := p.tok(at)
		if !bad && !p.broken(at, at+1) {
			p.report(&fault{start: t.Start, end: t.End, code: diag.BlockExpected, message: s.Name + " has no block", hint: "write: " + s.Form})
		}
		if end := int(p.partner[at]); end > at && end < hi {
			return end + 1
		}
		return p.skipLine(at, hi)
	}
	if !opens && at+1 < hi && p.kind(at) == Newline && p.bracket(at+1) == '{' {
		t := p.tok(at + 1)
		p.report(&fault{start: t.Start, end: t.End, code: diag.BlockExpected, message: "the { of a block stands on the line of its statement"})
		at, opens = at+1, true
	}
	kind := s.Body
	if rule, ok := n.(*Rule); ok && rule.Over() || bad && s.Name == "rule" && p.saysOver(i, at) {
		kind = OverBlock
	}
	if !opens {
		if !s.BodyOptional {
			end := p.tok(at - 1).End
			if !bad {
				p.report(&fault{start: end, end: end, code: diag.BlockExpected, message: s.Name + " needs a block", hint: "write: " + s.Form})
			}
			*bodyOf(n) = &Block{Place: Place{p.span(end, end)}, Kind: kind}
		}
		p.checkBody(n, nil, p.tok(at-1).End)
		return at
	}
	b, end := p.block(kind, at, hi)
	*bodyOf(n) = b
	p.checkBody(n, b, b.Span.End)
	return end
}

// saysOver reports whether the head of a rule that could not be read has the word over.
func (p *parser) saysOver(i, at int) bool {
	for ; i < at; i++ {
		if p.kind(i) == Name && p.word(i) == "over" {
			return true
		}
	}
	return false
}

func (p *parser) skipLine(i, hi int) int {
	for i < hi && p.kind(i) != Newline {
		i++
	}
	return i
}

// block reads the block that opens at i, and says where it ends.
func (p *parser) block(k BlockKind, i, hi int) (*Block, int) {
	b := &Block{Kind: k}
	last, end := int(p.partner[i]), 0
	p.reportBadTokens([]Token{p.tok(i)}) // a fullwidth brace
	var nodes []node
	if last > i && last < hi {
		b.OneLine = p.skipLine(i, last) == last
		nodes, _ = p.statements(k, i+1, last, noIndent, b.OneLine)
		end = last + 1
		p.reportBadTokens([]Token{p.tok(last)})
	} else { // not closed: its lines are those that are indented more than its first
		limit := 0
		for j := i; j >= 0; j-- {
			if n := p.indent(j); n != noIndent {
				limit = n
				break
			}
		}
		nodes, end = p.statements(k, i+1, hi, limit, false)
		for end > i+1 && p.kind(end-1) == Newline {
			end--
		}
	}
	b.Span = p.span(p.tok(i).Start, p.tok(end-1).End)
	for _, n := range nodes {
		b.Stmts = append(b.Stmts, n.(Stmt))
	}
	if k == GivenBlock || k == ExpectBlock {
		p.checkTable(b)
	}
	return b, end
}

// Body is the block of a declaration or statement, or nil if it has none.
func Body(n Node) *Block {
	if b := bodyOf(n); b != nil {
		return *b
	}
	return nil
}

// bodyOf is the field that holds the block of n, or nil for a node that never has one.
func bodyOf(n Node) **Block {
	switch n := n.(type) {
	case *Source:
		return &n.Body
	case *Action:
		return &n.Body
	case *View:
		return &n.Body
	case *Rule:
		return &n.Body
	case *Template:
		return &n.Body
	case *Test:
		return &n.Body
	case *Section:
		return &n.Body
	case *Group:
		return &n.Body
	case *Handler:
		return &n.Body
	case *Do:
		return &n.Body
	case *Trigger:
		return &n.Body
	case *Run:
		return &n.Body
	case *Given:
		return &n.Body
	case *Expect:
		return &n.Body
	case *BadDecl:
		return &n.Body
	case *BadStmt:
		return &n.Body
	}
	return nil
}

// checkBody sees to it that given and expect have one of the things that may stand for a block. n ends at end.
func (p *parser) checkBody(n node, b *Block, end int) {
	missing := func(message, hint string) {
		p.report(&fault{start: end, end: end, code: diag.BadStatement, message: message, hint: hint})
	}
	twice := func(l *Lit, message string) {
		p.report(&fault{start: l.Span.Start, end: l.Span.End, code: diag.BadStatement, message: message})
	}
	switch n := n.(type) {
	case *Given:
		if n.From == nil && b == nil {
			missing("given needs its rows", "write a block with a table, or: from \"FILE\"")
		} else if n.From != nil && b != nil {
			twice(n.From, "given has its rows from a file or in a block, not both")
		}
	case *Expect:
		if n.Count == nil && b == nil {
			missing("expect needs a number or a table", "write how many keys, or a block with a table of them")
		} else if n.Count != nil && b != nil {
			twice(n.Count, "expect has a number or a table, not both")
		}
	}
}
