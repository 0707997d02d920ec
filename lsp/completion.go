package lsp

import (
	"encoding/json"
	"fmt"
	"sync"
	"unicode/utf8"

	"github.com/tliron/glsp"
	protocol "github.com/tliron/glsp/protocol_3_16"

	"github.com/recon-lang/recon/lsp/feature"
)

// completionKeys are the characters after which something can be offered without being asked for.
var completionKeys = map[string]any{"triggerCharacters": []string{".", `"`, "'", "|", "=", "(", "{", ":", "/", " "}, "resolveProvider": true}

var signatureKeys = map[string]any{"triggerCharacters": []string{"("}, "retriggerCharacters": []string{",", ")"}}

// offers are the last lists that a client got, for what it asks about their items.
type offers struct {
	sync.Mutex
	next  int
	lists map[int][]feature.Item
}

// keptOffers bounds them: a client has one list open.
const keptOffers = 8

func (o *offers) keep(items []feature.Item) int {
	o.Lock()
	defer o.Unlock()
	if o.lists == nil {
		o.lists = map[int][]feature.Item{}
	}
	o.next++
	o.lists[o.next] = items
	delete(o.lists, o.next-keptOffers)
	return o.next
}

func (o *offers) item(list, item int) (feature.Item, bool) {
	o.Lock()
	defer o.Unlock()
	items := o.lists[list]
	if item < 0 || item >= len(items) {
		return feature.Item{}, false
	}
	return items[item], true
}

// offered is the data of an item, by which its documentation is found.
type offered struct {
	List int `json:"list"`
	Item int `json:"item"`
}

// completion is asked anew with each letter, since what fits best depends on all of them.
func (c *call) completion(_ *glsp.Context, p *protocol.CompletionParams) (any, error) {
	answer := &protocol.CompletionList{IsIncomplete: true, Items: []protocol.CompletionItem{}}
	opt := feature.CompleteOptions{Snippets: c.client.snippets, NoChoices: c.client.noChoices, Now: c.cfg.Now(), Files: c.space.paths()}
	if p.Context != nil && p.Context.TriggerKind == protocol.CompletionTriggerKindTriggerCharacter && p.Context.TriggerCharacter != nil {
		opt.Space = *p.Context.TriggerCharacter == " "
	}
	err := c.near(p.TextDocumentPositionParams, func(s *feature.Snapshot, offset int) {
		items := feature.Complete(s, offset, opt)
		list := c.offers.keep(items)
		for i, it := range items {
			answer.Items = append(answer.Items, c.completionItem(it, list, i))
		}
	})
	return answer, err
}

var itemKinds = map[feature.ItemKind]protocol.CompletionItemKind{
	feature.KeywordItem: protocol.CompletionItemKindKeyword, feature.AttributeItem: protocol.CompletionItemKindProperty, feature.SettingItem: protocol.CompletionItemKindProperty,
	feature.SourceItem: protocol.CompletionItemKindClass, feature.ActionItem: protocol.CompletionItemKindEvent, feature.RuleItem: protocol.CompletionItemKindInterface,
	feature.TemplateItem: protocol.CompletionItemKindStruct, feature.ModuleItem: protocol.CompletionItemKindModule, feature.SideItem: protocol.CompletionItemKindVariable,
	feature.ColumnItem: protocol.CompletionItemKindField, feature.ConstantItem: protocol.CompletionItemKindConstant, feature.FunctionItem: protocol.CompletionItemKindFunction,
	feature.PluginItem: protocol.CompletionItemKindModule, feature.TypeItem: protocol.CompletionItemKindTypeParameter, feature.UnitItem: protocol.CompletionItemKindUnit,
	feature.ValueItem: protocol.CompletionItemKindValue, feature.MetricItem: protocol.CompletionItemKindVariable, feature.FileItem: protocol.CompletionItemKindFile,
	feature.FormItem: protocol.CompletionItemKindSnippet,
}

func (c *call) completionItem(it feature.Item, list, i int) protocol.CompletionItem {
	kind, order := itemKinds[it.Kind], fmt.Sprintf("%05d", i)
	out := protocol.CompletionItem{Label: it.Label, Kind: &kind, SortText: &order, Data: offered{list, i},
		TextEdit: protocol.TextEdit{Range: c.spanRange(it.Span), NewText: it.Insert}}
	if it.Filter != it.Label {
		out.FilterText = &it.Filter
	}
	if it.Detail != "" {
		out.Detail = &it.Detail
	}
	if it.Snippet {
		format := protocol.InsertTextFormatSnippet
		out.InsertTextFormat = &format
	}
	return out
}

// resolve adds the documentation of an item. One of a list that is forgotten stays as it is.
func (c *call) resolve(_ *glsp.Context, p *protocol.CompletionItem) (*protocol.CompletionItem, error) {
	raw, err := json.Marshal(p.Data)
	if err != nil {
		return p, nil
	}
	var at offered
	if json.Unmarshal(raw, &at) != nil {
		return p, nil
	}
	if it, ok := c.offers.item(at.List, at.Item); ok && it.Label == p.Label && it.Doc != "" {
		p.Documentation = markup(it.Doc, c.client.plainItems)
	}
	return p, nil
}

func (c *call) signatureHelp(_ *glsp.Context, p *protocol.SignatureHelpParams) (answer *protocol.SignatureHelp, err error) {
	err = c.near(p.TextDocumentPositionParams, func(s *feature.Snapshot, offset int) {
		sig, ok := feature.SignatureAt(s, offset)
		if !ok {
			return
		}
		info := protocol.SignatureInformation{Label: sig.Label, Documentation: markup(sig.Doc, c.client.plainCalls)}
		for _, x := range sig.Params {
			param := protocol.ParameterInformation{Label: []protocol.UInteger{units(sig.Label[:x.Start]), units(sig.Label[:x.End])}}
			if x.Doc != "" {
				param.Documentation = x.Doc
			}
			info.Parameters = append(info.Parameters, param)
		}
		first, active := protocol.UInteger(0), protocol.UInteger(sig.Active)
		if sig.Active < 0 {
			active = protocol.UInteger(len(sig.Params)) // beyond the last: none is marked
		}
		answer = &protocol.SignatureHelp{Signatures: []protocol.SignatureInformation{info}, ActiveSignature: &first, ActiveParameter: &active}
	})
	return answer, err
}

// units is the length of a text as labels count it.
func units(text string) (n protocol.UInteger) {
	for _, r := range text {
		n += protocol.UInteger(width(r, utf8.RuneLen(r), utf16))
	}
	return n
}
