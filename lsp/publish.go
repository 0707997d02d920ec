package lsp

import (
	"context"
	"maps"
	"slices"
	"time"

	protocol "github.com/tliron/glsp/protocol_3_16"

	"github.com/recon-lang/recon/lang/diag"
)

// settle is how long the publisher waits for more keystrokes before it checks.
const settle = 5 * time.Millisecond

// publisher tells the client what is wrong with its files whenever they have changed: only of files of which something else is
// to be said than before, and only of their latest versions.
type publisher struct {
	session *session
	wake    chan struct{}
	done    chan struct{}
	told    map[string]*unit // by path
	faulty  map[string]bool  // files of which something wrong was told
}

func newPublisher(s *session) *publisher {
	p := &publisher{session: s, wake: make(chan struct{}, 1), done: make(chan struct{}), told: map[string]*unit{}, faulty: map[string]bool{}}
	go p.run()
	return p
}

func (p *publisher) changed(*workspace) {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// stop waits until nothing is told any more. The session's context has ended.
func (p *publisher) stop() { <-p.done }

func (p *publisher) run() {
	defer close(p.done)
	for {
		select {
		case <-p.session.ctx.Done():
			return
		case <-p.wake:
		}
		time.Sleep(settle)
		p.publish(p.session.now())
	}
}

// publish tells of the files of units that have changed. It gives up when the files have changed meanwhile.
func (p *publisher) publish(w *workspace) {
	if p.session.pulls() {
		return
	}
	paths := slices.Sorted(maps.Keys(w.docs))
	slices.SortStableFunc(paths, func(a, b string) int { return boolInt(w.docs[b].open) - boolInt(w.docs[a].open) })
	for _, path := range paths {
		d, u := w.docs[path], w.units[path]
		if p.told[path] == u {
			continue
		}
		if p.session.ctx.Err() != nil || p.session.now() != w {
			return // the wake that comes with the change goes on
		}
		c := p.session.newCall(context.WithValue(p.session.ctx, frozen{}, w))
		list := c.diagnostics(d)
		p.told[path] = u
		p.tell(d, list)
		if u.lock != nil {
			p.session.log(logWarning, u.lock.Error())
		}
	}
	for path := range maps.Clone(p.told) {
		if w.docs[path] == nil {
			delete(p.told, path)
			p.tell(&document{path: path}, nil)
		}
	}
	for path, why := range w.broken {
		p.session.log(logWarning, path+": "+why)
	}
}

func (p *publisher) tell(d *document, list []protocol.Diagnostic) {
	if len(list) == 0 && !p.faulty[d.path] && !d.open {
		return
	}
	p.faulty[d.path] = len(list) > 0
	params := protocol.PublishDiagnosticsParams{URI: uriOf(d.path), Diagnostics: list}
	if list == nil {
		params.Diagnostics = []protocol.Diagnostic{}
	}
	if d.open {
		version := protocol.UInteger(d.version)
		params.Version = &version
	}
	p.session.peer.notify(p.session.ctx, "textDocument/publishDiagnostics", params)
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// diagnostics are the findings of a document, as the protocol has them.
func (c *call) diagnostics(d *document) []protocol.Diagnostic {
	s := c.space.snapshot(d)
	list := []protocol.Diagnostic{}
	for _, f := range s.Diagnostics() {
		list = append(list, c.diagnostic(d, f))
	}
	return list
}

func (c *call) diagnostic(d *document, f diag.Diagnostic) protocol.Diagnostic {
	severity := map[diag.Severity]protocol.DiagnosticSeverity{
		diag.Error: protocol.DiagnosticSeverityError, diag.Warning: protocol.DiagnosticSeverityWarning, diag.Info: protocol.DiagnosticSeverityInformation,
	}[f.Severity]
	source := "recon"
	out := protocol.Diagnostic{
		Range: c.rangeOf(d, f.Span), Severity: &severity, Source: &source, Message: f.Message,
		Code:            &protocol.IntegerOrString{Value: string(f.Code)},
		CodeDescription: &protocol.CodeDescription{HRef: codePage(f.Code)},
	}
	if f.Hint != "" {
		out.Message += "\n" + f.Hint
	}
	if f.Code == diag.Unused {
		out.Tags = []protocol.DiagnosticTag{protocol.DiagnosticTagUnnecessary}
	}
	for _, r := range f.Related {
		if c.client.relatedInfo && r.Span.File != nil {
			out.RelatedInformation = append(out.RelatedInformation, protocol.DiagnosticRelatedInformation{Location: c.location(r.Span), Message: r.Message})
		}
	}
	return out
}

// codePage is where a code is explained.
func codePage(code diag.Code) string {
	return "https://github.com/recon-lang/recon/blob/main/docs/reference/diagnostics.md#" + slug(code)
}
