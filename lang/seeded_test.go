package lang_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/recon-lang/recon/lang/diag"
)

// leastWrong is how many wrong rules there are at least.
const leastWrong = 800

// elsewhere says which test brings about a code that no text of a few lines does, or that is not said of one file alone.
var elsewhere = map[diag.Code]string{
	diag.FileTooLarge: "lang/syntax TestHostileTextGetsADiagnostic", diag.NotUTF8: "lang/syntax TestHostileTextGetsADiagnostic", diag.NestedTooDeep: "lang/syntax TestHostileTextGetsADiagnostic",
	diag.TooLong: "lang/syntax TestHostileTextGetsADiagnostic", diag.TooManyFaults: "lang/check TestWhatDoublesIsRefused", diag.UnusedAllow: "lang/lint, which removes the comment that a mark would be",
}

// Each code that can be said of rule files has a wrong rule from which it comes, at its place and alone, and there are hundreds of
// them: the cases that the tests of syntax, check and lint run. Those packages hold that nothing else is found in them, and
// cmd/recon and lang/lint that nothing at all is found in the examples.
func TestEveryCodeHasAWrongRule(t *testing.T) {
	seeded := map[diag.Code]int{}
	all := 0
	mark, code := regexp.MustCompile(`(?m)^-- RC\d{4}|# want.*$`), regexp.MustCompile(`RC\d{4}`)
	for _, dir := range []string{"syntax", "check", "lint"} {
		names, err := filepath.Glob(filepath.Join(dir, "testdata", "*.txtar"))
		if err != nil || len(names) == 0 {
			t.Fatal(dir, err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range mark.FindAllString(string(text), -1) {
				for _, c := range code.FindAllString(m, -1) {
					seeded[diag.Code(c)]++
					all++
				}
			}
		}
	}
	for _, e := range diag.Codes() {
		if strings.HasPrefix(string(e.Code), "RC51") || strings.HasPrefix(string(e.Code), "RC6") {
			continue // of two versions, and of runs
		}
		if seeded[e.Code] == 0 && elsewhere[e.Code] == "" {
			t.Errorf("no wrong rule for %s: %s", e.Code, e.Title)
		}
	}
	if all < leastWrong {
		t.Errorf("there are %d wrong rules", all)
	}
}
