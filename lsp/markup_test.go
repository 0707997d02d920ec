package lsp_test

import (
	"strings"
	"testing"
	"unicode/utf16"
)

// A client that shows text as it comes gets it without the marks of Markdown, in what it hovers over, completes and calls.
func TestPlainText(t *testing.T) {
	const text = "source 订单 from csv {\n  path = \"🧾.csv\"\n  columns {\n    ## 含税。\n    金额 decimal(18, 2)\n    名 string = column(\"名🧾\") | trim()\n  }\n  where 金额 > 0\n}\n"
	for _, plain := range []bool{true, false} {
		format := `["markdown","plaintext"]`
		if plain {
			format = `["plaintext"]`
		}
		c := start(t, t.TempDir(), `{"textDocument":{"hover":{"contentFormat":`+format+`},"completion":{"completionItem":{"documentationFormat":`+format+`}},`+
			`"signatureHelp":{"signatureInformation":{"documentationFormat":`+format+`}}}}`)
		c.open("a.recon", text)
		at := func(line, character int) map[string]any {
			return map[string]any{"textDocument": map[string]any{"uri": c.uri("a.recon")}, "position": map[string]any{"line": line, "character": character}}
		}
		type markup struct{ Kind, Value string }
		var hover struct{ Contents markup }
		c.call("textDocument/hover", at(7, 8), &hover)
		want := "```recon\ncolumn 金额: decimal(18, 2)\n```\n\n含税。\n\nOf source `订单` (csv)."
		if plain {
			want = "column 金额: decimal(18, 2)\n\n含税。\n\nOf source 订单 (csv)."
		}
		if hover.Contents.Value != want {
			t.Errorf("plain %v: hover is\n%s\nwant\n%s", plain, hover.Contents.Value, want)
		}
		var call struct {
			Signatures []struct{ Documentation markup }
		}
		c.call("textDocument/signatureHelp", at(5, len(utf16.Encode([]rune("    名 string = column(\"名🧾\") | trim(")))), &call)
		var list struct{ Items []map[string]any }
		c.call("textDocument/completion", at(7, 2), &list)
		var item struct{ Documentation markup }
		c.call("completionItem/resolve", list.Items[0], &item)
		for what, m := range map[string]markup{"hover": hover.Contents, "an item": item.Documentation, "a call": call.Signatures[0].Documentation} {
			kind := "markdown"
			if plain {
				kind = "plaintext"
			}
			if m.Kind != kind || m.Value == "" || strings.Contains(m.Value, "```") == plain {
				t.Errorf("plain %v: %s is %s: %q", plain, what, m.Kind, m.Value)
			}
		}
	}
}
