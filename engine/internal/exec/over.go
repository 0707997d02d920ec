package exec

import (
	"context"
	"fmt"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/match"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/engine/state"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// A rule over one side has no key. Each unique has a store of its own, parted by its terms: the first one's holds the rows,
// with what they breach so far; those of the others hold just the numbers of rows. The numbers of rows that the others
// find repeated are gathered first, and then the first store says of each row all that it breaches.

// The engine's own columns of a row: its number, and what it breaches, a bit each: those of unique, then those of
// assert.
const (
	numberColumn = iota
	breachColumn
)

// overLayout is the layout of the rows of a rule over one side.
func overLayout(rule *program.Rule) *column.Layout {
	side := match.NewSide(rule, 0)
	side.Columns = append(side.Columns,
		column.Column{Name: "number", Type: schema.Type{Kind: schema.Integer}, Hidden: true},
		column.Column{Name: "breaches", Type: schema.Type{Kind: schema.Bytes}, Hidden: true})
	l := &column.Layout{Sides: []column.Side{side}}
	if len(rule.Unique) > 0 {
		l.Keys = uniqueParts(rule.Unique[0])
	}
	return l
}

func uniqueParts(u program.Unique) (parts []column.Part) {
	for i, e := range u.Terms {
		parts = append(parts, column.Part{Name: fmt.Sprintf("%s %d", u.Name, i+1), Type: e.Type})
	}
	return parts
}

// uniqueKeys are the terms of a unique as parts of a key.
func uniqueKeys(u program.Unique) (keys []program.Key) {
	for i, p := range uniqueParts(u) {
		keys = append(keys, program.Key{Name: p.Name, Type: p.Type, Terms: []*program.Expr{u.Terms[i]}})
	}
	return keys
}

// overRun is a rule over one side being carried out.
type overRun struct {
	*run
	shape    *column.Shape
	reader   *reader
	counts   *match.Counts
	repeated []*numbers     // of each unique but the first: numbers of rows that it finds repeated
	sorter   *column.Sorter // what breaches, and rows that could not be read
	copy     column.Row
	number   int // index of the column
	breach   int
}

// over carries out a rule over one side.
func (r *run) over(ctx context.Context) error {
	rule := r.plan.Rule
	layout := overLayout(rule)
	shape := column.NewShape(layout)
	r.out.Layout, r.out.shape, r.out.over = layout, shape, true
	var keys []program.Key
	if len(rule.Unique) > 0 {
		keys = uniqueKeys(rule.Unique[0])
	}
	readers, err := r.readers(shape, keys)
	if err != nil {
		return err
	}
	judge, err := r.judge(shape)
	if err != nil {
		return err
	}
	o := &overRun{
		run: r, shape: shape, reader: readers[0], counts: judge.NewCounts(),
		sorter: column.NewSorter(shape, r.dir, int(r.plan.Budget/4)),
		number: len(rule.Sides[0].Source.Columns) + numberColumn, breach: len(rule.Sides[0].Source.Columns) + breachColumn,
	}
	if len(rule.Unique) == 0 {
		err = o.scan(ctx)
	} else {
		err = o.unique(ctx)
	}
	if err != nil {
		return err
	}
	r.note(readers)
	r.out.Counts, r.out.Done = o.counts, judge.NewCounts()
	r.out.Done.Matched, r.out.Done.Rows[0][result.Matched] = o.counts.Matched, o.counts.Matched
	spool := column.NewSpool(r.dir)
	r.out.spools = append(r.out.spools, spool)
	err = o.sorter.Each(func(s column.Sided) error {
		var names []int
		if shape.Reason(s.Row, 0) == "" {
			names = breached(shape.ValueBytes(s.Row, 0, o.breach))
		}
		return spool.Add(s, names)
	})
	r.out.segments = []segment{{spool, 0, spool.End()}}
	return err
}

// scan checks each row by itself.
func (o *overRun) scan(ctx context.Context) error {
	packer := column.NewPacker(o.shape, 0)
	var packed []column.Row
	return o.readAll(ctx, []*reader{o.reader}, func(context.Context, int) func(*rows) error {
		return func(b *rows) error {
			return packer.Pack(&b.input, b.sel, func(_ uint64, size int) column.Row {
				packed = append(packed, make(column.Row, size))
				return packed[len(packed)-1]
			}, func() error {
				for _, r := range packed {
					if err := o.row(column.Sided{Row: r}, false); err != nil {
						return err
					}
				}
				packed = packed[:0]
				return nil
			})
		}
	}, nil)
}

// unique reads the rows into the stores of all uniques and goes through them.
func (o *overRun) unique(ctx context.Context) error {
	others := o.reader.expr.over.others
	limit := o.plan.Budget * 5 / 8 // the sorter has a quarter
	bits := o.bits(1 + len(others))
	var stores []*column.Store
	for range len(others) + 1 {
		store := column.NewStore(o.pool, o.dir, 1, 0, bits, limit)
		defer store.Close()
		stores = append(stores, store)
	}
	err := o.readAll(ctx, []*reader{o.reader}, func(context.Context, int) func(*rows) error {
		packer, to := column.NewPacker(o.shape, 0), stores[0].Appender(0)
		var packers []*column.Packer
		for _, u := range others {
			packers = append(packers, column.NewPacker(u.shape, 0))
		}
		return func(b *rows) error {
			for i := range others {
				if err := stores[i+1].Appender(0).Pack(packers[i], &others[i].input, b.sel); err != nil {
					return err
				}
			}
			return to.Pack(packer, &b.input, b.sel)
		}
	}, nil)
	if err != nil {
		return err
	}
	limit = o.plan.Budget * 3 / 8
	for i, u := range others {
		found := &numbers{}
		o.repeated = append(o.repeated, found)
		see := func(r column.Sided, repeated bool) error {
			if repeated {
				v, _ := u.shape.Value(r.Row, 0, 0)
				found.add(v.Int)
			}
			return ctx.Err()
		}
		if err := match.NewRepeats(u.shape, o.pool, o.dir, limit, see).Store(stores[i+1], bits); err != nil {
			return err
		}
	}
	see := func(r column.Sided, repeated bool) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return o.row(r, repeated)
	}
	return match.NewRepeats(o.shape, o.pool, o.dir, limit, see).Store(stores[0], bits)
}

