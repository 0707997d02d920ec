package sdktest

import (
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/checksum"
	"github.com/recon-lang/recon/sdk/pushdown"
	"github.com/recon-lang/recon/sdk/schema"
)

// testCompare has the source compare the rows with themselves, with each column as the key in turn, and each other with itself or another of its
// kind, and holds what it says against the rows.
func (s *subject) testCompare(t *testing.T) {
	claimer, ok := s.src.(sdk.Claimer)
	if !ok {
		return
	}
	read := s.req
	read.BadRows = true
	if claimer.Claim(read).Database == "" {
		return
	}
	source, ok := s.src.(sdk.Snapshotter)
	if !ok {
		t.Fatal("the source names a database, and is no sdk.Snapshotter")
	}
	var encoded []checksum.Column
	var others []checksum.Other
	for _, c := range s.req.Columns {
		if _, ok := checksum.Letter(c.Type.Kind); ok {
			encoded = append(encoded, checksum.Column{Column: c, As: c.Type})
		} else {
			others = append(others, checksum.Other{Column: c})
		}
	}
	if len(encoded) > 0 {
		s.testOwnErrorCompared(t, source, read, encoded[0])
	}
	for i, key := range encoded {
		for variant, bounds := range boundsTried {
			if i > 0 && variant != i%len(boundsTried) { // each costs a connection
				continue
			}
			side := pushdown.Side{Key: []checksum.Column{key}, Others: others}
			req := pushdown.Request{Sides: []pushdown.Side{side, side}, Sample: 1 << 40}
			for j, c := range encoded {
				if j == i {
					continue
				}
				first, second, as := c, encoded[(j+variant)%len(encoded)], c.As
				a, _ := checksum.Letter(first.As.Kind)
				if b, _ := checksum.Letter(second.As.Kind); a != b {
					second = first
				}
				if as.Kind == schema.Decimal || second.As.Kind == schema.Decimal {
					as = schema.Type{Kind: schema.Decimal, Precision: 38, Scale: max(checksum.Scale(first.As), checksum.Scale(second.As))}
				} else if a == 't' {
					as = schema.Type{Kind: schema.String}
				}
				first.As, second.As = as, as
				first.Total = as.Kind == schema.Integer || as.Kind == schema.Decimal
				second.Total = first.Total
				req.Sides[0].Values, req.Sides[1].Values = append(req.Sides[0].Values, first), append(req.Sides[1].Values, second)
				agree := pushdown.Agreement{Base: variant % 2, All: variant%2 == 1}
				if a == 'd' || a == 'a' || a == 'i' {
					agree.Bounds = bounds
				}
				req.Agree = append(req.Agree, agree)
			}
			t.Run(fmt.Sprintf("%s/%d", key.Column.Name, variant), func(t *testing.T) {
				err := source.Snapshot(t.Context(), read, func(snap sdk.Snapshot) error { return s.holdCompare(t, snap, read, req) })
				if err != nil {
					t.Errorf("Compare: %v", err)
					s.errs = append(s.errs, err)
				}
			})
		}
	}
}

// testOwnErrorCompared looks whether the host's own error, at the first rows, ends a comparison and comes back as itself.
func (s *subject) testOwnErrorCompared(t *testing.T, source sdk.Snapshotter, read sdk.ReadRequest, key checksum.Column) {
	side := pushdown.Side{Key: []checksum.Column{key}}
	own := errors.New("the host has seen enough")
	asked := false
	err := source.Snapshot(t.Context(), read, func(snap sdk.Snapshot) error {
		comparing, ok := snap.(sdk.Comparing)
		if !ok {
			return nil
		}
		_, err := comparing.Compare(t.Context(), read, pushdown.Request{Sides: []pushdown.Side{side, side}, Sample: 1 << 40}, func(pushdown.Of, *batch.Batch) error {
			asked = true
			return own
		})
		return err
	})
	if asked && !errors.Is(err, own) {
		t.Errorf("an error of the host ends a comparison as %v", err)
	}
}

// boundsTried are the tolerances of the comparisons that are tried.
var boundsTried = [][]pushdown.Bound{
	nil,
	{{Times: big.NewInt(1), Limit: big.NewInt(1)}},
	{{Times: big.NewInt(1), Limit: big.NewInt(86_400_000_000)}, {Relative: true, Times: big.NewInt(100), Limit: big.NewInt(1)}},
	{{Relative: true, Times: big.NewInt(3), Limit: big.NewInt(7)}},
}

