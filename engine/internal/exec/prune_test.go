package exec

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestSpans holds spans against what they are for: all that is not left out is read, what was left out may be read if spans are few, and the
// smallest pieces go first.
func TestSpans(t *testing.T) {
	got := spans([]bool{false, true, false, false, true, true, false, true}, func(i int) int64 { return []int64{1, 9, 1, 1, 2, 3, 1, 1}[i] }, 2)
	if want := [][2]int{{0, 1}, {2, 7}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 1))
		leave := make([]bool, 1+r.IntN(60))
		for i := range leave {
			leave[i] = r.IntN(2) == 0
		}
		before, most := slices.Clone(leave), 1+r.IntN(9)
		got := spans(leave, func(i int) int64 { return int64(i % 5) }, most)
		read := make([]bool, len(leave))
		for k, s := range got {
			if k > 0 && s[0] <= got[k-1][1] {
				t.Fatalf("seed %d: %v", seed, got)
			}
			for i := s[0]; i < s[1]; i++ {
				read[i] = true
			}
		}
		for i := range leave {
			if read[i] == leave[i] || !before[i] && !read[i] {
				t.Fatalf("seed %d: range %d is read %v, left out %v, and was to be left out %v", seed, i, read[i], leave[i], before[i])
			}
		}
		if len(got) > most {
			t.Fatalf("seed %d: %d spans, want at most %d", seed, len(got), most)
		}
	}
}
