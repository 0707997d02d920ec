package main

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/spf13/cobra"
)

var codePattern = regexp.MustCompile(`^(?i)RC[0-9]+$`)

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
		return fmt.Errorf("there is no diagnostic %s; recon check prints the code of each finding", code)
	}
	bold, red, green := "", "", ""
	reset := ""
	if colour(env.out, env) {
		bold, red, green, reset = "\x1b[1m", "\x1b[1;31m", "\x1b[1;32m", "\x1b[0m"
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%s%s: %s%s\n\n%s\n", bold, e.Code, e.Title, reset, strings.TrimSpace(e.Why))
	switch {
	case e.Before != "":
		fmt.Fprintf(&out, "\nbefore:\n\n%s\n\n%sa change that gets the code:%s\n\n%s\n", indented(e.Before), red, reset, indented(e.Change(e.Bad)))
		if good := e.Change(e.Good); good != "" && e.Code != diag.NotCompared {
			fmt.Fprintf(&out, "\n%sone that does not:%s\n\n%s\n", green, reset, indented(good))
		}
	case e.Bad != "":
		fmt.Fprintf(&out, "\n%sbad:%s\n\n%s\n\n%sgood:%s\n\n%s\n", red, reset, indented(e.Bad), green, reset, indented(e.Good))
	}
	if how := e.Silence(); how != "" {
		fmt.Fprintf(&out, "\nto silence it, on the statement's line or the line above:\n\n%s\n", indented(how))
	}
	_, err := io.WriteString(env.out, out.String())
	return err
}

// indented is an example of several lines as it stands in a text. Its blank lines stay empty.
func indented(text string) string {
	var out strings.Builder
	for line := range strings.Lines(strings.TrimRight(text, "\n")) {
		if strings.TrimSpace(line) != "" {
			out.WriteString("    ")
		}
		out.WriteString(line)
	}
	return out.String()
}
