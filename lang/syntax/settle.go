package syntax

import (
	"fmt"
	"slices"

	"github.com/recon-lang/recon/lang/diag"
)

// settle completes the nodes of a head that participle has read: files and spans, the values of
// strings, the shape of expressions. The spans of declarations and statements are not its work.
func (p *parser) settle(n node) {
	for _, child := range children(n) {
		p.settleNode(child)
	}
}

func (p *parser) settleNode(n Node) {
	below := children(n)
	for _, child := range below {
		p.settleNode(child)
	}
	place := n.place()
	place.Span.File = p.file
	switch n := n.(type) {
	case *ParamDef, *Side, *Named, *Equation, *Tolerance, *Attribute:
		place.Span = p.span(below[0].At().Start, below[len(below)-1].At().End)
	case *Lit:
		p.settleLit(n)
	case *Expr:
		n.Text, n.source = p.text[n.Span.Start:n.Span.End], p.text
		p.checkExpr(n, false)
	}
}

// settleLit decodes a string or text in which nothing is interpolated.
func (p *parser) settleLit(l *Lit) {
	switch l.Kind {
	case Text:
		l.Value = p.decodeText(l.Span.Start, l.Span.End)
	case String:
		pieces := splitString([]byte(p.text), l.Span.Start, l.Span.End)
		l.Value = ""
		for _, piece := range pieces {
			if piece.expr {
				p.report(&fault{start: piece.start - 2, end: piece.end + 1, code: diag.BadInterpolation, message: "nothing is interpolated here",
					hint: `write \$ for a dollar sign before a brace`})
			} else {
				l.Value += p.unescape(piece.start, piece.end)
			}
		}
	}
}

// checkHead reports what the grammar of a head lets pass.
func (p *parser) checkHead(n node) {
	switch n := n.(type) {
	case *Edition:
		p.wantLit(n.Number, "a number", Number)
	case *Import:
		p.wantLit(n.Path, "a path in quotation marks", String)
	case *Test:
		p.wantLit(n.Title, "a title in quotation marks", String)
	case *Column:
		p.wantLit(n.Unit, "a unit in quotation marks or the name of a column", String, Name)
	case *Run:
		p.wantLit(n.Instant, "a date or time", Date, Datetime)
	case *Given:
		p.wantLit(n.After, "a duration", Quantity)
		p.wantLit(n.From, "a path in quotation marks", String)
	case *Key:
		p.wantEquation(n.Equation, true)
	case *Total:
		p.wantEquation(n.Equation, true)
	case *Compare:
		p.wantEquation(n.Equation, false)
	case *Handler:
		p.wantOutcome(n.Outcome, Outcomes)
	case *Expect:
		p.wantOutcome(n.Outcome, append([]string{"matched", "pending"}, Outcomes...))
		p.wantLit(n.Count, "a number", Number)
	}
}

func (p *parser) wantLit(l *Lit, what string, kinds ...Kind) {
	if l != nil && !slices.Contains(kinds, l.Kind) {
		p.report(&fault{start: l.Span.Start, end: l.Span.End, code: diag.BadStatement,
			message: fmt.Sprintf("expected %s, found %s", what, quoted(l.Span.Text()))})
	}
}

// wantEquation reports a == that was meant to be the = between two sides. A key is never a
// condition; a comparison may be, but then it is one term, in which names have no side.
func (p *parser) wantEquation(e *Equation, key bool) {
	term := e.Terms[0]
	if len(e.Terms) > 1 || term.Bad {
		return
	}
	depth := 0
	var found *Token
	dotted := false
	for i := range term.Tokens {
		t := &term.Tokens[i]
		if t.Kind != Op {
			continue
		}
		switch term.TokenText(*t) {
		case "(", "[", "{":
			depth++
		case ")", "]", "}":
			depth--
		case ".":
			dotted = true
		case "==":
			if depth == 0 {
				found = t
			}
		}
	}
	if found != nil && (key || dotted) {
		instead := "="
		p.report(&fault{start: found.Start, end: found.End, code: diag.BadStatement, message: "the sides of an equation are set apart by one `=`",
			hint: "write: =", fix: &instead})
		term.Bad = true
	}
}

func (p *parser) wantOutcome(name *Ident, outcomes []string) {
	if slices.Contains(outcomes, name.Name) {
		return
	}
	f := &fault{start: name.Span.Start, end: name.Span.End, code: diag.UnknownOutcome, message: fmt.Sprintf("unknown outcome %q", name.Name),
		hint: "the outcomes are " + list(outcomes, "and")}
	if near := diag.Suggest(name.Name, outcomes); near != "" {
		f.hint, f.fix, f.guess = fmt.Sprintf("did you mean %q?", near), &near, true
	}
	p.report(f)
}

// checkTable sees to it that all rows of a table have as many cells as the first.
func (p *parser) checkTable(b *Block) {
	var header *Row
	for _, s := range b.Stmts {
		row, ok := s.(*Row)
		if !ok || row.Cells == nil {
			continue
		}
		if header == nil {
			header = row
		} else if got, want := len(row.Cells), len(header.Cells); got != want {
			p.report(&fault{start: row.Span.Start, end: row.Span.End, code: diag.BadRow,
				message: fmt.Sprintf("this row has %s, the first has %d", counted(got, "cell"), want)})
		}
	}
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
