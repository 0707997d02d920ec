package builtin

import "time"

const (
	daySeconds  = 86400
	dayMicros   = daySeconds * 1_000_000
	hourSeconds = 3600
)

// zone turns instants into civil times, and remembers the offset that it saw last: rows that lie near
// each other mostly have the same.
type zone struct {
	loc        *time.Location
	start, end int64 // the seconds between which offset holds
	offset     int64
}

func newZone(loc *time.Location) *zone {
	z := &zone{loc: loc}
	if loc == nil || loc == time.UTC {
		z.loc, z.start, z.end = time.UTC, -1<<62, 1<<62
	}
	return z
}

// offsetAt is the seconds east of UTC at an instant (seconds).
func (z *zone) offsetAt(seconds int64) int64 {
	if seconds >= z.start && seconds < z.end {
		return z.offset
	}
	t := time.Unix(seconds, 0).In(z.loc)
	_, offset := t.Zone()
	z.offset, z.start, z.end = int64(offset), -1<<62, 1<<62
	start, end := t.ZoneBounds()
	if !start.IsZero() {
		z.start = start.Unix()
	}
	if !end.IsZero() {
		z.end = end.Unix()
	}
	return z.offset
}

// civil is an instant in microseconds as microseconds of the civil time, read as if it were UTC.
func (z *zone) civil(micros int64) int64 {
	return micros + z.offsetAt(floorDiv(micros, 1_000_000))*1_000_000
}

// days is the civil date of an instant, as days since 1970-01-01.
func (z *zone) days(micros int64) int64 { return floorDiv(z.civil(micros), dayMicros) }

// hour is the first instant of the civil hour around an instant.
func (z *zone) hour(micros int64) int64 {
	seconds := floorDiv(micros, 1_000_000)
	offset := z.offsetAt(seconds)
	start := floorDiv(seconds+offset, hourSeconds)*hourSeconds - offset
	return max(start, z.start) * 1_000_000 // a change of half an hour cuts its hour in two
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
