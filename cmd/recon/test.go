package main

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/recon-lang/recon/engine/ruletest"
	"github.com/recon-lang/recon/lang/program"
	"github.com/spf13/cobra"
)

// testFlags are the flags of recon test.
type testFlags struct {
	format  string
	run     string
	verbose bool
	update  bool

	coverage bool
	mutate   bool
	min      string
}

func newTest(env environment) *cobra.Command {
	var o testFlags
	c := &cobra.Command{
		Use:   "test [PATH…]",
		Short: "run the tests that rules have",
		Long: `test runs the test blocks of rule files: each rule for real, over the tables of the test instead of its sources, with a
state and a clock of its own. No source is read, no secret is needed, no message is sent, and the state folder is not touched.

Every outcome that a run produces, other than matched, must be expected. What was expected and not found is shown with a minus, what was
found and not expected with a plus. --update writes what was found into the files as the new expectations: read the difference
before you keep it.

--coverage shows which outcomes, comparisons, gates and handlers of each rule its tests reach, and in which ways: a comparison agrees and
differs, a gate fires and stays quiet. --mutate changes each operator, tolerance and condition of a rule, one at a time, runs its
tests again, and shows the changes that none of them notices. --min makes a gate of either.

Exit code 0: all passed; 1: a test failed, or a rule stays below --min; 2: trouble.`,
		Example: `  recon test
  recon test rules/daily.recon --run midnight
  recon test --coverage --min 80%
  recon test rules/daily.recon --mutate
  recon test --format junit > report.xml`,
		RunE: func(c *cobra.Command, paths []string) error { return o.do(c.Context(), env, paths) },
	}
	c.Flags().StringVar(&o.format, "format", "text", strings.Join(testFormats, ", "))
	c.Flags().StringVar(&o.run, "run", "", `only tests whose "rule: title" fits this regular expression`)
	c.Flags().BoolVarP(&o.verbose, "verbose", "v", false, "name the tests that pass too")
	c.Flags().BoolVar(&o.update, "update", false, "write what was found into the files as the new expectations")
	c.Flags().BoolVar(&o.coverage, "coverage", false, "show what of each rule its tests reach (text or json)")
	c.Flags().BoolVar(&o.mutate, "mutate", false, "show the changes of each rule that none of its tests notices")
	c.Flags().StringVar(&o.min, "min", "", "exit with 1 if less of a rule is reached (or, with --mutate, noticed): 80%")
	c.MarkFlagsMutuallyExclusive("update", "coverage")
	c.MarkFlagsMutuallyExclusive("update", "mutate")
	c.MarkFlagsMutuallyExclusive("update", "min")
	return c
}

func (o *testFlags) do(ctx context.Context, env environment, paths []string) error {
	if !slices.Contains(testFormats, o.format) {
		return fmt.Errorf("unknown format %q: %s", o.format, strings.Join(testFormats, ", "))
	}
	least, err := o.least()
	if err != nil {
		return err
	}
	p, err := load(ctx, env, paths)
	if err != nil {
		return err
	}
	defer p.pool.Close()
	if err := p.mustCompile(env); err != nil {
		return err
	}
	tests, err := o.selected(p.unit.Program.Tests)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "recon-test-")
	if err != nil {
		return fmt.Errorf("make a folder for the states of tests: %w", err)
	}
	defer os.RemoveAll(dir)
	cfg := &ruletest.Config{Program: p.unit.Program, Open: p.open, Dir: dir}
	results, err := cfg.All(ctx, tests, nil)
	if err != nil {
		return err
	}
	if o.update {
		return p.update(env, results)
	}
	if o.mutate {
		return o.mutants(ctx, env, p, cfg, results, least)
	}
	if err := o.print(env, p, results); err != nil {
		return err
	}
	low, err := o.cover(env, p, results, least)
	if err != nil {
		return err
	}
	for _, r := range results {
		low = low || !r.Passed()
	}
	if low {
		return exitError(exitFindings)
	}
	return nil
}

// selected are the tests that --run means.
func (o *testFlags) selected(all []*program.Test) ([]*program.Test, error) {
	if o.run == "" {
		return all, nil
	}
	pattern, err := regexp.Compile(o.run)
	if err != nil {
		return nil, fmt.Errorf("--run %q is not a regular expression: %w", o.run, err)
	}
	var tests []*program.Test
	for _, t := range all {
		if pattern.MatchString(ruletest.Title(t)) {
			tests = append(tests, t)
		}
	}
	if len(tests) == 0 {
		return nil, fmt.Errorf("--run %q fits none of %s; recon test -v names them", o.run, plural(len(all), "test"))
	}
	return tests, nil
}

var testFormats = []string{"text", "json", "sarif", "github", "gitlab", "junit"}

// print prints results in one of the formats.
func (o *testFlags) print(env environment, p *project, results []*ruletest.Result) error {
	switch o.format {
	case "text":
		return ruletest.Text(env.out, results, o.verbose, style(env.out, env))
	case "json":
		return ruletest.JSON(env.out, results)
	case "junit":
		return ruletest.JUnit(env.out, results)
	}
	return renderAs(env, o.format, p.files, ruletest.Diagnostics(results), false)
}
