package state

import (
	"encoding/binary"
	"fmt"

	badger "github.com/dgraph-io/badger/v4"
	"github.com/klauspost/compress/s2"
	"github.com/zeebo/xxh3"
)

// segment is a read one.
type segment struct {
	things []byte
	ends   []byte // uint32 each
}

func (s *segment) len() int { return len(s.ends) / 4 }

// thing is the encoding of the i-th thing.
func (s *segment) thing(i int) decoder {
	start := uint32(0)
	if i > 0 {
		start = binary.BigEndian.Uint32(s.ends[4*i-4:])
	}
	end := binary.BigEndian.Uint32(s.ends[4*i:])
	if start > end || int(end) > len(s.things) {
		return decoder{err: errCorrupt}
	}
	return decoder{b: s.things[start:end:end]}
}

func parseSegment(b []byte) (segment, error) {
	d := decoder{b: b}
	n := d.uvarint()
	if n > uint64(len(d.b)/4) {
		return segment{}, errCorrupt
	}
	ends := d.take(4 * int(n))
	return segment{things: d.b, ends: ends}, d.err
}

// partReader puts together what a segmentWriter took apart.
type partReader struct {
	packed bool
	parts  int
	all    []byte
}

// add takes the next part; more says that another one follows.
func (r *partReader) add(item *badger.Item) (more bool, err error) {
	err = item.Value(func(v []byte) error {
		if len(v) == 0 || v[0]&^(goesOn|isPacked) != 0 {
			return errCorrupt
		}
		more, r.packed = v[0]&goesOn != 0, r.packed || v[0]&isPacked != 0
		switch {
		case r.parts == 0 && !more && r.packed: // most are whole
			r.all, err = unpack(v[1:])
			r.packed = false
			return err
		case r.all == nil:
			r.all = make([]byte, 0, len(v)-1)
		}
		r.all = append(r.all, v[1:]...)
		return nil
	})
	r.parts++
	if err != nil {
		return false, fmt.Errorf("read segment %x: %w", item.Key(), err)
	}
	return more, nil
}

// unpack returns the whole in memory of its own.
func (r *partReader) unpack() ([]byte, error) {
	if !r.packed {
		return r.all, nil
	}
	return unpack(r.all)
}

func unpack(b []byte) ([]byte, error) {
	if n, err := s2.DecodedLen(b); err != nil || n > 1<<30 {
		return nil, errCorrupt
	}
	all, err := s2.Decode(nil, b)
	if err != nil {
		return nil, errCorrupt
	}
	return all, nil
}

// segmentReader reads the segments of one generation from the first that can hold a hash.
type segmentReader struct {
	it       *badger.Iterator
	prefix   []byte
	checksum uint64
}

func newSegmentReader(txn *badger.Txn, prefix byte, generation uint64) *segmentReader {
	o := badger.DefaultIteratorOptions
	o.PrefetchValues = false
	o.Prefix = key(prefix, generation)
	it := txn.NewIterator(o)
	it.Rewind()
	return &segmentReader{it: it, prefix: o.Prefix}
}

func (r *segmentReader) close() { r.it.Close() }

// next reads the next segment into memory of its own; ok is false after the last.
func (r *segmentReader) next() (s segment, ok bool, err error) {
	if !r.it.Valid() {
		return segment{}, false, nil
	}
	var parts partReader
	for more := true; more; r.it.Next() {
		if !r.it.Valid() {
			return segment{}, false, errCorrupt
		}
		if more, err = parts.add(r.it.Item()); err != nil {
			return segment{}, false, err
		}
	}
	all, err := parts.unpack()
	if err != nil {
		return segment{}, false, err
	}
	r.checksum = r.checksum*31 + xxh3.Hash(all)
	s, err = parseSegment(all)
	return s, err == nil, err
}

// rowCursor walks all rows of a generation.
type rowCursor struct {
	reader *segmentReader
	window Window
	now    segment
	i      int
}

// next returns the next row, or nil after the last.
func (c *rowCursor) next() (*Row, error) {
	for c.i >= c.now.len() {
		s, ok, err := c.reader.next()
		if err != nil || !ok {
			return nil, err
		}
		c.now, c.i = s, 0
	}
	d := c.now.thing(c.i)
	c.i++
	r := decodeRow(&d, c.window)
	return &r, d.err
}

// recordCursor walks all breaks of a ledger.
type recordCursor struct {
	reader *segmentReader
	now    segment
	i      int
	room   recordRoom
}

// next returns the next record, or nil after the last.
func (c *recordCursor) next() (*record, error) {
	for c.i >= c.now.len() {
		s, ok, err := c.reader.next()
		if err != nil || !ok {
			return nil, err
		}
		c.now, c.i = s, 0
	}
	d := c.now.thing(c.i)
	c.i++
	return c.room.record(&d), d.err
}

// indexReader walks the hashes of all rows of a generation.
type indexReader struct {
	it     *badger.Iterator
	hashes []byte
}

func newIndexReader(txn *badger.Txn, generation uint64) *indexReader {
	o := badger.DefaultIteratorOptions
	o.PrefetchValues = false
	o.Prefix = key('h', generation)
	it := txn.NewIterator(o)
	it.Rewind()
	return &indexReader{it: it}
}

// next returns the next hash; ok is false after the last.
func (r *indexReader) next() (hash uint64, ok bool, err error) {
	for len(r.hashes) < 8 {
		if !r.it.Valid() {
			return 0, false, nil
		}
		if r.hashes, err = r.it.Item().ValueCopy(r.hashes[:0]); err != nil {
			return 0, false, fmt.Errorf("read index %x: %w", r.it.Item().Key(), err)
		}
		r.it.Next()
	}
	hash = binary.BigEndian.Uint64(r.hashes)
	r.hashes = r.hashes[8:]
	return hash, true, nil
}
