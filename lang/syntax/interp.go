package syntax

import (
	"strings"

	"github.com/recon-lang/recon/lang/diag"
)

// piece is a part of a string between its marks: bytes [start, end) of text, or of an
// expression without its ${ and }.
type piece struct {
	start, end int
	expr       bool
}

// splitString cuts the string at [start, end) of text into text and expressions. Only "…" has
// expressions.
func splitString(text []byte, start, end int) []piece {
	if text[start] == '\'' {
		return []piece{{start + 1, end - 1, false}}
	}
	var pieces []piece
	from := start + 1
	for i := from; i < end-1; i++ {
		switch {
		case text[i] == '\\':
			i++
		case text[i] == '$' && text[i+1] == '{':
			if from < i {
				pieces = append(pieces, piece{from, i, false})
			}
			stop := exprEnd(text[:end], i+2)
			pieces = append(pieces, piece{i + 2, stop, true})
			from, i = stop+1, stop
		}
	}
	if from < end-1 || len(pieces) == 0 {
		pieces = append(pieces, piece{from, end - 1, false})
	}
	return pieces
}

// exprEnd is the index of the } that ends the expression starting at i of a string that is known
// to be closed.
func exprEnd(text []byte, i int) int {
	depth := 0
	for ; i < len(text); i++ {
		switch text[i] {
		case '{':
			depth++
		case '}':
			if depth == 0 {
				return i
			}
			depth--
		case '"', '\'':
			if end := stringEnd(text, i); end > 0 {
				i = end - 1
			}
		}
	}
	return len(text) - 1
}

// checkString reports what is wrong with a string, its escapes and expressions.
func (p *parser) checkString(t Token) bool {
	ok := true
	for _, piece := range splitString(p.file.Text, t.Start, t.End) {
		if !piece.expr {
			p.unescape(piece.start, piece.end)
		} else if e := p.partExpr(piece); e.Bad {
			ok = false
		}
	}
	return ok
}

// partExpr reads the expression of a piece.
func (p *parser) partExpr(piece piece) *Expr {
	e := &Expr{Place: Place{p.span(piece.start, piece.end)}, Text: p.text[piece.start:piece.end], source: p.text}
	for _, t := range scanPart(p.file.Text, piece.start, piece.end) {
		if t.Kind != Space && t.Kind != Newline {
			e.Tokens = append(e.Tokens, t)
		}
	}
	if len(e.Tokens) == 0 {
		p.report(&fault{start: piece.start - 2, end: piece.end + 1, code: diag.BadInterpolation, message: "there is no expression in this ${}",
			hint: `write \$ for a dollar sign before a brace`})
		e.Bad = true
		return e
	}
	p.checkExpr(e, true)
	return e
}

// unescape decodes the escapes in bytes [start, end) and reports those that do not exist.
func (p *parser) unescape(start, end int) string {
	return unescape(p.file.Text[start:end], start, func(from, to int) {
		twice := "\\" + p.text[from:to]
		f := &fault{start: from, end: to, code: diag.BadEscape, message: "there is no escape " + quoted(p.text[from:to]), fix: &twice}
		f.hint = "for a backslash, write it twice; in a pattern or path too"
		if strings.HasPrefix(p.text[from:to], `\u`) {
			f.hint, f.fix = `a character is written \u{1F600}: one to six hexadecimal digits`, nil
		}
		p.report(f)
	})
}

// Parts are the pieces of a String token of e: its text, and the expressions in its ${}. A string
// without any has one part. A Text has one too: nothing is interpolated in it.
func (e *Expr) Parts(t Token) []Part {
	p := &parser{file: e.Span.File, text: e.source} // its faults have been reported
	if t.Kind == Text {
		return []Part{{Span: p.span(t.Start, t.End), Text: p.decodeText(t.Start, t.End)}}
	}
	var parts []Part
	for _, piece := range splitString(p.file.Text, t.Start, t.End) {
		part := Part{Span: p.span(piece.start, piece.end)}
		if piece.expr {
			part.Expr = p.partExpr(piece)
		} else {
			part.Text = p.unescape(piece.start, piece.end)
		}
		parts = append(parts, part)
	}
	return parts
}

// decodeText is the value of the text at [start, end): without its marks, and, if it has several
// lines, without the first line end, the last one, and the indentation of the last line.
func (p *parser) decodeText(start, end int) string {
	inner := p.text[start+3 : end-3]
	if !strings.Contains(inner, "\n") {
		return inner
	}
	lines := strings.Split(inner, "\n")
	at := start + 3
	if strings.TrimSpace(lines[0]) != "" {
		p.report(&fault{start: at, end: at + len(strings.TrimRight(lines[0], "\r")), code: diag.BadText,
			message: "a text of several lines starts on the line after its opening marks"})
		return inner
	}
	at += len(lines[0]) + 1
	lines = lines[1:]
	last := lines[len(lines)-1]
	indent := last[:len(last)-len(strings.TrimLeft(last, " \t"))]
	if indent == last {
		lines = lines[:len(lines)-1]
	}
	said := false
	for i, line := range lines {
		body, ok := strings.CutPrefix(line, indent)
		if !ok {
			blank := len(line) - len(strings.TrimLeft(line, " \t\r"))
			if blank < len(line) && !said {
				said = true // once for each text
				p.report(&fault{start: at, end: at + max(blank, 1), code: diag.BadText, message: "this line is indented less than the closing marks",
					hint: "the indentation of the closing line is removed from all lines"})
			}
			body = line[blank:]
		}
		at += len(line) + 1
		lines[i] = strings.TrimRight(body, "\r")
	}
	return strings.Join(lines, "\n")
}

// reportBadTokens reports what tokens are Bad, and whether there are any.
func (p *parser) reportBadTokens(tokens []Token) bool {
	bad := false
	for _, t := range tokens {
		if t.Kind == Bad {
			bad = true
			if f := badToken(p.file.Text, t); f != nil {
				p.report(f)
			} else {
				p.faults++
			}
		}
	}
	return bad
}
