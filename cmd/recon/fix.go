package main

import (
	"bytes"
	"fmt"

	"github.com/recon-lang/recon/lang"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/textdiff"
	"github.com/spf13/cobra"
)

func newFix(env environment) *cobra.Command {
	var check, diff bool
	c := &cobra.Command{
		Use:   "fix [PATH…]",
		Short: "mend what can be mended without a doubt",
		Long: `fix makes those of the changes that check suggests in which only one thing can have been meant, in place, and
prints them: && becomes and, a tolerance of 0 goes, a private let that nothing uses goes. No verdict changes. Names that
are probably misspelt are left to you, and so is everything else that needs a decision. What fix does not touch stays as it
is written; recon fmt lays it out.

With --check or --diff it changes nothing, and the exit code is 1 if there is something to mend.`,
		Example: "  recon fix\n  recon fix --diff rules/",
		RunE: func(c *cobra.Command, paths []string) error {
			p, err := load(c.Context(), env, paths)
			if err != nil {
				return err
			}
			defer p.pool.Close()
			before := p.files
			after, made := lang.Fix(before, p.compile)
			for i, f := range after {
				if bytes.Equal(f.Text, before[i].Text) {
					continue
				}
				if diff {
					if _, err := env.out.Write(textdiff.Unified(f.Name, f.Name, before[i].Text, f.Text)); err != nil {
						return err
					}
				} else {
					printFixes(env, f.Name, made)
				}
				if check || diff {
					continue
				}
				if err := replaceFile(f.Name, f.Text); err != nil {
					return err
				}
			}
			if (check || diff) && len(made) > 0 {
				return exitError(exitFindings)
			}
			return nil
		},
	}
	c.Flags().BoolVar(&check, "check", false, "change nothing; print what would be mended")
	c.Flags().BoolVar(&diff, "diff", false, "change nothing; print what would be mended as a difference of texts")
	return c
}

// printFixes prints the fixes of one file, each with its place in the text that it was made in.
func printFixes(env environment, name string, made []lang.Fixed) {
	for _, m := range made {
		if at := m.Diagnostic.Span; at.File != nil && at.File.Name == name {
			fmt.Fprintf(env.out, "%s: %s\n", diag.Place(at), fixText(m))
		}
	}
}

func fixText(m lang.Fixed) string {
	return fmt.Sprintf("%s %s: %s", m.Diagnostic.Code, m.Diagnostic.Message, m.Fix.Title)
}
