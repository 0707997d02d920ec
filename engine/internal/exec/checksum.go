package exec

import (
	"context"
	"errors"
	"fmt"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/checksum"
	"github.com/recon-lang/recon/sdk/schema"
	"golang.org/x/sync/errgroup"
)

// Pruned is what adding up saved.
type Pruned struct {
	Ranges    int    // into which the rows were cut
	Same      int    // of them, not read
	Rows      int64  // of one side in those
	Abandoned bool   // most ranges differed, so not all were added up
	Refused   string // why nothing was added up, and all was read; "": it was
}

// checksum has the sides add up ranges of the key, each as of one moment, counts the rows of ranges that are certainly the same on all
// of them, and reads the others into the store. A range is the same if its rows add up to the same, no key in it is null or repeats,
// and no row in it needs a look: then each key has one row on each side, and they are the same in all that is compared.
func (r *run) checksum(ctx context.Context, readers []*reader, shape *column.Shape, store *column.Store) error {
	if r.env.Matched != nil {
		if r.plan.Forced {
			return fmt.Errorf("rule %s cannot run as checksum: each row that matches is asked for", r.plan.Rule.Name)
		}
		return r.fill(ctx, readers, shape, store, nil)
	}
	s := &summing{run: r, readers: readers, shape: shape, store: store}
	err := s.open(ctx)
	var no *refusal
	if errors.As(err, &no) && !r.plan.Forced {
		r.out.Pruned = &Pruned{Refused: fmt.Sprintf("source %s: %s", no.source, no.why)}
		return r.fill(ctx, readers, shape, store, nil)
	}
	return err
}

// refusal is that a source cannot add its rows up. Nothing has been read by then.
type refusal struct{ rule, source, why string }

func (e *refusal) Error() string {
	return fmt.Sprintf("rule %s cannot run as checksum: source %s: %s; run it as hash", e.rule, e.source, e.why)
}

// summing is a checksum run.
type summing struct {
	*run
	readers []*reader
	shape   *column.Shape
	store   *column.Store
	views   []sdk.Snapshot
	reqs    []checksum.Request // by side, with the same cuts
	unique  bool               // some side says that no key repeats
	rows    int64              // an estimate of those of the largest side; -1: not known
	sums    [][]checksum.Sum   // by side, of each range that was added up
	added   []bool             // by range
	leave   []bool             // by range: it is not read
	spans   [][2]int           // of ranges that are read
}

// open opens a snapshot of one side after the other, and then goes on within all of them.
func (s *summing) open(ctx context.Context) error {
	side := len(s.views)
	if side == len(s.readers) {
		return s.within(ctx)
	}
	source := s.readers[side].source.Name
	snapshotter, ok := s.env.Sources[side].(sdk.Snapshotter)
	if !ok {
		return s.refused(side, "it cannot add its rows up")
	}
	req := s.plan.Sides[side].Request
	req.Config = s.env.Configs[side]
	var own error
	err := snapshotter.Snapshot(ctx, req, func(view sdk.Snapshot) error {
		s.views = append(s.views, view)
		own = s.open(ctx)
		return own
	})
	if err != nil && own == nil {
		err = &SourceError{Source: source, Err: err}
	}
	return err
}

func (s *summing) refused(side int, why string) error {
	return &refusal{s.plan.Rule.Name, s.readers[side].source.Name, why}
}

