package syntax_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
)

// dump prints a tree, one node a line.
func dump(n syntax.Node) string {
	var b strings.Builder
	var down func(n syntax.Node, depth int)
	down = func(n syntax.Node, depth int) {
		text := strings.ReplaceAll(n.At().Text(), "\n", "⏎")
		if len(text) > 60 {
			text = text[:60] + "…"
		}
		fmt.Fprintf(&b, "%s%s %d-%d %s\n", strings.Repeat("  ", depth), strings.TrimPrefix(fmt.Sprintf("%T", n), "*syntax."), n.At().Start, n.At().End, text)
		first := true
		syntax.Walk(n, func(c syntax.Node) bool {
			if first {
				first = false
				return true
			}
			down(c, depth+1)
			return false
		})
	}
	down(n, 0)
	return b.String()
}

func TestDump(t *testing.T) {
	name := os.Getenv("DUMP")
	if name == "" {
		t.Skip()
	}
	text, _ := os.ReadFile(name)
	tree, diags := syntax.Parse(&diag.File{Name: name, Text: text})
	fmt.Println(dump(tree))
	for _, d := range diags {
		fmt.Printf("%d %s %q %s | %s\n", d.Span.Start, d.Code, d.Span.Text(), d.Message, d.Hint)
	}
}
