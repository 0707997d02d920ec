package check_test

import (
	"strings"
	"testing"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/langtest"
)

// FuzzExpression feeds any text as an expression: it is checked or refused, and what is said of it lies in
// its file.
func FuzzExpression(f *testing.F) {
	for _, seed := range []string{
		"1 + 2 * 3", `decode(note, {"a": 1, (-1): 2})`, "not a.x == b.y", "x not in [1, 2]", "a | trim() | upper()", `"a${x + "b${y}"}c"`, "c ? a : b ? c : d",
		"all(x, # > 1)", "let y = 1; y", "a?.b", "a[1:2]", "1..2", "a ?? b", "{a: 1}", "`x`", "-(-(1))", "round(a / b, 2)", "x matches 'y'", "::now()", "0.1e-300", "b'x'", "#.x",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, expr string) {
		if len(expr) > 4<<10 {
			t.Skip()
		}
		text := "let v = " + expr + "\nsource a from csv {\n  path = \"a.csv\"\n  where " + expr + "\n  columns {\n    x integer\n    note string = " + expr + "\n  }\n}\n" +
			"rule r between a, a as b {\n  key x\n  compare a.x = " + expr + " within 1 as c\n  fail when " + expr + "\n}\n"
		for _, d := range compileText(text).Diags {
			s := d.Span
			if s.File == nil || s.Start < 0 || s.End < s.Start || s.End > len(s.File.Text) {
				t.Fatalf("%s: span %d:%d of %d bytes", d.Code, s.Start, s.End, len(s.File.Text))
			}
			if d.Message == "" || strings.Contains(d.Message, "unexpected token") {
				t.Fatalf("%s: message %q", d.Code, d.Message)
			}
			for _, fix := range d.Fixes {
				for _, e := range fix.Edits {
					if e.Span.Start < 0 || e.Span.End > len(s.File.Text) {
						t.Fatalf("%s: a fix outside the file", d.Code)
					}
				}
			}
			if _, ok := diag.Explain(d.Code); !ok {
				t.Fatalf("%s is not explained", d.Code)
			}
		}
	})
}

// FuzzFile feeds any file.
func FuzzFile(f *testing.F) {
	for _, e := range diag.Codes() {
		f.Add(e.Bad)
		f.Add(e.Good)
	}
	for _, file := range langtest.Examples(f) {
		f.Add(string(file.Text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		u := compileText(text)
		if u.Diags.HasErrors() {
			return
		}
		for _, r := range u.Program.Rules {
			if r.Text == "" || len(r.Sides) == 0 {
				t.Fatalf("rule %s is not whole", r.Name)
			}
		}
	})
}
