package main

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// TestNewWritesAll holds the list of what new writes to what is embedded.
func TestNewWritesAll(t *testing.T) {
	var embedded, listed []string
	err := fs.WalkDir(skeleton, "project", func(name string, entry fs.DirEntry, err error) error {
		if !entry.IsDir() {
			embedded = append(embedded, strings.TrimPrefix(name, "project/"))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range skeletonFiles {
		listed = append(listed, f.name)
	}
	slices.Sort(listed)
	slices.Sort(embedded)
	if !slices.Equal(listed, embedded) {
		t.Errorf("new writes %v, embedded is %v", listed, embedded)
	}
}

// TestNewLeavesNothing has a project fail half way, for its data have paths that are longer than the system's, and wants
// to see no file and no folder of it.
func TestNewLeavesNothing(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("other systems have other limits")
	}
	const longest = 4095
	root := t.TempDir()
	dir := root
	for rest := longest - 20 - len(dir); rest > 1; rest = longest - 20 - len(dir) {
		dir += "/" + strings.Repeat("x", min(rest-1, 200))
	}
	if err := makeProject(dir); !errors.Is(err, syscall.ENAMETOOLONG) {
		t.Fatalf("got %v, want that the name is too long", err)
	}
	left, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	if len(left) > 0 {
		t.Errorf("%d entries are left of a project that could not be made", len(left))
	}
}

// TestNewWorkflow runs what the workflow of a new project runs, in order, in such a project.
func TestNewWorkflow(t *testing.T) {
	dir := t.TempDir()
	if err := makeProject(dir); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, ".github/workflows/recon.yml"))
	if err != nil {
		t.Fatal(err)
	}
	steps := regexp.MustCompile(`(?m)^ +- run: recon (.*)$`).FindAllStringSubmatch(string(text), -1)
	if len(steps) < 4 {
		t.Fatalf("the workflow runs %v", steps)
	}
	for _, step := range steps {
		args := strings.Fields(step[1])
		c := exec.CommandContext(t.Context(), "recon", args...)
		c.Dir = dir
		c.Env = append(os.Environ(), "HOME="+dir, "XDG_CACHE_HOME="+filepath.Join(dir, ".cache"))
		out, err := c.CombinedOutput()
		want := 0
		if args[0] == "run" {
			want = 1 // the example has a mismatch
		}
		if c.ProcessState == nil {
			t.Fatal(err)
		}
		if got := c.ProcessState.ExitCode(); got != want {
			t.Errorf("recon %s: exit code %d, want %d\n%s", step[1], got, want, out)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "report.html")); err != nil {
		t.Error(err)
	}
}
