package lsp_test

import (
	"slices"
	"strings"
	"testing"
)

// Rules of one name in files of one folder are told, as recon check tells them, and the fault goes when either is renamed.
func TestRulesOfOneName(t *testing.T) {
	c := start(t, t.TempDir(), `{}`)
	good := strings.Replace(订单, "within 5m", "within 0.01", 1)
	c.open("a.recon", good)
	c.open("b.recon", good)
	c.until("the fault", func() bool {
		return slices.Contains(c.codes("b.recon"), "RC2007") && !slices.Contains(c.codes("a.recon"), "RC2007")
	})
	c.notify("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": c.uri("a.recon"), "version": 2},
		"contentChanges": []any{map[string]any{"text": strings.Replace(good, "rule 对账", "rule 另一个", 1)}}})
	c.until("the fault to go", func() bool { return !slices.Contains(c.codes("b.recon"), "RC2007") })
}
