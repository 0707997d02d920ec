package main

import "testing"

func TestGrowthOfTheHeap(t *testing.T) {
	for _, c := range []struct {
		live, bytes uint64
		want        int
	}{{0, 48 << 20, 1100}, {16 << 20, 48 << 20, 200}, {32 << 20, 48 << 20, 50}, {45 << 20, 48 << 20, 33}, {500 << 20, 48 << 20, 33}} {
		if got := growth(c.live, c.bytes); got != c.want {
			t.Errorf("%d of %d: got %d %%, want %d %%", c.live, c.bytes, got, c.want)
		}
	}
}
