package main

import (
	"fmt"

	"github.com/recon-lang/recon/engine"
	"github.com/recon-lang/recon/lang/program"
	"github.com/spf13/cobra"
)

func newPlan(env environment) *cobra.Command {
	var at target
	var tune tuning
	var format string
	c := &cobra.Command{
		Use:   "plan [RULE…]",
		Short: "print what a run would do",
		Long: `plan prints, for each rule, what is asked of every source, what the source does itself and what is done here, the window,
the strategy and why it was chosen, when the rule is due next, its trigger, and what its handlers do. It asks the plugins what they claim, and the state what the last run took; it reads no row and connects to no data source.`,
		Example: "  recon plan daily_payment --param date=2026-11-20",
		RunE: func(c *cobra.Command, names []string) error {
			m, err := at.resolve(c.Context(), env, format, names)
			if err != nil {
				return err
			}
			defer m.pool.Close()
			cfg, err := tune.engine(engine.Config{
				Open:     m.open,
				StateDir: at.stateDir(), // what earlier runs took
				// A plan needs no secret, so that it can be made where there are none; but only they say whether two sources are one database.
				Secret: func(s *program.Secret) (string, error) {
					text, _ := readSecret(env, s)
					return text, nil
				},
			})
			if err != nil {
				return err
			}
			eng := engine.New(m.unit.Program, cfg)
			for i, r := range m.rules {
				if i > 0 && format == "text" {
					fmt.Fprintln(env.out)
				}
				plan, err := eng.Plan(c.Context(), engine.Request{Rule: r, Params: m.given, At: m.instant})
				if err != nil {
					return fmt.Errorf("plan %s: %w", r.Name, err)
				}
				if err := engine.Explain(env.out, plan, format); err != nil {
					return err
				}
			}
			return nil
		},
	}
	at.flags(c)
	tune.flags(c)
	c.Flags().StringVar(&format, "format", "text", "text or json (an object a rule, one a line)")
	return c
}
