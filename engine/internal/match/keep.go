package match

import (
	"encoding/json"
	"fmt"

	"github.com/recon-lang/recon/engine/internal/column"
)

// keptSums are sums as they are kept for a run that goes on with another.
type keptSums struct {
	Sides int       `json:"sides"`
	Cells int       `json:"cells"`
	Sums  []keptSum `json:"sums,omitempty"`
}

type keptSum struct {
	Cell int    `json:"cell"`
	Unit []byte `json:"unit,omitempty"` // any bytes that were read
	Sum  []byte `json:"sum"`
}

// MarshalJSON is s as UnmarshalJSON reads it.
func (s *Sums) MarshalJSON() ([]byte, error) {
	kept := keptSums{Sides: s.sides, Cells: len(s.cells)}
	for i := range s.cells {
		for unit, sum := range s.cells[i].all() {
			var b [column.SumSize]byte
			sum.Put(b[:])
			kept.Sums = append(kept.Sums, keptSum{i, []byte(unit), b[:]})
		}
	}
	return json.Marshal(kept)
}

// UnmarshalJSON makes s what MarshalJSON wrote.
func (s *Sums) UnmarshalJSON(b []byte) error {
	var kept keptSums
	if err := json.Unmarshal(b, &kept); err != nil {
		return err
	}
	if kept.Sides <= 0 || kept.Cells < 0 || kept.Cells%kept.Sides != 0 {
		return fmt.Errorf("sums of %d cells for %d sides", kept.Cells, kept.Sides)
	}
	*s = *NewSums(kept.Sides, kept.Cells/kept.Sides)
	for _, k := range kept.Sums {
		if k.Cell < 0 || k.Cell >= kept.Cells || len(k.Sum) != column.SumSize {
			return fmt.Errorf("a sum of cell %d of %d", k.Cell, kept.Cells)
		}
		s.Of(k.Cell/kept.Sides, k.Cell%kept.Sides, k.Unit).AddSum(column.SumAt(k.Sum))
	}
	return nil
}

// Fits reports whether c counts the same things as o, so that they can be added.
func (c *Counts) Fits(o *Counts) bool {
	same := len(c.Rows) == len(o.Rows) && len(c.By) == len(o.By) && len(c.Missing) == len(o.Missing) && len(c.Duplicate) == len(o.Duplicate) &&
		len(c.Unkeyed) == len(o.Unkeyed) && len(c.Pending) == len(o.Pending) && len(c.Breach) == len(o.Breach) &&
		c.Sums.Fits(o.Sums) && c.Diffs.Sum.Fits(o.Diffs.Sum) && c.Diffs.Abs.Fits(o.Diffs.Abs)
	for i := range c.Rows {
		same = same && len(c.Rows[i]) == len(o.Rows[i])
	}
	return same
}

// Fits reports whether s has the sums that o has, so that they can be added.
func (s *Sums) Fits(o *Sums) bool {
	return s != nil && o != nil && s.sides == o.sides && len(s.cells) == len(o.cells)
}
