package lsp

import (
	"cmp"
	"slices"

	"github.com/tliron/glsp"
	protocol "github.com/tliron/glsp/protocol_3_16"

	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/lsp/feature"
)

// symbolKinds are the kinds of the protocol that icons of editors go by.
var symbolKinds = map[check.SymbolKind]protocol.SymbolKind{
	check.ModuleSymbol: protocol.SymbolKindModule, check.ParamSymbol: protocol.SymbolKindVariable, check.LetSymbol: protocol.SymbolKindConstant,
	check.SecretSymbol: protocol.SymbolKindConstant, check.SourceSymbol: protocol.SymbolKindStruct, check.ViewSymbol: protocol.SymbolKindInterface,
	check.ActionSymbol: protocol.SymbolKindEvent, check.RuleSymbol: protocol.SymbolKindClass, check.TemplateSymbol: protocol.SymbolKindFunction,
	check.ColumnSymbol: protocol.SymbolKindField, check.KeySymbol: protocol.SymbolKindKey, check.ComparisonSymbol: protocol.SymbolKindOperator,
	check.AssertSymbol: protocol.SymbolKindBoolean, feature.TestSymbol: protocol.SymbolKindMethod, feature.RunSymbol: protocol.SymbolKindMethod,
	feature.GateSymbol: protocol.SymbolKindBoolean, feature.HandlerSymbol: protocol.SymbolKindEvent,
}

func kindOf(k check.SymbolKind) protocol.SymbolKind {
	if kind, ok := symbolKinds[k]; ok {
		return kind
	}
	return protocol.SymbolKindObject
}

// documentSymbols needs the text only: it answers while nothing can be checked.
func (c *call) documentSymbols(_ *glsp.Context, p *protocol.DocumentSymbolParams) (any, error) {
	path, err := pathOf(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	d := c.space.document(path)
	if d == nil {
		return nil, noFile(p.TextDocument.URI)
	}
	tree, _ := d.parsed()
	list := feature.Symbols(tree)
	if c.client.hierarchical {
		return c.nested(d, list), nil
	}
	flat := []protocol.SymbolInformation{}
	for _, s := range list {
		flat = append(flat, c.flat(d, s, "")...)
	}
	return flat, nil
}

func (c *call) nested(d *document, list []feature.Symbol) []protocol.DocumentSymbol {
	out := []protocol.DocumentSymbol{}
	for _, s := range list {
		n := protocol.DocumentSymbol{Name: s.Name, Kind: kindOf(s.Kind), Range: c.rangeOf(d, s.Span), SelectionRange: c.rangeOf(d, s.At)}
		if s.Detail != "" {
			n.Detail = &s.Detail
		}
		if len(s.Children) > 0 {
			n.Children = c.nested(d, s.Children)
		}
		out = append(out, n)
	}
	return out
}

func (c *call) flat(d *document, s feature.Symbol, in string) []protocol.SymbolInformation {
	info := protocol.SymbolInformation{Name: s.Name, Kind: kindOf(s.Kind), Location: protocol.Location{URI: uriOf(d.path), Range: c.rangeOf(d, s.At)}}
	if in != "" {
		info.ContainerName = &in
	}
	out := []protocol.SymbolInformation{info}
	for _, child := range s.Children {
		out = append(out, c.flat(d, child, s.Name)...)
	}
	return out
}

// named are the kinds of parts of a declaration that somebody would look for in a whole workspace.
var named = map[check.SymbolKind]bool{check.ColumnSymbol: true, check.KeySymbol: true, check.ComparisonSymbol: true, check.AssertSymbol: true}

// mostSymbols is how many symbols of a workspace an answer has: the best of them.
const mostSymbols = 500

func (c *call) workspaceSymbols(_ *glsp.Context, p *protocol.WorkspaceSymbolParams) ([]protocol.SymbolInformation, error) {
	type scored struct {
		protocol.SymbolInformation
		score int
	}
	var found []scored
	for _, path := range c.space.paths() {
		if c.ctx.Err() != nil {
			return nil, c.ctx.Err()
		}
		d := c.space.document(path)
		tree, _ := d.parsed()
		for _, s := range feature.Symbols(tree) {
			if s.Kind == check.ModuleSymbol {
				continue
			}
			s.Children = slices.DeleteFunc(s.Children, func(s feature.Symbol) bool { return !named[s.Kind] })
			for i, info := range c.flat(d, s, "") {
				score := feature.Match(p.Query, info.Name)
				if score == 0 || i > 0 && p.Query == "" {
					continue
				}
				if i > 0 {
					score -= 50 // a declaration comes before a part of one
				}
				found = append(found, scored{info, score})
			}
		}
	}
	slices.SortStableFunc(found, func(a, b scored) int { return cmp.Compare(b.score, a.score) })
	out := []protocol.SymbolInformation{}
	for _, s := range found[:min(len(found), mostSymbols)] {
		out = append(out, s.SymbolInformation)
	}
	return out, nil
}
