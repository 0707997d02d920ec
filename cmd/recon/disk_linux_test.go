package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/recon-lang/recon/engine/state"
	"github.com/recon-lang/recon/sdk/sdktest/dbtest"
	"golang.org/x/sys/unix"
)

const files = `recon 1

source orders from csv {
  path = "orders.csv"

  columns {
    no      string
    amount  decimal(18, 2)
  }
}

source bill from csv {
  path = "bill.csv"

  columns {
    no      string
    amount  decimal(18, 2)
  }
}

rule pay between orders, bill {
  key no
  compare amount
}
`

// settledFiles is a folder with a settled run and an open break.
func settledFiles(t *testing.T) *folder {
	t.Helper()
	f := newFolder(t, map[string]string{"rules.recon": files, "orders.csv": "no,amount\nA1,1.00\nA2,2.00\n", "bill.csv": "no,amount\nA1,1.00\n"})
	f.must(exitFindings, "run")
	return f
}

// mount mounts a file system in memory. Only root may: elsewhere t is skipped, and fails where CI wants nothing skipped.
func mount(t *testing.T, dir, options string, flags uintptr) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", flags, options); err != nil {
		dbtest.Absent(t, "mount: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
}

// TestDiskFullWhileSpilling lets rows beyond the budget meet a disk that has no room for them.
func TestDiskFullWhileSpilling(t *testing.T) {
	f := settledFiles(t)
	before := f.open()
	f.big("orders.csv")
	full := f.path("full")
	mount(t, full, "size=300k", 0)
	f.recon("run", "--memory", "1MB", "--spill", full).wantTrouble(t, "spill rows to "+full, "no space left on device", "a larger budget")
	if n := spilled(t, full); n > 0 {
		t.Errorf("%d files with rows are left", n)
	}
	if f.open() != before {
		t.Error("what is open has changed")
	}
	f.must(exitClean, "runs", "verify")
}

// TestFilesTooLarge is the same by the limit of a process, which needs no root.
func TestFilesTooLarge(t *testing.T) {
	f := settledFiles(t)
	before := f.open()
	f.big("orders.csv")
	c := f.command("run", "--memory", "1MB")
	c.Path = "/bin/sh"
	c.Args = []string{"sh", "-c", `ulimit -f 100 && exec recon run --memory 1MB`}
	var out strings.Builder
	c.Stderr = &out
	c.Run() // how it ended is in its ProcessState
	answer{err: out.String(), code: c.ProcessState.ExitCode()}.wantTrouble(t, "spill rows to", "file too large")
	if n := spilled(t, f.path(".recon/spill")); n > 0 {
		t.Errorf("%d files with rows are left", n)
	}
	if f.open() != before {
		t.Error("what is open has changed")
	}
}

// TestReadOnlyState runs with a state folder that cannot be written.
func TestReadOnlyState(t *testing.T) {
	f := settledFiles(t)
	f.recon("run", "--state", "rules.recon").wantTrouble(t, "state rules.recon: ", "not a directory")
	f.recon("breaks", "list", "--state", "rules.recon").wantTrouble(t, "state rules.recon: ", "not a directory")

	dir := f.path("readonly")
	mount(t, dir, "", 0)
	there := filepath.Join(dir, "there")
	f.must(exitFindings, "run", "--state", there)
	before := f.must(exitClean, "breaks", "list", "--format", "json", "--state", there).out
	remount := func(flags uintptr) {
		t.Helper()
		if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_REMOUNT|flags, ""); err != nil {
			t.Fatal(err)
		}
	}
	remount(unix.MS_RDONLY)
	f.recon("run", "--state", there).wantTrouble(t, "state "+there+": ", "read-only file system")
	f.recon("run", "--state", filepath.Join(dir, "new")).wantTrouble(t, "state "+filepath.Join(dir, "new")+": ", "read-only file system")
	remount(0)
	if after := f.must(exitClean, "breaks", "list", "--format", "json", "--state", there).out; after != before {
		t.Error("what is open has changed")
	}
}

// TestBackupToFullDisk leaves an earlier backup as it was, and nothing else.
func TestBackupToFullDisk(t *testing.T) {
	f := settledFiles(t)
	dir := f.path("full")
	mount(t, dir, "size=64k", 0)
	name := filepath.Join(dir, "state.bak")
	f.must(exitClean, "state", "backup", name)
	before, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "filler"), make([]byte, 64<<10), 0o600); err == nil {
		t.Fatal("the disk is not full")
	}
	f.recon("state", "backup", name).wantTrouble(t, "write "+name+": no space left on device")
	after, err := os.ReadFile(name)
	entries, _ := os.ReadDir(dir)
	if err != nil || string(after) != string(before) || len(entries) != 2 {
		t.Errorf("%d files are there; %v", len(entries), err)
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	f.recon("state", "backup", name).wantTrouble(t, "write "+name+": read-only file system")
}

// TestStateHeld has the state held by the process of the test.
func TestStateHeld(t *testing.T) {
	f := settledFiles(t)
	f.must(exitClean, "state", "backup", "good.bak")
	before := f.open()
	hold := func() (release func()) {
		store, err := state.Open(t.Context(), f.path(".recon"), state.Options{Role: "recon run nightly"})
		if err != nil {
			t.Fatal(err)
		}
		return func() {
			if err := store.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	release := hold()
	want := []string{fmt.Sprintf("held by recon run nightly (process %d) since %d-", os.Getpid(), time.Now().UTC().Year())}
	for _, args := range [][]string{
		{"run"}, {"breaks", "list"}, {"runs", "list"}, {"explain", "pay", "A2"},
		{"state", "verify"}, {"state", "compact"}, {"state", "backup", "state.bak"}, {"state", "restore", "good.bak", ".recon", "--replace"},
	} {
		f.recon(append(args, "--wait", "100ms")...).wantTrouble(t, want...)
	}
	if _, err := os.Stat(f.path("state.bak")); err == nil {
		t.Error("a backup that waited in vain left a file")
	}
	release()
	if f.open() != before {
		t.Error("what is open has changed")
	}
	release = hold()
	waiting := f.start("run", "--wait", "30s")
	release()
	if a := waiting.wait(); a.code != exitFindings {
		t.Errorf("a run that waited: exit code %d\n%s", a.code, a.err)
	}
}
