package syntax_test

import (
	"testing"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/langtest"
	"github.com/recon-lang/recon/lang/syntax"
)

func parse(text string) (*syntax.File, diag.List) {
	return syntax.Parse(&diag.File{Name: "f.recon", Text: []byte(text)})
}

func TestExamplesParse(t *testing.T) {
	for _, f := range langtest.Examples(t) {
		_, diags := syntax.Parse(f)
		for _, problem := range langtest.Compare([]*diag.File{f}, diags) {
			t.Error(problem)
		}
	}
}

func TestCases(t *testing.T) {
	langtest.Run(t, "testdata/*.txtar", func(t *testing.T, c *langtest.Case) diag.List {
		var all diag.List
		for _, f := range c.Files {
			_, diags := syntax.Parse(f)
			all = append(all, diags...)
		}
		return all
	})
}
