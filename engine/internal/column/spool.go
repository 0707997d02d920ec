package column

import "encoding/binary"

// Spool keeps records in the order in which they are written, in memory while they are few and on disk after
// that. It is for one goroutine while it is written.
type Spool struct {
	file file
	mem  []byte
	done int64 // bytes on disk

	written []extent // since kept
	kept    int64
}

const spoolMemory = 1 << 20

// NewSpool makes a spool.
func NewSpool(dir *Dir) *Spool { return &Spool{file: file{dir: dir}} }

// End is the position after what was written.
func (s *Spool) End() int64 { return s.done + int64(len(s.mem)) }

// Add appends a row with its side and the numbers of what it breaches.
func (s *Spool) Add(r Sided, names []int) error {
	s.mem = append(s.mem, byte(r.Side))
	s.mem = binary.AppendUvarint(s.mem, uint64(len(names)))
	for _, n := range names {
		s.mem = binary.AppendUvarint(s.mem, uint64(n))
	}
	s.mem = append(s.mem, r.Row...)
	if len(s.mem) < spoolMemory {
		return nil
	}
	return s.flush()
}

func (s *Spool) flush() error {
	if len(s.mem) == 0 {
		return nil
	}
	e, err := s.file.write(s.mem)
	if err != nil {
		return err
	}
	s.written = append(s.written, e)
	s.done += int64(len(s.mem))
	s.mem = s.mem[:0]
	return nil
}

// Each gives the records between two positions that were ends. What it gives stays valid.
func (s *Spool) Each(from, to int64, visit func(r Sided, names []int) error) error {
	var b []byte
	for {
		r, names, n, ok := record(b)
		if ok {
			if err := visit(r, names); err != nil {
				return err
			}
			b = b[n:]
			continue
		}
		if from == to {
			return nil
		}
		size := min(max(int64(n-len(b)), 64<<10), to-from)
		next := make([]byte, len(b)+int(size))
		copy(next, b)
		if err := s.read(from, next[len(b):]); err != nil {
			return err
		}
		from += size
		b = next
	}
}

func (s *Spool) read(at int64, into []byte) error {
	if at < s.done {
		n := int(min(s.done-at, int64(len(into))))
		if err := s.file.read(extent{at: at, size: n}, into); err != nil {
			return err
		}
		at, into = at+int64(n), into[n:]
	}
	if len(into) > 0 {
		copy(into, s.mem[at-s.done:])
	}
	return nil
}

// record reads a record at the start of b; if it is not whole, size is what is known to be needed.
func record(b []byte) (r Sided, names []int, size int, ok bool) {
	if len(b) < 2 {
		return r, nil, 2, false
	}
	count, n := binary.Uvarint(b[1:])
	if n <= 0 {
		return r, nil, len(b) + 1, false
	}
	at := 1 + n
	for range count {
		name, n := binary.Uvarint(b[at:])
		if n <= 0 {
			return r, nil, len(b) + 1, false
		}
		names = append(names, int(name))
		at += n
	}
	if len(b) < at+header {
		return r, nil, at + header, false
	}
	size = at + int(binary.LittleEndian.Uint32(b[at+sizeAt:]))
	if len(b) < size {
		return r, nil, size, false
	}
	return Sided{int(b[0]), Row(b[at:size:size])}, names, size, true
}

// Close removes the spool's file.
func (s *Spool) Close() { s.file.close() }
