package schedule

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/recon-lang/recon/sdk/schema"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func date(t *testing.T, text string) schema.Value {
	t.Helper()
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t.Fatal(err)
	}
	return schema.Day(d.Unix() / 86400)
}

func TestPeriods(t *testing.T) {
	for _, c := range []struct {
		kind           Kind
		at, zone       string
		start, end     string
		hours          float64
		instantInstead bool
	}{
		{Day, "2026-11-20", "Asia/Shanghai", "2026-11-20T00:00:00+08:00", "2026-11-21T00:00:00+08:00", 24, false},
		{Day, "2026-03-08", "America/New_York", "2026-03-08T00:00:00-05:00", "2026-03-09T00:00:00-04:00", 23, false},
		{Day, "2026-11-01", "America/New_York", "2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-05:00", 25, false},
		{Day, "2018-11-04", "America/Sao_Paulo", "2018-11-04T01:00:00-02:00", "2018-11-05T00:00:00-02:00", 23, false}, // midnight is left out
		{Day, "2025-11-02", "America/Havana", "2025-11-02T00:00:00-04:00", "2025-11-03T00:00:00-05:00", 25, false},    // midnight comes twice
		{Day, "2011-12-30", "Pacific/Apia", "2011-12-31T00:00:00+14:00", "2011-12-31T00:00:00+14:00", 0, false},       // the day was left out
		{Week, "2026-11-22", "UTC", "2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z", 168, false},
		{Week, "2026-03-08", "America/New_York", "2026-03-02T00:00:00-05:00", "2026-03-09T00:00:00-04:00", 167, false},
		{Month, "2024-02-29", "UTC", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z", 29 * 24, false},
		{Month, "2026-01-31", "Asia/Shanghai", "2026-01-01T00:00:00+08:00", "2026-02-01T00:00:00+08:00", 31 * 24, false},
		{Month, "2026-12-01", "UTC", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z", 31 * 24, false},
		{Day, "2026-11-20T16:00:00Z", "Asia/Shanghai", "2026-11-21T00:00:00+08:00", "2026-11-22T00:00:00+08:00", 24, true},
		{Hour, "2026-11-01T05:30:00Z", "America/New_York", "2026-11-01T01:00:00-04:00", "2026-11-01T01:00:00-05:00", 1, true},
		{Hour, "2026-11-01T06:30:00Z", "America/New_York", "2026-11-01T01:00:00-05:00", "2026-11-01T02:00:00-05:00", 1, true},
		{Hour, "2026-11-20T06:10:00Z", "Asia/Kolkata", "2026-11-20T11:00:00+05:30", "2026-11-20T12:00:00+05:30", 1, true},
		{Hour, "2026-04-04T14:50:00Z", "Australia/Lord_Howe", "2026-04-05T01:00:00+11:00", "2026-04-05T01:30:00+10:30", 1, true},
		{Hour, "2026-04-04T15:10:00Z", "Australia/Lord_Howe", "2026-04-05T01:30:00+10:30", "2026-04-05T02:00:00+10:30", 0.5, true},
	} {
		at := schema.Value{}
		if c.instantInstead {
			instant, err := time.Parse(time.RFC3339, c.at)
			if err != nil {
				t.Fatal(err)
			}
			at = schema.Instant(instant)
		} else {
			at = date(t, c.at)
		}
		s, err := Period(c.kind, at, zone(t, c.zone))
		if err != nil {
			t.Fatalf("%s in %s: %v", c.at, c.zone, err)
		}
		if got, want := s.Start.Format(time.RFC3339)+" "+s.End.Format(time.RFC3339), c.start+" "+c.end; got != want {
			t.Errorf("period %d of %s in %s is %s, want %s", c.kind, c.at, c.zone, got, want)
		}
		if got := s.End.Sub(s.Start).Hours(); got != c.hours {
			t.Errorf("period %d of %s in %s has %v hours, want %v", c.kind, c.at, c.zone, got, c.hours)
		}
	}
}

func TestPeriodRefusals(t *testing.T) {
	for _, c := range []struct {
		kind Kind
		at   schema.Value
	}{{Hour, date(t, "2026-11-20")}, {Day, schema.Int(5)}, {Day, schema.Value{Type: schema.Type{Kind: schema.Date}, Null: true}}} {
		if s, err := Period(c.kind, c.at, nil); err == nil {
			t.Errorf("period %d around %s is %v, want a refusal", c.kind, c.at, s)
		}
	}
	if _, ok := KindOf("year"); ok {
		t.Error("there is a period year")
	}
	if k, ok := KindOf("week"); !ok || k != Week {
		t.Error("there is no period week")
	}
}

// TestPeriodsTileTime: every instant lies in the period around it, and each period ends where the next starts.
func TestPeriodsTileTime(t *testing.T) {
	names := []string{"UTC", "Asia/Shanghai", "America/New_York", "America/Sao_Paulo", "America/Havana", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "Asia/Tehran", "Europe/Lisbon"}
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		loc := zone(t, names[random.IntN(len(names))])
		at := time.Unix(random.Int64N(60*365*86400), random.Int64N(1e6)*1000)
		kind := Kind(1 + random.IntN(4))
		s, err := Period(kind, schema.Instant(at), loc)
		if err != nil {
			t.Fatal(err)
		}
		if !s.Contains(at) || !s.Start.Before(s.End) {
			t.Fatalf("%s in %s is not in its period %d from %s to %s", at.In(loc), loc, kind, s.Start, s.End)
		}
		for _, inner := range []time.Time{s.Start, s.End.Add(-time.Microsecond)} {
			if again, _ := Period(kind, schema.Instant(inner), loc); !again.Start.Equal(s.Start) || !again.End.Equal(s.End) {
				t.Fatalf("period %d of %s in %s is %v, but that of %s is %v", kind, inner, loc, again, at, s)
			}
		}
		next, _ := Period(kind, schema.Instant(s.End), loc)
		if !next.Start.Equal(s.End) {
			t.Fatalf("period %d after %s in %s starts at %s", kind, s.End, loc, next.Start)
		}
		if kind == Hour {
			continue
		}
		year, month, day := at.In(loc).Date()
		days := time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / 86400
		if byDate, _ := Period(kind, schema.Day(days), loc); !byDate.Start.Equal(s.Start) || !byDate.End.Equal(s.End) {
			t.Fatalf("period %d of day %d in %s is %v, but that of %s is %v", kind, days, loc, byDate, at, s)
		}
	}
}

func TestAdd(t *testing.T) {
	const day, minute = dayMicros, 60_000_000
	for _, c := range []struct {
		zone, at string
		by       int64
		want     string
	}{
		{"UTC", "2026-11-20T00:00:00Z", 7 * day, "2026-11-27T00:00:00Z"},
		{"America/New_York", "2026-03-07T12:00:00-05:00", day, "2026-03-08T12:00:00-04:00"},
		{"America/New_York", "2026-03-07T12:00:00-05:00", 24*60*minute + minute, "2026-03-08T13:01:00-04:00"}, // not whole days: exact
		{"America/New_York", "2026-03-07T02:30:00-05:00", day, "2026-03-08T03:00:00-04:00"},                   // left out that day
		{"America/New_York", "2026-10-31T01:30:00-04:00", day, "2026-11-01T01:30:00-04:00"},                   // twice that day
		{"America/New_York", "2026-11-02T00:00:00-05:00", -day, "2026-11-01T00:00:00-04:00"},
		{"America/New_York", "2026-11-01T01:30:00-05:00", 0, "2026-11-01T01:30:00-05:00"},
		{"Asia/Shanghai", "2026-11-20T23:45:00.25+08:00", day, "2026-11-21T23:45:00.25+08:00"},
		{"Asia/Shanghai", "2026-11-20T23:45:00+08:00", 30 * minute, "2026-11-21T00:15:00+08:00"},
	} {
		loc := zone(t, c.zone)
		at, err := time.Parse(time.RFC3339Nano, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := Add(at, c.by, loc).In(loc).Format(time.RFC3339Nano); got != c.want {
			t.Errorf("%s and %d µs in %s is %s, want %s", c.at, c.by, c.zone, got, c.want)
		}
	}
}
