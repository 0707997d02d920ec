package state

import (
	"encoding/binary"
	"fmt"

	badger "github.com/dgraph-io/badger/v4"
)

// finder loads rows by hash from the windows of a ledger. It reads the index of hashes first, and only the
// segments that have a hit.
type finder struct {
	txn *badger.Txn
	it  *badger.Iterator // over all indexes

	rows []Row // room for the next ones
}

func newFinder(txn *badger.Txn) *finder {
	o := badger.DefaultIteratorOptions
	o.PrefetchValues = false
	o.Prefix = []byte("h/")
	return &finder{txn: txn, it: txn.NewIterator(o)}
}

func (f *finder) close() { f.it.Close() }

// find hands over the rows of a generation whose hash is one of hashes, which ascend; with all, every row
// between the first and the last of them. It ends when found returns false.
func (f *finder) find(generation uint64, w Window, hashes []uint64, all bool, found func(*Row) bool) error {
	if len(hashes) == 0 {
		return nil
	}
	lo, hi := hashes[0], hashes[len(hashes)-1]
	prefix := key('h', generation)
	var hits []int
	for f.it.Seek(segmentKey('h', generation, lo, 0)); f.it.ValidForPrefix(prefix); f.it.Next() {
		past := false
		hits = hits[:0]
		err := f.it.Item().Value(func(v []byte) error {
			hits, past = intersect(hits, v, &hashes, lo, hi, all)
			return nil
		})
		if err != nil {
			return fmt.Errorf("read index %x: %w", f.it.Item().Key(), err)
		}
		if len(hits) > 0 {
			more, err := f.load(f.it.Item().KeyCopy(nil), w, hits, found)
			if err != nil || !more {
				return err
			}
		}
		if past {
			break
		}
	}
	return nil
}

// intersect appends to hits the positions in index of wanted hashes, and moves hashes on. past says that the index reaches beyond hi.
func intersect(hits []int, index []byte, hashes *[]uint64, lo, hi uint64, all bool) (_ []int, past bool) {
	want := *hashes
	for i := 0; i+8 <= len(index); i += 8 {
		h := binary.BigEndian.Uint64(index[i:])
		if h > hi {
			*hashes = want
			return hits, true
		}
		if all {
			if h >= lo {
				hits = append(hits, i/8)
			}
			continue
		}
		for len(want) > 0 && want[0] < h {
			want = want[1:]
		}
		if len(want) == 0 {
			*hashes = want
			return hits, true
		}
		if want[0] == h {
			hits = append(hits, i/8)
		}
	}
	*hashes = want
	return hits, false
}

// load reads the segment beside an index and hands over its rows at the positions, until found wants no more.
func (f *finder) load(at []byte, w Window, hits []int, found func(*Row) bool) (more bool, err error) {
	at[0] = 'r'
	var parts partReader
	for part, again := uint16(0), true; again; part++ {
		item, err := f.txn.Get(binary.BigEndian.AppendUint16(at[:len(at):len(at)], part))
		if err != nil {
			return false, fmt.Errorf("read segment %x: %w", at, err)
		}
		if again, err = parts.add(item); err != nil {
			return false, err
		}
	}
	all, err := parts.unpack()
	if err != nil {
		return false, err
	}
	s, err := parseSegment(all)
	if err != nil {
		return false, err
	}
	for _, i := range hits {
		if i >= s.len() {
			return false, errCorrupt
		}
		d := s.thing(i)
		var r *Row
		if len(d.b) > largeRow {
			r = new(Row)
		} else {
			r = &take(&f.rows, 1)[0]
		}
		*r = decodeRow(&d, w)
		if d.err != nil {
			return false, d.err
		}
		if !found(r) {
			return false, nil
		}
	}
	return true, nil
}
