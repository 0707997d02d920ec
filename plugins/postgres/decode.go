package postgres

import (
	"bytes"
	"encoding/binary"
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// decoder appends a value as it comes from the server. It returns a phrase, and appends nothing, where the
// value does not fit.
type decoder func(c *batch.Column, raw []byte) (problem string)

// Formats of the protocol.
const (
	textFormat   = 0
	binaryFormat = 1
)

// The server counts days and microseconds from 2000-01-01.
const (
	epochDays   = 10957
	epochMicros = epochDays * 86400e6
)

// decoderFor chooses how to read a column, and the format to ask the server for.
func decoderFor(f field, want schema.Type, zone *batch.Zone) (decoder, int16) {
	viaText := func(c *batch.Column, raw []byte) string { return c.AppendText(raw, zone) }
	switch want.Kind {
	case schema.String, schema.Enum:
		switch f.family {
		case padded:
			return func(c *batch.Column, raw []byte) string { return appendString(c, bytes.TrimRight(raw, " ")) }, textFormat
		case boolean:
			return func(c *batch.Column, raw []byte) string {
				c.AppendString(strconv.FormatBool(raw[0] != 0))
				return ""
			}, binaryFormat
		}
		return appendString, textFormat
	case schema.Integer:
		if f.family == whole {
			return wholeDecoder(f.oid), binaryFormat
		}
		if f.family == numeric {
			return func(c *batch.Column, raw []byte) string {
				n, problem := decodeNumeric(raw, 0)
				i, ok := n.Int64()
				if problem != "" || !ok {
					return "not an integer of 64 bits"
				}
				c.AppendInt(i)
				return ""
			}, binaryFormat
		}
		if f.family == float {
			return plain(f.oid, viaText), binaryFormat
		}
	case schema.Decimal:
		switch f.family {
		case numeric:
			return numericDecoder(want), binaryFormat
		case whole:
			return wholeAsDecimal(f.oid, want), binaryFormat
		case float:
			return plain(f.oid, viaText), binaryFormat
		}
	case schema.Float:
		if f.family == float {
			return func(c *batch.Column, raw []byte) string { c.AppendFloat(floatOf(f.oid, raw)); return "" }, binaryFormat
		}
	case schema.Boolean:
		if f.family == boolean {
			return func(c *batch.Column, raw []byte) string { c.AppendInt(int64(raw[0])); return "" }, binaryFormat
		}
	case schema.Date:
		if f.family == day {
			return func(c *batch.Column, raw []byte) string {
				d := int32(binary.BigEndian.Uint32(raw))
				if d == math.MaxInt32 || d == math.MinInt32 {
					return "not a date of the calendar"
				}
				c.AppendInt(int64(d) + epochDays)
				return ""
			}, binaryFormat
		}
	case schema.Timestamp:
		if d := timestampDecoder(f.family, zone); d != nil {
			return d, binaryFormat
		}
	case schema.Bytes:
		if f.family == blob {
			return func(c *batch.Column, raw []byte) string { c.AppendBytes(raw); return "" }, binaryFormat
		}
	case schema.JSON:
		if f.family == document {
			return func(c *batch.Column, raw []byte) string { c.AppendBytes(bytes.TrimSpace(raw)); return "" }, textFormat
		}
	}
	if f.family == padded {
		return func(c *batch.Column, raw []byte) string { return c.AppendText(bytes.TrimRight(raw, " "), zone) }, textFormat
	}
	return viaText, textFormat
}

func appendString(c *batch.Column, raw []byte) string {
	if !utf8.Valid(raw) { // an SQL_ASCII database holds any bytes
		return "not valid UTF-8"
	}
	c.AppendBytes(raw)
	return ""
}

func wholeOf(oid uint32, raw []byte) int64 {
	switch oid {
	case pgtype.Int2OID:
		return int64(int16(binary.BigEndian.Uint16(raw)))
	case pgtype.Int4OID:
		return int64(int32(binary.BigEndian.Uint32(raw)))
	}
	return int64(binary.BigEndian.Uint64(raw))
}

func wholeDecoder(oid uint32) decoder {
	return func(c *batch.Column, raw []byte) string { c.AppendInt(wholeOf(oid, raw)); return "" }
}

func wholeAsDecimal(oid uint32, want schema.Type) decoder {
	return func(c *batch.Column, raw []byte) string {
		n, err := decimal.Rescale(decimal.FromInt64(wholeOf(oid, raw)), 0, want.Scale)
		if err != nil || !decimal.Fits(n, want.Precision) {
			return "not a " + want.String()
		}
		c.AppendNum(n)
		return ""
	}
}

func floatOf(oid uint32, raw []byte) float64 {
	if oid == pgtype.Float4OID {
		return float64(math.Float32frombits(binary.BigEndian.Uint32(raw)))
	}
	return math.Float64frombits(binary.BigEndian.Uint64(raw))
}

// plain gives a float's shortest text that means it, without an exponent: a float is delivered as a decimal only if
// that text fits.
func plain(oid uint32, next decoder) decoder {
	bits := 64
	if oid == pgtype.Float4OID {
		bits = 32
	}
	var buffer []byte
	return func(c *batch.Column, raw []byte) string {
		buffer = strconv.AppendFloat(buffer[:0], floatOf(oid, raw), 'f', -1, bits)
		return next(c, buffer)
	}
}

func timestampDecoder(f family, zone *batch.Zone) decoder {
	const infinite = "not an instant"
	switch f {
	case instant:
		return func(c *batch.Column, raw []byte) string {
			at := int64(binary.BigEndian.Uint64(raw))
			if at == math.MaxInt64 || at == math.MinInt64 {
				return infinite
			}
			c.AppendInt(at + epochMicros)
			return ""
		}
	case civilTime:
		return func(c *batch.Column, raw []byte) string {
			at := int64(binary.BigEndian.Uint64(raw))
			if at == math.MaxInt64 || at == math.MinInt64 {
				return infinite
			}
			c.AppendInt(zone.Instant(at + epochMicros))
			return ""
		}
	case day:
		return func(c *batch.Column, raw []byte) string {
			d := int32(binary.BigEndian.Uint32(raw))
			if d == math.MaxInt32 || d == math.MinInt32 {
				return infinite
			}
			c.AppendInt(zone.Instant((int64(d) + epochDays) * 86400e6))
			return ""
		}
	}
	return nil
}

// show is a value for a message.
func show(f field, format int16, raw []byte) string {
	if format == textFormat {
		return string(raw)
	}
	switch f.family {
	case whole:
		return strconv.FormatInt(wholeOf(f.oid, raw), 10)
	case numeric:
		return showNumeric(raw)
	case float:
		return string(sqlread.AppendFloat(nil, floatOf(f.oid, raw), 64))
	case day:
		switch d := int32(binary.BigEndian.Uint32(raw)); d {
		case math.MaxInt32:
			return "infinity"
		case math.MinInt32:
			return "-infinity"
		default:
			return sqlread.DayText(int64(d) + epochDays)
		}
	case civilTime, instant:
		switch at := int64(binary.BigEndian.Uint64(raw)); at {
		case math.MaxInt64:
			return "infinity"
		case math.MinInt64:
			return "-infinity"
		default:
			return time.UnixMicro(at + epochMicros).UTC().Format(time.RFC3339Nano)
		}
	}
	return strconv.Quote(string(raw))
}
