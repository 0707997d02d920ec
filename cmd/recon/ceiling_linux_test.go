package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// ceiling is what all processes of a run may take together.
const ceiling = 256 << 20

// rulesOver compares all columns of two files but the first, which is the key.
func rulesOver(columns ...string) string {
	var b strings.Builder
	b.WriteString("recon 1\n\n")
	for _, side := range []string{"left", "right"} {
		fmt.Fprintf(&b, "source %s from csv {\n  path = \"%[1]s.csv\"\n\n  columns {\n", side)
		for _, c := range columns {
			fmt.Fprintf(&b, "    %s\n", c)
		}
		b.WriteString("  }\n}\n\n")
	}
	b.WriteString("rule r between left, right {\n  key id\n")
	for _, c := range columns[1:] {
		fmt.Fprintf(&b, "  compare %s\n", strings.Fields(c)[0])
	}
	b.WriteString("  fail when missing.count < 0\n}\n")
	return b.String()
}

// fill writes both files of rulesOver, row by row.
func (f *folder) fill(rows int, header string, row func(side, i int) string) {
	f.t.Helper()
	for side, name := range []string{"left.csv", "right.csv"} {
		out, err := os.Create(f.path(name))
		if err != nil {
			f.t.Fatal(err)
		}
		w := bufio.NewWriter(out)
		fmt.Fprintln(w, header)
		for i := range rows {
			fmt.Fprintln(w, row(side, i))
		}
		if err := w.Flush(); err != nil {
			f.t.Fatal(err)
		}
		if err := out.Close(); err != nil {
			f.t.Fatal(err)
		}
	}
}

// memory is what the processes of the folder take: their own, and, once, what they have of files in common.
func (c *crashed) memory() (bytes int64) {
	shared := int64(0)
	for _, pid := range c.processes() {
		text, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
		for line := range strings.Lines(string(text)) {
			name, value, _ := strings.Cut(line, ":")
			kb, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			switch name {
			case "RssAnon", "RssShmem":
				bytes += kb << 10
			case "RssFile":
				shared = max(shared, kb<<10)
			}
		}
	}
	return bytes + shared
}

// peak waits for a call and gives the most that the processes of the folder took meanwhile, in bytes.
func (c *crashed) peak(r *running) (bytes int64) {
	for {
		select {
		case <-r.done:
			return bytes
		case <-time.After(10 * time.Millisecond):
			bytes = max(bytes, c.memory())
		}
	}
}

// TestMemoryIsACeiling runs what could take any amount of memory. It is handled within the ceiling, or refused by name.
func TestMemoryIsACeiling(t *testing.T) {
	var wide []string
	for i := range 1000 {
		wide = append(wide, fmt.Sprintf("c%03d decimal(18, 2)", i))
	}
	header := func(columns []string) string {
		var names []string
		for _, c := range columns {
			names = append(names, strings.Fields(c)[0])
		}
		return strings.Join(names, ",")
	}
	plain := []string{"id string", "amount decimal(18, 2)", "status string", "at timestamp"}
	for _, c := range []struct {
		name    string
		columns []string
		rows    int
		row     func(side, i int) string
		code    int
		want    string // in the report, or in the error
	}{
		{"many rows", plain, 600_000, func(side, i int) string {
			return fmt.Sprintf("O%012d,%d.%02d,PAID,2026-11-20 10:00:%02d", (i*7919)%600_000, i%10_000, (i+side*b2i(i%10_000 == 0))%100, i%60)
		}, exitClean, "mismatch        60       60       60"},
		{"a thousand columns", append([]string{"id integer"}, wide...), 5000, func(side, i int) string {
			return strconv.Itoa(i) + strings.Repeat(fmt.Sprintf(",%d.5", i), 1000)
		}, exitClean, "matched    5,000  5,000  5,000"},
		{"one key", plain, 300_000, func(side, i int) string {
			return fmt.Sprintf("K,%d.00,PAID,2026-11-20 10:00:00", i)
		}, exitTrouble, `the key id "K" has more rows that find no partner than one break can have`},
		{"large rows", []string{"id integer", "text string"}, 60, func(side, i int) string {
			return fmt.Sprintf("%d,%s%d", i, strings.Repeat("x", 1<<20), side*b2i(i%30 == 0))
		}, exitClean, "mismatch      2"},
		{"large rows that differ", []string{"id integer", "text string"}, 300, func(side, i int) string {
			return fmt.Sprintf("%d,%s%d", i, strings.Repeat("x", 1<<20), side*(i%2))
		}, exitClean, "mismatch    150"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newCrashed(t, map[string]string{"rules.recon": rulesOver(c.columns...)}, "")
			f.fill(c.rows, header(c.columns), c.row)
			least := int64(0)
			for tries := 0; tries < 3 && (least == 0 || least > ceiling); tries++ { // when memory is collected is a matter of some luck, too
				r := f.start("run", "--show", "1")
				peak := f.peak(r)
				a := r.wait()
				if a.code != c.code || !strings.Contains(a.out+a.err, c.want) {
					t.Fatalf("exit code %d, want %d and %q:\n%.2000s%.2000s", a.code, c.code, c.want, a.out, a.err)
				}
				if t.Logf("%d MB at the peak", peak>>20); peak == 0 {
					t.Fatal("nobody saw how much memory it took")
				}
				if least == 0 || peak < least {
					least = peak
				}
				if err := os.RemoveAll(f.path(".recon")); err != nil { // so that each run is the first
					t.Fatal(err)
				}
			}
			if least > ceiling {
				t.Errorf("%d MB at the peak, more than %d MB", least>>20, ceiling>>20)
			}
		})
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
