package lsp_test

import "testing"

func TestHover(t *testing.T) {
	runMarks(t, "hover", map[string]func(*markCase, mark){
		"hover": func(c *markCase, m mark) {
			var h *struct {
				Contents struct{ Kind, Value string }
			}
			c.call("textDocument/hover", c.position(m, 0), &h)
			got := ""
			if h != nil {
				got = h.Contents.Value
			}
			c.want(m, 1, got)
		},
	})
}
