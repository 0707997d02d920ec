package check_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/recon-lang/recon/lang/check"
)

// The columns of sources and views are known by their symbols, also where something else cannot be read.
func TestInfoHasColumns(t *testing.T) {
	u := compileText(`recon 1

source bank from csv {
  path = "bank.csv"
  columns {
    order_no string
    amount   decimal(18, 2) unit "CNY"
  }
}

view big from bank {
  where amount >
  columns { day string = "一" }
}

rule half between bank, big {
  key order_
`)
	want := map[string]string{"source bank": "order_no amount", "view big": "order_no amount day"}
	for s, columns := range u.Info.Columns {
		var names []string
		for _, c := range columns {
			if c.Kind != check.ColumnSymbol {
				t.Errorf("%s.%s is a %s", s.Name, c.Name, c.Kind)
			}
			names = append(names, c.Name)
		}
		key := string(s.Kind) + " " + s.Name
		if got := strings.Join(names, " "); got != want[key] {
			t.Errorf("columns of %s: %q, want %q", key, got, want[key])
		}
		delete(want, key)
	}
	for key := range want {
		t.Errorf("no columns of %s", key)
	}
	if !slices.Contains(check.ColumnTypes(), "bytes") || slices.Contains(check.ParamTypes(), "bytes") || !slices.Contains(check.Handled(true), "breach") {
		t.Error("the types or outcomes are not those of the language")
	}
}
