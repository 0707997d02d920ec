package column

import (
	"fmt"
	"testing"

	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
	"github.com/zeebo/xxh3"
	"pgregory.net/rapid"
)

// TestDigestIsOfValues: the digest of a row is the hash of its columns' values, however they are packed: as key or term, of the
// same type or a wider one, or in the rest.
func TestDigestIsOfValues(t *testing.T) {
	types := []schema.Type{
		{Kind: schema.String}, {Kind: schema.Integer}, {Kind: schema.Decimal, Precision: 38, Scale: 2}, {Kind: schema.Decimal, Precision: 18, Scale: 2},
		{Kind: schema.Float}, {Kind: schema.Boolean}, {Kind: schema.Date}, {Kind: schema.Timestamp}, {Kind: schema.Bytes}, {Kind: schema.Percent, Precision: 18, Scale: 4},
	}
	wide := schema.Type{Kind: schema.Decimal, Precision: 38, Scale: 4} // of keys and terms of integers and decimals
	rapid.Check(t, func(t *rapid.T) {
		l := &Layout{Sides: []Side{{Time: -1}}}
		in := &Input{}
		vector := func(typ schema.Type, label string) Vector {
			b := batch.NewBuilder(typ)
			v := schema.Value{Type: typ, Null: rapid.IntRange(0, 3).Draw(t, label+" null") == 0}
			switch {
			case v.Null:
			case typ.Layout() == schema.Varlen:
				v.Text = rapid.StringN(0, 300, -1).Draw(t, label)
			case typ.Layout() == schema.Float64:
				v.Float = rapid.Float64().Draw(t, label)
			case isDecimal(typ):
				v.Dec = decimal.Decimal{Coef: decimal.FromInt64(rapid.Int64Range(-1e9, 1e9).Draw(t, label) * 100), Scale: typ.Scale}
			case typ.Kind == schema.Boolean:
				v.Int = rapid.Int64Range(0, 1).Draw(t, label)
			default:
				v.Int = rapid.Int64Range(-1e6, 1e6).Draw(t, label)
			}
			if problem := b.Column(0).AppendValue(v); problem != "" {
				t.Fatal(problem)
			}
			return Vector{Column: b.Column(0)}
		}
		for i := range rapid.IntRange(1, 6).Draw(t, "columns") {
			typ := rapid.SampledFrom(types).Draw(t, "type")
			c := Column{Name: fmt.Sprint(i), Type: typ, Hidden: rapid.IntRange(0, 8).Draw(t, "hidden") == 0}
			packed := typ
			if k := typ.Kind; (k == schema.Integer || k == schema.Decimal) && rapid.Bool().Draw(t, "wider") {
				packed = wide
			}
			switch place := rapid.IntRange(0, 2).Draw(t, "place"); {
			case place == 0 && typ.Kind != schema.Float: // a float is no key
				l.Keys, in.Keys = append(l.Keys, Part{Type: packed}), append(in.Keys, vector(packed, c.Name))
				c.Key = len(l.Keys)
			case place == 1:
				l.Terms, in.Terms = append(l.Terms, Part{Type: packed}), append(in.Terms, vector(packed, c.Name))
				c.Term = len(l.Terms)
			default:
				in.Rest = append(in.Rest, vector(typ, c.Name))
			}
			l.Sides[0].Columns = append(l.Sides[0].Columns, c)
		}
		if rapid.Bool().Draw(t, "reason") {
			in.Reasons = map[int]string{0: "cannot be read"}
		}
		s := NewShape(l)
		var r Row
		alloc := func(_ uint64, size int) Row { r = make(Row, size); return r }
		if err := NewPacker(s, 0).Pack(in, []int32{0}, alloc, func() error { return nil }); err != nil {
			t.Fatal(err)
		}
		want := []byte{0}
		for i, c := range l.Sides[0].Columns {
			if c.Hidden {
				continue
			}
			v, state := s.Value(r, 0, i)
			if want = append(want, byte(c.Type.Kind), byte(state)); state == Present {
				want = appendDigested(want, &v)
			}
		}
		reason := s.Reason(r, 0)
		want = append(append(want, byte(len(reason))), reason...)
		got, buf := s.Digest(r, 0, []byte("left over"))
		if string(buf) != string(want) || got != xxh3.Hash128(want).Bytes() {
			t.Fatalf("digested %x, want %x", buf, want)
		}
	})
}
