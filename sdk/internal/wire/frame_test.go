package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

var columnTypes = []schema.Type{
	{Kind: schema.String}, {Kind: schema.Integer}, {Kind: schema.Decimal, Precision: 18, Scale: 2}, {Kind: schema.Decimal, Precision: 38, Scale: 9},
	{Kind: schema.Float}, {Kind: schema.Boolean}, {Kind: schema.Date}, {Kind: schema.Timestamp},
	{Kind: schema.Enum, Values: []string{"A", "B"}}, {Kind: schema.JSON}, {Kind: schema.Bytes},
}

// drawBatch draws a batch of any shape, nulls and bad values included.
func drawBatch(t *rapid.T) *batch.Batch {
	types := rapid.SliceOfN(rapid.SampledFrom(columnTypes), 0, 6).Draw(t, "types")
	rows := rapid.IntRange(1, 40).Draw(t, "rows")
	b := batch.NewBuilder(types...)
	for range rows {
		for i, typ := range types {
			c := b.Column(i)
			if rapid.IntRange(0, 4).Draw(t, "null") == 0 {
				c.AppendNull()
				continue
			}
			switch typ.Layout() {
			case schema.Int64:
				c.AppendInt(rapid.Int64().Draw(t, "int"))
			case schema.Int128:
				c.AppendNum(decimal.Num{Lo: rapid.Uint64().Draw(t, "lo"), Hi: rapid.Int64().Draw(t, "hi")})
			case schema.Float64:
				c.AppendFloat(rapid.Float64().Draw(t, "float"))
			default:
				c.AppendString(rapid.String().Draw(t, "text"))
			}
		}
		if len(types) > 0 && rapid.IntRange(0, 9).Draw(t, "bad") == 0 {
			b.AddBad(rapid.IntRange(-1, len(types)-1).Draw(t, "column"), rapid.Int64().Draw(t, "line"), rapid.StringN(0, 20, 200).Draw(t, "text"), "not it")
		}
		b.EndRow()
	}
	out := b.Batch()
	out.Origin = rapid.SampledFrom([]string{"", "a.csv", "账单.csv"}).Draw(t, "origin")
	out.FirstRow = rapid.Int64Range(0, 1<<40).Draw(t, "first")
	return out
}

// text is all that b says of rows from … to-1, for comparison.
func text(b *batch.Batch, from, to int) string {
	var s strings.Builder
	first := b.FirstRow
	if first > 0 {
		first += int64(from)
	}
	fmt.Fprintln(&s, to-from, b.Origin, first)
	for row := from; row < to; row++ {
		for i := range b.Columns {
			c := &b.Columns[i]
			v := c.Value(row)
			fmt.Fprintf(&s, "%s %v %q %d;", v.Type, v.Null, v.String(), math.Float64bits(v.Float))
		}
		for _, bad := range b.Bad {
			if bad.Row == row {
				bad.Row -= from
				fmt.Fprintf(&s, "%+v", bad)
			}
		}
		s.WriteByte('\n')
	}
	return s.String()
}

func columnsOf(b *batch.Batch) []schema.Column {
	columns := make([]schema.Column, len(b.Columns))
	for i := range b.Columns {
		columns[i] = schema.Column{Name: fmt.Sprint("c", i), Type: b.Columns[i].Type}
	}
	return columns
}

func frameOf(b *batch.Batch, from, to int) []byte {
	frame := make([]byte, frameSize(b, from, to))
	encode(frame, b, from, to)
	return frame
}

func decodeCopy(d *decoder, frame []byte) (*batch.Batch, error) {
	aligned := d.buffer(len(frame))
	copy(aligned, frame)
	return d.decode(aligned)
}

func TestFrameKeepsBatch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := drawBatch(t)
		from := rapid.IntRange(0, b.Rows-1).Draw(t, "from")
		to := rapid.IntRange(from+1, b.Rows).Draw(t, "to")
		d := newDecoder(columnsOf(b))
		got, err := decodeCopy(d, frameOf(b, from, to))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := text(got, 0, got.Rows), text(b, from, to); got != want {
			t.Fatalf("got\n%s\nwant\n%s", got, want)
		}
	})
}

func TestFrameCutShortOrLongIsRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := drawBatch(t)
		frame := frameOf(b, 0, b.Rows)
		if rapid.Bool().Draw(t, "longer") {
			frame = append(frame, make([]byte, 8)...)
		} else {
			frame = frame[:rapid.IntRange(0, len(frame)-1).Draw(t, "length")]
		}
		if _, err := decodeCopy(newDecoder(columnsOf(b)), frame); err == nil {
			t.Fatal("a frame of another length was accepted")
		}
	})
}

// malicious frames must be refused, each for its reason.
func TestMaliciousFrames(t *testing.T) {
	b := batch.NewBuilder(schema.Type{Kind: schema.String}, schema.Type{Kind: schema.Integer})
	for i := range 3 {
		b.Column(0).AppendString("text")
		b.Column(1).AppendInt(int64(i))
		b.EndRow()
	}
	b.AddBad(1, 1, "x", "not an integer")
	b.Batch().Bad[0].Row = 1
	columns := columnsOf(b.Batch())
	good := frameOf(b.Batch(), 0, 3)
	offsets := frameHead + 2*columnHead
	le := binary.LittleEndian
	for _, c := range []struct {
		name string
		harm func(frame []byte)
		want string
	}{
		{"magic", func(f []byte) { f[3] = 9 }, "it starts with"},
		{"columns", func(f []byte) { le.PutUint32(f[4:], 1<<31) }, "columns"},
		{"no columns", func(f []byte) { le.PutUint32(f[4:], 0) }, "columns"},
		{"rows", func(f []byte) { le.PutUint32(f[8:], math.MaxUint32) }, "rows"},
		{"rows allowed but absent", func(f []byte) { le.PutUint32(f[8:], maxRows) }, "shorter"},
		{"bad values", func(f []byte) { le.PutUint32(f[12:], math.MaxUint32) }, "shorter"},
		{"first row", func(f []byte) { le.PutUint64(f[16:], 1<<63) }, "first row"},
		{"origin", func(f []byte) { le.PutUint32(f[24:], math.MaxUint32) }, "shorter"},
		{"kind", func(f []byte) { f[frameHead] = 200 }, "it is invalid, string was asked for"},
		{"another kind", func(f []byte) { f[frameHead+columnHead] = byte(schema.Date) }, "it is date, integer was asked for"},
		{"precision", func(f []byte) { f[frameHead+2] = 3 }, "was asked for"},
		{"flags", func(f []byte) { f[frameHead+1] = 6 }, "flags"},
		{"validity that is not there", func(f []byte) { f[frameHead+1] = flagValidity }, ""},
		{"text length", func(f []byte) { le.PutUint32(f[frameHead+4:], math.MaxUint32) }, "shorter"},
		{"first offset", func(f []byte) { le.PutUint32(f[offsets:], 1) }, "offset"},
		{"negative offset", func(f []byte) { le.PutUint32(f[offsets+4:], 1<<31) }, "offset"},
		{"falling offset", func(f []byte) { le.PutUint32(f[offsets+8:], 2) }, "offset"},
		{"offset past the text", func(f []byte) { le.PutUint32(f[offsets+12:], 1000) }, "offsets end at 1000"},
		{"row of a bad value", func(f []byte) { le.PutUint32(f[len(f)-24-15:], 3) }, "bad value"},
		{"text of a bad value", func(f []byte) { le.PutUint32(f[len(f)-8-15:], 1<<30) }, "bytes of text"},
	} {
		t.Run(c.name, func(t *testing.T) {
			frame := append([]byte(nil), good...)
			c.harm(frame)
			_, err := decodeCopy(newDecoder(columns), frame)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error that says %q", err, c.want)
			}
		})
	}
	if _, err := decodeCopy(newDecoder(columns), good); err != nil {
		t.Errorf("the good frame: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	columns := []schema.Column{
		{Name: "a", Type: schema.Type{Kind: schema.String}}, {Name: "b", Type: schema.Type{Kind: schema.Integer}},
		{Name: "c", Type: schema.Type{Kind: schema.Decimal, Precision: 38}}, {Name: "d", Type: schema.Type{Kind: schema.Float}},
	}
	b := batch.NewBuilder(columns[0].Type, columns[1].Type, columns[2].Type, columns[3].Type)
	for i := range 5 {
		b.Column(0).AppendString("text")
		b.Column(1).AppendNull()
		b.Column(2).AppendNum(decimal.FromInt64(int64(i)))
		b.Column(3).AppendFloat(0.5)
		b.EndRow()
	}
	f.Add(frameOf(b.Batch(), 0, 5))
	b.AddBad(-1, 2, "text", "reason")
	b.Batch().Bad[0].Row, b.Batch().Origin = 2, "file"
	f.Add(frameOf(b.Batch(), 1, 4))
	f.Fuzz(func(t *testing.T, frame []byte) {
		d := newDecoder(columns)
		got, err := decodeCopy(d, frame)
		if err != nil {
			return
		}
		_ = text(got, 0, got.Rows) // reads every value
	})
}

