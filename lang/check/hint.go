package check

import (
	"fmt"
	"strings"

	"github.com/recon-lang/recon/lang/diag"
)

// fewNames is how many names a hint lists before it counts the rest.
const fewNames = 12

// hintNames is a hint for an unknown name: the one that was probably meant, or else, after
// what, all there are.
func hintNames(name, what string, names []string) string {
	if near := diag.Suggest(name, names); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	if len(names) == 0 || what == "" {
		return ""
	}
	more := ""
	if len(names) > fewNames {
		more = fmt.Sprintf(" and %d more", len(names)-fewNames)
		names = names[:fewNames]
	}
	return what + " " + strings.Join(names, ", ") + more
}

// fixName is the fix that goes with the hint of hintNames: where one name is near, that one.
func fixName(at diag.Span, name string, names []string) []diag.Fix {
	near := diag.Suggest(name, names)
	if near == "" {
		return nil
	}
	return []diag.Fix{{Title: fmt.Sprintf("write %q", near), Edits: []diag.Edit{{Span: at, New: near}}}}
}
