package syntax_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
)

// examples are complete files of the language.
func examples(t testing.TB) []*diag.File {
	names, err := filepath.Glob("../langtest/testdata/edition1/*.recon")
	if err != nil || len(names) == 0 {
		t.Fatalf("no example files: %v", err)
	}
	var files []*diag.File
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, &diag.File{Name: filepath.Base(name), Text: text})
	}
	return files
}

func TestExamplesParse(t *testing.T) {
	for _, f := range examples(t) {
		tree, diags := syntax.Parse(f)
		for _, d := range diags {
			t.Errorf("%s: %q: %s %s (%s)", f.Name, d.Span.Text(), d.Code, d.Message, d.Hint)
		}
		t.Log(f.Name, len(tree.Decls))
	}
}
