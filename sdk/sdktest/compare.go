package sdktest

import (
	"context"
	"hash/crc32"
	"math/big"
	"slices"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/checksum"
	"github.com/recon-lang/recon/sdk/condition"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/pushdown"
	"github.com/recon-lang/recon/sdk/schema"
)

// compared are the rows of two reads as they are delivered, and which of them match as a pushdown.Request says: what a source's own way
// is held against.
type compared struct {
	req   pushdown.Request
	sides [2][]comparedRow
	pairs [][2]int // rows that match
}

// comparedRow is one row: key and values are their encodings, nums the numbers among the values.
type comparedRow struct {
	odd    bool
	key    string
	values []string
	nums   []*big.Int
	holds  []bool // by value: all conditions of this side do
	bad    []batch.BadValue
	row    []schema.Value // of the read's own columns
}

// compareRows reads both sides and compares them. read reads the columns of a side, its own first, with bad values reported.
func compareRows(own [2][]schema.Column, req pushdown.Request, read func(side int, columns []schema.Column, take func(*batch.Batch) error) error) (*compared, error) {
	c := &compared{req: req}
	for side := range c.sides {
		if err := c.read(side, own[side], read); err != nil {
			return nil, err
		}
	}
	first, second := c.byKey(0), c.byKey(1)
	for i, r := range c.sides[0] {
		a, b := first[r.key], second[r.key]
		if r.odd || len(a) != 1 || len(b) != 1 {
			continue
		}
		if other := &c.sides[1][b[0]]; !other.odd && c.agree(&c.sides[0][i], other) {
			c.pairs = append(c.pairs, [2]int{i, b[0]})
		}
	}
	return c, nil
}

// byKey finds rows by their keys. Odd ones are among them: their key may repeat that of another.
func (c *compared) byKey(side int) map[string][]int {
	keys := map[string][]int{}
	for i, r := range c.sides[side] {
		keys[r.key] = append(keys[r.key], i)
	}
	return keys
}

func (c *compared) read(side int, own []schema.Column, read func(int, []schema.Column, func(*batch.Batch) error) error) error {
	s := &c.req.Sides[side]
	columns := slices.Clone(own)
	for _, column := range s.Columns() {
		columns = append(columns, column.Column)
	}
	for _, o := range s.Others {
		columns = append(columns, o.Column)
	}
	filters := make([]*condition.Filter, len(c.req.Agree))
	for i, a := range c.req.Agree {
		if side < len(a.Where) && len(a.Where[side]) > 0 {
			var err error
			if filters[i], err = condition.New(a.Where[side], own); err != nil {
				return err
			}
		}
	}
	return read(side, columns, func(b *batch.Batch) error {
		holds := make([][]bool, len(filters))
		for i, f := range filters {
			if f != nil {
				holds[i] = slices.Clone(f.Eval(b))
			}
		}
		for row := range b.Rows {
			c.sides[side] = append(c.sides[side], rowOf(b, row, len(own), holds, s))
		}
		return nil
	})
}

// rowOf is a row of a batch of a side's own columns, those of its encoding, and the others.
func rowOf(b *batch.Batch, row, own int, holds [][]bool, s *pushdown.Side) comparedRow {
	var r comparedRow
	for i := range own {
		r.row = append(r.row, b.Columns[i].Value(row))
	}
	for _, v := range b.Bad {
		if v.Row != row {
			continue
		}
		r.odd = true
		if v.Column < own {
			r.bad = append(r.bad, v)
		}
	}
	columns := s.Columns()
	for i, o := range s.Others {
		r.odd = r.odd || o.NotNull && b.Columns[own+len(columns)+i].IsNull(row)
	}
	for i, c := range columns {
		v := b.Columns[own+i].Value(row)
		text, ok := checksum.Append(nil, v, c.As)
		listed := v.Null || c.Column.Type.Kind != schema.Enum || slices.Contains(c.Column.Type.Values, v.Text)
		r.odd = r.odd || !ok || !listed || v.Null && i < len(s.Key)
		if i < len(s.Key) {
			r.key += string(text)
			continue
		}
		r.values, r.nums = append(r.values, string(text)), append(r.nums, numberOf(v, c.As))
	}
	for _, h := range holds {
		r.holds = append(r.holds, h == nil || h[row])
	}
	return r
}

// numberOf is a value in units of the last decimal of a type; nil for null and for what is no number.
func numberOf(v schema.Value, as schema.Type) *big.Int {
	switch {
	case v.Null:
		return nil
	case v.Type.Kind == schema.Date || v.Type.Kind == schema.Timestamp:
		return big.NewInt(v.Int)
	case v.Type.Kind != schema.Integer && v.Type.Kind != schema.Decimal:
		return nil
	}
	n, scale := v.Dec.Coef, v.Dec.Scale
	if v.Type.Kind == schema.Integer {
		n, scale = decimal.FromInt64(v.Int), 0
	}
	n, err := decimal.Rescale(n, scale, checksum.Scale(as))
	if err != nil {
		return nil
	}
	whole, _ := new(big.Int).SetString(string(decimal.Append(nil, n, 0)), 10)
	return whole
}

