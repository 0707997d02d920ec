package lang_test

import (
	"strings"
	"testing"
	"time"

	"github.com/recon-lang/recon/lang"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/format"
	"github.com/recon-lang/recon/lang/langtest"
	"github.com/recon-lang/recon/lang/syntax"
)

// slower is how much longer than its target something may take before the test fails: CI runs on machines of all kinds. The
// benchmarks of syntax, check, format and of this package give the figures.
const slower = 4

// TestSpeed holds the times that an editor and a pre-commit hook count on, for a file of 5,000 lines. What counts is the processor
// time of the quickest of many runs, so that what else the machine does does not.
func TestSpeed(t *testing.T) {
	text := langtest.LargeFile(5000)
	file := []*diag.File{{Name: "large.recon", Text: []byte(text)}}
	tree, _ := syntax.Parse(file[0])
	at := strings.Index(text[len(text)/2:], "within 0.01") + len(text)/2 + len("within 0.0")
	session, edits := &lang.Session{}, 0
	session.Check(file, nil, false, catalogOf)
	for name, c := range map[string]struct {
		target time.Duration
		run    func()
	}{
		"parse and check": {60 * time.Millisecond, func() {
			if u := lang.Compile(file, catalogOf); len(u.Diags) > 0 {
				t.Fatal(listed(u.Diags))
			}
		}},
		"format": {30 * time.Millisecond, func() {
			if len(format.File(tree)) < len(text)/2 {
				t.Fatal("it is not all there")
			}
		}},
		"check after an edit of one statement": {5 * time.Millisecond, func() {
			edits++
			edited := []*diag.File{{Name: "large.recon", Text: []byte(text[:at] + string(rune('1'+edits%9)) + text[at+1:])}}
			if found := session.Check(edited, nil, false, catalogOf); len(found) > 0 {
				t.Fatal(listed(found))
			}
		}},
	} {
		best := time.Hour
		for i := 0; i < 100 && (best > c.target || i < 5); i++ {
			best = min(best, langtest.Spent(c.run))
		}
		t.Logf("%s: %v, target %v", name, best, c.target)
		if best > slower*c.target {
			t.Errorf("%s takes %v; the target is %v", name, best, c.target)
		}
	}
}
