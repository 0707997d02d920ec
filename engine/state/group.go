package state

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/recon-lang/recon/engine/result"
	"github.com/zeebo/xxh3"
)

// grouper forms the groups of a key out of its residual rows, as the language has it. Its answer depends on the
// rows, their windows and the definition alone, never on the order in which windows were settled.
type grouper struct {
	definition *Definition
	calendar   calendar
	judge      Judge
	args       []Row // for the judge
	seen       itemLists
	asked      [2]carried
	turn       int
	items      []Item        // scratch
	windows    []groupWindow // room for those of the next groups
	matched    []group       // what form returned last
	open       []group       // what form returned last
}

// carried is an instant and what is a carry after it. Most groups ask for the same two: of the start and end of one window.
type carried struct{ at, after int64 }

// after is calendar.after.
func (f *grouper) after(t int64) int64 {
	for i := range f.asked {
		if f.asked[i].at == t && f.asked[i] != (carried{}) {
			return f.asked[i].after
		}
	}
	f.turn = (f.turn + 1) % len(f.asked)
	f.asked[f.turn] = carried{t, f.calendar.after(t)}
	return f.asked[f.turn].after
}

// form groups the rows of one key. It returns the open groups and those that matched, each by first window; both lists are reused by the next call.
func (f *grouper) form(rows []*Row) (open, matched []group, err error) {
	open, matched = f.open[:0], f.matched[:0]
	defer func() { f.open, f.matched = open[:0], matched[:0] }()
	slices.SortStableFunc(rows, func(a, b *Row) int { return cmp.Compare(a.Window.Start, b.Window.Start) })
	if rows[0].Kind != Keyed {
		return append(open, f.alone(rows[0])), nil, nil
	}
	var current []*Row // the group that is open for more
	from := -1         // where current begins in rows; -1: it is not a part of them
	var v Verdict      // of current, if judged
	judged := false
	end := func() error {
		if len(current) == 0 {
			return nil
		}
		if !judged {
			if v, err = f.verdict(current); err != nil {
				return err
			}
		}
		open = append(open, f.close(current, v))
		current, judged = nil, false
		return nil
	}
	partial := false
	for i := 0; i < len(rows); {
		w := rows[i].Window
		j := i
		for j < len(rows) && rows[j].Window.Start == w.Start {
			j++
		}
		if len(current) > 0 && (!f.calendar.carries() || w.Start > f.after(current[0].Window.Start)) {
			if err := end(); err != nil {
				return nil, nil, err
			}
		}
		switch {
		case current == nil:
			from, current = i, rows[i:j:j]
		case from >= 0: // in one piece with those before
			current = rows[from:j:j]
		default:
			current = append(current, rows[i:j]...)
		}
		i, judged = j, false
		if !f.mayMatch(current) {
			continue
		}
		if v, err = f.verdict(current); err != nil {
			return nil, nil, err
		}
		judged = true
		paired, rest := split(current, v)
		if len(paired) == 0 {
			continue
		}
		partial = partial || len(rest) > 0
		matched = append(matched, f.close(paired, Verdict{Outcome: result.Matched}))
		from, current, judged = -1, rest, false
	}
	if err := end(); err != nil {
		return nil, nil, err
	}
	if partial {
		for i := range open {
			open[i].refer()
		}
	}
	return open, matched, nil
}

// split parts the rows that have found their partners from the others. The order of rows is by
// window in both.
func split(rows []*Row, v Verdict) (paired, rest []*Row) {
	if v.Outcome == result.Matched {
		return rows, nil
	}
	if v.Paired == nil {
		return nil, rows
	}
	// The verdict speaks of the rows in the judge's order.
	ordered := slices.Clone(rows)
	slices.SortFunc(ordered, compareInGroup)
	for i, r := range ordered {
		if v.Paired[i] {
			paired = append(paired, r)
		} else {
			rest = append(rest, r)
		}
	}
	byWindow := func(a, b *Row) int { return cmp.Compare(a.Window.Start, b.Window.Start) }
	slices.SortStableFunc(paired, byWindow)
	slices.SortStableFunc(rest, byWindow)
	return paired, rest
}

// mayMatch reports whether the rows could be matched, so that it is worth asking the judge.
func (f *grouper) mayMatch(rows []*Row) bool {
	sides, repeated := f.count(rows)
	if f.definition.Pair {
		return sides == len(f.definition.Sides)
	}
	return sides == len(f.definition.Sides) && !repeated
}

