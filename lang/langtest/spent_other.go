//go:build !unix

package langtest

import "time"

// Spent is the time that passes while f runs: this system is not asked for that of the processor.
func Spent(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}
