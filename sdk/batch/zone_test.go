package batch

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestZoneIsTheFirstInstantAtOrAfter holds Zone against its definition: the first instant whose civil time
// is the given one or later, which settles gaps and folds alike.
func TestZoneIsTheFirstInstantAtOrAfter(t *testing.T) {
	changes := map[string][]string{
		"America/New_York":    {"2026-03-08T07:00:00Z", "2026-11-01T06:00:00Z"},
		"Australia/Lord_Howe": {"2026-10-03T15:30:00Z", "2026-04-04T15:00:00Z"}, // by half an hour
		"Pacific/Apia":        {"2011-12-30T10:00:00Z"},                         // a day that was left out
		"Asia/Shanghai":       {"1991-09-14T15:00:00Z", "2026-01-01T00:00:00Z"},
	}
	for name, instants := range changes {
		loc, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		civil := func(micros int64) int64 {
			at := time.UnixMicro(micros).In(loc)
			_, offset := at.Zone()
			return micros + int64(offset)*1e6
		}
		t.Run(name, func(t *testing.T) {
			zone := NewZone(loc)
			rapid.Check(t, func(t *rapid.T) {
				change, err := time.Parse(time.RFC3339, rapid.SampledFrom(instants).Draw(t, "change"))
				if err != nil {
					t.Fatal(err)
				}
				c := civil(change.UnixMicro()) + rapid.Int64Range(-30*3600, 30*3600).Draw(t, "seconds")*1e6 + rapid.Int64Range(-2, 2).Draw(t, "micros")
				got := zone.Instant(c)
				if civil(got) < c {
					t.Fatalf("Instant(%s) = %s, which is before it", time.UnixMicro(c).UTC(), time.UnixMicro(got).In(loc))
				}
				for _, earlier := range []int64{1, 1e6, 1800e6, 3600e6, 86400e6} {
					if civil(got-earlier) >= c {
						t.Fatalf("Instant(%s) = %s, but %d µs before it would do", time.UnixMicro(c).UTC(), time.UnixMicro(got).In(loc), earlier)
					}
				}
			})
		})
	}
}
