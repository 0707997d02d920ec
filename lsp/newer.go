package lsp

import (
	"encoding/json"
	"strings"

	protocol "github.com/tliron/glsp/protocol_3_16"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lsp/feature"
)

// newer are the methods that came after version 3.16 of the protocol, which the library does not know, and one that it reads too strictly.
var newer = map[string]func(*call, json.RawMessage) (any, error){
	"textDocument/diagnostic":        typed((*call).pullDiagnostics),
	"workspace/diagnostic":           typed((*call).pullAll),
	"textDocument/codeAction":        typed((*call).codeActions),
	"window/workDoneProgress/cancel": typed((*call).cancelProgress),
	"textDocument/inlayHint":         typed((*call).inlayHints),
	"codeAction/resolve":             typed((*call).resolveAction),

	"workspace/didChangeWorkspaceFolders": typed((*call).didChangeFolders),
}

// typed reads the parameters of a method.
func typed[P any, R any](f func(*call, *P) (R, error)) func(*call, json.RawMessage) (any, error) {
	return func(c *call, raw json.RawMessage) (any, error) {
		var p P
		if err := json.Unmarshal(raw, &p); err != nil {
			return nil, badRequest(err.Error())
		}
		return f(c, &p)
	}
}

// offered is what the server can do.
func (c *call) offered() map[string]any {
	return map[string]any{
		"positionEncoding": c.client.encoding.String(),
		"textDocumentSync": protocol.TextDocumentSyncOptions{OpenClose: &yes, Change: &incremental, Save: true},
		"hoverProvider":    true,

		"completionProvider":    completionKeys,
		"signatureHelpProvider": signatureKeys,

		"definitionProvider":        true,
		"typeDefinitionProvider":    true,
		"referencesProvider":        true,
		"documentHighlightProvider": true,
		"renameProvider":            map[string]any{"prepareProvider": true},

		"documentSymbolProvider":     true,
		"workspaceSymbolProvider":    true,
		"documentLinkProvider":       map[string]any{},
		"linkedEditingRangeProvider": true,
		"callHierarchyProvider":      true,

		"documentFormattingProvider":       true,
		"documentRangeFormattingProvider":  true,
		"documentOnTypeFormattingProvider": formatKeys,
		"foldingRangeProvider":             true,
		"inlayHintProvider":                true,
		"codeLensProvider":                 map[string]any{},
		"executeCommandProvider":           map[string]any{"commands": []string{TestCommand, PlanCommand}},
		"codeActionProvider":               map[string]any{"codeActionKinds": feature.ActionKinds, "resolveProvider": true},
		"selectionRangeProvider":           true,
		"semanticTokensProvider":           map[string]any{"legend": legend, "range": true, "full": map[string]any{"delta": true}},

		"diagnosticProvider": map[string]any{
			"identifier": "recon", "interFileDependencies": true, "workspaceDiagnostics": true,
		},
		"workspace": map[string]any{"workspaceFolders": map[string]any{"supported": true, "changeNotifications": true}},
	}
}

var (
	yes         = true
	incremental = protocol.TextDocumentSyncKindIncremental
)

type documentDiagnosticParams struct {
	TextDocument protocol.TextDocumentIdentifier `json:"textDocument"`
}

// diagnosticReport is the answer to a pull, for one file.
type diagnosticReport struct {
	Kind    string                `json:"kind"` // "full"
	URI     string                `json:"uri,omitempty"`
	Version *int32                `json:"version,omitempty"`
	Result  string                `json:"resultId,omitempty"`
	Items   []protocol.Diagnostic `json:"items"`
}

// pullDiagnostics finds nothing in a file that is neither open nor in a folder: clients ask once more about a text that was just closed, to
// be rid of what was found in it.
func (c *call) pullDiagnostics(p *documentDiagnosticParams) (*diagnosticReport, error) {
	path, err := pathOf(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	d := c.space.document(path)
	if d == nil {
		return &diagnosticReport{Kind: "full", Items: []protocol.Diagnostic{}}, nil
	}
	return &diagnosticReport{Kind: "full", Items: c.diagnostics(d)}, nil
}

type workspaceReport struct {
	Items []diagnosticReport `json:"items"`
}

type workspaceDiagnosticParams struct {
	Previous []struct {
		URI string `json:"uri"`
	} `json:"previousResultIds"`
}

// pullAll gives what is found in every file. A report that finds something has an id, by which the client names it the next time: it is then
// told of a file that is gone that nothing is found there.
func (c *call) pullAll(p *workspaceDiagnosticParams) (*workspaceReport, error) {
	out := &workspaceReport{Items: []diagnosticReport{}}
	for _, path := range c.space.paths() {
		d := c.space.document(path)
		r := diagnosticReport{Kind: "full", URI: uriOf(path), Items: c.diagnostics(d)}
		if d.open {
			r.Version = &d.version
		}
		if len(r.Items) > 0 {
			r.Result = "found"
		}
		out.Items = append(out.Items, r)
		if c.ctx.Err() != nil {
			return nil, c.ctx.Err()
		}
	}
	for _, told := range p.Previous {
		if path, err := pathOf(told.URI); err == nil && c.space.document(path) == nil {
			out.Items = append(out.Items, diagnosticReport{Kind: "full", URI: told.URI, Items: []protocol.Diagnostic{}})
		}
	}
	return out, nil
}

// slug is the anchor of a code's heading in the reference: it begins with the code, in small letters, as the page makes it.
func slug(code diag.Code) string {
	e, _ := diag.Explain(code)
	var b strings.Builder
	for _, r := range strings.ToLower(string(code) + ": " + e.Title) {
		switch {
		case r == ' ':
			b.WriteByte('-')
		case r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r > 127:
			b.WriteRune(r)
		}
	}
	return b.String()
}
