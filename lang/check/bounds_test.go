package check_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/recon-lang/recon/lang/diag"
)

// steps are lines made from a format with the number of each and of the next.
func steps(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i, i+1)
	}
	return b.String()
}

// What is small as it is written and great as it is meant has bounds, each with a message of its own.
func TestWhatDoublesIsRefused(t *testing.T) {
	const rows = "source a from csv {\n  path = \"a.csv\"\n  columns { x integer, s string }\n}\n"
	for name, c := range map[string]struct {
		text    string
		code    diag.Code
		message string
	}{
		"views that read two": {rows + "view v0 from a { where x > 0 }\nview w0 from a { where x < 0 }\n" +
			steps(20, "view v%[2]d from v%[1]d, w%[1]d { where x > 1 }\nview w%[2]d from v%[1]d, w%[1]d { where x > 2 }\n"), diag.TooLong, "256 sources"},
		"templates in templates": {rows + "template t0() {\n  assert x > 1 as b\n}\n" + steps(64, "template t%[2]d() {\n  use t%[1]d()\n}\n") + "rule r over a {\n  use t64()\n}\n", diag.NestedTooDeep, "deeper than 64"},
		"texts of texts": {rows + "template t0(x: string) {\n  title = x\n}\n" + steps(30, "template t%[2]d(x: string) {\n  use t%[1]d(x = \"${x}${x}\")\n}\n") +
			"rule r over a {\n  unique s\n  use t30(x = \"aaaa\")\n}\n", diag.TooLong, "parts"},
		"many faults": {rows + steps(300, "let a%d = b%d\n"), diag.TooManyFaults, "more than 200"},
	} {
		t.Run(name, func(t *testing.T) {
			found := 0
			for _, d := range compileText(c.text).Diags {
				if d.Code == c.code && strings.Contains(d.Message, c.message) {
					found++
				}
			}
			if found == 0 {
				t.Errorf("no %s %q", c.code, c.message)
			}
		})
	}
}

// A long chain of names, and one that leads into a circle, is followed once.
func TestMovesAreFollowedOnce(t *testing.T) {
	const rows = "source a from csv {\n  path = \"a.csv\"\n  columns { x integer }\n}\nrule last over a { unique x }\n"
	u := compileText(rows + "moved a2000 to last\n" + steps(2000, "moved a%d to a%d\n"))
	if len(u.Diags) > 0 || len(u.Program.Moved) != 2001 {
		t.Fatalf("got %v and %d moves", u.Diags, len(u.Program.Moved))
	}
	for _, m := range u.Program.Moved {
		if m.To != "last" {
			t.Fatalf("%s moves to %s", m.From, m.To)
		}
	}
	u = compileText(rows + "moved in to c\nmoved c to d\nmoved d to e\nmoved e to c\nmoved also to d\n")
	if len(u.Diags) != 1 || u.Diags[0].Span.Text() != "moved c to d" {
		t.Errorf("got %v", u.Diags)
	}
}
