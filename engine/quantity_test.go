package engine

import (
	"testing"

	"github.com/recon-lang/recon/sdk/schema"
)

func TestParseQuantity(t *testing.T) {
	for _, c := range []struct {
		kind schema.Kind
		text string
		want string // "" means refused
	}{
		{schema.Percent, "0.1%", "0.001"}, {schema.Percent, "10bp", "0.0010"}, {schema.Percent, "5%", "0.05"}, {schema.Percent, "-1%", "-0.01"},
		{schema.Percent, "0.1", ""}, {schema.Percent, "%", ""}, {schema.Percent, "x%", ""}, {schema.Percent, "1h", ""}, {schema.Percent, "", ""},
		{schema.Duration, "30m", "30m0s"}, {schema.Duration, "7d", "168h0m0s"}, {schema.Duration, "1.5s", "1.5s"}, {schema.Duration, "2w", "336h0m0s"},
		{schema.Duration, "250ms", "250ms"}, {schema.Duration, "30", ""}, {schema.Duration, "5min", ""}, {schema.Duration, "h", ""},
		{schema.Duration, "0.0000001s", ""}, {schema.Duration, "99999999999999w", ""}, {schema.Duration, "1%", ""},
	} {
		v, err := parseQuantity(c.kind, c.text)
		got := ""
		if err == nil {
			got = v.String()
		}
		if got != c.want || err == nil && v.Type.Kind != c.kind {
			t.Errorf("%q: got %s %v, %v, want %q", c.text, v.Type, got, err, c.want)
		}
	}
}
