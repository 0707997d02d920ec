//go:build unix

package sqltest

import (
	"syscall"
	"testing"
	"time"
)

// ProcessorTime is what this process has used. Other work on the machine, the database's too, does not count.
func ProcessorTime() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// PerRow reports what each of rows cost in each loop of b since the processor time start: processor time, and rows a second on the clock.
func PerRow(b *testing.B, start time.Duration, rows int) {
	all := float64(rows) * float64(b.N)
	b.ReportMetric(float64(ProcessorTime()-start)/all, "cpu-ns/row")
	b.ReportMetric(all/b.Elapsed().Seconds()/1e6, "Mrows/s")
}
