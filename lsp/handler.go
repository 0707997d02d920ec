package lsp

import (
	"github.com/sourcegraph/jsonrpc2"
	protocol "github.com/tliron/glsp/protocol_3_16"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lsp/feature"
)

// handler has one line for each method of the protocol's version 3.16.
func (c *call) handler() *protocol.Handler {
	return &protocol.Handler{
		Initialize:  c.initialize,
		Initialized: c.initialized,
		Shutdown:    c.ending,
		SetTrace:    c.setTrace,

		TextDocumentDidOpen:   c.didOpen,
		TextDocumentDidChange: c.didChange,
		TextDocumentDidClose:  c.didClose,
		TextDocumentDidSave:   c.didSave,

		WorkspaceDidChangeWatchedFiles:  c.didChangeFiles,
		WorkspaceDidChangeConfiguration: c.didChangeConfiguration,

		TextDocumentHover:             c.hover,
		TextDocumentCompletion:        c.completion,
		CompletionItemResolve:         c.resolve,
		TextDocumentSignatureHelp:     c.signatureHelp,
		TextDocumentDefinition:        c.definition,
		TextDocumentTypeDefinition:    c.typeDefinition,
		TextDocumentReferences:        c.references,
		TextDocumentDocumentHighlight: c.highlights,
		TextDocumentPrepareRename:     c.prepareRename,
		TextDocumentRename:            c.rename,

		WorkspaceExecuteCommand:          c.executeCommand,
		TextDocumentCodeLens:             c.codeLenses,
		TextDocumentDocumentSymbol:       c.documentSymbols,
		WorkspaceSymbol:                  c.workspaceSymbols,
		TextDocumentDocumentLink:         c.documentLinks,
		TextDocumentLinkedEditingRange:   c.linkedRanges,
		TextDocumentPrepareCallHierarchy: c.prepareCalls,
		CallHierarchyIncomingCalls:       c.incomingCalls,
		CallHierarchyOutgoingCalls:       c.outgoingCalls,

		TextDocumentFormatting:              c.format,
		TextDocumentRangeFormatting:         c.formatRange,
		TextDocumentOnTypeFormatting:        c.formatTyped,
		TextDocumentFoldingRange:            c.foldingRanges,
		TextDocumentSelectionRange:          c.selectionRanges,
		TextDocumentSemanticTokensFull:      c.semanticTokens,
		TextDocumentSemanticTokensFullDelta: c.semanticTokensDelta,
		TextDocumentSemanticTokensRange:     c.semanticTokensRange,
	}
}

// at is the snapshot of a file and the byte of a position in it.
func (c *call) at(p protocol.TextDocumentPositionParams) (*feature.Snapshot, int, error) {
	s, d, err := c.file(p.TextDocument.URI)
	if err != nil {
		return nil, 0, err
	}
	return s, d.lines.offset(p.Position, c.client.encoding), nil
}

// linesIn are the lines of the file of a span, which may be one that lies outside of the workspace.
func (c *call) linesIn(f *diag.File) *lines {
	if d := c.space.document(f.Name); d != nil && d.file == f {
		return d.lines
	}
	return linesOf(f.Text)
}

// rangeOf is a span of a document as a range.
func (c *call) rangeOf(d *document, s diag.Span) protocol.Range {
	return d.lines.rangeOf(s.Start, s.End, c.client.encoding)
}

// spanRange is a span of any file as a range.
func (c *call) spanRange(s diag.Span) protocol.Range {
	return c.linesIn(s.File).rangeOf(s.Start, s.End, c.client.encoding)
}

func (c *call) location(s diag.Span) protocol.Location {
	return protocol.Location{URI: uriOf(s.File.Name), Range: c.spanRange(s)}
}

// badRequest is the error for parameters that make no sense.
func badRequest(text string) error {
	return &jsonrpc2.Error{Code: jsonrpc2.CodeInvalidParams, Message: text}
}
