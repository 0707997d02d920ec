package view

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/recon-lang/recon/engine/internal/column"
)

// groups holds the states of groups by key, those beyond its limit on disk.
type groups struct {
	aggregates []*aggregate
	width      int // bytes of a state: one byte of doubts for each eight parts of the key, then the aggregates'
	limit      int64
	dir        *column.Dir

	keys    keys
	states  []byte
	vars    []byte // texts that states refer to
	spilled *column.Records
	record  []byte
}

// groupBits is how many bits of a key's hash tell the pieces on disk apart.
const groupBits = 8

func newGroups(parts int, aggregates []*aggregate, limit int64, dir *column.Dir) *groups {
	g := &groups{aggregates: aggregates, width: (parts + 7) / 8, limit: limit, dir: dir}
	for _, a := range aggregates {
		a.at = g.width
		g.width += a.size
	}
	return g
}

// group is the number of a group, which is made if it is new. It holds until room is called.
func (g *groups) group(hash uint64, key []byte) int {
	n, added := g.keys.add(hash, key)
	if added {
		g.states = append(g.states, make([]byte, g.width)...)
	}
	return n
}

func (g *groups) whole(n int) []byte { return g.states[n*g.width : (n+1)*g.width] }

// state is an aggregate's part of the state of group n.
func (g *groups) state(n int, a *aggregate) []byte { return g.whole(n)[a.at : a.at+a.size] }

// doubt notes that part p of the key of group n agrees with nothing.
func (g *groups) doubt(n, p int) { g.whole(n)[p>>3] |= 1 << (p & 7) }

func (g *groups) text(ref []byte) []byte { return textAt(g.vars, ref) }

func textAt(vars, ref []byte) []byte {
	at, n := binary.LittleEndian.Uint32(ref), binary.LittleEndian.Uint32(ref[4:])
	return vars[at : at+n]
}

// setText makes a reference name a copy of text.
func (g *groups) setText(ref, text []byte) {
	at, n := binary.LittleEndian.Uint32(ref), binary.LittleEndian.Uint32(ref[4:])
	if int(n) >= len(text) { // the former text makes room
		copy(g.vars[at:], text)
	} else {
		at = uint32(len(g.vars))
		g.vars = append(g.vars, text...)
	}
	binary.LittleEndian.PutUint32(ref, at)
	binary.LittleEndian.PutUint32(ref[4:], uint32(len(text)))
}

// room moves the groups to disk if they take more memory than they may.
func (g *groups) room() error {
	if g.keys.size()+int64(len(g.states)+len(g.vars)) <= g.limit {
		return nil
	}
	return g.spill()
}

func (g *groups) spill() error {
	if g.spilled == nil {
		g.spilled = column.NewRecords(g.dir, 1<<groupBits)
	}
	for n := range g.keys.len() {
		hash, key := g.keys.hashes[n], g.keys.key(n)
		b := binary.LittleEndian.AppendUint64(g.record[:0], hash)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(key)))
		b = append(b, key...)
		at := len(b)
		b = append(b, g.whole(n)...)
		vars := len(b)
		for _, a := range g.aggregates {
			for _, ref := range a.refs() {
				ref += at + a.at
				text := g.text(b[ref:])
				binary.LittleEndian.PutUint32(b[ref:], uint32(len(b)-vars))
				b = append(b, text...)
			}
		}
		g.record = b
		if err := g.spilled.Add(int(hash>>(64-groupBits)), b); err != nil {
			return err
		}
	}
	g.reset()
	return nil
}

// refs are the places in an aggregate's state that refer to texts.
func (a *aggregate) refs() (at []int) {
	if a.kind == texts {
		at = append(at, valueAt)
	}
	if a.unit >= 0 {
		at = append(at, a.unitAt)
	}
	return at
}

func (g *groups) reset() {
	g.keys.reset()
	g.states, g.vars = g.states[:0], g.vars[:0]
}

// load merges a spilled record.
func (g *groups) load(b []byte) error {
	hash, n := binary.LittleEndian.Uint64(b), int(binary.LittleEndian.Uint32(b[8:]))
	key, b := b[12:12+n], b[12+n:]
	from, vars := b[:g.width], b[g.width:]
	group := g.group(hash, key)
	to := g.whole(group)
	for i := range g.aggregatesAt() {
		to[i] |= from[i]
	}
	for _, a := range g.aggregates {
		a.merge(g, to[a.at:a.at+a.size], from[a.at:a.at+a.size], vars)
	}
	return nil
}

// aggregatesAt is where the states of aggregates begin.
func (g *groups) aggregatesAt() int {
	if len(g.aggregates) == 0 {
		return g.width
	}
	return g.aggregates[0].at
}

// each calls visit for each group, ascending by hash and key, whatever order they came in and wherever they are, and
// done in the end.
func (g *groups) each(visit func(n int) error, done func() error) error {
	if g.spilled == nil {
		if err := g.sorted(visit); err != nil {
			return err
		}
		return done()
	}
	defer g.spilled.Close()
	if err := g.spill(); err != nil {
		return err
	}
	for p := range 1 << groupBits {
		g.reset()
		if err := g.spilled.Each(p, g.load); err != nil {
			return err
		}
		if err := g.sorted(visit); err != nil {
			return err
		}
	}
	return done()
}

func (g *groups) sorted(visit func(n int) error) error {
	order := make([]int32, g.keys.len())
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(x, y int32) int {
		i, j := int(x), int(y)
		if c := cmp.Compare(g.keys.hashes[i], g.keys.hashes[j]); c != 0 {
			return c
		}
		return bytes.Compare(g.keys.key(i), g.keys.key(j))
	})
	for _, n := range order {
		if err := visit(int(n)); err != nil {
			return err
		}
	}
	return nil
}
