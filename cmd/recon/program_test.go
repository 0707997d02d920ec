package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// folder is a folder with rules and data, in which the tests call recon as a user does: as a process.
type folder struct {
	t   *testing.T
	dir string
	env []string
}

// answer is what one call of recon gave.
type answer struct {
	out, err string
	code     int
}

// newFolder writes files, by name, into a folder of its own.
func newFolder(t *testing.T, files map[string]string) *folder {
	t.Helper()
	f := &folder{t: t, dir: t.TempDir()}
	f.env = append(os.Environ(), "HOME="+f.dir, "XDG_CACHE_HOME="+filepath.Join(f.dir, "cache"), "NO_COLOR=1")
	for name, text := range files {
		f.write(name, text)
	}
	return f
}

func (f *folder) path(name string) string { return filepath.Join(f.dir, name) }

func (f *folder) write(name, text string) {
	f.t.Helper()
	if err := os.WriteFile(f.path(name), []byte(text), 0o644); err != nil {
		f.t.Fatal(err)
	}
}

// command is a call of recon that has not started.
func (f *folder) command(args ...string) *exec.Cmd {
	c := exec.Command("recon", args...)
	c.Dir, c.Env = f.dir, f.env
	ownGroup(c)
	return c
}

// recon calls recon and waits for its end.
func (f *folder) recon(args ...string) answer {
	f.t.Helper()
	return f.start(args...).wait()
}

// must calls recon and wants an exit code.
func (f *folder) must(code int, args ...string) answer {
	f.t.Helper()
	a := f.recon(args...)
	if a.code != code {
		f.t.Fatalf("recon %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), a.code, code, a.out, a.err)
	}
	return a
}

// running is a call of recon under way.
type running struct {
	f        *folder
	cmd      *exec.Cmd
	out, err bytes.Buffer
	done     chan struct{} // closed when it has ended
}

func (f *folder) start(args ...string) *running {
	f.t.Helper()
	return f.begin(f.command(args...))
}

// begin starts a call that command made.
func (f *folder) begin(c *exec.Cmd) *running {
	f.t.Helper()
	r := &running{f: f, cmd: c, done: make(chan struct{})}
	r.cmd.Stdout, r.cmd.Stderr = &r.out, &r.err
	if err := r.cmd.Start(); err != nil {
		f.t.Fatal(err)
	}
	go func() {
		r.cmd.Wait() // how it ended is in its ProcessState
		close(r.done)
	}()
	f.t.Cleanup(func() { r.cmd.Process.Kill(); <-r.done })
	return r
}

// wait waits for the end, with all time that a slow machine may need.
func (r *running) wait() answer {
	r.f.t.Helper()
	select {
	case <-r.done:
	case <-time.After(5 * time.Minute):
		r.cmd.Process.Kill()
		<-r.done
		r.f.t.Fatalf("%s does not end\n%s%s", strings.Join(r.cmd.Args, " "), r.out.String(), r.err.String())
	}
	return answer{r.out.String(), r.err.String(), r.cmd.ProcessState.ExitCode()}
}

// until waits until something holds, while the call is under way.
func (r *running) until(what string, holds func() bool) {
	r.f.t.Helper()
	if !r.reaches(what, holds) {
		r.f.t.Fatalf("%s ended before %s\n%s%s", strings.Join(r.cmd.Args, " "), what, r.out.String(), r.err.String())
	}
}

// reaches waits until something holds or the call has ended, and reports whether it was seen to hold.
func (r *running) reaches(what string, holds func() bool) bool {
	r.f.t.Helper()
	ctx, cancel := context.WithTimeout(r.f.t.Context(), 2*time.Minute)
	defer cancel()
	for !holds() {
		select {
		case <-r.done:
			return false
		case <-ctx.Done():
			r.f.t.Fatalf("%s: %s does not happen", strings.Join(r.cmd.Args, " "), what)
		case <-time.After(5 * time.Millisecond):
		}
	}
	return true
}

// wantTimeout makes a call that never ends by itself end by a timeout, and wants an error of these words. The timeout is a short one, unless the machine is
// too busy to have begun to read within it.
func (f *folder) wantTimeout(timeout time.Duration, args []string, words ...string) {
	f.t.Helper()
	a := f.recon(append(args, "--timeout", timeout.String())...)
	for timeout < 30*time.Second && slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(a.err, w) }) {
		timeout *= 4
		a = f.recon(append(args, "--timeout", timeout.String())...)
	}
	a.wantTrouble(f.t, append(words, "it took longer than "+timeout.String()+" and was ended; it was reading: ")...)
}

// open is all that the state says is open: breaks with their rows, history and decisions.
func (f *folder) open() string {
	f.t.Helper()
	return f.must(0, "breaks", "list", "--format", "json").out
}

// jargon is the words of an error that no user should see.
var jargon = regexp.MustCompile(`goroutine \d|panic:|\*[a-z]+\.[A-Z]|&\{|%!|0x[0-9a-f]{6,}|rpc error|runtime error|<nil>|context canceled|\.go:\d+`)

// wantTrouble wants that a call ended in trouble with an error of these words, each line said once.
func (a answer) wantTrouble(t *testing.T, words ...string) {
	t.Helper()
	if a.code != exitTrouble {
		t.Errorf("exit code %d, want %d", a.code, exitTrouble)
	}
	for _, w := range words {
		if !strings.Contains(a.err, w) {
			t.Errorf("the error does not say %q", w)
		}
	}
	if found := jargon.FindString(a.err); found != "" {
		t.Errorf("the error says %q", found)
	}
	lines := map[string]bool{}
	for line := range strings.Lines(a.err) {
		if line = strings.TrimSpace(line); line != "" && lines[line] {
			t.Errorf("the error says twice: %s", line)
		}
		lines[line] = true
	}
	if t.Failed() {
		t.Logf("stdout:\n%s\nstderr:\n%s", a.out, a.err)
	}
}

// spilled counts the files of rows beyond the memory budget in a folder.
func spilled(t *testing.T, dir string) int {
	t.Helper()
	n := 0
	err := filepath.WalkDir(dir, func(_ string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			n++
		}
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
