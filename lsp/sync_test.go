package lsp_test

import (
	"slices"
	"testing"
)

const 订单 = `recon 1

source 订单 from csv {
  path = "订单.csv"
  columns { 编号 string, 金额 decimal(18, 2) unit "CNY" } # 🧾
}

source bill from csv {
  path = "bill.csv"
  columns { 编号 string, 金额 decimal(18, 2) unit "CNY" }
}

rule 对账 between 订单, bill {
  key 编号
  compare 金额 within 5m
}
`

func TestDiagnosticsFollowTheText(t *testing.T) {
	c := start(t, t.TempDir(), `{}`)
	c.open("a.recon", 订单)
	c.until("a fault", func() bool { return slices.Contains(c.codes("a.recon"), "RC2112") })
	at := c.diags[c.uri("a.recon")].Diagnostics[0].Range
	if at.Start.Line != 14 {
		t.Errorf("the fault is at %+v", at)
	}
	c.notify("textDocument/didChange", map[string]any{
		"textDocument": map[string]any{"uri": c.uri("a.recon"), "version": 2},
		"contentChanges": []any{map[string]any{
			"range": map[string]any{"start": map[string]any{"line": 14, "character": 20}, "end": map[string]any{"line": 14, "character": 22}},
			"text":  "0.01",
		}},
	})
	c.until("the fault to go", func() bool {
		p := c.diags[c.uri("a.recon")]
		return p.Version != nil && *p.Version == 2 && !slices.Contains(c.codes("a.recon"), "RC2112")
	})
}
