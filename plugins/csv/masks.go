package csv

import "encoding/binary"

// blockMask has a bit for each of 64 bytes of text, the first byte lowest.
type blockMask struct {
	separators uint64 // delimiters and line breaks
	breaks     uint64 // line breaks
	quotes     uint64
}

const (
	lows  = 0x0101010101010101
	highs = 0x8080808080808080
)

// masksGeneric fills out from text of 64 bytes for each mask.
func masksGeneric(text []byte, out []blockMask, delimiter, quote byte) {
	d, q := lows*uint64(delimiter), lows*uint64(quote)
	for i := range out {
		b := (*[64]byte)(text[64*i:])
		var m blockMask
		for k := 0; k < 8; k++ {
			x := binary.LittleEndian.Uint64(b[8*k:])
			br := zeros(x ^ lows*'\n')
			m.breaks |= gather(br) << (8 * k)
			m.separators |= gather(br|zeros(x^d)) << (8 * k)
			m.quotes |= gather(zeros(x^q)) << (8 * k)
		}
		out[i] = m
	}
}

// zeros sets the high bit of each byte of x that is zero, exactly.
func zeros(x uint64) uint64 {
	return ^((x&^highs + ^uint64(highs)) | x) & highs
}

// gather puts the high bits of the bytes of x into its low eight bits.
func gather(x uint64) uint64 { return (x >> 7) * 0x0102040810204080 >> 56 }
