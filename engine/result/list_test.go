package result

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestListIsBounded lists some of many breaks: they are the first in the order of reports, whatever order they come in, and the counts are of all.
func TestListIsBounded(t *testing.T) {
	var all []Break
	for i := range 57 {
		all = append(all, Break{ID: fmt.Sprintf("id%03d", i), Rule: []string{"a", "b"}[i%2], Pending: i%3 == 0, Items: []Item{{Outcome: Missing, Name: "right"}}})
	}
	text := func(list []Break, most int) string {
		var b strings.Builder
		if err := List(&b, seq(list), most, Style{}); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	whole := strings.Split(text(all, 0), "\n")
	if len(whole) != 57+4 || whole[59] != "57 in all: open 38 · pending 19" {
		t.Fatalf("%q", whole)
	}
	for _, most := range []int{1, 2, 10, 28, 29, 56, 57, 1000} {
		list := slices.Clone(all)
		rand.New(rand.NewPCG(1, uint64(most))).Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		lines := strings.Split(text(list, most), "\n")
		shown := min(most, 57)
		for i, line := range lines[:1+shown] {
			if strings.Join(strings.Fields(line), " ") != strings.Join(strings.Fields(whole[i]), " ") {
				t.Errorf("%d: line %d is %q, want %q", most, i, line, whole[i])
			}
		}
		end := "\n" + whole[59] + "\n"
		if shown < 57 {
			end += fmt.Sprintf("%d more are not shown: --limit 0 lists all, recon breaks export writes them\n", 57-shown)
		}
		if got := strings.Join(lines[1+shown:], "\n"); got != end {
			t.Errorf("%d: ends with %q, want %q", most, got, end)
		}
	}
}
