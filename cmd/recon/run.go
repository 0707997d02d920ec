package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/recon-lang/recon/engine"
	"github.com/recon-lang/recon/engine/plan"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
	"github.com/spf13/cobra"
)

func newRun(env environment) *cobra.Command {
	var at target
	var tune tuning
	var format, out, from, to string
	var show int
	var timeout time.Duration
	var resume bool
	c := &cobra.Command{
		Use:   "run [RULE…]",
		Short: "run rules over their sources and report every difference",
		Long: `run reads the sources of rules, pairs their rows, settles what is open in the state folder, and reports.
Without a name it runs every rule.

Nothing is written until a run settles: a run that is interrupted or in trouble leaves the state as it was. Then the messages of its
handlers are sent, and those that earlier runs could not send; what an action does not take waits for the next run (recon runs outbox).

A long run keeps what it has finished beside the rows that it writes to disk. If it is killed, run --resume goes on with it: with
its instant and its parameters, reading no side again that was read to its end. It gives the report that the killed run would have given.

Exit code 0: all agree; 1: a gate failed (or, in a rule without "fail when", a break is open); 2: trouble, or a message
that was not taken.`,
		Example: `  recon run daily_payment --param date=2026-11-20
  recon run --in rules/ --format json
  recon run daily_payment --from 2026-11-01 --to 2026-11-07 --out week.html
  recon run daily_payment --resume`,
		RunE: func(c *cobra.Command, names []string) error {
			if show < 0 {
				return fmt.Errorf("--show %d: write how many breaks a report shows, 0 for none", show)
			}
			m, err := at.resolve(c.Context(), env, format, names)
			if err != nil {
				return err
			}
			defer m.pool.Close()
			if timeout < 0 {
				return errors.New("--timeout is a time to run in, as 30m; without it a run takes as long as it does")
			}
			if resume && from != "" {
				return errors.New("--resume and --from exclude each other: a run that was killed has its window")
			}
			runs, err := m.requests(from, to)
			if err != nil {
				return err
			}
			if out != "" { // not after hours of work
				if _, err := os.Stat(filepath.Dir(out)); err != nil {
					return fmt.Errorf("--out %s: %w", out, err)
				}
			}
			progress := newProgress(env)
			cfg, err := tune.engine(engine.Config{
				Open:     m.open,
				Act:      m.act,
				Secret:   func(s *program.Secret) (string, error) { return readSecret(env, s) },
				StateDir: at.stateDir(),
				Wait:     at.wait,
				Show:     show,
				Timeout:  timeout,
				Progress: progress.show,
				Resumed:  func(r engine.Resumed) { progress.clear(); printResumed(env, r) },
				Version:  fullVersion(),
			})
			if err != nil {
				return err
			}
			if out != "" && !c.Flags().Changed("show") {
				cfg.Show = 10_000 // a page filters and sorts; a terminal scrolls
			}
			limitMemory(env, cmp.Or(cfg.Budget, plan.DefaultBudget)+runSlack)
			eng := engine.New(m.unit.Program, cfg)
			if !resume {
				tellKilled(env, eng, m.rules)
			} else if runs, err = m.killed(env, eng, len(names) > 0, at.at != ""); err != nil {
				return err
			}
			reports, worst, err := runAll(c.Context(), env, eng, runs, printer{format, show}, progress)
			if err != nil {
				return err
			}
			if out != "" {
				if err := writePage(out, reports); err != nil {
					return err
				}
			}
			if worst != exitClean {
				return exitError(worst)
			}
			return nil
		},
	}
	at.flags(c)
	tune.flags(c)
	c.Flags().StringVar(&format, "format", "text", "text or json (an object a run, one a line)")
	c.Flags().StringVar(&out, "out", "", "also write the reports as one self-contained HTML page")
	c.Flags().DurationVar(&timeout, "timeout", 0, "end a run that takes longer, as 30m; default: the timeout of its rule's schedule, if it has one")
	c.Flags().IntVar(&show, "show", 20, "how many breaks a report shows")
	c.Flags().StringVar(&from, "from", "", "run the windows from this date …")
	c.Flags().StringVar(&to, "to", "", "… to this date, both included, in order")
	c.Flags().BoolVar(&resume, "resume", false, "go on with runs that were killed, and start no other")
	c.MarkFlagsRequiredTogether("from", "to")
	return c
}

