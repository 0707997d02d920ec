package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"unsafe"

	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// decoder turns frames into batches without copying values. It trusts nothing that a
// frame says.
type decoder struct {
	columns []schema.Column // what was asked for
	batch   batch.Batch
	memory  []uint64 // holds the frame: words, so that it is aligned
}

func newDecoder(columns []schema.Column) *decoder {
	d := &decoder{columns: columns}
	d.batch.Columns = make([]batch.Column, len(columns))
	return d
}

// buffer is memory for a frame of n bytes, reused by the next. It starts at a multiple of eight.
func (d *decoder) buffer(n int) []byte {
	words := max(1, (n+7)/8)
	if cap(d.memory) < words {
		d.memory = make([]uint64, words+words/4)
	}
	d.memory = d.memory[:words]
	return unsafe.Slice((*byte)(unsafe.Pointer(&d.memory[0])), len(d.memory)*8)[:n:n]
}

var errShort = errors.New("it is shorter than it says")

// decode gives the batch of a frame, which starts at a multiple of eight. The batch lives in
// the frame and is valid until the next call.
func (d *decoder) decode(frame []byte) (*batch.Batch, error) {
	b, err := d.read(frame)
	if err != nil {
		return nil, fmt.Errorf("the plugin sent a bad batch: %w", err)
	}
	return b, nil
}

func (d *decoder) read(frame []byte) (*batch.Batch, error) {
	le := binary.LittleEndian
	r := reader{rest: frame}
	head, ok := r.take(frameHead)
	if !ok {
		return nil, errShort
	}
	if got := le.Uint32(head); got != frameMagic {
		return nil, fmt.Errorf("it starts with %#x", got)
	}
	columns, rows, bad := le.Uint32(head[4:]), le.Uint32(head[8:]), le.Uint32(head[12:])
	if int64(columns) != int64(len(d.columns)) {
		return nil, fmt.Errorf("it has %d columns, %d were asked for", columns, len(d.columns))
	}
	if rows > maxRows {
		return nil, fmt.Errorf("it has %d rows, %d are allowed", rows, maxRows)
	}
	if bad > 0 && uint64(bad) > uint64(len(frame)/badHead) {
		return nil, errShort
	}
	first := int64(le.Uint64(head[16:]))
	if first < 0 {
		return nil, fmt.Errorf("its first row is %d", first)
	}
	heads, ok := r.take(columnHead * len(d.columns))
	if !ok {
		return nil, errShort
	}
	origin, ok := r.padded(int64(le.Uint32(head[24:])))
	if !ok {
		return nil, errShort
	}
	b := &d.batch
	b.Rows, b.FirstRow = int(rows), first
	if string(origin) != b.Origin { // mostly the same as before: then nothing is allocated
		b.Origin = strings.ToValidUTF8(string(origin), "�")
	}
	for i := range b.Columns {
		if err := d.column(i, heads[columnHead*i:], &r); err != nil {
			return nil, fmt.Errorf("column %q: %w", d.columns[i].Name, err)
		}
	}
	if err := d.bad(int(bad), &r); err != nil {
		return nil, err
	}
	if len(r.rest) != 0 {
		return nil, fmt.Errorf("%d bytes follow its end", len(r.rest))
	}
	return b, b.Check()
}

func (d *decoder) column(i int, head []byte, r *reader) error {
	c, t, rows := &d.batch.Columns[i], d.columns[i].Type, d.batch.Rows
	if head[0] != byte(t.Kind) || head[2] != byte(t.Precision) || head[3] != byte(t.Scale) {
		got := schema.Type{Kind: kindOf(Kind(head[0])), Precision: int32(head[2]), Scale: int32(head[3])}
		return fmt.Errorf("it is %s, %s was asked for", got, t)
	}
	if head[1]&^flagValidity != 0 {
		return fmt.Errorf("unknown flags %#x", head[1])
	}
	*c = batch.Column{Type: t}
	ok := true
	if head[1]&flagValidity != 0 {
		if c.Valid, ok = r.padded(int64(rows+7) / 8); !ok {
			return errShort
		}
		if c.Valid == nil {
			c.Valid = []byte{}
		}
	}
	switch t.Layout() {
	case schema.Int64:
		c.Ints, ok = view[int64](r, rows)
	case schema.Int128:
		c.Nums, ok = view[decimal.Num](r, rows)
	case schema.Float64:
		c.Floats, ok = view[float64](r, rows)
	case schema.Varlen:
		c.Offsets, ok = view[int32](r, rows+1)
		if ok {
			c.Bytes, ok = r.padded(int64(binary.LittleEndian.Uint32(head[4:])))
		}
	}
	if !ok {
		return errShort
	}
	return nil
}

func (d *decoder) bad(n int, r *reader) error {
	d.batch.Bad = d.batch.Bad[:0]
	le := binary.LittleEndian
	for range n {
		head, ok := r.take(badHead)
		if !ok {
			return errShort
		}
		text, reason := le.Uint32(head[16:]), le.Uint32(head[20:])
		if text > batch.MaxBadText || reason > maxReason {
			return fmt.Errorf("a bad value has %d bytes of text and %d of reason", text, reason)
		}
		words, ok := r.take(int(text + reason))
		if !ok {
			return errShort
		}
		d.batch.Bad = append(d.batch.Bad, batch.BadValue{
			Row:    int(int32(le.Uint32(head))),
			Column: int(int32(le.Uint32(head[4:]))),
			Line:   int64(le.Uint64(head[8:])),
			Text:   strings.ToValidUTF8(string(words[:text]), "�"),
			Reason: strings.ToValidUTF8(string(words[text:]), "�"),
		})
	}
	return nil
}

// reader takes a frame apart, front to back.
type reader struct{ rest []byte }

func (r *reader) take(n int) (taken []byte, ok bool) {
	if n < 0 || n > len(r.rest) {
		return nil, false
	}
	taken, r.rest = r.rest[:n:n], r.rest[n:]
	return taken, true
}

// padded takes n bytes and what fills them up to a multiple of eight.
func (r *reader) padded(n int64) (taken []byte, ok bool) {
	if n < 0 || n > int64(len(r.rest)) {
		return nil, false
	}
	taken, ok = r.take(pad8(int(n)))
	if !ok {
		return nil, false
	}
	return taken[:n:n], true
}

// view takes n values as they lie. The frame is aligned, and so is every section.
func view[T any](r *reader, n int) ([]T, bool) {
	var zero T
	taken, ok := r.padded(int64(n) * int64(unsafe.Sizeof(zero)))
	if !ok || n == 0 {
		return nil, ok
	}
	return unsafe.Slice((*T)(unsafe.Pointer(&taken[0])), n), true
}
