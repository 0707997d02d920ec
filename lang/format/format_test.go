package format_test

import (
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/format"
	"github.com/recon-lang/recon/lang/langtest"
	"github.com/recon-lang/recon/lang/syntax"
)

func TestExamplesFormatToThemselves(t *testing.T) {
	for _, f := range langtest.Examples(t) {
		tree, _ := syntax.Parse(f)
		if got := string(format.File(tree)); got != string(f.Text) {
			t.Errorf("%s becomes\n%s", f.Name, got)
		}
	}
}

func formatted(t *testing.T, text string) string {
	t.Helper()
	tree, diags := syntax.Parse(&diag.File{Name: "f.recon", Text: []byte(text)})
	for _, d := range diags {
		t.Fatalf("%q: %s %s", d.Span.Text(), d.Code, d.Message)
	}
	return string(format.File(tree))
}

// TestLayouts formats the part "in" of each archive and wants "out".
func TestLayouts(t *testing.T) {
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no layouts: %v", err)
	}
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		in, out := string(archive.Files[0].Data), string(archive.Files[1].Data)
		if got := formatted(t, in); got != out {
			t.Errorf("%s: got\n%s", name, got)
		}
		if got := formatted(t, out); got != out {
			t.Errorf("%s: formatted again, got\n%s", name, got)
		}
	}
}
