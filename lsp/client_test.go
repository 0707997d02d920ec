package lsp_test

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/recon-lang/recon/lsp"
	"github.com/recon-lang/recon/plugins"
	"github.com/recon-lang/recon/sdk/schema"
)

// published is what the server says of a file. The library's type loses the codes.
type published struct {
	URI         string
	Version     *int
	Diagnostics []struct {
		Range struct {
			Start, End struct{ Line, Character int }
		}
		Severity        int
		Code            string
		CodeDescription struct{ Href string }
		Message         string
	}
}

// client is a language client over a pipe.
type client struct {
	t    testing.TB
	conn *jsonrpc2.Conn
	pipe net.Conn
	dir  string

	mu       sync.Mutex
	diags    map[string]published // the last of each file
	logs     []string
	shown    []string
	traces   []string
	progress []string
	wake     chan struct{}
}

func catalog(dir string, _ []string) (schema.Catalog, error) {
	c := schema.Catalog{Sources: map[string]schema.Source{}, Actions: map[string]schema.Action{}}
	for name, source := range plugins.Builtin() {
		c.Sources[name] = source().Describe()
	}
	for name, act := range plugins.Actions() {
		c.Actions[name] = act().Describe()
	}
	c.Actions["webhook"] = schema.Action{Name: "webhook", Doc: "Sends a message by HTTP.",
		Settings: []schema.Setting{{Name: "url", Type: schema.Type{Kind: schema.Secret}, Required: true, Doc: "Where it is sent."}},
		Fields: []schema.Setting{
			{Name: "text", Type: schema.Type{Kind: schema.String}, Required: true, Doc: "The message."},
			{Name: "level", Type: schema.Type{Kind: schema.String}, OneOf: []string{"info", "warn"}, Default: "info", Doc: "How loud it is."},
		}}
	if text, err := os.ReadFile(filepath.Join(dir, "recon.lock")); err == nil {
		lock, err := schema.ParseLock(text)
		if err != nil {
			return c, err
		}
		c.Tables = lock.Tables
	}
	return c, nil
}

// start starts a server with a folder as its workspace; capabilities are the client's, as JSON.
func start(t testing.TB, dir, capabilities string) *client {
	t.Helper()
	return startWith(t, dir, capabilities, lsp.Config{Version: "test", Catalog: catalog, Now: func() time.Time { return time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC) }})
}

func startWith(t testing.TB, dir, capabilities string, cfg lsp.Config) *client {
	t.Helper()
	near, far := net.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- lsp.Serve(ctx, far, cfg) }()
	c := &client{t: t, pipe: near, dir: dir, diags: map[string]published{}, wake: make(chan struct{}, 1)}
	c.conn = jsonrpc2.NewConn(ctx, jsonrpc2.NewBufferedStream(near, jsonrpc2.VSCodeObjectCodec{}), jsonrpc2.HandlerWithError(c.handle))
	t.Cleanup(func() {
		c.conn.Close()
		cancel()
		select {
		case <-ended:
		case <-time.After(time.Minute):
			t.Error("the server does not end")
		}
	})
	var params map[string]any
	if err := json.Unmarshal([]byte(`{"processId":null,"capabilities":`+capabilities+`}`), &params); err != nil {
		t.Fatal(err)
	}
	params["rootUri"] = nil
	if dir != "" {
		params["workspaceFolders"] = []map[string]string{{"uri": "file://" + filepath.ToSlash(dir), "name": "rules"}}
	}
	c.call("initialize", params, nil)
	c.notify("initialized", struct{}{})
	return c
}

func (c *client) handle(_ context.Context, _ *jsonrpc2.Conn, r *jsonrpc2.Request) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch r.Method {
	case "textDocument/publishDiagnostics":
		var p published
		if err := json.Unmarshal(*r.Params, &p); err != nil {
			c.t.Error(err)
		}
		c.diags[p.URI] = p
	case "$/progress":
		c.progress = append(c.progress, string(*r.Params))
	case "$/logTrace":
		c.traces = append(c.traces, string(*r.Params))
	case "window/logMessage":
		c.logs = append(c.logs, string(*r.Params))
	case "window/showMessage":
		c.shown = append(c.shown, string(*r.Params))
	}
	select {
	case c.wake <- struct{}{}:
	default:
	}
	return nil, nil
}

// call asks the server and wants an answer.
func (c *client) call(method string, params, result any) {
	c.t.Helper()
	if err := c.try(method, params, result); err != nil {
		c.t.Fatalf("%s: %v", method, err)
	}
}

func (c *client) try(method string, params, result any) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return c.conn.Call(ctx, method, params, result)
}

func (c *client) notify(method string, params any) {
	c.t.Helper()
	if err := c.conn.Notify(context.Background(), method, params); err != nil {
		c.t.Fatalf("%s: %v", method, err)
	}
}

func (c *client) uri(name string) string {
	return "file://" + filepath.ToSlash(filepath.Join(c.dir, name))
}

// open opens a file with a text.
func (c *client) open(name, text string) {
	c.t.Helper()
	c.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": c.uri(name), "languageId": "recon", "version": 1, "text": text}})
}

// until waits for something that notifications bring about.
func (c *client) until(what string, ok func() bool) {
	c.t.Helper()
	deadline := time.After(time.Minute)
	for {
		c.mu.Lock()
		done := ok()
		c.mu.Unlock()
		if done {
			return
		}
		select {
		case <-c.wake:
		case <-deadline:
			c.t.Fatalf("waited in vain for %s", what)
		}
	}
}

// codes are the codes of the last diagnostics of a file.
func (c *client) codes(name string) (codes []string) {
	for _, d := range c.diags[c.uri(name)].Diagnostics {
		codes = append(codes, d.Code)
	}
	return codes
}
