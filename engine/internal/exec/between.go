package exec

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/match"
	"github.com/recon-lang/recon/engine/plan"
	"github.com/recon-lang/recon/engine/state"
	"golang.org/x/sync/errgroup"
)

// between carries out a rule between sides: it reads all of them into partitions, or merges them and puts there only what does not
// agree at first sight, and then matches the partitions.
func (r *run) between(ctx context.Context) (err error) {
	layout := match.NewLayout(r.plan.Rule)
	shape := column.NewShape(layout)
	r.out.Layout, r.out.shape = layout, shape
	readers, err := r.readers(shape, r.plan.Rule.Keys)
	if err != nil {
		return err
	}
	judge, err := r.judge(shape)
	if err != nil {
		return err
	}
	r.out.Counts, r.out.Done = judge.NewCounts(), judge.NewCounts()
	bits := r.bits(len(readers))
	if r.env.Kept != nil {
		bits = r.env.Kept.bits
	}
	store := column.NewStore(r.pool, r.dir, len(readers), 0, bits, r.plan.Budget*3/4)
	defer func() {
		if err != nil && r.out.resumed {
			r.dir.Leave()
		}
		store.Close()
	}()
	r.keeper = r.newKeeper(store, readers, bits)
	if err := r.restore(store, readers); err != nil {
		return err
	}
	if err := r.readSides(ctx, readers, shape, store); err != nil {
		return err
	}
	r.note(readers)
	return r.matchAll(ctx, shape, store, bits)
}

// readSides reads the sides that have not been read.
func (r *run) readSides(ctx context.Context, readers []*reader, shape *column.Shape, store *column.Store) error {
	if r.hasAll() {
		return ctx.Err()
	}
	var err error
	switch r.plan.Strategy {
	case plan.Merge:
		err = r.merge(ctx, readers, shape, store)
	case plan.Checksum:
		err = r.checksum(ctx, readers, shape, store)
	case plan.PushDown:
		err = r.pushDown(ctx, readers, shape, store)
	default:
		err = r.fill(ctx, readers, shape, store, r.keeper.sideRead)
		r.keeper.end(err == nil)
		return err
	}
	if err == nil {
		r.keeper.allSides()
	}
	return err
}

func (r *run) judge(shape *column.Shape) (*match.Judge, error) {
	return match.NewJudge(r.plan.Rule, shape, r.plan.Env(nil))
}

// bits is how many bits of the hash tell partitions: as many as leave the pages being filled a quarter of the budget,
// at most 8, because more would spread writes over too much memory.
func (r *run) bits(sides int) uint {
	bits := uint(8)
	for bits > 2 && int64(sides)<<bits*column.PageSize > r.plan.Budget/4 {
		bits--
	}
	return bits
}

// fill reads all sides into the store. end is nil, or called when a side has been read to its end.
func (r *run) fill(ctx context.Context, readers []*reader, shape *column.Shape, store *column.Store, end func(side int)) error {
	return r.readAll(ctx, readers, func(ctx context.Context, side int) func(*rows) error {
		packer, to := column.NewPacker(shape, side), store.Appender(side)
		return func(b *rows) error { return to.Pack(packer, &b.input, b.sel) }
	}, end)
}

// readAll reads all sides that have not been read at the same time. take makes what is done with the rows of a side; end is called when a side has been
// read to its end.
func (r *run) readAll(ctx context.Context, readers []*reader, take func(ctx context.Context, side int) func(*rows) error, end func(side int)) error {
	group, ctx := errgroup.WithContext(ctx)
	errs := make([]error, len(readers))
	var progress sync.Mutex
	for side, reader := range readers {
		r.watch(reader, &progress)
		if r.kept != nil && r.kept[side] {
			reader.progress(reader.total.Rows, reader.total.Bytes)
			continue
		}
		group.Go(func() error {
			errs[side] = reader.read(ctx, r.env.Sources[side], r.env.Configs[side], take(ctx, side))
			if errs[side] == nil && end != nil {
				end(side)
			}
			return errs[side]
		})
	}
	first := group.Wait()
	for _, err := range errs { // of several sides that fail by themselves, the first one's error, whoever was faster
		if err != nil && context.Cause(ctx) != nil && !isCancel(err) {
			return err
		}
	}
	return first
}

// watch has a reader tell of its progress.
func (r *run) watch(reader *reader, one *sync.Mutex) {
	reader.progress = func(rows, bytes int64) {
		if r.env.Progress != nil {
			one.Lock()
			defer one.Unlock()
			r.env.Progress(Progress{Phase: Reading, Side: reader.index, Rows: rows, Bytes: bytes})
		}
	}
}

// see tells of the rows of a key that matched.
func (r *run) see(one *sync.Mutex) func([]column.Sided, *match.Verdict) error {
	return func(rows []column.Sided, v *match.Verdict) error {
		var matched []state.Row
		for i, row := range rows {
			if v.Matched(i) {
				kept, _ := r.out.row(row, nil, nil)
				matched = append(matched, kept)
			}
		}
		if len(matched) == 0 {
			return nil
		}
		pairs := int64(1)
		if v.Paired != nil {
			pairs = v.Pairs
		}
		one.Lock()
		defer one.Unlock()
		return r.env.Matched(matched, pairs)
	}
}

// note keeps what the readers counted.
func (r *run) note(readers []*reader) {
	r.out.ReadSums = match.NewSums(len(readers), len(r.plan.Rule.Compare))
	for _, reader := range readers {
		r.out.Read = append(r.out.Read, reader.total)
		r.out.ReadSums.AddSums(reader.sums)
	}
}

// matchAll matches the partitions that have not been matched, those in memory first because that frees memory for the others.
func (r *run) matchAll(ctx context.Context, shape *column.Shape, store *column.Store, bits uint) error {
	var order []int
	for _, disk := range []bool{false, true} {
		for i := range store.Partitions() {
			if _, matched := r.parts[i]; !matched && store.OnDisk(i) == disk {
				order = append(order, i)
			}
		}
	}
	segments := make([]segment, store.Partitions())
	for i, k := range r.parts {
		segments[i] = k.segment
		r.out.Counts.Add(k.Counts)
		r.out.Done.Add(k.Done)
	}
	var next, done atomic.Int64
	var progress, add sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	workers := make([]*match.Worker, r.cores)
	for i := range workers {
		judge, err := r.judge(shape)
		if err != nil {
			return err
		}
		w := match.NewWorker(judge, r.pool, r.dir, r.plan.Budget*3/8/int64(r.cores))
		if r.env.Matched != nil {
			w.See = r.see(&progress)
		}
		workers[i] = w
		r.out.spools = append(r.out.spools, w.Spool)
		group.Go(func() error {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(order) || ctx.Err() != nil {
					return ctx.Err()
				}
				part := order[i]
				from := w.Spool.End()
				if err := w.Partition(store, part, 0, bits); err != nil {
					return fmt.Errorf("match rows: %w", err)
				}
				segments[part] = segment{w.Spool, from, w.Spool.End()}
				counts, matched := w.Take()
				r.keeper.matched(part, w.Spool, counts, matched)
				add.Lock()
				r.out.Counts.Add(counts)
				r.out.Done.Add(matched)
				add.Unlock()
				if r.env.Progress != nil {
					progress.Lock()
					r.env.Progress(Progress{Phase: Matching, Done: int(done.Add(1)), Total: len(order)})
					progress.Unlock()
				}
			}
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	r.out.segments = segments
	return nil
}
