package engine

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/sdk/schema"
)

// TestLargest adds breaks only where they are wanted, and sorts all of them for what must come of it.
func TestLargest(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, most := range []int{0, 1, 7, 100} {
		l := largest{most: most}
		var all []result.Break
		unwanted := 0
		for i := range 3000 {
			amount := schema.Value{Null: true}
			if rng.IntN(10) > 0 {
				amount = schema.Value{Type: schema.Type{Kind: schema.Integer}, Int: int64(rng.IntN(200) - 100)}
			}
			b := result.Break{ID: strconv.Itoa((i * 7919) % 3000), Amount: amount}
			all = append(all, b)
			if l.wants(b.Amount, b.ID) {
				l.add(b)
			} else {
				unwanted++
			}
		}
		slices.SortFunc(all, func(a, b result.Break) int {
			return cmp.Or(compareAmounts(b.Amount, a.Amount), cmp.Compare(a.ID, b.ID))
		})
		ids := func(list []result.Break) (ids []string) {
			for _, b := range list {
				ids = append(ids, b.ID)
			}
			return ids
		}
		if got, want := ids(l.sorted()), ids(all[:most]); !slices.Equal(got, want) {
			t.Errorf("the largest %d are %v, want %v", most, got, want)
		}
		if unwanted < 1000 {
			t.Errorf("of 3000 breaks only %d were not wanted for the largest %d", unwanted, most)
		}
	}
}
