package main

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

func newRunsOutbox(env environment) *cobra.Command {
	var at target
	var format string
	var drop []string
	c := &cobra.Command{
		Use:   "outbox",
		Short: "list the messages of handlers that wait to be sent",
		Long: `outbox lists, in the order in which they go out, the messages that handlers have left and no action has taken yet. recon run sends
them, those of earlier runs first; a message that an action does not take waits for the next run, and the later ones of the same action
wait behind it. --drop ends a message: nobody gets it any more.`,
		Example: `  recon runs outbox
  recon runs outbox --drop 01J9ZKQ4T8-0`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if format != "text" && format != "json" {
				return fmt.Errorf("unknown format %q: text or json", format)
			}
			ledger, err := at.ledger(c.Context(), "recon runs outbox")
			if err != nil {
				return err
			}
			defer ledger.Close()
			if len(drop) > 0 {
				dropped, err := ledger.Drop(c.Context(), drop)
				for _, w := range dropped {
					fmt.Fprintf(env.out, "dropped %s for %s, of rule %s\n", w.ID, w.Action, w.Rule)
				}
				return err
			}
			t := tabwriter.NewWriter(env.out, 0, 0, 2, ' ', 0)
			n := 0
			for w, err := range ledger.Outbox(c.Context()) {
				if err != nil {
					return err
				}
				if format == "json" {
					if err := json.NewEncoder(env.out).Encode(w); err != nil {
						return err
					}
					continue
				}
				if n++; n == 1 {
					fmt.Fprintln(t, "MESSAGE\tACTION\tRULE\tOUTCOME\tBREAKS\tATTEMPTS\tAT")
				}
				fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%d\t%d\t%s\n", w.ID, w.Action, w.Rule, w.Outcome, w.Count, w.Attempts, w.At.Format("2006-01-02 15:04:05 -07:00"))
			}
			if format == "text" && n == 0 {
				fmt.Fprintln(env.out, "nothing waits")
			}
			return t.Flush()
		},
	}
	c.Flags().StringVar(&at.in, "in", "", "file or folder with the rules, beside which the state is")
	at.stateFlags(c)
	c.Flags().StringVar(&format, "format", "text", "text or json (an object a line)")
	c.Flags().StringArrayVar(&drop, "drop", nil, "end the message of this id; repeats")
	return c
}
