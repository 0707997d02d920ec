package builtin

import (
	"errors"
	"fmt"

	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

const patternDoc = " The directives are those of strftime: " + directives + "."

var parseTimeFunc = &Func{
	Name: "parse_time", Family: TimeFamily,
	Params: []Param{{Name: "text", Kinds: []schema.Kind{schema.String, schema.Enum, schema.Integer}}, {Name: "pattern", Kinds: textKinds, Literal: true}, zoneParam},
	Doc: "The instant that a text says by a pattern, or, with the pattern \"unix\" or \"unix_ms\", a number of seconds or milliseconds since 1970. " +
		"A text without an offset is a time in the zone of its source, or in zone; a time that a spring change leaves out is the first instant after " +
		"it, one that an autumn change repeats is the first of the two. Any other text is an error that names the row." + patternDoc,
	Example: `parse_time("2026/11/20 06:30:00", "%Y/%m/%d %H:%M:%S")  → 2026-11-20T06:30:00Z`,
	Result: func(args []Arg) (schema.Type, *Problem) {
		text := args[1].Literal.Text
		if unixScale(text) != 0 {
			return kind(schema.Timestamp), zoneProblem(args, 2)
		}
		if args[0].Type.Kind == schema.Integer {
			return schema.Type{}, &Problem{Arg: 0, Text: "an integer is an instant by \"unix\" or \"unix_ms\" only"}
		}
		p, err := compilePattern(text)
		if err != nil {
			return schema.Type{}, &Problem{Arg: 1, Text: err.Error()}
		}
		if problem := p.incomplete(); problem != "" {
			return schema.Type{}, &Problem{Arg: 1, Text: problem}
		}
		return kind(schema.Timestamp), zoneProblem(args, 2)
	},
	Bind: func(ctx Context, _ schema.Type, rest []schema.Value) (Bound, error) {
		text := rest[0].Text
		if scale := unixScale(text); scale != 0 {
			return Bound{Int: func(src []byte) (int64, error) { return parseUnix(src, scale) }}, nil
		}
		p, err := compilePattern(text)
		if err != nil {
			return Bound{}, err
		}
		loc, err := location(ctx, rest[1:])
		if err != nil {
			return Bound{}, err
		}
		z := batch.NewZone(loc)
		mismatch := fmt.Errorf("not a time as %q writes it", text)
		return Bound{Int: func(src []byte) (int64, error) {
			f, ok := p.parse(src)
			if !ok {
				return 0, mismatch
			}
			micros, ok := f.instant(z)
			if !ok {
				return 0, mismatch
			}
			return micros, nil
		}}, nil
	},
}

var parseDateFunc = &Func{
	Name: "parse_date", Family: TimeFamily,
	Params:  []Param{{Name: "text", Kinds: textKinds}, {Name: "pattern", Kinds: textKinds, Literal: true}},
	Doc:     "The date that a text says by a pattern. Any other text is an error that names the row." + patternDoc,
	Example: `parse_date("20/11/2026", "%d/%m/%Y")  → 2026-11-20`,
	Result: func(args []Arg) (schema.Type, *Problem) {
		p, err := compilePattern(args[1].Literal.Text)
		if err != nil {
			return schema.Type{}, &Problem{Arg: 1, Text: err.Error()}
		}
		if p.has("s") {
			return schema.Type{}, &Problem{Arg: 1, Text: "seconds since 1970 are an instant, not a date", Hint: "write date(parse_time(…))"}
		}
		if problem := p.incomplete(); problem != "" {
			return schema.Type{}, &Problem{Arg: 1, Text: problem}
		}
		return kind(schema.Date), nil
	},
	Bind: func(_ Context, _ schema.Type, rest []schema.Value) (Bound, error) {
		p, err := compilePattern(rest[0].Text)
		if err != nil {
			return Bound{}, err
		}
		mismatch := fmt.Errorf("not a date as %q writes it", rest[0].Text)
		return Bound{Int: func(src []byte) (int64, error) {
			f, ok := p.parse(src)
			if !ok {
				return 0, mismatch
			}
			days, ok := f.days()
			if !ok {
				return 0, mismatch
			}
			return days, nil
		}}, nil
	},
}

// unixScale is the microseconds in the unit of a pattern that counts from 1970, or 0.
func unixScale(pattern string) int64 {
	switch pattern {
	case "unix":
		return 1_000_000
	case "unix_ms":
		return 1000
	}
	return 0
}

var errUnix = errors.New("not a number of seconds or milliseconds since 1970")

// parseUnix reads a number with decimals as far as microseconds go.
func parseUnix(src []byte, scale int64) (int64, error) {
	i, negative := 0, false
	if len(src) > 0 && (src[0] == '-' || src[0] == '+') {
		i, negative = 1, src[0] == '-'
	}
	n, digits := int64(0), 0
	for ; i < len(src) && isDigit(src[i]); i++ {
		if digits++; n > (1<<62)/10/scale {
			return 0, errUnix
		}
		n = n*10 + int64(src[i]-'0')
	}
	if digits == 0 {
		return 0, errUnix
	}
	n *= scale
	if i < len(src) && src[i] == '.' && i+1 < len(src) {
		for i++; i < len(src) && isDigit(src[i]); i++ {
			scale /= 10
			if scale == 0 && src[i] != '0' {
				return 0, errUnix
			}
			n += int64(src[i]-'0') * scale
		}
	}
	if i < len(src) {
		return 0, errUnix
	}
	if negative {
		n = -n
	}
	return n, nil
}

// incomplete says what a pattern lacks to name a date, or "".
func (p *pattern) incomplete() string {
	month := p.has("mbB") && p.has("de")
	switch {
	case p.has("s"):
		return ""
	case !p.has("Yy"):
		return "the pattern has no year"
	case !month && !p.has("j"):
		return "the pattern has no month and day"
	case p.has("I") && !p.has("p"):
		return "the pattern has hours of twelve (%I) without %p"
	}
	return ""
}

// fields are what a text said.
type fields struct {
	year, month, day, yearDay       int64
	hour, minute, second, micro     int64
	hour12, pm                      bool
	offset                          int64
	seconds                         int64
	hasSeconds, negative, hasOffset bool
}

func (f *fields) days() (days int64, ok bool) {
	if f.yearDay > 0 {
		first := civilDays(f.year, 1, 1)
		days = first + f.yearDay - 1
		if days >= civilDays(f.year+1, 1, 1) {
			return 0, false
		}
		if f.month > 0 { // said twice: they must agree
			_, m, d := CivilDate(days)
			return days, int64(m) == f.month && int64(d) == f.day
		}
		return days, true
	}
	if !isDate(f.year, f.month, f.day) {
		return 0, false
	}
	return civilDays(f.year, f.month, f.day), true
}

func (f *fields) instant(z *batch.Zone) (micros int64, ok bool) {
	if f.negative { // -1.5 is half a second before -1
		return -f.seconds*1_000_000 - f.micro, true
	}
	if f.hasSeconds {
		return f.seconds*1_000_000 + f.micro, true
	}
	days, ok := f.days()
	if !ok {
		return 0, false
	}
	if f.hour12 {
		if f.hour < 1 || f.hour > 12 {
			return 0, false
		}
		f.hour %= 12
		if f.pm {
			f.hour += 12
		}
	}
	civil := days*daySeconds + f.hour*3600 + f.minute*60 + f.second
	if f.hasOffset {
		return (civil-f.offset)*1_000_000 + f.micro, true
	}
	return z.Instant(civil*1_000_000 + f.micro), true
}

// civilDays is the days from 1970-01-01 to a date of the Gregorian calendar (Howard Hinnant, "chrono-Compatible
// Low-Level Date Algorithms", days_from_civil).
func civilDays(y, m, d int64) int64 {
	if m <= 2 {
		y--
	}
	era := floorDiv(y, 400)
	yoe := y - era*400
	doy := (153*((m+9)%12)+2)/5 + d - 1
	return era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 719468
}

var monthDays = [...]int64{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// isDate reports whether there is such a day in the calendar.
func isDate(y, m, d int64) bool {
	if m < 1 || m > 12 || d < 1 || d > monthDays[m-1] {
		return false
	}
	return m != 2 || d < 29 || y%4 == 0 && (y%100 != 0 || y%400 == 0)
}

// parse reads all of text by the pattern.
func (p *pattern) parse(text []byte) (f fields, ok bool) {
	for i := range p.elements {
		e := &p.elements[i]
		if e.directive == 0 {
			if len(text) < len(e.text) || string(text[:len(e.text)]) != e.text {
				return f, false
			}
			text = text[len(e.text):]
			continue
		}
		if text, ok = f.read(e, text); !ok {
			return f, false
		}
	}
	return f, len(text) == 0
}

// read takes one directive from the front of text.
func (f *fields) read(e *element, text []byte) (rest []byte, ok bool) {
	switch e.directive {
	case 'Y':
		return number(text, 4, 4, 0, 9999, &f.year)
	case 'y':
		rest, ok = number(text, 2, 2, 0, 99, &f.year)
		if f.year += 1900; f.year < 1969 {
			f.year += 100
		}
		return rest, ok
	case 'm':
		return number(text, e.least(2), 2, 1, 12, &f.month)
	case 'd':
		return number(text, e.least(2), 2, 1, 31, &f.day)
	case 'e':
		if len(text) > 1 && text[0] == ' ' {
			return number(text[1:], 1, 1, 1, 9, &f.day)
		}
		return number(text, e.least(2), 2, 1, 31, &f.day)
	case 'j':
		return number(text, e.least(3), 3, 1, 366, &f.yearDay)
	case 'H':
		return number(text, e.least(2), 2, 0, 23, &f.hour)
	case 'I':
		f.hour12 = true
		return number(text, e.least(2), 2, 1, 12, &f.hour)
	case 'M':
		return number(text, e.least(2), 2, 0, 59, &f.minute)
	case 'S':
		return number(text, e.least(2), 2, 0, 59, &f.second)
	case 'f':
		return fraction(text, &f.micro)
	case 'p':
		return f.noon(text)
	case 'z':
		f.hasOffset = true
		return offset(text, &f.offset)
	case 's':
		f.hasSeconds = true
		if len(text) > 0 && text[0] == '-' {
			f.negative = true
			text = text[1:]
		}
		return number(text, 1, 12, 0, 1<<40, &f.seconds)
	case 'b', 'B':
		return name(text, monthNames[:], e.directive == 'b', &f.month)
	}
	var weekday int64 // %a and %A must be names, and say nothing
	return name(text, dayNames[:], e.directive == 'a', &weekday)
}

// least is how many digits a number must have: all where other digits follow it directly, else one.
func (e *element) least(digits int) int {
	if e.tight {
		return digits
	}
	return 1
}

func number(text []byte, least, most int, low, high int64, to *int64) (rest []byte, ok bool) {
	n, i := int64(0), 0
	for i < most && i < len(text) && isDigit(text[i]) {
		n = n*10 + int64(text[i]-'0')
		i++
	}
	*to = n
	return text[i:], i >= least && n >= low && n <= high
}

// fraction reads up to nine decimals of a second; those below microseconds must be zeros.
func fraction(text []byte, to *int64) (rest []byte, ok bool) {
	n, scale, i := int64(0), int64(100_000), 0
	for ; i < 9 && i < len(text) && isDigit(text[i]); i++ {
		if scale == 0 && text[i] != '0' {
			return text, false
		}
		n += int64(text[i]-'0') * scale
		scale /= 10
	}
	*to = n
	return text[i:], i > 0
}

func (f *fields) noon(text []byte) (rest []byte, ok bool) {
	if len(text) < 2 || text[1]|0x20 != 'm' {
		return text, false
	}
	c := text[0] | 0x20
	f.pm = c == 'p'
	return text[2:], c == 'a' || c == 'p'
}

// offset reads Z, +08, +0800 or +08:00.
func offset(text []byte, to *int64) (rest []byte, ok bool) {
	if len(text) > 0 && (text[0] == 'Z' || text[0] == 'z') {
		return text[1:], true
	}
	if len(text) == 0 || text[0] != '+' && text[0] != '-' {
		return text, false
	}
	negative := text[0] == '-'
	var hours, minutes int64
	rest, ok = number(text[1:], 2, 2, 0, 18, &hours)
	if !ok {
		return rest, false
	}
	if len(rest) > 2 && rest[0] == ':' && isDigit(rest[1]) {
		rest, ok = number(rest[1:], 2, 2, 0, 59, &minutes)
	} else if len(rest) > 0 && isDigit(rest[0]) {
		rest, ok = number(rest, 2, 2, 0, 59, &minutes)
	}
	*to = hours*3600 + minutes*60
	if negative {
		*to = -*to
	}
	return rest, ok
}

// name reads one of names in any case, or its first three letters, and gives its number, counted from 1.
func name(text []byte, names []string, short bool, to *int64) (rest []byte, ok bool) {
	for i, n := range names {
		if short {
			n = n[:3]
		}
		if len(text) >= len(n) && equalASCII(text[:len(n)], n) {
			*to = int64(i + 1)
			return text[len(n):], true
		}
	}
	return text, false
}

func equalASCII(text []byte, name string) bool {
	for i := range text {
		if text[i]|0x20 != name[i]|0x20 {
			return false
		}
	}
	return true
}
