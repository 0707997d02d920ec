package state

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/recon-lang/recon/sdk/sdktest/dbtest"
	"golang.org/x/sys/unix"
)

// smallDisk mounts a file system of a few megabytes. Only root may: elsewhere t is skipped, and fails where CI wants nothing skipped.
func smallDisk(t *testing.T, options string, flags uintptr) string {
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", flags, options); err != nil {
		dbtest.Absent(t, "mount: %v", err)
	}
	t.Cleanup(func() { unix.Unmount(dir, 0) })
	return dir
}

// TestFullDisk settles until the disk is full. The process lives, says so, and what was settled stands.
func TestFullDisk(t *testing.T) {
	dir := smallDisk(t, "size=90m", 0)
	s := open(t, filepath.Join(dir, "state"))
	settled := 0
	for {
		if err := crashSettle(s, settled*3); err != nil {
			if !strings.Contains(err.Error(), "state "+s.dir+": ") || !strings.Contains(err.Error(), "the disk is full") {
				t.Error(err)
			}
			break
		}
		settled++
	}
	if v, err := s.Verify(t.Context()); err != nil || v.Windows != int64(settled) || settled == 0 {
		t.Errorf("%d settlings: %+v, %v", settled, v, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestReadOnlyFolder(t *testing.T) {
	dir := smallDisk(t, "size=200m", 0)
	s := open(t, dir)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), dir, Options{}); err == nil || !strings.Contains(err.Error(), "state "+dir+": open "+dir+"/lock: read-only file system") {
		t.Errorf("read-only: %v", err)
	}
	if _, err := Open(t.Context(), filepath.Join(dir, "new"), Options{Create: true}); err == nil || !strings.Contains(err.Error(), "read-only file system") {
		t.Errorf("read-only: %v", err)
	}
}

// TestRestoreToFullDisk restores to a disk without room, and to one that cannot be written: what was there stays.
func TestRestoreToFullDisk(t *testing.T) {
	from, says := lived(t, 2)
	b := backedUp(t, from)
	dir := smallDisk(t, "size=120m", 0)
	there := filepath.Join(dir, "state")
	if _, err := Restore(t.Context(), bytes.NewReader(b), there, false, Options{}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "filler"), make([]byte, 60<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{there, filepath.Join(dir, "new")} {
		if _, err := Restore(t.Context(), bytes.NewReader(b), to, true, Options{}); err == nil || !strings.Contains(err.Error(), "the disk is full") {
			t.Errorf("full: %v", err)
		}
	}
	if _, err := Compact(t.Context(), there, Options{}); err == nil || !strings.Contains(err.Error(), "the disk is too full to compact") {
		t.Errorf("compact: %v", err)
	}
	if err := os.Remove(filepath.Join(dir, "filler")); err != nil {
		t.Fatal(err)
	}
	if said(t, there) != says || tree(t, there) != "db lock" || tree(t, dir) != "state" {
		t.Errorf("the folders hold %s and %s", tree(t, there), tree(t, dir))
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{there, filepath.Join(dir, "new")} {
		if _, err := Restore(t.Context(), bytes.NewReader(b), to, true, Options{}); err == nil || !strings.Contains(err.Error(), "read-only file system") {
			t.Errorf("read-only: %v", err)
		}
	}
}
