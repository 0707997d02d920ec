//go:build unix

package langtest

import (
	"syscall"
	"time"
)

// Spent is the processor time that the process takes while f runs, which is the same on a busy machine as on a quiet one, but for what
// its caches hold. Elsewhere than on Unix it is the time that passes.
func Spent(f func()) time.Duration {
	before := used()
	f()
	return used() - before
}

func used() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
