package wire

import (
	"encoding/binary"
	"fmt"
	"unsafe"

	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// A frame is a batch as bytes. Numbers are little-endian, sections start at multiples of
// eight bytes from the start of the frame, gaps are zero.
//
//	 0  4  "RCN" and the version of the frame, 1
//	 4  4  columns
//	 8  4  rows
//	12  4  bad values
//	16  8  first row
//	24  4  bytes of the origin
//	28  4  0
//	32  8 for each column: kind (as in recon_source.proto), flags (1: has validity),
//	    precision, scale, and in four bytes the length of its text
//	    origin
//	    for each column: validity bits if it has them; then 8-byte values, 16-byte values (low half
//	    first), or rows+1 4-byte offsets followed by the text
//	    for each bad value: row, column (4 bytes each), line (8), lengths of text and
//	    reason (4 each), text, reason; packed, without gaps
const (
	frameMagic   = 'R' | 'C'<<8 | 'N'<<16 | 1<<24
	frameHead    = 32
	columnHead   = 8
	badHead      = 24
	flagValidity = 1

	// maxRows bounds the rows of a frame, also of one without columns.
	maxRows = 1 << 20
	// maxReason bounds the reason of a bad value.
	maxReason = 1 << 10
)

func pad8(n int) int { return (n + 7) &^ 7 }

// checkLengths reports what would make encoding read past a buffer of b.
func checkLengths(b *batch.Batch) error {
	for i := range b.Columns {
		c := &b.Columns[i]
		have, want := 0, b.Rows
		switch c.Type.Layout() {
		case schema.Int64:
			have = len(c.Ints)
		case schema.Int128:
			have = len(c.Nums)
		case schema.Float64:
			have = len(c.Floats)
		case schema.Varlen:
			have, want = len(c.Offsets), b.Rows+1
			if have == want && !rising(c) {
				return fmt.Errorf("the plugin emitted a batch whose column %d has offsets out of order", i+1)
			}
		}
		if have != want || c.Valid != nil && len(c.Valid) < (b.Rows+7)/8 {
			return fmt.Errorf("the plugin emitted a batch of %d rows whose column %d has %d values and %d bytes of validity", b.Rows, i+1, have, len(c.Valid))
		}
	}
	return nil
}

// rising checks the ends only: the host checks every offset.
func rising(c *batch.Column) bool {
	first, last := c.Offsets[0], c.Offsets[len(c.Offsets)-1]
	return 0 <= first && first <= last && int(last) <= len(c.Bytes)
}

// frameSize is the size of the frame of rows from … to-1 of b. It is right where checkLengths
// is content and offsets rise.
func frameSize(b *batch.Batch, from, to int) int {
	rows := to - from
	n := frameHead + columnHead*len(b.Columns) + pad8(len(b.Origin))
	for i := range b.Columns {
		c := &b.Columns[i]
		if c.Valid != nil {
			n += pad8((rows + 7) / 8)
		}
		switch c.Type.Layout() {
		case schema.Int128:
			n += 16 * rows
		case schema.Varlen:
			n += pad8(4*(rows+1)) + pad8(int(c.Offsets[to]-c.Offsets[from]))
		default:
			n += 8 * rows
		}
	}
	for i := range b.Bad {
		if bad := &b.Bad[i]; bad.Row >= from && bad.Row < to {
			n += badHead + min(len(bad.Text), batch.MaxBadText) + min(len(bad.Reason), maxReason)
		}
	}
	return n
}

// appendFrame appends the frame of rows from … to-1 of b to dst, which is empty.
func appendFrame(dst []byte, b *batch.Batch, from, to int) []byte {
	rows := to - from
	le := binary.LittleEndian
	bad := 0
	for i := range b.Bad {
		if b.Bad[i].Row >= from && b.Bad[i].Row < to {
			bad++
		}
	}
	first := b.FirstRow
	if first > 0 {
		first += int64(from)
	}
	dst = le.AppendUint32(dst, frameMagic)
	dst = le.AppendUint32(dst, uint32(len(b.Columns)))
	dst = le.AppendUint32(dst, uint32(rows))
	dst = le.AppendUint32(dst, uint32(bad))
	dst = le.AppendUint64(dst, uint64(first))
	dst = le.AppendUint32(dst, uint32(len(b.Origin)))
	dst = le.AppendUint32(dst, 0)
	for i := range b.Columns {
		dst = appendColumnHead(dst, &b.Columns[i], from, to)
	}
	dst = appendPadded(dst, []byte(b.Origin))
	for i := range b.Columns {
		dst = appendColumn(dst, &b.Columns[i], from, to)
	}
	if bad > 0 {
		dst = appendBad(dst, b.Bad, from, to)
	}
	return dst
}

func appendColumnHead(dst []byte, c *batch.Column, from, to int) []byte {
	flags, text := byte(0), uint32(0)
	if c.Valid != nil {
		flags |= flagValidity
	}
	if c.Type.Layout() == schema.Varlen {
		text = uint32(c.Offsets[to] - c.Offsets[from])
	}
	dst = append(dst, byte(c.Type.Kind), flags, byte(c.Type.Precision), byte(c.Type.Scale))
	return binary.LittleEndian.AppendUint32(dst, text)
}

func appendColumn(dst []byte, c *batch.Column, from, to int) []byte {
	if c.Valid != nil {
		dst = appendBits(dst, c.Valid, from, to)
	}
	switch c.Type.Layout() {
	case schema.Int64:
		return append(dst, memory(c.Ints[from:to])...)
	case schema.Int128:
		return append(dst, memory(c.Nums[from:to])...)
	case schema.Float64:
		return append(dst, memory(c.Floats[from:to])...)
	}
	base := c.Offsets[from]
	if base == 0 {
		dst = appendPadded(dst, memory(c.Offsets[from:to+1]))
	} else {
		for _, o := range c.Offsets[from : to+1] {
			dst = binary.NativeEndian.AppendUint32(dst, uint32(o-base))
		}
		dst = appendZeros(dst)
	}
	return appendPadded(dst, c.Bytes[base:c.Offsets[to]])
}

// appendBits appends the bits from … to-1, moved to start at bit 0.
func appendBits(dst, bits []byte, from, to int) []byte {
	n := (to - from + 7) / 8
	if from%8 == 0 {
		return appendPadded(dst, bits[from/8:from/8+n])
	}
	shift := from % 8
	for i := range n {
		b := bits[from/8+i] >> shift
		if next := from/8 + i + 1; next < len(bits) {
			b |= bits[next] << (8 - shift)
		}
		dst = append(dst, b)
	}
	return appendZeros(dst)
}

func appendBad(dst []byte, bad []batch.BadValue, from, to int) []byte {
	le := binary.LittleEndian
	for i := range bad {
		v := &bad[i]
		if v.Row < from || v.Row >= to {
			continue
		}
		text, reason := v.Text[:min(len(v.Text), batch.MaxBadText)], v.Reason[:min(len(v.Reason), maxReason)]
		dst = le.AppendUint32(dst, uint32(v.Row-from))
		dst = le.AppendUint32(dst, uint32(int32(v.Column)))
		dst = le.AppendUint64(dst, uint64(v.Line))
		dst = le.AppendUint32(dst, uint32(len(text)))
		dst = le.AppendUint32(dst, uint32(len(reason)))
		dst = append(append(dst, text...), reason...)
	}
	return dst
}

func appendPadded(dst, src []byte) []byte { return appendZeros(append(dst, src...)) }

func appendZeros(dst []byte) []byte {
	for len(dst)%8 != 0 {
		dst = append(dst, 0)
	}
	return dst
}

// memory is the bytes of s, as they lie. Frames are little-endian, as is every machine
// that recon is built for; a host and its plugins share one anyway.
func memory[T any](s []T) []byte {
	if len(s) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&s[0])), len(s)*int(unsafe.Sizeof(s[0])))
}
