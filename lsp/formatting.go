package lsp

import (
	"github.com/tliron/glsp"
	protocol "github.com/tliron/glsp/protocol_3_16"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lsp/feature"
)

// formatKeys are the keys after which a text is formatted: the first, and the others.
var formatKeys = protocol.DocumentOnTypeFormattingOptions{FirstTriggerCharacter: "\n", MoreTriggerCharacter: []string{"}", "|"}}

func (c *call) format(_ *glsp.Context, p *protocol.DocumentFormattingParams) ([]protocol.TextEdit, error) {
	s, d, err := c.file(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	return c.textEdits(d, feature.Format(s)), nil
}

func (c *call) formatRange(_ *glsp.Context, p *protocol.DocumentRangeFormattingParams) ([]protocol.TextEdit, error) {
	s, d, err := c.file(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	start, end := c.bytesOf(d, p.Range)
	return c.textEdits(d, feature.FormatRange(s, start, end)), nil
}

func (c *call) formatTyped(_ *glsp.Context, p *protocol.DocumentOnTypeFormattingParams) ([]protocol.TextEdit, error) {
	s, d, err := c.file(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	return c.textEdits(d, feature.FormatTyped(s, d.lines.offset(p.Position, c.client.encoding), p.Ch)), nil
}

// bytesOf are the bytes of a range of a document.
func (c *call) bytesOf(d *document, r protocol.Range) (start, end int) {
	start, end = d.lines.offset(r.Start, c.client.encoding), d.lines.offset(r.End, c.client.encoding)
	return min(start, end), max(start, end)
}

// textEdits are edits of one document as the protocol has them. The list is never nil.
func (c *call) textEdits(d *document, edits []diag.Edit) []protocol.TextEdit {
	out := []protocol.TextEdit{}
	for _, e := range edits {
		out = append(out, protocol.TextEdit{Range: c.rangeOf(d, e.Span), NewText: e.New})
	}
	return out
}
