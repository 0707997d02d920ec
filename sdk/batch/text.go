package batch

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// Zone resolves civil times in one time zone and remembers the offset of the day it saw
// last, because rows of a file are mostly of the same day. It is not safe for concurrent
// use.
type Zone struct {
	loc        *time.Location
	start, end int64 // instants (seconds) between which offset holds
	offset     int64
}

// NewZone makes a Zone for loc; nil is UTC.
func NewZone(loc *time.Location) *Zone {
	if loc == nil {
		loc = time.UTC
	}
	return &Zone{loc: loc}
}

// Micros is the instant of a civil time, given as seconds of that civil time read as if it
// were UTC. In a spring gap it is the first valid instant after the gap, in an autumn fold the first
// of the two.
func (z *Zone) Micros(civil int64) int64 { return z.Instant(civil * 1e6) }

// Instant is Micros for a civil time in microseconds. It never falls as civil rises: all of a
// spring gap is the one instant after it.
func (z *Zone) Instant(civil int64) int64 {
	seconds := civil / 1e6
	if civil < seconds*1e6 {
		seconds--
	}
	t := seconds - z.offset
	if t < z.start+86400 || t >= z.end-86400 { // near a change, or unknown: ask the tables
		var gap bool
		if t, gap = z.resolve(seconds); gap {
			return t * 1e6
		}
	}
	return t*1e6 + civil - seconds*1e6
}

func (z *Zone) resolve(civil int64) (t int64, gap bool) {
	u := time.Unix(civil, 0).UTC()
	local := time.Date(u.Year(), u.Month(), u.Day(), u.Hour(), u.Minute(), u.Second(), 0, z.loc)
	_, offset := local.Zone()
	if local.Unix()+int64(offset) != civil { // a gap: time.Date gives either side of it
		start, end := local.ZoneBounds()
		if local.Unix()+int64(offset) > civil && !start.IsZero() {
			return start.Unix(), true
		}
		return end.Unix(), true
	}
	// A fold: the first of the two instants lies before the change that starts this period.
	if start, _ := local.ZoneBounds(); !start.IsZero() {
		_, before := start.Add(-time.Second).Zone()
		if first := civil - int64(before); before > offset && first < start.Unix() {
			return first, false
		}
	}
	z.offset = int64(offset)
	z.start, z.end = -1<<60, 1<<60
	start, end := local.ZoneBounds()
	if !start.IsZero() {
		z.start = start.Unix()
	}
	if !end.IsZero() {
		z.end = end.Unix()
	}
	return local.Unix(), false
}

func (c *Column) appendText(text []byte, zone *Zone) string {
	switch c.Type.Kind {
	case schema.String, schema.Enum, schema.Bytes:
		if c.Type.Kind != schema.Bytes && !utf8.Valid(text) {
			return "not valid UTF-8"
		}
		c.AppendBytes(text)
		return ""
	case schema.JSON:
		if !json.Valid(text) {
			return "not a json"
		}
		c.AppendBytes(bytes.TrimSpace(text))
		return ""
	case schema.Integer:
		i, err := strconv.ParseInt(string(text), 10, 64)
		if err != nil {
			return "not an integer of 64 bits"
		}
		c.AppendInt(i)
		return ""
	case schema.Decimal:
		return c.appendDecimal(text)
	case schema.Float:
		f, err := strconv.ParseFloat(string(text), 64)
		if err != nil {
			return "not a float"
		}
		c.AppendFloat(f)
		return ""
	case schema.Boolean:
		switch string(text) {
		case "true", "TRUE", "True", "t", "1":
			c.AppendInt(1)
		case "false", "FALSE", "False", "f", "0":
			c.AppendInt(0)
		default:
			return "not a boolean (true or false)"
		}
		return ""
	case schema.Date:
		days, rest, ok := parseDate(text)
		if !ok || len(rest) != 0 {
			return "not a date (YYYY-MM-DD)"
		}
		c.AppendInt(days)
		return ""
	case schema.Timestamp:
		micros, ok := ParseTimestamp(text, zone)
		if !ok {
			return "not a timestamp (YYYY-MM-DD HH:MM:SS, with a fraction and a zone if need be)"
		}
		c.AppendInt(micros)
		return ""
	}
	return "not a " + c.Type.Kind.String()
}

