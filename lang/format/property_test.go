package format_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/format"
	"github.com/recon-lang/recon/lang/langtest"
	"github.com/recon-lang/recon/lang/syntax"
)

// rewrite writes the tokens of f with other blanks between them, as somebody may have typed them.
// With lines, it also breaks lines where a statement goes on and adds comments and blank lines.
func rewrite(t *rapid.T, f *syntax.File, lines bool) string {
	var b strings.Builder
	maybe := func(name string) bool { return lines && rapid.IntRange(0, 9).Draw(t, name) == 0 }
	text := f.Span.File.Text
	depth := 0 // of brackets in which a line end means nothing
	var open []bool
	previous := ""
	operand := false
	for i, tok := range f.Tokens {
		s := string(text[tok.Start:tok.End])
		switch tok.Kind {
		case syntax.Space:
			line := i == 0 || f.Tokens[i-1].Kind == syntax.Newline
			switch {
			case line || tok.End == len(text):
				s = rapid.SampledFrom([]string{"", " ", "\t", "      "}).Draw(t, "indent")
			case strings.Contains("=,([{", previous) && previous != "":
				s = rapid.SampledFrom([]string{"", " ", "   "}).Draw(t, "blank")
			default:
				s = rapid.SampledFrom([]string{" ", "  ", "\t"}).Draw(t, "blank")
			}
			b.WriteString(s)
			continue
		case syntax.Newline:
			if maybe("trailing comment") {
				s = " # trailing\n"
			}
			if maybe("comment") {
				s += "# above\n"
			}
			if maybe("blank line") {
				s += "\n"
			}
			b.WriteString(s)
			continue
		case syntax.Op:
			switch s {
			case "(", "[", "{":
				block := s == "{" && operand
				open = append(open, block)
				if !block {
					depth++
				}
			case ")", "]", "}":
				if !open[len(open)-1] {
					depth--
				}
				open = open[:len(open)-1]
			}
		}
		b.WriteString(s)
		previous = s
		operand = tok.Kind != syntax.Op && s != "and" && s != "or" && s != "not" && s != "in" || s == ")" || s == "]" || s == "}"
		goesOn := depth > 0 && tok.Kind != syntax.Remark || tok.Kind == syntax.Op && strings.Contains("=,+-*/|?", s)
		if goesOn && maybe("break") {
			b.WriteString(rapid.SampledFrom([]string{"\n", "\n\n", " # why\n", "\n  # why\n"}).Draw(t, "line end"))
		}
	}
	return b.String()
}

func TestBlanksDoNotMatter(t *testing.T) {
	for _, f := range langtest.Examples(t) {
		tree, _ := syntax.Parse(f)
		rapid.Check(t, func(t *rapid.T) {
			text := rewrite(t, tree, false)
			other, diags := syntax.Parse(&diag.File{Name: "f.recon", Text: []byte(text)})
			if len(diags) > 0 {
				t.Fatalf("%s at %d in\n%s", diags[0].Message, diags[0].Span.Start, text)
			}
			if got := format.File(other); !bytes.Equal(got, f.Text) {
				t.Fatalf("\n%s\nbecomes\n%s", text, got)
			}
		})
	}
}

func TestLinesAndCommentsStay(t *testing.T) {
	for _, f := range langtest.Examples(t) {
		tree, _ := syntax.Parse(f)
		rapid.Check(t, func(t *rapid.T) {
			text := rewrite(t, tree, true)
			other, diags := syntax.Parse(&diag.File{Name: "f.recon", Text: []byte(text)})
			if len(diags) > 0 {
				t.Fatalf("%s at %d in\n%s", diags[0].Message, diags[0].Span.Start, text)
			}
			once := format.File(other)
			again, diags := syntax.Parse(&diag.File{Name: "f.recon", Text: once})
			if len(diags) > 0 {
				t.Fatalf("\n%s\nbecomes\n%s\nwith %s", text, once, diags[0].Message)
			}
			if !syntax.Equal(other, again) || !slices.Equal(comments(other), comments(again)) {
				t.Fatalf("\n%s\nbecomes\n%s\nwhich says something else", text, once)
			}
			if twice := format.File(again); !bytes.Equal(once, twice) {
				t.Fatalf("\n%s\nand then\n%s", once, twice)
			}
		})
	}
}
