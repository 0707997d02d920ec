package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/recon-lang/recon/engine/ruletest"
	"github.com/recon-lang/recon/lang/program"
)

// least is the share that --min asks for, in percent; -1 without it.
func (o *testFlags) least() (int, error) {
	if o.min == "" {
		if o.coverage && o.format != "text" && o.format != "json" {
			return 0, fmt.Errorf("--coverage is shown as text or json, and --format is %s", o.format)
		}
		return -1, nil
	}
	n, err := strconv.Atoi(strings.TrimSuffix(o.min, "%"))
	if err != nil || n < 0 || n > 100 {
		return 0, fmt.Errorf("--min %q: write a whole number of percents, as 80%%", o.min)
	}
	return n, nil
}

// cover shows what the tests reach. low says that a rule stays below the least share.
func (o *testFlags) cover(env environment, p *project, results []*ruletest.Result, least int) (low bool, err error) {
	if !o.coverage && least < 0 {
		return false, nil
	}
	list := ruletest.Cover(rulesOf(p, results, o.run != ""), results)
	switch {
	case o.coverage && o.format == "json":
		err = ruletest.CoverageJSON(env.out, list)
	case o.coverage:
		err = ruletest.CoverageText(env.out, list, style(env.out, env))
	}
	for i := range list {
		reached, all := list[i].Reached()
		low = belowLeast(env, list[i].Rule, "reached", reached, all, least) || low
	}
	return low, err
}

// belowLeast says so if a rule stays below the least share.
func belowLeast(env environment, r *program.Rule, what string, n, of, least int) bool {
	if share := ruletest.Percent(n, of); share < least {
		fmt.Fprintf(env.err, "rule %s: %d%% %s, and --min asks for %d%%\n", r.Name, share, what, least)
		return true
	}
	return false
}

// rulesOf are the rules that are spoken of: all, or only those that the chosen tests are of.
func rulesOf(p *project, results []*ruletest.Result, chosen bool) []*program.Rule {
	if !chosen {
		return p.unit.Program.Rules
	}
	var rules []*program.Rule
	for _, r := range results {
		if !slices.Contains(rules, r.Test.Rule) {
			rules = append(rules, r.Test.Rule)
		}
	}
	return rules
}

// mutants shows the changes that no test notices. Failing tests come first: with them nothing can be learnt.
func (o *testFlags) mutants(ctx context.Context, env environment, p *project, cfg *ruletest.Config, results []*ruletest.Result, least int) error {
	progress := newProgress(env)
	list, err := cfg.Mutate(ctx, rulesOf(p, results, o.run != ""), results, func(done, of int) {
		progress.line(fmt.Sprintf("%d of %s tried", done, plural(of, "change")))
	})
	progress.clear()
	if err != nil {
		return err
	}
	failed := slices.ContainsFunc(results, func(r *ruletest.Result) bool { return !r.Passed() })
	switch o.format {
	case "text":
		if failed {
			if err := o.print(env, p, results); err != nil {
				return err
			}
		}
		err = ruletest.MutationText(env.out, list, style(env.out, env))
	case "json":
		err = ruletest.MutationJSON(env.out, list)
	default:
		diags := slices.Concat(ruletest.Diagnostics(results), ruletest.MutationDiagnostics(list))
		err = renderAs(env, o.format, p.files, diags, least >= 0)
	}
	if err != nil {
		return err
	}
	low := failed
	for i := range list {
		if noticed, all := list[i].Noticed(); list[i].Skipped == "" {
			low = belowLeast(env, list[i].Rule, "of the changes noticed", noticed, all, least) || low
		} else if least > 0 {
			fmt.Fprintf(env.err, "rule %s: no change was tried, because %s\n", list[i].Rule.Name, list[i].Skipped)
			low = true
		}
	}
	if low {
		return exitError(exitFindings)
	}
	return nil
}