func (c *compared) agree(a, b *comparedRow) bool {
	for i := range c.req.Agree {
		if a.holds[i] && b.holds[i] && a.values[i] != b.values[i] && !allowed(&c.req.Agree[i], a.nums[i], b.nums[i]) {
			return false
		}
	}
	return true
}

// allowed reports whether bounds allow the distance of two numbers.
func allowed(a *pushdown.Agreement, x, y *big.Int) bool {
	if x == nil || y == nil || len(a.Bounds) == 0 {
		return false
	}
	distance := new(big.Int).Sub(x, y)
	distance.Abs(distance)
	within := func(b pushdown.Bound) bool {
		limit := b.Limit
		if b.Relative {
			limit = new(big.Int).Mul(limit, new(big.Int).Abs([]*big.Int{x, y}[a.Base]))
		}
		return new(big.Int).Mul(distance, b.Times).Cmp(limit) <= 0
	}
	not := func(b pushdown.Bound) bool { return !within(b) }
	if a.All {
		return !slices.ContainsFunc(a.Bounds, not)
	}
	return slices.ContainsFunc(a.Bounds, within)
}

// result is what a source that compares just so tells.
func (c *compared) result() pushdown.Result {
	r := pushdown.Result{Rows: []int64{int64(len(c.sides[0])), int64(len(c.sides[1]))}, Matched: int64(len(c.pairs))}
	for i, v := range c.req.Sides[0].Values {
		if !v.Total {
			continue
		}
		t := pushdown.Total{Difference: new(big.Int), Distance: new(big.Int)}
		for _, p := range c.pairs {
			x, y := c.sides[0][p[0]].nums[i], c.sides[1][p[1]].nums[i]
			for side, n := range []*big.Int{x, y} {
				if n != nil && t.Sides[side] == nil {
					t.Sides[side] = new(big.Int)
				}
				if n != nil {
					t.Sides[side].Add(t.Sides[side], n)
				}
			}
			if x != nil && y != nil {
				d := new(big.Int).Sub(y, x)
				t.Difference.Add(t.Difference, d)
				t.Distance.Add(t.Distance, d.Abs(d))
			}
		}
		r.Totals = append(r.Totals, t)
	}
	return r
}

// Compare makes a snapshot of a Memory source an sdk.Comparing.
func (s *memorySnapshot) Compare(ctx context.Context, with sdk.ReadRequest, req pushdown.Request, emit func(pushdown.Of, *batch.Batch) error) (pushdown.Result, error) {
	reads := [2]sdk.ReadRequest{s.req, with}
	c, err := compareRows([2][]schema.Column{s.req.Columns, with.Columns}, req, func(side int, columns []schema.Column, take func(*batch.Batch) error) error {
		read := reads[side]
		read.Columns, read.BadRows = columns, true
		return s.source.Read(ctx, read, take)
	})
	if err != nil {
		return pushdown.Result{}, err
	}
	var matched, sampled [2]map[int]bool
	for side := range matched {
		matched[side], sampled[side] = map[int]bool{}, map[int]bool{}
	}
	every := 1 + int64(len(c.pairs))/max(req.Sample, 1)
	for _, p := range c.pairs {
		chosen := req.Sample > 0 && int64(crc32.ChecksumIEEE([]byte(c.sides[0][p[0]].key)))%every == 0
		for side, i := range p {
			matched[side][i], sampled[side][i] = true, chosen
		}
	}
	for side, read := range reads {
		for _, sample := range []bool{false, true} {
			chosen := func(i int) bool { return matched[side][i] == sample && sampled[side][i] == sample }
			of := pushdown.Of{Side: side, Sample: sample}
			if err := c.emit(side, read.Columns, read.BatchRows(), chosen, func(b *batch.Batch) error { return emit(of, b) }); err != nil {
				return pushdown.Result{}, err
			}
		}
	}
	return c.result(), nil
}

// emit emits rows of a side in batches of their own columns.
func (c *compared) emit(side int, columns []schema.Column, rows int, chosen func(int) bool, emit func(*batch.Batch) error) error {
	var types []schema.Type
	for _, column := range columns {
		types = append(types, column.Type)
	}
	b := batch.NewBuilder(types...)
	for i, r := range c.sides[side] {
		if !chosen(i) {
			continue
		}
		for k, v := range r.row {
			b.Column(k).AppendValue(v)
		}
		for _, v := range r.bad {
			b.AddBad(v.Column, v.Line, v.Text, v.Reason)
		}
		b.EndRow()
		if b.Full(rows) {
			if err := emit(b.Batch()); err != nil {
				return err
			}
			b.Reset()
		}
	}
	if b.Rows() == 0 {
		return nil
	}
	return emit(b.Batch())
}
