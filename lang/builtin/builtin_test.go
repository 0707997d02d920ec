package builtin

import (
	"slices"
	"strings"
	"testing"
)

func TestTablesAreSortedAndDocumented(t *testing.T) {
	if !slices.IsSortedFunc(Funcs, func(a, b *Func) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("Funcs are not in the order of their names")
	}
	for _, f := range Funcs {
		if Find(f.Name) != f {
			t.Errorf("Find(%q) is another function", f.Name)
		}
		if (f.Bind == nil) == (f.Call == nil) {
			t.Errorf("%s has both or none of Bind and Call", f.Name)
		}
		if f.Result == nil || f.Family == "" || !strings.HasSuffix(f.Doc, ".") && !strings.HasSuffix(f.Doc, "%%.") {
			t.Errorf("%s lacks its documentation", f.Name)
		}
		if !strings.HasPrefix(f.Example, f.Name+"(") || !strings.Contains(f.Example, "  → ") {
			t.Errorf("%s has the example %q", f.Name, f.Example)
		}
	}
	if Find("nothing") != nil || FindSpecial("count") == nil || FindSpecial("nothing") != nil {
		t.Error("names are not found as they should be")
	}
}
