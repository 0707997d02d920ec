package lsp

import (
	"github.com/tliron/glsp"
	protocol "github.com/tliron/glsp/protocol_3_16"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lsp/feature"
)

func (c *call) definition(_ *glsp.Context, p *protocol.DefinitionParams) (any, error) {
	s, offset, err := c.at(p.TextDocumentPositionParams)
	if err != nil {
		return nil, err
	}
	_, to := feature.Definition(s, offset)
	return c.locations(to), nil
}

func (c *call) typeDefinition(_ *glsp.Context, p *protocol.TypeDefinitionParams) (any, error) {
	s, offset, err := c.at(p.TextDocumentPositionParams)
	if err != nil {
		return nil, err
	}
	return c.locations(feature.TypeDefinition(s, offset)), nil
}

func (c *call) locations(spans []diag.Span) []protocol.Location {
	list := make([]protocol.Location, len(spans))
	for i, s := range spans {
		list[i] = c.location(s)
	}
	return list
}

func (c *call) references(_ *glsp.Context, p *protocol.ReferenceParams) ([]protocol.Location, error) {
	s, offset, err := c.at(p.TextDocumentPositionParams)
	if err != nil {
		return nil, err
	}
	list := []protocol.Location{}
	for _, r := range feature.References(s, offset) {
		if !r.Declared || p.Context.IncludeDeclaration {
			list = append(list, c.location(r.Span))
		}
	}
	return list, nil
}

func (c *call) highlights(_ *glsp.Context, p *protocol.DocumentHighlightParams) ([]protocol.DocumentHighlight, error) {
	s, offset, err := c.at(p.TextDocumentPositionParams)
	if err != nil {
		return nil, err
	}
	list := []protocol.DocumentHighlight{}
	for _, r := range feature.Highlights(s, offset) {
		kind := protocol.DocumentHighlightKindRead
		if r.Declared {
			kind = protocol.DocumentHighlightKindWrite
		}
		list = append(list, protocol.DocumentHighlight{Range: c.spanRange(r.Span), Kind: &kind})
	}
	return list, nil
}
