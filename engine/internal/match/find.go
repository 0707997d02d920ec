package match

import (
	"bytes"
	"math/bits"
	"slices"

	"github.com/recon-lang/recon/engine/internal/column"
)

// handler is told what a finder finds. Rows are valid during the call only.
type handler interface {
	unkeyed(r column.Sided) error                       // a row without a key
	looseUnkeyed(r column.Sided) error                  // one that is no part of what is loaded
	uniform(r column.Row)                               // one row of each side, the same in all that is compared; r is one of them
	notUniform(r column.Row)                            // takes back uniform: there are more rows of the key. Only where early is set
	group(rows []column.Sided, refs []column.Ref) error // the rows of a key that are in memory
	repeated(r column.Sided) error                      // one of many rows of a key that has several on a side
	repeatedEnd(counts []int64)                         // how many there were, by side
	loose(rows []column.Sided) error                    // the rows of a key that are no part of what is loaded
	partitionEnd(loaded *column.Loaded) error           // the rows of loaded are about to go
}

// finder finds the rows of each key in a partition. What does not fit in memory is parted further; what cannot be, because it is
// one key, is sorted. It is for one goroutine.
type finder struct {
	shape *column.Shape
	sides int
	pool  *column.Pool
	dir   *column.Dir
	limit int64 // bytes of one partition's rows in memory
	keep  bool  // all rows of a key must be seen together, even where some side has several
	each  bool  // rows that are the same are told of as a group too
	early bool  // rows that are the same may be told of before it is certain that there are no more of their key
	tell  handler

	loaded column.Loaded
	table  []uint64 // told | tag<<32 | ref+1
	alone  []column.Ref
	rows   []column.Sided
	refs   []column.Ref

	touched int // what came of it does not matter
}

// partition finds the keys of a partition of a store whose hashes are alike in their first skip bits.
func (f *finder) partition(s *column.Store, partition int, skip, bits uint) error {
	rows := int64(0)
	for side := range f.sides {
		rows += s.Rows(partition, side)
	}
	if rows == 0 {
		return nil
	}
	if s.Bytes(partition)+16*rows > f.limit {
		if s.OneHash(partition) || skip+bits+splitBits > 60 {
			return f.sorted(s, partition)
		}
		return f.split(s, partition, skip+bits)
	}
	if err := s.Load(partition, &f.loaded); err != nil {
		return err
	}
	f.join(int(rows), skip+bits)
	err := f.groups()
	if err == nil {
		err = f.tell.partitionEnd(&f.loaded)
	}
	s.Release(partition)
	return err
}

const splitBits = 4

// split parts a partition by the next bits of the hash.
func (f *finder) split(s *column.Store, partition int, skip uint) error {
	inner := column.NewStore(f.pool, f.dir, f.sides, skip, splitBits, f.pool.Used()+f.limit/2)
	defer inner.Close()
	for side := range f.sides {
		if err := s.Drain(partition, side, inner.Appender(side).Append); err != nil {
			return err
		}
	}
	for i := range inner.Partitions() {
		if err := f.partition(inner, i, skip, splitBits); err != nil {
			return err
		}
	}
	return nil
}

// ahead is how many rows are looked up at a time: where their entries and first rows lie is fetched for all of them before the first is looked at, so that
// the waits for memory overlap.
const ahead = 32

// join links the rows of each key. The table is found by the bits of the hash that come after those that are alike.
func (f *finder) join(rows int, skip uint) {
	size := 1 << bits.Len(uint(rows+rows/4+8))
	if cap(f.table) < size {
		f.table = make([]uint64, size)
	}
	f.table = f.table[:size]
	clear(f.table)
	f.alone = f.alone[:0]
	var some [ahead]struct {
		row  column.Row
		ref  column.Ref
		side int
		tag  uint32
	}
	c := f.loaded.Cursor()
	for more := true; more; {
		n := 0
		for n < ahead {
			if more = c.Next(); !more {
				break
			}
			if c.Row.Unkeyed() {
				c.Row.Alone()
				f.alone = append(f.alone, c.Ref)
				continue
			}
			some[n].row, some[n].ref, some[n].side = c.Row, c.Ref, c.Side
			some[n].tag = uint32(c.Row.Hash() << skip >> 33)
			n++
		}
		for i := range some[:n] {
			if e := f.table[int(some[i].tag)&(size-1)]; uint32(e&^told>>32) == some[i].tag && e != 0 {
				f.touched += f.loaded.Touch(column.Ref(uint32(e) - 1))
			}
		}
		for i := range some[:n] {
			f.enter(some[i].tag, some[i].row, some[i].ref, some[i].side)
		}
	}
}

// told marks an entry of the table whose key is uniform, as far as is known, and was told of as such.
const told = 1 << 63

