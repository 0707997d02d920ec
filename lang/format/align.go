package format

import (
	"bytes"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
)

// align notes the blanks that align the statements of b, which stand at a level.
func (p *printer) align(b *syntax.Block, level int) {
	switch b.Kind {
	case syntax.ColumnsBlock, syntax.GroupBlock:
		p.alignColumns(b)
	case syntax.GivenBlock, syntax.ExpectBlock:
		// Rows are padded as they are written; this notes how wide their cells are.
		p.measureTable(b)
	default:
		var run []equals
		at := p.next
		for i, s := range b.Stmts {
			a, ok := s.(*syntax.Attribute)
			if !ok || i > 0 && p.blankBetween(&at, b.Stmts[i-1].At().End, s.At().Start) {
				p.alignRun(run)
				run = run[:0]
			}
			if ok {
				run = append(run, p.equalsAfter(a.Name.Span.Start, a.Name.Span.End))
			}
		}
		p.alignRun(run)
	}
}

// alignDecls notes the blanks that align the = of declarations of one kind on adjacent lines.
func (p *printer) alignDecls(decls []syntax.Decl) {
	var run []equals
	var kind string
	at := 0
	for i, d := range decls {
		k, e, ok := p.declEquals(d)
		if k != kind || i > 0 && p.blankBetween(&at, decls[i-1].At().End, d.At().Start) {
			p.alignRun(run)
			run, kind = run[:0], k
		}
		if ok {
			run = append(run, e)
		}
	}
	p.alignRun(run)
}

// declEquals finds the = of a declaration without a block, and says which kind it is.
func (p *printer) declEquals(d syntax.Decl) (kind string, e equals, ok bool) {
	switch d := d.(type) {
	case *syntax.Secret:
		return "secret", p.equalsAfter(d.Span.Start, d.Name.Span.End), true
	case *syntax.Let:
		return "let", p.equalsAfter(d.Span.Start, d.Name.Span.End), true
	case *syntax.Param:
		if d.ParamDef.Default == nil {
			return "param", equals{}, false
		}
		return "param", p.equalsAfter(d.Span.Start, d.ParamDef.Type.Span.End), true
	}
	return "", equals{}, false
}

// equals is a = to be aligned: where it stands, and the width of what stands before it on its
// line. One that does not stand on the first line of its statement has offset -1.
type equals struct{ offset, width int }

// equalsAfter is the = behind the tokens in [start, end).
func (p *printer) equalsAfter(start, end int) equals {
	width, ok := p.width(start, end)
	i := p.tokenAt(end)
	for i < len(p.tokens) && p.tokens[i].Kind == syntax.Space {
		i++
	}
	if !ok || i == len(p.tokens) || p.tokens[i].Kind != syntax.Op {
		return equals{offset: -1}
	}
	return equals{p.tokens[i].Start, width}
}

// alignRun notes the blanks before each = of run.
func (p *printer) alignRun(run []equals) {
	widest := 0
	for _, e := range run {
		if e.offset >= 0 {
			widest = max(widest, e.width)
		}
	}
	for _, e := range run {
		if e.offset >= 0 && e.width < widest {
			p.pads[e.offset] = widest - e.width + 1
		}
	}
}

// alignColumns notes the blanks behind the names of columns, and before their =.
func (p *printer) alignColumns(b *syntax.Block) {
	names := 0
	for _, s := range b.Stmts {
		if c, ok := s.(*syntax.Column); ok {
			names = max(names, diag.Width(c.Name.Name))
		}
	}
	var run []equals
	for _, s := range b.Stmts {
		c, ok := s.(*syntax.Column)
		if !ok {
			continue
		}
		p.pads[c.Type.Span.Start] = names - diag.Width(c.Name.Name) + 2
		if c.Value == nil {
			continue
		}
		end := c.Type.Span.End
		if c.Unit != nil {
			end = c.Unit.Span.End
		}
		run = append(run, p.equalsAfter(c.Type.Span.Start, end))
	}
	p.alignRun(run)
}

// width is how wide the tokens in [start, end) are when they are written on one line. ok is false
// if the author broke the line between them.
func (p *printer) width(start, end int) (width int, ok bool) {
	sub := printer{text: p.text, tokens: p.tokens, eol: "\n", exprs: p.exprs, pads: p.pads}
	sub.next = p.tokenAt(start)
	sub.head(start, end, 0)
	return diag.Width(sub.out.String()), bytes.IndexByte(sub.out.Bytes(), '\n') < 0
}

// tokenAt is the index of the token that starts at offset, or of the first one behind it.
func (p *printer) tokenAt(offset int) int {
	lo, hi := 0, len(p.tokens)
	for lo < hi {
		if mid := (lo + hi) / 2; p.tokens[mid].Start < offset {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// blankBetween reports whether a blank line stands in [from, to). It starts to look at token *at
// and leaves it at to.
func (p *printer) blankBetween(at *int, from, to int) bool {
	lines, blank := 0, false
	*at = p.tokenAt(from)
	for ; *at < len(p.tokens) && p.tokens[*at].Start < to; *at++ {
		switch p.tokens[*at].Kind {
		case syntax.Newline:
			lines++
			blank = blank || lines > 1
		case syntax.Remark:
			lines = 0
		}
	}
	return blank
}
