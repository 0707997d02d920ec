package csv

import "math/bits"

// scanner finds the delimiters and line breaks outside quotes, 64 bytes at a time. It does
// so for the common dialect, with a delimiter of one byte, and only as long as quotes
// stand where they belong; whatever else there is, it leaves to dialect.record.
type scanner struct {
	delimiter, quote byte
	pos              []uint32    // found places, from pos[1] on
	masks            []blockMask // of a strip
}

// stripBlocks is how many blocks of 64 bytes get their masks at a time, to stay in the
// processor's first cache.
const stripBlocks = 64

// scan scans buf[from:to], which begins with a record, and says how many places are in
// pos and how many of them are line breaks, and whether there are quotes. ok is false if a
// quote stands inside a field without quotes, or text follows one that closes. buf
// has margin bytes after to.
func (s *scanner) scan(buf []byte, from, to int) (n, breaks int, quotes, ok bool) {
	if s.masks == nil {
		s.masks = make([]blockMask, stripBlocks)
	}
	n = 1
	var inside uint64     // all ones while in quotes
	var closed uint64     // 1 if the byte before the block closes a quote
	border := uint64(1)   // 1 if the byte before the block ends a field
	var seenQuotes uint64 // any
	useQuotes := ^uint64(0)
	if s.quote == noQuote {
		useQuotes = 0
	}
	for at := from; at < to; at += 64 * stripBlocks {
		masks := s.masks[:min(stripBlocks, (to-at+63)/64)]
		findMasks(buf[at:], masks, s.delimiter, s.quote)
		if need := n + 64*len(masks); need > len(s.pos) {
			s.pos = append(s.pos, make([]uint32, need+len(s.pos)/2)...)
		}
		for i, m := range masks {
			base := at + 64*i
			quote := m.quotes & useQuotes
			if rest := to - base; rest < 64 {
				m.separators &= 1<<rest - 1
				m.breaks &= 1<<rest - 1
				quote &= 1<<rest - 1
			}
			if quote|inside|closed != 0 {
				seenQuotes |= quote
				within := prefixXor(quote) ^ inside // from a quote that opens to before the one that closes
				m.separators &^= within
				m.breaks &^= within
				opening, closing := quote&within, quote&^within
				if opening&^(m.separators<<1|border|closing<<1|closed) != 0 {
					return 0, 0, true, false
				}
				after := (closing<<1 | closed) &^ (m.separators | opening)
				for ; after != 0; after &= after - 1 {
					if p := base + bits.TrailingZeros64(after); p < to && (buf[p] != '\r' || buf[p+1] != '\n') {
						return 0, 0, true, false
					}
				}
				inside = uint64(int64(within) >> 63)
				closed = closing >> 63
			}
			border = m.separators >> 63
			breaks += bits.OnesCount64(m.breaks)
			w := (*[64]uint32)(s.pos[n:])
			found := bits.OnesCount64(m.separators)
			n += found
			for k, st := 0, m.separators; k < found; k += 4 { // four at a time: rarely another number of turns than in the block before
				o := (*[4]uint32)(w[k&60:])
				o[0] = uint32(base + bits.TrailingZeros64(st))
				st &= st - 1
				o[1] = uint32(base + bits.TrailingZeros64(st))
				st &= st - 1
				o[2] = uint32(base + bits.TrailingZeros64(st))
				st &= st - 1
				o[3] = uint32(base + bits.TrailingZeros64(st))
				st &= st - 1
			}
		}
	}
	return n - 1, breaks, seenQuotes != 0, true
}

// prefixXor has a bit where the number of bits of x up to there is odd.
func prefixXor(x uint64) uint64 {
	x ^= x << 1
	x ^= x << 2
	x ^= x << 4
	x ^= x << 8
	x ^= x << 16
	x ^= x << 32
	return x
}
