package lsp_test

import (
	"context"
	"errors"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/recon-lang/recon/lsp"
	"github.com/recon-lang/recon/sdk/schema"
)

// code is the code of an answer that is an error.
func code(t *testing.T, err error) int64 {
	t.Helper()
	var e *jsonrpc2.Error
	if !errors.As(err, &e) {
		t.Fatalf("the answer is %v, want an error of the protocol", err)
	}
	return e.Code
}

func place(uri string) map[string]any {
	return map[string]any{"textDocument": map[string]any{"uri": uri}, "position": map[string]any{"line": 0, "character": 0}}
}

// What makes no sense is answered with the code that the protocol has for it, and the server goes on.
func TestErrorCodes(t *testing.T) {
	c := start(t, t.TempDir(), `{}`)
	for _, x := range []struct {
		method string
		params any
		want   int64
	}{
		{"textDocument/noSuchThing", place("file:///a.recon"), -32601},
		{"textDocument/hover", "订单 🧾", -32602},
		{"textDocument/hover", place(c.uri("never-opened.recon")), -32803},
		{"initialize", map[string]any{"processId": nil, "capabilities": map[string]any{}}, -32600},
	} {
		if got := code(t, c.try(x.method, x.params, nil)); got != x.want {
			t.Errorf("%s is answered by %d, want %d", x.method, got, x.want)
		}
	}
	c.open("a.recon", 订单)
	c.call("textDocument/hover", place(c.uri("a.recon")), nil)
	c.notify("textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": c.uri("a.recon")}})
	if got := code(t, c.try("textDocument/hover", place(c.uri("a.recon")), nil)); got != -32803 {
		t.Errorf("a request for a closed file is answered by %d", got)
	}
	for _, uri := range []string{c.uri("a.recon"), "untitled:从未"} {
		var found struct{ Items []any }
		if c.call("textDocument/diagnostic", place(uri), &found); found.Items == nil || len(found.Items) > 0 {
			t.Errorf("in the closed %s is found %v, want an empty list", uri, found.Items)
		}
	}
	c.call("shutdown", nil, nil)
	if got := code(t, c.try("textDocument/hover", place(c.uri("a.recon")), nil)); got != -32600 {
		t.Errorf("a request after shutdown is answered by %d", got)
	}
}

// A client that asks for all findings is told that a text has none any more when it is gone: it would show them for ever.
func TestPullForgets(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "删.recon")
	if err := os.WriteFile(path, []byte("rexx 🧾\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := start(t, dir, `{"textDocument":{"diagnostic":{}}}`)
	c.notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": "untitled:Untitled-1", "languageId": "recon", "version": 1, "text": "rexx 🧾\n"}})
	type previous struct {
		URI   string `json:"uri"`
		Value string `json:"value"`
	}
	pull := func(ids []previous) (found map[string]int, next []previous) {
		var all struct {
			Items []struct {
				URI, Kind, ResultID string
				Items               []any
			}
		}
		c.call("workspace/diagnostic", map[string]any{"previousResultIds": ids}, &all)
		found = map[string]int{}
		for _, r := range all.Items {
			found[r.URI] = len(r.Items)
			if r.Items == nil || r.Kind != "full" {
				t.Errorf("report %+v", r)
			}
			if r.ResultID != "" {
				next = append(next, previous{r.URI, r.ResultID})
			}
		}
		return found, next
	}
	file := (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String()
	found, ids := pull([]previous{})
	if found[file] == 0 || found["untitled:Untitled-1"] == 0 || len(ids) != 2 {
		t.Fatalf("found are %v, %v", found, ids)
	}
	c.notify("textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": "untitled:Untitled-1"}})
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	c.notify("workspace/didChangeWatchedFiles", map[string]any{"changes": []any{map[string]any{"uri": file, "type": 3}}})
	found, ids = pull(ids)
	if want := map[string]int{file: 0, "untitled:Untitled-1": 0}; !maps.Equal(found, want) || len(ids) > 0 {
		t.Errorf("after both are gone: %v, %v, want %v", found, ids, want)
	}
	if found, _ = pull(ids); len(found) > 0 {
		t.Errorf("told again: %v", found)
	}
}

