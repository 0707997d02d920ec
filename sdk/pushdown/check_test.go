package pushdown

import (
	"math/big"
	"testing"

	"github.com/recon-lang/recon/sdk/checksum"
	"github.com/recon-lang/recon/sdk/schema"
)

func TestCheck(t *testing.T) {
	n := big.NewInt
	side := Side{Values: []checksum.Column{{Total: true}, {}}}
	request := func(a Agreement) Request { return Request{Sides: []Side{side, side}, Agree: []Agreement{a, {}}} }
	within := Agreement{Bounds: []Bound{{Times: n(1), Limit: n(5)}}}
	where := Agreement{Where: [][]schema.Condition{nil, {{Op: schema.IsNull}}}}
	total := func(a, b, difference, distance *big.Int) []Total {
		return []Total{{Sides: [2]*big.Int{a, b}, Difference: difference, Distance: distance}}
	}
	for _, c := range []struct {
		name  string
		agree Agreement
		r     Result
		ok    bool
	}{
		{"the same", Agreement{}, Result{Rows: []int64{3, 4}, Matched: 3, Totals: total(n(7), n(7), n(0), n(0))}, true},
		{"nulls", Agreement{}, Result{Rows: []int64{3, 4}, Matched: 3, Totals: total(nil, nil, n(0), n(0))}, true},
		{"refused", Agreement{}, Result{Refused: "why"}, true},
		{"a null and a number", Agreement{}, Result{Rows: []int64{3, 4}, Matched: 3, Totals: total(n(0), nil, n(0), n(0))}, false},
		{"another sum", Agreement{}, Result{Rows: []int64{3, 4}, Matched: 3, Totals: total(n(7), n(8), n(0), n(0))}, false},
		{"a difference that may not be", Agreement{}, Result{Rows: []int64{3, 4}, Matched: 3, Totals: total(n(7), n(8), n(1), n(1))}, false},
		{"within bounds", within, Result{Rows: []int64{3, 4}, Matched: 3, Totals: total(n(7), n(8), n(1), n(3))}, true},
		{"distance below the difference", within, Result{Rows: []int64{3, 4}, Matched: 3, Totals: total(n(7), n(3), n(-4), n(3))}, false},
		{"another difference", within, Result{Rows: []int64{3, 4}, Matched: 3, Totals: total(n(7), n(8), n(-1), n(3))}, false},
		{"let go", where, Result{Rows: []int64{3, 4}, Matched: 3, Totals: total(nil, n(8), n(0), n(0))}, true},
		{"no differences", where, Result{Rows: []int64{3, 4}, Matched: 3, Totals: total(nil, n(8), nil, nil)}, false},
		{"more matched than rows", Agreement{}, Result{Rows: []int64{3, 4}, Matched: 4, Totals: total(n(7), n(7), n(0), n(0))}, false},
		{"fewer than none", Agreement{}, Result{Rows: []int64{3, 4}, Matched: -1, Totals: total(n(7), n(7), n(0), n(0))}, false},
		{"one side", Agreement{}, Result{Rows: []int64{3}, Matched: 1, Totals: total(n(7), n(7), n(0), n(0))}, false},
		{"no totals", Agreement{}, Result{Rows: []int64{3, 3}, Matched: 1}, false},
		{"a total too much", Agreement{}, Result{Rows: []int64{3, 3}, Matched: 1, Totals: append(total(n(7), n(7), n(0), n(0)), total(n(7), n(7), n(0), n(0))...)}, false},
	} {
		if err := c.r.Check(request(c.agree)); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
