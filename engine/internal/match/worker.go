package match

import (
	"cmp"
	"slices"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/result"
)

// Worker matches partitions of a rule between sides, one after the other, and keeps what it finds: counts of all rows, and
// the rows that do not match, partition by partition, in a spool. It is for one goroutine.
type Worker struct {
	Counts *Counts       // since the last Take, of rows that did not match alone
	Done   *Counts       // since then, of those that did
	Spool  *column.Spool // the rows that did not, ordered as column.Shape.Compare has it

	// See, unless nil, is told of the rows of each key that fits in memory, and what became of them. Both are valid during the
	// call. It must be set before the first partition; all keys then take the way of those that differ.
	See func(rows []column.Sided, v *Verdict) error

	find  finder
	shape *column.Shape
	judge *Judge
	keep  []kept
	alike *Alike
	taken [2]*Counts // what Take gave last, to be used again: with a thousand comparisons they are large
}

// kept is a row of the residual in the partition that is being matched. hash is its own, whose place has links.
type kept struct {
	hash uint64
	ref  column.Ref
}

// NewWorker makes a worker. judge is its own.
func NewWorker(judge *Judge, pool *column.Pool, dir *column.Dir, limit int64) *Worker {
	w := &Worker{
		Counts: judge.NewCounts(), Done: judge.NewCounts(), Spool: column.NewSpool(dir),
		shape: judge.shape, judge: judge, alike: NewAlike(judge),
	}
	w.find = finder{shape: judge.shape, sides: len(judge.counts), pool: pool, dir: dir, limit: limit, keep: judge.pair, tell: w}
	judge.found = w.Done.Diffs
	return w
}

// Partition matches a partition of a store whose hashes are alike in their first skip bits; bits tell partitions.
func (w *Worker) Partition(s *column.Store, partition int, skip, bits uint) error {
	w.find.each = w.See != nil
	w.find.early = !w.find.each && w.alike.reversible()
	return w.find.partition(s, partition, skip, bits)
}

func (w *Worker) uniform(r column.Row)    { w.alike.Row(r) }
func (w *Worker) notUniform(r column.Row) { w.alike.Not(r) }

func (w *Worker) group(rows []column.Sided, refs []column.Ref) error {
	v, err := w.judge.Group(rows)
	if err != nil {
		return err
	}
	if err := w.judged(rows, &v); err != nil {
		return err
	}
	for i, r := range rows {
		if !v.Matched(i) {
			w.keep = append(w.keep, kept{w.shape.KeyHash(r.Row), refs[i]})
		}
	}
	return nil
}

func (w *Worker) loose(rows []column.Sided) error {
	v, err := w.judge.Group(rows)
	if err != nil {
		return err
	}
	if err := w.judged(rows, &v); err != nil {
		return err
	}
	for i, r := range rows {
		if v.Matched(i) {
			continue
		}
		if err := w.Spool.Add(r, nil); err != nil {
			return err
		}
	}
	return nil
}

// judged counts the rows of a group, and tells of them.
func (w *Worker) judged(rows []column.Sided, v *Verdict) error {
	w.count(rows, v)
	if w.See == nil {
		return nil
	}
	return w.See(rows, v)
}

// count counts the rows of a group by its verdict.
func (w *Worker) count(rows []column.Sided, v *Verdict) {
	w.Done.Matched += v.Pairs
	to := w.Counts
	if v.Outcome == result.Matched {
		to = w.Done
	}
	if w.judge.alone {
		w.judge.diff(to.Diffs, w.judge.bySide)
	}
	if v.Outcome != result.Matched || v.Paired == nil {
		to.verdict(v.Outcome, v.Items)
	}
	for i, r := range rows {
		to, outcome := w.Counts, v.Outcome
		if v.Matched(i) {
			to, outcome = w.Done, result.Matched
		}
		to.Rows[r.Side][outcome]++
		w.judge.Sum(to.Sums, r)
	}
}

func (w *Worker) unkeyed(r column.Sided) error {
	w.Counts.Rows[r.Side][result.Unkeyed]++
	w.Counts.Unkeyed[r.Side]++
	w.judge.Sum(w.Counts.Sums, r)
	return nil
}

func (w *Worker) looseUnkeyed(r column.Sided) error {
	if err := w.unkeyed(r); err != nil {
		return err
	}
	return w.Spool.Add(r, nil)
}

func (w *Worker) repeated(r column.Sided) error {
	w.Counts.Rows[r.Side][result.Duplicate]++
	w.judge.Sum(w.Counts.Sums, r)
	return w.Spool.Add(r, nil)
}

func (w *Worker) repeatedEnd(counts []int64) {
	copy(w.judge.counts, counts)
	w.Counts.verdict(result.Duplicate, w.judge.duplicate())
}

// partitionEnd writes the residual of the partition in order.
func (w *Worker) partitionEnd(loaded *column.Loaded) error {
	for _, ref := range w.find.alone {
		w.keep = append(w.keep, kept{w.shape.UnkeyedHash(loaded.Row(ref), loaded.Side(ref)), ref})
	}
	for _, k := range w.keep { // the links are not needed any more
		loaded.Row(k.ref).SetHash(k.hash)
	}
	row := func(k kept) column.Sided { return column.Sided{Side: loaded.Side(k.ref), Row: loaded.Row(k.ref)} }
	slices.SortFunc(w.keep, func(a, b kept) int {
		if c := cmp.Compare(a.hash, b.hash); c != 0 {
			return c
		}
		return w.shape.Compare(row(a), row(b))
	})
	for _, k := range w.keep {
		if err := w.Spool.Add(row(k), nil); err != nil {
			return err
		}
	}
	w.keep = w.keep[:0]
	return nil
}

// Take gives what was counted since the last call: of all rows, and of those that matched. Both are valid until the next call. It starts at zero again.
func (w *Worker) Take() (counts, done *Counts) {
	w.alike.AddTo(w.Done)
	w.alike.clear()
	w.Counts.Add(w.Done)
	counts, done = w.Counts, w.Done
	w.Counts, w.Done = w.taken[0], w.taken[1]
	if w.taken = [2]*Counts{counts, done}; w.Counts == nil {
		w.Counts, w.Done = w.judge.NewCounts(), w.judge.NewCounts()
	} else {
		w.Counts.clear()
		w.Done.clear()
	}
	w.judge.found = w.Done.Diffs
	return counts, done
}
