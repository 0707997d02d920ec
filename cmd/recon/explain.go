package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/spf13/cobra"
)

var codePattern = regexp.MustCompile(`^(?i)RC[0-9]{4}$`)

func newExplain(env environment) *cobra.Command {
	var at target
	var format string
	c := &cobra.Command{
		Use:   "explain RULE KEY… | CODE",
		Short: "say why a key is a break, or what a diagnostic means",
		Long: `explain RULE KEY prints what the state knows of a key: the rows of each side, each comparison with its values, the
distance and what the tolerance allows, and the run that saw it first. The parts of a composite key follow one
another; parts may be left out at the end if what is left names the break.

explain CODE prints what a diagnostic means, with a bad and a good example.`,
		Example: "  recon explain daily_payment P20261120-000010\n  recon explain RC2004",
		Args:    takes(cobra.MinimumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 && codePattern.MatchString(args[0]) {
				return explainCode(env, diag.Code(strings.ToUpper(args[0])))
			}
			if len(args) == 1 {
				return fmt.Errorf("explain which key of rule %s? see recon breaks list %s", args[0], args[0])
			}
			ledger, err := at.ledger(c.Context(), "recon explain")
			if err != nil {
				return err
			}
			defer ledger.Close()
			list, err := ledger.Find(c.Context(), args[0], args[1:])
			if err != nil {
				return err
			}
			return printBreaks(env, format, list)
		},
	}
	c.Flags().StringVar(&at.in, "in", "", "file or folder with the rules, beside which the state is")
	at.stateFlags(c)
	c.Flags().StringVar(&format, "format", "text", "text or json")
	return c
}

// explainCode prints what a diagnostic means.
func explainCode(env environment, code diag.Code) error {
	e, ok := diag.Explain(code)
	if !ok {
		return fmt.Errorf("there is no diagnostic %s", code)
	}
	indent := func(text string) string {
		return "    " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n    ")
	}
	if _, err := fmt.Fprintf(env.out, "%s: %s\n\n%s\n\nbad:\n\n%s\n\ngood:\n\n%s\n", e.Code, e.Title, strings.TrimSpace(e.Why), indent(e.Bad), indent(e.Good)); err != nil {
		return err
	}
	if how := e.Silence(); how != "" {
		_, err := fmt.Fprintf(env.out, "\nto silence it, on the statement's line or the line above:\n\n%s\n", indent(how))
		return err
	}
	return nil
}
