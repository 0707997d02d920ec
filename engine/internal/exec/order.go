package exec

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// order verifies that the rows of a side come as its source promised: ascending by some columns, nulls first.
type order struct {
	names   []string
	columns []int // of the declared ones
	last    []batch.Column
	row     int64
	origin  string
	started bool

	repeats []int // in the batch that was verified last, the rows that have the same values as the one before, as places in sel
}

func newOrder(names []string, columns []int) *order {
	return &order{names: names, columns: columns, last: make([]batch.Column, len(columns))}
}

// verify looks at the rows that sel lists, but those that are bad. number gives their numbers.
func (o *order) verify(source string, b *batch.Batch, sel []int32, bad map[int][]bad, number func(i int) int64) error {
	last := -1 // the row before, in this batch
	o.repeats = o.repeats[:0]
	from := 0
	layouts := make([]schema.Layout, len(o.columns))
	for i, c := range o.columns {
		layouts[i] = b.Columns[c].Type.Layout()
	}
	if len(bad) == 0 && len(o.columns) == 1 && len(sel) > 1 {
		c := &b.Columns[o.columns[0]]
		if first := int(sel[0]); c.Valid == nil && o.compare(b, first) <= 0 {
			from, o.repeats = ascending(c, sel, o.repeats)
			last = int(sel[from-1])
		}
	}
	for at := from; at < len(sel); at++ {
		i := int(sel[at])
		if len(bad) > 0 && bad[i] != nil {
			continue
		}
		c := 0
		if last >= 0 {
			c = compareRows(b, o.columns, layouts, last, i)
			if c == 0 {
				o.repeats = append(o.repeats, at)
			}
		} else {
			c = o.compare(b, i)
		}
		if c > 0 {
			if last >= 0 {
				o.keep(b, last, number(last))
			}
			return fmt.Errorf("source %s: its rows are not sorted by %s: %s comes after %s; correct or remove sorted, or sort the data (text by code point, nulls first)",
				source, strings.Join(o.names, ", "), o.describe(b, i, number(i), b.Origin), o.describeLast())
		}
		last = i
	}
	if last >= 0 {
		o.keep(b, last, number(last))
	}
	return nil
}

// ascending is how many of the rows that sel lists, from the first on, have values of a column without nulls that ascend. It appends the places of
// those that are the same as the one before to repeats.
func ascending(c *batch.Column, sel []int32, repeats []int) (int, []int) {
	n := 1
	switch c.Type.Layout() {
	case schema.Varlen:
		before := c.Raw(int(sel[0]))
		for _, i := range sel[1:] {
			value := c.Raw(int(i))
			switch d := bytes.Compare(before, value); {
			case d > 0:
				return n, repeats
			case d == 0:
				repeats = append(repeats, n)
			}
			before = value
			n++
		}
	case schema.Int64:
		before := c.Ints[sel[0]]
		for _, i := range sel[1:] {
			value := c.Ints[i]
			if before > value {
				return n, repeats
			}
			if before == value {
				repeats = append(repeats, n)
			}
			before = value
			n++
		}
	}
	return n, repeats
}

func compareRows(b *batch.Batch, columns []int, layouts []schema.Layout, i, j int) int {
	for k, c := range columns {
		if d := column.CompareAs(layouts[k], &b.Columns[c], i, &b.Columns[c], j); d != 0 {
			return d
		}
	}
	return 0
}

// compare orders the last row that was kept against row i.
func (o *order) compare(b *batch.Batch, i int) int {
	if !o.started {
		return -1
	}
	for k, c := range o.columns {
		if d := column.CompareValues(&o.last[k], 0, &b.Columns[c], i); d != 0 {
			return d
		}
	}
	return 0
}

func (o *order) keep(b *batch.Batch, i int, number int64) {
	for k, c := range o.columns {
		column.CopyValue(&o.last[k], &b.Columns[c], i)
	}
	o.started, o.row, o.origin = true, number, b.Origin
}

func (o *order) describe(b *batch.Batch, i int, number int64, origin string) string {
	var values []string
	for _, c := range o.columns {
		values = append(values, quoted(&b.Columns[c], i))
	}
	return place(origin, number) + " (" + strings.Join(values, ", ") + ")"
}

func (o *order) describeLast() string {
	var values []string
	for k := range o.last {
		values = append(values, quoted(&o.last[k], 0))
	}
	return place(o.origin, o.row) + " (" + strings.Join(values, ", ") + ")"
}

func place(origin string, row int64) string {
	if origin == "" {
		return fmt.Sprintf("row %d", row)
	}
	return fmt.Sprintf("%s, row %d", origin, row)
}

func quoted(c *batch.Column, i int) string {
	v := c.Value(i)
	if v.Null || c.Offsets == nil {
		return v.String()
	}
	return fmt.Sprintf("%q", v.String())
}
