package csv

import (
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"
)

// gb decodes GBK and GB18030 by a table of all pairs of bytes, made from the standard
// tables: that is several times as fast, and tells a character that is missing from one
// that is U+FFFD.
type gb struct {
	pairs [126 * 256]uint16 // 0: none
	four  bool              // GB18030: there are characters of four bytes
	slow  transform.Transformer
	out   [utf8.UTFMax]byte // of slow
}

func newGB(four bool) *gb {
	g := &gb{four: four, slow: simplifiedchinese.GBK.NewDecoder().Transformer}
	if four {
		g.slow = simplifiedchinese.GB18030.NewDecoder().Transformer
	}
	pair := make([]byte, 2)
	for lead := 0x81; lead <= 0xfe; lead++ {
		for trail := 0x40; trail <= 0xfe; trail++ {
			pair[0], pair[1] = byte(lead), byte(trail)
			if r, ok := g.lookUp(pair); ok {
				g.pairs[(lead-0x81)<<8|trail] = uint16(r)
			}
		}
	}
	return g
}

// lookUp asks the standard tables for the character that is all of b.
func (g *gb) lookUp(b []byte) (rune, bool) {
	n, read, err := g.slow.Transform(g.out[:], b, true)
	if err != nil || read != len(b) {
		return 0, false
	}
	r, size := utf8.DecodeRune(g.out[:n])
	return r, size == n && r != utf8.RuneError
}

func (g *gb) step(dst, src []byte) (read, wrote, bad int) {
	for read < len(src) {
		n := ascii(dst[wrote:], src[read:])
		read, wrote = read+n, wrote+n
		for read < len(src) && src[read] >= utf8.RuneSelf {
			lead := src[read]
			if lead == 0x80 { // the euro sign of Windows
				wrote += utf8.EncodeRune(dst[wrote:], '€')
				read++
				continue
			}
			if lead == 0xff {
				return read, wrote, 1
			}
			if read+2 > len(src) {
				return read, wrote, 0
			}
			trail := src[read+1]
			if r := g.pairs[int(lead-0x81)<<8|int(trail)]; r != 0 {
				wrote += utf8.EncodeRune(dst[wrote:], rune(r))
				read += 2
				continue
			}
			if !g.four || trail < '0' || trail > '9' {
				return read, wrote, 2
			}
			if read+4 > len(src) {
				return read, wrote, 0
			}
			b := src[read : read+4]
			r, ok := g.lookUp(b)
			if string(b) == "\x84\x31\xa4\x37" { // U+FFFD itself
				r, ok = utf8.RuneError, true
			}
			if !ok {
				return read, wrote, 4
			}
			wrote += utf8.EncodeRune(dst[wrote:], r)
			read += 4
		}
	}
	return read, wrote, 0
}
