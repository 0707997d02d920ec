package builtin

import (
	"fmt"
	"time"

	"github.com/recon-lang/recon/sdk/schema"
)

var zoneParam = Param{Name: "zone", Kinds: textKinds, Optional: true, Literal: true}

var dateFunc = part("date", "The civil date of an instant in the time zone of its column, or in zone. A date stays as it is.",
	`date(2026-11-20T23:30:00Z, "Asia/Shanghai")  → 2026-11-21`, timeKinds, schema.Date, func(days int64) int64 { return days })

var dayFunc = part("day", "The same as date; as the period of a window it is the whole day, from its first instant to that of the next.",
	`day(2026-11-20T06:30:00Z)  → 2026-11-20`, timeKinds, schema.Date, func(days int64) int64 { return days })

var weekFunc = part("week", "The Monday of the week of an instant or a date; as the period of a window it is the seven days from there.",
	`week(2026-11-20)  → 2026-11-16`, timeKinds, schema.Date, Monday)

var monthFunc = part("month", "The first day of the month of an instant or a date; as the period of a window it is the whole month.",
	`month(2026-11-20)  → 2026-11-01`, timeKinds, schema.Date, FirstOfMonth)

// Monday is the Monday on or before a date, both in days since 1970-01-01, a Thursday.
func Monday(days int64) int64 { return floorDiv(days+3, 7)*7 - 3 }

// FirstOfMonth is the first day of the month of a date, both in days since 1970-01-01.
func FirstOfMonth(days int64) int64 {
	_, _, d := CivilDate(days)
	return days - int64(d) + 1
}

// CivilDate is the date of a number of days since 1970-01-01, in the Gregorian calendar (Howard Hinnant,
// "chrono-Compatible Low-Level Date Algorithms", civil_from_days).
func CivilDate(days int64) (year int64, month, day int) {
	days += 719468
	era := floorDiv(days, 146097)
	doe := days - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = int(doy - (153*mp+2)/5 + 1)
	month = int(mp + 3)
	if month > 12 {
		month -= 12
	}
	year = yoe + era*400
	if month <= 2 {
		year++
	}
	return year, month, day
}

var hourFunc = &Func{
	Name: "hour", Family: TimeFamily,
	Params:  []Param{{Name: "t", Kinds: []schema.Kind{schema.Timestamp}}, zoneParam},
	Doc:     "The first instant of the hour of an instant, in the time zone of its column, or in zone; as the period of a window it is that hour.",
	Example: `hour(2026-11-20T06:30:00Z)  → 2026-11-20T06:00:00Z`,
	Result: func(args []Arg) (schema.Type, *Problem) {
		return kind(schema.Timestamp), zoneProblem(args, 1)
	},
	Bind: func(ctx Context, _ schema.Type, rest []schema.Value) (Bound, error) {
		loc, err := location(ctx, rest)
		if err != nil {
			return Bound{}, err
		}
		return Bound{Part: newZone(loc).hour}, nil
	},
}

func part(name, doc, example string, takes []schema.Kind, result schema.Kind, of func(days int64) int64) *Func {
	return &Func{
		Name: name, Family: TimeFamily,
		Params: []Param{{Name: "t", Kinds: takes}, zoneParam},
		Doc:    doc, Example: example,
		Result: func(args []Arg) (schema.Type, *Problem) {
			if len(args) > 1 && args[0].Type.Kind == schema.Date {
				return schema.Type{}, &Problem{Arg: 1, Text: "a date has no time zone", Hint: "leave the zone out"}
			}
			return kind(result), zoneProblem(args, 1)
		},
		Bind: func(ctx Context, first schema.Type, rest []schema.Value) (Bound, error) {
			if first.Kind == schema.Date {
				return Bound{Part: of}, nil
			}
			loc, err := location(ctx, rest)
			if err != nil {
				return Bound{}, err
			}
			z := newZone(loc)
			return Bound{Part: func(micros int64) int64 { return of(z.days(micros)) }}, nil
		},
	}
}

// location is the zone that a call names, or else the one around it.
func location(ctx Context, rest []schema.Value) (*time.Location, error) {
	if len(rest) == 0 {
		return ctx.Zone, nil
	}
	loc, err := time.LoadLocation(rest[0].Text)
	if err != nil || rest[0].Text == "" || rest[0].Text == "Local" {
		return nil, fmt.Errorf("unknown time zone %q", rest[0].Text)
	}
	return loc, nil
}

func zoneProblem(args []Arg, i int) *Problem {
	if len(args) <= i {
		return nil
	}
	if _, err := location(Context{}, []schema.Value{*args[i].Literal}); err != nil {
		return &Problem{Arg: i, Text: err.Error(), Hint: "write an IANA name such as \"Asia/Shanghai\""}
	}
	return nil
}

var nowFunc = &Func{
	Name: "now", Family: TimeFamily,
	Doc:     "The run's scheduled instant. It is the same wherever it is asked for, so that a run can be repeated.",
	Example: `now()  → 2026-11-20T22:30:00Z`,
	Result:  gives(schema.Timestamp),
	Call: func(ctx Context, _ []schema.Value) (schema.Value, error) {
		return schema.Instant(ctx.Now), nil
	},
}

var todayFunc = &Func{
	Name: "today", Family: TimeFamily,
	Params:  []Param{zoneParam},
	Doc:     "The date of the run's scheduled instant in zone, or else in the zone of the rule's schedule.",
	Example: `today("Asia/Shanghai")  → 2026-11-21`,
	Result: func(args []Arg) (schema.Type, *Problem) {
		return kind(schema.Date), zoneProblem(args, 0)
	},
	Call: func(ctx Context, args []schema.Value) (schema.Value, error) {
		loc, err := location(ctx, args)
		if err != nil {
			return schema.Value{}, err
		}
		return schema.Day(newZone(loc).days(ctx.Now.UnixMicro())), nil
	},
}
