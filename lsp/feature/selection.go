package feature

import (
	"slices"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
)

// Selections are the places that hold an offset, from the smallest to the whole file: a word, the brackets around it, its expression,
// its statement, what its block holds, the block's statement, and so on.
func Selections(s *Snapshot, offset int) []diag.Span {
	file := s.File.Span.File
	spans := []diag.Span{{File: file, Start: 0, End: len(file.Text)}}
	add := func(span diag.Span) {
		last := spans[len(spans)-1]
		if span.Start <= offset && offset <= span.End && span.Start >= last.Start && span.End <= last.End && span != last && span.End > span.Start {
			spans = append(spans, span)
		}
	}
	for _, n := range syntax.Path(s.File, offset) {
		add(n.At())
		switch n := n.(type) {
		case *syntax.Block:
			if span, ok := inside(n); ok {
				span.Start = afterBlanks(file.Text, span.Start+1)
				add(span)
			}
		case *syntax.Expr:
			brackets(n, add)
		}
	}
	for _, t := range s.File.Tokens {
		if t.Start > offset {
			break
		}
		if t.Kind != syntax.Space && t.Kind != syntax.Newline && t.Kind != syntax.TableRow {
			add(diag.Span{File: file, Start: t.Start, End: t.End})
		}
	}
	slices.Reverse(spans)
	return spans
}

// brackets adds what stands in brackets of an expression, outermost first, without and with them.
func brackets(e *syntax.Expr, add func(diag.Span)) {
	type pair struct{ open, end syntax.Token }
	var open []syntax.Token
	var pairs []pair
	for _, t := range e.Tokens {
		switch e.TokenText(t) {
		case "(", "[", "{":
			open = append(open, t)
		case ")", "]", "}":
			if n := len(open) - 1; n >= 0 {
				pairs = append(pairs, pair{open[n], t})
				open = open[:n]
			}
		}
	}
	for _, p := range slices.Backward(pairs) {
		add(diag.Span{File: e.Span.File, Start: p.open.Start, End: p.end.End})
		add(diag.Span{File: e.Span.File, Start: p.open.End, End: p.end.Start})
	}
}
