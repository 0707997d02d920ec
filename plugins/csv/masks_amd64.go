package csv

import "golang.org/x/sys/cpu"

// findMasks fills out from text, of which there are 64 bytes for each mask.
func findMasks(text []byte, out []blockMask, delimiter, quote byte) {
	if len(out) == 0 || !cpu.X86.HasAVX2 {
		masksGeneric(text, out, delimiter, quote)
		return
	}
	_ = text[64*len(out)-1]
	masksAVX2(&text[0], &out[0], len(out), delimiter, quote)
}

// masksAVX2 is masksGeneric with 32 bytes at a time: half of the whole scan is saved.
//
//go:noescape
func masksAVX2(text *byte, out *blockMask, n int, delimiter, quote byte)
