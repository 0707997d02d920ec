//go:build unix

package host_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/host"
)

// A host that is killed takes its plugins and their sockets with it.
func TestKilledHostLeavesNothing(t *testing.T) {
	mark, temp := t.TempDir(), shortTemp(t)
	cmd := exec.Command(os.Args[0], "be-host", mark)
	cmd.Env = append(os.Environ(), "TMPDIR="+temp)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill() }()
	waitFor(t, mark+"/pid")
	waitFor(t, mark+"/waits")
	text, err := os.ReadFile(mark + "/pid")
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(string(text))
	if err != nil || syscall.Kill(pid, 0) != nil {
		t.Fatalf("plugin %s does not run", text)
	}
	if len(sockets(t, temp)) == 0 {
		t.Error("there is no folder of sockets to begin with")
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	eventually(t, "the plugin's process lives on", func() bool { return gone(pid) })
	eventually(t, "its sockets are still there", func() bool { return len(sockets(t, temp)) == 0 })
}

// gone reports whether a process has ended; one that nobody waits for yet has, too.
func gone(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	_, rest, _ := strings.Cut(string(stat), ") ")
	return err == nil && strings.HasPrefix(rest, "Z")
}

func eventually(t *testing.T, complaint string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(complaint)
		}
	}
}

func sockets(t *testing.T, temp string) []string {
	dirs, err := filepath.Glob(filepath.Join(temp, "recon-plugin-*"))
	if err != nil {
		t.Fatal(err)
	}
	return dirs
}

// shortTemp is a folder whose path leaves room for a socket's.
func shortTemp(t *testing.T) string {
	dir, err := os.MkdirTemp("", "rt")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func TestSocketsAreSweptAndRemoved(t *testing.T) {
	temp := shortTemp(t)
	t.Setenv("TMPDIR", temp)
	dead := exec.Command("true")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	stale := filepath.Join(temp, "recon-plugin-"+strconv.Itoa(dead.Process.Pid)+"-1")
	other := filepath.Join(temp, "recon-plugin-"+strconv.Itoa(os.Getppid())+"-1") // of a host that lives
	for _, dir := range []string{stale, other} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	pool := newPool(t, host.Auto)
	src := open(t, pool, "troubled")
	if err := src.Read(t.Context(), request(5, "", ""), func(*batch.Batch) error { return nil }); err != nil {
		t.Fatal(err)
	}
	now := sockets(t, temp)
	if len(now) != 2 || strings.Contains(strings.Join(now, " "), stale) {
		t.Errorf("got %q", now)
	}
	for _, dir := range now {
		if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v, %v", dir, info.Mode(), err)
		}
	}
	pool.Close()
	if now := sockets(t, temp); len(now) != 1 || now[0] != other {
		t.Errorf("got %q after Close", now)
	}
}

// Where sockets stop working, because somebody tidies up temporary files, batches take the
// control connection.
func TestFallsBackToGRPC(t *testing.T) {
	temp := shortTemp(t)
	t.Setenv("TMPDIR", temp)
	src := open(t, newPool(t, host.Auto), "troubled")
	for i := range 3 {
		rows := 0
		if err := src.Read(t.Context(), request(20_000, "", ""), func(b *batch.Batch) error { rows += b.Rows; return nil }); err != nil || rows != 20_000 {
			t.Fatalf("read %d: %d rows, %v", i, rows, err)
		}
		for _, dir := range sockets(t, temp) {
			os.RemoveAll(dir)
		}
	}
}

func TestCloseEndsProcesses(t *testing.T) {
	pool := newPool(t, host.Auto)
	var pids []int
	for range 3 {
		src := open(t, pool, "troubled")
		if _, err := src.Columns(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		pids = append(pids, src.PID())
	}
	open(t, pool, "troubled") // still starting
	pool.Close()
	for _, pid := range pids {
		if !gone(pid) {
			t.Errorf("process %d lives on", pid)
		}
	}
	if _, err := pool.Open(t.Context(), "troubled"); err == nil {
		t.Error("a closed pool opens plugins")
	}
}

// A plugin that never answers does not hold up a caller who has given up.
func TestStartIsCancelled(t *testing.T) {
	temp := shortTemp(t)
	t.Setenv("TMPDIR", temp)
	pool := newPool(t, host.Auto)
	src := open(t, pool, "mute")
	waitFor(t, temp+"/mute")
	start := time.Now()
	pool.Close()
	if took := time.Since(start); took > 30*time.Second { // a start is given up after a minute
		t.Errorf("Close took %s", took)
	}
	if left := sockets(t, temp); len(left) > 0 {
		t.Errorf("%q is left", left)
	}
	if _, err := src.Columns(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "the plugins were stopped") {
		t.Errorf("got %v", err)
	}

	src = open(t, newPool(t, host.Auto), "mute")
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	start = time.Now()
	if _, err := src.Columns(ctx, nil); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 30*time.Second {
		t.Errorf("got %v after %s", err, time.Since(start))
	}
}

// syncBuffer is a buffer that two goroutines may use.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func TestPluginsLogToTheHost(t *testing.T) {
	var out syncBuffer
	log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelInfo}))
	pool := host.NewPool(host.Options{Builtin: builtin(), Cache: t.TempDir(), Log: log})
	defer pool.Close()
	src := open(t, pool, "troubled")
	if err := src.Read(t.Context(), request(0, "log", ""), nil); err != nil {
		t.Fatal(err)
	}
	eventually(t, "nothing was logged", func() bool { return strings.Contains(out.String(), "low on ink") })
	if got := out.String(); !strings.Contains(got, `level=WARN msg="low on ink" plugin=troubled left=3`) || strings.Contains(got, "not shown") {
		t.Errorf("got %s", got)
	}
}

