package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestBesideHoldsAllRules(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"rules/pay/a.recon", "rules/pay/deep/b.recon", "rules/cash/c.recon", "other/readme.md", ".git/x.recon"} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		paths []string
		want  string
	}{
		{nil, "rules"},
		{[]string{"."}, "rules"},
		{[]string{"rules"}, "rules"},
		{[]string{"rules/pay"}, "rules/pay"},
		{[]string{"rules/pay/deep/b.recon"}, "rules/pay/deep"},
		{[]string{"rules/cash", "rules/pay/deep"}, "rules"},
		{[]string{"other"}, "."},
		{[]string{"nowhere"}, "."},
	} {
		if got := beside(c.paths); got != c.want {
			t.Errorf("beside(%q) = %q, want %q", c.paths, got, c.want)
		}
	}
}
