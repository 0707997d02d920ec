package lsp

import (
	"github.com/tliron/glsp"
	protocol "github.com/tliron/glsp/protocol_3_16"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lsp/feature"
)

func (c *call) prepareCalls(_ *glsp.Context, p *protocol.CallHierarchyPrepareParams) ([]protocol.CallHierarchyItem, error) {
	s, offset, err := c.at(p.TextDocumentPositionParams)
	if err != nil {
		return nil, err
	}
	found, ok := feature.CallAt(s, offset)
	if !ok {
		return nil, nil
	}
	return []protocol.CallHierarchyItem{c.callItem(found)}, nil
}

func (c *call) callItem(s feature.Symbol) protocol.CallHierarchyItem {
	item := protocol.CallHierarchyItem{Name: s.Name, Kind: kindOf(s.Kind), URI: uriOf(s.At.File.Name), Range: c.spanRange(s.Span), SelectionRange: c.spanRange(s.At)}
	detail := string(s.Kind) + " " + s.Detail
	item.Detail = &detail
	return item
}

// called is the declaration that an item speaks of, as it is now.
func (c *call) called(item protocol.CallHierarchyItem) (*feature.Snapshot, feature.Symbol, error) {
	s, offset, err := c.at(protocol.TextDocumentPositionParams{TextDocument: protocol.TextDocumentIdentifier{URI: item.URI}, Position: item.SelectionRange.Start})
	if err != nil {
		return nil, feature.Symbol{}, err
	}
	found, _ := feature.CallAt(s, offset)
	return s, found, nil
}

func (c *call) incomingCalls(_ *glsp.Context, p *protocol.CallHierarchyIncomingCallsParams) ([]protocol.CallHierarchyIncomingCall, error) {
	s, of, err := c.called(p.Item)
	if err != nil {
		return nil, err
	}
	list := []protocol.CallHierarchyIncomingCall{}
	for _, call := range feature.Incoming(s, of) {
		list = append(list, protocol.CallHierarchyIncomingCall{From: c.callItem(call.Symbol), FromRanges: c.ranges(call.Places)})
	}
	return list, nil
}

func (c *call) outgoingCalls(_ *glsp.Context, p *protocol.CallHierarchyOutgoingCallsParams) ([]protocol.CallHierarchyOutgoingCall, error) {
	s, of, err := c.called(p.Item)
	if err != nil {
		return nil, err
	}
	list := []protocol.CallHierarchyOutgoingCall{}
	for _, call := range feature.Outgoing(s, of) {
		list = append(list, protocol.CallHierarchyOutgoingCall{To: c.callItem(call.Symbol), FromRanges: c.ranges(call.Places)})
	}
	return list, nil
}

func (c *call) ranges(spans []diag.Span) []protocol.Range {
	out := []protocol.Range{}
	for _, s := range spans {
		out = append(out, c.spanRange(s))
	}
	return out
}