func TestEnvironmentIsNotInherited(t *testing.T) {
	t.Setenv("PGPASSWORD", "s3cret")
	t.Setenv("TZ", "Asia/Shanghai")
	src := open(t, newPool(t, host.Auto), "troubled")
	err := src.Read(t.Context(), request(0, "environment", ""), nil)
	if err == nil || strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "HOME=") || !strings.Contains(err.Error(), "TZ=Asia/Shanghai") {
		t.Errorf("got %v", err)
	}
}

// installed puts a plugin that is not bundled into a folder.
func installed(t *testing.T) (dir, hash string) {
	dir = t.TempDir()
	data, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	if err := os.WriteFile(filepath.Join(dir, "recon-plugin-ledger"), data, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir, hex.EncodeToString(sum[:])
}

func TestInstalledPlugin(t *testing.T) {
	dir, hash := installed(t)
	cache := t.TempDir()
	pin := func(hash string) map[string]host.Pin {
		return map[string]host.Pin{"ledger": {Version: "1.2", Hashes: map[string]string{runtime.GOOS + "-" + runtime.GOARCH: hash}}}
	}
	pool := host.NewPool(host.Options{Dirs: []string{"/nowhere", dir}, Cache: cache, Builtin: builtin(), Pins: pin(hash)})
	defer pool.Close()
	got, missing := pool.Describe(t.Context(), []string{"ledger"})
	if got["ledger"].Version != "1.2" || len(missing) != 0 {
		t.Fatalf("got %v, %v", got, missing)
	}
	if files, err := os.ReadDir(cache); err != nil || len(files) != 1 || files[0].Name() != hash+".v2" {
		t.Errorf("cached are %v, %v", files, err)
	}
	rows := 0
	src := open(t, pool, "ledger")
	if err := src.Read(t.Context(), request(9, "", ""), func(b *batch.Batch) error { rows += b.Rows; return nil }); err != nil || rows != 9 {
		t.Errorf("got %d rows, %v", rows, err)
	}
	list := pool.List(t.Context())
	if len(list) != 1+len(sources) || list[1].Name != "ledger" || list[1].Hash != hash || list[1].Bundled || list[1].Version != "1.2" || list[1].Err != nil || !list[0].Bundled || list[0].Hash != hash {
		t.Errorf("got %+v", list)
	}

	wrong := strings.Repeat("0", 64)
	other := host.NewPool(host.Options{Dirs: []string{dir}, Cache: cache, Pins: pin(wrong)})
	defer other.Close()
	_, err := other.Open(t.Context(), "ledger")
	var e *sdk.Error
	if !errors.As(err, &e) || !strings.Contains(e.Message, "is not the program that was pinned") {
		t.Errorf("got %v", err)
	}
}

// Without a folder for caches, as in a container, a description starts the plugin.
func TestNoCache(t *testing.T) {
	t.Setenv("HOME", "")
	t.Setenv("XDG_CACHE_HOME", "")
	dir, _ := installed(t)
	pool := host.NewPool(host.Options{Dirs: []string{dir}})
	defer pool.Close()
	for range 2 {
		if got, missing := pool.Describe(t.Context(), []string{"ledger"}); got["ledger"].Version != "1.2" {
			t.Errorf("got %v, %v", got, missing)
		}
	}
}

// A program that is replaced after it was looked at is not started.
func TestReplacedProgram(t *testing.T) {
	dir, hash := installed(t)
	pool := host.NewPool(host.Options{Dirs: []string{dir}, Cache: t.TempDir(), Pins: map[string]host.Pin{
		"ledger": {Hashes: map[string]string{runtime.GOOS + "-" + runtime.GOARCH: hash}},
	}})
	defer pool.Close()
	src := open(t, pool, "ledger")
	if _, err := src.Columns(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "recon-plugin-ledger")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	kill(t, src.PID())
	eventually(t, "the replaced program was started", func() bool {
		_, err := src.Columns(t.Context(), nil)
		return err != nil && strings.Contains(err.Error(), "is not the program that was pinned")
	})
}

func TestPluginStartedByHand(t *testing.T) {
	dir, _ := installed(t)
	out, err := exec.Command(filepath.Join(dir, "recon-plugin-ledger")).CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 || !strings.HasPrefix(string(out), "This is the ledger plugin of recon, version 1.2: Trouble.") {
		t.Errorf("got %v and %q", err, out)
	}
}
