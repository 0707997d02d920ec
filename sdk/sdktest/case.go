package sdktest

import (
	"errors"
	"strings"
	"testing"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
)

func testCase(t *testing.T, src sdk.Source, c Case) {
	t.Helper()
	shape, err := src.Columns(t.Context(), c.Config)
	req := sdk.ReadRequest{Config: c.Config, Columns: c.Columns, Zone: c.Zone}
	if req.Columns == nil {
		req.Columns = shape.Columns
	}
	got := 0
	if err == nil {
		err = src.Read(t.Context(), req, func(b *batch.Batch) error { got += b.Rows; return b.Check() })
	}
	if c.Setting != "" {
		var e *sdk.Error
		if !errors.As(err, &e) || e.Setting != c.Setting || !strings.Contains(err.Error(), c.Message) {
			t.Errorf("got error %v, want one that names the setting %s and says %q", err, c.Setting, c.Message)
		}
		return
	}
	want, perr := parseRows(c.Rows, req.Columns)
	if err != nil || perr != nil || got != len(want) {
		t.Errorf("got %d rows and errors %v, %v, want %d rows", got, err, perr, len(want))
	}
}
