package diag_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/recon-lang/recon/lang/diag"
)

// The page of each code says what it is, why, and shows a file that gets it and one that does not: but for what no short
// file shows.
func TestPagesOfCodesAreWhole(t *testing.T) {
	unshown := []diag.Code{
		diag.FileTooLarge, diag.NotUTF8, diag.NestedTooDeep, diag.TooLong, diag.TooManyFaults, // need large or broken files
		diag.PluginUnavailable, diag.NoPhysicalColumn, // need a plugin or a recon.lock
		diag.MutantLives, // needs recon test --mutate
		diag.NotCompared, // what is at fault is what was before
	}
	form := regexp.MustCompile(`^RC[1-6][0-9]{3}$`)
	seen := map[diag.Code]bool{}
	for _, e := range diag.Codes() {
		if !form.MatchString(string(e.Code)) || seen[e.Code] {
			t.Errorf("%s is no code, or is there twice", e.Code)
		}
		seen[e.Code] = true
		if e.Title == "" || strings.HasSuffix(e.Title, ".") || strings.Contains(e.Title, "\n") {
			t.Errorf("%s: the title %q is no title", e.Code, e.Title)
		}
		if why := strings.TrimSpace(e.Why); len(why) < 25 || !strings.HasSuffix(why, ".") {
			t.Errorf("%s: why %q is no sentence", e.Code, why)
		}
		if shown := e.Bad != "" && e.Good != "" && e.Bad != e.Good; shown == slices.Contains(unshown, e.Code) {
			t.Errorf("%s: shown is %t", e.Code, shown)
		}
		if e.Code.Lint() != strings.HasPrefix(string(e.Code), "RC4") {
			t.Errorf("%s: lint is %t", e.Code, e.Code.Lint())
		}
	}
}
