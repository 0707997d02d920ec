package match

import (
	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/result"
)

// Repeats finds the rows of one side whose key another row has too. It is for one goroutine.
type Repeats struct {
	find finder
	row  func(r column.Sided, repeated bool) error
	err  error
}

// NewRepeats makes a Repeats that hands each row over, once. The place of a row's hash may hold anything.
func NewRepeats(shape *column.Shape, pool *column.Pool, dir *column.Dir, limit int64, row func(r column.Sided, repeated bool) error) *Repeats {
	f := &Repeats{row: row}
	f.find = finder{shape: shape, sides: 1, pool: pool, dir: dir, limit: limit, tell: f}
	return f
}

// Store goes through all partitions of a store.
func (f *Repeats) Store(s *column.Store, bits uint) error {
	for i := range s.Partitions() {
		if err := f.find.partition(s, i, 0, bits); err != nil {
			return err
		}
		if f.err != nil {
			return f.err
		}
	}
	return nil
}

func (f *Repeats) unkeyed(r column.Sided) error      { return f.row(r, false) }
func (f *Repeats) looseUnkeyed(r column.Sided) error { return f.row(r, false) }

func (f *Repeats) uniform(r column.Row) {
	if err := f.row(column.Sided{Row: r}, false); err != nil && f.err == nil {
		f.err = err
	}
}

func (f *Repeats) notUniform(column.Row) {
	panic("match: a row was handed over before its key was known to be its own")
}

func (f *Repeats) group(rows []column.Sided, _ []column.Ref) error {
	for _, r := range rows {
		if err := f.row(r, len(rows) > 1); err != nil {
			return err
		}
	}
	return nil
}

func (f *Repeats) loose(rows []column.Sided) error          { return f.group(rows, nil) }
func (f *Repeats) repeated(r column.Sided) error            { return f.row(r, true) }
func (f *Repeats) repeatedEnd([]int64)                      {}
func (f *Repeats) partitionEnd(loaded *column.Loaded) error { return nil }

// Breaches counts a row of a rule over one side: what it breaches, by number, nothing if it is matched.
func (c *Counts) Breaches(names []int) {
	if len(names) == 0 {
		c.Matched++
		c.Rows[0][result.Matched]++
		return
	}
	c.Rows[0][result.Breach]++
	for _, n := range names {
		c.Breach[n]++
	}
}
