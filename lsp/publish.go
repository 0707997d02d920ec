package lsp

import (
	"context"
	"maps"
	"slices"
	"time"

	protocol "github.com/tliron/glsp/protocol_3_16"

	"github.com/recon-lang/recon/lang/diag"
)

// After a file was opened and after a keystroke the publisher tells at once what the quick check finds, and, when nothing has been typed for a
// while, what a full check finds, warnings included.
const (
	atOnce  = 2 * time.Millisecond
	later   = 150 * time.Millisecond
	latest  = time.Second
	patient = 4 // how often as long as a full check a pause is to be before the next one: whoever types on does not compete with it
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
	pause   time.Duration        // to wait for before the next full check
}

func newPublisher(s *session) *publisher {
	p := &publisher{session: s, wake: make(chan struct{}, 1), done: make(chan struct{}), told: map[string]*unit{}, quickly: map[string]*unit{}, same: map[string]diag.List{}, faulty: map[string]bool{}, pause: later}
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

// run makes at most one full check at a time. It goes on answering keystrokes meanwhile, which make the check one of files that are gone.
func (p *publisher) run() {
	defer close(p.done)
	var (
		full  <-chan time.Time
		check *fullCheck
		found <-chan finding
	)
	for {
		select {
		case <-p.session.ctx.Done():
			if check != nil {
				for range found { // it sees the end too
				}
			}
			return
		case <-p.wake:
			time.Sleep(atOnce)
			if p.session.pulls() {
				continue
			}
			if p.edited(p.session.now()) {
				full = time.After(p.pause)
			} else {
				full = time.After(0)
			}
		case <-full:
			full = nil
			if check == nil {
				check = p.begin(p.session.now())
				found = check.found
			} else {
				full = time.After(p.pause) // the one before has not noticed yet
			}
		case f, more := <-found:
			switch {
			case !more:
				p.ended(check)
				check, found = nil, nil
			case p.session.now() == check.w:
				p.publish(check.w, f)
			}
		}
	}
}

// edited tells of files that were opened, or in which something was typed, what a quick check finds, so that the keystroke after it is an edit
// of what the check knows. It is false if there is none: others are checked in full only.
func (p *publisher) edited(w *workspace) (any bool) {
	for path, d := range w.docs {
		u := w.units[path]
		if !d.open || p.told[path] == u {
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
		started := time.Now()
		found := q.check(w, u)
		p.pause = max(p.pause, min(patient*time.Since(started), latest))
		q.Unlock()
		c := p.session.newCall(context.WithValue(p.session.ctx, frozen{}, w))
		for _, d := range u.docs {
			p.tell(d, c.listed(d, found))
		}
	}
	return any
}

// publish tells what a full check has found in a file.
func (p *publisher) publish(w *workspace, f finding) {
	d, u := w.docs[f.path], w.units[f.path]
	p.tell(d, f.list)
	p.told[f.path], p.same[f.path] = u, w.twice()[f.path]
	if d.open {
		q := p.session.quick.get(u)
		q.Lock()
		if q.order <= w.order {
			q.check(w, u)
			q.lints = slices.Concat(w.project(d).Lints(), p.same[f.path])
		}
		q.Unlock()
	}
}

// ended tells, after a full check of files that are still the latest, of those that are no more and of what could not be read.
func (p *publisher) ended(c *fullCheck) {
	w := c.w
	if p.session.now() != w {
		return // the wake that comes with the change goes on
	}
	p.pause = min(max(later, patient*c.longest), latest)
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
	list := c.listed(d, append(c.space.snapshot(d).Diagnostics(), c.space.twice()[d.path]...))
	if u := c.space.units[d.path]; u.lock != nil { // recon check would refuse it; no rule file is at fault
		c.warn(u.lock.Error())
	}
	return list
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
