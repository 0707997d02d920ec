package match

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/eval"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/engine/state"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// Judge says what becomes of the rows of one key. It is for one goroutine.
type Judge struct {
	rule    *program.Rule
	shape   *column.Shape
	terms   []*comparer
	pair    bool
	counts  []int64 // rows of the key, by side
	bySide  []column.Row
	items   []state.Item
	summed  []summed
	asserts int
	alone   bool   // the last verdict was of at most one row per side: bySide
	found   *Diffs // what pairing adds the differences of pairs to
	pairs   pairing
}

// summed is a comparison whose terms are added up.
type summed struct {
	index int
	units bool   // in a column
	wide  bool   // 128 bits
	has   []bool // by side: it has a term
	base  int
}

// NewJudge makes a judge of a rule's rows, packed by shape. env gives parameters their values.
func NewJudge(rule *program.Rule, shape *column.Shape, env eval.Env) (*Judge, error) {
	sides := len(rule.Sides)
	j := &Judge{
		rule: rule, shape: shape, pair: rule.Duplicates == program.Pair,
		counts: make([]int64, sides), bySide: make([]column.Row, sides),
		asserts: len(rule.Unique) + len(rule.Assert),
	}
	for i := range rule.Compare {
		c := &rule.Compare[i]
		t, err := newComparer(rule, shape, i, env)
		if err != nil {
			return nil, fmt.Errorf("comparison %s: %w", c.Name, err)
		}
		j.terms = append(j.terms, t)
		if Summed(c.Type) {
			s := summed{index: i, units: shape.Terms[i].Units, wide: c.Type.Layout() == schema.Int128, base: c.Base}
			for _, e := range c.Terms {
				s.has = append(s.has, e != nil)
			}
			j.summed = append(j.summed, s)
		}
	}
	return j, nil
}

// NewCounts makes counts of zero for the judge's rule.
func (j *Judge) NewCounts() *Counts { return NewCounts(len(j.counts), len(j.terms), j.asserts) }

// Summed reports whether the terms of a comparison are added up.
func (j *Judge) Summed(comparison int) bool { return Summed(j.rule.Compare[comparison].Type) }

// Sum adds the numbers of a row to sums.
func (j *Judge) Sum(sums *Sums, r column.Sided) {
	for i := range j.summed {
		t := &j.summed[i]
		if j.shape.State(r.Row, t.index) == column.Present {
			sums.Of(t.index, r.Side, j.unit(t, r.Row)).Add(j.shape.Num(r.Row, t.index))
		}
	}
}

func (j *Judge) unit(t *summed, r column.Row) []byte {
	if !t.units {
		return nil
	}
	return j.shape.Unit(r, t.index)
}

// diff adds the differences of each side from the base, among sides that have one row.
func (j *Judge) diff(to *Diffs, bySide []column.Row) {
	for i := range j.summed {
		t := &j.summed[i]
		base := bySide[t.base]
		if base == nil || j.shape.State(base, t.index) != column.Present {
			continue
		}
		for side, r := range bySide {
			if side != t.base && r != nil && j.shape.State(r, t.index) == column.Present &&
				bytes.Equal(j.unit(t, r), j.unit(t, base)) {
				to.add(t.index, side, j.unit(t, r), j.shape.Num(r, t.index), j.shape.Num(base, t.index))
			}
		}
	}
}

// Tally counts a group whose outcome and items somebody else worked out: the state, of rows of one key from several
// windows, or of a row of its own.
func (j *Judge) Tally(c *Counts, rows []column.Sided, outcome result.Outcome, items []state.Item) {
	j.count(rows)
	if outcome == result.Pending {
		for side, n := range j.counts {
			c.Pending[side] += min(n, 1)
		}
	} else {
		c.verdict(outcome, items)
	}
	if outcome == result.Matched && j.several() { // pairs of a key that repeats
		c.Matched += j.counts[0] - 1
	}
	if keyed := outcome != result.Unkeyed && outcome != result.Breach; keyed && !j.several() {
		clear(j.bySide)
		for _, r := range rows {
			j.bySide[r.Side] = r.Row
		}
		j.diff(c.Diffs, j.bySide)
	}
	for _, r := range rows {
		c.Rows[r.Side][outcome]++
		j.Sum(c.Sums, r)
	}
}

