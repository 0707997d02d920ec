package exec

import (
	"fmt"
	"slices"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/match"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/engine/state"
	"github.com/recon-lang/recon/lang/program"
)

// Tally counts what became of the rows of a run when the ledger had settled them: those that matched at once, and the groups of the
// state, with rows of other windows among them.
type Tally struct {
	Counts  *match.Counts
	Carried []Read // by side, of rows of other windows; Bytes is 0
	out     *Outcome
	judge   *Judge
	carried *match.Sums
	window  state.Window
}

// NewTally starts with what matched at once. window is that of the run.
func NewTally(o *Outcome, j *Judge, window state.Window) *Tally {
	t := &Tally{Counts: j.judge.NewCounts(), Carried: make([]Read, len(o.Read)), out: o, judge: j, window: window}
	t.carried = match.NewSums(len(o.Read), len(o.Layout.Terms))
	t.Counts.Add(o.Done)
	return t
}

// Clone is a tally that goes on from here by itself.
func (t *Tally) Clone() *Tally {
	c := *t
	c.Counts, c.Carried, c.carried = t.judge.judge.NewCounts(), slices.Clone(t.Carried), match.NewSums(len(t.out.Read), len(t.out.Layout.Terms))
	c.Counts.Add(t.Counts)
	c.carried.AddSums(t.carried)
	return &c
}

// Group counts a group that the state tells of, or a row of its own. It returns the rows packed, valid until the judge is asked again.
func (t *Tally) Group(g *state.Group) []column.Sided {
	rows := t.judge.unpack(g.Rows)
	t.judge.judge.Tally(t.Counts, rows, g.Outcome, g.Items)
	for i, r := range g.Rows {
		if r.Window.Start != t.window.Start {
			t.Carried[r.Side].Rows++
			t.judge.judge.Sum(t.carried, rows[i])
		}
	}
	return rows
}

// Conserved reports rows or sums that were read or carried and are not accounted for, or the reverse: it is a
// mistake of the engine if there are any.
func (t *Tally) Conserved() error {
	for side, read := range t.out.Read {
		if got, want := t.Counts.RowsOf(side), read.Rows+t.Carried[side].Rows; got != want {
			return fmt.Errorf("side %s: %d rows were read or carried and %d accounted for; this is a mistake in recon, please report it",
				t.out.Layout.Sides[side].Name, want, got)
		}
	}
	all := match.NewSums(len(t.out.Read), len(t.out.Layout.Terms))
	all.AddSums(t.out.ReadSums)
	all.AddSums(t.carried)
	if c, side, unit, differ := all.Differ(t.Counts.Sums); differ {
		return fmt.Errorf("side %s: the sum of %s in %q that was read or carried is not the sum that was accounted for; this is a mistake in recon, please report it",
			t.out.Layout.Sides[side].Name, t.out.Layout.Terms[c].Name, unit)
	}
	return nil
}

// Outcomes are counts of keys as a result has them. Expired and Cleared are not among them.
func Outcomes(rule *program.Rule, c *match.Counts) result.Tally {
	t := result.Tally{
		Matched: c.Matched, Mismatch: result.Mismatches{Keys: c.Mismatch, By: map[string]int64{}},
		Missing: map[string]int64{}, Duplicate: map[string]int64{}, Unkeyed: map[string]int64{}, Pending: map[string]int64{},
		Breach: map[string]int64{}, Expired: map[string]int64{},
	}
	for i, n := range c.By {
		put(t.Mismatch.By, rule.Compare[i].Name, n)
	}
	for i, side := range rule.Sides {
		put(t.Missing, side.Name, c.Missing[i])
		put(t.Duplicate, side.Name, c.Duplicate[i])
		put(t.Unkeyed, side.Name, c.Unkeyed[i])
		put(t.Pending, side.Name, c.Pending[i])
	}
	for i, name := range Asserts(rule) {
		put(t.Breach, name, c.Breach[i])
	}
	return t
}

func put(m map[string]int64, name string, n int64) {
	if n > 0 {
		m[name] = n
	}
}

// Asserts are the names of what rows of a rule over one side can breach, by the numbers that state.Row.Names has.
func Asserts(rule *program.Rule) (names []string) {
	for _, u := range rule.Unique {
		names = append(names, u.Name)
	}
	for _, a := range rule.Assert {
		names = append(names, a.Name)
	}
	return names
}

// Totals are sums by comparison, as a result has them: of each side, and of each other side minus the base.
func Totals(rule *program.Rule, sums *match.Sums) map[string][]result.Total {
	totals := map[string][]result.Total{}
	for i := range rule.Compare {
		c := &rule.Compare[i]
		if !match.Summed(c.Type) {
			continue
		}
		for _, unit := range sums.Units(i) {
			t := result.Total{Unit: UnitName(c, unit), Sides: map[string]string{}, Difference: map[string]string{}}
			base, _ := sums.Get(i, c.Base, unit)
			for side, e := range c.Terms {
				if e == nil {
					continue
				}
				sum, _ := sums.Get(i, side, unit)
				t.Sides[rule.Sides[side].Name] = sum.Text(match.Scale(c.Type))
				if side != c.Base && c.Terms[c.Base] != nil {
					sum.Sub(base)
					t.Difference[rule.Sides[side].Name] = sum.Text(match.Scale(c.Type))
				}
			}
			totals[c.Name] = append(totals[c.Name], t)
		}
	}
	return totals
}

// UnitName is the unit of a sum: a fixed one has no name in match.Sums.
func UnitName(c *program.Comparison, unit string) string {
	if unit != "" {
		return unit
	}
	for _, e := range c.Terms {
		if e != nil && e.Unit.Name != "" {
			return e.Unit.Name
		}
	}
	return c.Unit.Name
}
