package check_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/recon-lang/recon/lang/diag"
)

// Every code that has a name has an explanation, and every one that this package is to report is
// named somewhere in it.
func TestCodesAreListedAndUsed(t *testing.T) {
	read := func(pattern string) string {
		var all strings.Builder
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatal(pattern, err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			all.Write(text)
		}
		return all.String()
	}
	code := read("*.go") + read("../*.go")
	names := map[string]bool{}
	for _, m := range regexp.MustCompile(`(\w+)\s+Code = "(RC\d{4})"`).FindAllStringSubmatch(read("../diag/codes_*.go"), -1) {
		if names[m[2]] {
			t.Errorf("%s is given twice", m[2])
		}
		names[m[2]] = true
		e, ok := diag.Explain(diag.Code(m[2]))
		if !ok || e.Title == "" || e.Why == "" {
			t.Errorf("%s %s is not explained", m[2], m[1])
		}
		if !strings.HasPrefix(m[2], "RC1") && !strings.HasPrefix(m[2], "RC5") && !strings.HasPrefix(m[2], "RC6") && !diag.Code(m[2]).Lint() && !regexp.MustCompile(`diag\.`+m[1]+`\b`).MatchString(code) {
			t.Errorf("%s %s is never reported", m[2], m[1])
		}
	}
}
