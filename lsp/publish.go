package lsp

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	protocol "github.com/tliron/glsp/protocol_3_16"

	"github.com/recon-lang/recon/lang/diag"
)

// After a keystroke the publisher tells at once what the quick check finds, and, when nothing has been typed for a while, what a full check
// finds, warnings included.
const (
	atOnce = 2 * time.Millisecond
	later  = 150 * time.Millisecond
)

// publisher tells the client what is wrong with its files whenever they have changed, and only of their latest versions. All but
// changed is for its own goroutine.
type publisher struct {
	session *session
	wake    chan struct{}
	done    chan struct{}
	told    map[string]*unit     // by path: the unit whose full check was told
	quickly map[string]*unit     // by path: the unit whose quick check was told
	same    map[string]diag.List // by path: what was told of rules of one name
	faulty  map[string]bool      // files of which something wrong was told
}

func newPublisher(s *session) *publisher {
	p := &publisher{session: s, wake: make(chan struct{}, 1), done: make(chan struct{}), told: map[string]*unit{}, quickly: map[string]*unit{}, same: map[string]diag.List{}, faulty: map[string]bool{}}
	go p.run()
	return p
}

func (p *publisher) changed() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// stop waits until nothing is told any more. The session's context has ended.
func (p *publisher) stop() { <-p.done }

func (p *publisher) run() {
	defer close(p.done)
	var full <-chan time.Time
	for {
		select {
		case <-p.session.ctx.Done():
			return
		case <-p.wake:
			time.Sleep(atOnce)
			if p.session.pulls() {
				continue
			}
			if p.edited(p.session.now()) {
				full = time.After(later)
			} else {
				full = time.After(0)
			}
		case <-full:
			full = nil
			p.publish(p.session.now())
		}
	}
}

// edited tells of files in which something was typed what a quick check finds. It is false if there is none: they were opened, or changed on
// the disk, and are checked in full.
func (p *publisher) edited(w *workspace) (any bool) {
	for path, d := range w.docs {
		u := w.units[path]
		if !d.open || d.version < 2 || p.told[path] == u || p.told[path] == nil {
			continue
		}
		any = true
		q := p.session.quick.get(u)
		q.Lock()
		if p.quickly[path] == u || q.order > w.order {
			q.Unlock()
			continue
		}
		p.quickly[path] = u
		found := q.check(w, u)
		q.Unlock()
		c := p.session.newCall(context.WithValue(p.session.ctx, frozen{}, w))
		for _, d := range u.docs {
			p.tell(d, c.listed(d, found))
		}
	}
	return any
}

// manyFiles is how many files make a check worth showing.
const manyFiles = 50

// unsaid is how many files a full check is to be told of.
func (p *publisher) unsaid(w *workspace) (n int) {
	for path, u := range w.units {
		if p.told[path] != u {
			n++
		}
	}
	return n
}

// publish tells of the files of units that have changed what a full check finds. It gives up when the files have changed meanwhile.
func (p *publisher) publish(w *workspace) {
	paths := slices.Sorted(maps.Keys(w.docs))
	slices.SortStableFunc(paths, func(a, b string) int { return boolInt(w.docs[b].open) - boolInt(w.docs[a].open) })
	var shown *progress
	if todo := p.unsaid(w); todo >= manyFiles {
		shown = p.session.begin(p.session.ctx, "Checking rule files", fmt.Sprintf("%d files", todo), nil)
		defer shown.end("")
	}
	for i, path := range paths {
		if i%20 == 0 {
			shown.report(i, len(paths))
		}
		d, u := w.docs[path], w.units[path]
		same := w.twice()[path]
		if p.told[path] == u && alike(p.same[path], same) {
			continue
		}
		if p.session.ctx.Err() != nil || p.session.now() != w {
			return // the wake that comes with the change goes on
		}
		c := p.session.newCall(context.WithValue(p.session.ctx, frozen{}, w))
		p.tell(d, c.diagnostics(d))
		p.told[path], p.same[path] = u, same
		if d.open {
			q := p.session.quick.get(u)
			q.Lock()
			if q.order <= w.order {
				q.check(w, u) // so that the next keystroke is an edit of what it knows
				q.lints = slices.Concat(w.project(d).Lints(), same)
			}
			q.Unlock()
		}
		if u.lock != nil {
			p.session.log(logWarning, u.lock.Error())
		}
	}
	for path := range maps.Clone(p.told) {
		if w.docs[path] == nil {
			delete(p.told, path)
			delete(p.same, path)
			p.tell(&document{path: path}, nil)
		}
	}
	p.session.quick.forget(w)
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
	return c.listed(d, append(c.space.snapshot(d).Diagnostics(), c.space.twice()[d.path]...))
}

// listed are those of some findings that are of a document, as the protocol has them.
func (c *call) listed(d *document, found diag.List) []protocol.Diagnostic {
	list := []protocol.Diagnostic{}
	for _, f := range found {
		if f.Span.File == d.file {
			list = append(list, c.diagnostic(d, f))
		}
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
