package sdktest

import (
	"math/big"
	"slices"

	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/checksum"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// adder adds rows up as a checksum.Request says, from the rows as they are delivered: what a source's own way is held
// against.
type adder struct {
	req     checksum.Request
	columns []checksum.Column
	sums    []checksum.Sum
	keys    []map[string]bool
	buffer  []byte
}

func newAdder(req checksum.Request) *adder {
	a := &adder{req: req, columns: req.Columns()}
	totals := 0
	for _, c := range a.columns {
		if c.Total {
			totals++
		}
	}
	for range req.Ranges() {
		a.sums = append(a.sums, checksum.Sum{Keys: -1, Totals: make([]*big.Int, totals)})
		a.keys = append(a.keys, map[string]bool{})
	}
	return a
}

// wanted are the columns that add needs.
func (a *adder) wanted() []schema.Column {
	var columns []schema.Column
	for _, c := range a.columns {
		columns = append(columns, c.Column)
	}
	columns = append(columns, a.req.Cut)
	for _, o := range a.req.Others {
		columns = append(columns, o.Column)
	}
	return columns
}

// add adds the rows of a batch of the columns wanted, in which bad values are reported.
func (a *adder) add(b *batch.Batch) {
	for row := range b.Rows {
		bad := slices.ContainsFunc(b.Bad, func(v batch.BadValue) bool { return v.Row == row })
		for i, o := range a.req.Others {
			bad = bad || o.NotNull && b.Columns[len(a.columns)+1+i].IsNull(row)
		}
		s := a.rangeOf(b.Columns[len(a.columns)].Value(row))
		a.sums[s].Rows++
		if bad || !a.encode(b, row, s) {
			a.sums[s].Odd++
			continue
		}
		a.sums[s].Check.Add(a.buffer)
		a.total(b, row, s)
	}
}

// encode encodes a row into the buffer and notes its key; it is false for an odd row.
func (a *adder) encode(b *batch.Batch, row, s int) (ok bool) {
	a.buffer = a.buffer[:0]
	key := 0
	for i, c := range a.columns {
		if i == len(a.req.Key) {
			key = len(a.buffer)
		}
		v := b.Columns[i].Value(row)
		if v.Null && i < len(a.req.Key) {
			return false
		}
		if !v.Null && c.Column.Type.Kind == schema.Enum && !slices.Contains(c.Column.Type.Values, v.Text) {
			return false
		}
		if a.buffer, ok = checksum.Append(a.buffer, v, c.As); !ok {
			return false
		}
	}
	if len(a.req.Values) == 0 {
		key = len(a.buffer)
	}
	a.keys[s][string(a.buffer[:key])] = true
	return true
}

func (a *adder) total(b *batch.Batch, row, s int) {
	at := 0
	for i, c := range a.columns {
		if !c.Total {
			continue
		}
		if v := b.Columns[i].Value(row); !v.Null {
			n, scale := v.Dec.Coef, v.Dec.Scale
			if v.Type.Kind == schema.Integer {
				n, scale = decimal.FromInt64(v.Int), 0
			}
			n, _ = decimal.Rescale(n, scale, checksum.Scale(c.As)) // encode has seen that it can be
			total := &a.sums[s].Totals[at]
			if *total == nil {
				*total = new(big.Int)
			}
			text := decimal.Append(nil, n, 0)
			add, _ := new(big.Int).SetString(string(text), 10)
			(*total).Add(*total, add)
		}
		at++
	}
}

func (a *adder) rangeOf(v schema.Value) int {
	if v.Null {
		return len(a.req.Cuts) + 1
	}
	i, _ := slices.BinarySearchFunc(a.req.Cuts, v, func(cut, v schema.Value) int {
		if compareValues(cut, v) <= 0 {
			return -1
		}
		return 1
	})
	return i
}

// result is the sums of the ranges asked for.
func (a *adder) result() []checksum.Sum {
	if a.req.Distinct {
		for i := range a.sums {
			a.sums[i].Keys = int64(len(a.keys[i]))
		}
	}
	return a.sums[a.req.From:a.req.To]
}
