package column

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
)

// Sided is a row and its side.
type Sided struct {
	Side int
	Row  Row
}

// Compare orders rows as a residual has them: by hash, key, side and values. Both have their hashes.
func (s *Shape) Compare(a, b Sided) int {
	if c := cmp.Compare(a.Row.Hash(), b.Row.Hash()); c != 0 {
		return c
	}
	if c := bytes.Compare(s.Key(a.Row), s.Key(b.Row)); c != 0 {
		return c
	}
	if c := cmp.Compare(a.Side, b.Side); c != 0 {
		return c
	}
	return bytes.Compare(a.Row.Values(), b.Row.Values())
}

// Sorter sorts rows that need not fit in memory. It is for one goroutine.
type Sorter struct {
	shape *Shape
	limit int
	file  file
	runs  []extent
	buf   []byte
	refs  []int
}

// NewSorter makes a sorter that holds about limit bytes of rows in memory.
func NewSorter(s *Shape, dir *Dir, limit int) *Sorter {
	return &Sorter{shape: s, limit: max(limit, 1<<16), file: file{dir: dir}}
}

// Add copies a row.
func (s *Sorter) Add(r Sided) error {
	if len(s.buf)+len(r.Row)+1 > s.limit && len(s.buf) > 0 {
		if err := s.flush(); err != nil {
			return err
		}
	}
	if s.buf == nil {
		s.buf = make([]byte, 0, s.limit)
	}
	s.refs = append(s.refs, len(s.buf))
	s.buf = append(append(s.buf, byte(r.Side)), r.Row...)
	return nil
}

func sidedAt(b []byte) (Sided, int) {
	end := 1 + int(binary.LittleEndian.Uint32(b[1+sizeAt:]))
	return Sided{int(b[0]), Row(b[1:end:end])}, end
}

func (s *Sorter) flush() error {
	s.order()
	out := make([]byte, 0, 1<<16)
	start := s.file.end
	for _, at := range s.refs {
		_, n := sidedAt(s.buf[at:])
		if len(out)+n > cap(out) && len(out) > 0 {
			if _, err := s.file.write(out); err != nil {
				return err
			}
			out = out[:0]
		}
		out = append(out, s.buf[at:at+n]...)
	}
	if _, err := s.file.write(out); err != nil {
		return err
	}
	s.runs = append(s.runs, extent{at: start, size: int(s.file.end - start)})
	s.buf, s.refs = s.buf[:0], s.refs[:0]
	return nil
}

func (s *Sorter) order() {
	slices.SortFunc(s.refs, func(i, j int) int {
		a, _ := sidedAt(s.buf[i:])
		b, _ := sidedAt(s.buf[j:])
		return s.shape.Compare(a, b)
	})
}

// Each gives the rows in order. A row is valid during the call only.
func (s *Sorter) Each(visit func(Sided) error) error {
	defer s.file.close()
	if len(s.runs) == 0 {
		s.order()
		for _, at := range s.refs {
			r, _ := sidedAt(s.buf[at:])
			if err := visit(r); err != nil {
				return err
			}
		}
		return nil
	}
	if err := s.flush(); err != nil {
		return err
	}
	s.buf = nil
	runs := make([]*run, 0, len(s.runs))
	size := max(s.limit/len(s.runs), 4<<10)
	for _, e := range s.runs {
		r := &run{file: &s.file, left: e, buf: make([]byte, 0, size)}
		if ok, err := r.next(); err != nil {
			return err
		} else if ok {
			runs = append(runs, r)
		}
	}
	for i := len(runs)/2 - 1; i >= 0; i-- {
		s.sink(runs, i)
	}
	for len(runs) > 0 {
		if err := visit(runs[0].row); err != nil {
			return err
		}
		ok, err := runs[0].next()
		if err != nil {
			return err
		}
		if !ok {
			runs[0] = runs[len(runs)-1]
			runs = runs[:len(runs)-1]
		}
		s.sink(runs, 0)
	}
	return nil
}

// sink lets run i sink to its place in the heap.
func (s *Sorter) sink(runs []*run, i int) {
	for {
		least := i
		for c := 2*i + 1; c <= 2*i+2 && c < len(runs); c++ {
			if s.shape.Compare(runs[c].row, runs[least].row) < 0 {
				least = c
			}
		}
		if least == i {
			return
		}
		runs[i], runs[least] = runs[least], runs[i]
		i = least
	}
}

// run reads a sorted piece of a file.
type run struct {
	file *file
	left extent
	buf  []byte
	at   int
	row  Sided
}

func (r *run) next() (bool, error) {
	const least = 1 + header
	for {
		have := len(r.buf) - r.at
		if have == 0 && r.left.size == 0 {
			return false, nil
		}
		need := least
		if have >= least {
			need = 1 + int(binary.LittleEndian.Uint32(r.buf[r.at+1+sizeAt:]))
			if have >= need {
				var n int
				r.row, n = sidedAt(r.buf[r.at:])
				r.at += n
				return true, nil
			}
		}
		if need > cap(r.buf) {
			r.buf = append(make([]byte, 0, need), r.buf[r.at:]...)
		} else {
			r.buf = r.buf[:copy(r.buf[:have], r.buf[r.at:])]
		}
		r.at = 0
		n := min(cap(r.buf)-have, r.left.size)
		if err := r.file.read(extent{at: r.left.at, size: n}, r.buf[have:have+n]); err != nil {
			return false, err
		}
		r.buf = r.buf[:have+n]
		r.left.at += int64(n)
		r.left.size -= n
	}
}
