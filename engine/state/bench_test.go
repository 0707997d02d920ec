package state

import (
	"iter"
	"slices"
)

func each(rows []Row) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for i := range rows {
			if !yield(rows[i], nil) {
				return
			}
		}
	}
}

func sortByHash(rows []Row) {
	slices.SortFunc(rows, func(a, b Row) int {
		if a.Hash < b.Hash {
			return -1
		} else if a.Hash > b.Hash {
			return 1
		}
		return 0
	})
}
