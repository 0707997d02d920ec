// Package engine runs rules. It turns a checked rule, the values of its parameters and an instant
// into a report: it reads the sources through their plugins, matches the rows, settles what is open in
// the state, decides the gates and records the run. It knows no syntax and prints nothing. Its API is for embedding and
// may change in a minor version.
package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/recon-lang/recon/engine/internal/eval"
	"github.com/recon-lang/recon/engine/internal/exec"
	"github.com/recon-lang/recon/engine/internal/view"
	"github.com/recon-lang/recon/engine/plan"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/schedule"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// Config is what an Engine needs of the world, and how it goes about its work. Of the tuning none changes what a
// run finds.
type Config struct {
	Open   func(context.Context, *program.Source) (sdk.Source, error) // what reads a source that is no view, in a process of its own; closed if it can be
	Act    func(context.Context, *program.Action) (sdk.Action, error) // what does an action; closed if it can be
	Secret func(*program.Secret) (string, error)                      // the text of a secret

	// Instead gives the source that stands in for another, or for a view: it has the same columns, read as they are. It is nil, or
	// gives nil where nothing stands in. A test's tables come in by it.
	Instead func(*program.Source) *program.Source
	// Watch is nil, or told of each key that a run met, of what became of breaks, and of what handlers act on. It makes a run slow, and is for
	// the few rows of a test. An error ends the run.
	Watch func(*Event) error

	StateDir string         // folder of the state; made if it is not there
	Wait     time.Duration  // how long to wait while another process holds the state
	Timeout  time.Duration  // how long a run may take; 0: what its schedule says
	Show     int            // how many breaks a report carries, of each list
	Progress func(Progress) // nil, or called by several goroutines
	Resumed  func(Resumed)  // nil, or told what a run that goes on with a killed one need not do again
	Version  string         // of the program: what a killed run kept is of use to the same one alone

	Budget   int64  // bytes of memory for rows; 0: the plan's default
	Strategy string // "": chosen by the plan
	Cores    int    // 0: all
	Batch    int    // rows a batch; 0: chosen
	SpillDir string // folder for rows beyond the budget; "": inside StateDir
}

// Progress is how far a run has come.
type Progress struct {
	Rule        string
	Phase       string // "reading", "adding up", "comparing", "matching", "settling"
	Sides       []SideProgress
	Rate        float64 // rows a second while reading
	Done, Total int     // parts matched; Total is 0 where it is not known
	// Left is how long the phase may still take, 0 where nobody knows: reading from the rate and the rows of the last run that settled, matching from
	// the parts that are done.
	Left time.Duration
}

// SideProgress is how much of one side has been read.
type SideProgress struct {
	Name  string
	Rows  int64
	Bytes int64
}

// SourceError says which source was being read when something went wrong.
type SourceError = exec.SourceError

// RowError says which row of a source could not be read.
type RowError = exec.RowError

// Engine runs the rules of one program. It is safe for concurrent use, one run of a window at a time.
type Engine struct {
	program *program.Program
	cfg     Config

	mu     sync.Mutex
	outbox outboxState
}

// outboxState is what is known of the messages that wait in the state.
type outboxState uint8

const (
	outboxUnknown outboxState = iota
	outboxEmpty
	outboxWaits
)

// New makes an engine. It opens nothing.
func New(p *program.Program, cfg Config) *Engine {
	if cfg.Show == 0 {
		cfg.Show = 20
	}
	return &Engine{program: p, cfg: cfg}
}

// Request says which rule is run, with which parameters, and at which instant.
type Request struct {
	Rule   *program.Rule
	Params map[string]string       // as texts of a command line
	Values map[string]schema.Value // of the parameters' own types; they come before Params
	At     time.Time

	// Resume is nil, or what Killed gave of the rule: the run goes on with it, as that run, with its instant and its parameters. Params and
	// At may be left out, and must not say otherwise.
	Resume *Killed
}

// prepared is a request with everything worked out that needs no source.
type prepared struct {
	Request
	params  map[string]schema.Value
	window  *plan.Window
	covered time.Time // end of the window's covered part
	zone    *time.Location
	configs map[*program.Source]schema.Config // settings of the sources that are no views

	begun   time.Time  // this process's part of the run
	started time.Time  // the run
	kept    *exec.Kept // by the killed run that it goes on with, or nil
}

