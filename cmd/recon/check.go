package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/spf13/cobra"
)

func newCheck(env environment) *cobra.Command {
	var format string
	var strict bool
	var revision string
	c := &cobra.Command{
		Use:   "check [PATH…]",
		Short: "check rule files without touching a data source",
		Long: `check reads rule files and reports every mistake that can be known before a run: names, types,
units, settings of plugins and what plugins can do; and, as warnings, what is valid and probably wrong. It
connects to nothing and gives the same answer everywhere. Shapes of data sets that the rules do not declare
come from recon.lock. recon explain CODE says more of each finding, and how a warning is silenced.

--against compares the rules with what they were at a git revision, and says which changes lose what runs have left in the state
(errors), or take it for something else (warnings): another key, window or parameter, a new name without moved. Give it all files
that share a state folder.

Exit code 0: no errors; 1: errors (with --strict, warnings too); 2: trouble.`,
		Example: "  recon check\n  recon check rules/daily.recon --format json\n  recon check rules/ --against origin/main",
		RunE: func(c *cobra.Command, paths []string) error {
			if !slices.Contains(checkFormats, format) {
				return fmt.Errorf("unknown format %q: %s", format, strings.Join(checkFormats, ", "))
			}
			p, err := load(c.Context(), env, paths)
			if err != nil {
				return err
			}
			defer p.pool.Close()
			diags := append(p.unit.Diags, p.unit.Lint()...)
			if c.Flags().Changed("against") {
				changes, err := p.against(c.Context(), env, paths, revision)
				if err != nil {
					return err
				}
				diags = append(diags, changes...)
			}
			diags.Sort()
			if err := renderAs(env, format, p.files, diags, strict); err != nil {
				return err
			}
			if diags.HasErrors() || strict && len(diags) > 0 {
				return exitError(exitFindings)
			}
			if format == "text" {
				found := "no mistakes found"
				if len(diags) > 0 {
					found = plural(len(diags), "warning")
				}
				fmt.Fprintf(env.err, "%s, %s: %s\n", plural(len(p.files), "file"), plural(len(p.unit.Program.Rules), "rule"), found)
			}
			return nil
		},
	}
	c.Flags().StringVar(&format, "format", "text", strings.Join(checkFormats, ", "))
	c.Flags().StringVar(&revision, "against", "", "compare with the rules of a git revision: a branch, a tag, a commit")
	c.Flags().BoolVar(&strict, "strict", false, "warnings count as findings")
	return c
}

var checkFormats = []string{"text", "json", "sarif", "github", "gitlab", "junit"}

// renderAs prints diagnostics in a format of checkFormats; strict says that warnings count as findings.
func renderAs(env environment, format string, files []*diag.File, l diag.List, strict bool) error {
	switch format {
	case "json":
		return diag.JSON(env.out, l)
	case "sarif":
		return diag.SARIF(env.out, l, version)
	case "github":
		return diag.GitHub(env.out, l)
	case "gitlab":
		return diag.GitLab(env.out, l)
	case "junit":
		return diag.JUnit(env.out, files, l, strict)
	}
	return renderText(env.out, l, env)
}

// renderText prints diagnostics for a person.
func renderText(w io.Writer, l diag.List, env environment) error {
	return diag.Text(w, l, colour(w, env))
}

// mustCompile prints the errors of a project, if there are any, and ends the command with the code
// of trouble: a rule that is not valid cannot be run.
func (p *project) mustCompile(env environment) error {
	if !p.unit.Diags.HasErrors() {
		return nil
	}
	var errs diag.List
	for _, d := range p.unit.Diags {
		if d.Severity == diag.Error {
			errs = append(errs, d)
		}
	}
	if err := renderText(env.err, errs, env); err != nil {
		return err
	}
	return exitError(exitTrouble)
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
