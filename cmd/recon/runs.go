package main

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/recon-lang/recon/engine/result"
	"github.com/spf13/cobra"
)

func newRuns(env environment) *cobra.Command {
	c := &cobra.Command{
		Use:   "runs",
		Short: "list, show and verify recorded runs, and what they have still to send",
		Long: `Every run is recorded in the state folder with its counts and sums. The records are chained by
hash: verify finds the first that was changed or is missing. outbox shows the messages of handlers that wait to be sent.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newRunsList(env), newRunsShow(env), newRunsVerify(env), newRunsOutbox(env))
	return c
}

func newRunsList(env environment) *cobra.Command {
	var at target
	var format string
	var limit int
	c := &cobra.Command{
		Use:     "list [RULE]",
		Short:   "list runs, the latest first",
		Example: "  recon runs list daily_payment --limit 10",
		Args:    takes(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			if format != "text" && format != "json" {
				return fmt.Errorf("unknown format %q: text or json", format)
			}
			ledger, err := at.ledger(c.Context(), "recon runs list")
			if err != nil {
				return err
			}
			defer ledger.Close()
			rule := ""
			if len(args) == 1 {
				rule = args[0]
			}
			t := tabwriter.NewWriter(env.out, 0, 0, 2, ' ', 0)
			if format == "text" {
				fmt.Fprintln(t, "RUN\tRULE\tWINDOW\tVERDICT\tMATCHED\tOPEN\tNEW\tCLEARED\tSTARTED")
			}
			n := 0
			for run, err := range ledger.Runs(c.Context(), rule) {
				if err != nil {
					return err
				}
				if n++; limit > 0 && n > limit {
					break
				}
				if format == "json" {
					if err := json.NewEncoder(env.out).Encode(run); err != nil {
						return err
					}
					continue
				}
				window := "-"
				if run.Window != nil {
					window = run.Window.Start.Format("2006-01-02T15:04")
				}
				fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%d\t%d\t%d\t%d\t%s\n", run.ID, run.Rule, window, run.Verdict,
					run.Outcomes.Matched, run.Breaks.Open, run.Breaks.New, run.Outcomes.Cleared, run.Started.Local().Format("2006-01-02 15:04:05 -07:00"))
			}
			return t.Flush()
		},
	}
	c.Flags().StringVar(&at.in, "in", "", "file or folder with the rules, beside which the state is")
	at.stateFlags(c)
	c.Flags().StringVar(&format, "format", "text", "text or json (an object a line)")
	c.Flags().IntVar(&limit, "limit", 50, "at most so many; 0: all")
	return c
}

func newRunsShow(env environment) *cobra.Command {
	var at target
	var format string
	c := &cobra.Command{
		Use:   "show RUN",
		Short: "show the report of a recorded run",
		Long:  "show prints what a run found. RUN is its id, or the beginning of it.",
		Args:  takes(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			ledger, err := at.ledger(c.Context(), "recon runs show")
			if err != nil {
				return err
			}
			defer ledger.Close()
			run, err := ledger.Run(c.Context(), args[0])
			if err != nil {
				return err
			}
			if format == "json" {
				return printJSON(env, run)
			}
			return result.Text(env.out, &result.Report{Run: run}, style(env.out, env))
		},
	}
	c.Flags().StringVar(&at.in, "in", "", "file or folder with the rules, beside which the state is")
	at.stateFlags(c)
	c.Flags().StringVar(&format, "format", "text", "text or json")
	return c
}

func newRunsVerify(env environment) *cobra.Command {
	var at target
	c := &cobra.Command{
		Use:   "verify",
		Short: "recompute totals and the chain of records",
		Long: `verify recomputes, for every recorded run, that rows read and carried are the sum of all outcomes, and the chain
of hashes over the records; and, for every window, that its rows are as they were settled. It names the first that does not
fit. Exit code 0: all fits; 1: something does not.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			ledger, err := at.ledger(c.Context(), "recon runs verify")
			if err != nil {
				return err
			}
			defer ledger.Close()
			found, err := ledger.Verify(c.Context())
			if err != nil {
				fmt.Fprintf(env.out, "does not fit: %v\n", err)
				return exitError(exitFindings)
			}
			fmt.Fprintf(env.out, "verified %s, %s, %s, %s\n", plural(int(found.Runs), "run"), plural(int(found.Windows), "window"),
				plural(int(found.Rows), "open row"), plural(int(found.Breaks), "break"))
			return nil
		},
	}
	c.Flags().StringVar(&at.in, "in", "", "file or folder with the rules, beside which the state is")
	at.stateFlags(c)
	return c
}
