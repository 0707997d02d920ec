//go:build unix

package lsp_test

import (
	"syscall"
	"testing"
	"time"
)

// A server that nobody asks uses no processor time.
func TestIdle(t *testing.T) {
	c := start(t, t.TempDir(), `{}`)
	c.open("a.recon", largeFile(1000, 1))
	c.until("diagnostics", func() bool { _, told := c.diags[c.uri("a.recon")]; return told })
	time.Sleep(500 * time.Millisecond) // until what comes after a keystroke is over
	used := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			t.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	before := used()
	time.Sleep(2 * time.Second)
	if spent := used() - before; spent > 40*time.Millisecond {
		t.Errorf("an idle server used %v in 2 s", spent)
	}
}
