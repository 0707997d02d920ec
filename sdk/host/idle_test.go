package host

import (
	"log/slog"
	"testing"

	"github.com/recon-lang/recon/sdk"
)

// A process that was idle is ended, and the next call starts another.
func TestIdleProcessEnds(t *testing.T) {
	pool := NewPool(Options{Builtin: map[string]func() sdk.Source{"troubled": nil}, Log: slog.New(slog.DiscardHandler)})
	defer pool.Close()
	prog, err := pool.find("troubled")
	if err != nil {
		t.Fatal(err)
	}
	p, err := pool.open(prog)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := p.Columns(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		p.mu.Lock()
		p.active++ // a call under way
		p.mu.Unlock()
		p.endIdle()
		if p.PID() == 0 {
			t.Error("a process with a call under way was ended")
		}
		p.release()
		p.endIdle()
		if p.PID() != 0 {
			t.Error("an idle process goes on")
		}
	}
}
