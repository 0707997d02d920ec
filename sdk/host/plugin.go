package host

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/internal/wire"
	"github.com/recon-lang/recon/sdk/schema"
)

const (
	// idleTime is how long a process without calls is kept.
	idleTime = 5 * time.Minute
	// maxCrashes within crashTime end the attempts to start a plugin again.
	maxCrashes = 3
	crashTime  = time.Minute
	// firstPause is waited before a crashed plugin is started again; each time four times longer.
	firstPause = 100 * time.Millisecond
)

// Plugin is a source that a process of its own serves. The process is started when it is first
// needed, ended when it was idle for some minutes, and started again when it crashed. It is
// safe for concurrent use.
type Plugin struct {
	pool    *Pool
	program *program
	log     *slog.Logger

	life context.Context // ends with Close, and a start under way with it
	end  context.CancelFunc

	starting chan struct{} // full while a process is started, so that one is enough
	mu       sync.Mutex    // guards what follows
	client   *wire.Client
	active   int // calls under way
	idle     *time.Timer
	crashes  []time.Time
	closed   bool
}

var (
	_ sdk.Source  = (*Plugin)(nil)
	_ sdk.Claimer = (*Plugin)(nil)
)

// Describe describes the source, as Pool.Describe does. Where a plugin cannot be started
// it gives just the name.
func (p *Plugin) Describe() schema.Source {
	o, err := p.pool.describe(context.Background(), p.program)
	if err == nil {
		var d schema.Source
		if d, err = p.program.sourceOf(o); err == nil {
			return d
		}
	}
	p.log.Error("cannot describe plugin", "error", err)
	return schema.Source{Name: p.program.name}
}

// describe asks the process itself.
func (p *Plugin) describe(ctx context.Context) (o wire.Offer, err error) {
	err = p.call(ctx, "describe", func(c *wire.Client) error {
		o, err = c.Describe(ctx)
		return err
	})
	return o, err
}

// Columns is sdk.Source's.
func (p *Plugin) Columns(ctx context.Context, cfg schema.Config) (t schema.Table, err error) {
	err = p.call(ctx, "columns", func(c *wire.Client) error {
		t, err = c.Columns(ctx, cfg)
		return err
	})
	return t, err
}

// Claim is sdk.Claimer's. A plugin that cannot answer claims nothing; the read will
// tell why.
func (p *Plugin) Claim(req sdk.ReadRequest) (claims sdk.Claims) {
	ctx := context.Background()
	err := p.call(ctx, "claim", func(c *wire.Client) error {
		found, err := c.Claim(ctx, wire.Request(req))
		claims = sdk.Claims(found)
		return err
	})
	if err != nil {
		p.log.Warn("plugin does not say what it claims", "error", err)
		return sdk.Claims{}
	}
	return claims
}

// Read is sdk.Source's. Where the process crashes before the first batch, it is started
// again and the read with it, a few times.
func (p *Plugin) Read(ctx context.Context, req sdk.ReadRequest, emit func(*batch.Batch) error) error {
	emitted := false
	return p.callAgain(ctx, "read", func(c *wire.Client) error {
		return c.Read(ctx, wire.Request(req), func(b *batch.Batch) error {
			emitted = true
			return emit(b)
		})
	}, func() bool { return !emitted })
}

// Close ends the process. Calls after it fail.
func (p *Plugin) Close() error {
	p.pool.mu.Lock()
	delete(p.pool.plugins, p)
	p.pool.mu.Unlock()
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.end()
	p.starting <- struct{}{} // a start that was under way has seen the end
	defer func() { <-p.starting }()
	p.mu.Lock()
	c := p.client
	p.client = nil
	if p.idle != nil {
		p.idle.Stop()
	}
	p.mu.Unlock()
	if c != nil {
		c.Close()
	}
	return nil
}

// PID is the number of the plugin's process, 0 where there is none at the moment.
func (p *Plugin) PID() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.client == nil {
		return 0
	}
	return p.client.PID()
}

// startSoon starts the process without waiting for it. An error comes again with the
// first call.
func (p *Plugin) startSoon() {
	go func() {
		if _, err := p.acquire(context.Background()); err == nil {
			p.release()
		}
	}()
}

// call does one call, again if the process crashes: calls other than Read emit nothing.
func (p *Plugin) call(ctx context.Context, doing string, do func(*wire.Client) error) error {
	return p.callAgain(ctx, doing, do, func() bool { return true })
}

func (p *Plugin) callAgain(ctx context.Context, doing string, do func(*wire.Client) error, may func() bool) error {
	pause := firstPause
	for {
		err := p.callOnce(ctx, doing, do)
		var crash *wire.Exit
		if !errors.As(err, &crash) || !may() || !p.crashed() {
			return err
		}
		p.log.Warn("plugin crashed and is started again", "error", err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
		pause *= 4
	}
}

// crashed notes a crash and reports whether to try again.
func (p *Plugin) crashed() bool {
	now := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.crashes = append(p.crashes, now)
	recent := 0
	for _, at := range p.crashes {
		if now.Sub(at) < crashTime {
			recent++
		}
	}
	p.crashes = p.crashes[len(p.crashes)-recent:]
	return recent < maxCrashes && !p.closed
}

func (p *Plugin) callOnce(ctx context.Context, doing string, do func(*wire.Client) error) error {
	c, err := p.acquire(ctx)
	if err != nil {
		return p.wrap("start", err)
	}
	defer p.release()
	err = do(c)
	if err != nil && p.isClosed() && ctx.Err() == nil {
		return errClosed
	}
	return p.wrap(doing, err)
}

func (p *Plugin) isClosed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed
}

// acquire gives the running process, started if there is none, and keeps it from being
// idle until release.
func (p *Plugin) acquire(ctx context.Context) (*wire.Client, error) {
	select {
	case p.starting <- struct{}{}:
		defer func() { <-p.starting }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	p.mu.Lock()
	c, closed := p.client, p.closed
	if c != nil && !c.Exited() && !closed {
		p.active++
		p.mu.Unlock()
		return c, nil
	}
	p.client = nil
	p.mu.Unlock()
	if closed {
		return nil, errClosed
	}
	if c != nil {
		c.Close() // removes what a crashed one has left
	}
	return p.start(ctx)
}

// start starts the process. The caller has filled p.starting.
func (p *Plugin) start(ctx context.Context) (*wire.Client, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(p.life, cancel)
	defer stop()
	c, err := p.pool.start(ctx, p.program, p.log)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		if p.closed {
			return nil, errClosed
		}
		return nil, err
	}
	p.client = c // also where Close waits for it: then it is closed next
	p.active++
	return c, nil
}

func (p *Plugin) release() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.active--
	if p.active > 0 || p.closed {
		return
	}
	if p.idle != nil {
		p.idle.Stop()
	}
	p.idle = time.AfterFunc(idleTime, p.endIdle)
}

func (p *Plugin) endIdle() {
	p.mu.Lock()
	c := p.client
	if p.active > 0 || p.closed || c == nil {
		p.mu.Unlock()
		return
	}
	p.client = nil
	p.mu.Unlock()
	p.log.Debug("plugin was idle and is ended")
	c.Close()
}
