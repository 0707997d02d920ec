package state

import (
	"bytes"
	"encoding/binary"

	badger "github.com/dgraph-io/badger/v4"
	"github.com/klauspost/compress/s2"
	"github.com/zeebo/xxh3"
)

const (
	segmentRows  = 4096      // rows in a segment at most
	segmentBytes = 30 << 10  // bytes after which a segment ends; one large row may exceed it
	partBytes    = 512 << 10 // bytes in one value, below Badger's ValueThreshold, so that the value log stays empty
)

// The first byte of a value says what it is: flags. The second was not set before format 2.
const (
	goesOn   = 1 << iota // the segment goes on in another value
	isPacked             // the segment is compressed, as a whole
)

// segmentWriter writes things sorted by hash as segments of one generation: under prefix 'r' with an
// index of hashes beside each, otherwise without.
type segmentWriter struct {
	store      *Store
	packer     *packer
	prefix     byte
	generation uint64
	sequence   uint32
	payload    []byte
	ends       []uint32 // where each thing ends in payload
	hashes     []byte
	last       uint64
	count      int64
	checksum   uint64 // over all that was written, as it was before it was compressed
}

// add takes a thing that encode appends to the payload.
func (w *segmentWriter) add(hash uint64, encode func([]byte) []byte) error {
	w.payload = encode(w.payload)
	w.ends = append(w.ends, uint32(len(w.payload)))
	if w.prefix == 'r' {
		w.hashes = binary.BigEndian.AppendUint64(w.hashes, hash)
	}
	w.last = hash
	w.count++
	if len(w.ends) >= segmentRows || len(w.payload) >= segmentBytes {
		return w.flush()
	}
	return nil
}

// flush ends the segment.
func (w *segmentWriter) flush() error {
	if len(w.ends) == 0 {
		return nil
	}
	if err := w.store.step("segment"); err != nil {
		return err
	}
	s := filled{prefix: w.prefix, at: segmentKey(w.prefix, w.generation, w.last, w.sequence)}
	if w.prefix == 'r' {
		s.hashes = bytes.Clone(w.hashes)
	}
	s.text = w.packer.buffer(len(w.payload) + 4*len(w.ends) + binary.MaxVarintLen64)
	s.text = binary.AppendUvarint(s.text, uint64(len(w.ends)))
	for _, e := range w.ends {
		s.text = binary.BigEndian.AppendUint32(s.text, e)
	}
	s.text = append(s.text, w.payload...)
	w.checksum = w.checksum*31 + xxh3.Hash(s.text)
	w.store.passed(len(w.payload))
	w.sequence++
	w.payload, w.ends, w.hashes = w.payload[:0], w.ends[:0], w.hashes[:0]
	return w.packer.put(s)
}

// filled is a segment on its way to the disk.
type filled struct {
	prefix byte
	at     []byte // its key, without the number of a part
	text   []byte
	hashes []byte
}

// packer compresses segments and hands them to Badger, while whoever made them makes the next. We compress, not Badger, so that its log,
// its memory and its tables hold less. finish or stop ends it.
type packer struct {
	batch   *badger.WriteBatch
	work    chan filled
	free    chan []byte
	scratch []byte
	done    chan struct{} // closed when it has ended
	err     error         // why, once it has ended
	ended   bool          // nothing is put any more
}

// packAhead is how many segments may wait to be compressed.
const packAhead = 4

func newPacker(batch *badger.WriteBatch) *packer {
	p := &packer{batch: batch, work: make(chan filled, packAhead), free: make(chan []byte, packAhead+2), done: make(chan struct{})}
	go func() {
		defer close(p.done)
		for s := range p.work {
			if p.err = p.write(s); p.err != nil {
				return
			}
		}
	}()
	return p
}

// buffer is an empty one with room for n bytes.
func (p *packer) buffer(n int) []byte {
	select {
	case b := <-p.free:
		if cap(b) >= n {
			return b[:0]
		}
	default:
	}
	return make([]byte, 0, n)
}

func (p *packer) put(s filled) error {
	select {
	case p.work <- s:
		return nil
	case <-p.done:
		return p.err
	}
}

// finish waits until all is handed to Badger.
func (p *packer) finish() error {
	if !p.ended {
		p.ended = true
		close(p.work)
	}
	<-p.done
	return p.err
}

func (p *packer) write(s filled) error {
	if s.prefix == 'r' {
		at := bytes.Clone(s.at)
		at[0] = 'h'
		if err := p.batch.Set(at, s.hashes); err != nil {
			return err
		}
	}
	if n := 1 + s2.MaxEncodedLen(len(s.text)); cap(p.scratch) < n {
		p.scratch = make([]byte, n)
	}
	flags, value := byte(isPacked), p.scratch[:cap(p.scratch)]
	value = value[:1+len(s2.Encode(value[1:], s.text))]
	if len(value) > len(s.text) {
		flags, value = 0, append(value[:1], s.text...)
	}
	value = bytes.Clone(value) // Badger keeps it for a while
	if len(s.text) <= 2*segmentBytes {
		select {
		case p.free <- s.text:
		default:
		}
	}
	for part := uint16(0); len(value) > 0; part++ {
		rest := value[len(value):]
		value[0] = flags
		if len(value) > partBytes {
			rest = append([]byte{0}, value[partBytes:]...)
			value = value[:partBytes]
			value[0] |= goesOn
		}
		if err := p.batch.Set(binary.BigEndian.AppendUint16(bytes.Clone(s.at), part), value); err != nil {
			return err
		}
		value = rest
	}
	return nil
}
