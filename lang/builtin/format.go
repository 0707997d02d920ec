package builtin

import (
	"time"

	"github.com/recon-lang/recon/sdk/schema"
)

var formatFunc = &Func{
	Name: "format", Family: TimeFamily,
	Params:  []Param{{Name: "t", Kinds: timeKinds}, {Name: "pattern", Kinds: textKinds, Literal: true}, zoneParam},
	Doc:     "A date or an instant as text by a pattern, an instant in the time zone of its column, or in zone." + patternDoc,
	Example: `format(2026-11-20, "%Y%m%d")  → "20261120"`,
	Result: func(args []Arg) (schema.Type, *Problem) {
		p, err := compilePattern(args[1].Literal.Text)
		if err != nil {
			return schema.Type{}, &Problem{Arg: 1, Text: err.Error()}
		}
		if args[0].Type.Kind == schema.Date {
			if p.has("HIMSfpzs") {
				return schema.Type{}, &Problem{Arg: 1, Text: "a date has no time of day"}
			}
			if len(args) > 2 {
				return schema.Type{}, &Problem{Arg: 2, Text: "a date has no time zone", Hint: "leave the zone out"}
			}
		}
		return kind(schema.String), zoneProblem(args, 2)
	},
	Bind: func(ctx Context, first schema.Type, rest []schema.Value) (Bound, error) {
		p, err := compilePattern(rest[0].Text)
		if err != nil {
			return Bound{}, err
		}
		loc, err := location(ctx, rest[1:])
		if err != nil {
			return Bound{}, err
		}
		z := newZone(loc)
		if first.Kind == schema.Date {
			z = newZone(time.UTC)
			return Bound{Format: func(dst []byte, days int64) []byte { return p.format(dst, days*dayMicros, z) }}, nil
		}
		return Bound{Format: func(dst []byte, micros int64) []byte { return p.format(dst, micros, z) }}, nil
	},
}

// format appends an instant as the pattern writes it.
func (p *pattern) format(dst []byte, micros int64, z *zone) []byte {
	civil := z.civil(micros)
	days := floorDiv(civil, dayMicros)
	rest := civil - days*dayMicros
	micro := rest % 1_000_000
	seconds := rest / 1_000_000
	year, month, day := CivilDate(days)
	for i := range p.elements {
		e := &p.elements[i]
		switch e.directive {
		case 0:
			dst = append(dst, e.text...)
		case 'Y':
			if year < 0 {
				dst, year = append(dst, '-'), -year
			}
			dst = padded(dst, year, 4, '0')
		case 'y':
			dst = padded(dst, (year%100+100)%100, 2, '0')
		case 'm':
			dst = padded(dst, int64(month), 2, '0')
		case 'd':
			dst = padded(dst, int64(day), 2, '0')
		case 'e':
			dst = padded(dst, int64(day), 2, ' ')
		case 'j':
			dst = padded(dst, days-civilDays(year, 1, 1)+1, 3, '0')
		case 'b':
			dst = append(dst, monthNames[month-1][:3]...)
		case 'B':
			dst = append(dst, monthNames[month-1]...)
		case 'a':
			dst = append(dst, dayNames[weekday(days)][:3]...)
		case 'A':
			dst = append(dst, dayNames[weekday(days)]...)
		case 'H':
			dst = padded(dst, seconds/3600, 2, '0')
		case 'I':
			dst = padded(dst, (seconds/3600+11)%12+1, 2, '0')
		case 'M':
			dst = padded(dst, seconds/60%60, 2, '0')
		case 'S':
			dst = padded(dst, seconds%60, 2, '0')
		case 'f':
			dst = padded(dst, micro, 6, '0')
		case 'p':
			if seconds >= 12*3600 {
				dst = append(dst, "PM"...)
			} else {
				dst = append(dst, "AM"...)
			}
		case 'z':
			dst = appendOffset(dst, (civil-micros)/1_000_000)
		case 's':
			dst = appendInt(dst, floorDiv(micros, 1_000_000))
		}
	}
	return dst
}

// weekday counts from Sunday, 0; 1970-01-01 was a Thursday.
func weekday(days int64) int64 { return ((days+4)%7 + 7) % 7 }

func appendOffset(dst []byte, seconds int64) []byte {
	sign := byte('+')
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	dst = append(dst, sign)
	dst = padded(dst, seconds/3600, 2, '0')
	return padded(dst, seconds/60%60, 2, '0')
}

func appendInt(dst []byte, n int64) []byte {
	if n < 0 {
		dst, n = append(dst, '-'), -n
	}
	return padded(dst, n, 1, '0')
}

// padded appends n >= 0 with at least width characters.
func padded(dst []byte, n int64, width int, fill byte) []byte {
	var buf [20]byte
	i := len(buf)
	for n > 0 || i == len(buf) {
		i--
		buf[i] = byte('0' + n%10)
		n /= 10
	}
	for len(buf)-i < width {
		i--
		buf[i] = fill
	}
	return append(dst, buf[i:]...)
}
