package column

import (
	"sync"
	"sync/atomic"
)

// Store holds the rows of all sides, parted by the leading bits of their hashes, so that rows of one key are in
// one partition. Beyond its limit, whole partitions go to disk, and their later rows after them. Each side
// has one goroutine that appends.
type Store struct {
	pool  *Pool
	dir   *Dir
	limit int64 // of bytes in pages
	skip  uint  // leading bits that are the same in all rows
	bits  uint  // bits after those that tell partitions
	sides []*storeSide

	resident atomic.Int64 // partitions from this one on are on disk
	evicting sync.Mutex
}

type storeSide struct {
	mu    sync.Mutex
	parts []part
	file  file
	full  []int // partitions on disk that have full pages to write

	copies file // of a side that was restored: what was in memory
}

// part is the rows of one side in one partition.
type part struct {
	cur      page   // being filled
	pages    []page // full
	spilled  []extent
	copied   []extent // in copies
	rows     int64
	bytes    int64
	min, max uint64 // of hashes
}

// NewStore makes a store for sides of rows whose leading skip bits of the hash are alike.
func NewStore(pool *Pool, dir *Dir, sides int, skip, bits uint, limit int64) *Store {
	s := &Store{pool: pool, dir: dir, limit: limit, skip: skip, bits: bits}
	s.resident.Store(1 << bits)
	for range sides {
		side := &storeSide{parts: make([]part, 1<<bits), file: file{dir: dir}}
		for i := range side.parts {
			side.parts[i].min = ^uint64(0)
		}
		s.sides = append(s.sides, side)
	}
	return s
}

// Partitions is how many there are. A lower one has lower hashes.
func (s *Store) Partitions() int { return 1 << s.bits }

// Appender appends the rows of one side.
type Appender struct {
	store *Store
	side  *storeSide
}

// Appender is the one appender of a side.
func (s *Store) Appender(side int) *Appender { return &Appender{s, s.sides[side]} }

// Pack packs rows into the store.
func (a *Appender) Pack(p *Packer, in *Input, sel []int32) error {
	a.side.mu.Lock()
	err := p.Pack(in, sel, a.alloc, a.flush)
	a.side.mu.Unlock()
	if err == nil && a.store.pool.Used() > a.store.limit {
		err = a.store.evict()
	}
	return err
}

// Append copies one row into the store.
func (a *Appender) Append(r Row) error {
	a.side.mu.Lock()
	copy(a.alloc(r.Hash(), len(r)), r)
	err := a.flush()
	a.side.mu.Unlock()
	if err == nil && a.store.pool.Used() > a.store.limit {
		err = a.store.evict()
	}
	return err
}

func (a *Appender) alloc(hash uint64, size int) Row {
	i := int(hash << a.store.skip >> (64 - a.store.bits))
	p := &a.side.parts[i]
	p.rows++
	p.bytes += int64(size)
	p.min, p.max = min(p.min, hash), max(p.max, hash)
	if size > PageSize {
		g := a.store.pool.get(size)[:size]
		a.filled(i, g)
		return Row(g)
	}
	if PageSize-len(p.cur) < size || p.cur == nil {
		if p.cur != nil {
			a.filled(i, p.cur)
		}
		p.cur = a.store.pool.get(size)
	}
	at := len(p.cur)
	p.cur = p.cur[:at+size]
	return Row(p.cur[at : at+size : at+size])
}

func (a *Appender) filled(i int, g page) {
	p := &a.side.parts[i]
	p.pages = append(p.pages, g)
	if int64(i) >= a.store.resident.Load() {
		a.side.full = append(a.side.full, i)
	}
}

// flush writes the full pages of partitions that are on disk.
func (a *Appender) flush() error {
	for _, i := range a.side.full {
		if err := a.side.write(a.store.pool, &a.side.parts[i]); err != nil {
			return err
		}
	}
	a.side.full = a.side.full[:0]
	return nil
}

// write moves the full pages of p to disk.
func (s *storeSide) write(pool *Pool, p *part) error {
	for _, g := range p.pages {
		e, err := s.file.write(g)
		if err != nil {
			return err
		}
		p.spilled = append(p.spilled, e)
	}
	pool.put(p.pages...)
	clear(p.pages) // rows larger than a page are not used again
	p.pages = p.pages[:0]
	return nil
}

