package check_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/recon-lang/recon/lang"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/sdk/schema"
)

func compile(files ...*diag.File) *lang.Unit {
	return lang.Compile(files, func([]string) schema.Catalog { return catalog() })
}

func compileText(text string) *lang.Unit {
	return compile(&diag.File{Name: "test.recon", Text: []byte(text)})
}

// describe is a diagnostic on one line: its line, column, code, the text at fault and message.
func describe(d diag.Diagnostic) string {
	before := string(d.Span.File.Text[:d.Span.Start])
	line := strings.Count(before, "\n") + 1
	text, _, _ := strings.Cut(d.Span.Text(), "\n")
	return fmt.Sprintf("%d %s [%s] %s", line, d.Code, text, d.Message)
}

// The files of edition 1 use all of the language. What cannot be run yet is refused by name, and
// nothing else is found.
func TestEdition1IsRefusedByNameOnly(t *testing.T) {
	paths, err := filepath.Glob("../langtest/testdata/edition1/*.recon")
	if err != nil || len(paths) == 0 {
		t.Fatal("no files", err)
	}
	for _, p := range paths {
		text, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		refused := 0
		for _, d := range compile(&diag.File{Name: p, Text: text}).Diags {
			if d.Code != diag.NotYet {
				t.Errorf("%s:%s", p, describe(d))
			}
			refused++
		}
		if refused == 0 {
			t.Errorf("%s: nothing was refused", p)
		}
	}
}

func TestCodesAreExplainedByTrueExamples(t *testing.T) {
	for _, e := range diag.Codes() {
		if strings.HasPrefix(string(e.Code), "RC1") || e.Bad == "" {
			continue
		}
		if u := compileText(e.Bad); len(u.Diags) != 1 || u.Diags[0].Code != e.Code {
			t.Errorf("%s: the bad example\n%sgives", e.Code, e.Bad)
			for _, d := range u.Diags {
				t.Error("  ", describe(d))
			}
		}
		for _, d := range compileText(e.Good).Diags {
			t.Errorf("%s: the good example\n%sgives %s", e.Code, e.Good, describe(d))
		}
	}
}
