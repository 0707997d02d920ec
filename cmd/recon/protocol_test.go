package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/recon-lang/recon/lsp"
)

// fromClient are the requests and notifications of version 3.17 of the protocol that a client sends, as the specification orders them.
var fromClient = []struct{ title, methods string }{
	{"Life of a session", "initialize initialized shutdown exit $/setTrace $/cancelRequest window/workDoneProgress/cancel"},
	{"Text", "textDocument/didOpen textDocument/didChange textDocument/willSave textDocument/willSaveWaitUntil textDocument/didSave textDocument/didClose " +
		"notebookDocument/didOpen notebookDocument/didChange notebookDocument/didSave notebookDocument/didClose"},
	{"Findings", "textDocument/diagnostic workspace/diagnostic"},
	{"Writing", "textDocument/completion completionItem/resolve textDocument/signatureHelp textDocument/codeAction codeAction/resolve " +
		"textDocument/formatting textDocument/rangeFormatting textDocument/onTypeFormatting textDocument/prepareRename textDocument/rename " +
		"textDocument/linkedEditingRange"},
	{"Reading", "textDocument/hover textDocument/declaration textDocument/definition textDocument/typeDefinition textDocument/implementation " +
		"textDocument/references textDocument/documentHighlight textDocument/documentSymbol workspace/symbol workspaceSymbol/resolve " +
		"textDocument/prepareCallHierarchy callHierarchy/incomingCalls callHierarchy/outgoingCalls " +
		"textDocument/prepareTypeHierarchy typeHierarchy/supertypes typeHierarchy/subtypes"},
	{"Showing", "textDocument/semanticTokens/full textDocument/semanticTokens/full/delta textDocument/semanticTokens/range " +
		"textDocument/inlayHint inlayHint/resolve textDocument/inlineValue textDocument/codeLens codeLens/resolve textDocument/foldingRange " +
		"textDocument/selectionRange textDocument/documentLink documentLink/resolve textDocument/documentColor textDocument/colorPresentation textDocument/moniker"},
	{"Workspace", "workspace/executeCommand workspace/didChangeWatchedFiles workspace/didChangeWorkspaceFolders workspace/didChangeConfiguration " +
		"workspace/willCreateFiles workspace/didCreateFiles workspace/willRenameFiles workspace/didRenameFiles workspace/willDeleteFiles workspace/didDeleteFiles"},
}

const fromServer = "textDocument/publishDiagnostics window/logMessage window/showMessage window/showMessageRequest window/showDocument " +
	"window/workDoneProgress/create $/progress $/logTrace telemetry/event client/registerCapability client/unregisterCapability workspace/applyEdit " +
	"workspace/configuration workspace/workspaceFolders workspace/codeLens/refresh workspace/inlayHint/refresh workspace/semanticTokens/refresh " +
	"workspace/diagnostic/refresh workspace/inlineValue/refresh"

// writeProtocol asks a server which methods it has: one that it does not have gets the error for that.
func writeProtocol(t *testing.T, w io.Writer) {
	pageHead(w, "The language server", "`recon lsp` speaks the language server protocol over standard input and output, or, with `--listen`, with each client that connects. "+
		"How to set an editor up stands in [editors](../how-to/editors.md). These are the messages of version 3.17 of the protocol, and which of them it knows.\n\n"+
		"Positions count in UTF-16, or in UTF-8 for clients that offer it. A request that is not known is answered with the error -32601, one with parameters that "+
		"cannot be read with -32602, a canceled one with -32800. What a request is about is the text as it was when the request came.\n\n"+
		"The commands `recon.test` and `recon.plan` take `{\"uri\": …, \"rule\": …, \"test\": …}` and give back `{\"ok\": …, \"summary\": …, \"text\": …}`. The summary is also a "+
		"message, and the text is logged, but for clients that show what they get back and say so by `\"initializationOptions\": {\"showsOutcomes\": true}`. `{\"choices\": false}` there is "+
		"for clients that fill in the places of an entry of completion, but cannot let one text be chosen of several.")
	server := newProtocolServer(t)
	fmt.Fprint(w, "\n## From the editor\n")
	for _, group := range fromClient {
		fmt.Fprintf(w, "\n### %s\n\n| message | known |\n|---|---|\n", group.title)
		for _, method := range strings.Fields(group.methods) {
			// These begin and end the session, and are known by that.
			known := method == "initialize" || method == "shutdown" || method == "exit" || method == "$/cancelRequest" || server.knows(method)
			fmt.Fprintf(w, "| `%s` | %s |\n", method, yesOrNo(known))
		}
	}
	server.end()

	var source strings.Builder
	files, err := filepath.Glob("../../lsp/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		source.Write(text)
	}
	fmt.Fprint(w, "\n## From the server\n\nWhat needs an ability of the client is sent only to clients that say they have it.\n\n| message | sent |\n|---|---|\n")
	for _, method := range strings.Fields(fromServer) {
		fmt.Fprintf(w, "| `%s` | %s |\n", method, yesOrNo(strings.Contains(source.String(), strconv.Quote(method))))
	}
}

func yesOrNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// protocolServer is a server that is asked with parameters that say nothing.
type protocolServer struct {
	t    *testing.T
	conn net.Conn
	in   *textproto.Reader
	next int
	done chan error
}

func newProtocolServer(t *testing.T) *protocolServer {
	t.Helper()
	here, there := net.Pipe()
	s := &protocolServer{t: t, conn: here, in: textproto.NewReader(bufio.NewReader(here)), done: make(chan error, 1)}
	_ = here.SetDeadline(time.Now().Add(2 * time.Minute))
	cfg := lsp.Config{Version: "test", Catalog: newCatalogs(environment{}).catalog, Now: time.Now}
	go func() { s.done <- lsp.Serve(context.Background(), there, cfg) }()
	if code := s.ask("initialize", `{"capabilities":{}}`); code != 0 {
		t.Fatalf("initialize is answered with the error %d", code)
	}
	return s
}

// knows reports whether the server has a method.
func (s *protocolServer) knows(method string) bool { return s.ask(method, "{}") != -32601 }

// ask gives the code of the error in the answer, or 0.
func (s *protocolServer) ask(method, params string) int {
	s.t.Helper()
	s.next++
	message := fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":%q,"params":%s}`, s.next, method, params)
	if _, err := fmt.Fprintf(s.conn, "Content-Length: %d\r\n\r\n%s", len(message), message); err != nil {
		s.t.Fatal(err)
	}
	for {
		header, err := s.in.ReadMIMEHeader()
		if err != nil {
			s.t.Fatalf("after %s: %v", method, err)
		}
		size, err := strconv.Atoi(header.Get("Content-Length"))
		if err != nil {
			s.t.Fatal(err)
		}
		text := make([]byte, size)
		if _, err := io.ReadFull(s.in.R, text); err != nil {
			s.t.Fatal(err)
		}
		var answer struct {
			ID     int
			Method string
			Error  struct{ Code int }
		}
		if err := json.Unmarshal(text, &answer); err != nil {
			s.t.Fatal(err)
		}
		if answer.Method == "" && answer.ID == s.next {
			if answer.Error.Code == -32603 {
				s.t.Errorf("%s with parameters that say nothing is answered with an internal error: %s", method, text)
			}
			return answer.Error.Code
		}
	}
}

func (s *protocolServer) end() {
	s.ask("shutdown", "null")
	s.conn.Close()
	<-s.done
}