// enter puts a row into the table, or links it to the first row of its key that is there.
func (f *finder) enter(tag uint32, r column.Row, ref column.Ref, side int) {
	table, mask := f.table, uint32(len(f.table)-1)
	for at := tag & mask; ; at = (at + 1) & mask {
		e := table[at]
		if e == 0 {
			table[at] = uint64(tag)<<32 | uint64(ref+1)
			r.StartGroup(side)
			return
		}
		if uint32(e&^told>>32) != tag {
			continue
		}
		first := f.loaded.Row(column.Ref(uint32(e) - 1))
		same := column.SameAgree(first, r)
		if !same && !f.shape.SameKey(first, r) {
			continue
		}
		first.Join(r, ref, side, same)
		if !f.early {
			return
		}
		switch uniform, _ := first.Group(f.sides); {
		case e&told != 0:
			table[at] = e &^ told
			f.tell.notUniform(first)
		case uniform:
			table[at] = e | told
			f.tell.uniform(first)
		}
		return
	}
}

// groups tells of what is loaded.
func (f *finder) groups() error {
	for _, ref := range f.alone {
		if err := f.tell.unkeyed(column.Sided{Side: f.loaded.Side(ref), Row: f.loaded.Row(ref)}); err != nil {
			return err
		}
	}
	if f.early {
		for _, e := range f.table {
			if e == 0 || e&told != 0 {
				continue
			}
			ref := column.Ref(uint32(e) - 1)
			if err := f.group(f.loaded.Row(ref), ref); err != nil {
				return err
			}
		}
		return nil
	}
	for c := f.loaded.Cursor(); c.Next(); {
		uniform, first := c.Row.Group(f.sides)
		if !first {
			continue
		}
		if uniform && !f.each {
			f.tell.uniform(c.Row)
			continue
		}
		if err := f.group(c.Row, c.Ref); err != nil {
			return err
		}
	}
	return nil
}

// group tells of the rows of the key of which r is the first.
func (f *finder) group(r column.Row, ref column.Ref) error {
	f.rows, f.refs = f.rows[:0], f.refs[:0]
	for ok := true; ok; {
		f.rows = append(f.rows, column.Sided{Side: f.loaded.Side(ref), Row: r})
		f.refs = append(f.refs, ref)
		if ref, ok = r.NextInGroup(); ok {
			r = f.loaded.Row(ref)
		}
	}
	return f.tell.group(f.rows, f.refs)
}

// sorted goes through a partition that cannot be parted: it sorts the rows and takes them key by key. Of a key with several
// rows on a side it holds one at a time, unless all must be seen together.
func (f *finder) sorted(s *column.Store, partition int) error {
	sorter := column.NewSorter(f.shape, f.dir, int(f.limit/2))
	for side := range f.sides {
		add := func(r column.Row) error { return sorter.Add(column.Sided{Side: side, Row: r}) }
		if err := s.Drain(partition, side, add); err != nil {
			return err
		}
	}
	g := gather{f: f, counts: make([]int64, f.sides)}
	if err := sorter.Each(g.row); err != nil {
		return err
	}
	return g.end()
}

// gather makes groups of rows that come sorted by key and side.
type gather struct {
	f      *finder
	rows   []column.Sided // copies
	bytes  int64
	many   bool // some side has several rows, and they are told of one by one
	key    []byte
	counts []int64
}

func (g *gather) row(r column.Sided) error {
	if r.Row.Unkeyed() {
		if err := g.end(); err != nil {
			return err
		}
		return g.f.tell.looseUnkeyed(r)
	}
	key := g.f.shape.Key(r.Row)
	if !bytes.Equal(g.key, key) || len(g.rows) == 0 && !g.many {
		if err := g.end(); err != nil {
			return err
		}
		g.key = append(g.key[:0], key...)
	}
	g.counts[r.Side]++
	if !g.f.keep && g.counts[r.Side] > 1 && !g.many {
		g.many = true
		for _, r := range g.rows {
			if err := g.f.tell.repeated(r); err != nil {
				return err
			}
		}
	}
	if g.many {
		return g.f.tell.repeated(r)
	}
	g.rows = append(g.rows, column.Sided{Side: r.Side, Row: slices.Clone(r.Row)})
	if g.bytes += int64(len(r.Row)); g.f.keep && g.bytes > g.f.limit {
		return tooMany(g.f.shape, g.rows)
	}
	return nil
}

// end ends the group.
func (g *gather) end() error {
	var err error
	switch {
	case g.many:
		g.f.tell.repeatedEnd(g.counts)
	case len(g.rows) > 0:
		err = g.f.tell.loose(g.rows)
	}
	g.rows, g.bytes, g.many = g.rows[:0], 0, false
	clear(g.counts)
	return err
}
