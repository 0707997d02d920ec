// Package host finds, verifies, starts and supervises plugin processes, and gives them
// out as sdk.Source. It knows nothing of rules or of the wire's form. Its API may change in a
// minor version.
package host

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/internal/wire"
	"github.com/recon-lang/recon/sdk/schema"
)

// Transport is the way that batches take.
type Transport string

const (
	Auto   Transport = "auto"   // Socket where it works, else GRPC
	Socket Transport = "socket" // a private unix socket
	GRPC   Transport = "grpc"   // the control connection: works everywhere
)

// Options say where plugins are and how they are started.
type Options struct {
	Log       *slog.Logger                 // gets the records of plugins; nil: slog.Default()
	Builtin   map[string]func() sdk.Source // bundled: described in this process, read in one of their own
	Actions   map[string]func() sdk.Action // bundled, as Builtin; a plugin may be in both
	Self      string                       // the program that serves these, as `Self plugin serve NAME`; "": this program
	Dirs      []string                     // where recon-plugin-NAME is looked for, in this order
	Pins      map[string]Pin               // what recon.lock says of plugins; one that is not listed is started as it is
	Transport Transport                    // "": Auto
	Cache     string                       // folder of descriptions; "": below the user's cache folder, if there is one
}

// Pin is the version of a plugin that a project has agreed on. Hashes are the SHA-256 of its
// program in hexadecimal, by platform (linux-amd64).
type Pin struct {
	Version string
	Hashes  map[string]string
}

// Pool starts plugins and ends them. It is safe for concurrent use.
type Pool struct {
	opts  Options
	cache string // folder; "": none

	mu      sync.Mutex // guards what follows
	plugins map[*Plugin]bool
	closed  bool
	swept   bool
}

// errClosed is what calls return that a pool's Close has cut off.
var errClosed = errors.New("the plugins were stopped")

// NewPool makes a pool. It starts nothing.
func NewPool(opts Options) *Pool {
	if opts.Log == nil {
		opts.Log = slog.Default()
	}
	if opts.Transport == "" {
		opts.Transport = Auto
	}
	return &Pool{opts: opts, cache: cacheFolder(opts.Cache), plugins: map[*Plugin]bool{}}
}

// Describe describes the plugins of these names. Each is in just one of the maps. Bundled
// plugins are described in this process, others from the cache or by starting them once.
func (p *Pool) Describe(ctx context.Context, names []string) (map[string]schema.Source, map[string]error) {
	sources, missing := map[string]schema.Source{}, map[string]error{}
	describeEach(ctx, p, names, missing, func(prog *program, o wire.Offer) (err error) {
		d, err := prog.sourceOf(o)
		if err == nil {
			sources[prog.name] = d
		}
		return err
	})
	return sources, missing
}

// DescribeActions is Describe for the actions that plugins of these names offer.
func (p *Pool) DescribeActions(ctx context.Context, names []string) (map[string]schema.Action, map[string]error) {
	actions, missing := map[string]schema.Action{}, map[string]error{}
	describeEach(ctx, p, names, missing, func(prog *program, o wire.Offer) error {
		if o.Action == nil {
			return &sdk.Error{Message: fmt.Sprintf("plugin %s offers no action", prog.name)}
		}
		actions[prog.name] = *o.Action
		return nil
	})
	return actions, missing
}

// Known is Describe and DescribeActions for who must not wait for a process: it starts none, and knows bundled plugins and
// those that were described before. missing says of the others what to do.
func (p *Pool) Known(names []string) (sources map[string]schema.Source, actions map[string]schema.Action, missing map[string]error) {
	sources, actions, missing = map[string]schema.Source{}, map[string]schema.Action{}, map[string]error{}
	for _, name := range names {
		prog, err := p.find(name)
		if err != nil {
			missing[name] = err
			continue
		}
		o, ok := prog.offer(), prog.bundled()
		if !ok {
			o, ok = p.cached(prog.hash)
		}
		if !ok {
			missing[name] = &sdk.Error{Message: fmt.Sprintf("plugin %s has not been described yet", name), Hint: "run recon check once: it starts the plugin and keeps what it says"}
			continue
		}
		if d, err := prog.sourceOf(o); err == nil {
			sources[name] = d
		}
		if o.Action != nil {
			actions[name] = *o.Action
		}
	}
	return sources, actions, missing
}

