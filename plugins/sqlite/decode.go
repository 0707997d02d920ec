package sqlite

import (
	"math"
	"strconv"
	"unicode/utf8"

	lib "modernc.org/sqlite/lib"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// reader appends values of one column, by how each is stored.
type reader struct {
	want   schema.Type
	zone   *batch.Zone
	buffer []byte
}

const (
	aBlob   = "a blob where text is wanted: CAST(… AS TEXT) in a query makes text of it"
	noTimes = "a number, and not taken for a time: strftime('%Y-%m-%dT%H:%M:%SZ', …, 'unixepoch') in a query makes one of it"
)

// read appends the value i of the row. It returns a phrase, and appends nothing, where the value does
// not fit.
func (r *reader) read(c *batch.Column, s *stmt, i int) (problem string) {
	switch s.storage(i) {
	case lib.SQLITE_NULL:
		c.AppendNull()
		return ""
	case lib.SQLITE_INTEGER:
		return r.integer(c, s.integer(i))
	case lib.SQLITE_FLOAT:
		return r.real(c, s.real(i))
	case lib.SQLITE_BLOB:
		if r.want.Kind != schema.Bytes {
			return aBlob
		}
		c.AppendBytes(s.bytes(i))
		return ""
	}
	text := s.text(i)
	switch r.want.Kind {
	case schema.String, schema.Enum:
		if !utf8.Valid(text) {
			return "not valid UTF-8"
		}
		c.AppendBytes(text)
		return ""
	}
	return c.AppendText(text, r.zone)
}

func (r *reader) integer(c *batch.Column, v int64) string {
	switch r.want.Kind {
	case schema.Integer:
		c.AppendInt(v)
		return ""
	case schema.Decimal:
		n, err := decimal.Rescale(decimal.FromInt64(v), 0, r.want.Scale)
		if err != nil || !decimal.Fits(n, r.want.Precision) {
			return "not a " + r.want.String()
		}
		c.AppendNum(n)
		return ""
	case schema.Date, schema.Timestamp:
		return noTimes
	}
	r.buffer = strconv.AppendInt(r.buffer[:0], v, 10)
	return c.AppendText(r.buffer, r.zone)
}

func (r *reader) real(c *batch.Column, v float64) string {
	switch r.want.Kind {
	case schema.Float:
		c.AppendFloat(v)
		return ""
	case schema.Date, schema.Timestamp:
		return noTimes
	case schema.String, schema.Enum, schema.JSON, schema.Bytes:
		r.buffer = sqlread.AppendFloat(r.buffer[:0], v, 64)
	default:
		if math.Abs(v) >= 1e39 {
			return "not a " + r.want.String()
		}
		r.buffer = strconv.AppendFloat(r.buffer[:0], v, 'f', -1, 64)
	}
	return c.AppendText(r.buffer, r.zone)
}

// show is a value for a message.
func show(s *stmt, i int) string {
	switch s.storage(i) {
	case lib.SQLITE_FLOAT:
		return string(sqlread.AppendFloat(nil, s.real(i), 64))
	case lib.SQLITE_BLOB:
		b := s.bytes(i)
		return string(b[:min(len(b), batch.MaxBadText)])
	}
	b := s.text(i)
	return string(b[:min(len(b), batch.MaxBadText)])
}
