package lsp

import (
	"github.com/tliron/glsp"
	protocol "github.com/tliron/glsp/protocol_3_16"

	"github.com/recon-lang/recon/lsp/feature"
)

// foldingRanges are whole lines, which every client can fold: one fold for each first line, the longest.
func (c *call) foldingRanges(_ *glsp.Context, p *protocol.FoldingRangeParams) ([]protocol.FoldingRange, error) {
	s, d, err := c.file(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	out := []protocol.FoldingRange{}
	for _, f := range feature.Folds(s) {
		r := c.rangeOf(d, f.Span)
		fold := protocol.FoldingRange{StartLine: r.Start.Line, EndLine: r.End.Line}
		if f.Kind != "" {
			fold.Kind = &f.Kind
		}
		if n := len(out) - 1; n >= 0 && out[n].StartLine == fold.StartLine {
			out[n].EndLine = max(out[n].EndLine, fold.EndLine)
			continue
		}
		out = append(out, fold)
	}
	return out, nil
}

func (c *call) selectionRanges(_ *glsp.Context, p *protocol.SelectionRangeParams) ([]protocol.SelectionRange, error) {
	s, d, err := c.file(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	out := []protocol.SelectionRange{}
	for _, at := range p.Positions {
		var whole *protocol.SelectionRange // the one before, as its spans come smallest first
		spans := feature.Selections(s, d.lines.offset(at, c.client.encoding))
		for i := len(spans) - 1; i >= 0; i-- {
			whole = &protocol.SelectionRange{Range: c.rangeOf(d, spans[i]), Parent: whole}
		}
		out = append(out, *whole)
	}
	return out, nil
}
