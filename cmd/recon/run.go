package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/recon-lang/recon/engine"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
	"github.com/spf13/cobra"
)

// target are the flags that say which rule is meant, for which parameters and when.
type target struct {
	in     string
	params []string
	at     string
	state  string
	wait   time.Duration
}

func (t *target) flags(c *cobra.Command) {
	c.Flags().StringVar(&t.in, "in", "", "file or folder with the rules; default: the current folder and below")
	c.Flags().StringArrayVar(&t.params, "param", nil, "give a parameter its value: name=value; repeats")
	c.Flags().StringVar(&t.at, "at", "", "the instant that now() gives, as 2026-11-21T06:30:00+08:00; default: now")
	t.stateFlags(c)
}

func (t *target) stateFlags(c *cobra.Command) {
	c.Flags().StringVar(&t.state, "state", "", "folder of the state; default: .recon beside the rules")
	c.Flags().DurationVar(&t.wait, "wait", 30*time.Second, "how long to wait while another process holds the state")
}

// paths are the paths to look for rules.
func (t *target) paths() []string {
	if t.in == "" {
		return nil
	}
	return []string{t.in}
}

// stateDir is the state folder: as given, or .recon beside the rules.
func (t *target) stateDir() string {
	if t.state != "" {
		return t.state
	}
	return filepath.Join(beside(t.paths()), ".recon")
}

