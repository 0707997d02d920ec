package lsp

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/sourcegraph/jsonrpc2"
	"github.com/tliron/glsp"
	protocol "github.com/tliron/glsp/protocol_3_16"

	"github.com/recon-lang/recon/lsp/feature"
	"github.com/recon-lang/recon/sdk/schema"
)

// Config is what a server needs of the world. All functions may be called by several goroutines.
type Config struct {
	Version string
	// Catalog says what is known of plugins by name, without starting one. dir is the folder of the rule files, beside which recon.lock
	// stands. err says what is wrong with recon.lock; the catalog is then without its tables.
	Catalog func(dir string, plugins []string) (schema.Catalog, error)
	Now     func() time.Time
	// Run carries a command out and reports how far it has come. It may start plugins: somebody has asked for it. nil: there are no commands.
	Run func(ctx context.Context, c Command, report func(done, of int)) (Outcome, error)
	// Verdicts are those of the rules that the state beside the rule files in dir has runs of, by name. It does not wait for a state that
	// another process holds. nil: nothing is shown of states.
	Verdicts func(ctx context.Context, dir string) (map[string]Verdict, error)
}

// session is one client: what it can do, and the files as it sees them.
type session struct {
	cfg  Config
	peer *peer
	ctx  context.Context // ends with the connection

	mu      sync.Mutex
	state   state
	client  client
	space   *workspace // replaced, never changed
	publish *publisher
	quick   quicks
	tokens  int                           // of progress
	cancels map[string]context.CancelFunc // of what is shown as progress, by token
	offers  offers
	said    map[string]bool // what has been logged and is not to be logged again
	painted painted
	states  map[string]map[string]Verdict // by folder of the rule files, until something is saved
}

type state uint8

const (
	fresh state = iota
	running
	ended
)

// client is what the client told about itself.
type client struct {
	encoding      encoding
	snippets      bool
	hierarchical  bool
	progress      bool
	watch         bool
	pull          bool // it asks for diagnostics
	relatedInfo   bool
	refreshLenses bool
	refreshHints  bool
	documentEdits bool
	lazyActions   bool // it asks for the edit of an action when one is chosen
	plainHover    bool // it shows no Markdown there, nor in the next two
	plainItems    bool
	plainCalls    bool
	trace         bool
	showsOutcomes bool // it shows what commands give back
	noChoices     bool // it shows a choice between texts badly
}

func newSession(ctx context.Context, cfg Config, p *peer) *session {
	s := &session{cfg: cfg, peer: p, ctx: ctx, space: newWorkspace(cfg), said: map[string]bool{}, quick: quicks{of: map[string]*quick{}}}
	s.publish = newPublisher(s)
	return s
}

func (s *session) close() { s.publish.stop() }

type frozen struct{}

// freeze gives a request the files as they are.
func (s *session) freeze(ctx context.Context) context.Context {
	return context.WithValue(ctx, frozen{}, s.now())
}

// now is the files as they are.
func (s *session) now() *workspace {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.space
}

// change replaces the files, and has what is wrong with them told.
func (s *session) change(f func(*workspace) *workspace) {
	s.mu.Lock()
	s.space = f(s.space)
	s.mu.Unlock()
	s.publish.changed()
}

// call is one request or notification being carried out.
type call struct {
	*session
	ctx    context.Context
	space  *workspace
	client client // as it was when the call came
}

// newCall is a call with the client as it is, and the files as they were frozen, or are.
func (s *session) newCall(ctx context.Context) *call {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &call{session: s, ctx: ctx, client: s.client, space: s.space}
	if space, ok := ctx.Value(frozen{}).(*workspace); ok {
		c.space = space
	}
	return c
}

// dispatch carries out one method: those of newer versions of the protocol by our own table, the others by the library's.
func (s *session) dispatch(ctx context.Context, method string, params json.RawMessage) (any, error) {
	c := s.newCall(ctx)
	if err := s.allowed(method); err != nil {
		return nil, err
	}
	if f := newer[method]; f != nil {
		return f(c, params)
	}
	h := c.handler()
	h.SetInitialized(true)
	if method == protocol.MethodCodeLensResolve && h.CodeLensResolve == nil { // the library looks at another field, and would call none
		return nil, &jsonrpc2.Error{Code: jsonrpc2.CodeMethodNotFound, Message: "no method " + method}
	}
	result, known, valid, err := h.Handle(&glsp.Context{Method: method, Params: params})
	switch {
	case !known:
		return nil, &jsonrpc2.Error{Code: jsonrpc2.CodeMethodNotFound, Message: "no method " + method}
	case !valid:
		text := "parameters of " + method + " that cannot be read"
		if err != nil {
			text += ": " + err.Error()
		}
		return nil, &jsonrpc2.Error{Code: jsonrpc2.CodeInvalidParams, Message: text}
	}
	return result, err
}

// allowed refuses what comes before initialize or after shutdown.
func (s *session) allowed(method string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.state == fresh && method != "initialize":
		return &jsonrpc2.Error{Code: codeNotInitialized, Message: "the first request is initialize"}
	case s.state == ended:
		return &jsonrpc2.Error{Code: jsonrpc2.CodeInvalidRequest, Message: "after shutdown comes exit"}
	case s.state == running && method == "initialize":
		return &jsonrpc2.Error{Code: jsonrpc2.CodeInvalidRequest, Message: "initialize comes once"}
	}
	return nil
}

const (
	logError   = protocol.MessageTypeError
	logWarning = protocol.MessageTypeWarning
	logInfo    = protocol.MessageTypeInfo
)

// log tells the client's log, each text once; it says whether this was the first time.
func (s *session) log(kind protocol.MessageType, text string) bool {
	s.mu.Lock()
	told := s.said[text]
	s.said[text] = true
	s.mu.Unlock()
	if !told {
		s.peer.notify(s.ctx, "window/logMessage", protocol.LogMessageParams{Type: kind, Message: text})
	}
	return !told
}

// warn tells the log and the person at the editor, once.
func (s *session) warn(text string) {
	if s.log(logWarning, text) {
		s.peer.notify(s.ctx, "window/showMessage", protocol.ShowMessageParams{Type: logWarning, Message: text})
	}
}

// trace tells what a request took, if the client wants to know.
func (s *session) trace(req *jsonrpc2.Request, took time.Duration, err error) {
	s.mu.Lock()
	wanted := s.client.trace
	s.mu.Unlock()
	if !wanted {
		return
	}
	p := protocol.LogTraceParams{Message: fmt.Sprintf("%s (%s): %.1f ms", req.Method, req.ID, float64(took.Microseconds())/1000)}
	if err != nil {
		text := err.Error()
		p.Verbose = &text
	}
	s.peer.notify(s.ctx, "$/logTrace", p)
}

// file is the file of a URI with what is known of it; an error says that there is none.
func (c *call) file(uri string) (*feature.Snapshot, *document, error) {
	path, err := pathOf(uri)
	if err != nil {
		return nil, nil, err
	}
	d := c.space.document(path)
	if d == nil {
		return nil, nil, noFile(uri)
	}
	return c.space.snapshot(d), d, nil
}

func noFile(uri string) error {
	return &jsonrpc2.Error{Code: codeRequestFailed, Message: "no such file is open, or in a folder of the workspace: " + uri}
}
