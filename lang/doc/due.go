package doc

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/recon-lang/recon/lang/program"
)

// due is a schedule in words where its cron is one of the usual ones, else the cron itself.
func due(s *program.Schedule) string {
	zone := s.Zone
	if zone == "" {
		zone = "UTC"
	}
	fields := strings.Fields(s.Cron)
	if len(fields) != 5 {
		return s.Cron + " (" + zone + ")"
	}
	minute, ok := number(fields[0])
	hour, hourly := number(fields[1])
	when := "cron " + s.Cron
	switch rest := strings.Join(fields[2:], " "); {
	case !ok:
	case fields[1] == "*" && rest == "* * *":
		when = fmt.Sprintf("every hour at minute %d", minute)
	case !hourly:
	case rest == "* * *":
		when = fmt.Sprintf("every day at %02d:%02d", hour, minute)
	case fields[2] == "*" && fields[3] == "*":
		if day, ok := weekday(fields[4]); ok {
			when = fmt.Sprintf("every %s at %02d:%02d", day, hour, minute)
		}
	case fields[3] == "*" && fields[4] == "*":
		if day, ok := number(fields[2]); ok {
			when = fmt.Sprintf("on day %d of every month at %02d:%02d", day, hour, minute)
		}
	}
	when += " (" + zone + ")"
	if s.Timeout != nil {
		when += ", for at most " + textOf(s.Timeout)
	}
	return when
}

func number(field string) (int, bool) {
	n, err := strconv.Atoi(field)
	return n, err == nil
}

var weekdays = []string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}

func weekday(field string) (string, bool) {
	if strings.EqualFold(field, "MON-FRI") || field == "1-5" {
		return "weekday", true
	}
	if n, ok := number(field); ok {
		return weekdays[n%7], true
	}
	for _, day := range weekdays {
		if strings.EqualFold(day[:3], field) {
			return day, true
		}
	}
	return "", false
}
