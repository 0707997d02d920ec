package exec

import (
	"math"
	"slices"

	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// selectRows makes sel the rows within the window for which all conditions hold, and those of which that cannot be said because what
// it depends on is bad.
func (r *reader) selectRows(b *batch.Batch) {
	r.sel = r.sel[:0]
	if !r.timed {
		for i := range b.Rows {
			r.sel = append(r.sel, int32(i))
		}
	} else {
		r.cutWindow(b)
	}
	for k := range r.expr.where {
		if !r.side.Where[k].Here || len(r.sel) == 0 {
			continue
		}
		r.filter(b, k)
	}
	if r.timed {
		r.findTimeless(b)
	}
}

// findTimeless notes rows that have no time. Conditions saw it as the null that it is, wherever they were evaluated.
func (r *reader) findTimeless(b *batch.Batch) {
	c := &b.Columns[r.source.Time]
	if c.Valid == nil {
		return
	}
	for _, i := range r.sel {
		if c.IsNull(int(i)) && !r.badIn(int(i), r.source.Time) {
			r.note(int(i), bad{column: r.source.Time, name: "column " + r.source.Columns[r.source.Time].Name, reason: "null, but it is the time of the row"})
		}
	}
}

func (r *reader) cutWindow(b *batch.Batch) {
	c := &b.Columns[r.source.Time]
	date := c.Type.Kind == schema.Date
	for i, t := range c.Ints[:b.Rows] {
		if r.cut && !c.IsNull(i) {
			if date {
				t = r.shape.Midnight(r.index, t)
			}
			if t < r.start || t >= r.end {
				continue
			}
		}
		r.sel = append(r.sel, int32(i))
	}
}

// badIn reports whether a declared column of a row is bad.
func (r *reader) badIn(row, column int) bool {
	return len(r.bad) > 0 && slices.ContainsFunc(r.bad[row], func(b bad) bool { return b.column == column || b.column == wholeRow })
}

// filter keeps the rows for which condition k holds.
func (r *reader) filter(b *batch.Batch, k int) {
	holds, faults := r.expr.where[k].Eval(b)
	reads := r.expr.whereReads[k]
	fault := 0
	kept := r.sel[:0]
	for _, i := range r.sel {
		for fault < len(faults) && faults[fault].Row < int(i) {
			fault++
		}
		if len(r.bad) > 0 && slices.ContainsFunc(reads, func(c int) bool { return r.badIn(int(i), c) }) {
			kept = append(kept, i)
			continue
		}
		if fault < len(faults) && faults[fault].Row == int(i) {
			r.note(int(i), bad{column: computed, name: "where " + r.side.Where[k].Text, text: faults[fault].Input, reason: faults[fault].Reason})
			kept = append(kept, i)
			continue
		}
		if holds.Ints[i] != 0 {
			kept = append(kept, i)
		}
	}
	r.sel = kept
}

// settleBad gives the bad rows that are left their reasons, or is the error of the first of them.
func (r *reader) settleBad(b *batch.Batch) error {
	if len(r.bad) == 0 {
		return nil
	}
	left := map[int]bool{}
	for _, i := range r.sel {
		list := r.bad[int(i)]
		if list == nil {
			continue
		}
		first := list[0]
		for _, other := range list[1:] { // not in the order in which they were found, but in that of columns
			if rank(other) < rank(first) {
				first = other
			}
		}
		if !r.source.BadRows && (r.source.View == nil || first.column != wholeRow) { // a view hands on only what its parts report
			return r.rowError(b, int(i), first)
		}
		left[int(i)] = true
		if r.rows.input.Reasons == nil {
			r.rows.input.Reasons = map[int]string{}
		}
		r.rows.input.Reasons[int(i)] = first.why()
	}
	for i := range r.bad {
		if !left[i] {
			delete(r.bad, i)
		}
	}
	return nil
}

func rank(b bad) int {
	if b.column == computed {
		return math.MaxInt
	}
	return b.column
}
