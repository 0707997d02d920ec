package diag

import (
	"fmt"
	"slices"
	"strings"

	"github.com/recon-lang/recon/lang/textdiff"
)

// Explanation is what is said about a code beyond one place: the page that `recon explain CODE`
// prints and that the reference lists.
type Explanation struct {
	Code  Code
	Title string // one line, lower case
	Why   string // a paragraph: what is wrong and why recon insists
	Bad   string // a file that gets the code
	// Before is what the file was, for a code that speaks of a change; else "".
	Before string
	Good   string // the same file without the fault
}

// Silence is the comment that keeps a lint from being reported, or "" for what cannot be silenced.
func (e Explanation) Silence() string {
	if !e.Code.Lint() || e.Code == UnusedAllow || e.Code == BadAllow {
		return ""
	}
	return fmt.Sprintf("# allow %s: the reason why it is right here", e.Code)
}

// tables are all codes, one slice for each range, each in a file of its own. A code that has
// been released stays here for ever.
var tables = [][]Explanation{syntaxCodes, typeCodes, pluginCodes, handlerCodes, moduleCodes, lintCodes, viewCodes, testCodes, changeCodes, resultCodes}

// Change is how to get from Before to one of the other files, line by line; "" if they are the same.
func (e Explanation) Change(to string) string {
	diff := string(textdiff.Unified("before", "after", []byte(e.Before), []byte(to)))
	if at := strings.Index(diff, "@@"); at >= 0 {
		_, diff, _ = strings.Cut(diff[at:], "\n") // names and line numbers say nothing here
	}
	return diff
}

// Codes are the explanations of all codes in ascending order.
func Codes() []Explanation {
	all := slices.Concat(tables...)
	slices.SortFunc(all, func(a, b Explanation) int {
		if a.Code < b.Code {
			return -1
		}
		return 1
	})
	return all
}

// Explain finds the explanation of code.
func Explain(code Code) (Explanation, bool) {
	for _, table := range tables {
		for _, e := range table {
			if e.Code == code {
				return e, true
			}
		}
	}
	return Explanation{}, false
}