// A request that is cancelled is answered at once as cancelled, and what came after it has been carried out.
func TestCancel(t *testing.T) {
	dir := t.TempDir()
	for i := range 40 {
		if err := os.WriteFile(filepath.Join(dir, strings.Repeat("单", i+1)+".recon"), []byte(largeFile(2000, i)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := start(t, dir, `{"textDocument":{"diagnostic":{}}}`)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	wait, err := c.conn.DispatchCall(ctx, "workspace/diagnostic", map[string]any{"previousResultIds": []any{}}, jsonrpc2.PickID(jsonrpc2.ID{Str: "大 🧾", IsString: true}))
	if err != nil {
		t.Fatal(err)
	}
	c.notify("$/cancelRequest", map[string]any{"id": "大 🧾"})
	if got := code(t, wait.Wait(ctx, nil)); got != -32800 {
		t.Errorf("a cancelled request is answered by %d", got)
	}
	c.open("a.recon", 订单)
	c.call("textDocument/hover", place(c.uri("a.recon")), nil)
}

// A recon.lock that cannot be read, and a folder that is none, are said once, the former to the person too, and the rest goes on.
func TestBrokenSurroundings(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink("nowhere", filepath.Join(dir, "断.recon")); err != nil {
		t.Fatal(err)
	}
	broken := 0
	lost := func(dir string, names []string) (schema.Catalog, error) {
		broken++
		found, _ := catalog(dir, names)
		return found, errors.New("read recon.lock: line 3: 坏 🧾")
	}
	c := startWith(t, dir, `{}`, lsp.Config{Version: "test", Catalog: lost, Now: time.Now})
	c.open("a.recon", 订单)
	c.until("a fault", func() bool { return len(c.codes("a.recon")) > 0 })
	for version := 2; version < 12; version++ {
		c.notify("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": c.uri("a.recon"), "version": version},
			"contentChanges": []any{map[string]any{"text": 订单 + strings.Repeat("# 🧾\n", version)}}})
		c.until("its version", func() bool { p := c.diags[c.uri("a.recon")]; return p.Version != nil && *p.Version == version })
	}
	c.until("the log", func() bool { return len(c.logs) >= 2 })
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, want := range []string{"断.recon", "recon.lock: line 3"} {
		n := 0
		for _, l := range c.logs {
			if strings.Contains(l, want) {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%q is logged %d times: %v", want, n, c.logs)
		}
	}
	if len(c.shown) != 1 || !strings.Contains(c.shown[0], "recon.lock: line 3") {
		t.Errorf("shown is %v", c.shown)
	}

	pulls := startWith(t, t.TempDir(), `{"textDocument":{"diagnostic":{}}}`, lsp.Config{Version: "test", Catalog: lost, Now: time.Now})
	pulls.open("a.recon", 订单)
	for range 2 {
		pulls.call("textDocument/diagnostic", map[string]any{"textDocument": map[string]any{"uri": pulls.uri("a.recon")}}, nil)
	}
	pulls.until("a message", func() bool { return len(pulls.shown) == 1 && len(pulls.logs) == 1 })
}

// Four megabytes are answered, and more are refused, each in one finding.
func TestHugeFile(t *testing.T) {
	c := start(t, t.TempDir(), `{}`)
	line := "# 订单 🧾 " + strings.Repeat("长", 300) + "\n"
	c.open("big.recon", "recon 1\n"+strings.Repeat(line, 4<<20/len(line)-1))
	c.call("textDocument/hover", place(c.uri("big.recon")), nil)
	c.open("bigger.recon", "recon 1\n"+strings.Repeat(line, 4<<20/len(line)+9))
	c.until("a finding", func() bool { return len(c.codes("bigger.recon")) == 1 })
}

// A client that hangs up in the middle of requests ends its server, and nothing else.
func TestClientHangsUp(t *testing.T) {
	for range 20 {
		c := start(t, t.TempDir(), `{}`)
		c.open("a.recon", largeFile(1000, 1))
		for range 10 {
			if _, err := c.conn.DispatchCall(context.Background(), "textDocument/diagnostic", place(c.uri("a.recon"))); err != nil {
				t.Fatal(err)
			}
		}
		c.pipe.Close()
	}
}

// A client that asks for a trace is told what each request took, from when it asks until it does not any more.
func TestTrace(t *testing.T) {
	c := start(t, t.TempDir(), `{}`)
	c.open("a.recon", 订单)
	c.call("textDocument/hover", place(c.uri("a.recon")), nil)
	c.notify("$/setTrace", map[string]any{"value": "messages"})
	c.call("textDocument/hover", place(c.uri("a.recon")), nil)
	c.until("a trace", func() bool { return len(c.traces) > 0 })
	c.notify("$/setTrace", map[string]any{"value": "off"})
	c.call("textDocument/hover", place(c.uri("a.recon")), nil)
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.traces) != 1 || !strings.Contains(c.traces[0], "textDocument/hover") {
		t.Errorf("traces are %v", c.traces)
	}
}

// A large workspace shows that it is being checked, to a client that can show it.
func TestProgress(t *testing.T) {
	dir := t.TempDir()
	for i := range 60 {
		if err := os.WriteFile(filepath.Join(dir, strings.Repeat("单", i+1)+".recon"), []byte(largeFile(60, i)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := start(t, dir, `{"window":{"workDoneProgress":true}}`)
	c.until("its end", func() bool { n := len(c.progress); return n > 2 && strings.Contains(c.progress[n-1], `"end"`) })
	if !strings.Contains(c.progress[0], `"begin"`) || !strings.Contains(c.progress[0], "60 files") {
		t.Errorf("progress begins by %s", c.progress[0])
	}
}
