package match

import (
	"cmp"
	"slices"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/engine/state"
)

// pairing is what pairUp works with.
type pairing struct {
	sides  [][]int
	paired []bool
	left   []column.Sided
	bySide []column.Row
	steps  int
}

// maxPairSteps bounds the comparisons that pairing the rows of one key may take.
const maxPairSteps = 50_000_000

// pairUp pairs rows of a key that repeats: rows that are the same first, then, in order of time and
// values, rows that agree.
func (j *Judge) pairUp(rows []column.Sided) (Verdict, error) {
	p := &j.pairs
	p.paired = slices.Grow(p.paired[:0], len(rows))[:len(rows)]
	clear(p.paired)
	j.arrange(rows)
	v := Verdict{Paired: p.paired}
	if !slices.ContainsFunc(p.sides, func(side []int) bool { return len(side) == 0 }) {
		p.steps = 0
		if j.whole() {
			v.Pairs = j.pairSame(rows)
		} else {
			n, err := j.pairAgreeing(rows, true)
			if err != nil {
				return v, err
			}
			v.Pairs = n
		}
		n, err := j.pairAgreeing(rows, false)
		if err != nil {
			return v, err
		}
		v.Pairs += n
	}
	p.left = p.left[:0]
	for i, r := range rows {
		if !p.paired[i] {
			p.left = append(p.left, r)
		}
	}
	if len(p.left) == 0 {
		v.Outcome = result.Matched
		return v, nil
	}
	j.count(p.left)
	sides := 0
	for _, n := range j.counts {
		sides += int(min(n, 1))
	}
	var err error
	switch {
	case !j.several():
		v.Outcome, v.Items, err = j.single(p.left)
	case sides == 1:
		v.Outcome, j.items = result.Missing, j.items[:0]
		for side, n := range j.counts {
			if n == 0 {
				j.items = append(j.items, state.Item{Outcome: result.Missing, Name: side})
			}
		}
		v.Items = j.items
	default:
		v.Outcome, v.Items = result.Duplicate, j.duplicate()
	}
	return v, err
}

// arrange orders the rows of each side by time and values.
func (j *Judge) arrange(rows []column.Sided) {
	p := &j.pairs
	if p.sides == nil {
		p.sides, p.bySide = make([][]int, len(j.counts)), make([]column.Row, len(j.counts))
	}
	for s := range p.sides {
		p.sides[s] = p.sides[s][:0]
	}
	for i, r := range rows {
		p.sides[r.Side] = append(p.sides[r.Side], i)
	}
	for side, list := range p.sides {
		slices.SortFunc(list, func(a, b int) int {
			x, y := rows[a].Row, rows[b].Row
			s, _ := j.shape.Time(x, side)
			t, _ := j.shape.Time(y, side)
			if c := cmp.Compare(s, t); c != 0 {
				return c
			}
			return j.shape.CompareValues(side, x, y)
		})
	}
}

// pairSame pairs rows that are the same in all that is compared, one of each side at a time.
func (j *Judge) pairSame(rows []column.Sided) (pairs int64) {
	p := &j.pairs
	kinds := map[string][][]int{}
	for side, list := range p.sides {
		for _, i := range list {
			same, ok := column.AgreeBytes(rows[i].Row)
			if !ok {
				continue
			}
			kind := kinds[string(same)]
			if kind == nil {
				kind = make([][]int, len(p.sides))
			}
			kind[side] = append(kind[side], i)
			kinds[string(same)] = kind
		}
	}
	for _, kind := range kinds {
		n := len(kind[0])
		for _, list := range kind {
			n = min(n, len(list))
		}
		for _, list := range kind {
			for _, i := range list[:n] {
				p.paired[i] = true
			}
		}
		pairs += int64(n)
	}
	return pairs
}

// whole reports whether each comparison has a term, and a unit if it has units, on each side, so that rows that are the same are the same
// bytes.
func (j *Judge) whole() bool {
	for _, t := range j.terms {
		if slices.Contains(t.has, false) || j.shape.Terms[t.index].Units && slices.Contains(t.measured, false) {
			return false
		}
	}
	return true
}

// pairAgreeing gives each row of the first side, in order, the first rows of the others with which it agrees.
// Exact says that only what is the same agrees.
func (j *Judge) pairAgreeing(rows []column.Sided, exact bool) (pairs int64, err error) {
	p := &j.pairs
	for _, i := range p.sides[0] {
		if p.paired[i] {
			continue
		}
		clear(p.bySide)
		p.bySide[0] = rows[i].Row
		ok, err := j.partners(rows, 1, exact)
		if err != nil {
			return pairs, err
		}
		if ok {
			p.paired[i] = true
			pairs++
			if j.found != nil {
				j.diff(j.found, p.bySide)
			}
		}
	}
	return pairs, nil
}

// partners finds rows of side and those after it that agree with the rows chosen so far.
func (j *Judge) partners(rows []column.Sided, side int, exact bool) (bool, error) {
	p := &j.pairs
	if side == len(p.sides) {
		return true, nil
	}
	for _, i := range p.sides[side] {
		if p.paired[i] {
			continue
		}
		if p.steps++; p.steps > maxPairSteps {
			return false, tooMany(j.shape, rows)
		}
		p.bySide[side] = rows[i].Row
		ok, err := j.agree(p.bySide, exact)
		if ok && err == nil {
			ok, err = j.partners(rows, side+1, exact)
		}
		if err != nil {
			return false, err
		}
		if ok {
			p.paired[i] = true
			return true, nil
		}
		p.bySide[side] = nil
	}
	return false, nil
}
