package lsp_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

func TestInlayHints(t *testing.T) {
	type hint struct {
		Position struct{ Line, Character int }
		Label    string
		Kind     int
	}
	runMarks(t, "hints", map[string]func(*markCase, mark){
		// hints("place", "want"): the line with its hints in it. Asked for the line and for the file, they are the same.
		"hints": func(c *markCase, m mark) {
			p := c.position(m, 0)
			delete(p, "position")
			var all, some []hint
			p["range"] = rangeOf(0, 0, 10000, 0)
			c.call("textDocument/inlayHint", p, &all)
			p["range"] = rangeOf(m.line, 0, m.line, len(m.text))
			c.call("textDocument/inlayHint", p, &some)
			all = slices.DeleteFunc(all, func(h hint) bool { return h.Position.Line != m.line })
			if !slices.Equal(all, some) {
				c.Errorf("%s: of the file %+v, of the line %+v", m.at(), all, some)
			}
			units, at := utf16.Encode([]rune(m.text)), 0
			var out strings.Builder
			for _, h := range all {
				out.WriteString(string(utf16.Decode(units[at:h.Position.Character])) + "«" + h.Label + "»")
				at = h.Position.Character
			}
			c.want(m, 1, strings.TrimSpace(out.String()+string(utf16.Decode(units[at:]))))
		},
	})
}
