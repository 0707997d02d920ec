package state

import (
	"fmt"
	"time"
)

// calendar adds a carry to instants: days as the zone's calendar has them, 23 to 25 hours long.
type calendar struct {
	carry Carry
	zone  *time.Location
}

func newCalendar(d *Definition) (calendar, error) {
	zone := time.UTC
	if d.Zone != "" {
		var err error
		if zone, err = time.LoadLocation(d.Zone); err != nil {
			return calendar{}, fmt.Errorf("zone of rule %s: %w", d.Rule, err)
		}
	}
	return calendar{d.Carry, zone}, nil
}

// carries reports whether rows may meet across windows at all.
func (c calendar) carries() bool { return c.carry != Carry{} }

// after is the instant a carry after t.
func (c calendar) after(t int64) int64 {
	at := time.UnixMicro(t)
	if c.carry.Days != 0 {
		at = addDays(at.In(c.zone), c.carry.Days)
	}
	return at.Add(c.carry.Time).UnixMicro()
}

// addDays goes to the same time of day n days later. The first instant of a day goes to the first instant
// of a day, also where one of them is not 00:00 or is there twice.
func addDays(t time.Time, n int) time.Time {
	if t.Equal(firstInstant(t)) {
		return firstInstant(time.Date(t.Year(), t.Month(), t.Day()+n, 12, 0, 0, 0, t.Location()))
	}
	return t.AddDate(0, 0, n)
}

// firstInstant is the first instant of t's date in t's zone.
func firstInstant(t time.Time) time.Time {
	midnight := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
	if midnight.Day() != t.Day() { // a gap over midnight, seen from before
		_, end := midnight.ZoneBounds()
		return end
	}
	start, _ := midnight.ZoneBounds()
	if midnight.Hour() != 0 || midnight.Minute() != 0 { // a gap, seen from after
		return start
	}
	if start.IsZero() {
		return midnight
	}
	// Clocks that were set back over midnight show it twice.
	_, now := midnight.Zone()
	_, before := start.Add(-time.Second).Zone()
	if earlier := midnight.Add(time.Duration(now-before) * time.Second); before > now && earlier.Before(start) {
		return earlier
	}
	return midnight
}
