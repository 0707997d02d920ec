package column

import (
	"bytes"
	"cmp"
	"encoding/binary"

	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// A canonical key is its parts one after the other: the kind of the value, then 8 or 16 bytes, or a length
// and bytes. A null part, which only a row without a key has, is a 0. So no two different keys have the same bytes,
// whatever separators or lengths their values have.

const nullPart = 0

// appendPart appends row i of c as a part of a key.
func appendPart(dst []byte, c *batch.Column, i int) []byte {
	if c.IsNull(i) {
		return append(dst, nullPart)
	}
	switch c.Type.Layout() {
	case schema.Varlen:
		b := c.Raw(i)
		dst = appendLength(append(dst, byte(c.Type.Kind)), len(b))
		return append(dst, b...)
	case schema.Int128:
		dst = append(dst, byte(c.Type.Kind))
		dst = binary.LittleEndian.AppendUint64(dst, c.Nums[i].Lo)
		return binary.LittleEndian.AppendUint64(dst, uint64(c.Nums[i].Hi))
	case schema.Float64:
		panic("column: a float in a key")
	}
	return binary.LittleEndian.AppendUint64(append(dst, byte(c.Type.Kind)), uint64(c.Ints[i]))
}

// AppendKeyPart appends row i of c to a canonical key. The column must not be of floats.
func AppendKeyPart(dst []byte, c *batch.Column, i int) []byte { return appendPart(dst, c, i) }

// TakeKeyPart appends the part that a canonical key begins with to a column of its type, and returns what follows it.
func TakeKeyPart(key []byte, to *batch.Column) (rest []byte) {
	if key[0] == nullPart {
		to.AppendNull()
		return key[1:]
	}
	switch to.Type.Layout() {
	case schema.Varlen:
		n, at := length(key, 1)
		to.AppendBytes(key[at : at+n])
		return key[at+n:]
	case schema.Int128:
		to.AppendNum(decimal.Num{Lo: binary.LittleEndian.Uint64(key[1:]), Hi: int64(binary.LittleEndian.Uint64(key[9:]))})
		return key[17:]
	}
	to.AppendInt(int64(binary.LittleEndian.Uint64(key[1:])))
	return key[9:]
}

// partEnd is where a part of the key ends that starts at key[at].
func (s *Shape) partEnd(key []byte, at, part int) int {
	if key[at] == nullPart {
		return at + 1
	}
	if w := s.keys[part]; w > 0 {
		return at + 1 + w
	}
	n, at := length(key, at+1)
	return at + n
}

// KeyPart is one part of a canonical key.
func (s *Shape) KeyPart(key []byte, part int) schema.Value {
	at := 0
	for i := range part {
		at = s.partEnd(key, at, i)
	}
	v := schema.Value{Type: s.Keys[part].Type}
	if key[at] == nullPart {
		v.Null = true
		return v
	}
	if s.keys[part] > 0 {
		setFixed(&v, key[at+1:])
		return v
	}
	n, at := length(key, at+1)
	v.Text = string(key[at : at+n])
	return v
}

// KeyFields are the parts of a canonical key with their names.
func (s *Shape) KeyFields(key []byte) []result.Field {
	if key == nil {
		return nil
	}
	fields := make([]result.Field, len(s.Keys))
	for i, k := range s.Keys {
		fields[i] = result.Field{Name: k.Name, Value: s.KeyPart(key, i)}
	}
	return fields
}

// CompareValues orders row i of a and row j of b, of one type: ascending by value, text by code point,
// nulls first.
func CompareValues(a *batch.Column, i int, b *batch.Column, j int) int {
	return CompareAs(a.Type.Layout(), a, i, b, j)
}

// CompareAs is CompareValues for values of a known layout.
func CompareAs(layout schema.Layout, a *batch.Column, i int, b *batch.Column, j int) int {
	if a.Valid == nil && b.Valid == nil {
		return compareAs(layout, a, i, b, j)
	}
	if x, y := a.IsNull(i), b.IsNull(j); x || y {
		switch {
		case x && y:
			return 0
		case x:
			return -1
		}
		return 1
	}
	return compareAs(layout, a, i, b, j)
}

func compareAs(layout schema.Layout, a *batch.Column, i int, b *batch.Column, j int) int {
	switch layout {
	case schema.Varlen:
		return bytes.Compare(a.Raw(i), b.Raw(j)) // UTF-8 orders as its code points do
	case schema.Int128:
		return a.Nums[i].Cmp(b.Nums[j])
	case schema.Float64:
		return cmp.Compare(a.Floats[i], b.Floats[j])
	}
	return cmp.Compare(a.Ints[i], b.Ints[j])
}

// CopyValue makes into hold just row i of c.
func CopyValue(into *batch.Column, c *batch.Column, i int) {
	into.Reset(c.Type)
	if c.Type.Layout() == schema.Varlen {
		into.Offsets = append(into.Offsets, 0)
	}
	switch {
	case c.IsNull(i):
		into.AppendNull()
	case c.Type.Layout() == schema.Varlen:
		into.AppendBytes(c.Raw(i))
	case c.Type.Layout() == schema.Int128:
		into.AppendNum(c.Nums[i])
	case c.Type.Layout() == schema.Float64:
		into.AppendFloat(c.Floats[i])
	default:
		into.AppendInt(c.Ints[i])
	}
}
