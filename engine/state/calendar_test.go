package state

import (
	"testing"
	"time"
)

func TestCarryCountsCalendarDays(t *testing.T) {
	for _, c := range []struct {
		zone, from string
		carry      Carry
		want       string
	}{
		{"", "2026-11-20T00:00:00Z", Carry{Days: 7}, "2026-11-27T00:00:00Z"},
		{"Asia/Shanghai", "2026-11-20T00:00:00+08:00", Carry{Days: 1}, "2026-11-21T00:00:00+08:00"},
		{"Europe/Berlin", "2026-03-29T00:00:00+01:00", Carry{Days: 1}, "2026-03-30T00:00:00+02:00"},
		{"Europe/Berlin", "2026-03-29T00:00:00+01:00", Carry{Time: 24 * time.Hour}, "2026-03-30T01:00:00+02:00"},
		{"Europe/Berlin", "2026-10-25T00:00:00+02:00", Carry{Days: 1, Time: time.Hour}, "2026-10-26T01:00:00+01:00"},
		// Midnight is missing on 2018-11-04 in São Paulo, and there twice on 2017-11-05 in Havana's autumn (01:00 → 00:00).
		{"America/Sao_Paulo", "2018-11-03T00:00:00-03:00", Carry{Days: 1}, "2018-11-04T01:00:00-02:00"},
		{"America/Sao_Paulo", "2018-11-04T01:00:00-02:00", Carry{Days: 1}, "2018-11-05T00:00:00-02:00"},
		{"America/Havana", "2017-11-04T00:00:00-04:00", Carry{Days: 1}, "2017-11-05T00:00:00-04:00"},
		{"America/Havana", "2017-11-05T00:00:00-04:00", Carry{Days: 1}, "2017-11-06T00:00:00-05:00"},
	} {
		cal, err := newCalendar(&Definition{Zone: c.zone, Carry: c.carry})
		if err != nil {
			t.Fatal(err)
		}
		from, _ := time.Parse(time.RFC3339, c.from)
		want, _ := time.Parse(time.RFC3339, c.want)
		if got := cal.after(from.UnixMicro()); got != want.UnixMicro() {
			t.Errorf("%s %s + %+v = %s, want %s", c.zone, c.from, c.carry, time.UnixMicro(got).In(cal.zone).Format(time.RFC3339), c.want)
		}
	}
	if _, err := newCalendar(&Definition{Rule: "r", Zone: "Mars/Base"}); err == nil {
		t.Error("an unknown zone is accepted")
	}
}
