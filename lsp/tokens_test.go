package lsp_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/recon-lang/recon/lsp/feature"
)

type tokensAnswer struct {
	ResultID string
	Data     []int
	Edits    []struct {
		Start, DeleteCount int
		Data               []int
	}
}

// lineTokens are the tokens of one line of a text, each with its type and modifiers.
func lineTokens(text string, data []int, line int) string {
	lines := strings.Split(text, "\n")
	var out strings.Builder
	at, character := 0, 0
	for t := range slices.Chunk(data, 5) {
		if t[0] > 0 {
			at, character = at+t[0], 0
		}
		character += t[1]
		if at != line {
			continue
		}
		units := utf16.Encode([]rune(lines[at]))
		fmt.Fprintf(&out, "%s %s", string(utf16.Decode(units[character:character+t[2]])), feature.TokenTypes[t[3]])
		for i, m := range feature.TokenModifiers {
			if t[4]&(1<<i) != 0 {
				fmt.Fprintf(&out, " %s", m)
			}
		}
		out.WriteByte('\n')
	}
	return out.String()
}

func TestSemanticTokens(t *testing.T) {
	runMarks(t, "tokens", map[string]func(*markCase, mark){
		"tokens": func(c *markCase, m mark) {
			p := c.position(m, 0)
			var all, part tokensAnswer
			c.call("textDocument/semanticTokens/full", map[string]any{"textDocument": p["textDocument"]}, &all)
			got := lineTokens(c.texts[m.file], all.Data, m.line)
			c.want(m, 1, got)
			c.call("textDocument/semanticTokens/range", map[string]any{"textDocument": p["textDocument"],
				"range": map[string]any{"start": map[string]int{"line": m.line}, "end": map[string]int{"line": m.line + 1}}}, &part)
			if in := lineTokens(c.texts[m.file], part.Data, m.line); in != got {
				c.Errorf("%s: by range\n%s\nand by file\n%s", m.at(), in, got)
			}
		},
	})
}

// What the client has, changed by what it is told, is what it would have been told.
func TestSemanticTokensFollowEdits(t *testing.T) {
	c := start(t, t.TempDir(), "{}")
	text := "source 订单🧾 from csv {\n  path = \"🧾\"\n  columns { 金额 decimal(18, 2) }\n}\nlet 一 = 1 # 🧾\n"
	c.open("a.recon", strings.ReplaceAll(text, "单🧾", "单"))
	doc := map[string]any{"uri": c.uri("a.recon")}
	var have tokensAnswer
	c.call("textDocument/semanticTokens/full", map[string]any{"textDocument": doc}, &have)
	for version, edit := range []map[string]any{
		{"range": rangeOf(4, 8, 4, 9), "text": "\"🧾\""},
		{"range": rangeOf(1, 0, 1, 0), "text": "  # 注🧾\n"},
		{"range": rangeOf(0, 0, 0, 0), "text": "let 二 = 2\n\n"},
		{"range": rangeOf(0, 0, 7, 0), "text": ""},
	} {
		c.notify("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": c.uri("a.recon"), "version": version + 2}, "contentChanges": []any{edit}})
		var delta, all tokensAnswer
		c.call("textDocument/semanticTokens/full/delta", map[string]any{"textDocument": doc, "previousResultId": have.ResultID}, &delta)
		if delta.Data != nil || len(delta.Edits) > 1 {
			t.Fatalf("edit %d: no difference: %+v", version, delta)
		}
		for _, e := range delta.Edits {
			have.Data = slices.Concat(have.Data[:e.Start], e.Data, have.Data[e.Start+e.DeleteCount:])
		}
		have.ResultID = delta.ResultID
		c.call("textDocument/semanticTokens/range", map[string]any{"textDocument": doc, "range": rangeOf(0, 0, 100, 0)}, &all)
		if !slices.Equal(have.Data, all.Data) {
			t.Errorf("edit %d: the client has\n%v\nand should have\n%v", version, have.Data, all.Data)
		}
	}
	var again tokensAnswer
	c.call("textDocument/semanticTokens/full/delta", map[string]any{"textDocument": doc, "previousResultId": "another"}, &again)
	if !slices.Equal(again.Data, have.Data) {
		t.Errorf("of an unknown answer: %+v", again)
	}
}

func rangeOf(line, character, endLine, endCharacter int) map[string]any {
	at := func(line, character int) map[string]int { return map[string]int{"line": line, "character": character} }
	return map[string]any{"start": at(line, character), "end": at(endLine, endCharacter)}
}
