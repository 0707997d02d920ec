package lsp_test

import (
	"slices"
	"strings"
	"testing"
)

func TestRefer(t *testing.T) {
	locations := func(method string) func(*markCase, mark) {
		return func(c *markCase, m mark) {
			var found []spot
			c.call(method, c.position(m, 0), &found)
			c.want(m, 1, c.showAll(found))
		}
	}
	runMarks(t, "refer", map[string]func(*markCase, mark){
		"definition": locations("textDocument/definition"),
		"type":       locations("textDocument/typeDefinition"),
		"references": func(c *markCase, m mark) {
			params := c.position(m, 0)
			var all, uses []spot
			params["context"] = map[string]any{"includeDeclaration": true}
			c.call("textDocument/references", params, &all)
			params["context"] = map[string]any{"includeDeclaration": false}
			c.call("textDocument/references", params, &uses)
			var lines []string
			for _, s := range all {
				line := c.show(s)
				if !slices.Contains(uses, s) {
					line += " *"
				}
				lines = append(lines, line)
			}
			c.want(m, 1, strings.Join(lines, "\n"))
		},
		"highlights": func(c *markCase, m mark) {
			var found []struct {
				spot
				Kind int
			}
			c.call("textDocument/documentHighlight", c.position(m, 0), &found)
			var lines []string
			for _, h := range found {
				h.URI = c.uri(m.file)
				lines = append(lines, c.show(h.spot)+[]string{"", "", " read", " write"}[h.Kind])
			}
			c.want(m, 1, strings.Join(lines, "\n"))
		},
	})
}

// showAll writes ranges, one on each line.
func (c *markCase) showAll(spots []spot) string {
	var lines []string
	for _, s := range spots {
		lines = append(lines, c.show(s))
	}
	return strings.Join(lines, "\n")
}
