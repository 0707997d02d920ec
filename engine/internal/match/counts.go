package match

import (
	"iter"
	"slices"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/engine/state"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// Counts are what became of rows and keys. They add up in any order.
type Counts struct {
	Rows      [][]int64 // by side and result.Outcome
	Matched   int64     // keys; under duplicates = "pair", pairs
	Mismatch  int64     // keys
	By        []int64   // keys that fail a comparison and have all their sides, by comparison
	Missing   []int64   // keys, by the side that lacks them
	Duplicate []int64   // keys, by the side that repeats them
	Unkeyed   []int64   // rows, by side
	Pending   []int64   // keys, by the side that has rows: only the state knows of these
	Breach    []int64   // rows, by assertion: those of unique, then those of assert
	Sums      *Sums     // of all rows
	Diffs     *Diffs    // of keys that have one row on each of two sides
}

// NewCounts makes counts of zero.
func NewCounts(sides, comparisons, asserts int) *Counts {
	c := &Counts{
		By: make([]int64, comparisons), Missing: make([]int64, sides), Duplicate: make([]int64, sides),
		Unkeyed: make([]int64, sides), Pending: make([]int64, sides), Breach: make([]int64, asserts),
		Sums: NewSums(sides, comparisons), Diffs: &Diffs{Sum: NewSums(sides, comparisons), Abs: NewSums(sides, comparisons)},
	}
	for range sides {
		c.Rows = append(c.Rows, make([]int64, len(result.Outcomes)))
	}
	return c
}

// Add adds o.
func (c *Counts) Add(o *Counts) {
	for s := range c.Rows {
		addAll(c.Rows[s], o.Rows[s])
	}
	c.Matched += o.Matched
	c.Mismatch += o.Mismatch
	addAll(c.By, o.By)
	addAll(c.Missing, o.Missing)
	addAll(c.Duplicate, o.Duplicate)
	addAll(c.Unkeyed, o.Unkeyed)
	addAll(c.Pending, o.Pending)
	addAll(c.Breach, o.Breach)
	c.Sums.AddSums(o.Sums)
	c.Diffs.Sum.AddSums(o.Diffs.Sum)
	c.Diffs.Abs.AddSums(o.Diffs.Abs)
}

// clear makes the counts those of nothing again, in the same memory.
func (c *Counts) clear() {
	for _, list := range append(c.Rows[:len(c.Rows):len(c.Rows)], c.By, c.Missing, c.Duplicate, c.Unkeyed, c.Pending, c.Breach) {
		clear(list)
	}
	c.Matched, c.Mismatch = 0, 0
	for _, sums := range []*Sums{c.Sums, c.Diffs.Sum, c.Diffs.Abs} {
		sums.clear()
	}
}

func addAll(to, from []int64) {
	for i, n := range from {
		to[i] += n
	}
}

// RowsOf is how many rows of a side were counted, whatever became of them.
func (c *Counts) RowsOf(side int) int64 {
	n := int64(0)
	for _, k := range c.Rows[side] {
		n += k
	}
	return n
}

// Side is the row counts of one side; Read and Carried are not among them.
func (c *Counts) Side(side int) result.Side {
	var s result.Side
	for o, n := range c.Rows[side] {
		s.Add(result.Outcome(o), n)
	}
	return s
}

// verdict counts the key of a group.
func (c *Counts) verdict(outcome result.Outcome, items []state.Item) {
	switch outcome {
	case result.Matched:
		c.Matched++
	case result.Mismatch:
		c.Mismatch++
	}
	for _, item := range items {
		switch item.Outcome {
		case result.Mismatch:
			if outcome == result.Mismatch {
				c.By[item.Name]++
			}
		case result.Missing:
			c.Missing[item.Name]++
		case result.Duplicate:
			c.Duplicate[item.Name]++
		case result.Unkeyed:
			c.Unkeyed[item.Name]++
		case result.Breach:
			c.Breach[item.Name]++
		}
	}
}

// Sums are exact sums of the numbers that are compared: by comparison, side and unit. The unit of numbers whose unit is
// fixed is "". Floats are not summed: their sum would depend on the order of rows.
type Sums struct {
	sides int
	cells []cell // comparison by comparison, in it side by side
}

// cell is the sums of one comparison and side by unit. Most have one unit, and no need of a map.
type cell struct {
	last  *unitSum // that was asked for last, because most rows have the same
	first *unitSum
	more  map[string]*unitSum // of other units than the first
}

type unitSum struct {
	unit string
	sum  column.Sum
}

// of is the sum in a unit, or nil.
func (c *cell) of(unit string) *unitSum {
	if c.first == nil || c.first.unit == unit {
		return c.first
	}
	return c.more[unit]
}

// all are the sums by unit, in no order.
func (c *cell) all() iter.Seq2[string, *column.Sum] {
	return func(yield func(string, *column.Sum) bool) {
		if c.first == nil || !yield(c.first.unit, &c.first.sum) {
			return
		}
		for unit, u := range c.more {
			if !yield(unit, &u.sum) {
				return
			}
		}
	}
}

// NewSums makes empty sums.
func NewSums(sides, comparisons int) *Sums {
	return &Sums{sides: sides, cells: make([]cell, sides*comparisons)}
}

func (s *Sums) clear() { clear(s.cells) }

// Of is the sum of a comparison's terms of a side in a unit, to add to.
func (s *Sums) Of(comparison, side int, unit []byte) *column.Sum {
	c := &s.cells[comparison*s.sides+side]
	if c.last != nil && c.last.unit == string(unit) {
		return &c.last.sum
	}
	if c.last = c.of(string(unit)); c.last != nil {
		return &c.last.sum
	}
	c.last = &unitSum{unit: string(unit)}
	switch {
	case c.first == nil:
		c.first = c.last
	case c.more == nil:
		c.more = map[string]*unitSum{c.last.unit: c.last}
	default:
		c.more[c.last.unit] = c.last
	}
	return &c.last.sum
}

// Units are the units in which a comparison has sums, sorted.
func (s *Sums) Units(comparison int) []string {
	var units []string
	for side := range s.sides {
		for u := range s.cells[comparison*s.sides+side].all() {
			if !slices.Contains(units, u) {
				units = append(units, u)
			}
		}
	}
	slices.Sort(units)
	return units
}

// Get is a sum; ok is false if nothing was added to it.
func (s *Sums) Get(comparison, side int, unit string) (column.Sum, bool) {
	u := s.cells[comparison*s.sides+side].of(unit)
	if u == nil {
		return column.Sum{}, false
	}
	return u.sum, true
}

// AddSums adds all sums of o.
func (s *Sums) AddSums(o *Sums) {
	for i := range o.cells {
		for unit, sum := range o.cells[i].all() {
			s.Of(i/s.sides, i%s.sides, []byte(unit)).AddSum(*sum)
		}
	}
}

// Differ names the first comparison, side and unit whose sums are not the same in s and o.
func (s *Sums) Differ(o *Sums) (comparison, side int, unit string, differ bool) {
	for i := range s.cells {
		for _, pair := range [2][2]*Sums{{s, o}, {o, s}} {
			for unit := range pair[0].cells[i].all() {
				a, _ := pair[0].Get(i/s.sides, i%s.sides, unit)
				b, _ := pair[1].Get(i/s.sides, i%s.sides, unit)
				if a != b {
					return i / s.sides, i % s.sides, unit, true
				}
			}
		}
	}
	return 0, 0, "", false
}

// Scale is the scale of numbers of type t.
func Scale(t schema.Type) int32 {
	if t.Kind == schema.Decimal {
		return t.Scale
	}
	return 0
}

// Summed reports whether a comparison of type t has sums.
func Summed(t schema.Type) bool { return t.Kind == schema.Integer || t.Kind == schema.Decimal }

// Diffs are sums of side minus base, and of their absolute values, over keys that have one row on both. What
// is of two units has no difference.
type Diffs struct {
	Sum, Abs *Sums
}

func (d *Diffs) add(comparison, side int, unit []byte, of, base decimal.Num) {
	var diff column.Sum
	diff.Add(of)
	var b column.Sum
	b.Add(base)
	diff.Sub(b)
	if diff.Sign() == 0 {
		return
	}
	d.Sum.Of(comparison, side, unit).AddSum(diff)
	if diff.Sign() < 0 {
		diff.Negate()
	}
	d.Abs.Of(comparison, side, unit).AddSum(diff)
}
