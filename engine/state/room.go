package state

import "slices"

// manyAtOnce is how many small things get their memory at a time.
const manyAtOnce = 256

// take takes n things out of room, which it fills anew when it is used up. The memory lasts as long as any of the things taken from it.
func take[T any](room *[]T, n int) []T {
	if n > manyAtOnce {
		return make([]T, n)
	}
	if n > len(*room) {
		*room = make([]T, manyAtOnce)
	}
	taken := (*room)[:n:n]
	*room = (*room)[n:]
	return taken
}

// largeRow is how many bytes a row may have of which memory is shared with others: as long as one of them is in use, all of them and what they hold are kept.
const largeRow = 1 << 10

// large reports whether a row is to have memory of its own.
func (r *Row) large() bool { return len(r.Key)+len(r.Values)+len(r.Reason) > largeRow }

// itemLists are lists of items that many groups share, because most have the same.
type itemLists struct{ seen [][]Item }

// fewItems is how many different lists are kept to be shared.
const fewItems = 16

// keep makes items last: whoever made them may use their memory again. Nobody changes what keep returns.
func (l *itemLists) keep(items []Item) []Item {
	for _, s := range l.seen {
		if slices.Equal(s, items) {
			return s
		}
	}
	kept := slices.Clone(items)
	if len(l.seen) < fewItems {
		l.seen = append(l.seen, kept)
	}
	return kept
}

// recordRoom is memory for records that are read one after the other.
type recordRoom struct {
	records []record
	groups  []group
	windows []groupWindow
	items   []Item // scratch
	shared  itemLists
}
