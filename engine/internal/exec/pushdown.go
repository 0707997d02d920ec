package exec

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/match"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/pushdown"
)

// Pushed is what a database that holds both sides was left to do.
type Pushed struct {
	Matched int64  // keys that it held for matched
	Sampled int64  // of them, judged again here
	Refused string // why it compared nothing, and all was read; "": it did
}

// pushDown has the database of both sides say which keys match and what their rows add up to, and reads the rows of all others into the store. A sample of the
// pairs that it holds for matched is read as well, and has to match here.
func (r *run) pushDown(ctx context.Context, readers []*reader, shape *column.Shape, store *column.Store) error {
	if r.env.Matched != nil {
		if r.plan.Forced {
			return fmt.Errorf("rule %s cannot run as push-down: each row that matches is asked for", r.plan.Rule.Name)
		}
		return r.fill(ctx, readers, shape, store, nil)
	}
	p := &pushing{run: r, readers: readers, shape: shape, store: store}
	refused, err := p.compare(ctx)
	switch {
	case err != nil:
		return err
	case refused != "" && r.plan.Forced:
		return fmt.Errorf("rule %s cannot run as push-down: %s; run it as hash", r.plan.Rule.Name, refused)
	case refused != "":
		r.out.Pushed = &Pushed{Refused: refused}
		return r.fill(ctx, readers, shape, store, nil)
	}
	return nil
}

// pushing is a push-down run.
type pushing struct {
	*run
	readers []*reader
	shape   *column.Shape
	store   *column.Store
	again   *again
}

func (p *pushing) compare(ctx context.Context) (refused string, err error) {
	source, ok := p.env.Sources[0].(sdk.Snapshotter)
	if !ok {
		return "its source has no snapshots", nil
	}
	requests := make([]sdk.ReadRequest, len(p.plan.Sides))
	for i := range requests {
		requests[i] = p.plan.Sides[i].Request
		requests[i].Config = p.env.Configs[i]
	}
	if p.again, err = p.newAgain(); err != nil {
		return "", err
	}
	defer p.again.close()
	if p.env.Progress != nil {
		p.env.Progress(Progress{Phase: Comparing})
	}
	var told pushdown.Result
	var own error
	err = source.Snapshot(ctx, requests[0], func(view sdk.Snapshot) error {
		comparing, ok := view.(sdk.Comparing)
		if !ok {
			told.Refused = "its source compares no rows"
			return nil
		}
		take := p.takers(ctx)
		var err error
		told, err = comparing.Compare(ctx, requests[1], *p.plan.Push, func(of pushdown.Of, b *batch.Batch) error {
			own = take(of, b)
			return own
		})
		return err
	})
	switch {
	case own != nil:
		return "", own
	case err != nil && ctx.Err() == nil && !p.plan.Forced && !p.sent(): // the statement may have taken too long, or too much, for the database
		return "comparing failed: " + err.Error(), nil
	case err != nil:
		return "", &SourceError{Source: p.readers[0].source.Name, Err: fmt.Errorf("compared with %s in the database: %w", p.readers[1].source.Name, err)}
	case told.Refused != "" && p.sent():
		return "", &SourceError{Source: p.readers[0].source.Name, Err: fmt.Errorf("comparing in the database, it sent rows and then refused: %s; run it as hash", told.Refused)}
	case told.Refused != "":
		return told.Refused, nil
	}
	return "", p.settle(ctx, &told)
}

// sent reports whether rows have come.
func (p *pushing) sent() bool {
	return slices.ContainsFunc(slices.Concat(p.readers, p.again.readers), func(r *reader) bool { return r.total.Rows > 0 })
}

// takers puts batches where they belong: rows that do not match into the store, the sample apart.
func (p *pushing) takers(ctx context.Context) func(pushdown.Of, *batch.Batch) error {
	take := make([][2]func(*rows) error, len(p.readers))
	for side, reader := range p.readers {
		if p.env.Progress != nil {
			reader.progress = func(rows, bytes int64) {
				p.env.Progress(Progress{Phase: Comparing, Side: side, Rows: rows, Bytes: bytes})
			}
		}
		for i, to := range []*column.Appender{p.store.Appender(side), p.again.store.Appender(side)} {
			packer := column.NewPacker(p.shape, side)
			take[side][i] = func(b *rows) error { return to.Pack(packer, &b.input, b.sel) }
		}
	}
	return func(of pushdown.Of, b *batch.Batch) error {
		if of.Side < 0 || of.Side >= len(p.readers) {
			return fmt.Errorf("the source gave rows of a side %d that there is not", of.Side)
		}
		if of.Sample {
			return p.again.readers[of.Side].add(ctx, b, take[of.Side][1])
		}
		return p.readers[of.Side].add(ctx, b, take[of.Side][0])
	}
}