// seconds is how long the run has taken so far, the part that was killed included.
func (p *prepared) seconds() float64 {
	s := time.Since(p.begun).Seconds()
	if p.kept != nil {
		s += p.kept.Seconds
	}
	return s
}

// prepare works out parameters, window and settings.
func (e *Engine) prepare(req Request) (*prepared, error) {
	params, err := e.params(req)
	if err != nil {
		return nil, err
	}
	req.Rule = e.lower(req.Rule)
	p := &prepared{Request: req, params: params, zone: zoneOf(req.Rule), configs: map[*program.Source]schema.Config{}}
	if err := p.setWindow(); err != nil {
		return nil, err
	}
	for _, side := range req.Rule.Sides {
		if err := p.configure(side.Source, e.env(p)); err != nil {
			return nil, err
		}
	}
	if err := p.configureDrill(e.env(p)); err != nil {
		return nil, err
	}
	return p, nil
}

// env is what names in the rule's expressions stand for, outside of rows.
func (e *Engine) env(p *prepared) eval.Env {
	params := p.params
	if p.window != nil {
		params = map[string]schema.Value{"window_start": schema.Instant(p.window.Start), "window_end": schema.Instant(p.window.End)}
		maps.Copy(params, p.params)
	}
	return eval.Env{Params: params, Now: p.At, Zone: p.zone, Secret: e.secret}
}

func (e *Engine) secret(name string) (string, error) {
	for _, s := range e.program.Secrets {
		if s.Name == name {
			return e.cfg.Secret(s)
		}
	}
	panic("engine: the checker let the secret " + name + " pass")
}

// setWindow works out the period, and how much of it has passed at the run's instant.
func (p *prepared) setWindow() error {
	w := p.Rule.Window
	if w == nil {
		return nil
	}
	if w.Zone != "" {
		loc, err := time.LoadLocation(w.Zone)
		if err != nil {
			return fmt.Errorf("window of rule %s: %w", p.Rule.Name, err)
		}
		p.zone = loc
	}
	of, err := eval.Scalar(w.Period.Args[0], eval.Env{Params: p.params, Now: p.At, Zone: p.zone})
	if err != nil {
		return fmt.Errorf("window of rule %s: %w", p.Rule.Name, err)
	}
	if of.Null {
		return fmt.Errorf("window of rule %s: its date is null", p.Rule.Name)
	}
	kind, ok := schedule.KindOf(w.Period.Name)
	if !ok {
		panic("engine: the checker let the period " + w.Period.Name + " pass")
	}
	span, err := schedule.Period(kind, of, p.zone)
	if err != nil {
		return fmt.Errorf("window of rule %s: %w", p.Rule.Name, err)
	}
	p.window = &plan.Window{Start: span.Start, End: span.End}
	p.covered = span.End
	if p.At.Before(span.End) {
		p.covered = p.At
	}
	if p.covered.Before(span.Start) {
		return fmt.Errorf("the window of rule %s starts at %s, after the run's instant %s: there is nothing to read yet",
			p.Rule.Name, span.Start.Format(time.RFC3339), p.At.In(p.zone).Format(time.RFC3339))
	}
	return nil
}

// Window is the window that a run of the request would speak for; ok is false for a rule without one.
func (e *Engine) Window(req Request) (start, end time.Time, ok bool, err error) {
	params, err := e.params(req)
	if err != nil {
		return start, end, false, err
	}
	p := &prepared{Request: req, params: params, zone: zoneOf(req.Rule)}
	if err := p.setWindow(); err != nil || p.window == nil {
		return start, end, false, err
	}
	return p.window.Start, p.window.End, true, nil
}

// Plan says what a run of the request would do. It asks the plugins what they claim, and reads nothing.
func (e *Engine) Plan(ctx context.Context, req Request) (*plan.Plan, error) {
	p, err := e.prepare(req)
	if err != nil {
		return nil, err
	}
	sources, err := e.open(ctx, p, p.Rule, nil)
	if err != nil {
		return nil, p.discreet(err)
	}
	defer closeAll(sources)
	pl, err := e.plan(ctx, p, p.Rule, sources)
	return pl, p.discreet(err)
}

