package checksum

import (
	"bytes"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/condition"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

var types = []schema.Type{
	{Kind: schema.Integer}, {Kind: schema.Decimal, Precision: 18, Scale: 2}, {Kind: schema.Decimal, Precision: 38, Scale: 4}, {Kind: schema.Boolean},
	{Kind: schema.Date}, {Kind: schema.Timestamp}, {Kind: schema.String},
}

func draw(t *rapid.T, typ schema.Type) schema.Value {
	v := schema.Value{Type: typ, Null: rapid.IntRange(0, 4).Draw(t, "null") == 0}
	if v.Null {
		return v
	}
	switch typ.Kind {
	case schema.Decimal:
		v.Dec = decimal.Decimal{Coef: decimal.FromInt64(rapid.Int64Range(-120, 120).Draw(t, "coefficient")), Scale: typ.Scale}
	case schema.String:
		v.Text = rapid.SampledFrom([]string{"", "n", "nn", "t0:", "t1:n", "d1;", ";", ":", "1", "1:", "商户", " ", "a", "A"}).Draw(t, "text")
	case schema.Boolean:
		v.Int = rapid.Int64Range(0, 1).Draw(t, "boolean")
	default:
		v.Int = rapid.Int64Range(-12, 120).Draw(t, "number")
	}
	return v
}

// TestNoTwoRowsAreEncodedAlike draws two rows of the same columns: their encodings are the same if, and only if, their values are.
func TestNoTwoRowsAreEncodedAlike(t *testing.T) {
	alike := 0
	rapid.Check(t, func(t *rapid.T) {
		columns := rapid.SliceOfN(rapid.SampledFrom(types), 1, 3).Draw(t, "columns")
		var a, b []byte
		same := true
		for _, typ := range columns {
			v, w := draw(t, typ), draw(t, typ)
			if rapid.IntRange(0, 2).Draw(t, "the same") > 0 {
				w = v
			}
			same = same && v.Null == w.Null && (v.Null || Compare(v, w) == 0)
			var ok, also bool
			a, ok = Append(a, v, typ)
			b, also = Append(b, w, typ)
			if !ok || !also {
				t.Fatalf("%v or %v is not encoded", v, w)
			}
		}
		if bytes.Equal(a, b) != same {
			t.Fatalf("%q and %q, and the rows are the same: %v", a, b, same)
		}
		if same {
			alike++
		}
	})
	if alike == 0 {
		t.Error("no two rows were the same")
	}
}

func TestForms(t *testing.T) {
	wide := schema.Type{Kind: schema.Decimal, Precision: 38, Scale: 4}
	for _, c := range []struct {
		v    schema.Value
		as   schema.Type
		want string
	}{
		{schema.Int(-7), types[0], "d-7;"}, {schema.Int(1), wide, "d1.0000;"}, {schema.Dec(decimal.Decimal{Coef: decimal.FromInt64(-5), Scale: 2}), wide, "d-0.0500;"},
		{schema.Text("商户"), types[6], "t6:商户"}, {schema.Text(""), types[6], "t0:"}, {schema.Bool(true), types[3], "b1;"}, {schema.Day(-1), types[4], "a-1;"},
		{schema.Value{Type: types[6], Null: true}, types[6], "n"},
		{schema.Dec(decimal.Decimal{Coef: decimal.FromInt64(5), Scale: 2}), types[0], ""}, {schema.Value{Type: schema.Type{Kind: schema.Float}}, types[1], ""}, {schema.Int(1), types[6], ""},
	} {
		got, ok := Append(nil, c.v, c.as)
		if string(got) != c.want || ok != (c.want != "") {
			t.Errorf("%s as %s is %q, %v, want %q", c.v, c.as, got, ok, c.want)
		}
	}
	var c Check
	c.Add([]byte("d1;")) // MD5: what other languages must come to
	c.Add([]byte("n"))
	if want := (Check{0x539e25e4fa41db92, 0xe7d017ef67ca7089}); c != want {
		t.Errorf("the check is %x, want %x", c, want)
	}
}

// TestEachRowIsInOneRange cuts drawn values and wants each in just one range, whatever ranges are put together.
func TestEachRowIsInOneRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		typ := rapid.SampledFrom(types).Draw(t, "type")
		column := schema.Column{Name: "k", Type: typ}
		b := batch.NewBuilder(typ)
		var sample []schema.Value
		for range rapid.IntRange(1, 30).Draw(t, "rows") {
			v := draw(t, typ)
			if problem := b.Column(0).AppendValue(v); problem != "" {
				t.Fatal(problem)
			}
			b.EndRow()
			sample = append(sample, v)
		}
		r := Request{Cut: column, Cuts: Cuts(slices.Clone(sample), rapid.IntRange(0, 9).Draw(t, "ranges"))}
		if !Ascending(r.Cuts, typ) {
			t.Fatalf("cuts %v", r.Cuts)
		}
		found := make([]int, len(sample))
		for from := 0; from < r.Ranges(); {
			to := rapid.IntRange(from+1, r.Ranges()).Draw(t, "to")
			filter, err := condition.New(r.Between(from, to), []schema.Column{column})
			if err != nil {
				t.Fatal(err)
			}
			for i, holds := range filter.Eval(b.Batch()) {
				if holds {
					found[i]++
				}
			}
			from = to
		}
		for i, n := range found {
			if n != 1 {
				t.Fatalf("%v is in %d ranges of %v", sample[i], n, r.Cuts)
			}
		}
	})
}
