package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/recon-lang/recon/lang/doc"
	"github.com/spf13/cobra"
)

func newDoc(env environment) *cobra.Command {
	var format, out, title string
	c := &cobra.Command{
		Use:   "doc [PATH…]",
		Short: "write the rules as one readable page",
		Long: `doc writes what the rules say as one page for people who do not read rule files: what is compared, how, when,
who owns it, what happens by itself, and which tests there are. Titles and the ## comments of the rules are its text. Like
check it touches no data source, and a secret is named and never read.`,
		Example: "  recon doc > RULES.md\n  recon doc --format html --out rules.html rules/",
		RunE: func(c *cobra.Command, paths []string) error {
			write := doc.Markdown
			switch format {
			case "markdown":
			case "html":
				write = doc.HTML
			default:
				return fmt.Errorf("unknown format %q: markdown or html", format)
			}
			p, err := load(c.Context(), env, paths)
			if err != nil {
				return err
			}
			defer p.pool.Close()
			if err := p.mustCompile(env); err != nil {
				return err
			}
			if len(p.unit.Program.Rules) == 0 {
				return errors.New("the files declare no rule")
			}
			page := func(w io.Writer) error { return write(w, title, p.unit.Program) }
			if out == "" {
				return page(env.out)
			}
			if err := writeFile(out, page); err != nil {
				return err
			}
			fmt.Fprintf(env.err, "wrote %s to %s\n", plural(len(p.unit.Program.Rules), "rule"), filepath.Clean(out))
			return nil
		},
	}
	c.Flags().StringVar(&format, "format", "markdown", "markdown or html")
	c.Flags().StringVarP(&out, "out", "o", "", "file to write; default: standard output")
	c.Flags().StringVar(&title, "title", "What must agree", "heading of the page")
	return c
}