// instant is the run's instant.
func (t *target) instant() (time.Time, error) {
	if t.at == "" {
		return time.Now(), nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00"} {
		if at, err := time.Parse(layout, t.at); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("--at %q: write an instant with its zone, as 2026-11-21T06:30:00+08:00", t.at)
}

// given are the parameters of the command line.
func (t *target) given() (map[string]string, error) {
	given := map[string]string{}
	for _, p := range t.params {
		name, value, ok := strings.Cut(p, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("--param %q: write name=value", p)
		}
		if _, twice := given[name]; twice {
			return nil, fmt.Errorf("--param %s is given twice", name)
		}
		given[name] = value
	}
	return given, nil
}

// rules finds the rules that names mean; none means all.
func (p *project) rules(names []string) ([]*program.Rule, error) {
	all := p.unit.Program.Rules
	if len(names) == 0 {
		if len(all) == 0 {
			return nil, errors.New("the files declare no rule")
		}
		return all, nil
	}
	var rules []*program.Rule
	for _, name := range names {
		r := p.unit.Program.Rule(name)
		if r == nil {
			known := make([]string, len(all))
			for i, r := range all {
				known[i] = r.Name
			}
			slices.Sort(known)
			return nil, fmt.Errorf("no rule %q; there is %s", name, strings.Join(known, ", "))
		}
		rules = append(rules, r)
	}
	return rules, nil
}

// tuning are the flags that say how a run goes about it. None changes what it finds.
type tuning struct {
	strategy string
	memory   string
	cores    int
	batch    int
	spill    string
}

func (t *tuning) flags(c *cobra.Command) {
	c.Flags().StringVar(&t.strategy, "strategy", "", "force a strategy: hash or merge; default: chosen by the plan")
	c.Flags().StringVar(&t.memory, "memory", "", "memory budget for rows of one run, as 64MB; beyond it rows go to disk")
	c.Flags().IntVar(&t.cores, "cores", 0, "use at most so many cores; default: all")
	c.Flags().IntVar(&t.batch, "batch", 0, "rows a batch; default: chosen")
	c.Flags().StringVar(&t.spill, "spill", "", "folder for rows beyond the budget; default: inside the state folder")
	_ = c.Flags().MarkHidden("batch")
}

func (t *tuning) engine(cfg engine.Config) (engine.Config, error) {
	if t.cores < 0 || t.batch < 0 {
		return cfg, errors.New("--cores and --batch are not negative; 0 lets recon choose")
	}
	cfg.Strategy, cfg.Cores, cfg.Batch, cfg.SpillDir = t.strategy, t.cores, t.batch, t.spill
	if t.memory != "" {
		n, err := parseBytes(t.memory)
		if err != nil {
			return cfg, fmt.Errorf("--memory: %w", err)
		}
		cfg.Budget = n
	}
	return cfg, nil
}

// parseBytes reads 64MB, 512KB, 2GB or a plain number of bytes.
func parseBytes(text string) (int64, error) {
	number, unit := strings.TrimRight(text, "KMGBkmgb"), ""
	unit = strings.ToUpper(text[len(number):])
	factor := map[string]int64{"": 1, "B": 1, "KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}[unit]
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || factor == 0 || n <= 0 || n > 1<<40/factor {
		return 0, fmt.Errorf("%q is no amount of memory; write 64MB", text)
	}
	return n * factor, nil
}

func newRun(env environment) *cobra.Command {
	var at target
	var tune tuning
	var format, out, from, to string
	var show int
	c := &cobra.Command{
		Use:   "run [RULE…]",
		Short: "run rules over their sources and report every difference",
		Long: `run reads the sources of rules, pairs their rows, settles what is open in the state folder, and reports.
Without a name it runs every rule.

Nothing is written until a run settles: a run that is interrupted or in trouble leaves the state as it was.

Exit code 0: all agree; 1: a gate failed (or, in a rule without "fail when", a break is open); 2: trouble.`,
		Example: `  recon run daily_payment --param date=2026-11-20
  recon run --in rules/ --format json
  recon run daily_payment --from 2026-11-01 --to 2026-11-07 --out week.html`,
		RunE: func(c *cobra.Command, names []string) error {
			if format != "text" && format != "json" {
				return fmt.Errorf("unknown format %q: text or json", format)
			}
			if show < 0 {
				return fmt.Errorf("--show %d: write how many breaks a report shows, 0 for none", show)
			}
			given, err := at.given()
			if err != nil {
				return err
			}
			instant, err := at.instant()
			if err != nil {
				return err
			}
			p, err := load(c.Context(), env, at.paths())
			if err != nil {
				return err
			}
			defer p.pool.Close()
			if err := p.mustCompile(env); err != nil {
				return err
			}
			rules, err := p.rules(names)
			if err != nil {
				return err
			}
			days := make([][]map[string]string, len(rules))
			for i, r := range rules {
				if days[i], err = windows(r, given, from, to); err != nil {
					return err
				}
			}
			if out != "" { // not after hours of work
				if _, err := os.Stat(filepath.Dir(out)); err != nil {
					return fmt.Errorf("--out %s: %w", out, err)
				}
			}
			progress := newProgress(env)
			cfg, err := tune.engine(engine.Config{
				Open:     p.pool.Open,
				Secret:   func(s *program.Secret) (string, error) { return readSecret(env, s) },
				StateDir: at.stateDir(),
				Wait:     at.wait,
				Show:     show,
				Progress: progress.show,
			})
			if err != nil {
				return err
			}
			if out != "" && !c.Flags().Changed("show") {
				cfg.Show = 10_000 // a page filters and sorts; a terminal scrolls
			}
			eng := engine.New(p.unit.Program, cfg)
			worst := exitClean
			var reports []*result.Report
			for i, r := range rules {
				for _, params := range days[i] {
					report, err := eng.Run(c.Context(), engine.Request{Rule: r, Params: params, At: instant})
					progress.clear()
					if err != nil && c.Context().Err() != nil {
						if len(reports) == 0 {
							return c.Context().Err()
						}
						fmt.Fprintf(env.err, "recon: interrupted in rule %s; the runs reported above have settled, this one has not\n", r.Name)
						return exitError(exitTrouble)
					}
					worst = max(worst, exitCode(report, err))
					if err != nil {
						printTrouble(env, r, err)
					}
					if report == nil {
						continue
					}
					if err == nil || format == "json" {
						if err := printReport(env, format, report, show, len(reports) > 0); err != nil {
							return err
						}
					}
					reports = append(reports, report)
				}
			}
			if out != "" {
				if err := writePage(out, reports); err != nil {
					return err
				}
			}
			if worst != exitClean {
				return exitError(worst)
			}
			return nil
		},
	}
	at.flags(c)
	tune.flags(c)
	c.Flags().StringVar(&format, "format", "text", "text or json (an object a run, one a line)")
	c.Flags().StringVar(&out, "out", "", "also write the reports as one self-contained HTML page")
	c.Flags().IntVar(&show, "show", 20, "how many breaks a report shows")
	c.Flags().StringVar(&from, "from", "", "run the windows from this date …")
	c.Flags().StringVar(&to, "to", "", "… to this date, both included, in order")
	c.MarkFlagsRequiredTogether("from", "to")
	return c
}

// exitCode is the code of one run.
func exitCode(r *result.Report, err error) int {
	switch {
	case err != nil || r == nil || r.Run.Verdict == "trouble":
		return exitTrouble
	case r.Run.Verdict == "fail":
		return exitFindings
	}
	return exitClean
}

// windows are the parameters of each run: the given ones, or, with --from and --to, one set a
// day for the rule's one parameter of type date.
func windows(r *program.Rule, given map[string]string, from, to string) ([]map[string]string, error) {
	if from == "" {
		return []map[string]string{given}, nil
	}
	var date *program.Param
	for _, p := range r.Params {
		if p.Type.Kind != schema.Date {
			continue
		}
		if date != nil {
			return nil, fmt.Errorf("rule %s has two parameters of type date, %s and %s: run its windows one by one", r.Name, date.Name, p.Name)
		}
		date = p
	}
	if date == nil {
		return nil, fmt.Errorf("rule %s has no parameter of type date: --from and --to have nothing to set", r.Name)
	}
	if _, both := given[date.Name]; both {
		return nil, fmt.Errorf("--param %s and --from exclude each other", date.Name)
	}
	first, err := time.Parse(time.DateOnly, from)
	if err != nil {
		return nil, fmt.Errorf("--from %q: write a date as 2026-11-20", from)
	}
	last, err := time.Parse(time.DateOnly, to)
	if err != nil {
		return nil, fmt.Errorf("--to %q: write a date as 2026-11-20", to)
	}
	if last.Before(first) {
		return nil, fmt.Errorf("--to %s lies before --from %s", to, from)
	}
	var sets []map[string]string
	for day := first; !day.After(last); day = day.AddDate(0, 0, 1) {
		params := map[string]string{date.Name: day.Format(time.DateOnly)}
		for name, value := range given {
			params[name] = value
		}
		sets = append(sets, params)
	}
	return sets, nil
}

func printReport(env environment, format string, r *result.Report, show int, another bool) error {
	if format == "json" {
		out := json.NewEncoder(env.out)
		out.SetEscapeHTML(false)
		return out.Encode(r.Run)
	}
	if another {
		fmt.Fprintln(env.out)
	}
	defer fmt.Fprintf(env.err, "run %s, %s, %.2f s\n", r.Run.ID, cmp.Or(r.Run.Strategy, "not run"), r.Run.Seconds)
	short := *r
	short.Open, short.Pending = first(r.Open, show), first(r.Pending, show)
	short.Cleared, short.Expired = first(r.Cleared, show), first(r.Expired, show)
	return result.Text(env.out, &short, style(env.out, env))
}

// printTrouble says why a run did not come to an end: what went wrong, what to do, and, where a setting is at
// fault, its place in the rule file.
func printTrouble(env environment, r *program.Rule, err error) {
	fmt.Fprintf(env.err, "recon: run %s: %v\n", r.Name, err)
	var at *sdk.Error
	errors.As(err, &at)
	if span, ok := faultSpan(r, err, at); ok {
		_ = diag.Excerpt(env.err, span, colour(env.err, env))
	}
	hint := rowHint(r, err)
	if at != nil && at.Hint != "" {
		hint = at.Hint
	}
	if hint != "" {
		fmt.Fprintf(env.err, "   hint: %s\n", hint)
	}
}

// rowHint says what can be done about a value that does not fit its column, "" if err is something else.
func rowHint(r *program.Rule, err error) string {
	var row *engine.RowError
	if !errors.As(err, &row) || row.Column < 0 {
		return ""
	}
	i := slices.IndexFunc(r.Sides, func(s program.Side) bool { return s.Source.Name == row.Source })
	if i < 0 || row.Column >= len(r.Sides[i].Source.Columns) {
		return ""
	}
	const aside = `bad_rows = "report" in the source sets such rows aside`
	column := r.Sides[i].Source.Columns[row.Column]
	if column.Derived != nil {
		return aside
	}
	switch column.Type.Kind {
	case schema.Timestamp:
		return fmt.Sprintf("another form is read by: %s timestamp = column(%q) | parse_time(\"%%d/%%m/%%Y %%H:%%M\"); %s", column.Name, column.Physical, aside)
	case schema.Date:
		return fmt.Sprintf("another form is read by: %s date = column(%q) | parse_date(\"%%d/%%m/%%Y\"); %s", column.Name, column.Physical, aside)
	case schema.Integer:
		return "a number with decimals is declared as decimal(18, 2); " + aside
	case schema.Decimal:
		return fmt.Sprintf("more digits need a larger decimal(p, s); a number with separators is read by: column(%q) | parse_number(); %s", column.Physical, aside)
	}
	return aside
}

// faultSpan is the place in the rule file that an error speaks of: the setting or column at fault, or, where the setting was
// not written, the source that would have it.
func faultSpan(r *program.Rule, err error, at *sdk.Error) (diag.Span, bool) {
	source := func(name string) *program.Source {
		for _, side := range r.Sides {
			if side.Source.Name == name {
				return side.Source
			}
		}
		return nil
	}
	var row *engine.RowError
	if errors.As(err, &row) {
		if s := source(row.Source); s != nil && row.Column >= 0 && row.Column < len(s.Columns) {
			return s.Columns[row.Column].Span, true
		}
		return diag.Span{}, false
	}
	var read *engine.SourceError
	if at == nil || at.Setting == "" || !errors.As(err, &read) {
		return diag.Span{}, false
	}
	s := source(read.Source)
	if s == nil {
		return diag.Span{}, false
	}
	if span, ok := s.SettingSpan(at.Setting); ok {
		return span, true
	}
	return s.Span, true
}

func first(breaks []result.Break, n int) []result.Break { return breaks[:min(n, len(breaks))] }

// writePage writes the page beside its name and renames it, so that nobody reads half a page.
func writePage(name string, reports []*result.Report) error {
	return writeFile(name, func(w io.Writer) error { return result.HTML(w, reports) })
}

// writeFile writes a new file by way of a temporary one beside it.
func writeFile(name string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	defer os.Remove(f.Name())
	err = write(f)
	if e := f.Chmod(0o644); err == nil {
		err = e
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}
