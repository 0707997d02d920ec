package syntax_test

import (
	"strings"
	"testing"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
)

func TestCodesAreExplainedByTrueExamples(t *testing.T) {
	for _, e := range diag.Codes() {
		if !strings.HasPrefix(string(e.Code), "RC1") {
			continue
		}
		if e.Bad != "" {
			_, diags := syntax.Parse(&diag.File{Name: "bad.recon", Text: []byte(e.Bad)})
			if len(diags) != 1 || diags[0].Code != e.Code {
				t.Errorf("%s: the bad example\n%sgives %v", e.Code, e.Bad, diags)
			}
		}
		if _, diags := syntax.Parse(&diag.File{Name: "good.recon", Text: []byte(e.Good)}); len(diags) > 0 {
			t.Errorf("%s: the good example\n%sgives %v", e.Code, e.Good, diags)
		}
	}
}