// holdCompare compares what a snapshot says with what the source delivers. Values that it refuses are left out, one by one.
func (s *subject) holdCompare(t *testing.T, snap sdk.Snapshot, read sdk.ReadRequest, req pushdown.Request) error {
	comparing, ok := snap.(sdk.Comparing)
	if !ok {
		t.Error("the source names a database, and its snapshots are no sdk.Comparing")
		return nil
	}
	var got, sample [2]map[string]int
	var counts [2]int64
	ask := func(req pushdown.Request) (pushdown.Result, error) {
		counts = [2]int64{}
		for i := range got {
			got[i], sample[i] = map[string]int{}, map[string]int{}
		}
		return comparing.Compare(t.Context(), read, req, func(of pushdown.Of, b *batch.Batch) error {
			if err := checkBatch(b, read); err != nil {
				return err
			}
			for row := range b.Rows {
				if of.Sample {
					sample[of.Side][rowText(b, row)]++
				} else {
					counts[of.Side]++
				}
				got[of.Side][rowText(b, row)]++
			}
			return nil
		})
	}
	result, err := ask(req)
	for err == nil && result.Refused != "" {
		less := withoutOne(req, func(less pushdown.Request) bool {
			again, failed := ask(less)
			err = failed
			return failed == nil && again.Refused != result.Refused
		})
		if len(less.Agree) == len(req.Agree) {
			return err // the key, or all: a refusal is no fault
		}
		req = less
		result, err = ask(req)
	}
	if err != nil {
		return err
	}
	if err := result.Check(req); err != nil {
		t.Error(err)
		return nil
	}
	want, err := compareRows([2][]schema.Column{read.Columns, read.Columns}, req, func(_ int, columns []schema.Column, take func(*batch.Batch) error) error {
		again := read
		again.Columns = columns
		return s.src.Read(t.Context(), again, take)
	})
	if err != nil {
		return err
	}
	for side := range got {
		all, matched := map[string]int{}, map[string]int{}
		for _, r := range want.sides[side] {
			all[r.text()]++
		}
		for _, p := range want.pairs {
			matched[want.sides[side][p[side]].text()]++
		}
		if result.Rows[side] != int64(len(want.sides[side])) || result.Matched+counts[side] != result.Rows[side] {
			t.Errorf("side %d has %d rows and is said to have %d, of which %d match and %d were sent", side, len(want.sides[side]), result.Rows[side], result.Matched, counts[side])
		}
		if !maps.Equal(got[side], all) { // with all pairs in the sample, all rows are sent
			t.Errorf("side %d: other rows were sent than a read gives: %v, want %v", side, got[side], all)
		}
		for text, n := range sample[side] {
			if n > matched[text] {
				t.Errorf("side %d: a row is held for matched that is not: %q", side, text)
			}
		}
	}
	if told := want.result(); result.Matched == told.Matched {
		for i := range told.Totals {
			if a, b := totalText(&result.Totals[i]), totalText(&told.Totals[i]); a != b {
				t.Errorf("total %d is %s, of the rows delivered %s", i, a, b)
			}
		}
	} else if t.Logf("%d keys are said to match, and %d do", result.Matched, told.Matched); result.Matched > told.Matched {
		t.Error("more keys are said to match than do")
	}
	return nil
}

// withoutOne is req without the first value of which helps says that it is another matter then.
func withoutOne(req pushdown.Request, helps func(pushdown.Request) bool) pushdown.Request {
	for i := range req.Agree {
		less := pushdown.Request{Sample: req.Sample, Agree: slices.Delete(slices.Clone(req.Agree), i, i+1)}
		for _, side := range req.Sides {
			side.Values = slices.Delete(slices.Clone(side.Values), i, i+1)
			less.Sides = append(less.Sides, side)
		}
		if helps(less) {
			return less
		}
	}
	return req
}

func totalText(t *pushdown.Total) string {
	return fmt.Sprint(t.Sides[0], t.Sides[1], t.Difference, t.Distance)
}

// rowText is all values of a row, and which are bad.
func rowText(b *batch.Batch, row int) string {
	var r comparedRow
	for i := range b.Columns {
		r.row = append(r.row, b.Columns[i].Value(row))
	}
	for _, v := range b.Bad {
		if v.Row == row {
			r.bad = append(r.bad, v)
		}
	}
	return r.text()
}

func (r *comparedRow) text() string {
	var b strings.Builder
	for _, v := range r.row {
		if v.Null {
			b.WriteString("\x00null")
		} else {
			b.WriteString("\x00'" + v.String())
		}
	}
	for _, v := range r.bad {
		fmt.Fprintf(&b, "\x00%d %s %s", v.Column, v.Text, v.Reason)
	}
	return b.String()
}
