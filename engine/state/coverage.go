package state

import (
	"math"
	"slices"
	"sort"
)

// coverage says which instants settled windows have read.
type coverage struct {
	windows []Window // not overlapping, by start
	horizon int64    // the latest end of a covered part
}

// cover takes windows by start.
func cover(windows []Window) coverage {
	c := coverage{horizon: math.MinInt64}
	for _, w := range windows {
		if w.Covered > w.Start {
			c.windows = append(c.windows, w)
			c.horizon = max(c.horizon, w.Covered)
		}
	}
	return c
}

func (c *coverage) contains(t int64) bool {
	i := sort.Search(len(c.windows), func(i int) bool { return c.windows[i].Start > t }) - 1
	return i >= 0 && t < c.windows[i].Covered
}

// window finds the settled window that starts at start.
func findWindow(windows []Window, start int64) (Window, bool) {
	i, ok := slices.BinarySearchFunc(windows, start, func(w Window, t int64) int {
		switch {
		case w.Start < t:
			return -1
		case w.Start > t:
			return 1
		}
		return 0
	})
	if !ok {
		return Window{}, false
	}
	return windows[i], true
}

// Edges of covered(W) that a row lies within slack of.
const (
	nearStart = 1 << iota
	nearEnd
)

// edgesOf says which edges of covered(w) the instant t lies within slack of, on either side: a source that is cut
// by its settings may give a window rows of another time. Subtractions cannot overflow: instants are
// microseconds of years that have four digits.
func edgesOf(t int64, w Window, slack int64) byte {
	if slack <= 0 || t == NoTime || w.Start == Always.Start {
		return 0
	}
	var e byte
	if d := t - w.Start; -slack <= d && d <= slack {
		e |= nearStart
	}
	if d := t - w.Covered; -slack <= d && d <= slack {
		e |= nearEnd
	}
	return e
}
