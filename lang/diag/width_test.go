package diag

import "testing"

func TestWidth(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "abc": 3, "商户甲": 6, "ＡＢ": 4, "ｱ": 1, "\u00e9": 1, "e\u0301": 1, "a\u200bb": 2, "😀": 2, "·": 1, "…": 1,
	} {
		if got := Width(text); got != want {
			t.Errorf("Width(%q) = %d, want %d", text, got, want)
		}
	}
}
