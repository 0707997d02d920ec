package lint

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
)

// interpolation is what is evaluated in a string in double quotes.
var interpolation = regexp.MustCompile(`\$\{ *[\p{L}_][^{}]*\}`)

// plainTexts finds strings in single quotes that look as if something in them were to be evaluated.
func plainTexts(p *pass) {
	for _, at := range p.plain() {
		text := at.Text()
		what := interpolation.FindString(text)
		var fixes []diag.Fix
		if inner := text[1 : len(text)-1]; !strings.ContainsAny(inner, `"\`) {
			fixes = []diag.Fix{{Title: "write it in double quotes", Edits: []diag.Edit{{Span: at, New: `"` + inner + `"`}}}}
		}
		p.report(at, fmt.Sprintf("nothing is evaluated between '…': %s stays as it is written", what), fmt.Sprintf(`write "…", in which %s is a value`, what), fixes...)
	}
}

// plain are the places of such strings.
func (p *pass) plain() (list []diag.Span) {
	for _, f := range p.Files {
		syntax.Walk(f, func(n syntax.Node) bool {
			x, ok := n.(*syntax.Expr)
			if !ok || x.Bad {
				return true
			}
			for _, t := range x.Tokens {
				at := diag.Span{File: x.Span.File, Start: t.Start, End: t.End}
				if text := at.Text(); t.Kind == syntax.String && text[0] == '\'' && interpolation.MatchString(text) {
					list = append(list, at)
				}
			}
			return false
		})
	}
	return list
}
