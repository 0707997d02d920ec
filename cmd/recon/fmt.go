package main

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/format"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/lang/textdiff"
	"github.com/spf13/cobra"
)

func newFmt(env environment) *cobra.Command {
	var o fmtOptions
	c := &cobra.Command{
		Use:   "fmt [PATH…]",
		Short: "write rule files in the canonical format",
		Long: `fmt writes rule files in their canonical format, in place, and prints the names of those it
changed. Without a path it takes every .recon file in the current folder and below; with "-" it
reads a file from standard input and writes it to standard output. A file with errors in its syntax is left
as it is.

With --check or --diff it changes nothing, and the exit code is 1 if a file is not in format.`,
		Example: "  recon fmt\n  recon fmt --check rules/\n  recon fmt --diff rules/ | patch -p0\n  recon fmt - < daily.recon",
		RunE: func(c *cobra.Command, paths []string) error {
			if len(paths) == 1 && paths[0] == "-" {
				return fmtStdin(env, o)
			}
			files, err := ruleFiles(paths)
			if err != nil {
				return err
			}
			var diags diag.List
			changed := false
			for _, f := range files {
				text, found := formatted(f)
				diags = append(diags, found...)
				if text == nil || bytes.Equal(text, f.Text) {
					continue
				}
				changed = true
				if err := o.rewrite(env, f, text); err != nil {
					return err
				}
			}
			if len(diags) > 0 {
				if err := renderText(env.err, diags, env); err != nil {
					return err
				}
				return exitError(exitFindings)
			}
			if o.dry() && changed {
				return exitError(exitFindings)
			}
			return nil
		},
	}
	c.Flags().BoolVar(&o.check, "check", false, "change nothing; print the files that are not in format")
	c.Flags().BoolVar(&o.diff, "diff", false, "change nothing; print how the files differ from their format")
	return c
}

// fmtOptions say what becomes of a file whose text is to be another.
type fmtOptions struct{ check, diff bool }

// dry reports whether files stay as they are.
func (o fmtOptions) dry() bool { return o.check || o.diff }

// rewrite gives f its new text, or says what would change.
func (o fmtOptions) rewrite(env environment, f *diag.File, text []byte) error {
	if o.diff {
		_, err := env.out.Write(textdiff.Unified(f.Name, f.Name, f.Text, text))
		return err
	}
	fmt.Fprintln(env.out, f.Name)
	if o.check {
		return nil
	}
	return replaceFile(f.Name, text)
}

// formatted is the canonical text of f; nil and diagnostics if it does not parse.
func formatted(f *diag.File) ([]byte, diag.List) {
	tree, diags := syntax.Parse(f)
	if diags.HasErrors() {
		return nil, diags
	}
	return format.File(tree), nil
}

func fmtStdin(env environment, o fmtOptions) error {
	text, err := io.ReadAll(env.in)
	if err != nil {
		return fmt.Errorf("read standard input: %w", err)
	}
	f := &diag.File{Name: "<stdin>", Text: text}
	out, diags := formatted(f)
	if len(diags) > 0 {
		if err := renderText(env.err, diags, env); err != nil {
			return err
		}
		return exitError(exitFindings)
	}
	if o.diff {
		if _, err := env.out.Write(textdiff.Unified(f.Name, f.Name, text, out)); err != nil {
			return err
		}
	}
	if o.dry() {
		if !bytes.Equal(out, text) {
			return exitError(exitFindings)
		}
		return nil
	}
	_, err = env.out.Write(out)
	return err
}

// replaceFile writes text beside name and renames it over name, so that a crash leaves
// either the old text or the new. The file's mode is kept.
func replaceFile(name string, text []byte) error {
	info, err := os.Stat(name)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	temporary := name + ".recon-tmp"
	if err := os.WriteFile(temporary, text, info.Mode().Perm()); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := os.Rename(temporary, name); err != nil {
		os.Remove(temporary)
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}
