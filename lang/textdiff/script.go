package textdiff

import (
	"bytes"
	"slices"
)

// maxEdits bounds the search for the shortest script, whose work and memory grow with its square. Texts that are
// farther apart are shown as one change.
const maxEdits = 1000

// script is a shortest list of changes that makes b of a: what Myers found in "An O(ND) Difference
// Algorithm and Its Variations". Lines that both begin and end with are set aside first.
func script(a, b [][]byte) []change {
	head := 0
	for head < len(a) && head < len(b) && bytes.Equal(a[head], b[head]) {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && bytes.Equal(a[len(a)-1-tail], b[len(b)-1-tail]) {
		tail++
	}
	x, y := numbered(a[head:len(a)-tail], b[head:len(b)-tail])
	changes := shortest(x, y)
	for i := range changes {
		c := &changes[i]
		c.a, c.aEnd, c.b, c.bEnd = c.a+head, c.aEnd+head, c.b+head, c.bEnd+head
	}
	return changes
}

// numbered gives lines that are the same the same number.
func numbered(a, b [][]byte) (x, y []int) {
	seen := map[string]int{}
	number := func(list [][]byte) []int {
		n := make([]int, len(list))
		for i, l := range list {
			id, ok := seen[string(l)]
			if !ok {
				id = len(seen)
				seen[string(l)] = id
			}
			n[i] = id
		}
		return n
	}
	return number(a), number(b)
}

// shortest walks the diagonals k = i-j of the grid of both texts: far[k] is how far down a script of d edits gets
// on one. The states before each d lead back through it.
func shortest(a, b []int) []change {
	n, m := len(a), len(b)
	limit := min(n+m, maxEdits)
	far := make([]int, 2*limit+3)
	mid := limit + 1
	var before [][]int
	for d := 0; d <= limit; d++ {
		before = append(before, slices.Clone(far[mid-d:mid+d+1]))
		for k := -d; k <= d; k += 2 {
			i := step(far, mid, d, k)
			for j := i - k; i < n && j < m && a[i] == b[j]; j++ {
				i++
			}
			far[mid+k] = i
			if i >= n && i-k >= m {
				return back(before, d, n, m)
			}
		}
	}
	return []change{{0, n, 0, m}}
}

// step is where a script of d edits arrives on diagonal k by its last edit: a line less from k-1, or one
// more from k+1.
func step(far []int, mid, d, k int) int {
	if k == -d || k != d && far[mid+k-1] < far[mid+k+1] {
		return far[mid+k+1]
	}
	return far[mid+k-1] + 1
}

// back follows the edits from the end to the start, and joins those that touch.
func back(before [][]int, d, n, m int) []change {
	var changes []change
	i, j := n, m
	for ; d > 0; d-- {
		far := make([]int, 2*d+3) // of diagonals -d-1 to d+1
		copy(far[1:], before[d])
		mid := d + 1
		k := i - j
		from := far[mid+k-1]
		c := change{}
		if k == -d || k != d && far[mid+k-1] < far[mid+k+1] {
			from = far[mid+k+1]
			c = change{from, from, from - k - 1, from - k}
			i, j = from, from-k-1
		} else {
			c = change{from, from + 1, from - k + 1, from - k + 1}
			i, j = from, from-k+1
		}
		if last := len(changes) - 1; last >= 0 && changes[last].a == c.aEnd && changes[last].b == c.bEnd {
			changes[last].a, changes[last].b = c.a, c.b
			continue
		}
		changes = append(changes, c)
	}
	slices.Reverse(changes)
	return changes
}
