package mysql

import (
	"strconv"
	"unicode/utf8"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// decoder appends a value, not null, from the server's text of it. It returns a phrase, and appends nothing, where the value does
// not fit.
type decoder func(c *batch.Column, raw []byte) (problem string)

func decoderFor(f field, want schema.Type, zone *batch.Zone, clock clock) decoder {
	switch want.Kind {
	case schema.String, schema.Enum:
		return textDecoder(f)
	case schema.Bytes:
		return func(c *batch.Column, raw []byte) string {
			c.AppendBytes(raw)
			return ""
		}
	case schema.Integer:
		if f.family == whole {
			return decodeInteger
		}
	case schema.Decimal:
		if f.family == whole || f.family == numeric {
			return decimalDecoder(want)
		}
	case schema.Float:
		if f.family == single || f.family == double {
			return func(c *batch.Column, raw []byte) string {
				v, err := strconv.ParseFloat(string(raw), 64)
				if err != nil {
					return "not a float"
				}
				c.AppendFloat(v)
				return ""
			}
		}
	case schema.Timestamp:
		if f.family == instant {
			if clock.zone == nil {
				return decodeUnix
			}
			zone = batch.NewZone(clock.zone)
		}
		if f.family == instant || f.family == civilTime {
			return timeDecoder(zone)
		}
	}
	if f.family == single || f.family == double {
		return func(c *batch.Column, raw []byte) string { return c.AppendText(f.plain(raw), zone) }
	}
	return func(c *batch.Column, raw []byte) string { return c.AppendText(raw, zone) }
}

// textDecoder gives values as the server prints them, floats with the fewest digits that mean them, integers without ZEROFILL.
func textDecoder(f field) decoder {
	switch f.family {
	case single, double:
		return func(c *batch.Column, raw []byte) string {
			v, err := strconv.ParseFloat(string(raw), 64)
			if err != nil {
				return "not a float"
			}
			c.AppendBytes(sqlread.AppendFloat(nil, v, f.bits()))
			return ""
		}
	case whole:
		return func(c *batch.Column, raw []byte) string {
			for len(raw) > 1 && raw[0] == '0' {
				raw = raw[1:]
			}
			c.AppendBytes(raw)
			return ""
		}
	}
	return func(c *batch.Column, raw []byte) string {
		if !utf8.Valid(raw) {
			return "not valid UTF-8"
		}
		c.AppendBytes(raw)
		return ""
	}
}

func (f field) bits() int {
	if f.family == single {
		return 32
	}
	return 64
}

// plain is a float without an exponent, so that a decimal is what its shortest text says.
func (f field) plain(raw []byte) []byte {
	v, err := strconv.ParseFloat(string(raw), 64)
	if err != nil {
		return raw
	}
	return strconv.AppendFloat(nil, v, 'f', -1, f.bits())
}

// show is a value for a message.
func (f field) show(raw []byte) string {
	if f.family == single || f.family == double {
		if v, err := strconv.ParseFloat(string(raw), 64); err == nil {
			return string(sqlread.AppendFloat(nil, v, 64))
		}
	}
	return string(raw[:min(len(raw), batch.MaxBadText)])
}

func decodeInteger(c *batch.Column, raw []byte) string {
	if len(raw) > 0 && len(raw) <= 18 { // it cannot overflow
		digits := raw
		if raw[0] == '-' {
			digits = raw[1:]
		}
		if n, ok := number64(digits); ok {
			if raw[0] == '-' {
				n = -n
			}
			c.AppendInt(n)
			return ""
		}
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		return "not an integer of 64 bits with a sign: decimal(20, 0) holds it"
	}
	c.AppendInt(n)
	return ""
}

// number64 reads at most 18 digits.
func number64(digits []byte) (n int64, ok bool) {
	for _, d := range digits {
		if d -= '0'; d > 9 {
			return 0, false
		}
		n = n*10 + int64(d)
	}
	return n, len(digits) > 0
}

// decimalDecoder reads what has just the decimals of the type and few digits by itself.
func decimalDecoder(want schema.Type) decoder {
	scale := int(want.Scale)
	most := min(18, int(want.Precision)+1) // with the point
	unit := int64(1)
	for range min(scale, most) {
		unit *= 10
	}
	return func(c *batch.Column, raw []byte) string {
		digits, point := raw, len(raw)-1-scale
		minus := len(raw) > 0 && raw[0] == '-'
		if minus {
			digits, point = raw[1:], point-1
		}
		if scale == 0 || point < 1 || len(digits) > most || digits[point] != '.' {
			return c.AppendText(raw, nil)
		}
		high, ok := number64(digits[:point])
		low, also := number64(digits[point+1:])
		if !ok || !also {
			return c.AppendText(raw, nil)
		}
		n := high*unit + low
		if minus {
			n = -n
		}
		c.AppendNum(decimal.FromInt64(n))
		return ""
	}
}

// timeDecoder reads times as the server prints them. Rows of a table are mostly of the day of the row before, which then need not be worked out.
func timeDecoder(zone *batch.Zone) decoder {
	var date [10]byte
	var midnight int64
	return func(c *batch.Column, raw []byte) string {
		if len(raw) < 19 || [10]byte(raw) != date {
			problem := c.AppendText(raw, zone)
			if problem == "" && len(raw) >= 19 {
				date = [10]byte(raw)
				midnight, _ = batch.ParseTimestamp(raw[:10], nil)
			}
			return problem
		}
		h, ok1 := number64(raw[11:13])
		m, ok2 := number64(raw[14:16])
		s, ok3 := number64(raw[17:19])
		fraction, ok4 := int64(0), len(raw) == 19
		if len(raw) == 26 && raw[19] == '.' {
			fraction, ok4 = number64(raw[20:])
		}
		if !ok1 || !ok2 || !ok3 || !ok4 || raw[10] != ' ' || raw[13] != ':' || raw[16] != ':' || h > 23 || m > 59 || s > 59 {
			return c.AppendText(raw, zone)
		}
		c.AppendInt(zone.Instant(midnight + (h*3600+m*60+s)*1e6 + fraction))
		return ""
	}
}

// decodeUnix reads seconds since 1970 with decimals. No TIMESTAMP is 0: that is what the server gives for a zero date.
func decodeUnix(c *batch.Column, raw []byte) string {
	d, err := decimal.Parse(raw)
	if err == nil {
		d.Coef, err = decimal.Rescale(d.Coef, d.Scale, 6)
	}
	micros, ok := d.Coef.Int64()
	if err != nil || !ok || micros == 0 {
		return "not an instant"
	}
	c.AppendInt(micros)
	return ""
}
