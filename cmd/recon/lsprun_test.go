package main

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recon-lang/recon/engine/state"
	"github.com/sourcegraph/jsonrpc2"
)

const editedRules = `recon 1

source 账 from csv { # 🧾
  path = "a.csv"
  columns { 号 string, 额 decimal(18, 2) }
}

source bank from csv {
  path = "b.csv"
  columns { 号 string, 额 decimal(18, 2) }
}

rule 对账 between 账, bank {
  key 号
  compare 额 within 0.01
}

test "一分🧾" for 对账 {
  given 账 {
    | 号 | 额   |
    | A  | 1.00 |
  }
  given bank {
    | 号 | 额   |
    | A  | 1.01 |
  }
  expect matched 1
}

test "二" for 对账 {
  given 账 {
    | 号 |
    | A  |
  }
  given bank {
    | 号 |
  }
  expect missing bank 1
}
`

// pipes are the standard input and output of a server.
type pipes struct {
	io.ReadCloser
	in io.WriteCloser
}

func (p pipes) Write(b []byte) (int, error) { return p.in.Write(b) }
func (p pipes) Close() error                { return p.in.Close() }

// An editor runs tests and plans over the text as it has it, and shows what the last run left.
func TestEditorRunsRules(t *testing.T) {
	f := newFolder(t, map[string]string{"rules.recon": editedRules, "a.csv": "号,额\nA,1.00\nB,2.00\n", "b.csv": "号,额\nA,1.00\n"})
	today := time.Now().Format("2006-01")
	if a := f.recon("run", "对账"); a.code == exitTrouble {
		t.Fatalf("run: %+v", a)
	}
	cmd := f.command("lsp")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	ignore := jsonrpc2.HandlerWithError(func(context.Context, *jsonrpc2.Conn, *jsonrpc2.Request) (any, error) { return nil, nil })
	conn := jsonrpc2.NewConn(ctx, jsonrpc2.NewBufferedStream(pipes{out, in}, jsonrpc2.VSCodeObjectCodec{}), ignore)
	defer func() {
		conn.Close()
		_ = cmd.Wait()
	}()
	call := func(method string, params, result any) {
		t.Helper()
		if err := conn.Call(ctx, method, params, result); err != nil {
			t.Fatalf("%s: %v", method, err)
		}
	}
	uri := "file://" + filepath.ToSlash(f.path("rules.recon"))
	call("initialize", map[string]any{"capabilities": map[string]any{}, "workspaceFolders": []any{map[string]any{"uri": "file://" + filepath.ToSlash(f.dir), "name": "r"}}}, nil)
	notify := func(method string, params any) {
		t.Helper()
		if err := conn.Notify(ctx, method, params); err != nil {
			t.Fatal(err)
		}
	}
	notify("initialized", struct{}{})
	notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{"uri": uri, "languageId": "recon", "version": 1, "text": editedRules}})

	type lens struct {
		Command struct {
			Title, Command string
			Arguments      []json.RawMessage
		}
	}
	var lenses []lens
	titles := func() (list []string) {
		lenses = nil
		call("textDocument/codeLens", map[string]any{"textDocument": map[string]any{"uri": uri}}, &lenses)
		for _, l := range lenses {
			list = append(list, l.Command.Title)
		}
		return list
	}
	got := titles()
	if len(got) != 5 || got[0] != "plan this rule" || got[1] != "run its 2 tests" || !strings.HasPrefix(got[2], "failed "+today) ||
		!strings.HasSuffix(got[2], ", 1 open break") || got[3] != "run this test" {
		t.Errorf("lenses %q", got)
	}

	var outcome struct {
		OK            bool
		Summary, Text string
		Tests         []struct {
			Rule, Title string
			Passed      bool
		}
	}
	do := func(i int) {
		t.Helper()
		outcome.Tests = nil
		call("workspace/executeCommand", map[string]any{"command": lenses[i].Command.Command, "arguments": lenses[i].Command.Arguments}, &outcome)
	}
	do(1)
	if !outcome.OK || outcome.Summary != "2 tests passed" || len(outcome.Tests) != 2 || !outcome.Tests[1].Passed {
		t.Errorf("tests: %+v", outcome)
	}
	do(0)
	if !outcome.OK || !strings.Contains(outcome.Text, "对账") || !strings.Contains(outcome.Text, "strategy hash") {
		t.Errorf("plan: %+v", outcome)
	}

	// The text of the editor counts, not that of the disk.
	notify("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": uri, "version": 2},
		"contentChanges": []any{map[string]any{"text": strings.Replace(editedRules, "within 0.01", "within 0.001", 1)}}})
	do(3)
	if outcome.OK || outcome.Summary != `the test "一分🧾" failed` || len(outcome.Tests) != 1 || !strings.Contains(outcome.Text, "mismatch") {
		t.Errorf("a test that fails: %+v", outcome)
	}

	// A state that somebody else holds is not waited for.
	held, err := state.Open(ctx, filepath.Join(f.dir, ".recon"), state.Options{Role: "the test"})
	if err != nil {
		t.Fatal(err)
	}
	notify("textDocument/didSave", map[string]any{"textDocument": map[string]any{"uri": uri}})
	if got := titles(); slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "open") }) {
		t.Errorf("lenses while the state is held: %q", got)
	}
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
	notify("textDocument/didSave", map[string]any{"textDocument": map[string]any{"uri": uri}})
	if got := titles(); len(got) != 5 {
		t.Errorf("lenses when it is free again: %q", got)
	}
	if text, err := os.ReadFile(f.path("rules.recon")); err != nil || string(text) != editedRules {
		t.Errorf("the file was changed: %v", err)
	}
}
