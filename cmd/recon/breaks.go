package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/recon-lang/recon/engine/result"
	"github.com/spf13/cobra"
)

func newBreaks(env environment) *cobra.Command {
	c := &cobra.Command{
		Use:   "breaks",
		Short: "list, show, accept and export open breaks",
		Long: `A break is a disagreement that somebody must explain. Breaks are what is open in the state folder
after the latest runs; reading them touches no data source.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newBreaksList(env), newBreaksShow(env), newBreaksAccept(env), newBreaksUnaccept(env), newBreaksExport(env))
	return c
}

// breakFilter are the flags that choose among breaks.
type breakFilter struct {
	states   []string
	outcomes []string
}

var breakStates = []string{"open", "expired", "pending", "accepted"}

func (f *breakFilter) flags(c *cobra.Command) {
	c.Flags().StringSliceVar(&f.states, "only", nil, "only these states: open, expired, pending, accepted")
	c.Flags().StringSliceVar(&f.outcomes, "outcome", nil, "only these outcomes: missing, mismatch, duplicate, unkeyed, breach")
}

func (f *breakFilter) check() error {
	for _, s := range f.states {
		if !slices.Contains(breakStates, s) {
			return fmt.Errorf("--only %s: there is %s", s, strings.Join(breakStates, ", "))
		}
	}
	for _, o := range f.outcomes {
		if !slices.ContainsFunc(result.Outcomes, func(known result.Outcome) bool { return known.String() == o }) {
			return fmt.Errorf("--outcome %s: there is missing, mismatch, duplicate, unkeyed, breach", o)
		}
	}
	return nil
}

func (f *breakFilter) fits(b *result.Break) bool {
	if len(f.states) > 0 && !slices.Contains(f.states, b.State()) {
		return false
	}
	return len(f.outcomes) == 0 || slices.ContainsFunc(b.Items, func(i result.Item) bool { return slices.Contains(f.outcomes, i.Outcome.String()) })
}

// filtered leaves out what f does not choose.
func (f *breakFilter) filtered(breaks iter.Seq2[*result.Break, error]) iter.Seq2[*result.Break, error] {
	return func(yield func(*result.Break, error) bool) {
		for b, err := range breaks {
			if err == nil && !f.fits(b) {
				continue
			}
			if !yield(b, err) {
				return
			}
		}
	}
}

// shownBreaks is how many breaks a list shows unless more are asked for: beyond that nobody reads, and millions would fill the memory.
const shownBreaks = 1000

func newBreaksList(env environment) *cobra.Command {
	var at target
	var filter breakFilter
	var format string
	var limit int
	c := &cobra.Command{
		Use:   "list [RULE…]",
		Short: "list what is open, by rule, side, outcome and key",
		Long: `list prints what is open, by rule, side, outcome and key: the first thousand as text, or as many as --limit says, and
how many there are in all. As json it prints all.`,
		Example: "  recon breaks list daily_payment --outcome missing\n  recon breaks list --only expired --format json",
		RunE: func(c *cobra.Command, rules []string) error {
			switch {
			case format != "text" && format != "json":
				return fmt.Errorf("unknown format %q: text or json", format)
			case limit < 0:
				return fmt.Errorf("--limit %d: a number of breaks, or 0 for all", limit)
			case format == "json":
				return withBreaks(c, env, &at, &filter, rules, func(breaks iter.Seq2[*result.Break, error]) error {
					return result.Export(env.out, "json", breaks)
				})
			}
			return eachBreak(c, &at, &filter, rules, func(breaks iter.Seq2[*result.Break, error]) error {
				return result.List(env.out, breaks, limit, style(env.out, env))
			})
		},
	}
	c.Flags().StringVar(&at.in, "in", "", "file or folder with the rules, beside which the state is")
	at.stateFlags(c)
	filter.flags(c)
	c.Flags().StringVar(&format, "format", "text", "text or json")
	c.Flags().IntVar(&limit, "limit", shownBreaks, "show at most so many as text; 0: all")
	return c
}

// eachBreak reads the breaks of rules, chosen by filter, in the order of the state, as often as use goes through them.
func eachBreak(c *cobra.Command, at *target, filter *breakFilter, rules []string, use func(iter.Seq2[*result.Break, error]) error) error {
	if err := filter.check(); err != nil {
		return err
	}
	ledger, err := at.ledger(c.Context(), "recon "+c.Name())
	if err != nil {
		return err
	}
	defer ledger.Close()
	if len(rules) == 0 {
		rules = []string{""}
	}
	rules = slices.Clone(rules)
	for i, rule := range rules {
		if rule != "" {
			if rules[i], err = ledger.Known(rule); err != nil {
				return err
			}
		}
	}
	return use(func(yield func(*result.Break, error) bool) {
		for _, rule := range rules {
			for b, err := range filter.filtered(ledger.Breaks(c.Context(), rule)) {
				if !yield(b, err) {
					return
				}
			}
		}
	})
}

// sortedBreaks is how many breaks are put into the order of reports before they are written; they take some 10 KB each. More are written as they come.
const sortedBreaks = 20_000

// withBreaks is eachBreak in the order of reports, if they are not too many.
func withBreaks(c *cobra.Command, env environment, at *target, filter *breakFilter, rules []string, use func(iter.Seq2[*result.Break, error]) error) error {
	return eachBreak(c, at, filter, rules, func(breaks iter.Seq2[*result.Break, error]) error {
		var list []result.Break
		for b, err := range breaks {
			if err != nil {
				return err
			}
			if len(list) == sortedBreaks {
				fmt.Fprintf(env.err, "more than %d breaks are not sorted: they come in the order of the state\n", sortedBreaks)
				return use(breaks)
			}
			list = append(list, *b)
		}
		result.Sort(list)
		return use(seq(list))
	})
}

func seq(list []result.Break) iter.Seq2[*result.Break, error] {
	return func(yield func(*result.Break, error) bool) {
		for i := range list {
			if !yield(&list[i], nil) {
				return
			}
		}
	}
}

func newBreaksShow(env environment) *cobra.Command {
	var at target
	var format string
	c := &cobra.Command{
		Use:     "show BREAK",
		Short:   "show one break with its rows and comparisons",
		Long:    "show prints all that is known of one break. BREAK is its id, or the beginning of it.",
		Example: "  recon breaks show 4ZK7",
		Args:    takes(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			ledger, err := at.ledger(c.Context(), "recon breaks show")
			if err != nil {
				return err
			}
			defer ledger.Close()
			b, err := ledger.Break(c.Context(), args[0])
			if err != nil {
				return err
			}
			return printBreaks(env, format, []result.Break{*b})
		},
	}
	c.Flags().StringVar(&at.in, "in", "", "file or folder with the rules, beside which the state is")
	at.stateFlags(c)
	c.Flags().StringVar(&format, "format", "text", "text or json")
	return c
}

func printBreaks(env environment, format string, list []result.Break) error {
	switch format {
	case "json":
		return result.Export(env.out, "json", seq(list))
	case "text":
		for i := range list {
			if i > 0 {
				fmt.Fprintln(env.out)
			}
			if err := result.Explain(env.out, &list[i], style(env.out, env)); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("unknown format %q: text or json", format)
}

func newBreaksAccept(env environment) *cobra.Command {
	var at target
	var who, why string
	c := &cobra.Command{
		Use:   "accept BREAK…",
		Short: "note that a break is explained, with the reason",
		Long: `accept hides breaks from counts, gates and reports, and keeps who explained them, when and why. It removes
nothing and moves no money: the rows may still match, and changed data opens the break again.`,
		Example: `  recon breaks accept 4ZK7 --why "refunded by hand, ticket 8812"`,
		Args:    takes(cobra.MinimumNArgs(1)),
		RunE: func(c *cobra.Command, ids []string) error {
			if strings.TrimSpace(why) == "" {
				return errors.New("accept a break with a reason: --why \"…\"")
			}
			if who == "" {
				if u, err := user.Current(); err == nil {
					who = u.Username
				}
			}
			if who == "" {
				return errors.New("say who accepts: --who NAME")
			}
			ledger, err := at.ledger(c.Context(), "recon breaks accept")
			if err != nil {
				return err
			}
			defer ledger.Close()
			for _, id := range ids {
				b, err := ledger.Accept(c.Context(), id, result.Acceptance{Who: who, When: time.Now().UTC().Truncate(time.Second), Why: why})
				if err != nil {
					return fmt.Errorf("accept %s: %w", id, err)
				}
				fmt.Fprintf(env.out, "accepted %s  %s  %s\n", b.ID, b.What(), b.KeyText())
			}
			return nil
		},
	}
	c.Flags().StringVar(&why, "why", "", "the reason")
	c.Flags().StringVar(&who, "who", "", "who accepts; default: the user of this machine")
	c.Flags().StringVar(&at.in, "in", "", "file or folder with the rules, beside which the state is")
	at.stateFlags(c)
	return c
}

func newBreaksUnaccept(env environment) *cobra.Command {
	var at target
	c := &cobra.Command{
		Use:   "unaccept BREAK…",
		Short: "take an acceptance back",
		Args:  takes(cobra.MinimumNArgs(1)),
		RunE: func(c *cobra.Command, ids []string) error {
			ledger, err := at.ledger(c.Context(), "recon breaks unaccept")
			if err != nil {
				return err
			}
			defer ledger.Close()
			for _, id := range ids {
				b, err := ledger.Unaccept(c.Context(), id)
				if err != nil {
					return fmt.Errorf("unaccept %s: %w", id, err)
				}
				fmt.Fprintf(env.out, "open again %s  %s  %s\n", b.ID, b.What(), b.KeyText())
			}
			return nil
		},
	}
	c.Flags().StringVar(&at.in, "in", "", "file or folder with the rules, beside which the state is")
	at.stateFlags(c)
	return c
}

func newBreaksExport(env environment) *cobra.Command {
	var at target
	var filter breakFilter
	var format, out string
	c := &cobra.Command{
		Use:   "export [RULE…]",
		Short: "write breaks as csv, json or xlsx",
		Long: `export writes breaks with their keys and the rows of each side, by rule, side, outcome and key; more than 20,000 come in the
order of the state. The format follows from the name of --out, or from --format; without --out it goes to standard output (not xlsx).`,
		Example: "  recon breaks export daily_payment --out breaks.xlsx\n  recon breaks export --format csv | column -s, -t",
		RunE: func(c *cobra.Command, rules []string) error {
			if format == "" {
				format = strings.TrimPrefix(filepath.Ext(out), ".")
			}
			if format == "" {
				format = "csv"
			}
			if !slices.Contains(result.Formats, format) {
				return fmt.Errorf("unknown format %q: %s", format, strings.Join(result.Formats, ", "))
			}
			if format == "xlsx" && out == "" {
				return errors.New("xlsx is not text: name a file by --out")
			}
			return withBreaks(c, env, &at, &filter, rules, func(breaks iter.Seq2[*result.Break, error]) error {
				if out == "" {
					return result.Export(env.out, format, breaks)
				}
				n := 0
				counted := func(yield func(*result.Break, error) bool) {
					n = 0
					for b, err := range breaks {
						n++
						if !yield(b, err) {
							return
						}
					}
				}
				if err := writeFile(out, func(w io.Writer) error { return result.Export(w, format, counted) }); err != nil {
					return err
				}
				fmt.Fprintf(env.err, "%s: %s\n", out, plural(n, "break"))
				return nil
			})
		},
	}
	c.Flags().StringVar(&format, "format", "", "csv, json or xlsx")
	c.Flags().StringVar(&out, "out", "", "file to write")
	c.Flags().StringVar(&at.in, "in", "", "file or folder with the rules, beside which the state is")
	at.stateFlags(c)
	filter.flags(c)
	return c
}

// printJSON writes a value as JSON for a program to read.
func printJSON(env environment, v any) error {
	out := json.NewEncoder(env.out)
	out.SetIndent("", "  ")
	return out.Encode(v)
}
