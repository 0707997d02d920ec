//go:build unix

package lsp_test

import (
	"syscall"
	"testing"
	"time"
)

// A server that nobody asks uses no processor time. The quietest of some moments counts: until what comes after a keystroke is over, and what else the process
// of the tests does, which a busy machine lets take long.
func TestIdle(t *testing.T) {
	c := start(t, t.TempDir(), `{}`)
	c.open("a.recon", largeFile(1000, 1))
	c.until("diagnostics", func() bool { _, told := c.diags[c.uri("a.recon")]; return told })
	used := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			t.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	const most = 40 * time.Millisecond
	spent := time.Hour
	for tries := 0; tries < 10 && spent > most; tries++ {
		before := used()
		time.Sleep(2 * time.Second)
		spent = min(spent, used()-before)
	}
	if spent > most {
		t.Errorf("an idle server used %v in 2 s", spent)
	}
}
