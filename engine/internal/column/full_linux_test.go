package column

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/recon-lang/recon/sdk/sdktest/dbtest"
	"golang.org/x/sys/unix"
)

// small is a folder on a disk of so many bytes.
func small(t *testing.T, size int) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size)); err != nil {
		dbtest.Absent(t, "mount: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return dir
}

// inMemory is a store with some 600 KB of rows of side 0 in memory, and how many they are.
func inMemory(t *testing.T, dir *Dir) (*Store, int) {
	t.Helper()
	store := NewStore(&Pool{}, dir, 2, 0, 2, 8<<20)
	var values [][2]string
	for i := range 6000 {
		values = append(values, [2]string{fmt.Sprint(i), strings.Repeat("x", 70)})
	}
	for _, row := range textRows(t, textShape(), 0, values) {
		if err := store.Appender(0).Append(row); err != nil {
			t.Fatal(err)
		}
	}
	return store, len(values)
}

func countRows(t *testing.T, store *Store) (n int) {
	t.Helper()
	for i := range store.Partitions() {
		if err := store.Drain(i, 0, func(Row) error { n++; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// TestKeptGoesFirst: where a disk is full, what is kept for another run makes room for what this one needs.
func TestKeptGoesFirst(t *testing.T) {
	dir := NewDir(small(t, 1<<20))
	defer dir.Close()
	store, rows := inMemory(t, dir)
	defer store.Close()
	kept, err := store.Keep(0)
	if err != nil || kept.Copy == "" || kept.File != "" {
		t.Fatalf("kept %+v, %v", kept, err)
	}
	if err := dir.StartJournal([][]byte{[]byte("first")}); err != nil {
		t.Fatal(err)
	}
	own := file{dir: dir}
	defer own.close()
	written, gone := 0, false
	for {
		if _, err := own.write(make([]byte, PageSize)); err != nil {
			if !errors.Is(err, unix.ENOSPC) {
				t.Fatal(err)
			}
			break
		}
		written += PageSize
		if !gone && !hasJournal(dir.path) {
			gone = true
			if written < 300<<10 {
				t.Errorf("it gave up at %d bytes", written)
			}
			if _, err := os.Stat(filepath.Join(dir.path, kept.Copy)); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the copy is left: %v", err)
			}
		}
	}
	if !gone || written < 900<<10 {
		t.Errorf("only %d bytes were written on a disk of 1 MB", written)
	}
	if err := dir.Record([]byte("second")); err == nil {
		t.Error("a record was kept after all")
	}
	if got := countRows(t, store); got != rows {
		t.Errorf("%d rows, want %d", got, rows)
	}
}

// TestNoRoomToKeep: what cannot be kept is not, and nothing else happens.
func TestNoRoomToKeep(t *testing.T) {
	dir := NewDir(small(t, 256<<10))
	defer dir.Close()
	store, rows := inMemory(t, dir)
	defer store.Close()
	if kept, err := store.Keep(0); !errors.Is(err, unix.ENOSPC) {
		t.Fatalf("kept %+v, %v", kept, err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir.path, rowsPrefix+"*")); len(left) > 0 {
		t.Errorf("left %v", left)
	}
	if got := countRows(t, store); got != rows {
		t.Errorf("%d rows, want %d", got, rows)
	}
}
