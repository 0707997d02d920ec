package lsp

import (
	"context"
	"fmt"

	protocol "github.com/tliron/glsp/protocol_3_16"
)

// progress is something long that the client shows. A nil one, of a client that shows none, does nothing.
type progress struct {
	session *session
	ctx     context.Context
	token   string
}

// begin asks the client to show something long. It waits for the client's answer, so it is not to be called in the order of notifications.
// cancel is what its user may do about it, or nil.
func (s *session) begin(ctx context.Context, title, message string, cancel context.CancelFunc) *progress {
	s.mu.Lock()
	shown := s.client.progress
	s.tokens++
	token := fmt.Sprintf("recon-%d", s.tokens)
	s.mu.Unlock()
	if !shown || s.peer.request(ctx, "window/workDoneProgress/create", map[string]any{"token": token}, nil) != nil {
		return nil
	}
	p := &progress{session: s, ctx: ctx, token: token}
	if cancel != nil {
		s.mu.Lock()
		if s.cancels == nil {
			s.cancels = map[string]context.CancelFunc{}
		}
		s.cancels[token] = cancel
		s.mu.Unlock()
	}
	p.tell(map[string]any{"kind": "begin", "title": title, "message": message, "percentage": 0, "cancellable": cancel != nil})
	return p
}

// report says how far it has come.
func (p *progress) report(done, of int) {
	if p != nil {
		p.tell(map[string]any{"kind": "report", "message": fmt.Sprintf("%d of %d", done, of), "percentage": done * 100 / max(of, 1)})
	}
}

func (p *progress) end(message string) {
	if p != nil {
		p.session.mu.Lock()
		delete(p.session.cancels, p.token)
		p.session.mu.Unlock()
		p.tell(map[string]any{"kind": "end", "message": message})
	}
}

func (p *progress) tell(value map[string]any) {
	p.session.peer.notify(p.ctx, "$/progress", protocol.ProgressParams{Token: protocol.ProgressToken{Value: p.token}, Value: value})
}

// progressCancelParams say what is to end. The library's type loses the token.
type progressCancelParams struct {
	Token any `json:"token"`
}

func (c *call) cancelProgress(p *progressCancelParams) (any, error) {
	token, _ := p.Token.(string)
	c.mu.Lock()
	cancel := c.cancels[token]
	c.mu.Unlock()
	if cancel != nil {
		cancel()
	}
	return nil, nil
}
