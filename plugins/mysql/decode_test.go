package mysql

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/recon-lang/recon/plugins/internal/sqltest"
	"github.com/recon-lang/recon/sdk/batch"
)

// TestDecodersAreTheLanguage holds what decoders read by themselves against what the language reads, over texts that servers print and others.
func TestDecodersAreTheLanguage(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	digits := rapid.StringMatching(`-?[0-9]{0,3}0{0,16}[0-9]{0,3}`)
	texts := map[string]*rapid.Generator[string]{
		"integer": rapid.OneOf(digits, rapid.StringMatching(`[-+]?[0-9x ]{0,20}`)),
		"decimal": rapid.OneOf(rapid.StringMatching(`-?[0-9]{1,16}\.[0-9]{2}`), rapid.StringMatching(`[-+]?[0-9]{0,17}\.?[0-9e.]{0,4}`), digits),
		"time": rapid.Custom(func(t *rapid.T) string {
			at := time.Date(2026, 10, 24+rapid.IntRange(0, 2).Draw(t, "day"), 0, 0, 0, rapid.IntRange(0, 999999).Draw(t, "µs")*1000, time.UTC).Add(time.Duration(rapid.IntRange(0, 86399).Draw(t, "second")) * time.Second)
			text := []byte(at.Format(rapid.SampledFrom([]string{"2006-01-02 15:04:05", "2006-01-02 15:04:05.000000", "2006-01-02 15:04:05.000", "2006-01-02", "2006-01-02 15:04"}).Draw(t, "form")))
			if rapid.IntRange(0, 4).Draw(t, "wrong") == 0 {
				text[rapid.IntRange(0, len(text)-1).Draw(t, "at")] = rapid.SampledFrom([]byte("09: .-xT")).Draw(t, "sign")
			}
			return string(text)
		}),
	}
	for _, c := range []struct{ kind, want string }{{"integer", "integer"}, {"decimal", "decimal(18, 2)"}, {"decimal", "decimal(6, 2)"}, {"decimal", "decimal(38, 10)"}, {"decimal", "decimal(9, 0)"}, {"time", "timestamp"}} {
		want := sqltest.Column("c", c.want).Type
		f := field{family: map[string]family{"integer": whole, "decimal": numeric, "time": civilTime}[c.kind]}
		decode := decoderFor(f, want, batch.NewZone(berlin), clock{zone: time.UTC})
		rapid.Check(t, func(t *rapid.T) {
			text := texts[c.kind].Draw(t, "text")
			got, plain := batch.NewBuilder(want), batch.NewBuilder(want)
			problem := decode(got.Column(0), []byte(text))
			expected := plain.Column(0).AppendText([]byte(text), batch.NewZone(berlin))
			if (problem == "") != (expected == "") {
				t.Fatalf("%q as %s is %q, want %q", text, want, problem, expected)
			}
			if problem == "" {
				if g, w := fmt.Sprint(got.Column(0).Value(0)), fmt.Sprint(plain.Column(0).Value(0)); g != w {
					t.Fatalf("%q as %s is %s, want %s", text, want, g, w)
				}
			}
		})
	}
}
