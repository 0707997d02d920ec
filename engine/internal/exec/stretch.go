package exec

import (
	"bytes"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/sdk/schema"
)

// maxStretch is how many rows are compared at a time where row after row is the same on all sides, column by column.
const maxStretch = 256

// stretch is how many rows, from those that the feeds stand at, are one of each side, the same in all that is compared, for
// certain. Where it cannot say so at once it is 0, and agrees has the last word. Most rows of most sides are within one.
func (m *merger) stretch() int {
	n := m.guess
	for _, f := range m.feeds {
		if f.rows == nil || !f.rows.ordered || len(f.rows.input.Reasons) > 0 {
			return 0
		}
		for _, k := range f.rows.input.Keys {
			if k.Valid != nil {
				return 0
			}
		}
		n = min(n, len(f.rows.sel)-f.at-1) // the key of the last row may go on in the next batch
		repeats := f.rows.repeats
		for f.repeat < len(repeats) && repeats[f.repeat] <= f.at {
			f.repeat++
		}
		if f.repeat < len(repeats) {
			n = min(n, repeats[f.repeat]-1-f.at)
		}
	}
	for _, f := range m.feeds { // rows that lie side by side
		for n > 0 && f.rows.sel[f.at+n-1]-f.rows.sel[f.at] != int32(n-1) {
			n /= 2
		}
	}
	if n <= 0 {
		return 0
	}
	least, asked := n, n
	for _, f := range m.feeds[1:] {
		least = m.same(m.feeds[0], f, least)
	}
	m.guess = max(least/2, 1)
	if least == asked {
		m.guess = min(2*asked, maxStretch)
	}
	return least
}

// same is how many of the next n rows of two feeds have the same key and are the same in all that is compared, up to the first
// that do not.
func (m *merger) same(f, g *feed, n int) int {
	a, i, b, j := &f.rows.input, f.row(), &g.rows.input, g.row()
	for k, part := range m.order {
		n = sameValues(m.keys[k], a.Keys[part], i, b.Keys[part], j, n)
	}
	for t, layout := range m.terms {
		x, y := a.Terms[t], b.Terms[t]
		switch {
		case x.Column == nil || y.Column == nil:
			return 0
		case x.Valid != nil || y.Valid != nil || x.Poison != nil || y.Poison != nil || a.Units[t].Column != nil || b.Units[t].Column != nil:
			k := 0
			for k < n && m.sameTerm(t, a, i+k, b, j+k) {
				k++
			}
			n = k
		default:
			n = sameValues(layout, x, i, y, j, n)
		}
	}
	return n
}

// sameValues is how many of n values of two columns without nulls are the same, up to the first that are not.
func sameValues(layout schema.Layout, x column.Vector, i int, y column.Vector, j, n int) int {
	switch layout {
	case schema.Varlen:
		return sameBytes(x.Offsets[i:i+n+1], x.Bytes, y.Offsets[j:j+n+1], y.Bytes)
	case schema.Int64:
		a, b := x.Ints[i:i+n], y.Ints[j:j+n]
		for k := range a {
			if a[k] != b[k] {
				return k
			}
		}
		return n
	}
	for k := range n {
		if !sameValue(layout, &x, i+k, &y, j+k) {
			return k
		}
	}
	return n
}

// sameBytes is how many texts, from the first on, are the same. Their bytes lie one text after the other.
func sameBytes(ends []int32, text []byte, otherEnds []int32, other []byte) int {
	n, apart := 0, otherEnds[0]-ends[0]
	for n+1 < len(ends) && otherEnds[n+1]-ends[n+1] == apart {
		n++
	}
	if bytes.Equal(text[ends[0]:ends[n]], other[otherEnds[0]:otherEnds[n]]) {
		return n
	}
	for k := range n {
		if !bytes.Equal(text[ends[k]:ends[k+1]], other[otherEnds[k]:otherEnds[k+1]]) {
			return k
		}
	}
	return n
}
