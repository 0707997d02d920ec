package column

import "encoding/binary"

// Loaded is the rows of one partition in memory, side after side. While rows are paired, the place of
// a row's hash holds its links instead.
type Loaded struct {
	pages []page
	sides []uint8 // of pages
}

// Ref names a row of a Loaded.
type Ref uint32

const pageBits = 15 // of PageSize

// Row is the row that ref names.
func (l *Loaded) Row(ref Ref) Row {
	g := l.pages[ref>>pageBits]
	r, _ := g.next(int(ref & (1<<pageBits - 1)))
	return r
}

// Touch reads a little of the row that ref names, and so has the processor fetch it.
func (l *Loaded) Touch(ref Ref) int {
	g := l.pages[ref>>pageBits]
	at := int(ref & (1<<pageBits - 1))
	return int(g[at+agreeAt]) + int(g[min(at+64, len(g)-1)])
}

// Side is the side of the row that ref names.
func (l *Loaded) Side(ref Ref) int { return int(l.sides[ref>>pageBits]) }

// Cursor goes through the rows of a Loaded.
type Cursor struct {
	l    *Loaded
	page int
	next int
	Row  Row
	Ref  Ref
	Side int
}

// Cursor starts before the first row.
func (l *Loaded) Cursor() Cursor { return Cursor{l: l, page: -1} }

// Next goes to the next row, if there is one.
func (c *Cursor) Next() bool {
	for c.page < 0 || c.next >= len(c.l.pages[c.page]) {
		c.page++
		c.next = 0
		if c.page == len(c.l.pages) {
			c.page--
			c.next = len(c.l.pages) + 1<<30
			return false
		}
		c.Side = int(c.l.sides[c.page])
	}
	c.Ref = Ref(c.page<<pageBits | c.next)
	c.Row, c.next = c.l.pages[c.page].next(c.next)
	return true
}

// Links of a row stand where its hash was: the next row of its key; and of the first row of a key, which sides have rows,
// whether one has several, and how many rows are the same as this one.
const (
	nextAt  = 0
	maskAt  = 4
	sameAt  = 6
	flagsAt = 7
)

const (
	isFirst  = 1
	repeated = 2
)

// MaxSides is how many sides a rule can have.
const MaxSides = 16

// StartGroup makes r, of a side, the first row of its key.
func (r Row) StartGroup(side int) {
	binary.LittleEndian.PutUint64(r, 0)
	binary.LittleEndian.PutUint16(r[maskAt:], 1<<side)
	r[flagsAt] = isFirst
}

// Join adds row other, which ref names, to the group of first. same says that their agree regions are.
func (r Row) Join(other Row, ref Ref, side int, same bool) {
	mask := binary.LittleEndian.Uint16(r[maskAt:])
	if mask&(1<<side) != 0 {
		r[flagsAt] |= repeated
	}
	binary.LittleEndian.PutUint16(r[maskAt:], mask|1<<side)
	if same && r[sameAt] < 255 {
		r[sameAt]++
	}
	binary.LittleEndian.PutUint64(other, 0)
	copy(other[nextAt:nextAt+4], r[nextAt:nextAt+4])
	binary.LittleEndian.PutUint32(r[nextAt:], uint32(ref)+1)
}

// Group tells of the first row of a key: ok is false for other rows. A group is uniform if each of sides
// has one row and they are all the same.
func (r Row) Group(sides int) (uniform, ok bool) {
	if r[flagsAt]&isFirst == 0 {
		return false, false
	}
	return r[flagsAt]&repeated == 0 && int(r[sameAt]) == sides-1 &&
		binary.LittleEndian.Uint16(r[maskAt:]) == 1<<sides-1, true
}

// NextInGroup is the next row of the key.
func (r Row) NextInGroup() (Ref, bool) {
	n := binary.LittleEndian.Uint32(r[nextAt:])
	return Ref(n - 1), n != 0
}

// Alone makes r, which has no key, belong to no group.
func (r Row) Alone() { binary.LittleEndian.PutUint64(r, 0) }
