package engine

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"github.com/recon-lang/recon/engine/internal/exec"
	"github.com/recon-lang/recon/engine/internal/match"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/engine/state"
	"github.com/recon-lang/recon/sdk/schema"
)

// tally adds up what became of everything that a run read and of what was carried over from other windows.
type tally struct {
	p       *prepared
	out     *exec.Outcome
	all     *exec.Tally // rows, sums and keys: what must be conserved
	visible *exec.Tally // keys and differences less what was accepted; nil while it is all
	missing int64       // keys that some side lacks, less what was accepted
	double  int64       // keys that some side repeats, less what was accepted
	pending int64
	rows    []int64 // by side: of a rule with group those that were summed up, else those that were read
	expired []int64 // keys, by the side that lacks them
	summary state.Summary
	views   viewers
	// handlers are told of each transition; nil if the rule has none.
	handlers *handlers
	watch    *watcher
	gone     largest
	late     largest
	open     []candidate // the largest groups of this window, for when all that is open is too much to go through
	least    *candidate  // of open when it was trimmed: what is less need not be kept
	most     int
}

// candidate is a group that may be among the largest.
type candidate struct {
	amount schema.Value
	hash   uint64
	key    []byte
}

func newTally(p *prepared, out *exec.Outcome, judge *exec.Judge, w state.Window, show int) *tally {
	return &tally{
		p: p, out: out, all: exec.NewTally(out, judge, w), expired: make([]int64, len(p.Rule.Sides)),
		views: viewers{}, most: show, gone: largest{most: show}, late: largest{most: show},
	}
}

// group counts the rows of a group that has a row of this window.
func (t *tally) group(g *state.Group) error {
	if err := t.watch.met(g); err != nil {
		return err
	}
	if g.Accepted != nil && t.visible == nil {
		t.visible = t.all.Clone()
	}
	rows := t.all.Group(g)
	if g.Accepted != nil {
		return nil
	}
	if t.visible != nil {
		t.visible.Group(g)
	}
	switch g.Outcome {
	case result.Missing:
		t.missing++
	case result.Duplicate:
		t.double++
	case result.Pending:
		t.pending++
	}
	if g.Outcome == result.Matched || g.Outcome == result.Pending || g.Rows[0].Kind != state.Keyed {
		return nil
	}
	v, err := t.views.of(g.Definition)
	if err != nil {
		return err
	}
	if amount, _ := v.amount(g, rows); !amount.Null {
		t.consider(candidate{amount, g.Rows[0].Hash, g.Rows[0].Key})
	}
	return nil
}

// consider keeps a candidate, with a copy of its key, while it is among the largest. They come ascending by hash.
func (t *tally) consider(c candidate) {
	if t.least != nil {
		if by := compareAmount(c.amount, t.least.amount); by < 0 || by == 0 && c.hash > t.least.hash {
			return
		}
	}
	c.key = slices.Clone(c.key)
	t.open = append(t.open, c)
	if len(t.open) >= 2*t.most+64 { // sort seldom
		t.trim()
	}
}

func (t *tally) trim() {
	slices.SortStableFunc(t.open, func(a, b candidate) int {
		return cmp.Or(compareAmount(b.amount, a.amount), cmp.Compare(a.hash, b.hash), bytes.Compare(a.key, b.key))
	})
	t.open = t.open[:min(t.most, len(t.open))]
	if t.most > 0 && len(t.open) == t.most {
		least := t.open[t.most-1]
		t.least = &least
	}
}

// shown are the counts less what was accepted.
func (t *tally) shown() *match.Counts {
	if t.visible == nil {
		return t.all.Counts
	}
	return t.visible.Counts
}

// manyOpen is how many open breaks are gone through for the largest; of more, only those that this run met are looked at.
const manyOpen = 100_000

