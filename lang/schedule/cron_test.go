package schedule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// due is the meaning of a cron field by field, on one civil minute, from its text.
func due(text string) func(time.Time) bool {
	fields := strings.Fields(text)
	in := func(field, low, high int) (set [64]bool) {
		for part := range strings.SplitSeq(fields[field], ",") {
			span, step, stepped := strings.Cut(part, "/")
			n := 1
			if stepped {
				n, _ = strconv.Atoi(step)
			}
			from, to := low, high
			if first, last, ranged := strings.Cut(span, "-"); span != "*" {
				from, _ = strconv.Atoi(first)
				if to = from; ranged {
					to, _ = strconv.Atoi(last)
				} else if stepped {
					to = high
				}
			}
			for v := range set {
				set[v] = set[v] || v >= from && v <= to && (v-from)%n == 0
			}
		}
		return set
	}
	minutes, hours, days, months, weekdays := in(0, 0, 59), in(1, 0, 23), in(2, 1, 31), in(3, 1, 12), in(4, 0, 7)
	if fields[4][0] != '*' && weekdays[7] {
		weekdays[0] = true
	}
	either := fields[2][0] != '*' && fields[4][0] != '*'
	return func(t time.Time) bool {
		if !minutes[t.Minute()] || !hours[t.Hour()] || !months[t.Month()] {
			return false
		}
		day, weekday := days[t.Day()], weekdays[t.Weekday()]
		return day && weekday || either && (day || weekday)
	}
}

// naive walks through all civil minutes of some years beside the instants, minute by minute. Of a gap all minutes are
// due when the clocks have changed, of a fold only those that had not been before.
func naive(text string, zone *time.Location, from, to time.Time) (list []time.Time) {
	due := due(text)
	shown := civilOf(from, zone).Add(-time.Minute) // the latest civil minute that the clock has shown or left out
	for t := from; t.Before(to); t = t.Add(time.Minute) {
		now := civilOf(t, zone)
		hit := false
		for ; shown.Before(now); shown = shown.Add(time.Minute) {
			hit = hit || due(shown.Add(time.Minute))
		}
		if hit {
			list = append(list, t)
		}
	}
	return list
}

func civilOf(t time.Time, zone *time.Location) time.Time {
	l := t.In(zone)
	return time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), 0, 0, time.UTC)
}

func TestNextAgainstEveryMinute(t *testing.T) {
	for _, c := range []struct {
		zone     string
		from, to int
	}{
		{"Europe/London", 2024, 2026}, {"Australia/Lord_Howe", 2024, 2026}, {"America/Sao_Paulo", 2017, 2020},
		{"Asia/Shanghai", 1990, 1992}, {"Pacific/Apia", 2011, 2012},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		from, to := time.Date(c.from, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(c.to, 1, 1, 0, 0, 0, 0, time.UTC)
		for _, text := range []string{
			"30 6 * * *", "30 1 * * *", "30 2 * * *", "15 2 * * 0", "0 0 * * *", "45 23 * * *", "*/20 1-3 * * *", "0 12 30 12 *", "0 0 29 2 *", "5/25 0 1,15 * 1-5", "0 3 */10 * 7",
		} {
			t.Run(c.zone+" "+text, func(t *testing.T) {
				want := naive(text, zone, from, to)
				compareDue(t, text, zone, from, to, want)
			})
		}
	}
}

func compareDue(t rapid.TB, text string, zone *time.Location, from, to time.Time, want []time.Time) {
	t.Helper()
	cron, err := ParseCron(text)
	if err != nil {
		t.Fatal(err)
	}
	var got []time.Time
	for at := cron.Next(from.Add(-time.Nanosecond), zone); at.Before(to); at = cron.Next(at, zone) {
		if len(got) > len(want) {
			break
		}
		got = append(got, at)
	}
	if !slices.EqualFunc(got, want, time.Time.Equal) {
		for i := range min(len(got), len(want)) {
			if !got[i].Equal(want[i]) {
				t.Fatalf("due %d is %s, want %s", i, got[i], want[i].In(zone))
			}
		}
		t.Fatalf("due %d times, want %d", len(got), len(want))
	}
}

func TestNextOfRandomCrons(t *testing.T) {
	zones := []string{"Europe/London", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Shanghai", "UTC"}
	rapid.Check(t, func(t *rapid.T) {
		field := func(name string, low, high int) string {
			a := rapid.IntRange(low, high).Draw(t, name)
			b := rapid.IntRange(a, high).Draw(t, name+" to")
			step := rapid.IntRange(1, 9).Draw(t, name+" step")
			return rapid.SampledFrom([]string{"*", fmt.Sprint(a), fmt.Sprintf("%d-%d", a, b), fmt.Sprintf("*/%d", step), fmt.Sprintf("%d-%d/%d,%d", a, b, step, b)}).Draw(t, name+" form")
		}
		text := fmt.Sprintf("%s %s %s %s %s", field("minute", 0, 59), field("hour", 0, 23), field("day", 1, 28), field("month", 1, 12), field("weekday", 0, 7))
		zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		from := time.Date(2018, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 365*24).Draw(t, "hour of year")) * time.Hour)
		to := from.Add(10 * 24 * time.Hour)
		compareDue(t, text, zone, from, to, naive(text, zone, from, to))
	})
}

func TestCronErrors(t *testing.T) {
	for text, want := range map[string]string{
		"30 6 * *":     "five fields, and this has 4",
		"30 25 * * *":  `"25" is no hour`,
		"60 6 * * *":   `"60" is no minute`,
		"5-1 6 * * *":  `"5-1" is no minute`,
		"*/0 6 * * *":  `"*/0" is no minute`,
		"0 6 0 * *":    `"0" is no day`,
		"0 6 * FOO *":  `"FOO" is no month`,
		"0 6 * * 8":    `"8" is no weekday`,
		"0 6 * * ,":    `"," is no weekday`,
		"+1 6 * * *":   `"+1" is no minute`,
		"30 2 31 2 *":  "never due",
		"30 2 30 2 *":  "never due",
		"0 0 31 4,6 *": "never due",
	} {
		if _, err := ParseCron(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	for _, text := range []string{"30 2 31 2 1", "0 0 29 2 *", "0 0 31 4,5 *", "* * * jan-mar mon-fri", "0 0 * * 5-7"} {
		if _, err := ParseCron(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestNextFarAway(t *testing.T) {
	cron, err := ParseCron("0 0 29 2 */6") // a 29th of February that is a Sunday or a Saturday: * makes both count
	if err != nil {
		t.Fatal(err)
	}
	after := time.Date(2076, 3, 1, 0, 0, 0, 0, time.UTC)
	next := cron.Next(after, time.UTC)
	for at := after; at.Before(next); at = at.AddDate(0, 0, 1) {
		if at.Month() == time.February && at.Day() == 29 && (at.Weekday() == time.Sunday || at.Weekday() == time.Saturday) {
			t.Fatalf("%s comes before %s", at, next)
		}
	}
	if next.Month() != time.February || next.Day() != 29 || next.Weekday() != time.Sunday && next.Weekday() != time.Saturday {
		t.Fatalf("next is %s", next)
	}
}

func BenchmarkNext(b *testing.B) {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		b.Fatal(err)
	}
	cron, err := ParseCron("30 6 * * *")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for b.Loop() {
		at = cron.Next(at, zone)
	}
}
