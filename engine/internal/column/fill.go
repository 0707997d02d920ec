package column

import (
	"encoding/binary"
	"math"

	"github.com/recon-lang/recon/sdk/schema"
)

// fill lays the columns into the rows.
func (p *Packer) fill(in *Input, sel []int32) {
	s := p.shape
	rows := p.rows[:len(sel)]
	if len(p.zero) < s.keyAt+p.rest.fixed {
		p.zero = make([]byte, s.keyAt+p.rest.fixed)
	}
	start := 0
	for k, r := range rows {
		binary.LittleEndian.PutUint64(r[hashAt:], p.hash[k])
		binary.LittleEndian.PutUint32(r[sizeAt:], uint32(p.size[k]))
		binary.LittleEndian.PutUint32(r[agreeAt:], p.agree[k])
		copy(r[header:s.keyAt], p.zero) // pages are used again, and what is null or absent is zero
		key := p.keys[start:p.ends[k]]
		start = p.ends[k]
		at := s.keyAt + putLength(r[s.keyAt:], len(key))
		p.at[k] = at + copy(r[at:], key)
	}
	for t, v := range in.Terms {
		fillStates(rows, nil, t, header, v, sel)
		if v.Column != nil && s.slots[t] >= 0 {
			fillFixed(rows, nil, s.slots[t], v, sel)
		}
	}
	for t, v := range in.Terms {
		if s.slots[t] < 0 {
			p.fillBytes(v, sel)
		}
	}
	for t, v := range in.Units {
		if s.Terms[t].Units {
			p.fillBytes(v, sel)
		}
	}
	body := p.at[:len(sel)]
	var starts [chunk]int
	copy(starts[:], body)
	for k, r := range rows {
		copy(r[body[k]:body[k]+p.rest.fixed], p.zero)
		body[k] += p.rest.fixed
	}
	for j, v := range in.Rest {
		fillStates(rows, starts[:], j, 0, v, sel)
		if p.rest.slots[j] >= 0 {
			fillFixed(rows, starts[:], p.rest.slots[j], v, sel)
		}
	}
	for j, v := range in.Rest {
		if p.rest.slots[j] < 0 {
			p.fillBytes(v, sel)
		}
	}
	for k, i := range sel {
		if p.agree[k]&unkeyed != 0 {
			reason := in.Reasons[int(i)]
			r := rows[k]
			at := p.at[k] + putLength(r[p.at[k]:], len(reason))
			copy(r[at:], reason)
		}
	}
}

// fillStates writes the state of v, number j of the states at base (and starts).
func fillStates(rows []Row, starts []int, j, base int, v Vector, sel []int32) {
	if v.Column == nil {
		return // Absent is 0
	}
	at, shift := base+j>>2, j&3*2
	if v.Valid == nil && v.Poison == nil && starts == nil {
		for _, r := range rows {
			r[at] |= byte(Present) << shift
		}
		return
	}
	for k, i := range sel {
		state := Present
		switch {
		case v.Poisoned(int(i)):
			state = Poisoned
		case v.IsNull(int(i)):
			state = Null
		}
		o := at
		if starts != nil {
			o += starts[k]
		}
		rows[k][o] |= byte(state) << shift
	}
}

// fillFixed writes values of a fixed width at slot (and starts). The value below a null is zero in
// every batch, but a kernel may have left something there.
func fillFixed(rows []Row, starts []int, slot int, v Vector, sel []int32) {
	switch v.Type.Layout() {
	case schema.Float64:
		for k, i := range sel {
			if !v.IsNull(int(i)) {
				binary.LittleEndian.PutUint64(rows[k][slot+from(starts, k):], math.Float64bits(v.Floats[i]))
			}
		}
	case schema.Int128:
		for k, i := range sel {
			if !v.IsNull(int(i)) {
				b := rows[k][slot+from(starts, k):]
				binary.LittleEndian.PutUint64(b, v.Nums[i].Lo)
				binary.LittleEndian.PutUint64(b[8:], uint64(v.Nums[i].Hi))
			}
		}
	default:
		ints := v.Ints
		if v.Valid == nil && starts == nil {
			for k, i := range sel {
				binary.LittleEndian.PutUint64(rows[k][slot:], uint64(ints[i]))
			}
			return
		}
		for k, i := range sel {
			if !v.IsNull(int(i)) {
				binary.LittleEndian.PutUint64(rows[k][slot+from(starts, k):], uint64(ints[i]))
			}
		}
	}
}

func from(starts []int, k int) int {
	if starts == nil {
		return 0
	}
	return starts[k]
}

// fillBytes writes values with their lengths, each where its row has come to.
func (p *Packer) fillBytes(v Vector, sel []int32) {
	if v.Column == nil {
		for k := range sel {
			p.rows[k][p.at[k]] = 0
			p.at[k]++
		}
		return
	}
	offsets, data := v.Offsets, v.Bytes
	for k, i := range sel {
		b := data[offsets[i]:offsets[i+1]]
		r, at := p.rows[k], p.at[k]
		at += putLength(r[at:], len(b))
		p.at[k] = at + copy(r[at:], b)
	}
}