// largestOpen puts the largest open breaks of the ledger, as it is after the commit, into the report, and the largest of
// those that are pending.
func (t *tally) largestOpen(ctx context.Context, store *state.Store, def *state.Definition, report *result.Report) error {
	top, pending := largest{most: t.most}, largest{most: t.most}
	add := func(b *state.Break) error {
		if !slices.Equal(b.Params, def.Params) {
			return nil
		}
		switch {
		case isPending(b):
			return t.keep(&pending, b)
		case isAccepted(b):
			return nil
		}
		return t.keep(&top, b)
	}
	defer func() { report.Open, report.Pending = top.sorted(), pending.sorted() }()
	if t.summary.Open+t.summary.Pending+t.summary.Accepted <= manyOpen {
		for b, err := range store.Breaks(ctx, def.Rule) {
			if err == nil {
				err = add(b)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	t.trim()
	for _, c := range t.open {
		list, err := store.BreaksOf(ctx, def.Rule, c.hash, c.key)
		if err != nil {
			return err
		}
		for _, b := range list {
			if err := add(b); err != nil {
				return err
			}
		}
	}
	return nil
}

// wants says which transitions somebody looks at: the reports, those that end a break or its time.
func (t *tally) wants(c *state.Transition) bool { return t.handlers != nil || c.Cleared || c.Expired }

// transition keeps what a report shows of a change, and counts expired keys.
func (t *tally) transition(c *state.Transition) error {
	if err := t.watch.changed(c); err != nil {
		return err
	}
	if t.handlers != nil {
		if err := t.handlers.transition(c); err != nil {
			return err
		}
	}
	switch {
	case c.Cleared:
		return t.keep(&t.gone, &c.Break)
	case c.Expired:
		for _, g := range c.Break.Groups {
			for _, item := range g.Items {
				if g.Expired && item.Outcome == result.Missing {
					t.expired[item.Name]++
				}
			}
		}
		return t.keep(&t.late, &c.Break)
	}
	return nil
}

// keep shows a break in a list if it is among its largest. Of a day with many breaks nearly all are not.
func (t *tally) keep(in *largest, b *state.Break) error {
	amount, err := t.views.amountOf(b)
	if err != nil || !in.wants(amount, b.ID) {
		return err
	}
	shown, err := t.views.breakOf(b)
	if err != nil {
		return err
	}
	in.add(shown)
	return nil
}

func (t *tally) metrics() *metrics {
	m := &metrics{rule: t.p.Rule, counts: t.shown(), missing: t.missing, double: t.double, pending: t.pending, summary: t.summary, read: t.rows}
	return m
}

func (t *tally) readNothing() bool {
	return !slices.ContainsFunc(t.out.Read, func(r exec.Read) bool { return r.Rows > 0 })
}

// fill writes counts, sums and lists into the report.
func (t *tally) fill(report *result.Report) {
	run, rule := report.Run, t.p.Rule
	run.Outcomes = exec.Outcomes(rule, t.shown())
	for i, side := range rule.Sides {
		s := t.all.Counts.Side(i)
		if rule.Totals {
			s.Rows = t.rows[i]
		}
		s.Read, s.Carried = t.out.Read[i].Rows, t.all.Carried[i].Rows
		run.Sides[side.Name] = &s
		if t.expired[i] > 0 {
			run.Outcomes.Expired[side.Name] = t.expired[i]
		}
	}
	m := t.metrics()
	run.Outcomes.Keys = map[string]int64{}
	for _, o := range []result.Outcome{result.Missing, result.Duplicate, result.Pending, result.Breach} {
		run.Outcomes.Keys[o.String()] = m.keys(o.String())
	}
	run.Outcomes.Cleared = t.summary.Cleared
	run.Breaks = result.Transitions{Open: t.summary.Open, New: t.summary.New, Changed: t.summary.Changed, Stale: t.summary.Stale, Accepted: t.summary.Accepted}
	run.Totals = exec.Totals(rule, t.out.ReadSums)
	report.Cleared, report.Expired = t.gone.sorted(), t.late.sorted()
}
