package schedule

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"

	"github.com/recon-lang/recon/sdk/batch"
)

// Cron says at which minutes of civil time something is due: five fields, minute, hour, day, month and weekday. A day is
// due if its month fits and its day and weekday do; where neither of the two begins with *, one of them suffices, as cron
// has always had it.
type Cron struct {
	minutes, hours, days, months, weekdays uint64 // bits
	either                                 bool   // day or weekday
}

// CronError is what is wrong with the text of a cron, in the words of the language.
type CronError struct {
	Text string
	Hint string
}

func (e *CronError) Error() string { return e.Text }

// cronFields are the fields of a cron with their bounds and the names that some values have.
var cronFields = [...]struct {
	name      string
	low, high int
	names     []string
}{
	{"minute", 0, 59, nil}, {"hour", 0, 23, nil}, {"day", 1, 31, nil},
	{"month", 1, 12, []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}},
	{"weekday", 0, 7, []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}},
}

// ParseCron reads the text of a cron. Its error is a *CronError; one that is never due is an error too.
func ParseCron(text string) (Cron, error) {
	fields := strings.Fields(text)
	if len(fields) != len(cronFields) {
		return Cron{}, &CronError{fmt.Sprintf("cron has five fields, and this has %d", len(fields)), "minute, hour, day, month, weekday: 30 6 * * *"}
	}
	var c Cron
	for i, to := range []*uint64{&c.minutes, &c.hours, &c.days, &c.months, &c.weekdays} {
		set, ok := cronField(i, fields[i])
		if !ok {
			f := cronFields[i]
			return Cron{}, &CronError{fmt.Sprintf("%q is no %s of a cron", fields[i], f.name),
				fmt.Sprintf("it is *, or numbers from %d to %d as in 1,15 or 1-5 or */2", f.low, f.high)}
		}
		*to = set
	}
	if c.weekdays&(1<<7) != 0 { // Sunday has two numbers
		c.weekdays = c.weekdays&^(1<<7) | 1
	}
	c.either = fields[2][0] != '*' && fields[4][0] != '*'
	if !c.possible() {
		return Cron{}, &CronError{fmt.Sprintf("%q is never due: no month of it has such a day", text), ""}
	}
	return c, nil
}

// cronField is the values that a list of values, ranges and steps names; ok is false if it cannot be read.
func cronField(field int, text string) (set uint64, ok bool) {
	f := cronFields[field]
	number := func(s string) (int, bool) {
		for i, n := range f.names {
			if strings.EqualFold(n, s) {
				return i + f.low, true
			}
		}
		n, err := strconv.Atoi(s)
		return n, err == nil && n >= f.low && n <= f.high && s[0] != '+' && s[0] != '-'
	}
	for part := range strings.SplitSeq(text, ",") {
		span, stepText, stepped := strings.Cut(part, "/")
		step := 1
		if stepped {
			var err error
			if step, err = strconv.Atoi(stepText); err != nil || step < 1 || stepText[0] == '+' {
				return 0, false
			}
		}
		from, to := f.low, f.high
		if span == "*" && field == 4 {
			to = 6
		}
		if span != "*" {
			first, last, ranged := strings.Cut(span, "-")
			if from, ok = number(first); !ok {
				return 0, false
			}
			if ranged {
				if to, ok = number(last); !ok || to < from {
					return 0, false
				}
			} else if !stepped {
				to = from
			}
		}
		for n := from; n <= to; n += step {
			set |= 1 << n
		}
	}
	return set, true
}

// possible reports whether some day fits.
func (c Cron) possible() bool {
	if c.either {
		return true
	}
	first := bits.TrailingZeros64(c.days)
	for month, days := range [...]int{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31} {
		if c.months&(1<<(month+1)) != 0 && first <= days {
			return true
		}
	}
	return false
}

// fits reports whether a date is due.
func (c Cron) fits(date time.Time) bool {
	day, weekday := c.days&(1<<date.Day()) != 0, c.weekdays&(1<<date.Weekday()) != 0
	return c.months&(1<<date.Month()) != 0 && (day && weekday || c.either && (day || weekday))
}

// longest is more than the days between two dates that any cron names: a 29th of February that is a certain weekday comes
// once in 40 years at the latest.
const longest = 41 * 366

// Next is the first instant after another at which it is due in zone (nil: UTC). A civil time that a change of clocks leaves out is due at the
// first valid instant after it, together with all others that are; one that comes twice is due the first time only. It
// is the zero time for a Cron that ParseCron did not make.
func (c Cron) Next(after time.Time, zone *time.Location) time.Time {
	if zone == nil {
		zone = time.UTC
	}
	civil := batch.NewZone(zone)
	year, month, day := after.In(zone).Date()
	// From the day before: a zone may have left out the whole of it, so that it is due now.
	date := time.Date(year, month, day-1, 0, 0, 0, 0, time.UTC)
	for range longest {
		if c.fits(date) {
			if next, ok := c.within(date.Unix(), after, civil); ok {
				return next.In(zone)
			}
		}
		date = date.AddDate(0, 0, 1)
	}
	return time.Time{}
}

// within is the first due instant after another on the date that begins at midnight (civil seconds).
func (c Cron) within(midnight int64, after time.Time, zone *batch.Zone) (time.Time, bool) {
	for hour := range int64(24) {
		// Instants never fall as civil time rises, so hours that lie before are left out as a whole.
		if c.hours&(1<<hour) == 0 || !time.UnixMicro(zone.Micros(midnight+hour*3600+3599)).After(after) {
			continue
		}
		for minute := range int64(60) {
			if c.minutes&(1<<minute) == 0 {
				continue
			}
			if at := time.UnixMicro(zone.Micros(midnight + hour*3600 + minute*60)); at.After(after) {
				return at, true
			}
		}
	}
	return time.Time{}, false
}
