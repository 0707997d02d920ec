package feature_test

import (
	"strings"
	"testing"

	"github.com/recon-lang/recon/lang"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lsp/feature"
)

// Where rows end, an editor that begins each line of a table with a | is rid of the last by one more newline.
func TestNewlineTakesAnEmptyRowBack(t *testing.T) {
	const before, after = "test \"空🧾\" for r {\n  given a {\n    | n |\n    | 1 |\n", "  }\n}\n"
	for typed, want := range map[string]string{
		"    | \n    «»\n":    "    \n",
		"    |\n«»\n":         "    \n",
		"    | 2 |\n    «»\n": "    | 2 |\n    \n",
	} {
		text := before + typed + after
		at := strings.Index(text, "«»")
		text = strings.Replace(text, "«»", "", 1)
		u := lang.Compile([]*diag.File{{Name: "/w/a.recon", Text: []byte(text)}}, testCatalog)
		got := []byte(text)
		for _, e := range feature.FormatTyped((&feature.Project{Unit: u}).Of("/w/a.recon"), at, "\n") {
			got = append(append(append([]byte{}, got[:e.Span.Start]...), e.New...), got[e.Span.End:]...)
		}
		if string(got) != before+want+after {
			t.Errorf("after %q the text is\n%s", typed, got)
		}
	}
}
