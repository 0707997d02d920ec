package diag

import "strings"

// Suggest is the one of names that word was probably meant to be: the nearest within two
// edits (one, for words of up to four characters), or "". Of equally near ones it is the first. One that differs in the
// case of letters only is nearer than any other.
func Suggest(word string, names []string) string {
	const longest = 64 // bytes: nobody mistypes a word of that length
	if len(word) > longest {
		return ""
	}
	for _, name := range names {
		if strings.EqualFold(name, word) {
			return name
		}
	}
	limit := 2
	if len([]rune(word)) <= 4 {
		limit = 1
	}
	best := ""
	for _, name := range names {
		if d := edits(word, name, limit); d <= limit {
			best, limit = name, d-1
		}
	}
	return best
}

// edits counts the characters to insert, delete, replace or swap with their neighbour to turn a
// into b. It gives limit+1 for anything above limit.
func edits(a, b string, limit int) int {
	x, y := []rune(a), []rune(b)
	if len(x)-len(y) > limit || len(y)-len(x) > limit {
		return limit + 1
	}
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		least := row[0]
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least > limit {
			return limit + 1
		}
		before, last, row = last, row, before
	}
	return last[len(y)]
}
