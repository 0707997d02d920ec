package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/recon-lang/recon/engine"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/engine/ruletest"
	"github.com/recon-lang/recon/lang"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lsp"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/host"
	"github.com/recon-lang/recon/sdk/schema"
)

// maxShownBreaks is how many open breaks are counted to be shown over a rule.
const maxShownBreaks = 1000

// editorRun is lsp.Config's Run: the tests or the plan of rules as an editor has them.
func (c *catalogs) editorRun(ctx context.Context, cmd lsp.Command, report func(done, of int)) (out lsp.Outcome, err error) {
	lock, err := readLock(filepath.Join(cmd.Dir, lockName))
	if err != nil {
		return out, err
	}
	names := opener(cmd.Files)
	unit := lang.CompileAll(cmd.Files, func(name string) (*diag.File, error) {
		for _, f := range cmd.Files {
			if f.Name == name { // as it is in the editor, also if it was never saved
				return f, nil
			}
		}
		return names(name)
	}, func(plugins []string) (cat schema.Catalog) {
		cat, _ = c.catalog(cmd.Dir, plugins)
		return cat
	})
	if unit.Diags.HasErrors() {
		return out, errors.New("the rules have errors: mend them first")
	}
	pool, err := newPool(c.env, lock)
	if err != nil {
		return out, err
	}
	defer pool.Close()
	if cmd.Name == lsp.PlanCommand {
		return planFor(ctx, unit.Program, pool, cmd)
	}
	return testFor(ctx, unit.Program, pool, cmd, report)
}

func openWith(pool *host.Pool) func(context.Context, *program.Source) (sdk.Source, error) {
	return func(ctx context.Context, src *program.Source) (sdk.Source, error) { return pool.Open(ctx, src.Plugin) }
}

// testFor runs tests: one, those of a rule, or all of the first file.
func testFor(ctx context.Context, prog *program.Program, pool *host.Pool, cmd lsp.Command, report func(done, of int)) (out lsp.Outcome, err error) {
	var tests []*program.Test
	for _, t := range prog.Tests {
		if cmd.Rule == "" && t.Span.File != cmd.Files[0] || cmd.Rule != "" && t.Rule.Name != cmd.Rule || cmd.Test != "" && t.Title != cmd.Test {
			continue
		}
		tests = append(tests, t)
	}
	if len(tests) == 0 {
		return out, errors.New("there is no such test")
	}
	dir, err := os.MkdirTemp("", "recon-test-")
	if err != nil {
		return out, fmt.Errorf("make a folder for the states of tests: %w", err)
	}
	defer os.RemoveAll(dir)
	cfg := &ruletest.Config{Program: prog, Open: openWith(pool), Dir: dir}
	results, err := cfg.All(ctx, tests, func(n int) { report(n, len(tests)) })
	if err != nil {
		return out, err
	}
	failed := 0
	for _, r := range results {
		out.Tests = append(out.Tests, lsp.TestOutcome{Rule: r.Test.Rule.Name, Title: r.Test.Title, Passed: r.Passed()})
		if !r.Passed() {
			failed++
		}
	}
	var text bytes.Buffer
	if err := ruletest.Text(&text, results, true, result.Style{}); err != nil {
		return out, err
	}
	out.Text, out.OK = text.String(), failed == 0
	out.Summary = plural(len(results), "test") + " passed"
	switch {
	case failed > 0 && len(results) == 1:
		out.Summary = fmt.Sprintf("the test %q failed", results[0].Test.Title)
	case failed > 0:
		out.Summary = fmt.Sprintf("%d of %s failed", failed, plural(len(results), "test"))
	}
	return out, nil
}

// planFor plans a rule, or all of the first file.
func planFor(ctx context.Context, prog *program.Program, pool *host.Pool, cmd lsp.Command) (out lsp.Outcome, err error) {
	eng := engine.New(prog, engine.Config{Open: openWith(pool), Secret: func(*program.Secret) (string, error) { return "", nil }})
	var text bytes.Buffer
	var names []string
	for _, r := range prog.Rules {
		if cmd.Rule == "" && r.Span.File != cmd.Files[0] || cmd.Rule != "" && r.Name != cmd.Rule {
			continue
		}
		if len(names) > 0 {
			text.WriteByte('\n')
		}
		names = append(names, r.Name)
		plan, err := eng.Plan(ctx, engine.Request{Rule: r, At: time.Now()})
		if err != nil {
			return out, fmt.Errorf("plan %s: %w", r.Name, err)
		}
		if err := engine.Explain(&text, plan, "text"); err != nil {
			return out, err
		}
	}
	if len(names) == 0 {
		return out, errors.New("there is no such rule")
	}
	return lsp.Outcome{OK: true, Text: text.String(), Summary: "planned " + strings.Join(names, ", ") + ": see the log"}, nil
}

// verdicts is lsp.Config's Verdicts. The state is that of the nearest folder, from dir upwards, that has one.
func verdicts(ctx context.Context, dir string) (map[string]lsp.Verdict, error) {
	for {
		if info, err := os.Stat(filepath.Join(dir, ".recon")); err == nil && info.IsDir() {
			break
		}
		if filepath.Dir(dir) == dir {
			return nil, nil
		}
		dir = filepath.Dir(dir)
	}
	ledger, err := engine.OpenLedger(ctx, filepath.Join(dir, ".recon"), 0, "recon lsp", nil)
	if err != nil {
		return nil, err
	}
	defer ledger.Close()
	out := map[string]lsp.Verdict{}
	for _, rule := range ledger.Rules() {
		v := lsp.Verdict{}
		for run, err := range ledger.Runs(ctx, rule) {
			if err != nil {
				return nil, err
			}
			v.Text, v.When = run.Verdict, run.Started.Local().Format("2006-01-02 15:04")
			break
		}
		if !slices.Contains([]string{"pass", "fail", "trouble"}, v.Text) {
			continue
		}
		for b, err := range ledger.Breaks(ctx, rule) {
			if err != nil {
				return nil, err
			}
			if v.Open == maxShownBreaks {
				v.More = true
				break
			}
			if !b.Pending && b.Accepted == nil {
				v.Open++
			}
		}
		out[rule] = v
	}
	return out, nil
}