// each does something with all sides at the same time. Errors name the source.
func (s *summing) each(ctx context.Context, do func(ctx context.Context, side int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	errs := make([]error, len(s.views))
	for side := range s.views {
		group.Go(func() error {
			if err := do(ctx, side); err != nil {
				errs[side] = &SourceError{Source: s.readers[side].source.Name, Err: err}
			}
			return errs[side]
		})
	}
	first := group.Wait()
	for _, err := range errs { // as readAll: the first that failed by itself
		if err != nil && !isCancel(err) {
			return err
		}
	}
	return first
}

func (s *summing) within(ctx context.Context) error {
	if err := s.survey(ctx); err != nil {
		return err
	}
	s.sums, s.added = make([][]checksum.Sum, len(s.views)), make([]bool, s.ranges())
	for side := range s.sums {
		s.sums[side] = make([]checksum.Sum, s.ranges())
	}
	abandoned, err := s.addUp(ctx)
	if err != nil {
		return err
	}
	s.out.Pruned = &Pruned{Ranges: s.ranges(), Abandoned: abandoned}
	s.decide()
	if err := s.prune(); err != nil {
		return err
	}
	return s.read(ctx)
}

func (s *summing) ranges() int { return s.reqs[0].Ranges() }

// mostRanges bounds the ranges: beyond it the sums of ranges become many bytes themselves. leastRows is how many rows a range should
// have, because a range costs a statement of some databases.
const (
	mostRanges = 1024
	leastRows  = 4096
	someRanges = 8
)

// survey finds out whether all sides can add up, and cuts the rows into ranges by the part of the key that the first side cuts best.
func (s *summing) survey(ctx context.Context) error {
	s.reqs = append(s.reqs, s.plan.Sums...)
	parts := s.plan.Cuts()
	if len(parts) == 0 {
		parts = []int{0} // there are no cuts, but the ranges still tell nulls from others
	}
	s.cutBy(parts[0], nil)
	surveys := make([]checksum.Survey, len(s.views))
	err := s.each(ctx, func(ctx context.Context, side int) (err error) {
		surveys[side], err = s.views[side].Survey(ctx, s.reqs[side], 0)
		return err
	})
	if err != nil {
		return err
	}
	for side, v := range surveys {
		if v.Refused != "" {
			return s.refused(side, v.Refused)
		}
		s.unique = s.unique || v.Unique
		s.rows = max(s.rows, v.Rows)
	}
	s.reqs[0].Distinct = !s.unique // of rows that are the same on all sides, one side's keys speak for all
	wanted := int(min(max(s.rows/leastRows, someRanges), mostRanges))
	best, cuts := parts[0], []schema.Value(nil)
	for _, part := range parts {
		s.cutBy(part, nil)
		found, err := s.views[0].Survey(ctx, s.reqs[0], wanted)
		if err != nil {
			return &SourceError{Source: s.readers[0].source.Name, Err: err}
		}
		if len(found.Cuts) > len(cuts) {
			best, cuts = part, found.Cuts
		}
		if len(cuts) >= wanted/2 {
			break
		}
	}
	s.cutBy(best, cuts)
	return nil
}

// cutBy has all sides cut their rows by a part of the key.
func (s *summing) cutBy(part int, cuts []schema.Value) {
	for side := range s.reqs {
		s.reqs[side].Cut = s.reqs[side].Key[part].Column
		s.reqs[side].Cuts = cuts
	}
}

// addUp adds ranges up, a few at first, at the beginning and in the middle of the key, then more and more. It stops where most
// of the rows that were added up differ: adding up costs more than reading.
func (s *summing) addUp(ctx context.Context) (abandoned bool, err error) {
	n := s.ranges()
	step := max(1, n/64)
	middle := n / 2
	for _, from := range []int{0, middle} {
		if err := s.addRanges(ctx, from, min(from+step, n)); err != nil {
			return false, err
		}
	}
	for from := 0; from < n; {
		if s.added[from] {
			from++
			continue
		}
		if s.mostDiffer() {
			return true, nil
		}
		to := from
		for to < n && to < from+step && !s.added[to] {
			to++
		}
		if err := s.addRanges(ctx, from, to); err != nil {
			return false, err
		}
		from = to
		step *= 2
	}
	return false, nil
}

func (s *summing) addRanges(ctx context.Context, from, to int) error {
	err := s.each(ctx, func(ctx context.Context, side int) error {
		req := s.reqs[side]
		req.From, req.To = from, to
		sums, err := s.views[side].Sums(ctx, req)
		if err == nil && len(sums) != to-from {
			err = fmt.Errorf("it gave sums of %d ranges and was asked for %d", len(sums), to-from)
		}
		copy(s.sums[side][from:], sums)
		return err
	})
	done := 0
	for i := range s.added {
		if i >= from && i < to {
			s.added[i] = true
		}
		if s.added[i] {
			done++
		}
	}
	if s.env.Progress != nil {
		s.env.Progress(Progress{Phase: Adding, Done: done, Total: s.ranges()})
	}
	return err
}
