package state

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
)

// DigestHash is the Hash of a row without a key.
func DigestHash(digest [16]byte) uint64 { return binary.BigEndian.Uint64(digest[:]) }

var errCorrupt = errors.New("damaged: a stored row or break cannot be decoded")

// identify gives a row without a key its place in the ledger. Within the state, Key of such a row is this identity.
func identify(r *Row, start int64, ordinal uint32, to []byte) []byte {
	to = binary.BigEndian.AppendUint64(to, ordered(start))
	to = binary.BigEndian.AppendUint16(to, uint16(r.Side))
	to = append(to, r.Digest[:]...)
	return binary.BigEndian.AppendUint32(to, ordinal)
}

// compareRows is the order of rows inside a window: keys together.
func compareRows(a, b *Row) int {
	if c := compareKeys(a.Hash, a.Kind, a.Key, b.Hash, b.Kind, b.Key); c != 0 {
		return c
	}
	return compareInGroup(a, b)
}

func compareKeys(aHash uint64, aKind Kind, aKey []byte, bHash uint64, bKind Kind, bKey []byte) int {
	if c := cmp.Compare(aHash, bHash); c != 0 {
		return c
	}
	if c := cmp.Compare(aKind, bKind); c != 0 {
		return c
	}
	return bytes.Compare(aKey, bKey)
}

// compareInGroup is the order of rows of one key that a judge and a reader see.
func compareInGroup(a, b *Row) int {
	return cmp.Or(
		cmp.Compare(a.Side, b.Side),
		cmp.Compare(a.Window.Start, b.Window.Start),
		cmp.Compare(a.Time, b.Time),
		bytes.Compare(a.Digest[:], b.Digest[:]),
		bytes.Compare(a.Values, b.Values),
		cmp.Compare(a.Reason, b.Reason),
	)
}

func appendRow(b []byte, r *Row) []byte {
	b = append(b, byte(r.Kind))
	b = binary.BigEndian.AppendUint64(b, r.Hash)
	b = binary.AppendUvarint(b, uint64(r.Side))
	b = appendBytes(b, r.Key)
	b = binary.AppendVarint(b, r.Time)
	b = append(b, r.Digest[:]...)
	b = appendBytes(b, r.Values)
	b = binary.AppendUvarint(b, uint64(len(r.Reason)))
	b = append(b, r.Reason...)
	b = binary.AppendUvarint(b, uint64(len(r.Names)))
	for _, n := range r.Names {
		b = binary.AppendUvarint(b, uint64(n))
	}
	return b
}

// decodeRow reads one row; its bytes are those of the segment.
func decodeRow(d *decoder, w Window) Row {
	r := Row{Kind: Kind(d.byte()), Hash: d.uint64(), Side: int(d.uvarint()), Key: d.bytes(), Time: d.varint(), Window: w}
	copy(r.Digest[:], d.take(16))
	r.Values = d.bytes()
	r.Reason = string(d.bytes())
	if n := d.count(); n > 0 {
		r.Names = make([]int, n)
		for i := range r.Names {
			r.Names[i] = int(d.uvarint())
		}
	}
	return r
}

func appendBytes(b, v []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(v))), v...)
}

// decoder reads what was appended. After the first fault it reads zeros and keeps the error.
type decoder struct {
	b   []byte
	err error
}

func (d *decoder) fail() { d.b, d.err = nil, errCorrupt }

func (d *decoder) take(n int) []byte {
	if n < 0 || n > len(d.b) {
		d.fail()
		return nil
	}
	v := d.b[:n:n]
	d.b = d.b[n:]
	return v
}

func (d *decoder) byte() byte {
	if v := d.take(1); v != nil {
		return v[0]
	}
	return 0
}

func (d *decoder) uint64() uint64 {
	if v := d.take(8); v != nil {
		return binary.BigEndian.Uint64(v)
	}
	return 0
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.b)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) varint() int64 {
	v, n := binary.Varint(d.b)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.b = d.b[n:]
	return v
}

// count reads the number of things that follow, each at least a byte long.
func (d *decoder) count() int {
	n := d.uvarint()
	if n > uint64(len(d.b)) {
		d.fail()
		return 0
	}
	return int(n)
}

func (d *decoder) bytes() []byte { return d.take(d.count()) }
