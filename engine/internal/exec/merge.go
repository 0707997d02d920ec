package exec

import (
	"bytes"
	"context"
	"math"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/match"
	"github.com/recon-lang/recon/engine/plan"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
	"golang.org/x/sync/errgroup"
)

// merge reads sides that come ordered by key, a batch of each at a time. Keys that have one row on each side, the same in all
// that is compared, are counted and done with, without being packed. The rows of all other keys go to the store, where they
// are matched as rows of unordered sides are, so that both strategies have one answer.
func (r *run) merge(ctx context.Context, readers []*reader, shape *column.Shape, store *column.Store) error {
	judge, err := r.judge(shape)
	if err != nil {
		return err
	}
	m := newMerger(r.plan, judge)
	for i := range readers {
		m.feeds = append(m.feeds, &feed{
			side: i, packer: column.NewPacker(shape, i), to: store.Appender(i),
			full: make(chan *rows), empty: make(chan struct{}), m: m,
		})
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return m.run(ctx) })
	group.Go(func() error {
		return r.readAll(ctx, readers, func(ctx context.Context, side int) func(*rows) error {
			return func(b *rows) error { return m.feeds[side].push(ctx, b) }
		}, func(side int) { close(m.feeds[side].full) })
	})
	if err := group.Wait(); err != nil {
		return err
	}
	m.alike.AddTo(m.counts)
	r.out.Counts.Add(m.counts)
	r.out.Done.Add(m.counts)
	return nil
}

// merger merges the sides.
type merger struct {
	order  []int
	feeds  []*feed
	keys   []schema.Layout // in the order of order
	terms  []schema.Layout
	alike  *match.Alike
	counts *match.Counts
	least  []*feed        // those that have the least key
	key    []batch.Column // the key whose rows are put into the store
	guess  int            // how many rows are likely to be the same from here on
}

func newMerger(p *plan.Plan, judge *match.Judge) *merger {
	m := &merger{order: p.Order, alike: match.NewAlike(judge), counts: judge.NewCounts(), key: make([]batch.Column, len(p.Rule.Keys)), guess: maxStretch}
	for _, part := range p.Order {
		m.keys = append(m.keys, p.Rule.Keys[part].Type.Layout())
	}
	for _, c := range p.Rule.Compare {
		m.terms = append(m.terms, c.Type.Layout())
	}
	return m
}

func (m *merger) run(ctx context.Context) error {
	for _, f := range m.feeds {
		if err := f.next(ctx); err != nil {
			return err
		}
	}
	for {
		n := m.stretch()
		if n == 0 {
			m.findLeast()
			if len(m.least) == 0 {
				return nil
			}
			if len(m.least) == len(m.feeds) && m.agrees() {
				n = 1
			}
		}
		if n > 0 {
			m.alike.Columns(m.feeds[0].rows.input.Terms, m.feeds[0].rows.input.Units, m.feeds[0].row(), n)
			for _, f := range m.feeds {
				f.at += n
				if err := f.next(ctx); err != nil {
					return err
				}
			}
			continue
		}
		if err := m.put(ctx); err != nil {
			return err
		}
	}
}

// findLeast finds the sides that have the least key.
func (m *merger) findLeast() {
	m.least = m.least[:0]
	for _, f := range m.feeds {
		if f.rows == nil {
			continue
		}
		if len(m.least) > 0 {
			least := m.least[0]
			switch c := m.compareKeys(f.rows, f.row(), least.rows, least.row()); {
			case c > 0:
				continue
			case c < 0:
				m.least = m.least[:0]
			}
		}
		m.least = append(m.least, f)
	}
}

// agrees reports whether the key has one row on each side, for certain, and they are the same in all that is compared.
func (m *merger) agrees() bool {
	first := m.feeds[0]
	for _, f := range m.feeds {
		f.extend()
		if f.last || f.end != f.at+1 {
			return false
		}
	}
	for _, f := range m.feeds[1:] {
		if !m.sameTerms(&first.rows.input, first.row(), &f.rows.input, f.row()) {
			return false
		}
	}
	return true
}

// put puts all rows of the least key into the store.
func (m *merger) put(ctx context.Context) error {
	least := m.least[0]
	for k, v := range least.rows.input.Keys {
		column.CopyValue(&m.key[k], v.Column, least.row())
	}
	for _, f := range m.least {
		for f.rows != nil && m.hasKey(f) {
			f.extend()
			if err := f.pack(f.at, f.end); err != nil {
				return err
			}
			f.at = f.end
			if err := f.next(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// hasKey reports whether the row of f has the key that is being put into the store.
func (m *merger) hasKey(f *feed) bool {
	for k, v := range f.rows.input.Keys {
		if column.CompareValues(&m.key[k], 0, v.Column, f.row()) != 0 {
			return false
		}
	}
	return true
}

// compareKeys orders row i of a and row j of b by key.
func (m *merger) compareKeys(a *rows, i int, b *rows, j int) int {
	for k, part := range m.order {
		if c := column.CompareAs(m.keys[k], a.input.Keys[part].Column, i, b.input.Keys[part].Column, j); c != 0 {
			return c
		}
	}
	return 0
}

// sameTerms reports whether all terms of two rows are the same, and none agrees with nothing.
func (m *merger) sameTerms(a *column.Input, i int, b *column.Input, j int) bool {
	for t := range m.terms {
		if !m.sameTerm(t, a, i, b, j) {
			return false
		}
	}
	return true
}

func (m *merger) sameTerm(t int, a *column.Input, i int, b *column.Input, j int) bool {
	x, y := &a.Terms[t], &b.Terms[t]
	if x.Column == nil || y.Column == nil {
		return false
	}
	null := false
	if x.Valid != nil || y.Valid != nil || x.Poison != nil || y.Poison != nil {
		null = x.IsNull(i)
		if null != y.IsNull(j) || x.Poisoned(i) || y.Poisoned(j) {
			return false
		}
	}
	if !null && !sameValue(m.terms[t], x, i, y, j) {
		return false
	}
	u, v := a.Units[t], b.Units[t]
	return u.Column == nil && v.Column == nil || bytes.Equal(unitOf(u, i), unitOf(v, j))
}

func sameValue(layout schema.Layout, x *column.Vector, i int, y *column.Vector, j int) bool {
	switch layout {
	case schema.Varlen:
		return bytes.Equal(x.Raw(i), y.Raw(j))
	case schema.Int128:
		return x.Nums[i] == y.Nums[j]
	case schema.Float64:
		return math.Float64bits(x.Floats[i]) == math.Float64bits(y.Floats[j])
	}
	return x.Ints[i] == y.Ints[j]
}

func unitOf(v column.Vector, i int) []byte {
	if v.Column == nil {
		return nil
	}
	return v.Raw(i)
}