// count counts the sides that have rows and says whether one has several.
func (f *grouper) count(rows []*Row) (sides int, repeated bool) {
	if len(rows) == 1 {
		return 1, false
	}
	for i, r := range rows {
		first := true
		for _, q := range rows[:i] {
			if q.Side == r.Side {
				first, repeated = false, true
				break
			}
		}
		if first {
			sides++
		}
		if repeated && sides == len(f.definition.Sides) {
			break
		}
	}
	return sides, repeated
}

// verdict decides what needs no values, and asks the judge for the rest.
func (f *grouper) verdict(rows []*Row) (Verdict, error) {
	sides, repeated := f.count(rows)
	switch {
	case repeated && !f.definition.Pair:
		return Verdict{Outcome: result.Duplicate, Items: f.repeatedSides(rows)}, nil
	case sides == 1:
		return Verdict{Outcome: result.Missing, Items: f.lackingSides(rows)}, nil
	}
	f.args = f.args[:0]
	for _, r := range rows {
		f.args = append(f.args, *r)
	}
	for i := 1; i < len(f.args); i++ {
		if compareInGroup(&f.args[i-1], &f.args[i]) > 0 {
			slices.SortFunc(f.args, func(a, b Row) int { return compareInGroup(&a, &b) })
			break
		}
	}
	v, err := f.judge(f.args)
	v.Items = f.seen.keep(v.Items)
	return v, foreign(err)
}

func (f *grouper) repeatedSides(rows []*Row) []Item {
	f.items = f.items[:0]
	for s := range f.definition.Sides {
		n := 0
		for _, r := range rows {
			if r.Side == s {
				n++
			}
		}
		if n > 1 {
			f.items = append(f.items, Item{result.Duplicate, s})
		}
	}
	return f.seen.keep(f.items)
}

func (f *grouper) lackingSides(rows []*Row) []Item {
	f.items = f.items[:0]
	for s := range f.definition.Sides {
		if !slices.ContainsFunc(rows, func(r *Row) bool { return r.Side == s }) {
			f.items = append(f.items, Item{result.Missing, s})
		}
	}
	return f.seen.keep(f.items)
}

// close makes a group of rows that stand by window.
func (f *grouper) close(rows []*Row, v Verdict) group {
	g := group{outcome: v.Outcome, items: v.Items, deadline: NoTime, rows: rows, windows: take(&f.windows, countWindows(rows))[:0]}
	if f.calendar.carries() {
		g.deadline = f.after(rows[0].Window.End)
	}
	g.span(int64(f.definition.Slack.Microseconds()))
	slices.SortFunc(g.rows, compareInGroup)
	g.digest = digestOf(g.rows)
	return g
}

// countWindows counts the windows of rows, which stand by window.
func countWindows(rows []*Row) int {
	n := 1
	for i, r := range rows[1:] {
		if r.Window.Start != rows[i].Window.Start {
			n++
		}
	}
	return n
}

// alone makes the group of a row that has no key.
func (f *grouper) alone(r *Row) group {
	g := group{deadline: NoTime, rows: []*Row{r}, windows: []groupWindow{{start: r.Window.Start}}, digest: digestOf([]*Row{r})}
	if r.Kind == Unkeyed {
		g.outcome, g.items = result.Unkeyed, []Item{{result.Unkeyed, r.Side}}
		return g
	}
	g.outcome = result.Breach
	for _, n := range r.Names {
		g.items = append(g.items, Item{result.Breach, n})
	}
	return g
}

// span notes the windows of the rows, which stand by window, and the edges they lie near.
func (g *group) span(slack int64) {
	for _, r := range g.rows {
		if n := len(g.windows); n == 0 || g.windows[n-1].start != r.Window.Start {
			g.windows = append(g.windows, groupWindow{start: r.Window.Start})
		}
		g.windows[len(g.windows)-1].edges |= edgesOf(r.Time, r.Window, slack)
	}
}

// refer lists the rows one by one: others of the same windows are not part of the group.
func (g *group) refer() {
	g.refs = make([]rowRef, 0, len(g.rows))
	for _, r := range g.rows {
		g.refs = append(g.refs, rowRef{r.Window.Start, r.Side, r.Digest})
	}
}

// digestOf stands for the values of rows and their sides, in whatever windows they were read.
func digestOf(rows []*Row) [16]byte {
	order := func(a, b *Row) int {
		return cmp.Or(cmp.Compare(a.Side, b.Side), bytes.Compare(a.Digest[:], b.Digest[:]))
	}
	if !slices.IsSortedFunc(rows, order) {
		rows = slices.Clone(rows)
		slices.SortFunc(rows, order)
	}
	b := make([]byte, 0, 128)
	for _, r := range rows {
		b = binary.BigEndian.AppendUint16(b, uint16(r.Side))
		b = append(b, r.Digest[:]...)
	}
	return xxh3.Hash128(b).Bytes()
}
