package lsp

import (
	protocol "github.com/tliron/glsp/protocol_3_16"

	"github.com/recon-lang/recon/lsp/feature"
)

// inlayHint is the protocol's, which came after version 3.16.
type inlayHint struct {
	Position    protocol.Position `json:"position"`
	Label       string            `json:"label"`
	Kind        int               `json:"kind,omitempty"` // 1: a type
	Tooltip     string            `json:"tooltip,omitempty"`
	PaddingLeft bool              `json:"paddingLeft,omitempty"`
}

type inlayHintParams struct {
	TextDocument protocol.TextDocumentIdentifier `json:"textDocument"`
	Range        protocol.Range                  `json:"range"`
}

func (c *call) inlayHints(p *inlayHintParams) ([]inlayHint, error) {
	s, d, err := c.file(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	start, end := c.bytesOf(d, p.Range)
	out := []inlayHint{}
	for _, h := range feature.Hints(s, start, end, c.cfg.Now()) {
		hint := inlayHint{Position: d.lines.position(h.At, c.client.encoding), Label: h.Label, Tooltip: h.Doc, PaddingLeft: !h.Type}
		if h.Type {
			hint.Kind = 1
		}
		out = append(out, hint)
	}
	return out, nil
}

// refreshHints has the client ask again for hints after recon.lock has changed, if it can be told to.
func (s *session) refreshHints() {
	s.mu.Lock()
	refresh := s.client.refreshHints && s.state == running
	s.mu.Unlock()
	if refresh {
		s.peer.group.Go(func() { _ = s.peer.request(s.ctx, "workspace/inlayHint/refresh", nil, nil) })
	}
}
