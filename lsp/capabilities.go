package lsp

import (
	"encoding/json"
	"slices"

	protocol "github.com/tliron/glsp/protocol_3_16"
)

// capabilities is what we ask of a client's capabilities beyond what version 3.16 of the protocol has.
type capabilities struct {
	Capabilities struct {
		General struct {
			PositionEncodings []string `json:"positionEncodings"`
		} `json:"general"`
		TextDocument struct {
			Diagnostic json.RawMessage `json:"diagnostic"`
		} `json:"textDocument"`
		Workspace struct {
			InlayHint struct {
				RefreshSupport bool `json:"refreshSupport"`
			} `json:"inlayHint"`
			Diagnostics struct {
				RefreshSupport bool `json:"refreshSupport"`
			} `json:"diagnostics"`
		} `json:"workspace"`
	} `json:"capabilities"`
	// InitializationOptions is ours if it is an object: {"showsOutcomes": true} is a client that shows what commands give back, and
	// {"choices": false} one that fills in places, but shows a choice between texts badly.
	InitializationOptions json.RawMessage `json:"initializationOptions"`
}

func clientOf(p *protocol.InitializeParams, newer *capabilities) client {
	cl := client{}
	if slices.Contains(newer.Capabilities.General.PositionEncodings, "utf-8") {
		cl.encoding = utf8Units
	}
	cl.pull = len(newer.Capabilities.TextDocument.Diagnostic) > 0 && string(newer.Capabilities.TextDocument.Diagnostic) != "null"
	cl.refreshHints = newer.Capabilities.Workspace.InlayHint.RefreshSupport
	cl.trace = p.Trace != nil && *p.Trace != protocol.TraceValueOff
	var own struct {
		ShowsOutcomes bool  `json:"showsOutcomes"`
		Choices       *bool `json:"choices"`
	}
	if json.Unmarshal(newer.InitializationOptions, &own) == nil {
		cl.showsOutcomes = own.ShowsOutcomes
		cl.noChoices = own.Choices != nil && !*own.Choices
	}
	td := p.Capabilities.TextDocument
	if td != nil {
		if td.Completion != nil && td.Completion.CompletionItem != nil {
			cl.snippets = isTrue(td.Completion.CompletionItem.SnippetSupport)
			cl.plainItems = onlyPlain(td.Completion.CompletionItem.DocumentationFormat)
		}
		if td.Hover != nil {
			cl.plainHover = onlyPlain(td.Hover.ContentFormat)
		}
		if td.SignatureHelp != nil && td.SignatureHelp.SignatureInformation != nil {
			cl.plainCalls = onlyPlain(td.SignatureHelp.SignatureInformation.DocumentationFormat)
		}
		if td.DocumentSymbol != nil {
			cl.hierarchical = isTrue(td.DocumentSymbol.HierarchicalDocumentSymbolSupport)
		}
		if a := td.CodeAction; a != nil && a.ResolveSupport != nil {
			cl.lazyActions = isTrue(a.DataSupport) && slices.Contains(a.ResolveSupport.Properties, "edit")
		}
		if td.PublishDiagnostics != nil {
			cl.relatedInfo = isTrue(td.PublishDiagnostics.RelatedInformation)
		}
	}
	if w := p.Capabilities.Workspace; w != nil {
		if w.DidChangeWatchedFiles != nil {
			cl.watch = isTrue(w.DidChangeWatchedFiles.DynamicRegistration)
		}
		if w.WorkspaceEdit != nil {
			cl.documentEdits = isTrue(w.WorkspaceEdit.DocumentChanges)
		}
		if w.CodeLens != nil {
			cl.refreshLenses = isTrue(w.CodeLens.RefreshSupport)
		}
	}
	if p.Capabilities.Window != nil {
		cl.progress = isTrue(p.Capabilities.Window.WorkDoneProgress)
	}
	return cl
}

func isTrue(b *bool) bool { return b != nil && *b }