// inputs are what the rest of the engine is told of the run.
func (p *prepared) inputs() plan.Inputs {
	return plan.Inputs{Params: p.params, Now: p.At, Window: p.window}
}

// plan plans a rule: that of the run, or its drill's.
func (e *Engine) plan(ctx context.Context, p *prepared, rule *program.Rule, sources []sdk.Source) (*plan.Plan, error) {
	in := p.inputs()
	requests := plan.Requests(rule, in)
	opts := plan.Options{Inputs: in, Budget: e.budget() - e.viewBudget(rule), Strategy: plan.Strategy(e.cfg.Strategy), Rows: e.cfg.Batch, Cores: e.cfg.Cores}
	for i, src := range sources {
		requests[i].Config = p.configs[rule.Sides[i].Source]
		claims := sdk.Claims{}
		if c, ok := src.(sdk.Claimer); ok {
			claims = c.Claim(requests[i])
		}
		opts.Claims = append(opts.Claims, claims)
		opts.Abilities = append(opts.Abilities, src.Describe().Abilities)
	}
	pl, err := plan.Build(rule, opts)
	if p.kept != nil && rule == p.Rule && opts.Strategy == "" {
		opts.Strategy = plan.Strategy(p.kept.Strategy) // it was chosen by what was known then
		if pl, err = plan.Build(rule, opts); err == nil {
			pl.Forced = false
		}
	}
	if err == nil && opts.Strategy == "" && (pl.Strategy == plan.Hash && pl.Sums != nil || pl.Strategy == plan.PushDown) {
		if opts.Past = e.past(ctx, p); opts.Past != nil {
			pl, err = plan.Build(rule, opts)
		}
	}
	if err != nil {
		return nil, err
	}
	for i, src := range sources {
		if v, ok := src.(*view.Source); ok {
			if pl.Sides[i].View, err = v.Explain(pl.Sides[i].Request.Columns); err != nil {
				return nil, err
			}
		}
	}
	return pl, nil
}

// Explain writes a plan as text or, with format "json", as one line of JSON.
func Explain(w io.Writer, p *plan.Plan, format string) error {
	if format == "json" {
		e, err := p.Explain()
		if err != nil {
			return err
		}
		out := json.NewEncoder(w)
		out.SetEscapeHTML(false)
		return out.Encode(e)
	}
	return plan.Explain(w, p)
}

// closeAll ends the processes of sources. What they read has been used by then, so an error at the end of a process says
// nothing about it.
func closeAll(sources []sdk.Source) {
	for _, s := range sources {
		if c, ok := s.(io.Closer); ok {
			c.Close()
		}
	}
}

// Columns asks a source for the shape of its data set. Of params only those that its settings use are needed; a window in
// them is empty, as the shape does not depend on it.
func (e *Engine) Columns(ctx context.Context, src *program.Source, params map[string]string, at time.Time) (schema.Table, error) {
	probe := &program.Rule{Name: src.Name, Params: usedParams(src, e.program.Params)}
	values, err := e.params(Request{Rule: probe, Params: params, At: at})
	if err != nil {
		return schema.Table{}, err
	}
	p := &prepared{Request: Request{Rule: probe, At: at}, params: values, zone: time.UTC, window: &plan.Window{Start: at, End: at}}
	cfg, err := settings(src, e.env(p))
	if err != nil {
		return schema.Table{}, err
	}
	source, err := e.cfg.Open(ctx, src)
	if err != nil {
		return schema.Table{}, err
	}
	defer closeAll([]sdk.Source{source})
	table, err := source.Columns(ctx, cfg)
	p.configs = map[*program.Source]schema.Config{src: cfg}
	return table, p.discreet(err)
}

func (e *Engine) spillFolder() string {
	return cmp.Or(e.cfg.SpillDir, filepath.Join(e.cfg.StateDir, "spill"))
}

// spillDir is where rows beyond the budget go. It is made if need be.
func (e *Engine) spillDir() (string, error) {
	dir := e.spillFolder()
	if e.cfg.SpillDir == "" {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return "", fmt.Errorf("state %s: %w", e.cfg.StateDir, err)
		}
		return dir, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("make the folder for rows beyond the memory budget: %w", err)
	}
	return dir, nil
}
