package csv

import (
	"bytes"
	"slices"

	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// fillFor picks the fill function for columns of type t. A fill function appends the values of
// a column for n rows of the strip, and returns n, or the row at which the read failed. It
// reads the common case itself and leaves the rest to filler.slow.
func fillFor(t schema.Type) func(f *filler, c *column, n int) int {
	switch t.Kind {
	case schema.String, schema.Enum, schema.Bytes:
		return fillText
	case schema.Integer:
		return fillInteger
	case schema.Decimal:
		if t.Layout() == schema.Int64 {
			return fillDecimal
		}
		return fillWide
	case schema.Date:
		return fillDate
	case schema.Timestamp:
		return fillTimestamp
	}
	return fillSlow
}

func fillSlow(f *filler, c *column, n int) int {
	for i := range n {
		if !f.slow(c, i, n) {
			return i
		}
	}
	return n
}

// special reports whether a field of so many bytes may be one of the null texts.
func (f *filler) special(length int) bool {
	return f.nullLengths != 0 && f.nullLengths>>min(uint(length), 63)&1 != 0
}

// located says where field c of the next n rows of the strip is: starts[i] to ends[i], with
// the quotes around it if whole. Quotes doubled inside stay: no number or date has any.
func (f *filler) located(c *column, n int, whole bool) (starts, ends []uint32) {
	x := f.x
	buf, width := x.buf, x.h.fields
	pos := x.pos[f.from*width+c.field : (f.from+n-1)*width+c.field+2]
	starts, ends = f.starts[:n], f.ends[:n]
	p := 0
	for i := range starts {
		starts[i], ends[i] = pos[p]+1, pos[p+1]
		p += width
	}
	if c.last {
		for i, end := range ends {
			if end > starts[i] && buf[end-1] == '\r' {
				ends[i]--
			}
		}
	}
	if !whole {
		for i, start := range starts {
			if buf[start] == f.o.quote && ends[i] > start {
				starts[i]++
				ends[i]--
			}
		}
	}
	return starts, ends
}

func fillInteger(f *filler, c *column, n int) int {
	buf := f.x.buf
	starts, ends := f.located(c, n, false)
	c.Ints = slices.Grow(c.Ints, n)
	out := c.Ints[f.base : f.base+n]
	for i := range out {
		start, end := int(starts[i]), int(ends[i])
		negative := buf[start] == '-'
		first := start
		if negative {
			first++
		}
		v, ok := digitsBefore(buf, end, end-first)
		if !ok || f.special(end-start) {
			c.Ints = c.Ints[:f.base+i]
			if !f.slow(c, i, n) {
				return i
			}
			continue
		}
		if negative {
			v = -v
		}
		out[i] = int64(v)
	}
	c.Ints = c.Ints[:f.base+n]
	return n
}

func fillDecimal(f *filler, c *column, n int) int {
	buf := f.x.buf
	starts, ends := f.located(c, n, false)
	c.Ints = slices.Grow(c.Ints, n)
	out := c.Ints[f.base : f.base+n]
	scale, limit := int(c.Type.Scale), int64(c.precision)
	for i := range out {
		start, end := int(starts[i]), int(ends[i])
		v, ok := parseDecimal(buf, start, end, scale)
		if !ok || v >= limit || v <= -limit || f.special(end-start) {
			c.Ints = c.Ints[:f.base+i]
			if !f.slow(c, i, n) {
				return i
			}
			continue
		}
		out[i] = v
	}
	c.Ints = c.Ints[:f.base+n]
	return n
}

func fillWide(f *filler, c *column, n int) int {
	buf := f.x.buf
	starts, ends := f.located(c, n, false)
	c.Nums = slices.Grow(c.Nums, n)
	out := c.Nums[f.base : f.base+n]
	scale := int(c.Type.Scale)
	for i := range out {
		start, end := int(starts[i]), int(ends[i])
		v, ok := int64(0), false
		if scale <= 18 {
			v, ok = parseDecimal(buf, start, end, scale)
		}
		if !ok || f.special(end-start) {
			c.Nums = c.Nums[:f.base+i]
			if !f.slow(c, i, n) {
				return i
			}
			continue
		}
		out[i] = decimal.FromInt64(v)
	}
	c.Nums = c.Nums[:f.base+n]
	return n
}

func fillDate(f *filler, c *column, n int) int {
	buf := f.x.buf
	starts, ends := f.located(c, n, false)
	c.Ints = slices.Grow(c.Ints, n)
	out := c.Ints[f.base : f.base+n]
	for i := range out {
		start, end := int(starts[i]), int(ends[i])
		days, ok := int64(0), false
		if end-start == 10 {
			days, ok = parseDate(buf[start:end])
		}
		if !ok || f.special(end-start) {
			c.Ints = c.Ints[:f.base+i]
			if !f.slow(c, i, n) {
				return i
			}
			continue
		}
		out[i] = days
	}
	c.Ints = c.Ints[:f.base+n]
	return n
}

func fillTimestamp(f *filler, c *column, n int) int {
	buf := f.x.buf
	starts, ends := f.located(c, n, false)
	c.Ints = slices.Grow(c.Ints, n)
	out := c.Ints[f.base : f.base+n]
	for i := range out {
		start, end := int(starts[i]), int(ends[i])
		v, ok := f.timestamp(buf[start:end])
		if !ok || f.special(end-start) {
			c.Ints = c.Ints[:f.base+i]
			if !f.slow(c, i, n) {
				return i
			}
			continue
		}
		out[i] = v
	}
	c.Ints = c.Ints[:f.base+n]
	return n
}

// timestamp reads YYYY-MM-DD hh:mm:ss, with a space or T, and perhaps Z.
func (f *filler) timestamp(text []byte) (int64, bool) {
	if len(text) != 19 && (len(text) != 20 || text[19] != 'Z') || text[10] != ' ' && text[10] != 'T' {
		return 0, false
	}
	days, ok1 := parseDate(text)
	seconds, ok2 := parseTime(text[11:])
	if !ok1 || !ok2 {
		return 0, false
	}
	seconds += days * 86400
	if f.zone == nil || len(text) == 20 {
		return seconds * 1e6, true
	}
	return f.zone.Micros(seconds), true
}

func fillText(f *filler, c *column, n int) int {
	buf := f.x.buf
	starts, ends := f.located(c, n, true)
	c.Offsets = slices.Grow(c.Offsets, n)
	offsets := c.Offsets[f.base+1 : f.base+1+n]
	width := f.x.h.fields
	room := int(f.x.pos[(f.from+n)*width]) - int(f.x.pos[f.from*width]) + 32
	c.Bytes = slices.Grow(c.Bytes, room)
	used := len(c.Bytes)
	dst := c.Bytes[:cap(c.Bytes)]
	for i := range offsets {
		start, end := int(starts[i]), int(ends[i])
		doubled := false
		if buf[start] == f.o.quote && end > start {
			start, end = start+1, end-1
			doubled = bytes.IndexByte(buf[start:end], f.o.quote) >= 0
		}
		length := end - start
		if length == 0 || doubled || f.special(length) {
			c.Bytes, c.Offsets = dst[:used], c.Offsets[:f.base+1+i]
			if !f.slow(c, i, n) {
				return i
			}
			used = len(c.Bytes)
			continue
		}
		// Copy more than is there, so that most texts need no loop: there is a margin on
		// both sides.
		*(*[16]byte)(dst[used:]) = *(*[16]byte)(buf[start:])
		if length > 16 {
			*(*[16]byte)(dst[used+16:]) = *(*[16]byte)(buf[start+16:])
			if length > 32 {
				copy(dst[used:], buf[start:end])
			}
		}
		used += length
		offsets[i] = int32(used)
	}
	c.Bytes, c.Offsets = dst[:used], c.Offsets[:f.base+1+n]
	return n
}
