package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// controlGroup makes a group whose processes, and the files that they have in memory, may take so many bytes together; the system kills them if they want more. join is
// the file that takes the number of a process. It is "" where no group can be made: the system has none, or does not let us.
func controlGroup(t *testing.T, bytes int64) (join string) {
	t.Helper()
	name := fmt.Sprintf("recon-test-%d", os.Getpid())
	for _, v := range []struct{ root, limit, swap string }{
		{"/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.memsw.limit_in_bytes"}, // version 1
		{"/sys/fs/cgroup", "memory.max", "memory.swap.max"},                               // version 2
	} {
		dir := filepath.Join(v.root, name)
		if err := os.Mkdir(dir, 0o755); err != nil {
			continue
		}
		t.Cleanup(func() {
			// The last process of the group may not be gone yet.
			for end := time.Now().Add(5 * time.Second); os.Remove(dir) != nil && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
			}
		})
		limit := strconv.FormatInt(bytes, 10)
		if err := os.WriteFile(filepath.Join(dir, v.limit), []byte(limit), 0); err != nil {
			continue
		}
		swap := limit
		if v.swap == "memory.swap.max" {
			swap = "0"
		}
		_ = os.WriteFile(filepath.Join(dir, v.swap), []byte(swap), 0) // not everywhere; there is no swap then
		return filepath.Join(dir, "cgroup.procs")
	}
	return ""
}

// TestRunInAControlGroup reconciles shuffled files within 256 MB for the whole process tree, what the system keeps of files included. RECON_GROUP_ROWS says how many rows a
// side has, 500,000 if it is not set. Where no group can be made, the memory is measured.
func TestRunInAControlGroup(t *testing.T) {
	rows := 500_000
	if n, err := strconv.Atoi(os.Getenv("RECON_GROUP_ROWS")); err == nil {
		rows = n
	}
	columns := []string{"id string", "user integer", "amount decimal(18, 2)", "fee decimal(18, 4)", "status string", "at timestamp", "note string"}
	f := newCrashed(t, map[string]string{"rules.recon": rulesOver(columns...)}, "")
	steps := [2]int{7_919, 104_729} // primes, so that all numbers below rows come once
	if rows%steps[0] == 0 || rows%steps[1] == 0 {
		t.Fatalf("%d rows would come in less than all orders", rows)
	}
	f.fill(rows, "id,user,amount,fee,status,at,note", func(side, i int) string {
		n := (i*steps[side] + side) % rows
		cents := n * 31 % 100_000
		if side == 1 && n%1000 == 0 {
			cents++
		}
		b := make([]byte, 0, 96)
		b = append(b, "ORD-"...)
		b = strconv.AppendInt(b, int64(1_000_000_000+n*7), 10)
		b = append(strconv.AppendInt(append(b, ','), int64(n*13%5_000_000), 10), ',')
		b = append(strconv.AppendInt(b, int64(cents/100), 10), '.', byte('0'+cents/10%10), byte('0'+cents%10))
		b = append(strconv.AppendInt(append(b, ",0."...), int64(1000+n%9000), 10), ",PAID,2026-11-20T10:00:"...)
		return string(append(append(b, byte('0'+n/10%6), byte('0'+n%10)), "Z,paid by card"...))
	})
	join := controlGroup(t, ceiling)
	c := f.command("run", "--show", "1")
	if join != "" {
		c.Args = append([]string{"sh", "-c", `echo $$ > "$0" && exec "$@"`, join, c.Path}, c.Args[1:]...)
		c.Path = "/bin/sh"
	}
	started := time.Now()
	r := f.begin(c)
	peak := f.peak(r)
	t.Logf("%d rows a side in %v, %d MB at the peak, in a group: %t", rows, time.Since(started).Round(time.Millisecond), peak>>20, join != "")
	if code := r.cmd.ProcessState.ExitCode(); code != exitClean {
		t.Fatalf("exit code %d\n%s%s", code, r.out.String(), r.err.String())
	}
	different := (rows + 999) / 1000
	for _, want := range []string{fmt.Sprintf("matched %s", grouped(rows-different)), fmt.Sprintf("mismatch %s", grouped(different))} {
		if !strings.Contains(strings.Join(strings.Fields(r.out.String()), " "), want) {
			t.Errorf("the report does not say %q:\n%s", want, r.out.String())
		}
	}
	if peak > ceiling || peak == 0 {
		t.Errorf("%d MB at the peak, more than %d MB", peak>>20, ceiling>>20)
	}
	if group := filepath.Dir(join); join != "" {
		failed, err := os.ReadFile(filepath.Join(group, "memory.oom_control"))
		if errors.Is(err, os.ErrNotExist) {
			failed, err = os.ReadFile(filepath.Join(group, "memory.events"))
		}
		if err != nil || !strings.Contains(string(failed), "oom_kill 0") {
			t.Errorf("the system killed for want of memory: %s, %v", failed, err)
		}
	}
}

// grouped is n as reports print it: 1,000,000.
func grouped(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%s,%03d", grouped(n/1000), n%1000)
}
