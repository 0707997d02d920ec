package column

import (
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
	"github.com/zeebo/xxh3"
)

// Vector is a column of a batch with a bit for each row that agrees with nothing: its null was computed
// from something that is not null, it is NaN, no text of its enum. Nil Poison means none. A nil Column is an absent term.
type Vector struct {
	*batch.Column
	Poison []byte
}

// Poisoned reports whether the value of row i agrees with nothing.
func (v *Vector) Poisoned(i int) bool { return v.Poison != nil && v.Poison[i>>3]&(1<<(i&7)) != 0 }

// Input is rows to be packed, as columns. Reasons says why rows have no key although none of its parts
// is null.
type Input struct {
	Keys    []Vector       // of the types of Layout.Keys
	Terms   []Vector       // of the types of Layout.Terms
	Units   []Vector       // of those terms whose Part has Units, and which have one: text
	Rest    []Vector       // of the columns that Shape.Rest names
	Reasons map[int]string // by row
}

// chunk is how many rows are packed at a time: their bytes stay in the processor's cache while each column is
// laid into them.
const chunk = 512

// Packer packs rows of one side. It is for one goroutine.
type Packer struct {
	shape *Shape
	side  int
	rest  *restShape
	keys  []byte
	ends  []int
	hash  [chunk]uint64
	size  [chunk]int
	agree [chunk]uint32
	at    [chunk]int // where the next varying value goes
	rows  [chunk]Row
	zero  []byte
}

// NewPacker makes a packer for rows of a side.
func NewPacker(s *Shape, side int) *Packer {
	return &Packer{shape: s, side: side, rest: &s.rest[side]}
}

// Pack packs the rows of in that sel lists. For each it calls alloc, which gives room for a row of size bytes; it
// calls done whenever all rows allocated so far are complete.
func (p *Packer) Pack(in *Input, sel []int32, alloc func(hash uint64, size int) Row, done func() error) error {
	for len(sel) > 0 {
		n := min(chunk, len(sel))
		p.pack(in, sel[:n], alloc)
		if err := done(); err != nil {
			return err
		}
		sel = sel[n:]
	}
	return nil
}

func (p *Packer) pack(in *Input, sel []int32, alloc func(uint64, int) Row) {
	p.sizes(in, sel)
	start := 0
	for k := range sel {
		end := p.ends[k]
		if p.agree[k]&unkeyed != 0 {
			p.hash[k], p.rows[k] = 0, make(Row, p.size[k])
		} else {
			p.hash[k] = xxh3.Hash(p.keys[start:end])
			p.rows[k] = alloc(p.hash[k], p.size[k])
		}
		start = end
	}
	p.fill(in, sel)
	for k := range sel {
		if p.agree[k]&unkeyed != 0 { // its hash is known only now
			r := p.rows[k]
			r.SetHash(p.shape.UnkeyedHash(r, p.side))
			copy(alloc(r.Hash(), len(r)), r)
		}
	}
}

// sizes encodes the keys and works out how large each row is.
func (p *Packer) sizes(in *Input, sel []int32) {
	s := p.shape
	p.keys, p.ends = p.keys[:0], p.ends[:0]
	if len(in.Keys) == 1 && in.Keys[0].Type.Layout() == schema.Varlen && in.Keys[0].Valid == nil {
		c := in.Keys[0].Column
		kind := byte(c.Type.Kind)
		for _, i := range sel {
			b := c.Raw(int(i))
			p.keys = appendLength(append(p.keys, kind), len(b))
			p.keys = append(p.keys, b...)
			p.ends = append(p.ends, len(p.keys))
		}
	} else {
		for _, i := range sel {
			for _, c := range in.Keys {
				p.keys = appendPart(p.keys, c.Column, int(i))
			}
			p.ends = append(p.ends, len(p.keys))
		}
	}
	start := 0
	for k := range sel {
		n := p.ends[k] - start
		start = p.ends[k]
		p.agree[k] = uint32(s.keyAt - header + lengthSize(n) + n)
		p.size[k] = p.rest.fixed
	}
	for t, v := range in.Terms {
		if s.slots[t] < 0 {
			addLengths(p.agree[:len(sel)], v, sel)
		}
	}
	for t, v := range in.Units {
		if s.Terms[t].Units {
			addLengths(p.agree[:len(sel)], v, sel)
		}
	}
	for i, v := range in.Rest {
		if p.rest.slots[i] < 0 {
			addSizes(p.size[:len(sel)], v, sel)
		}
	}
	for k := range sel {
		p.size[k] += header + int(p.agree[k])
	}
	for _, c := range in.Keys {
		if c.Valid == nil {
			continue
		}
		for k, i := range sel {
			if c.IsNull(int(i)) {
				p.agree[k] |= unkeyed
			}
		}
	}
	if len(in.Reasons) > 0 {
		for k, i := range sel {
			if _, bad := in.Reasons[int(i)]; bad {
				p.agree[k] |= unkeyed
			}
		}
	}
	for k, i := range sel {
		if p.agree[k]&unkeyed != 0 {
			n := len(in.Reasons[int(i)])
			p.size[k] += lengthSize(n) + n
		}
	}
	for _, v := range in.Terms {
		if v.Poison == nil {
			continue
		}
		for k, i := range sel {
			if v.Poisoned(int(i)) {
				p.agree[k] |= doubtful
			}
		}
	}
}

func addLengths(sizes []uint32, v Vector, sel []int32) {
	if v.Column == nil {
		for k := range sizes {
			sizes[k]++
		}
		return
	}
	offsets := v.Offsets
	for k, i := range sel {
		n := int(offsets[i+1] - offsets[i])
		sizes[k] += uint32(lengthSize(n) + n)
	}
}

func addSizes(sizes []int, v Vector, sel []int32) {
	offsets := v.Offsets
	for k, i := range sel {
		n := int(offsets[i+1] - offsets[i])
		sizes[k] += lengthSize(n) + n
	}
}
