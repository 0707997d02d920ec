package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/recon-lang/recon/engine"
	"github.com/recon-lang/recon/lang"
	"github.com/recon-lang/recon/lang/program"
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

const defaultWait = 30 * time.Second

func (t *target) stateFlags(c *cobra.Command) {
	c.Flags().StringVar(&t.state, "state", "", "folder of the state; default: .recon beside the rules")
	c.Flags().DurationVar(&t.wait, "wait", defaultWait, "how long to wait while another process holds the state")
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

// ledger opens the state folder for reading and deciding. Rule files beside it say which rules are called otherwise now; they need
// not be valid, and need not be there.
func (t *target) ledger(ctx context.Context, role string) (*engine.Ledger, error) {
	var moved []program.Moved
	if files, err := ruleFiles(t.paths()); err == nil {
		none := func([]string) schema.Catalog { return schema.Catalog{} }
		moved = lang.CompileAll(files, opener(files), none).Program.Moved
	}
	return engine.OpenLedger(ctx, t.stateDir(), t.wait, role, moved)
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

// find finds the rules that names mean; none means all.
func (p *project) find(names []string) ([]*program.Rule, error) {
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

// meant is what the flags and names of a command mean: checked rules, what was given, and the instant. The caller closes
// its pool.
type meant struct {
	*project
	rules   []*program.Rule
	given   map[string]string
	instant time.Time
}

// resolve reads and checks the rules and finds those of these names.
func (t *target) resolve(ctx context.Context, env environment, format string, names []string) (*meant, error) {
	if format != "text" && format != "json" {
		return nil, fmt.Errorf("unknown format %q: text or json", format)
	}
	m := &meant{}
	var err error
	if m.given, err = t.given(); err != nil {
		return nil, err
	}
	if m.instant, err = t.instant(); err != nil {
		return nil, err
	}
	if m.project, err = load(ctx, env, t.paths()); err != nil {
		return nil, err
	}
	if err = m.mustCompile(env); err == nil {
		m.rules, err = m.find(names)
	}
	if err != nil {
		m.pool.Close()
		return nil, err
	}
	return m, nil
}
