package langtest

import (
	"strings"
	"testing"

	"github.com/recon-lang/recon/lang/diag"
)

func TestCompare(t *testing.T) {
	f := &diag.File{Name: "f.recon", Text: []byte(`one  # want RC1001 "x" RC1002
two
# want above RC1003
# want above RC1004 "\"y\""
five
`)}
	on := func(line int, code diag.Code, message string) diag.Diagnostic {
		at := 0
		for range line - 1 {
			at += strings.IndexByte(string(f.Text[at:]), '\n') + 1
		}
		return diag.Diagnostic{Code: code, Span: diag.Span{File: f, Start: at, End: at}, Message: message}
	}
	all := diag.List{on(1, "RC1002", ""), on(1, "RC1001", "a x b"), on(2, "RC1003", ""), on(2, "RC1004", `a "y"`)}
	if got := Compare([]*diag.File{f}, all); len(got) > 0 {
		t.Errorf("all met, got %q", got)
	}
	for i := range all {
		without := append(append(diag.List{}, all[:i]...), all[i+1:]...)
		if got := Compare([]*diag.File{f}, without); len(got) != 1 || !strings.Contains(got[0], "not reported: "+string(all[i].Code)) {
			t.Errorf("without %s: got %q", all[i].Code, got)
		}
	}
	for name, d := range map[string]diag.Diagnostic{
		"other code": on(5, "RC1005", ""), "no mark left": on(1, "RC1002", ""), "no file": {Code: "RC1001"},
	} {
		if got := Compare([]*diag.File{f}, append(append(diag.List{}, all...), d)); len(got) != 1 || !strings.HasPrefix(got[0], "not marked") {
			t.Errorf("%s: got %q", name, got)
		}
	}
	wrong := &diag.File{Name: "w.recon", Text: []byte("a # want RC12 \"x\"\n")}
	if got := Compare([]*diag.File{wrong}, nil); len(got) != 1 || !strings.Contains(got[0], "not a mark") {
		t.Errorf("a malformed mark: got %q", got)
	}
}
