package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/recon-lang/recon/engine"
	"github.com/recon-lang/recon/engine/action"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk"
)

// act gives what does an action: one that recon brings along, or a plugin in a process of its own.
func (p *project) act(ctx context.Context, a *program.Action) (sdk.Action, error) {
	if builtin, ok := action.Builtin()[a.Plugin]; ok {
		return builtin, nil
	}
	return p.pool.OpenAction(ctx, a.Plugin)
}

// send sends what waits in the outbox, and gives the exit code: a run has settled whatever becomes of its messages.
func send(ctx context.Context, env environment, d *engine.Delivery) int {
	err := d.Send(ctx)
	switch {
	case err == nil:
		return exitClean
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		fmt.Fprintln(env.err, "recon: interrupted while messages were sent; the run has settled, and what is not sent waits for the next")
	default:
		fmt.Fprintf(env.err, "recon: send messages: %v\n", err)
	}
	return exitTrouble
}

// printUndelivered says which actions did not take their messages, and gives the exit code.
func printUndelivered(env environment, d *engine.Delivery) int {
	code := exitClean
	for _, u := range d.Failed() {
		code = exitTrouble
		fmt.Fprintf(env.err, "recon: action %s of rule %s did not take message %s", u.Action, u.Rule, u.ID)
		if u.Attempts > 0 {
			fmt.Fprintf(env.err, " (%s)", plural(u.Attempts, "attempt"))
		}
		fmt.Fprintf(env.err, ": %v\n", u.Err)
		var e *sdk.Error
		if errors.As(u.Err, &e) && e.Hint != "" {
			fmt.Fprintf(env.err, "   hint: %s\n", e.Hint)
		}
		if u.Behind > 0 {
			fmt.Fprintf(env.err, "   behind it, to come in order: %s\n", plural(u.Behind, "message"))
		}
	}
	if code != exitClean {
		fmt.Fprintln(env.err, "   the next run tries again; recon runs outbox shows what waits")
	}
	if n := d.Others(); n > 0 {
		fmt.Fprintf(env.err, "recon: left waiting, because their rules are not in these files: %s; see recon runs outbox\n", plural(n, "message"))
	}
	return code
}
