package feature

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/recon-lang/recon/lang"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/format"
	"github.com/recon-lang/recon/lang/syntax"
)

// Every text that can be formatted is brought to its format by changes of blanks, whatever its line ends are.
func TestFormattingChangesBlanksAlone(t *testing.T) {
	var texts []string
	for _, pattern := range []string{"../../examples/*/*.recon", "../../lang/format/testdata/*.txtar", "../../lang/check/testdata/*.txtar"} {
		names, _ := filepath.Glob(pattern)
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if archive := txtar.Parse(data); len(archive.Files) > 0 {
				for _, f := range archive.Files {
					texts = append(texts, string(f.Data))
				}
				continue
			}
			texts = append(texts, string(data))
		}
	}
	formatted := 0
	for _, text := range texts {
		for _, variant := range []string{text, strings.ReplaceAll(text, "\n", "\r\n"), strings.ReplaceAll(text, "  ", "\t")} {
			f := &diag.File{Name: "a.recon", Text: []byte(variant)}
			tree, _ := syntax.Parse(f)
			if tree.Faulty {
				continue
			}
			want := format.File(tree)
			edits := blanks(f, want)
			for _, e := range edits {
				if strings.TrimSpace(e.New+e.Span.Text()) != "" {
					t.Errorf("%q becomes %q in\n%s", e.Span.Text(), e.New, variant)
				}
			}
			if got := lang.Edit([]*diag.File{f}, edits)[0].Text; string(got) != string(want) {
				t.Errorf("of\n%q\ngot\n%q\nwant\n%q", variant, got, want)
			}
			if len(edits) > 0 {
				formatted++
			}
		}
	}
	if formatted < 100 {
		t.Errorf("only %d texts were not in format", formatted)
	}
}

func TestBlanksOfOtherTexts(t *testing.T) {
	for _, c := range [][2]string{{"a b", "a c"}, {"", "x"}, {"x", ""}, {"é", "è"}, {"金", "银"}, {"a\r\n", "a\n"}, {"ab", "a b"}, {"a b", "ab"}, {"a\r\n\r\nb", "a\r\nb"}} {
		f := &diag.File{Text: []byte(c[0])}
		if got := string(lang.Edit([]*diag.File{f}, blanks(f, []byte(c[1])))[0].Text); got != c[1] {
			t.Errorf("%q becomes %q, want %q", c[0], got, c[1])
		}
	}
}
