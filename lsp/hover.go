package lsp

import (
	"github.com/tliron/glsp"
	protocol "github.com/tliron/glsp/protocol_3_16"

	"github.com/recon-lang/recon/lsp/feature"
)

func (c *call) hover(_ *glsp.Context, p *protocol.HoverParams) (answer *protocol.Hover, err error) {
	err = c.near(p.TextDocumentPositionParams, func(s *feature.Snapshot, offset int) {
		if h, ok := feature.HoverAt(s, offset, c.cfg.Now()); ok {
			r := c.spanRange(h.Span)
			answer = &protocol.Hover{Contents: markup(h.Markdown, c.client.plainHover), Range: &r}
		}
	})
	return answer, err
}
