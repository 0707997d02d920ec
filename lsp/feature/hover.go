package feature

import (
	"strings"

	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/sdk/schema"
)

// Hover is what is said about the thing at a place.
type Hover struct {
	Span     diag.Span
	Markdown string
}

// HoverAt says what stands at an offset; ok is false where there is nothing to say.
func HoverAt(s *Snapshot, offset int) (h Hover, ok bool) {
	sym, at := s.symbolAt(offset)
	if sym == nil {
		return Hover{}, false
	}
	return Hover{Span: at, Markdown: symbolText(sym)}, true
}

// symbolText is a symbol with its type, unit and doc.
func symbolText(sym *check.Symbol) string {
	head := string(sym.Kind) + " " + sym.Name
	if sym.Type.Kind != schema.Invalid {
		head += ": " + sym.Type.String()
	}
	if sym.Unit.Name != "" {
		head += " unit " + sym.Unit.Name
	}
	text := "```recon\n" + head + "\n```"
	if doc := strings.TrimSpace(sym.Doc); doc != "" {
		text += "\n\n" + doc
	}
	return text
}
