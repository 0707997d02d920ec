package syntax_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/langtest"
	"github.com/recon-lang/recon/lang/syntax"
)

// What hostile text costs stands in lang; here is what is said of it. A text of which not all is read is cut in half until
// it is.
func TestHostileTextGetsADiagnostic(t *testing.T) {
	const mib4 = 4 << 20
	fill := func(piece string) string { return strings.Repeat(piece, (mib4-64)/len(piece)) }
	for name, c := range map[string]struct {
		text string
		code diag.Code // of one of the diagnostics
	}{
		"larger than 4 MiB":       {strings.Repeat(" ", mib4+1), diag.FileTooLarge},
		"a million (":             {strings.Repeat("(", 1e6), diag.NestedTooDeep},
		"a million ( in a let":    {"let a = " + strings.Repeat("(", 1e6), diag.NestedTooDeep},
		"a million ) ":            {strings.Repeat(")", 1e6), diag.Unbalanced},
		"a million ()":            {"let a = " + strings.Repeat("(", 1e6) + strings.Repeat(")", 1e6), diag.NestedTooDeep},
		"a million {":             {strings.Repeat("a {", 1e6), diag.NestedTooDeep},
		"a million { on lines":    {strings.Repeat("a {\n", 1e6), diag.NestedTooDeep},
		"a million blocks":        {strings.Repeat("a{", 1e6) + strings.Repeat("}", 1e6), diag.NestedTooDeep},
		"one line of names":       {fill("a "), diag.NoDeclaration},
		"one name":                {fill("a"), diag.NoDeclaration},
		"one expression":          {"let a = " + strings.Repeat("a+", mib4/2-8), diag.TooLong},
		"one long value":          {"let a = '" + strings.Repeat("a", mib4-20) + "'", diag.TooLong},
		"a list of names":         {"view v from " + strings.Repeat("aaaaaaaa,", mib4/9-20), diag.TooLong},
		"invalid UTF-8":           {fill("\xff"), diag.NotUTF8},
		"invalid UTF-8 and lines": {fill("let \xff\n"), diag.NotUTF8},
		"invalid UTF-8 between":   {fill("\xffa"), diag.NotUTF8},
		"semicolons":              {fill(";"), diag.BadCharacter},
		"strings not closed":      {fill("\""), diag.NoDeclaration},
		"nested strings":          {"let a = " + fill("\"${"), diag.TooLong},
		"strings on lines":        {fill("a = \"\n"), diag.OpenString},
		"texts not closed":        {fill("\"\"\"\n"), diag.NoDeclaration},
		"bars":                    {fill("|"), diag.TooLong},
		"rows":                    {fill("|\n"), diag.LeadingOperator},
		"tables":                  {fill("||\n"), diag.StrayRow},
		"newlines and a fault":    {strings.Repeat("\n", 60_000) + "x", diag.NoDeclaration},
		"comments and a fault":    {strings.Repeat("## a\n", 30_000) + "\nx", diag.NoDeclaration},
		"half lines":              {fill("let a = 1 +\n"), diag.BadExpression},
		"half lines in a block":   {"rule r over a {\n" + fill("a=1+\n"), diag.Unbalanced},
		"lines that go on":        {"let a = " + fill("1 +\n"), diag.TooLong},
		"brackets not closed":     {fill("let a = (\n"), diag.Unbalanced},
		"blocks not closed":       {fill("rule r over a {\n"), diag.Unbalanced},
		"blocks not closed in":    {"rule r over a {\n" + strings.Repeat(strings.Repeat(" on missing {\n", 60)+strings.Repeat("}\n", 60), mib4/1000), diag.Unbalanced},
		"faults without end":      {fill("rule x\n"), diag.TooManyFaults},
		"zero bytes":              {fill("\x00"), diag.BadCharacter},
		"digits":                  {fill("1"), diag.NoDeclaration},
		"dates":                   {fill("2026-11-20"), diag.NoDeclaration},
		"byte order marks":        {fill("\uFEFF"), diag.BadCharacter},
	} {
		t.Run(name, func(t *testing.T) {
			text := c.text
			tree, diags := syntax.Parse(&diag.File{Name: "f.recon", Text: []byte(text)})
			for c.code != diag.FileTooLarge && len(diags) > 0 && diags[0].Code == diag.FileTooLarge {
				if len(diags) != 1 || len(tree.Decls) > 0 {
					t.Fatal("it is read in spite of its size")
				}
				text = text[:len(text)/2]
				tree, diags = syntax.Parse(&diag.File{Name: "f.recon", Text: []byte(text)})
			}
			if tree == nil {
				t.Fatal("no tree")
			}
			found := false
			for _, d := range diags {
				found = found || d.Code == c.code
			}
			if !found {
				t.Errorf("no %s, but %s", c.code, diags[0].Code)
			}
			if len(diags) > 201 {
				t.Errorf("%d diagnostics", len(diags))
			}
		})
	}
}