// row settles a row; repeated says that the first unique finds it so.
func (o *overRun) row(r column.Sided, repeated bool) error {
	if o.shape.Reason(r.Row, 0) != "" {
		o.counts.Rows[0][result.Unkeyed]++
		o.counts.Unkeyed[0]++
	} else {
		bits := o.shape.ValueBytes(r.Row, 0, o.breach)
		if repeated {
			bits[0] |= 1
		}
		number, _ := o.shape.Value(r.Row, 0, o.number)
		for i, found := range o.repeated {
			if found.has(number.Int) {
				bits[(i+1)>>3] |= 1 << ((i + 1) & 7)
			}
		}
		names := breached(bits)
		o.counts.Breaches(names)
		if len(names) == 0 {
			return o.matched(r)
		}
	}
	o.copy = append(o.copy[:0], r.Row...) // the place of the row's hash may have links that are still needed
	r.Row = o.copy
	o.shape.ClearInt(r.Row, 0, o.number) // it depends on the order of rows, and the result must not
	r.Row.SetHash(o.shape.UnkeyedHash(r.Row, 0))
	return o.sorter.Add(r)
}

// matched tells of a row that breaches nothing.
func (o *overRun) matched(r column.Sided) error {
	if o.env.Matched == nil {
		return nil
	}
	row, _ := o.out.row(r, nil, nil)
	return o.env.Matched([]state.Row{row}, 1)
}

// numbers is a set of row numbers: a bit for each.
type numbers struct{ bits []uint64 }

func (n *numbers) add(i int64) {
	for int64(len(n.bits)) <= i>>6 {
		n.bits = append(n.bits, 0)
	}
	n.bits[i>>6] |= 1 << (i & 63)
}

func (n *numbers) has(i int64) bool {
	return i>>6 < int64(len(n.bits)) && n.bits[i>>6]&(1<<(i&63)) != 0
}
