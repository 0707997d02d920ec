package state

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/recon-lang/recon/engine/result"
)

// model is the language's section on windows, carry-over and state, written down as simply as it can be: all
// residuals in memory, everything worked out from scratch each time.
type model struct {
	sides    int
	carry    int64 // microseconds; windows of these tests are of UTC and have no days
	slack    int64
	pair     bool
	windows  map[int64]*modelWindow // by start
	accepted map[string]bool        // key, outcome, digest
	lenient  bool                   // the second comparison is not made
	matched  [][]modelRow           // across windows, as open found them
}

type modelWindow struct {
	Window
	residual []modelRow
}

type modelRow struct {
	side   int
	key    int // -1: unkeyed
	values [2]int
	time   int64
	start  int64 // of its window
}

func (r modelRow) String() string {
	return fmt.Sprintf("%d/%d/%d:%v@%d", r.start, r.side, r.key, r.values, r.time)
}

// modelItem is one thing that is wrong, in words.
type modelItem struct {
	what    string // outcome and side or comparison
	digest  string // of the rows' values
	pending bool
	expired bool
}

type modelGroup struct {
	rows  []modelRow
	items []modelItem
}

// judgeRows is what the rule says of rows of one key: two comparisons, each for equality on all sides present.
func (m *model) judge(rows []modelRow) (outcome result.Outcome, items []Item, paired []bool) {
	paired = make([]bool, len(rows))
	if m.pair {
		m.pairRows(rows, paired)
	}
	by := make([][]modelRow, m.sides)
	left := 0
	for i, r := range rows {
		if !paired[i] {
			by[r.side] = append(by[r.side], r)
			left++
		}
	}
	if left == 0 {
		return result.Matched, nil, paired
	}
	single, present := true, 0
	for _, rows := range by {
		single = single && len(rows) <= 1
		if len(rows) > 0 {
			present++
		}
	}
	if !single && !(m.pair && present == 1) {
		for s, rows := range by {
			if len(rows) > 1 {
				items = append(items, Item{result.Duplicate, s})
			}
		}
		return result.Duplicate, items, paired
	}
	outcome = result.Matched
	for s, rows := range by {
		if len(rows) == 0 {
			outcome = result.Missing
			items = append(items, Item{result.Missing, s})
		}
	}
	for c := range m.comparisons() {
		values := map[int]bool{}
		for _, rows := range by {
			if len(rows) == 1 && present > 1 {
				values[rows[0].values[c]] = true
			}
		}
		if len(values) > 1 {
			items = append(items, Item{result.Mismatch, c})
			if outcome == result.Matched {
				outcome = result.Mismatch
			}
		}
	}
	return outcome, items, paired
}

func (m *model) comparisons() int {
	if m.lenient {
		return 1
	}
	return 2
}

// pairRows pairs equal rows, one of each side.
func (m *model) pairRows(rows []modelRow, paired []bool) {
	for i, r := range rows {
		if r.side != 0 || paired[i] {
			continue
		}
		tuple := []int{i}
		for s := 1; s < m.sides; s++ {
			for j, q := range rows {
				if q.side == s && !paired[j] && slices.Equal(q.values[:m.comparisons()], r.values[:m.comparisons()]) {
					tuple = append(tuple, j)
					break
				}
			}
		}
		if len(tuple) == m.sides {
			for _, j := range tuple {
				paired[j] = true
			}
		}
	}
}

func byGroupOrder(a, b modelRow) int {
	return cmp.Or(cmp.Compare(a.side, b.side), cmp.Compare(a.start, b.start), cmp.Compare(a.time, b.time), slices.Compare(a.values[:], b.values[:]))
}

// inside is what matching inside one window leaves.
func (m *model) inside(rows []modelRow) (residual []modelRow) {
	keys := map[int][]modelRow{}
	for _, r := range rows {
		keys[r.key] = append(keys[r.key], r)
	}
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		rows := keys[k]
		if k < 0 {
			residual = append(residual, rows...)
			continue
		}
		slices.SortFunc(rows, byGroupOrder)
		outcome, _, paired := m.judge(rows)
		for i, r := range rows {
			if outcome != result.Matched && !paired[i] {
				residual = append(residual, r)
			}
		}
	}
	return residual
}

func digestText(rows []modelRow) string {
	var texts []string
	for _, r := range rows {
		texts = append(texts, fmt.Sprint(r.side, r.values, r.time))
	}
	slices.Sort(texts)
	return strings.Join(texts, ";")
}

func (m *model) covered(t int64) bool {
	for _, w := range m.windows {
		if w.Start <= t && t < w.Covered {
			return true
		}
	}
	return false
}

func (m *model) horizon() int64 {
	h := int64(NoTime)
	for _, w := range m.windows {
		if w.Covered > w.Start {
			h = max(h, w.Covered)
		}
	}
	return h
}