// tooMany is the error for a key with more rows than can be paired.
func tooMany(shape *column.Shape, rows []column.Sided) error {
	var key, sides []string
	for _, f := range shape.KeyFields(shape.Key(rows[0].Row)) {
		key = append(key, f.Name+" "+strconv.Quote(f.Value.String()))
	}
	for side, s := range shape.Sides {
		if slices.ContainsFunc(rows, func(r column.Sided) bool { return r.Side == side }) {
			sides = append(sides, s.Name)
		}
	}
	return fmt.Errorf("the key %s has too many rows in %s to pair them; add what tells them apart to the key, or leave out duplicates = \"pair\"",
		strings.Join(key, ", "), strings.Join(sides, " and "))
}

// Verdict is what became of the rows of one key. Its slices are the judge's own and valid until its next
// verdict. Paired, nil unless duplicates are paired, marks the rows that found their partners; Outcome
// and Items speak of the others, and Pairs counts the former.
type Verdict struct {
	Outcome result.Outcome
	Items   []state.Item
	Paired  []bool
	Pairs   int64
}

// Matched reports whether row i of the group found its partners.
func (v *Verdict) Matched(i int) bool {
	if v.Paired != nil {
		return v.Paired[i]
	}
	return v.Outcome == result.Matched
}

// Group judges the rows of one key, ordered by side.
func (j *Judge) Group(rows []column.Sided) (Verdict, error) {
	j.count(rows)
	j.alone = false
	if !j.several() {
		outcome, items, err := j.single(rows)
		return Verdict{Outcome: outcome, Items: items}, err
	}
	if !j.pair {
		return Verdict{Outcome: result.Duplicate, Items: j.duplicate()}, nil
	}
	return j.pairUp(rows)
}

func (j *Judge) count(rows []column.Sided) {
	clear(j.counts)
	for _, r := range rows {
		j.counts[r.Side]++
	}
}

func (j *Judge) several() bool {
	return slices.ContainsFunc(j.counts, func(n int64) bool { return n > 1 })
}

// duplicate has an item for each side that has several rows.
func (j *Judge) duplicate() []state.Item {
	j.items = j.items[:0]
	for side, n := range j.counts {
		if n > 1 {
			j.items = append(j.items, state.Item{Outcome: result.Duplicate, Name: side})
		}
	}
	return j.items
}

// single judges at most one row per side.
func (j *Judge) single(rows []column.Sided) (result.Outcome, []state.Item, error) {
	clear(j.bySide)
	for _, r := range rows {
		j.bySide[r.Side] = r.Row
	}
	j.items = j.items[:0]
	j.alone = true
	for side, r := range j.bySide {
		if r == nil {
			j.items = append(j.items, state.Item{Outcome: result.Missing, Name: side})
		}
	}
	outcome := result.Matched
	if len(j.items) > 0 {
		outcome = result.Missing
	}
	if len(rows) > 1 {
		for i, c := range j.terms {
			agrees, err := c.agrees(j.bySide)
			if err != nil {
				return 0, nil, err
			}
			if !agrees {
				j.items = append(j.items, state.Item{Outcome: result.Mismatch, Name: i})
			}
		}
	}
	if outcome == result.Matched && len(j.items) > 0 {
		outcome = result.Mismatch
	}
	return outcome, j.items, nil
}

// agree reports whether all comparisons agree between one row of each of some sides, but those that depend on the
// others.
func (j *Judge) agree(bySide []column.Row, exact bool) (bool, error) {
	for _, c := range j.terms {
		if !c.decided(bySide) {
			continue
		}
		ok, err := c.same(bySide), error(nil)
		if !ok && !exact {
			ok, err = c.agrees(bySide)
		}
		if !ok || err != nil {
			return false, err
		}
	}
	return true, nil
}
