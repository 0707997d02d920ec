package state

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// openRows are the rows of open groups, by text.
func openRows(groups map[string][]modelGroup) map[string]int {
	rows := map[string]int{}
	for _, gs := range groups {
		for _, g := range gs {
			for _, r := range g.rows {
				rows[r.String()]++
			}
		}
	}
	return rows
}

func (g *rig) openRows(t tb) (rows map[string]int, stale int) {
	rows = map[string]int{}
	for b, err := range g.store.Breaks(t.Context(), g.ledger) {
		if err != nil {
			t.Fatal(err)
		}
		for _, group := range b.Groups {
			if group.Stale {
				stale++
			}
			for i := range group.Rows {
				rows[toModel(&group.Rows[i]).String()]++
			}
		}
	}
	return rows, stale
}

// TestDefinitionChanges edits the rule between runs. What was settled under another definition stays open as it is and matches
// nothing elsewhere; only a match that loses a row to a rerun opens again. Running everything again, or going
// back to the old rule, gives what that rule always gave.
func TestDefinitionChanges(t *testing.T) {
	var shared stores
	checkLaw(t, 2000, func(t *rapid.T) {
		store, name := shared.next(t)
		m := drawModel(t)
		g := newRig(store, name, m)
		data := map[int64][]modelRow{}
		windows := map[int64]Window{}
		for range rapid.IntRange(1, 5).Draw(t, "steps") {
			start := width * rapid.Int64Range(0, 5).Draw(t, "window")
			windows[start] = Window{start, start + width, start + width}
			data[start] = drawRows(t, m, start)
			g.settle(t, windows[start], data[start])
		}
		before, beforeText := m.open(), m.text()
		matched := m.matched

		// The rule is edited, and one window run again.
		edited := drawModel(t)
		edited.sides, edited.lenient = m.sides, true
		g.model, g.def = edited, edited.definition(name, 2)
		again := rapid.SampledFrom(slices.Sorted(maps.Keys(windows))).Draw(t, "again")
		residual := edited.inside(data[again])
		g.push(t, windows[again], residual)

		want := map[string]int{}
		ofWindow := func(text string) bool { return strings.HasPrefix(text, fmt.Sprint(again, "/")) }
		for text, n := range openRows(before) {
			if !ofWindow(text) {
				want[text] = n
			}
		}
		for _, rows := range matched {
			if slices.ContainsFunc(rows, func(r modelRow) bool { return r.start == again }) {
				for _, r := range rows {
					if r.start != again {
						want[r.String()]++
					}
				}
			}
		}
		for _, r := range residual {
			want[r.String()]++
		}
		got, stale := g.openRows(t)
		for text, n := range want {
			// With duplicates = "pair" the state may open more of a recurring key than it must, never less.
			if got[text] < n || got[text] > n && !m.pair {
				t.Fatalf("%s is open %d times, want %d", text, got[text], n)
			}
		}
		if !m.pair && len(got) != len(want) {
			t.Fatalf("open rows: got %v, want %v", got, want)
		}
		if len(windows) == 1 && stale > 0 {
			t.Fatalf("%d groups are stale, although every window was run again", stale)
		}
		stay(t, g, before, again)

		if rapid.Bool().Draw(t, "back") {
			// Back to the rule as it was: nothing is stale any more but what ran meanwhile, which runs again.
			g.model, g.def = m, m.definition(name, 1)
			for range rapid.IntRange(1, 2).Draw(t, "reruns") {
				g.push(t, windows[again], m.inside(data[again]))
			}
			if got := g.dump(t); got != beforeText {
				t.Fatalf("after going back:\ngot\n%s\nwant\n%s", got, beforeText)
			}
			return
		}
		order := rapid.Permutation(slices.Sorted(maps.Keys(windows))).Draw(t, "order")
		for _, start := range order {
			rows := edited.inside(data[start])
			g.push(t, windows[start], rows)
			edited.windows[start] = &modelWindow{windows[start], rows}
		}
		g.compare(t)
	})
}

// stay checks that groups without a row of the window that ran are as they were, word for word.
func stay(t tb, g *rig, before map[string][]modelGroup, again int64) {
	text := g.dump(t)
	for k, groups := range before {
		for _, group := range groups {
			if slices.ContainsFunc(group.rows, func(r modelRow) bool { return r.start == again }) {
				continue
			}
			var b strings.Builder
			fmt.Fprintf(&b, "%s:", strings.SplitN(k, "#", 2)[0])
			for _, it := range group.items {
				fmt.Fprintf(&b, " %s", it.what)
			}
			fmt.Fprintf(&b, " pending=%v expired=%v accepted=false", group.items[0].pending, group.items[0].expired)
			for _, r := range group.rows {
				fmt.Fprintf(&b, " %v", r)
			}
			if !strings.Contains(text, b.String()) {
				t.Fatalf("a stale group is not as it was:\n%s\nis not in\n%s", b.String(), text)
			}
		}
	}
}

// TestOneRun is the law that windows in any order give what one run over everything gives, where no key occurs
// twice on a side and partners lie within carry.
func TestOneRun(t *testing.T) {
	var shared stores
	checkLaw(t, 2000, func(t *rapid.T) {
		store, name := shared.next(t)
		n := rapid.Int64Range(1, 4).Draw(t, "windows")
		m := &model{sides: rapid.IntRange(2, 3).Draw(t, "sides"), carry: n * width, slack: 3, windows: map[int64]*modelWindow{}, accepted: map[string]bool{}}
		data := map[int64][]modelRow{}
		var all []modelRow
		for key := range rapid.IntRange(1, 8).Draw(t, "keys") {
			for side := range m.sides {
				if rapid.IntRange(0, 3).Draw(t, "absent") == 0 {
					continue
				}
				r := modelRow{side: side, key: key, time: rapid.Int64Range(0, n*width-1).Draw(t, "time")}
				r.values[0] = rapid.IntRange(0, 1).Draw(t, "amount")
				start := r.time / width * width
				data[start] = append(data[start], r)
				all = append(all, r)
			}
		}
		g := newRig(store, name, m)
		order := rapid.SliceOfN(rapid.Int64Range(0, n-1), 0, 3).Draw(t, "before") // repetitions
		for i := range n {
			order = append(order, i)
		}
		for _, i := range rapid.Permutation(order).Draw(t, "order") {
			g.settle(t, Window{i * width, i*width + width, i*width + width}, data[i*width])
		}
		whole := &model{sides: m.sides, windows: map[int64]*modelWindow{}, accepted: map[string]bool{}}
		one := newRig(store, name+"whole", whole)
		one.settle(t, Window{0, n * width, n * width}, all)

		// Where rows stood and how long they have waited is all that may differ.
		plain := func(g *rig) (lines []string) {
			for b, err := range g.store.Breaks(t.Context(), g.ledger) {
				if err != nil {
					t.Fatal(err)
				}
				line := string(b.Key)
				for _, group := range b.Groups {
					line += fmt.Sprint(" ", group.Items)
					for i := range group.Rows {
						r := toModel(&group.Rows[i])
						line += fmt.Sprint(" ", r.side, r.values, r.time)
					}
				}
				lines = append(lines, line)
			}
			slices.Sort(lines)
			return lines
		}
		if got, want := plain(g), plain(one); !slices.Equal(got, want) {
			t.Fatalf("in windows %q, in one run %q", got, want)
		}
	})
}
