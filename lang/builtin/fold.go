package builtin

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// AppendFoldedCase appends text with every code point replaced by the first of those that simple case
// folding holds alike: two texts differ in case only if their foldings are equal.
func AppendFoldedCase(dst, text []byte) []byte {
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c >= utf8.RuneSelf {
			return appendRunes(dst, text[i:], foldRune)
		}
		if c-'a' < 26 {
			c ^= 0x20 // the capital comes first
		}
		dst = append(dst, c)
	}
	return dst
}

func foldRune(r rune) rune {
	least := r
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		least = min(least, f)
	}
	return least
}

// AppendFoldedSpace appends text without white space at both ends and with every run of white space
// within as one space.
func AppendFoldedSpace(dst, text []byte) []byte {
	start, gap := len(dst), false
	for i := 0; i < len(text); {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRune(text[i:])
		}
		switch {
		case unicode.IsSpace(r):
			gap = true
		case gap && len(dst) > start:
			dst = append(append(dst, ' '), text[i:i+size]...)
			gap = false
		default:
			dst = append(dst, text[i:i+size]...)
			gap = false
		}
		i += size
	}
	return dst
}

// AppendFoldedWidth appends text with full-width and half-width forms replaced by the ordinary ones (Ａ
// by A, ｱ by ア). Other compatibility forms stay as they are.
func AppendFoldedWidth(dst, text []byte) []byte {
	for i := 0; i < len(text); {
		if text[i] < utf8.RuneSelf {
			dst = append(dst, text[i])
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		if folded := width.LookupRune(r).Folded(); folded != 0 {
			dst = utf8.AppendRune(dst, folded)
		} else {
			dst = append(dst, text[i:i+size]...)
		}
		i += size
	}
	return dst
}