// open works out the open groups by key. Unkeyed rows have keys of their own.
func (m *model) open() map[string][]modelGroup {
	m.matched = nil
	open := map[string][]modelGroup{}
	keys := map[int][]modelRow{}
	for _, start := range slices.Sorted(maps.Keys(m.windows)) {
		for _, r := range m.windows[start].residual {
			if r.key >= 0 {
				keys[r.key] = append(keys[r.key], r)
				continue
			}
			name := fmt.Sprintf("unkeyed %d %d %s", r.start, r.side, digestText([]modelRow{r}))
			for n := 0; ; n++ { // the ordinal
				if full := fmt.Sprint(name, "#", n); open[full] == nil {
					open[full] = []modelGroup{{rows: []modelRow{r}, items: []modelItem{{what: fmt.Sprint("unkeyed ", r.side), digest: digestText([]modelRow{r})}}}}
					break
				}
			}
		}
	}
	for k, rows := range keys {
		var groups []modelGroup
		var group []modelRow
		finish := func() {
			if len(group) > 0 {
				groups = append(groups, m.judged(group))
			}
			group = nil
		}
		for _, start := range slices.Sorted(maps.Keys(m.windows)) {
			var here []modelRow
			for _, r := range rows {
				if r.start == start {
					here = append(here, r)
				}
			}
			if len(here) == 0 {
				continue
			}
			if len(group) > 0 && (m.carry == 0 || start > group[0].start+m.carry) {
				finish()
			}
			group = append(group, here...)
			slices.SortFunc(group, byGroupOrder)
			outcome, _, paired := m.judge(group)
			var left, gone []modelRow
			for i, r := range group {
				if paired[i] || outcome == result.Matched {
					gone = append(gone, r)
				} else {
					left = append(left, r)
				}
			}
			if group = left; len(gone) > 0 {
				m.matched = append(m.matched, gone)
			}
			slices.SortStableFunc(group, func(a, b modelRow) int { return cmp.Compare(a.start, b.start) })
		}
		finish()
		if len(groups) > 0 {
			open[fmt.Sprint("key ", k)] = groups
		}
	}
	return open
}

// judged gives an unmatched group, which stands by window, its items.
func (m *model) judged(rows []modelRow) modelGroup {
	first := m.windows[rows[0].start]
	g := modelGroup{rows: slices.Clone(rows)}
	slices.SortFunc(g.rows, byGroupOrder)
	outcome, items, _ := m.judge(g.rows)
	pending, expired := false, false
	if outcome == result.Missing && m.carry > 0 {
		if m.horizon() >= first.End+m.carry {
			expired = true
		} else {
			for _, r := range g.rows {
				w := m.windows[r.start]
				near := func(edge int64) bool { return m.slack > 0 && edge-m.slack <= r.time && r.time <= edge+m.slack }
				if near(w.Start) && !m.covered(w.Start-1) || near(w.Covered) && !m.covered(w.Covered) {
					pending = true
				}
			}
		}
	}
	for _, it := range items {
		g.items = append(g.items, modelItem{
			what: fmt.Sprint(it.Outcome, " ", it.Name), digest: digestText(g.rows),
			pending: pending, expired: expired && it.Outcome == result.Missing,
		})
	}
	return g
}

// reportedItems lists what has been told of each key: not pending, not accepted.
func (m *model) reportedItems() map[string]map[modelItem]bool {
	all := map[string]map[modelItem]bool{}
	for k, groups := range m.open() {
		for _, g := range groups {
			for _, it := range g.items {
				if !it.pending && !m.accepted[acceptance(k, it)] {
					if all[k] == nil {
						all[k] = map[modelItem]bool{}
					}
					all[k][it] = true
				}
			}
		}
	}
	return all
}

func acceptance(key string, it modelItem) string {
	return key + "|" + strings.Fields(it.what)[0] + "|" + it.digest
}

// transitions says what a settling has changed, as text, sorted.
func transitions(before, after map[string]map[modelItem]bool) []string {
	var all []string
	keys := maps.Clone(after)
	maps.Copy(keys, before)
	plain := func(items map[modelItem]bool) map[modelItem]bool {
		p := map[modelItem]bool{}
		for it := range items {
			it.expired = false
			p[it] = true
		}
		return p
	}
	for k := range keys {
		b, a := plain(before[k]), plain(after[k])
		switch {
		case len(b) == 0 && len(a) > 0:
			all = append(all, k+" new")
		case len(b) > 0 && len(a) == 0:
			all = append(all, k+" cleared")
		default:
			for it := range a {
				if !b[it] {
					all = append(all, k+" changed")
					break
				}
			}
		}
		for it := range after[k] {
			if it.expired && !before[k][it] {
				all = append(all, k+" expired")
				break
			}
		}
	}
	slices.Sort(all)
	return all
}

// text is the model's open items as the store's are written by dump.
func (m *model) text() string {
	var lines []string
	for k, groups := range m.open() {
		for _, g := range groups {
			var b strings.Builder
			fmt.Fprintf(&b, "%s:", strings.SplitN(k, "#", 2)[0])
			all := true
			for _, it := range g.items {
				fmt.Fprintf(&b, " %s", it.what)
				all = all && m.accepted[acceptance(k, it)]
			}
			fmt.Fprintf(&b, " pending=%v expired=%v accepted=%v", g.items[0].pending, g.items[0].expired, all)
			for _, r := range g.rows {
				fmt.Fprintf(&b, " %v", r)
			}
			lines = append(lines, b.String())
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
