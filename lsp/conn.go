package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sourcegraph/jsonrpc2"
)

// Codes of the protocol that jsonrpc2 does not name.
const (
	codeNotInitialized   = -32002
	codeRequestCancelled = -32800
	codeContentModified  = -32801
	codeRequestFailed    = -32803
)

// peer is the connection to one client. Notifications are carried out in the order in which they come; each request runs by itself
// with a context that ends when the client cancels it.
type peer struct {
	conn    *jsonrpc2.Conn
	ready   chan struct{} // closed when conn is set
	session *session

	mu      sync.Mutex
	running map[string]context.CancelFunc // by id, as JSON
	group   sync.WaitGroup
}

// Serve speaks the language server protocol over rwc until the client says exit, the connection ends or ctx does. Several may run at a time.
func Serve(ctx context.Context, rwc io.ReadWriteCloser, cfg Config) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p := connect(ctx, rwc, cfg)
	select {
	case <-p.conn.DisconnectNotify():
	case <-ctx.Done():
		rwc.Close() // and so the reading, whose own goroutine then closes the connection: see stream
	}
	cancel()
	p.group.Wait()
	p.session.close()
	return nil
}

// connect begins to speak over rwc.
func connect(ctx context.Context, rwc io.ReadWriteCloser, cfg Config) *peer {
	p := &peer{running: map[string]context.CancelFunc{}, ready: make(chan struct{})}
	p.session = newSession(ctx, cfg, p)
	p.conn = jsonrpc2.NewConn(ctx, &stream{ObjectStream: jsonrpc2.NewBufferedStream(rwc, jsonrpc2.VSCodeObjectCodec{})}, handlerFunc(p.handle), jsonrpc2.SetLogger(quiet{}))
	close(p.ready)
	return p
}

// stream ends when it is closed, even if more has been read ahead: an answer that came after the close of the connection would be
// given to a call that has been given up, which panics.
type stream struct {
	jsonrpc2.ObjectStream
	closed atomic.Bool
}

// ReadObject is called by the goroutine of the connection, which closes it too.
func (s *stream) ReadObject(v any) error {
	if s.closed.Load() {
		return io.EOF
	}
	return s.ObjectStream.ReadObject(v)
}

// Close ends the stream.
func (s *stream) Close() error {
	s.closed.Store(true)
	return s.ObjectStream.Close()
}

// quiet keeps what the connection says about broken messages out of the client's output: they end the connection, or are answered.
type quiet struct{}

func (quiet) Printf(string, ...any) {}

type handlerFunc func(context.Context, *jsonrpc2.Conn, *jsonrpc2.Request)

func (f handlerFunc) Handle(ctx context.Context, c *jsonrpc2.Conn, r *jsonrpc2.Request) { f(ctx, c, r) }

// handle is called for one message after the other.
func (p *peer) handle(ctx context.Context, _ *jsonrpc2.Conn, req *jsonrpc2.Request) {
	<-p.ready
	params := json.RawMessage("null")
	if req.Params != nil {
		params = *req.Params
	}
	switch {
	case req.Method == "exit":
		p.conn.Close()
	case req.Method == "$/cancelRequest":
		p.cancel(params)
	case req.Notif:
		if _, err := p.call(ctx, req.Method, params); err != nil && !isUnknown(err) {
			p.session.log(logWarning, fmt.Sprintf("%s: %v", req.Method, err))
		}
	case req.Method == "initialize" || req.Method == "shutdown":
		p.answer(ctx, req, params) // nothing may overtake these
	default:
		ctx, cancel := context.WithCancel(ctx)
		id, _ := json.Marshal(req.ID)
		p.mu.Lock()
		p.running[string(id)] = cancel
		p.mu.Unlock()
		ctx = p.session.freeze(ctx) // of the texts as they are now, whatever comes next
		p.group.Go(func() {
			defer func() {
				p.mu.Lock()
				delete(p.running, string(id))
				p.mu.Unlock()
				cancel()
			}()
			p.answer(ctx, req, params)
		})
	}
}

func (p *peer) cancel(params json.RawMessage) {
	var c struct {
		ID json.RawMessage `json:"id"`
	}
	if json.Unmarshal(params, &c) != nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if cancel := p.running[string(c.ID)]; cancel != nil {
		cancel()
	}
}

// answer carries out a request and sends what came of it.
func (p *peer) answer(ctx context.Context, req *jsonrpc2.Request, params json.RawMessage) {
	started := time.Now()
	result, err := p.call(ctx, req.Method, params)
	p.session.trace(req, time.Since(started), err)
	if ctx.Err() != nil {
		err = &jsonrpc2.Error{Code: codeRequestCancelled, Message: "cancelled"}
	}
	if err != nil {
		var known *jsonrpc2.Error
		if !errors.As(err, &known) {
			known = &jsonrpc2.Error{Code: codeRequestFailed, Message: err.Error()}
		}
		_ = p.conn.ReplyWithError(context.WithoutCancel(ctx), req.ID, known) // who hung up needs no answer
		return
	}
	_ = p.conn.Reply(context.WithoutCancel(ctx), req.ID, result)
}

// call is one method. A mistake of ours ends that request, not the server.
func (p *peer) call(ctx context.Context, method string, params json.RawMessage) (result any, err error) {
	defer func() {
		if r := recover(); r != nil {
			p.session.log(logError, fmt.Sprintf("%s: mistake in recon, please report it: %v\n%s", method, r, debug.Stack()))
			err = &jsonrpc2.Error{Code: jsonrpc2.CodeInternalError, Message: fmt.Sprintf("mistake in recon: %v", r)}
		}
	}()
	return p.session.dispatch(ctx, method, params)
}

// isUnknown reports whether err says that there is no such method: of a notification nobody minds.
func isUnknown(err error) bool {
	var e *jsonrpc2.Error
	return errors.As(err, &e) && e.Code == jsonrpc2.CodeMethodNotFound
}

// notify sends a notification. Who hung up does not want it.
func (p *peer) notify(ctx context.Context, method string, params any) {
	_ = p.conn.Notify(ctx, method, params)
}

// request asks the client and waits for its answer. It is not to be called in the order of notifications.
func (p *peer) request(ctx context.Context, method string, params, result any) error {
	return p.conn.Call(ctx, method, params, result)
}
