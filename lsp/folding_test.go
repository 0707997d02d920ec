package lsp_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestFolding(t *testing.T) {
	runMarks(t, "folding", map[string]func(*markCase, mark){
		"folds": func(c *markCase, m mark) {
			var folds []struct {
				StartLine, EndLine int
				Kind               string
			}
			p := c.position(m, 0)
			delete(p, "position")
			c.call("textDocument/foldingRange", p, &folds)
			lines := strings.Split(c.texts[m.file], "\n")
			var out strings.Builder
			for _, f := range folds {
				fmt.Fprintf(&out, "%s … %s %s\n", strings.TrimSpace(lines[f.StartLine]), strings.TrimSpace(lines[f.EndLine]), f.Kind)
			}
			c.want(m, 1, strings.ReplaceAll(out.String(), " \n", "\n"))
		},
		"select": func(c *markCase, m mark) {
			type selection struct {
				spot
				Parent *selection
			}
			var answers []*selection
			p := c.position(m, 0)
			p["positions"] = []any{p["position"]}
			c.call("textDocument/selectionRange", p, &answers)
			var out strings.Builder
			for s := answers[0]; s != nil; s = s.Parent {
				s.URI = c.uri(m.file)
				fmt.Fprintln(&out, c.show(s.spot))
			}
			c.want(m, 1, out.String())
		},
	})
}