// settle holds what the database told against what it sent, judges the sample, and counts what matched there.
func (p *pushing) settle(ctx context.Context, told *pushdown.Result) error {
	wrong := func(format string, args ...any) error {
		return &SourceError{Source: p.readers[0].source.Name, Err: fmt.Errorf("comparing in the database, "+format+"; run it as hash", args...)}
	}
	if err := told.Check(*p.plan.Push); err != nil {
		return wrong("%w", err)
	}
	for side, reader := range p.readers {
		if want := told.Matched + reader.total.Rows; told.Rows[side] != want {
			return wrong("%s has %d rows, of which %d matched and %d were sent", reader.source.Name, told.Rows[side], told.Matched, reader.total.Rows)
		}
	}
	sampled, err := p.again.judge(ctx, p.shape)
	var differs *sampleError
	switch {
	case errors.As(err, &differs):
		return wrong("rows were held for matched that do not match here (%s)", differs.key)
	case err != nil:
		return err
	case sampled > told.Matched:
		return wrong("%d pairs matched and %d of them were sent", told.Matched, sampled)
	case sampled == 0 && told.Matched > 100*p.plan.Push.Sample:
		return wrong("%d pairs matched and none of them was sent to be judged again", told.Matched)
	}
	for side := range p.readers {
		p.readers[side].total.Bytes += p.again.readers[side].total.Bytes
	}
	p.out.Pushed = &Pushed{Matched: told.Matched, Sampled: sampled}
	return p.count(told)
}

// count counts the rows that matched in the database, as matching them here would have.
func (p *pushing) count(told *pushdown.Result) error {
	judge, err := p.judge(p.shape)
	if err != nil {
		return err
	}
	counts := judge.NewCounts()
	counts.Matched = told.Matched
	for side, reader := range p.readers {
		counts.Rows[side][result.Matched] = told.Matched
		reader.total.Rows += told.Matched
	}
	at := 0
	for c, v := range p.plan.Push.Sides[0].Values {
		if !v.Total {
			continue
		}
		t := &told.Totals[at]
		at++
		for side, n := range t.Sides {
			if n == nil {
				continue
			}
			if err := p.addTo(n, c, side, counts.Sums, p.readers[side].sums); err != nil {
				return err
			}
		}
		if t.Distance.Sign() == 0 {
			continue
		}
		of, difference := 1, t.Difference
		if p.plan.Rule.Compare[c].Base == 1 {
			of, difference = 0, new(big.Int).Neg(t.Difference)
		}
		if err := p.addTo(difference, c, of, counts.Diffs.Sum); err != nil {
			return err
		}
		if err := p.addTo(t.Distance, c, of, counts.Diffs.Abs); err != nil {
			return err
		}
	}
	p.out.Counts.Add(counts)
	p.out.Done.Add(counts)
	return nil
}

func (p *pushing) addTo(n *big.Int, comparison, side int, to ...*match.Sums) error {
	sum, ok := column.SumOf(n)
	if !ok {
		return fmt.Errorf("side %s: the sum of %s is too large", p.readers[side].name, p.plan.Rule.Compare[comparison].Name)
	}
	for _, sums := range to {
		sums.Of(comparison, side, nil).AddSum(sum)
	}
	return nil
}

// again judges pairs once more that a database holds for matched.
type again struct {
	*run
	readers []*reader
	store   *column.Store
}

const sampleBits = 2

func (p *pushing) newAgain() (*again, error) {
	readers, err := p.run.readers(p.shape, p.plan.Rule.Keys)
	if err != nil {
		return nil, err
	}
	apart := *p.run
	apart.keeper, apart.kept, apart.parts = nil, nil, nil // nothing of it is kept
	apart.out, apart.env = &Outcome{dir: p.dir, Layout: p.out.Layout, shape: p.shape}, Env{SpillDir: p.env.SpillDir}
	store := column.NewStore(p.pool, p.dir, len(readers), 0, sampleBits, p.plan.Budget*3/4)
	return &again{run: &apart, readers: readers, store: store}, nil
}

func (a *again) close() {
	a.store.Close()
	for _, s := range a.out.spools {
		s.Close()
	}
}

// sampleError is that rows do not match which should.
type sampleError struct{ key string }

func (e *sampleError) Error() string { return e.key + " does not match" }

// judge matches the sample as the rows of a run of their own.
func (a *again) judge(ctx context.Context, shape *column.Shape) (pairs int64, err error) {
	judge, err := a.run.judge(shape)
	if err != nil {
		return 0, err
	}
	a.out.Counts, a.out.Done = judge.NewCounts(), judge.NewCounts()
	if err := a.matchAll(ctx, shape, a.store, sampleBits); err != nil {
		return 0, err
	}
	for row, err := range a.out.Rows() { // what found no partner
		if err != nil {
			return 0, err
		}
		if row.Key == nil {
			return 0, &sampleError{"a row without a key"}
		}
		var parts []string
		for _, f := range shape.KeyFields(row.Key) {
			parts = append(parts, f.Name+" "+strconv.Quote(f.Value.String()))
		}
		return 0, &sampleError{"key " + strings.Join(parts, ", ")}
	}
	pairs = a.out.Counts.Matched
	for side, reader := range a.readers {
		if reader.total.Rows != pairs || a.out.Counts.RowsOf(side) != pairs {
			return 0, &sampleError{"rows of which some have no key or repeat it"}
		}
	}
	return pairs, nil
}