func TestEmitCutsBatches(t *testing.T) {
	b := batch.NewBuilder(schema.Type{Kind: schema.String}, schema.Type{Kind: schema.Integer})
	for i := range 21 {
		b.Column(0).AppendString(strings.Repeat(string(rune('a'+i)), 1<<20))
		if i%3 == 0 {
			b.Column(1).AppendNull()
		} else {
			b.Column(1).AppendInt(int64(i))
		}
		b.EndRow()
	}
	b.Batch().FirstRow = 100
	d := newDecoder(columnsOf(b.Batch()))
	got, next := "", int64(100)
	e := &emitter{ctx: t.Context(), send: func(b *batch.Batch, from, to, size int) error {
		if size > maxFrame {
			t.Errorf("a frame of %d bytes", size)
		}
		part, err := decodeCopy(d, frameOf(b, from, to))
		if err != nil {
			return err
		}
		if part.FirstRow != next {
			t.Errorf("got first row %d, want %d", part.FirstRow, next)
		}
		next += int64(part.Rows)
		for row := range part.Rows {
			got += part.Columns[0].Text(row)[:1] + part.Columns[1].Value(row).String() + " "
		}
		return nil
	}}
	if err := e.emit(b.Batch()); err != nil {
		t.Fatal(err)
	}
	want := ""
	for row := range 21 {
		want += b.Batch().Columns[0].Text(row)[:1] + b.Batch().Columns[1].Value(row).String() + " "
	}
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestEmitNamesTheRowThatIsTooBig(t *testing.T) {
	b := batch.NewBuilder(schema.Type{Kind: schema.String})
	for i := range 5 {
		b.Column(0).AppendString(strings.Repeat("x", 1+i/3*(9<<20)))
		b.EndRow()
	}
	e := &emitter{ctx: t.Context(), rows: 10, send: func(*batch.Batch, int, int, int) error { return nil }}
	var f *Failure
	if err := e.emit(b.Batch()); !errors.As(err, &f) || !strings.HasPrefix(f.Text, "row 14 of the read has 9437") {
		t.Errorf("got %v", err)
	}
	b.Batch().FirstRow, b.Batch().Origin = 101, "bill.csv"
	if err := e.emit(b.Batch()); !errors.As(err, &f) || !strings.HasPrefix(f.Text, "row 104 of bill.csv has 9437") {
		t.Errorf("got %v", err)
	}
}

func TestEmitRefusesBrokenBatches(t *testing.T) {
	e := &emitter{ctx: t.Context(), send: func(*batch.Batch, int, int, int) error { return nil }}
	for _, b := range []*batch.Batch{
		{Rows: 2, Columns: []batch.Column{{Type: schema.Type{Kind: schema.Integer}, Ints: []int64{1}}}},
		{Rows: 2, Columns: []batch.Column{{Type: schema.Type{Kind: schema.String}, Offsets: []int32{0, 1}, Bytes: []byte("a")}}},
		{Rows: 1, Columns: []batch.Column{{Type: schema.Type{Kind: schema.String}, Offsets: []int32{0, 5}, Bytes: []byte("a")}}},
		{Rows: 9, Columns: []batch.Column{{Type: schema.Type{Kind: schema.Float}, Floats: make([]float64, 9), Valid: []byte{1}}}},
	} {
		if err := e.emit(b); err == nil {
			t.Errorf("%+v was accepted", b)
		}
	}
}
