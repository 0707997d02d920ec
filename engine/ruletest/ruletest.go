// Package ruletest runs the tests of rules: rules for real, over tables instead of sources, with a state and a clock of their
// own. It says what was expected and not found, or found and not expected, which parts of a rule its tests reach, and which
// changes of a rule they would not notice. Nothing real is read, and no message leaves. Its API is for embedding and may
// change in a minor version.
package ruletest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/recon-lang/recon/engine"
	"github.com/recon-lang/recon/engine/internal/eval"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// Config is what tests need of the world.
type Config struct {
	Program *program.Program
	Open    func(context.Context, *program.Source) (sdk.Source, error) // opens the csv files that tables come from
	Dir     string                                                     // existing folder for the states of tests; each is removed after its test
}

// Result is what came of a test.
type Result struct {
	Test    *program.Test
	Runs    []Run // those that were made: none after one in trouble
	Seconds float64
}

// Run is what came of one run of a test.
type Run struct {
	*program.TestRun
	At       time.Time // in the zone of the rule
	Err      error     // the run was in trouble, and expectations were not looked at
	Failures []Failure // in the order of the expectations, then what was not expected
	Gates    []result.Gate
	found    found
}

// Passed reports whether everything was as expected.
func (r *Result) Passed() bool {
	for i := range r.Runs {
		if r.Runs[i].Err != nil || len(r.Runs[i].Failures) > 0 {
			return false
		}
	}
	return len(r.Runs) == len(r.Test.Runs)
}

// subject is the rule that a test is run on: its own, or a mutant of it.
type subject struct {
	rule     *program.Rule
	original func(*program.Source) *program.Source // of a source of a mutant
}

func itself(r *program.Rule) subject {
	return subject{rule: r, original: func(s *program.Source) *program.Source { return s }}
}

// Test runs a test. An error is about the machine, or the end of ctx; what is wrong with the rule or the test is in the result. It is
// safe for concurrent use.
func (c *Config) Test(ctx context.Context, t *program.Test) (*Result, error) {
	return c.test(ctx, t, itself(t.Rule))
}

func (c *Config) test(ctx context.Context, t *program.Test, s subject) (*Result, error) {
	started := time.Now()
	dir, err := os.MkdirTemp(c.Dir, "test-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the state of a test: %w", err)
	}
	defer os.RemoveAll(dir)
	out := &Result{Test: t}
	for i := range t.Runs {
		r := &runner{cfg: c, test: t, run: &t.Runs[i], subject: s, dir: dir}
		made, err := r.do(ctx)
		if err != nil {
			return nil, err
		}
		out.Runs = append(out.Runs, *made)
		if made.Err != nil {
			break
		}
	}
	out.Seconds = time.Since(started).Seconds()
	return out, nil
}

// runner makes one run of a test.
type runner struct {
	cfg  *Config
	test *program.Test
	run  *program.TestRun
	subject
	dir    string
	texts  map[string]string       // of parameters, as a command line gives them
	params map[string]schema.Value // those that no text says: quantities
	values []schema.Value          // of all parameters
	zone   *time.Location
}

// do makes the run. An error is about the machine.
func (r *runner) do(ctx context.Context) (*Run, error) {
	out := &Run{TestRun: r.run, found: found{rule: r.rule}}
	err := r.prepare()
	if err == nil {
		out.At, err = r.instant(ctx)
	}
	if err == nil {
		if r.triggered() {
			err = r.looks(ctx, out)
		} else {
			err = r.once(ctx, out.At, r.tables(-1), r.dir, out)
		}
	}
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil && isMachine(err):
		return nil, err
	case err != nil:
		out.Err = err
		return out, nil
	}
	out.Failures = out.found.failures(r.run.Expect, r.zone)
	return out, nil
}

// isMachine reports whether an error is of files and disks rather than of rows and rules.
func isMachine(err error) bool {
	var path *os.PathError
	var source *engine.SourceError
	return errors.As(err, &path) && !errors.As(err, &source)
}

// prepare works out the zone and the parameters.
func (r *runner) prepare() error {
	r.zone = time.UTC
	name := r.rule.Zone
	if name == "" && r.rule.Window != nil {
		name = r.rule.Window.Zone
	}
	if name != "" {
		loc, err := time.LoadLocation(name)
		if err != nil {
			return fmt.Errorf("zone of rule %s: %w", r.rule.Name, err)
		}
		r.zone = loc
	}
	r.texts, r.params = map[string]string{}, map[string]schema.Value{}
	for _, p := range r.run.Params {
		v, err := eval.Scalar(p.Value, eval.Env{Now: r.run.At.Time(), Zone: r.zone})
		if err != nil {
			return fmt.Errorf("param %s: %w", p.Name, err)
		}
		r.values = append(r.values, v)
		if k := v.Type.Kind; k == schema.Duration || k == schema.Percent {
			r.params[p.Name] = v
		} else {
			r.texts[p.Name] = v.String()
		}
	}
	return nil
}

// budget is memory for rows. Tables of tests are small.
const budget = 16 << 20

// once runs the rule over tables.
func (r *runner) once(ctx context.Context, at time.Time, tables []program.Given, dir string, out *Run) error {
	s := &stage{runner: r, tables: tables}
	e := engine.New(r.cfg.Program, engine.Config{
		Open: s.open, Instead: s.instead, StateDir: dir, Show: 1, Budget: budget, Cores: 1,
		Secret: func(s *program.Secret) (string, error) { return "secret." + s.Name, nil },
		Watch:  out.found.watch,
	})
	report, err := e.Run(ctx, engine.Request{Rule: r.rule, Params: r.texts, Values: r.params, At: at})
	if err != nil {
		return err
	}
	out.Gates = report.Run.Gates[:len(r.rule.Gates)]
	return nil
}

// nowhere is the instant of a test that tells no time at all.
var nowhere = schema.Day(10957).Time() // 2000-01-01
