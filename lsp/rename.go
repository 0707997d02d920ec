package lsp

import (
	"errors"

	"github.com/sourcegraph/jsonrpc2"
	"github.com/tliron/glsp"
	protocol "github.com/tliron/glsp/protocol_3_16"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lsp/feature"
)

// refused is the error of a request that cannot be carried out, in words for the user.
func refused(err error) error {
	if no := (*feature.RenameError)(nil); errors.As(err, &no) {
		return &jsonrpc2.Error{Code: codeRequestFailed, Message: no.Text}
	}
	return err
}

func (c *call) prepareRename(_ *glsp.Context, p *protocol.PrepareRenameParams) (any, error) {
	s, offset, err := c.at(p.TextDocumentPositionParams)
	if err != nil {
		return nil, err
	}
	at, err := feature.PrepareRename(s, offset)
	if err != nil {
		return nil, refused(err)
	}
	return protocol.RangeWithPlaceholder{Range: c.spanRange(at), Placeholder: feature.BareName(at)}, nil
}

func (c *call) rename(_ *glsp.Context, p *protocol.RenameParams) (*protocol.WorkspaceEdit, error) {
	s, offset, err := c.at(p.TextDocumentPositionParams)
	if err != nil {
		return nil, err
	}
	edits, err := feature.Rename(s, offset, p.NewName)
	if err != nil {
		return nil, refused(err)
	}
	return c.workspaceEdit(edits), nil
}

// workspaceEdit is edits of several files, which are sorted, in the form that the client takes. An open file's are for the version
// that they were worked out for.
func (c *call) workspaceEdit(edits []diag.Edit) *protocol.WorkspaceEdit {
	var files []*diag.File
	byFile := map[*diag.File][]any{}
	plain := map[protocol.DocumentUri][]protocol.TextEdit{}
	for _, e := range edits {
		f := e.Span.File
		if byFile[f] == nil {
			files = append(files, f)
		}
		edit := protocol.TextEdit{Range: c.spanRange(e.Span), NewText: e.New}
		byFile[f] = append(byFile[f], edit)
		plain[uriOf(f.Name)] = append(plain[uriOf(f.Name)], edit)
	}
	if !c.client.documentEdits {
		return &protocol.WorkspaceEdit{Changes: plain}
	}
	out := &protocol.WorkspaceEdit{DocumentChanges: []any{}}
	for _, f := range files {
		id := protocol.OptionalVersionedTextDocumentIdentifier{TextDocumentIdentifier: protocol.TextDocumentIdentifier{URI: uriOf(f.Name)}}
		if d := c.space.document(f.Name); d != nil && d.open {
			id.Version = &d.version
		}
		out.DocumentChanges = append(out.DocumentChanges, protocol.TextDocumentEdit{TextDocument: id, Edits: byFile[f]})
	}
	return out
}