// evict moves partitions to disk, the last ones first and all sides of them, until few enough bytes are in
// use that it is not called again at once. When all are on disk, each holds a page.
func (s *Store) evict() error {
	s.evicting.Lock()
	defer s.evicting.Unlock()
	step := max(int64(s.Partitions())/16, 1)
	for s.pool.Used() > s.limit-s.limit/16 {
		from := max(s.resident.Load()-step, 0)
		if s.resident.Swap(from) == 0 {
			return nil
		}
		for _, side := range s.sides {
			if err := s.evictSide(side, int(from), int(from+step)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Store) evictSide(side *storeSide, from, to int) error {
	side.mu.Lock()
	defer side.mu.Unlock()
	for i := from; i < min(to, len(side.parts)); i++ {
		if err := side.write(s.pool, &side.parts[i]); err != nil {
			return err
		}
	}
	return nil
}

// Rows is how many rows of a side are in a partition.
func (s *Store) Rows(partition, side int) int64 { return s.sides[side].parts[partition].rows }

// Bytes is the size of a partition's rows, of all sides.
func (s *Store) Bytes(partition int) int64 {
	n := int64(0)
	for _, side := range s.sides {
		n += side.parts[partition].bytes
	}
	return n
}

// OnDisk reports whether rows of a partition are on disk.
func (s *Store) OnDisk(partition int) bool {
	for _, side := range s.sides {
		if p := &side.parts[partition]; len(p.spilled)+len(p.copied) > 0 {
			return true
		}
	}
	return false
}

// OneHash reports whether all rows of a partition have the same hash, so that parting them further
// is in vain.
func (s *Store) OneHash(partition int) bool {
	lo, hi := ^uint64(0), uint64(0)
	for _, side := range s.sides {
		lo, hi = min(lo, side.parts[partition].min), max(hi, side.parts[partition].max)
	}
	return lo >= hi
}

// piece is rows of a partition in a file.
type piece struct {
	file    *file
	extents *[]extent
}

func (s *storeSide) onDisk(p *part) [2]piece {
	return [2]piece{{&s.file, &p.spilled}, {&s.copies, &p.copied}}
}

// Load makes all rows of a partition be in memory. They are given back by Release. It may run for different partitions
// at the same time, after all rows are appended.
func (s *Store) Load(partition int, into *Loaded) error {
	into.pages, into.sides = into.pages[:0], into.sides[:0]
	for i, side := range s.sides {
		p := &side.parts[partition]
		for _, from := range side.onDisk(p) {
			for len(*from.extents) > 0 {
				list := *from.extents
				e := list[len(list)-1]
				g := s.pool.get(e.size)[:e.size]
				if err := from.file.read(e, g); err != nil {
					return err
				}
				p.pages = append(p.pages, g)
				*from.extents = list[:len(list)-1]
			}
		}
		if p.cur != nil {
			p.pages = append(p.pages, p.cur)
			p.cur = nil
		}
		for _, g := range p.pages {
			into.pages = append(into.pages, g)
			into.sides = append(into.sides, uint8(i))
		}
	}
	return nil
}

// Release gives the pages of a partition back.
func (s *Store) Release(partition int) {
	for _, side := range s.sides {
		p := &side.parts[partition]
		if p.cur != nil {
			p.pages = append(p.pages, p.cur)
		}
		s.pool.put(p.pages...)
		*p = part{min: ^uint64(0)}
	}
}

// Drain calls visit for each row of one side of a partition and releases its memory on the way.
func (s *Store) Drain(partition, side int, visit func(Row) error) error {
	p := &s.sides[side].parts[partition]
	each := func(g page) error {
		for at := 0; at < len(g); {
			var r Row
			r, at = g.next(at)
			if err := visit(r); err != nil {
				return err
			}
		}
		s.pool.put(g)
		return nil
	}
	for _, from := range s.sides[side].onDisk(p) {
		for _, e := range *from.extents {
			g := s.pool.get(e.size)[:e.size]
			if err := from.file.read(e, g); err != nil {
				return err
			}
			if err := each(g); err != nil {
				return err
			}
		}
	}
	pages := p.pages
	if p.cur != nil {
		pages = append(pages, p.cur)
	}
	for _, g := range pages {
		if err := each(g); err != nil {
			return err
		}
	}
	*p = part{min: ^uint64(0)}
	return nil
}

// Close removes the store's files and gives its pages back.
func (s *Store) Close() {
	for i := range s.Partitions() {
		s.Release(i)
	}
	for _, side := range s.sides {
		side.file.close()
		side.copies.close()
	}
}
