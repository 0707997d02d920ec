package host

import (
	"errors"
	"fmt"
	"strings"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/internal/wire"
)

// wrap says what became of a call: the plugin's own errors come out as they went in, and a
// process that ended is told of with all that is known.
func (p *Plugin) wrap(doing string, err error) error {
	var failure *wire.Failure
	if errors.As(err, &failure) {
		return unpack(failure)
	}
	var exit *wire.Exit
	switch {
	case errors.As(err, &exit):
		return &crash{plugin: p.program.name, doing: doing, exit: exit}
	case errors.Is(err, wire.ErrChecksum):
		return &sdk.Error{Message: fmt.Sprintf("plugin %s: %s is not the program that was pinned", p.program.name, p.program.path)}
	case err != nil && doing == "start":
		return fmt.Errorf("start plugin %s (%s): %w", p.program.name, p.program.path, err)
	}
	return err
}

// unpack makes of a failure the error that the plugin returned: an *sdk.Error, or one that has
// the text and wraps it.
func unpack(f *wire.Failure) error {
	if !f.Structured {
		return errors.New(f.Text)
	}
	e := &sdk.Error{Setting: f.Setting, Message: f.Message, Hint: f.Hint, Temporary: f.Temporary}
	if f.Cause != "" {
		e.Err = errors.New(f.Cause)
	}
	if e.Error() == f.Text {
		return e
	}
	return &contextual{text: f.Text, err: e}
}

// contextual is an *sdk.Error to which the plugin has added words.
type contextual struct {
	text string
	err  error
}

func (c *contextual) Error() string { return c.text }
func (c *contextual) Unwrap() error { return c.err }

// crash is the error of a call whose process ended. It unwraps to an *sdk.Error with the
// hint, and to the *wire.Exit.
type crash struct {
	plugin string
	doing  string
	exit   *wire.Exit
}

func (c *crash) Error() string {
	doing := map[string]string{
		"start": "while it started", "read": "while it read", "columns": "while it looked at the data set",
		"describe": "while it described itself", "claim": "while it planned a read", "do": "while it acted",
	}[c.doing]
	s := fmt.Sprintf("plugin %s ended %s: %s", c.plugin, doing, c.exit)
	if len(c.exit.Words) > 0 {
		s += "; its last words:\n  " + strings.Join(c.exit.Words, "\n  ")
	}
	return s
}

func (c *crash) Unwrap() []error {
	return []error{c.exit, &sdk.Error{Message: c.Error(), Hint: c.hint(), Temporary: true}}
}

func (c *crash) hint() string {
	switch {
	case c.exit.OutOfMemory:
		return "it ran out of memory: give the machine or the container more, or read fewer columns"
	case c.exit.Killed:
		return "something killed it; where that was not a person, the system mostly ran out of memory"
	}
	return "this is a fault of the plugin: report it with these lines"
}