// TestABrokenStatementLeavesTheOthersAlone breaks each statement of the examples, one at a time
// and in several ways, and looks whether all the others keep their text.
func TestABrokenStatementLeavesTheOthersAlone(t *testing.T) {
	breaks := map[string]func(string) string{
		"cut in half":         func(s string) string { return s[:len(s)/2] },
		"cut at the end":      func(s string) string { return s[:len(s)-1] },
		"first word only":     func(s string) string { return strings.Fields(s)[0] },
		"open parenthesis":    func(s string) string { return s + " (" },
		"stray parenthesis":   func(s string) string { return s + " )" },
		"open string":         func(s string) string { return s + " \"x" },
		"operator at the end": func(s string) string { return s + " +" },
		"comma at the end":    func(s string) string { return s + "," },
		"equals at the end":   func(s string) string { return s + " =" },
		"operator first":      func(s string) string { return "+ " + s },
		"junk":                func(string) string { return "% junk 5 = =" },
		"nothing":             func(string) string { return "" },
	}
	for _, f := range langtest.Examples(t) {
		tree, _ := syntax.Parse(f)
		var statements []syntax.Node
		syntax.Walk(tree, func(n syntax.Node) bool {
			if isLine(n) {
				statements = append(statements, n)
				return false
			}
			return true
		})
		for _, victim := range statements {
			for name, how := range breaks {
				s := victim.At()
				broken := how(s.Text())
				text := slicesReplace(f.Text, s.Start, s.End, broken)
				again, _ := syntax.Parse(&diag.File{Name: f.Name, Text: text})
				have := map[string]bool{}
				syntax.Walk(again, func(n syntax.Node) bool {
					if isLine(n) {
						have[fmt.Sprintf("%T %d %s", n, n.At().Start, n.At().Text())] = true
					}
					return true
				})
				for _, n := range statements {
					at := n.At()
					if n == victim {
						continue
					}
					start := at.Start
					if start > s.Start {
						start += len(broken) - (s.End - s.Start)
					}
					if want := fmt.Sprintf("%T %d %s", n, start, at.Text()); !have[want] {
						t.Errorf("%s: %s of %q loses %s", f.Name, name, s.Text(), want)
					}
				}
			}
		}
	}
}

// isLine reports whether n is a statement or declaration without a block. A row is none: what
// stands before it may be a part of it.
func isLine(n syntax.Node) bool {
	switch n := n.(type) {
	case *syntax.BadStmt, *syntax.BadDecl, *syntax.Row:
		return false
	case *syntax.Do:
		return n.Body == nil
	case *syntax.Given:
		return n.Body == nil
	case *syntax.Expect:
		return n.Body == nil
	case *syntax.Source, *syntax.Action, *syntax.View, *syntax.Rule, *syntax.Template, *syntax.Test, *syntax.Section, *syntax.Group,
		*syntax.Handler, *syntax.Trigger, *syntax.Run:
		return false
	case syntax.Decl, syntax.Stmt:
		return true
	}
	return false
}

func slicesReplace(text []byte, start, end int, with string) []byte {
	return bytes.Join([][]byte{text[:start], []byte(with), text[end:]}, nil)
}
