package pushdown

import (
	"errors"
	"math/big"
)

var errWrong = errors.New("what the source says of a comparison cannot be")

// Check reports a result that cannot be, whatever the rows: one that has not the shape that req asks for, or whose numbers contradict each
// other. A refusal has nothing to be checked.
func (r *Result) Check(req Request) error {
	if r.Refused != "" {
		return nil
	}
	if len(r.Rows) != 2 || r.Matched < 0 || r.Matched > r.Rows[0] || r.Matched > r.Rows[1] {
		return errWrong
	}
	at := 0
	for i, a := range req.Agree {
		if !req.Sides[0].Values[i].Total {
			continue
		}
		if at == len(r.Totals) || !r.Totals[at].possible(&a) {
			return errWrong
		}
		at++
	}
	if at != len(r.Totals) {
		return errWrong
	}
	return nil
}

// possible reports whether sums over rows that match can be: what must be the same has the same sum, and a difference is one of the sums as long as no
// condition lets values go that are not compared, a null beside a number among them.
func (t *Total) possible(a *Agreement) bool {
	if t.Difference == nil || t.Distance == nil || t.Distance.CmpAbs(t.Difference) < 0 || t.Distance.Sign() < 0 {
		return false
	}
	if a.Strict() && t.Distance.Sign() != 0 {
		return false
	}
	for _, conditions := range a.Where {
		if len(conditions) > 0 {
			return true
		}
	}
	if t.Sides[0] == nil || t.Sides[1] == nil {
		return t.Sides[0] == t.Sides[1] && t.Distance.Sign() == 0
	}
	return new(big.Int).Sub(t.Sides[1], t.Sides[0]).Cmp(t.Difference) == 0
}
