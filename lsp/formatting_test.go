package lsp_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

// change is an edit as it comes from the server.
type change struct {
	Range struct {
		Start, End struct{ Line, Character int }
	}
	NewText string
}

// changed is what edits make of a text: the client's own arithmetic, in UTF-16.
func changed(t testing.TB, text string, edits []change) string {
	t.Helper()
	units := utf16.Encode([]rune(text))
	starts := []int{0}
	for i, u := range units {
		if u == '\n' {
			starts = append(starts, i+1)
		}
	}
	type piece struct {
		start, end int
		text       string
	}
	var pieces []piece
	for _, e := range edits {
		pieces = append(pieces, piece{starts[e.Range.Start.Line] + e.Range.Start.Character, starts[e.Range.End.Line] + e.Range.End.Character, e.NewText})
	}
	slices.SortStableFunc(pieces, func(a, b piece) int { return a.start - b.start })
	var out []uint16
	at := 0
	for _, p := range pieces {
		if p.start < at || p.end < p.start {
			t.Fatalf("edits overlap: %+v", edits)
		}
		out = append(append(out, units[at:p.start]...), utf16.Encode([]rune(p.text))...)
		at = p.end
	}
	return string(utf16.Decode(append(out, units[at:]...)))
}

func TestFormatting(t *testing.T) {
	options := map[string]any{"tabSize": 2, "insertSpaces": true}
	ask := func(c *markCase, m mark, method string, want int, params map[string]any) {
		params["options"] = options
		var edits []change
		c.call("textDocument/"+method, params, &edits)
		for _, e := range edits {
			if strings.TrimSpace(e.NewText) != "" {
				c.Errorf("%s: an edit changes more than blanks: %+v", m.at(), e)
			}
		}
		got := changed(c, c.texts[m.file], edits)
		if len(edits) == 0 {
			got = "(nothing)"
		}
		c.want(m, want, got)
	}
	runMarks(t, "format", map[string]func(*markCase, mark){
		"format": func(c *markCase, m mark) {
			p := c.position(m, 0)
			delete(p, "position")
			ask(c, m, "formatting", 1, p)
		},
		"line": func(c *markCase, m mark) {
			p := c.position(m, 0)
			ask(c, m, "rangeFormatting", 1, map[string]any{"textDocument": p["textDocument"], "range": map[string]any{"start": p["position"], "end": p["position"]}})
		},
		"typed": func(c *markCase, m mark) {
			p := c.position(m, 0)
			p["ch"] = m.args[1].text
			ask(c, m, "onTypeFormatting", 2, p)
		},
		// newline is asked as if the next line had just been begun.
		"newline": func(c *markCase, m mark) {
			p := c.position(m, 0)
			p["position"] = map[string]any{"line": m.line + 1, "character": 0}
			p["ch"] = "\n"
			ask(c, m, "onTypeFormatting", 1, p)
		},
	})
}