func describeEach(ctx context.Context, p *Pool, names []string, missing map[string]error, take func(*program, wire.Offer) error) {
	for _, name := range names {
		prog, err := p.find(name)
		if err == nil {
			var o wire.Offer
			if o, err = p.describe(ctx, prog); err == nil {
				err = take(prog, o)
			}
		}
		if err != nil {
			missing[name] = err
		}
	}
}

func (p *Pool) describe(ctx context.Context, prog *program) (wire.Offer, error) {
	if prog.bundled() {
		return prog.offer(), nil
	}
	if o, ok := p.cached(prog.hash); ok {
		return o, nil
	}
	plug, err := p.open(prog)
	if err != nil {
		return wire.Offer{}, err
	}
	defer plug.Close()
	o, err := plug.describe(ctx)
	if err != nil {
		return wire.Offer{}, err
	}
	if o.Name() != prog.name {
		return wire.Offer{}, fmt.Errorf("plugin %s: %s calls itself %q", prog.name, prog.path, o.Name())
	}
	p.keep(prog.hash, o)
	return o, nil
}

// Open gives the source of that name, served by a process of its own: two sides that
// open the same plugin read in two processes. The process starts in the background; where
// it cannot, the first call says so. The source is a *Plugin: also an sdk.Claimer and an
// io.Closer. Close ends its process, as does Pool.Close.
func (p *Pool) Open(_ context.Context, name string) (sdk.Source, error) {
	prog, err := p.find(name)
	if err != nil {
		return nil, err
	}
	plug, err := p.open(prog)
	if err != nil {
		return nil, err
	}
	plug.startSoon()
	return plug, nil
}

// OpenAction is Open for an action. It is an *Action: also an io.Closer.
func (p *Pool) OpenAction(_ context.Context, name string) (sdk.Action, error) {
	prog, err := p.find(name)
	if err != nil {
		return nil, err
	}
	plug, err := p.open(prog)
	if err != nil {
		return nil, err
	}
	return &Action{plug}, nil
}

func (p *Pool) open(prog *program) (*Plugin, error) {
	plug := &Plugin{pool: p, program: prog, log: p.opts.Log.With("plugin", prog.name), starting: make(chan struct{}, 1)}
	plug.life, plug.end = context.WithCancel(context.Background())
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, errClosed
	}
	p.plugins[plug] = true
	return plug, nil
}

// Close ends all processes: reads that still run end with an error.
func (p *Pool) Close() error {
	p.mu.Lock()
	p.closed = true
	plugins := make([]*Plugin, 0, len(p.plugins))
	for plug := range p.plugins {
		plugins = append(plugins, plug)
	}
	p.mu.Unlock()
	var all sync.WaitGroup
	for _, plug := range plugins {
		all.Go(func() { _ = plug.Close() })
	}
	all.Wait()
	return nil
}

// start starts the process of a program.
func (p *Pool) start(ctx context.Context, prog *program, log *slog.Logger) (*wire.Client, error) {
	sum, err := p.pinned(prog)
	if err != nil {
		return nil, err
	}
	cfg := wire.Config{
		Path: prog.path, Args: prog.args, Sum: sum, Log: log,
		Socket: p.opts.Transport != GRPC, Stream: p.opts.Transport != Socket,
	}
	if cfg.Dir, err = p.socketFolder(); err != nil {
		if p.opts.Transport == Socket {
			return nil, err
		}
		cfg.Socket = false
	}
	c, err := wire.Start(ctx, cfg)
	if err != nil && cfg.Dir != "" {
		_ = os.RemoveAll(cfg.Dir)
	}
	return c, err
}

func (p *Pool) socketFolder() (string, error) {
	p.mu.Lock()
	first := !p.swept
	p.swept = true
	p.mu.Unlock()
	if first {
		wire.SweepFolders()
	}
	return wire.NewFolder()
}
