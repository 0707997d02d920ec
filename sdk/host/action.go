package host

import (
	"context"
	"errors"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/internal/wire"
	"github.com/recon-lang/recon/sdk/schema"
)

// Action is an action that a process of its own serves. Its process lives as a Plugin's does. It is safe for concurrent
// use.
type Action struct{ plugin *Plugin }

var _ sdk.Action = (*Action)(nil)

// Describe describes the action, as Pool.DescribeActions does. Where a plugin cannot be started it gives just the name.
func (a *Action) Describe() schema.Action {
	p := a.plugin
	o, err := p.pool.describe(context.Background(), p.program)
	if err == nil && o.Action == nil {
		err = errors.New("it offers no action")
	}
	if err != nil {
		p.log.Error("cannot describe plugin", "error", err)
		return schema.Action{Name: p.program.name}
	}
	return *o.Action
}

// Do is sdk.Action's. It is not done again by itself where the process crashes: it may have done it. The error is then
// Temporary.
func (a *Action) Do(ctx context.Context, req sdk.ActionRequest) error {
	return a.plugin.callOnce(ctx, "do", func(c *wire.Client) error { return c.Do(ctx, wire.Task(req)) })
}

// Close ends the process.
func (a *Action) Close() error { return a.plugin.Close() }

// PID is the number of the plugin's process, 0 where there is none at the moment.
func (a *Action) PID() int { return a.plugin.PID() }
