package diag

import (
	"unicode"

	"golang.org/x/text/width"
)

// Width is how many columns of a terminal text takes: 2 for East Asian wide and fullwidth
// characters, 0 for combining and invisible ones, else 1. The Unicode version is the one of
// golang.org/x/text as go.mod pins it, so that formatted files do not change with the machine.
func Width(text string) int {
	n := 0
	for _, r := range text {
		n += RuneWidth(r)
	}
	return n
}

// RuneWidth is the Width of one character.
func RuneWidth(r rune) int {
	if r < 0x300 {
		return 1
	}
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}
