package ruletest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/recon-lang/recon/engine"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/mutate"
	"github.com/recon-lang/recon/lang/program"
)

// Mutation says of each small change of a rule whether its tests notice it.
type Mutation struct {
	Rule    *program.Rule
	Tests   int
	Mutants []Mutant // in the order of the text
	Skipped string   // why none was tried; "": they were
}

// Mutant is a change of a rule. Noticed: a test of the rule fails with it, or, of a gate or handler, it fires or acts in a test where it
// did not before, or the other way round.
type Mutant struct {
	Span     diag.Span
	Was, Now string
	Noticed  bool
}

// Noticed is how many of the changes the tests notice.
func (m *Mutation) Noticed() (noticed, all int) {
	for _, x := range m.Mutants {
		if x.Noticed {
			noticed++
		}
	}
	return noticed, len(m.Mutants)
}

// Mutate changes rules, one change at a time, and runs their tests on what comes of it. results are those of the rules as they are,
// of all tests that are to notice. progress is nil, or called after each change, one call at a time.
func (c *Config) Mutate(ctx context.Context, rules []*program.Rule, results []*Result, progress func(done, of int)) ([]Mutation, error) {
	var list []Mutation
	var jobs []func(context.Context) error
	for _, r := range rules {
		m := Mutation{Rule: r}
		var own []*Result
		for _, res := range results {
			if res.Test.Rule == r {
				own = append(own, res)
			}
		}
		m.Tests = len(own)
		switch {
		case len(own) == 0:
			m.Skipped = "it has no test"
		case slices.ContainsFunc(own, func(r *Result) bool { return !r.Passed() }):
			m.Skipped = "a test of it fails"
		default:
			all := mutate.Of(r)
			slices.SortStableFunc(all, func(a, b mutate.Mutant) int {
				return cmp.Or(strings.Compare(fileName(a.Span), fileName(b.Span)), cmp.Compare(a.Span.Start, b.Span.Start))
			})
			m.Mutants = make([]Mutant, len(all))
			for i := range all {
				m.Mutants[i] = Mutant{Span: all[i].Span, Was: all[i].Was, Now: all[i].Now}
				to := &m.Mutants[i]
				jobs = append(jobs, func(ctx context.Context) (err error) {
					to.Noticed, err = c.noticed(ctx, &all[i], own)
					return err
				})
			}
		}
		list = append(list, m)
	}
	var done func(int)
	if progress != nil {
		done = func(n int) { progress(n, len(jobs)) }
	}
	err := each(ctx, len(jobs), func(ctx context.Context, i int) error { return jobs[i](ctx) }, done)
	return list, err
}

// noticed reports whether one of the tests notices a change.
func (c *Config) noticed(ctx context.Context, m *mutate.Mutant, own []*Result) (bool, error) {
	original := map[*program.Source]*program.Source{}
	for from, to := range m.Sources {
		original[to] = from
	}
	s := subject{rule: m.Rule, original: func(src *program.Source) *program.Source {
		if o := original[src]; o != nil {
			return o
		}
		return src
	}}
	for _, before := range own {
		after, err := c.test(ctx, before.Test, s)
		if err != nil {
			return false, err
		}
		if !after.Passed() || m.Part != mutate.Outcome && !slices.Equal(consequences(before), consequences(after)) {
			return true, nil
		}
	}
	return false, nil
}

// consequences are what gates and handlers made of the runs of a test.
func consequences(r *Result) (list []string) {
	for i := range r.Runs {
		run := &r.Runs[i]
		for g, gate := range run.Gates {
			list = append(list, fmt.Sprintf("%d gate %d %t", i, g, gate.Fired))
		}
		var acted []string
		for _, e := range run.found.events {
			if e.Kind == engine.Acted {
				acted = append(acted, fmt.Sprintf("%d handler %d %q", i, e.Handler, sortKey(e)))
			}
		}
		slices.Sort(acted)
		list = append(list, acted...)
	}
	return list
}