// requests are the runs that are asked for: of each rule, in order, one for each of its sets of parameters.
func (m *meant) requests(from, to string) (runs []engine.Request, err error) {
	for _, r := range m.rules {
		days, err := windows(r, m.given, from, to)
		if err != nil {
			return nil, err
		}
		for _, params := range days {
			runs = append(runs, engine.Request{Rule: r, Params: params, At: m.instant})
		}
	}
	return runs, nil
}

// runAll runs one request after the other, and reports as it goes. worst is the greatest exit code.
func runAll(ctx context.Context, env environment, eng *engine.Engine, runs []engine.Request, out printer, progress *progress) (reports []*result.Report, worst int, err error) {
	delivery := eng.NewDelivery()
	defer func() { worst = max(worst, printUndelivered(env, delivery)) }()
	for _, req := range runs {
		report, err := eng.Run(ctx, req)
		progress.clear()
		if err != nil && ctx.Err() != nil {
			if len(reports) == 0 {
				return reports, worst, ctx.Err()
			}
			fmt.Fprintf(env.err, "recon: interrupted in rule %s; the runs reported above have settled, this one has not\n", req.Rule.Name)
			return reports, worst, exitError(exitTrouble)
		}
		worst = max(worst, exitCode(report, err))
		if err != nil {
			printTrouble(env, req.Rule, err)
		}
		if report == nil {
			continue
		}
		if err == nil || out.format == "json" {
			if err := out.report(env, report, len(reports) > 0); err != nil {
				return reports, worst, err
			}
		}
		reports = append(reports, report)
		if err != nil {
			continue
		}
		if worst = max(worst, send(ctx, env, delivery)); ctx.Err() != nil {
			return reports, worst, nil
		}
	}
	return reports, worst, nil
}

// exitCode is the code of one run.
func exitCode(r *result.Report, err error) int {
	switch {
	case err != nil || r == nil || r.Run.Verdict == "trouble":
		return exitTrouble
	case r.Run.Verdict == "fail":
		return exitFindings
	}
	return exitClean
}

// windows are the parameters of each run: the given ones, or, with --from and --to, one set a
// day for the rule's one parameter of type date.
func windows(r *program.Rule, given map[string]string, from, to string) ([]map[string]string, error) {
	if from == "" {
		return []map[string]string{given}, nil
	}
	var date *program.Param
	for _, p := range r.Params {
		if p.Type.Kind != schema.Date {
			continue
		}
		if date != nil {
			return nil, fmt.Errorf("rule %s has two parameters of type date, %s and %s: run its windows one by one", r.Name, date.Name, p.Name)
		}
		date = p
	}
	if date == nil {
		return nil, fmt.Errorf("rule %s has no parameter of type date: --from and --to have nothing to set", r.Name)
	}
	if _, both := given[date.Name]; both {
		return nil, fmt.Errorf("--param %s and --from exclude each other", date.Name)
	}
	first, err := time.Parse(time.DateOnly, from)
	if err != nil {
		return nil, fmt.Errorf("--from %q: write a date as 2026-11-20", from)
	}
	last, err := time.Parse(time.DateOnly, to)
	if err != nil {
		return nil, fmt.Errorf("--to %q: write a date as 2026-11-20", to)
	}
	if last.Before(first) {
		return nil, fmt.Errorf("--to %s lies before --from %s", to, from)
	}
	var sets []map[string]string
	for day := first; !day.After(last); day = day.AddDate(0, 0, 1) {
		params := map[string]string{date.Name: day.Format(time.DateOnly)}
		for name, value := range given {
			params[name] = value
		}
		sets = append(sets, params)
	}
	return sets, nil
}
