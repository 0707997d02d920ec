package lsp_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"
)

type offeredItem struct {
	Label, Detail    string
	FilterText       string
	InsertTextFormat int
	Documentation    struct{ Value string }
	TextEdit         struct {
		Range   struct{ Start, End struct{ Line, Character int } }
		NewText string
	}
	Data json.RawMessage
}

func (c *markCase) complete(m mark) []offeredItem {
	c.Helper()
	var list struct{ Items []offeredItem }
	c.call("textDocument/completion", c.position(m, 0), &list)
	return list.Items
}

// first are the labels of the first items.
func first(items []offeredItem, n int) string {
	var labels []string
	for _, it := range items[:min(n, len(items))] {
		labels = append(labels, it.Label)
	}
	return strings.Join(labels, ", ")
}

// complete(place, "a, b, c") wants the first items; none(place) wants nothing; has(place, "a") wants an item somewhere, lacks(place, "a")
// does not; accept(place, "label", "line") says what becomes of the line when the item is taken; doc(place, "label", "text") is part of what
// resolve says of it.
func TestCompletion(t *testing.T) {
	item := func(c *markCase, m mark) (offeredItem, bool) {
		items := c.complete(m)
		for _, it := range items {
			if it.Label == m.args[1].text {
				return it, true
			}
		}
		c.Errorf("%s: %s\non the line %s\nno item %s among %s", c.name, m.at(), m.text, m.args[1].text, first(items, 30))
		return offeredItem{}, false
	}
	runMarks(t, "completion", map[string]func(*markCase, mark){
		"complete": func(c *markCase, m mark) {
			c.want(m, 1, first(c.complete(m), strings.Count(m.args[1].text, ", ")+1))
		},
		"none": func(c *markCase, m mark) {
			if items := c.complete(m); len(items) > 0 {
				c.Errorf("%s: nothing was to be offered, got %s", m.at(), first(items, 5))
			}
		},
		"has": func(c *markCase, m mark) { item(c, m) },
		"lacks": func(c *markCase, m mark) {
			for _, it := range c.complete(m) {
				if it.Label == m.args[1].text {
					c.Errorf("%s: %s is offered", m.at(), it.Label)
				}
			}
		},
		"accept": func(c *markCase, m mark) {
			it, ok := item(c, m)
			if !ok {
				return
			}
			line := utf16.Encode([]rune(m.text))
			r := it.TextEdit.Range
			at := c.position(m, 0)["position"].(map[string]any)["character"].(int)
			if r.Start.Line != m.line || r.End.Line != m.line || r.Start.Character > at || r.End.Character < at {
				c.Errorf("%s: the edit %v is not around %d:%d", m.at(), r, m.line, at)
				return
			}
			c.want(m, 2, string(utf16.Decode(line[:r.Start.Character]))+it.TextEdit.NewText+string(utf16.Decode(line[r.End.Character:])))
		},
		"doc": func(c *markCase, m mark) {
			it, ok := item(c, m)
			if !ok {
				return
			}
			if it.Documentation.Value != "" {
				c.Errorf("%s: the documentation comes before it is asked for", m.at())
			}
			var full offeredItem
			c.call("completionItem/resolve", it, &full)
			if !strings.Contains(full.Documentation.Value, m.args[2].text) || full.Label != it.Label {
				c.Errorf("%s: got the documentation %q, want in it %q", m.at(), full.Documentation.Value, m.args[2].text)
			}
		},
	})
}

// signature(place, "label") wants the signature with its active parameter in «».
func TestSignatureHelp(t *testing.T) {
	runMarks(t, "signature", map[string]func(*markCase, mark){
		"signature": func(c *markCase, m mark) {
			var h *struct {
				Signatures []struct {
					Label         string
					Documentation struct{ Value string }
					Parameters    []struct{ Label [2]int }
				}
				ActiveParameter int
			}
			c.call("textDocument/signatureHelp", c.position(m, 0), &h)
			got := ""
			if h != nil {
				s := h.Signatures[0]
				label := utf16.Encode([]rune(s.Label))
				got = s.Label
				if h.ActiveParameter < len(s.Parameters) {
					p := s.Parameters[h.ActiveParameter].Label
					got = fmt.Sprintf("%s«%s»%s", string(utf16.Decode(label[:p[0]])), string(utf16.Decode(label[p[0]:p[1]])), string(utf16.Decode(label[p[1]:])))
				}
				if s.Documentation.Value == "" {
					c.Errorf("%s: no documentation", m.at())
				}
			}
			c.want(m, 1, got)
		},
	})
}

// A blank asks only where something must follow; the items of a list that is forgotten stay as they are.
func TestCompletionIsAskedByBlanks(t *testing.T) {
	c := start(t, t.TempDir(), caseCapabilities)
	c.open("a.recon", "recon 1\n\nsource 甲🐼 from \n\nparam x: date\n  \n  pa")
	ask := func(line, character int) []offeredItem {
		var list struct{ Items []offeredItem }
		c.call("textDocument/completion", map[string]any{"textDocument": map[string]any{"uri": c.uri("a.recon")}, "position": map[string]any{"line": line, "character": character},
			"context": map[string]any{"triggerKind": 2, "triggerCharacter": " "}}, &list)
		return list.Items
	}
	if got := first(ask(2, 16), 2); got != "csv, mysql" { // although an emoji is no part of a name
		t.Errorf("after from: %s", got)
	}
	if got := first(ask(5, 2), 2); got != "" {
		t.Errorf("at the beginning of a line, by a blank: %s", got)
	}
	if got := first(ask(6, 4), 1); got != "param" { // an editor waits a little, and letters have followed
		t.Errorf("after a blank and two letters: %s", got)
	}
	var it map[string]any
	c.call("completionItem/resolve", map[string]any{"label": "source", "data": map[string]int{"list": 999, "item": 0}}, &it)
	if it["label"] != "source" || it["documentation"] != nil {
		t.Errorf("an unknown item became %v", it)
	}
}

// A client that shows a choice between texts badly says so, and gets the first of them.
func TestChoices(t *testing.T) {
	for options, want := range map[string]string{`null`: "trigger ${1|甲,乙|}.changes {\n  $0\n}", `{"choices":false}`: "trigger ${1:甲}.changes {\n  $0\n}"} {
		c := start(t, t.TempDir(), `{"textDocument":{"completion":{"completionItem":{"snippetSupport":true}}}},"initializationOptions":`+options)
		c.open("a.recon", "rule 对账 between 甲, 乙 {\n  title = \"🧾\"\n  tri\n}\n")
		var list struct {
			Items []struct{ TextEdit struct{ NewText string } }
		}
		c.call("textDocument/completion", map[string]any{"textDocument": map[string]any{"uri": c.uri("a.recon")}, "position": map[string]any{"line": 2, "character": 5}}, &list)
		if len(list.Items) == 0 || list.Items[0].TextEdit.NewText != want {
			t.Errorf("options %s: %+v, want %q", options, list.Items, want)
		}
	}
}
