// Package schedule is civil time for rules: the periods of windows and the moments near their
// edges, as values. It turns dates and instants into instants and has no clock. Its API may change on
// any day.
package schedule

import (
	"fmt"
	"time"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// Kind is how long a period is.
type Kind uint8

const (
	Day Kind = iota + 1
	Week
	Month
	Hour
)

var kindNames = map[string]Kind{"day": Day, "week": Week, "month": Month, "hour": Hour}

// KindOf is the kind of the period that a function of that name makes; ok is false if there is
// none.
func KindOf(function string) (kind Kind, ok bool) {
	kind, ok = kindNames[function]
	return kind, ok
}

// Span is the time from Start up to, not including, End.
type Span struct {
	Start, End time.Time
}

// Contains reports whether t lies in s.
func (s Span) Contains(t time.Time) bool { return !t.Before(s.Start) && t.Before(s.End) }

// Period is the day, week, month or hour around a date or an instant in zone (nil: UTC). A day, week or month runs
// from the first valid instant of its first date to that of the date after it, so a day has 23 to
// 25 hours; an hour has always 60 minutes, but where clocks change by half an hour.
func Period(kind Kind, at schema.Value, zone *time.Location) (Span, error) {
	if at.Null {
		return Span{}, fmt.Errorf("a period around null")
	}
	if zone == nil {
		zone = time.UTC
	}
	days := at.Int
	switch at.Type.Kind {
	case schema.Timestamp:
		if kind == Hour {
			return hour(at.Time(), zone), nil
		}
		year, month, day := at.Time().In(zone).Date()
		days = time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / 86400
	case schema.Date:
		if kind == Hour {
			return Span{}, fmt.Errorf("an hour around a date, which has 24 of them")
		}
	default:
		return Span{}, fmt.Errorf("a period around a value of type %s", at.Type)
	}
	first, next := days, days+1
	switch kind {
	case Week:
		first = builtin.Monday(days)
		next = first + 7
	case Month:
		first = builtin.FirstOfMonth(days)
		next = builtin.FirstOfMonth(first + 31)
	}
	return Span{FirstInstant(first, zone), FirstInstant(next, zone)}, nil
}

// hour is the civil hour around t, cut where the offset changes by a part of an hour.
func hour(t time.Time, zone *time.Location) Span {
	t = t.In(zone)
	_, offset := t.Zone()
	into := (t.Unix() + int64(offset)) % 3600
	if into < 0 {
		into += 3600
	}
	s := Span{Start: time.Unix(t.Unix()-into, 0).In(zone)}
	s.End = s.Start.Add(time.Hour)
	from, to := t.ZoneBounds()
	if !from.IsZero() && s.Start.Before(from) {
		s.Start = from
	}
	if !to.IsZero() && s.End.After(to) {
		s.End = to
	}
	return s
}

// FirstInstant is the first valid instant of a date (days since 1970-01-01) in zone (nil: UTC): midnight, or where
// that is left out by a change of clocks, the moment after the gap.
func FirstInstant(days int64, zone *time.Location) time.Time {
	if zone == nil {
		zone = time.UTC
	}
	return time.UnixMicro(batch.NewZone(zone).Micros(days * 86400)).In(zone)
}

const dayMicros = 86400 * 1_000_000

// Add moves an instant by a duration in microseconds, as slack and carry mean it: whole days (7d, 24h) are
// calendar days in zone (nil: UTC), anything else (30m) is exact. A civil time that does not exist on the day
// reached is the first instant after the gap; one that exists twice is the first of the two.
func Add(t time.Time, micros int64, zone *time.Location) time.Time {
	if zone == nil {
		zone = time.UTC
	}
	if micros%dayMicros != 0 {
		return t.Add(time.Duration(micros) * time.Microsecond)
	}
	if micros == 0 {
		return t
	}
	local := t.In(zone)
	civil := time.Date(local.Year(), local.Month(), local.Day(), local.Hour(), local.Minute(), local.Second(), 0, time.UTC)
	moved := batch.NewZone(zone).Micros(civil.Unix() + micros/1_000_000)
	return time.UnixMicro(moved).Add(time.Duration(local.Nanosecond())).In(zone)
}
