package lsp

import (
	"github.com/tliron/glsp"
	protocol "github.com/tliron/glsp/protocol_3_16"

	"github.com/recon-lang/recon/lsp/feature"
)

func (c *call) documentLinks(_ *glsp.Context, p *protocol.DocumentLinkParams) ([]protocol.DocumentLink, error) {
	s, _, err := c.file(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	list := []protocol.DocumentLink{}
	for _, l := range feature.Links(s) {
		target := uriOf(l.File)
		list = append(list, protocol.DocumentLink{Range: c.spanRange(l.Span), Target: &target})
	}
	return list, nil
}

func (c *call) linkedRanges(_ *glsp.Context, p *protocol.LinkedEditingRangeParams) (*protocol.LinkedEditingRanges, error) {
	s, offset, err := c.at(p.TextDocumentPositionParams)
	if err != nil {
		return nil, err
	}
	linked := feature.Linked(s, offset)
	if len(linked) < 2 {
		return nil, nil
	}
	out := &protocol.LinkedEditingRanges{}
	for _, at := range linked {
		out.Ranges = append(out.Ranges, c.spanRange(at))
	}
	return out, nil
}
