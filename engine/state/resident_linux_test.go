package state

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// mapped adds up a figure in kB that the system has of mapped files of a store: those whose name ends with kind.
func mapped(t *testing.T, db, kind, figure string) (n int64) {
	t.Helper()
	smaps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Skip(err)
	}
	ours := false
	for line := range bytes.Lines(smaps) {
		text := strings.TrimSpace(string(line))
		if first, _, _ := strings.Cut(text, " "); !strings.HasSuffix(first, ":") { // where a mapping begins, of a file or of none
			ours = strings.Contains(text, db) && strings.HasSuffix(text, kind)
		}
		var kb int64
		if k, _ := fmt.Sscanf(text, figure+": %d kB", &kb); k == 1 && ours {
			n += kb << 10
		}
	}
	return n
}

// TestTablesTakeNoMemory settles many rows: what is written is not kept in memory, and can be read.
func TestTablesTakeNoMemory(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	defer s.Close()
	const n = 200_000
	w := Window{0, width, width}
	benchSettle(t, s, 1, w, benchRows(n, w, func(int) int { return 0 }))
	for until := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) { // the last table may be on its way, and what is not written yet stays
		if err := pageOut(s.database()); errors.Is(err, unix.EINVAL) {
			t.Skip("the kernel is older than 5.4")
		} else if err != nil {
			t.Fatal(err)
		}
		size, mapped := s.Size(), mapped(t, s.database(), ".sst", "Rss")
		if size.Bytes > 10<<20 && mapped <= size.Bytes/4 {
			break
		}
		if time.Now().After(until) {
			t.Fatalf("%d bytes of tables take %d bytes of memory", size.Bytes, mapped)
		}
	}
	if v, err := s.Verify(t.Context()); err != nil || v.Rows != n {
		t.Fatalf("%+v, %v", v, err)
	}
	if size, mapped := s.Size(), mapped(t, s.database(), ".sst", "Rss"); mapped < size.Bytes/2 {
		t.Errorf("the test cannot fail: %d bytes of tables take %d bytes of memory after they were read", size.Bytes, mapped)
	}
}
