package sqltest

import (
	"testing"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/checksum"
	"github.com/recon-lang/recon/sdk/schema"
)

// EvenCuts cuts a table of so many rows by its key and adds the ranges up. What is read of a large table to find cuts is a sample, so that ranges are
// not of one size; but none is far larger or smaller than another.
func EvenCuts(t *testing.T, src sdk.Snapshotter, cfg schema.Config, key schema.Column, rows int) {
	t.Helper()
	req := checksum.Request{Cut: key, Key: []checksum.Column{{Column: key, As: key.Type}}}
	err := src.Snapshot(t.Context(), sdk.ReadRequest{Config: cfg, Columns: []schema.Column{key}}, func(s sdk.Snapshot) error {
		survey, err := s.Survey(t.Context(), req, 9)
		if err != nil {
			return err
		}
		if len(survey.Cuts) != 7 {
			t.Errorf("%d rows: got %+v", rows, survey)
		}
		req.Cuts, req.To = survey.Cuts, len(survey.Cuts)+2
		sums, err := s.Sums(t.Context(), req)
		if err != nil {
			return err
		}
		all := 0
		for i, sum := range sums[:len(sums)-1] { // the last is of null keys
			all += int(sum.Rows)
			if even := rows / 8; int(sum.Rows) < even/8 || int(sum.Rows) > even*4 {
				t.Errorf("range %d of %d rows has %d, want about %d", i, rows, sum.Rows, even)
			}
		}
		if all != rows {
			t.Errorf("%d rows are added up of %d", all, rows)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
