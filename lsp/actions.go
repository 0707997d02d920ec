package lsp

import (
	"encoding/json"
	"strings"

	"github.com/sourcegraph/jsonrpc2"
	protocol "github.com/tliron/glsp/protocol_3_16"

	"github.com/recon-lang/recon/lsp/feature"
)

// codeActionParams are the protocol's, without the findings that the client sends along: we know them.
type codeActionParams struct {
	TextDocument protocol.TextDocumentIdentifier `json:"textDocument"`
	Range        protocol.Range                  `json:"range"`
	Context      struct {
		Only []string `json:"only"`
	} `json:"context"`
}

// codeAction is the protocol's, with what we need to work it out later.
type codeAction struct {
	Title       string                  `json:"title"`
	Kind        string                  `json:"kind"`
	Diagnostics []protocol.Diagnostic   `json:"diagnostics,omitempty"`
	IsPreferred bool                    `json:"isPreferred,omitempty"`
	Edit        *protocol.WorkspaceEdit `json:"edit,omitempty"`
	Data        *actionData             `json:"data,omitempty"`
}

// actionData says which action of which text was offered.
type actionData struct {
	URI     string         `json:"uri"`
	Version int32          `json:"version"`
	Range   protocol.Range `json:"range"`
	Kind    string         `json:"kind"`
}

func (c *call) codeActions(p *codeActionParams) ([]codeAction, error) {
	s, d, err := c.file(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	wants := func(kind string) bool {
		for _, only := range p.Context.Only {
			if only == "" || kind == only || strings.HasPrefix(kind, only+".") {
				return true
			}
		}
		return len(p.Context.Only) == 0
	}
	start, end := c.bytesOf(d, p.Range)
	out := []codeAction{}
	for _, a := range feature.Actions(s, start, end, c.cfg.Now(), wants) {
		action := codeAction{Title: a.Title, Kind: a.Kind, IsPreferred: a.Preferred}
		if a.Mends != nil {
			action.Diagnostics = []protocol.Diagnostic{c.diagnostic(d, *a.Mends)}
		}
		if c.client.lazyActions {
			action.Data = &actionData{p.TextDocument.URI, d.version, p.Range, a.Kind}
		} else {
			edits, err := a.Edits()
			if err != nil {
				continue
			}
			action.Edit = c.workspaceEdit(edits)
		}
		out = append(out, action)
	}
	return out, nil
}

// resolveAction works an action out that was offered.
func (c *call) resolveAction(raw *json.RawMessage) (any, error) {
	var a codeAction
	var rest map[string]any // what the client wants to have back
	if err := json.Unmarshal(*raw, &a); err != nil || a.Data == nil {
		return nil, badRequest("this is no action of ours")
	}
	if err := json.Unmarshal(*raw, &rest); err != nil {
		return nil, badRequest(err.Error())
	}
	s, d, err := c.file(a.Data.URI)
	if err != nil {
		return nil, err
	}
	if d.version != a.Data.Version {
		return nil, &jsonrpc2.Error{Code: codeContentModified, Message: "the text has changed since"}
	}
	start, end := c.bytesOf(d, a.Data.Range)
	for _, found := range feature.Actions(s, start, end, c.cfg.Now(), func(kind string) bool { return kind == a.Data.Kind }) {
		if found.Title != a.Title {
			continue
		}
		edits, err := found.Edits()
		if err != nil {
			return nil, err
		}
		rest["edit"] = c.workspaceEdit(edits)
		return rest, nil
	}
	return nil, badRequest("there is no action " + a.Title + " here")
}
