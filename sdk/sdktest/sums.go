package sdktest

import (
	"errors"
	"slices"
	"testing"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/checksum"
	"github.com/recon-lang/recon/sdk/schema"
)

// testSums adds up with each column as the key in turn, and holds the sums against the rows.
func (s *subject) testSums(t *testing.T) {
	adds := s.about.Abilities.Checksum
	source, ok := s.src.(sdk.Snapshotter)
	if !adds {
		return
	}
	if !ok {
		t.Fatal("the source says that it has the ability Checksum, and is no sdk.Snapshotter")
	}
	var encoded []checksum.Column
	var others []checksum.Other
	for _, c := range s.req.Columns {
		if _, ok := checksum.Letter(c.Type.Kind); ok {
			as := c.Type
			if c.Type.Kind == schema.Decimal && c.Type.Precision < 37 { // a type that the values have to be converted to
				as.Precision, as.Scale = as.Precision+2, as.Scale+1
			}
			number := c.Type.Kind == schema.Integer || c.Type.Kind == schema.Decimal
			encoded = append(encoded, checksum.Column{Column: c, As: as, Total: number})
		} else {
			others = append(others, checksum.Other{Column: c})
		}
	}
	for i, key := range encoded {
		req := checksum.Request{Cut: key.Column, Key: []checksum.Column{key}, Others: others, Distinct: true}
		for j, c := range encoded {
			if j != i {
				req.Values = append(req.Values, c)
			}
		}
		t.Run(key.Column.Name, func(t *testing.T) {
			read := s.req
			read.BadRows = true
			err := source.Snapshot(t.Context(), read, func(snap sdk.Snapshot) error {
				return s.holdSums(t, snap, req)
			})
			if err != nil {
				t.Errorf("Snapshot: %v", err)
				s.errs = append(s.errs, err)
			}
		})
	}
	s.testOwnError(t, source)
}

// holdSums compares what a snapshot says with what it delivers. Columns that the source refuses are left out, one by one.
func (s *subject) holdSums(t *testing.T, snap sdk.Snapshot, req checksum.Request) error {
	survey, err := snap.Survey(t.Context(), req, 5)
	for err == nil && survey.Refused != "" {
		if len(req.Values) == 0 {
			return nil
		}
		// Which column is at fault only words say: without each of the values in turn.
		left := -1
		for i := range req.Values {
			less := req
			less.Values = slices.Delete(slices.Clone(req.Values), i, i+1)
			var again checksum.Survey
			if again, err = snap.Survey(t.Context(), less, 5); err != nil {
				return err
			}
			if again.Refused != survey.Refused {
				left, survey = i, again
				req = less
				break
			}
		}
		if left < 0 {
			return nil // the key, or all: a refusal is no fault
		}
	}
	if err != nil {
		return err
	}
	if !checksum.Ascending(survey.Cuts, req.Cut.Type) {
		t.Errorf("the cuts are not ascending values of the column: %v", survey.Cuts)
		return nil
	}
	req.Cuts = survey.Cuts
	req.To = req.Ranges()
	sums, err := snap.Sums(t.Context(), req)
	if err != nil {
		return err
	}
	if len(sums) != req.Ranges() {
		t.Errorf("got sums of %d ranges, want %d", len(sums), req.Ranges())
		return nil
	}
	a := newAdder(req)
	if err := s.addDelivered(t, a, req); err != nil {
		return err
	}
	keys := map[string]bool{}
	for i, want := range a.result() {
		got := sums[i]
		rows := int64(0)
		err := snap.Read(t.Context(), req.Between(i, i+1), func(b *batch.Batch) error {
			rows += int64(b.Rows)
			return checkBatch(b, sdk.ReadRequest{Columns: s.req.Columns, BadRows: true})
		})
		if err != nil {
			return err
		}
		if rows != got.Rows || rows != want.Rows {
			t.Errorf("range %d of %v: %d rows are read, %d are added up, there are %d", i, req.Cuts, rows, got.Rows, want.Rows)
		}
		if got.Odd < want.Odd {
			t.Errorf("range %d: %d rows are odd, want at least %d", i, got.Odd, want.Odd)
		}
		if got.Odd != want.Odd {
			continue
		}
		if got.Check != want.Check || got.Keys != want.Keys {
			t.Errorf("range %d: the check of %d rows with %d keys is %x, of the rows delivered with %d keys %x", i, got.Rows, got.Keys, got.Check, want.Keys, want.Check)
		}
		for k := range want.Totals {
			if x, y := got.Totals[k], want.Totals[k]; (x == nil) != (y == nil) || x != nil && x.Cmp(y) != 0 {
				t.Errorf("range %d: total %d is %s, of the rows delivered %s", i, k, x, y)
			}
		}
		for key := range a.keys[i] {
			keys[key] = true
		}
		if survey.Unique && want.Keys != want.Rows-want.Odd {
			t.Errorf("range %d: the key is said to be unique, and %d rows have %d keys", i, want.Rows-want.Odd, want.Keys)
		}
	}
	if len(req.Cuts) > 1 { // some of the ranges, as a host asks at first
		req.From, req.To = 1, 2
		some, err := snap.Sums(t.Context(), req)
		if err != nil {
			return err
		}
		if len(some) != 1 || some[0].Rows != sums[1].Rows || some[0].Check != sums[1].Check {
			t.Errorf("range 1 alone adds up to %+v, among others to %+v", some, sums[1])
		}
	}
	return nil
}

// addDelivered adds up the rows as a read delivers them.
func (s *subject) addDelivered(t *testing.T, a *adder, req checksum.Request) error {
	read := s.req
	read.Columns, read.BadRows = a.wanted(), true
	return s.src.Read(t.Context(), read, func(b *batch.Batch) error {
		a.add(b)
		return nil
	})
}

// testOwnError looks whether the host's own error ends a snapshot and comes back as itself.
func (s *subject) testOwnError(t *testing.T, source sdk.Snapshotter) {
	own := errors.New("the host has seen enough")
	err := source.Snapshot(t.Context(), s.req, func(sdk.Snapshot) error { return own })
	if !errors.Is(err, own) {
		t.Errorf("an error of the host ends a snapshot as %v", err)
	}
}
