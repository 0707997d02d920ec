package exec

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/match"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/checksum"
	"github.com/recon-lang/recon/sdk/schema"
)

// mostDiffer reports whether more than half of the rows that were added up must be read all the same.
func (s *summing) mostDiffer() bool {
	var all, read int64
	for i := range s.added {
		if !s.added[i] {
			continue
		}
		rows := int64(0)
		for side := range s.sums {
			rows = max(rows, s.sums[side][i].Rows)
		}
		all += rows
		if !s.same(i) {
			read += rows
		}
	}
	return read*2 > all
}

// same reports whether the rows of a range are certainly the same on all sides.
func (s *summing) same(i int) bool {
	if !s.added[i] || !s.sums[0][i].Settled(s.unique) {
		return false
	}
	for side := range s.sums {
		sum := &s.sums[side][i]
		if sum.Odd > 0 || !sum.Same(&s.sums[0][i]) {
			return false
		}
	}
	return true
}

// mostSpans bounds the runs of neighbouring ranges that are read: each is two comparisons that a database makes for each row, unless an
// index finds them.
const mostSpans = 64

// spans are what is to be read: the ranges from … to-1 of each are not left out. Where there would be more than most, the
// smallest pieces between them are read, too.
func spans(leave []bool, rows func(i int) int64, most int) (read [][2]int) {
	for i := range leave {
		switch last := len(read) - 1; {
		case leave[i]:
		case last >= 0 && read[last][1] == i:
			read[last][1] = i + 1
		default:
			read = append(read, [2]int{i, i + 1})
		}
	}
	for len(read) > most {
		at, least := 0, int64(math.MaxInt64)
		for k := range len(read) - 1 {
			between := int64(0)
			for i := read[k][1]; i < read[k+1][0]; i++ {
				between += rows(i)
			}
			if between < least {
				at, least = k, between
			}
		}
		for i := read[at][1]; i < read[at+1][0]; i++ {
			leave[i] = false
		}
		read[at][1] = read[at+1][1]
		read = slices.Delete(read, at+1, at+2)
	}
	return read
}

// decide says which ranges are left out, and what is read.
func (s *summing) decide() {
	s.leave = make([]bool, s.ranges())
	for i := range s.leave {
		s.leave[i] = s.same(i)
	}
	s.spans = spans(s.leave, func(i int) int64 { return s.sums[0][i].Rows }, mostSpans)
}

// prune counts the rows of the ranges that are left out, as matching them would have.
func (s *summing) prune() error {
	judge, err := s.judge(s.shape)
	if err != nil {
		return err
	}
	counts := judge.NewCounts()
	for i := range s.leave {
		if !s.leave[i] {
			continue
		}
		s.out.Pruned.Same++
		rows := s.sums[0][i].Rows
		s.out.Pruned.Rows += rows
		counts.Matched += rows
		for side, sums := range s.sums {
			counts.Rows[side][result.Matched] += rows
			s.readers[side].total.Rows += rows
			if err := s.total(side, &sums[i], counts.Sums); err != nil {
				return err
			}
		}
	}
	s.out.Counts.Add(counts)
	s.out.Done.Add(counts)
	return nil
}

// total adds the totals of a range to those that were read and those that matched.
func (s *summing) total(side int, sum *checksum.Sum, matched *match.Sums) error {
	at := 0
	for c, v := range s.reqs[side].Values {
		if !v.Total {
			continue
		}
		n := sum.Totals[at]
		at++
		if n == nil {
			continue
		}
		total, ok := column.SumOf(n)
		if !ok {
			return fmt.Errorf("side %s: the sum of %s is too large", s.readers[side].name, s.plan.Rule.Compare[c].Name)
		}
		matched.Of(c, side, nil).AddSum(total)
		s.readers[side].sums.Of(c, side, nil).AddSum(total)
	}
	return nil
}

// read reads what is not left out, and holds it against what was added up.
func (s *summing) read(ctx context.Context) error {
	if len(s.spans) == 0 {
		return nil
	}
	env := s.env
	s.env.Sources = nil
	before := make([]int64, len(s.readers))
	for side, view := range s.views {
		before[side] = s.readers[side].total.Rows
		s.env.Sources = append(s.env.Sources, &ranged{Source: env.Sources[side], view: view, where: spanned(&s.reqs[side], s.spans)})
	}
	if err := s.fill(ctx, s.readers, s.shape, s.store, nil); err != nil {
		return err
	}
	s.env = env
	for side, reader := range s.readers {
		want, all := int64(0), true
		for i := range s.added {
			all = all && s.added[i]
			if !s.leave[i] {
				want += s.sums[side][i].Rows
			}
		}
		if got := reader.total.Rows - before[side]; got < want || all && got > want {
			return &SourceError{Source: reader.source.Name, Err: fmt.Errorf("%d rows were added up in the ranges that are read, and %d were read: what it says is not of one moment; run it as hash", want, got)}
		}
	}
	return nil
}

// spanned is the conditions that a row is in one of several spans of ranges.
func spanned(req *checksum.Request, spans [][2]int) []schema.Condition {
	if len(spans) == 1 {
		return req.Between(spans[0][0], spans[0][1])
	}
	any := schema.Condition{Op: schema.Or}
	for _, span := range spans {
		bounds := req.Between(span[0], span[1])
		if len(bounds) == 1 {
			any.Args = append(any.Args, bounds[0])
		} else {
			any.Args = append(any.Args, schema.Condition{Op: schema.And, Args: bounds})
		}
	}
	return []schema.Condition{any}
}

// ranged is a source of which some ranges are read, as its snapshot has them.
type ranged struct {
	sdk.Source
	view  sdk.Snapshot
	where []schema.Condition
}

func (r *ranged) Read(ctx context.Context, _ sdk.ReadRequest, emit func(*batch.Batch) error) error {
	return r.view.Read(ctx, r.where, emit)
}
