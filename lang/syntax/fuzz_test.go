package syntax_test

import (
	"io"
	"strings"
	"testing"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/langtest"
	"github.com/recon-lang/recon/lang/syntax"
)

func addSeeds(f *testing.F) {
	for _, file := range langtest.Examples(f) {
		text := string(file.Text)
		f.Add(text)
		tree, _ := syntax.Parse(file)
		for _, d := range tree.Decls {
			s := d.At().Text()
			f.Add(s)
			f.Add(s[:len(s)/2])
			f.Add(s[len(s)/3:])
		}
	}
	for _, e := range diag.Codes() {
		f.Add(e.Bad)
	}
	for _, text := range []string{"\uFEFFrecon 1\r\n", "a\xffb", "\"${\"${", "let a = \"\"\"\n x\n\"\"\"", "| a |\n||\n|", "rule r over a {\n}\n}\n)", "1.2.3 0x1 5min 2026-02-30T"} {
		f.Add(text)
	}
}

func FuzzLexerLosesNothing(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		if got := strings.Join(syntax.LexAll(t, text), ""); got != text {
			t.Fatalf("got %q, want %q", got, text)
		}
	})
}

func FuzzParse(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		file := &diag.File{Name: "f.recon", Text: []byte(text)}
		tree, diags := syntax.Parse(file)
		if tree == nil {
			t.Fatal("no tree")
		}
		at := 0
		for _, tok := range tree.Tokens {
			if tok.Start != at || tok.End <= tok.Start {
				t.Fatalf("token %v does not follow %d", tok, at)
			}
			at = tok.End
		}
		if at != len(text) {
			t.Fatalf("the tokens end at %d of %d", at, len(text))
		}
		checkNode(t, tree, file)
		for _, d := range diags {
			if s := d.Span; s.File != file || s.Start < 0 || s.End < s.Start || s.End > len(text) {
				t.Fatalf("%s %s is at %d-%d", d.Code, d.Message, s.Start, s.End)
			}
			if _, ok := diag.Explain(d.Code); !ok || d.Message == "" {
				t.Fatalf("%s %q is not explained", d.Code, d.Message)
			}
		}
		if (len(diags) > 0) != tree.Faulty {
			t.Fatal("Faulty is wrong")
		}
		if err := diag.Text(io.Discard, diags, true); err != nil {
			t.Fatal(err)
		}
		bad := false
		syntax.Walk(tree, func(n syntax.Node) bool {
			switch n := n.(type) {
			case *syntax.BadDecl, *syntax.BadStmt:
				bad = true
			case *syntax.Expr:
				bad = bad || n.Bad
				for _, tok := range n.Tokens {
					if tok.Kind == syntax.String || tok.Kind == syntax.Text {
						n.Parts(tok)
					}
				}
			}
			return true
		})
		if bad && len(diags) == 0 {
			t.Fatal("a bad node and no word about it")
		}
	})
}

// checkNode sees to it that the places of the nodes below n lie within n, in order.
func checkNode(t *testing.T, n syntax.Node, file *diag.File) {
	s := n.At()
	if s.File != file || s.Start < 0 || s.End < s.Start || s.End > len(file.Text) {
		t.Fatalf("%T is at %d-%d of %p", n, s.Start, s.End, s.File)
	}
	at := s.Start
	first := true
	syntax.Walk(n, func(c syntax.Node) bool {
		if first {
			first = false
			return true
		}
		if c.At().Start < at || c.At().End > s.End {
			t.Fatalf("%T at %d-%d does not fit into %T at %d-%d behind %d", c, c.At().Start, c.At().End, n, s.Start, s.End, at)
		}
		at = c.At().End
		checkNode(t, c, file)
		return false
	})
}
