package checksum

import (
	"cmp"
	"slices"
	"strings"

	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// Cuts are at most ranges-2 values that cut a sample of a column into parts of about the same number of rows, one of which is for
// nulls. It sorts the sample.
func Cuts(sample []schema.Value, ranges int) []schema.Value {
	sample = slices.DeleteFunc(sample, func(v schema.Value) bool { return v.Null })
	slices.SortFunc(sample, Compare)
	parts := ranges - 1
	var cuts []schema.Value
	for i := 1; i < parts; i++ {
		at := len(sample) * i / parts
		if at == 0 {
			continue
		}
		v := sample[at]
		if v.Type.Kind == schema.Enum { // conditions speak of texts
			v.Type = schema.Type{Kind: schema.String}
		}
		if last := len(cuts) - 1; last < 0 || Compare(cuts[last], v) < 0 {
			cuts = append(cuts, v)
		}
	}
	return cuts
}

// Compare orders two values of one kind that has a Letter, neither of which is null, as conditions do.
func Compare(a, b schema.Value) int {
	switch a.Type.Kind {
	case schema.Decimal:
		return decimal.Compare(a.Dec, b.Dec)
	case schema.String, schema.Enum:
		return strings.Compare(a.Text, b.Text)
	}
	return cmp.Compare(a.Int, b.Int)
}

// Ascending reports whether cuts are what a Request needs of a column of type t: other cuts would put a row into another
// range than the one in which it is read.
func Ascending(cuts []schema.Value, t schema.Type) bool {
	want, _ := Letter(t.Kind)
	for i, v := range cuts {
		if have, ok := Letter(v.Type.Kind); !ok || have != want || v.Null {
			return false
		}
		if i > 0 && (v.Type.Kind != cuts[i-1].Type.Kind || Compare(cuts[i-1], v) >= 0) {
			return false
		}
	}
	return true
}
