package mysql

import (
	"database/sql/driver"
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// decoder appends a value as the driver gives it, not null: bytes, or a number that the driver has parsed. It
// returns a phrase, and appends nothing, where the value does not fit.
type decoder func(c *batch.Column, v driver.Value) (problem string)

func decoderFor(f field, want schema.Type, zone *batch.Zone, clock clock) decoder {
	switch want.Kind {
	case schema.String, schema.Enum:
		return textDecoder(f)
	case schema.Bytes:
		return func(c *batch.Column, v driver.Value) string {
			c.AppendBytes(v.([]byte))
			return ""
		}
	case schema.Integer:
		if f.family == whole {
			return decodeInteger
		}
	case schema.Decimal:
		if f.family == whole {
			return wholeAsDecimal(want)
		}
	case schema.Float:
		if f.family == single || f.family == double {
			return func(c *batch.Column, v driver.Value) string {
				c.AppendFloat(v.(float64))
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
	}
	return anyDecoder(f, zone)
}

// textDecoder gives values as the server prints them, floats with the fewest digits that mean them.
func textDecoder(f field) decoder {
	return func(c *batch.Column, v driver.Value) string {
		switch v := v.(type) {
		case []byte:
			if !utf8.Valid(v) {
				return "not valid UTF-8"
			}
			c.AppendBytes(v)
		case float64:
			c.AppendBytes(sqlread.AppendFloat(nil, v, f.bits()))
		default:
			c.AppendString(show(v))
		}
		return ""
	}
}

func (f field) bits() int {
	if f.family == single {
		return 32
	}
	return 64
}

func decodeInteger(c *batch.Column, v driver.Value) string {
	switch v := v.(type) {
	case int64:
		c.AppendInt(v)
		return ""
	case uint64:
		if int64(v) >= 0 {
			c.AppendInt(int64(v))
			return ""
		}
	}
	return "not an integer of 64 bits with a sign: decimal(20, 0) holds it"
}

func wholeAsDecimal(want schema.Type) decoder {
	return func(c *batch.Column, v driver.Value) string {
		var n decimal.Num
		switch v := v.(type) {
		case int64:
			n = decimal.FromInt64(v)
		case uint64:
			n = decimal.Num{Lo: v}
		}
		n, err := decimal.Rescale(n, 0, want.Scale)
		if err != nil || !decimal.Fits(n, want.Precision) {
			return "not a " + want.String()
		}
		c.AppendNum(n)
		return ""
	}
}

// decodeUnix reads seconds since 1970 with decimals.
func decodeUnix(c *batch.Column, v driver.Value) string {
	if v, ok := v.(int64); ok {
		c.AppendInt(v * 1e6)
		return ""
	}
	d, err := decimal.Parse(v.([]byte))
	if err == nil {
		d.Coef, err = decimal.Rescale(d.Coef, d.Scale, 6)
	}
	micros, ok := d.Coef.Int64()
	if err != nil || !ok || micros == 0 { // what the server gives for a zero date
		return "not an instant"
	}
	c.AppendInt(micros)
	return ""
}

// anyDecoder parses the text of a value.
func anyDecoder(f field, zone *batch.Zone) decoder {
	var buffer []byte
	return func(c *batch.Column, v driver.Value) string {
		switch v := v.(type) {
		case []byte:
			return c.AppendText(v, zone)
		case int64:
			buffer = strconv.AppendInt(buffer[:0], v, 10)
		case uint64:
			buffer = strconv.AppendUint(buffer[:0], v, 10)
		case float64: // without an exponent, so that a decimal is what its shortest text says
			buffer = strconv.AppendFloat(buffer[:0], v, 'f', -1, f.bits())
		}
		return c.AppendText(buffer, zone)
	}
}

// show is a value for a message.
func show(v driver.Value) string {
	switch v := v.(type) {
	case []byte:
		return string(v[:min(len(v), batch.MaxBadText)])
	case int64:
		return strconv.FormatInt(v, 10)
	case uint64:
		return strconv.FormatUint(v, 10)
	case float64:
		return string(sqlread.AppendFloat(nil, v, 64))
	}
	return fmt.Sprint(v)
}
