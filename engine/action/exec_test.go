//go:build !windows

package action

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

func run(t *testing.T, ctx context.Context, dir string, cfg schema.Config) error {
	t.Helper()
	return Builtin()["exec"].Do(ctx, sdk.ActionRequest{ID: "01J-7", Config: cfg, Dir: dir, Message: []byte(`{"recon":1}`)})
}

func script(t *testing.T, body string) (dir string) {
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "do.sh"), []byte("#!/bin/sh\n"+body), 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestExecGetsTheMessage(t *testing.T) {
	t.Setenv("APP_PASSWORD", "hunter2")
	dir := script(t, `cat >in; env >env; printf '%s|' "$@" >args`)
	if err := run(t, t.Context(), dir, schema.Config{"command": list("./do.sh", "a b", "$(id)", "*")}); err != nil {
		t.Fatal(err)
	}
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if read("in") != `{"recon":1}` || read("args") != "a b|$(id)|*|" {
		t.Errorf("got %q with %q", read("in"), read("args"))
	}
	if env := read("env"); !strings.Contains(env, "RECON_MESSAGE_ID=01J-7\n") || !strings.Contains(env, "PATH=") || strings.Contains(env, "hunter2") {
		t.Errorf("environment:\n%s", env)
	}
}

func TestExecFailures(t *testing.T) {
	fault(t, run(t, t.Context(), script(t, "echo the queue is closed >&2; exit 3"), schema.Config{"command": list("./do.sh")}), false, "./do.sh ended with exit status 3: the queue is closed")
	fault(t, run(t, t.Context(), script(t, "exit 75"), schema.Config{"command": list("./do.sh")}), true, "exit status 75")
	fault(t, run(t, t.Context(), t.TempDir(), schema.Config{"command": list("./none.sh")}), false, "cannot start it")
	fault(t, run(t, t.Context(), t.TempDir(), schema.Config{"command": list()}), false, "the command is empty")
	err := run(t, t.Context(), script(t, "yes broken | head -c 100000 >&2; echo the end >&2; exit 1"), schema.Config{"command": list("./do.sh")})
	if fault(t, err, false, "the end"); len(err.Error()) > tailBytes+100 {
		t.Errorf("the error has %d bytes", len(err.Error()))
	}
}

// A command beyond its time is killed with its children: nothing goes on behind the back of whoever reads the error.
func TestExecIsKilledWithItsChildren(t *testing.T) {
	for limit := 500 * time.Millisecond; ; limit *= 4 {
		dir := script(t, "sleep 1000 & echo $! >child; echo waiting >&2; mv child pid; wait")
		err := run(t, t.Context(), dir, schema.Config{"command": list("./do.sh"), "timeout": duration(limit)})
		if _, early := os.Stat(filepath.Join(dir, "pid")); early != nil && limit < time.Minute {
			continue // a busy machine did not let it come as far as that
		}
		fault(t, err, false, "ran for more than "+limit.String()+" and was killed: waiting")
		gone(t, dir)
		break
	}

	ctx, cancel := context.WithCancel(t.Context())
	dir := script(t, "sleep 1000 & echo $! >child; mv child pid; wait")
	go func() {
		for ctx.Err() == nil {
			if _, err := os.Stat(filepath.Join(dir, "pid")); err == nil {
				cancel()
			}
			time.Sleep(time.Millisecond)
		}
	}()
	if err := run(t, ctx, dir, schema.Config{"command": list("./do.sh")}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	gone(t, dir)
}

// gone fails if the child of a script still runs. Until somebody has asked for its exit code, a killed process is a zombie.
func gone(t *testing.T, dir string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(time.Minute)
	for {
		status, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if syscall.Kill(pid, 0) != nil || strings.Contains(string(status), ") Z ") {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("process %d still runs", pid)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
