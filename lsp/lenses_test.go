package lsp_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/recon-lang/recon/lsp"
)

func TestCodeLenses(t *testing.T) {
	runMarks(t, "lenses", map[string]func(*markCase, mark){
		"lenses": func(c *markCase, m mark) {
			var lenses []struct {
				spot
				Command struct {
					Title, Command string
					Arguments      []struct{ URI, Rule, Test string }
				}
			}
			p := c.position(m, 0)
			delete(p, "position")
			c.call("textDocument/codeLens", p, &lenses)
			var out strings.Builder
			for _, l := range lenses {
				l.URI = c.uri(m.file)
				fmt.Fprintf(&out, "%s: %s: %s %s %s\n", c.show(l.spot), l.Command.Title, l.Command.Command, l.Command.Arguments[0].Rule, l.Command.Arguments[0].Test)
			}
			c.want(m, 1, strings.ReplaceAll(out.String(), " \n", "\n"))
		},
	})
}

// A command shows how far it is, and ends when the client cancels it, or its user what is shown.
func TestCommandsAreCancelled(t *testing.T) {
	began := make(chan lsp.Command, 1)
	cfg := lsp.Config{Version: "test", Catalog: catalog, Now: time.Now,
		Run: func(ctx context.Context, cmd lsp.Command, report func(done, of int)) (lsp.Outcome, error) {
			report(1, 2)
			began <- cmd
			<-ctx.Done()
			return lsp.Outcome{}, ctx.Err()
		}}
	c := startWith(t, t.TempDir(), `{"window":{"workDoneProgress":true}}`, cfg)
	c.open("a.recon", "let 一 = \"🧾\"\n")
	var e *jsonrpc2.Error
	for n, cancel := range []func(){
		func() { c.notify("$/cancelRequest", map[string]any{"id": 7777}) },
		func() {
			for token := range 9 {
				c.notify("window/workDoneProgress/cancel", map[string]any{"token": fmt.Sprintf("recon-%d", token)})
			}
		},
	} {
		failed := make(chan error, 1)
		go func() {
			failed <- c.conn.Call(context.Background(), "workspace/executeCommand", map[string]any{"command": "recon.test",
				"arguments": []any{map[string]any{"uri": c.uri("a.recon"), "rule": "r"}}}, nil, jsonrpc2.PickID(jsonrpc2.ID{Num: uint64(7777 + n)}))
		}()
		cmd := <-began
		if len(cmd.Files) != 1 || string(cmd.Files[0].Text) != "let 一 = \"🧾\"\n" || cmd.Rule != "r" || cmd.Name != lsp.TestCommand {
			t.Errorf("the command is %+v", cmd)
		}
		cancel()
		if err := <-failed; !errors.As(err, &e) || e.Code != -32800 {
			t.Errorf("the answer is %v", err)
		}
		c.until("the end of the progress", func() bool {
			ends := slices.DeleteFunc(slices.Clone(c.progress), func(p string) bool { return !strings.Contains(p, "cancelled") })
			return len(ends) == n+1
		})
	}
	for _, params := range []map[string]any{
		{"command": "recon.run"},
		{"command": "recon.test"},
		{"command": "recon.test", "arguments": []any{map[string]any{"uri": c.uri("b.recon")}}},
		{"command": "recon.test", "arguments": []any{7}},
	} {
		if err := c.try("workspace/executeCommand", params, nil); !errors.As(err, &e) {
			t.Errorf("%v is answered by %v", params, err)
		}
	}
}

// What comes of a command is told in a message and in the log, unless the client says that it shows what it gets back.
func TestOutcomesAreTold(t *testing.T) {
	cfg := lsp.Config{Version: "test", Catalog: catalog, Now: time.Now,
		Run: func(context.Context, lsp.Command, func(done, of int)) (lsp.Outcome, error) {
			return lsp.Outcome{OK: true, Summary: "planned 规则", Text: "read 🧾"}, nil
		}}
	for options, told := range map[string]bool{`null`: true, `"any text"`: true, `{"showsOutcomes":false}`: true, `{"showsOutcomes":true}`: false} {
		c := startWith(t, t.TempDir(), `{},"initializationOptions":`+options, cfg)
		c.open("a.recon", "let 一 = \"🧾\"\n")
		var out lsp.Outcome
		c.call("workspace/executeCommand", map[string]any{"command": "recon.plan", "arguments": []any{map[string]any{"uri": c.uri("a.recon")}}}, &out)
		if !out.OK || out.Summary != "planned 规则" || out.Text != "read 🧾" {
			t.Errorf("options %s: the answer is %+v", options, out)
		}
		c.mu.Lock()
		if got := len(c.shown) == 1 && strings.Contains(c.shown[0], "planned 规则") && strings.Contains(strings.Join(c.logs, ""), "read 🧾"); got != told || !told && len(c.shown) > 0 {
			t.Errorf("options %s: told %s %s, want it to be told: %t", options, c.shown, c.logs, told)
		}
		c.mu.Unlock()
	}
}

// States are read when something was saved, not while somebody types.
func TestVerdictsAreReadOnce(t *testing.T) {
	var reads atomic.Int32
	cfg := lsp.Config{Version: "test", Catalog: catalog, Now: time.Now,
		Verdicts: func(context.Context, string) (map[string]lsp.Verdict, error) {
			return map[string]lsp.Verdict{"查": {Text: "pass", When: "today", Open: int(reads.Add(1))}}, nil
		}}
	c := startWith(t, t.TempDir(), "{}", cfg)
	text := "rule 查 over 订单 { } # 🧾\n"
	c.open("a.recon", text)
	doc := map[string]any{"uri": c.uri("a.recon"), "version": 1}
	title := func() string {
		var lenses []struct{ Command struct{ Title string } }
		c.call("textDocument/codeLens", map[string]any{"textDocument": doc}, &lenses)
		return lenses[len(lenses)-1].Command.Title
	}
	for version := range 5 {
		if got := title(); got != "passed today, 1 open break" {
			t.Errorf("lens %q", got)
		}
		doc["version"] = version + 2
		c.notify("textDocument/didChange", map[string]any{"textDocument": doc, "contentChanges": []any{map[string]any{"text": text + strings.Repeat("\n", version)}}})
	}
	c.notify("textDocument/didSave", map[string]any{"textDocument": doc})
	if got := title(); got != "passed today, 2 open breaks" || reads.Load() != 2 {
		t.Errorf("after saving: %q, read %d times", got, reads.Load())
	}
}
