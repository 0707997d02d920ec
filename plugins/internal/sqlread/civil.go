package sqlread

import (
	"strings"
	"time"

	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// twoDays is more than any zone is away from UTC.
const twoDays = 48 * int64(time.Hour/time.Microsecond)

// Civil is the earliest civil time, in microseconds as if it were UTC, that zone takes for the instant micros or a later
// one. So a stored zone-less time is at that instant or later just where it is not below Civil.
func Civil(zone *batch.Zone, micros int64) int64 {
	low, high := micros-twoDays, micros+twoDays // below, not below
	for low+1 < high {
		if middle := low + (high-low)/2; zone.Instant(middle) >= micros {
			high = middle
		} else {
			low = middle
		}
	}
	return high
}

// CompareCivil writes the comparison c of a zone-less time column with an instant as comparisons of civil times, which
// can use an index. Literal gives the SQL of a civil time in microseconds.
func CompareCivil(b *strings.Builder, c schema.Condition, column string, zone *batch.Zone, literal func(civil int64) string) {
	at := c.Values[0].Int
	from := func(instant int64) string { return literal(Civil(zone, instant)) }
	switch c.Op {
	case schema.Equal:
		b.WriteString(column + " >= " + from(at) + " AND " + column + " < " + from(at+1))
	case schema.Less:
		b.WriteString(column + " < " + from(at))
	case schema.LessEqual:
		b.WriteString(column + " < " + from(at+1))
	case schema.Greater:
		b.WriteString(column + " >= " + from(at+1))
	case schema.GreaterEqual:
		b.WriteString(column + " >= " + from(at))
	}
}

// CivilText is a civil time in microseconds as "2006-01-02 15:04:05.000000", for the years that all databases
// know; ok is false outside.
func CivilText(micros int64) (text string, ok bool) {
	t := time.UnixMicro(micros).UTC()
	return t.Format("2006-01-02 15:04:05.000000"), InYears(micros)
}

// InYears reports whether an instant lies well within the years 1 to 9999, where every database counts alike.
func InYears(micros int64) bool {
	const first, last = -62135596800e6 + 400*86400e6, 253402300800e6 - 400*86400e6
	return micros >= first && micros < last
}

// DayText is a date, in days since 1970-01-01, as "2006-01-02".
func DayText(days int64) string { return time.Unix(days*86400, 0).UTC().Format(time.DateOnly) }

// Steady is the civil time, in microseconds, from which the clocks of a zone are offset microseconds ahead of UTC for good, so that
// a database can turn civil times into instants; ok is false for a zone whose clocks go on changing.
func Steady(loc *time.Location) (from, offset int64, ok bool) {
	start, end := time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC).In(loc).ZoneBounds()
	if !end.IsZero() {
		return 0, 0, false
	}
	from = -62135596800e6 + 400*86400e6 // as InYears
	if !start.IsZero() {
		from = start.UnixMicro() + twoDays
	}
	_, seconds := time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC).In(loc).Zone()
	return from, int64(seconds) * 1e6, true
}
