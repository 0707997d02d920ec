package format_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/format"
	"github.com/recon-lang/recon/lang/langtest"
	"github.com/recon-lang/recon/lang/syntax"
)

// seeds are texts with everything that the language has, whole and in pieces.
func seeds(t testing.TB) []string {
	var texts []string
	for _, f := range langtest.Examples(t) {
		text := string(f.Text)
		texts = append(texts, text, strings.ReplaceAll(text, "\n", "\r\n"))
		tree, _ := syntax.Parse(f)
		for _, d := range tree.Decls {
			texts = append(texts, d.At().Text())
		}
	}
	return append(texts,
		"# a\n\n\n# b\nlet a = f(1, # c\n  # d\n  2) # e\n\n# f",
		"source s from csv { a = 1, b = 2 } # x\n",
		"source s from csv { # x\n# y\n\n}\n",
		"let a = \"\"\"\n\tx\n\t  y\n\n\t\"\"\"\nlet b = \"${c | f('x')}${\"${d}\"}\"",
		"source s from x {\n q = \"\"\"\n  a\n   \n  b\"\"\"\n columns { 金额 decimal(1, 2) unit \"x\" = column(\"额\"), b string }\n}",
		"test \"t\" for r {\n given a {\n |a|b| # c\n | \"x|\" | \\| |\n }\n expect matched 1 }",
		"let a = not (b == c) and d in [1,\n 2] or -e + - -f * (g ? h : {a: 1, \"b\": i}) # x",
		"template t(a: integer, b: enum(\"x\") = \"x\") { key a.b = c.d as e\n}",
	)
}

func comments(f *syntax.File) []string {
	var texts []string
	for _, c := range f.Comments {
		texts = append(texts, strings.TrimRight(c.Span.Text(), " \t\r"))
	}
	return texts
}

func FuzzFormat(f *testing.F) {
	for _, text := range seeds(f) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tree, diags := syntax.Parse(&diag.File{Name: "f.recon", Text: []byte(text)})
		once := format.File(tree)
		if len(diags) > 0 {
			if !bytes.Equal(once, []byte(text)) {
				t.Fatalf("a file with faults is changed:\n%s", once)
			}
			return
		}
		again, diags := syntax.Parse(&diag.File{Name: "f.recon", Text: once})
		if len(diags) > 0 {
			t.Fatalf("%q becomes %q, which has faults: %s at %d", text, once, diags[0].Message, diags[0].Span.Start)
		}
		if !syntax.Equal(tree, again) {
			t.Fatalf("%q becomes %q, which says something else", text, once)
		}
		if got, want := comments(again), comments(tree); !slices.Equal(got, want) {
			t.Fatalf("%q becomes %q, with comments %q, not %q", text, once, got, want)
		}
		if twice := format.File(again); !bytes.Equal(once, twice) {
			t.Fatalf("%q becomes %q, and that %q", text, once, twice)
		}
	})
}

func BenchmarkFormat(b *testing.B) {
	f := langtest.Long(b, 5000)
	tree, diags := syntax.Parse(f)
	if len(diags) > 0 {
		b.Fatal(diags)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(f.Text)))
	for b.Loop() {
		format.File(tree)
	}
}