func (c *Column) appendDecimal(text []byte) string {
	d, err := decimal.Parse(text)
	if err == nil && d.Scale != c.Type.Scale {
		d.Coef, err = decimal.Rescale(d.Coef, d.Scale, c.Type.Scale)
	}
	if err != nil || !decimal.Fits(d.Coef, c.Type.Precision) {
		return "not a " + c.Type.String()
	}
	c.AppendNum(d.Coef)
	return ""
}

// parseDate reads YYYY-MM-DD and gives the days since 1970-01-01 and what follows.
func parseDate(text []byte) (days int64, rest []byte, ok bool) {
	if len(text) < 10 || text[4] != '-' || text[7] != '-' {
		return 0, text, false
	}
	y, ok1 := digits(text[:4])
	m, ok2 := digits(text[5:7])
	d, ok3 := digits(text[8:10])
	if !ok1 || !ok2 || !ok3 || m < 1 || m > 12 || d < 1 || d > daysIn(y, m) {
		return 0, text, false
	}
	return civilDays(y, m, d), text[10:], true
}

// ParseTimestamp reads a date, a space or T, HH:MM[:SS[.fraction]] and perhaps Z or an
// offset, and gives microseconds since 1970 UTC. Without an offset the time is taken in
// zone (nil: UTC). A date alone is its first instant in zone. More than six decimals of a second fit only
// if the rest are zeros.
func ParseTimestamp(text []byte, zone *Zone) (micros int64, ok bool) {
	days, rest, ok := parseDate(text)
	if !ok {
		return 0, false
	}
	civil := days * 86400
	fraction := int64(0)
	if len(rest) > 0 {
		if len(rest) < 6 || rest[0] != ' ' && rest[0] != 'T' || rest[3] != ':' {
			return 0, false
		}
		h, ok1 := digits(rest[1:3])
		m, ok2 := digits(rest[4:6])
		if !ok1 || !ok2 || h > 23 || m > 59 {
			return 0, false
		}
		civil += h*3600 + m*60
		rest = rest[6:]
		if len(rest) >= 3 && rest[0] == ':' {
			s, ok := digits(rest[1:3])
			if !ok || s > 59 {
				return 0, false
			}
			civil += s
			rest = rest[3:]
			if len(rest) > 0 && rest[0] == '.' {
				n := 1
				for scale := int64(100000); n < len(rest) && rest[n] >= '0' && rest[n] <= '9'; n++ {
					if scale == 0 && rest[n] != '0' {
						return 0, false
					}
					fraction += int64(rest[n]-'0') * scale
					scale /= 10
				}
				if n == 1 {
					return 0, false
				}
				rest = rest[n:]
			}
		}
	}
	if len(rest) == 0 {
		if zone == nil {
			return civil*1e6 + fraction, true
		}
		return zone.Instant(civil*1e6 + fraction), true
	}
	offset, ok := parseOffset(rest)
	return (civil-offset)*1e6 + fraction, ok
}

// parseOffset reads Z, +08, +0800 or +08:00, and gives seconds east of UTC.
func parseOffset(text []byte) (seconds int64, ok bool) {
	if len(text) == 1 && (text[0] == 'Z' || text[0] == 'z') {
		return 0, true
	}
	if len(text) < 3 || text[0] != '+' && text[0] != '-' {
		return 0, false
	}
	h, ok := digits(text[1:3])
	rest := text[3:]
	if len(rest) > 0 && rest[0] == ':' {
		rest = rest[1:]
	}
	m := int64(0)
	if ok && len(rest) > 0 {
		if len(rest) != 2 {
			return 0, false
		}
		m, ok = digits(rest)
	}
	if !ok || h > 18 || m > 59 {
		return 0, false
	}
	seconds = h*3600 + m*60
	if text[0] == '-' {
		seconds = -seconds
	}
	return seconds, true
}

func digits(text []byte) (n int64, ok bool) {
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}

func daysIn(y, m int64) int64 {
	switch m {
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// civilDays is the days from 1970-01-01 to a date of the Gregorian calendar (Howard
// Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil).
func civilDays(y, m, d int64) int64 {
	if m <= 2 {
		y--
	}
	era := y / 400
	if y < 0 {
		era = (y - 399) / 400
	}
	yoe := y - era*400
	doy := (153*((m+9)%12)+2)/5 + d - 1
	return era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 719468
}
