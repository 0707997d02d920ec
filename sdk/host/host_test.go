//go:build unix

package host_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/host"
	"github.com/recon-lang/recon/sdk/schema"
)

// feed adds all that b says to h, as bytes.
func feed(h hash.Hash, b *batch.Batch) {
	_ = binary.Write(h, binary.LittleEndian, []int64{int64(b.Rows), b.FirstRow})
	h.Write([]byte(b.Origin))
	for i := range b.Columns {
		c := &b.Columns[i]
		h.Write(c.Valid)
		_ = binary.Write(h, binary.LittleEndian, c.Ints)
		_ = binary.Write(h, binary.LittleEndian, c.Offsets)
		h.Write(c.Bytes)
	}
}

// 100 MB come through every transport, byte for byte as they were emitted.
func TestTransportsAgree(t *testing.T) {
	req := request(2_400_000, "", "")
	want := sha256.New()
	err := emitRows(req, func(b *batch.Batch) error { feed(want, b); return nil })
	if err != nil {
		t.Fatal(err)
	}
	for _, transport := range []host.Transport{host.Socket, host.GRPC, host.Auto} {
		t.Run(string(transport), func(t *testing.T) {
			src := open(t, newPool(t, transport), "troubled")
			got, size := sha256.New(), 0
			err := src.Read(t.Context(), req, func(b *batch.Batch) error { feed(got, b); size += b.Size(); return nil })
			if err != nil || string(got.Sum(nil)) != string(want.Sum(nil)) || size < 100<<20 {
				t.Errorf("got %d bytes with another sum or error %v", size, err)
			}
		})
	}
}

func TestDescribe(t *testing.T) {
	pool := newPool(t, host.Auto)
	got, missing := pool.Describe(t.Context(), []string{"troubled", "unheard-of", "../../etc/passwd"})
	if got["troubled"].Version != "1.2" || len(got) != 1 || len(missing) != 2 {
		t.Errorf("got %v, missing %v", got, missing)
	}
	var e *sdk.Error
	if err := missing["unheard-of"]; !errors.As(err, &e) || !strings.Contains(e.Hint, "troubled") {
		t.Errorf("got %v with hint %q", err, e.Hint)
	}
}

func TestColumnsAndClaim(t *testing.T) {
	src := open(t, newPool(t, host.Auto), "troubled")
	table, err := src.Columns(t.Context(), schema.Config{})
	if err != nil || len(table.Columns) != 4 || !table.Columns[2].Type.Equal(columns[2].Type) || table.Key[0] != "id" {
		t.Errorf("got %+v, %v", table, err)
	}
	if c := src.Claim(request(1, "", "")); c.Ordered || c.Where != nil {
		t.Errorf("a source without claims claims %+v", c)
	}
}

// soon wants something to happen within the time that the host gives a plugin, which a very busy machine may let pass once: the best of some tries counts.
func soon(t *testing.T, try func() (late string)) {
	t.Helper()
	late := try()
	for tries := 1; late != "" && tries < 5 && !t.Failed(); tries++ {
		late = try()
	}
	if late != "" {
		t.Error(late)
	}
}

// each runs f over both ways that batches can take.
func each(t *testing.T, f func(t *testing.T, src *host.Plugin)) {
	for _, transport := range []host.Transport{host.Socket, host.GRPC} {
		t.Run(string(transport), func(t *testing.T) { f(t, open(t, newPool(t, transport), "troubled")) })
	}
}

func TestErrorsKeepTheirFields(t *testing.T) {
	each(t, func(t *testing.T, src *host.Plugin) {
		rows := 0
		err := src.Read(t.Context(), request(5, "fail", ""), func(b *batch.Batch) error { rows += b.Rows; return nil })
		var e *sdk.Error
		if !errors.As(err, &e) || rows != 5 {
			t.Fatalf("got %v after %d rows", err, rows)
		}
		if got, want := err.Error(), "open ledger: no such rows: nothing there"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if e.Setting != "rows" || e.Message != "no such rows" || e.Hint != "look again" || !e.Temporary || e.Err.Error() != "nothing there" {
			t.Errorf("got %+v", e)
		}
		if err := src.Read(t.Context(), request(0, "fail plainly", ""), nil); err == nil || err.Error() != "just so" {
			t.Errorf("got %v", err)
		}
	})
}

func TestPanicsBecomeErrors(t *testing.T) {
	each(t, func(t *testing.T, src *host.Plugin) {
		err := src.Read(t.Context(), request(5, "panic", ""), func(*batch.Batch) error { return nil })
		if err == nil || !strings.Contains(err.Error(), "the plugin panicked: no such luck in ") || !strings.Contains(err.Error(), "host/main_test.go:") {
			t.Errorf("got %v", err)
		}
		pid := src.PID()
		if _, err := src.Columns(t.Context(), schema.Config{"then": schema.Text("panic")}); err == nil || !strings.Contains(err.Error(), "panicked: in columns") {
			t.Errorf("got %v", err)
		}
		if err := src.Read(t.Context(), request(5, "", ""), func(*batch.Batch) error { return nil }); err != nil || src.PID() != pid {
			t.Errorf("the process did not go on: %v", err)
		}
	})
}

func TestRowOverTheLimit(t *testing.T) {
	each(t, func(t *testing.T, src *host.Plugin) {
		req := request(3, "", "")
		req.Columns = []schema.Column{{Name: "huge", Type: schema.Type{Kind: schema.String}}}
		err := src.Read(t.Context(), req, func(*batch.Batch) error { return nil })
		if err == nil || !strings.Contains(err.Error(), "row 1 of numbers has 9437") {
			t.Errorf("got %v", err)
		}
	})
}

func TestCrashes(t *testing.T) {
	for then, want := range map[string][]string{
		"kill":        {"plugin troubled ended while it read: killed by signal 9 (SIGKILL), after using up to ", " MB of memory"},
		"exit":        {"exit status 5", "its last words:\n  out of paper"},
		"panic aside": {"exit status 2", "its last words:\n  panic: aside\n"},
		"memory":      {"exit status 2", "fatal error: runtime: out of memory"},
	} {
		t.Run(then, func(t *testing.T) {
			each(t, func(t *testing.T, src *host.Plugin) {
				rows, mark := 0, t.TempDir()
				req := request(5, then, mark)
				req.Config["wait"] = schema.Bool(true) // for the rows to arrive: they are lost with the connection otherwise
				err := src.Read(t.Context(), req, func(b *batch.Batch) error {
					rows += b.Rows
					return os.WriteFile(mark+"/got", nil, 0o600)
				})
				if err == nil || rows != 5 {
					t.Fatalf("got %v after %d rows", err, rows)
				}
				for _, w := range want {
					if !strings.Contains(err.Error(), w) {
						t.Errorf("got %v, want it to say %q", err, w)
					}
				}
				var e *sdk.Error
				if !errors.As(err, &e) || e.Hint == "" || !e.Temporary || then == "memory" != strings.HasPrefix(e.Hint, "it ran out of memory") {
					t.Errorf("got %+v", e)
				}
				if err := src.Read(t.Context(), request(5, "", ""), func(*batch.Batch) error { return nil }); err != nil {
					t.Errorf("the next read: %v", err)
				}
			})
		})
	}
}

// A plugin that somebody kills in mid-read is an error, not the end of the rows.
func TestKilledInMidRead(t *testing.T) {
	each(t, func(t *testing.T, src *host.Plugin) {
		err := src.Read(t.Context(), request(50_000_000, "", ""), func(b *batch.Batch) error {
			if b.FirstRow > 100_000 {
				kill(t, src.PID())
			}
			return nil
		})
		if err == nil || !strings.Contains(err.Error(), "killed by signal 9") {
			t.Errorf("got %v", err)
		}
	})
}

func kill(t *testing.T, pid int) {
	p, err := os.FindProcess(pid)
	if err == nil {
		err = p.Kill()
	}
	if err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Error(err)
	}
}

func TestCrashBeforeTheFirstRowIsTriedAgain(t *testing.T) {
	src := open(t, newPool(t, host.Auto), "troubled")
	rows := 0
	err := src.Read(t.Context(), request(5, "crash once", t.TempDir()), func(b *batch.Batch) error { rows += b.Rows; return nil })
	if err != nil || rows != 5 {
		t.Errorf("got %d rows and error %v", rows, err)
	}
}

func TestCrashLoopEnds(t *testing.T) {
	src := open(t, newPool(t, host.Auto), "troubled")
	start := time.Now()
	err := src.Read(t.Context(), request(0, "crash always", ""), nil)
	if err == nil || !strings.Contains(err.Error(), "exit status 5") || time.Since(start) > time.Minute {
		t.Errorf("got %v after %s", err, time.Since(start))
	}
}

func TestEmitErrorComesBackAsItself(t *testing.T) {
	enough := errors.New("enough")
	each(t, func(t *testing.T, src *host.Plugin) {
		soon(t, func() (late string) {
			mark, rows := t.TempDir(), 0
			err := src.Read(t.Context(), request(50_000_000, "", mark), func(b *batch.Batch) error {
				if rows += b.Rows; rows > 100_000 {
					return enough
				}
				return nil
			})
			if err != enough {
				t.Errorf("got %v", err)
			}
			if _, err := os.Stat(mark + "/stopped"); err != nil {
				return fmt.Sprintf("the plugin's read was still running: %v", err)
			}
			return ""
		})
	})
}

func TestCancel(t *testing.T) {
	each(t, func(t *testing.T, src *host.Plugin) {
		for _, then := range []string{"wait", "ignore"} {
			soon(t, func() (late string) {
				mark := t.TempDir()
				ctx, cancel := context.WithCancel(t.Context())
				var cancelled time.Time
				go func() {
					waitFor(t, mark+"/waits")
					cancelled = time.Now()
					cancel()
				}()
				err := src.Read(ctx, request(5, then, mark), func(*batch.Batch) error { return nil })
				took := time.Since(cancelled)
				if !errors.Is(err, context.Canceled) || took > time.Minute {
					t.Errorf("%s: got %v after %s", then, err, took)
				}
				if _, err := os.Stat(mark + "/stopped"); then == "wait" && (err != nil || took > 2*time.Second) {
					return fmt.Sprintf("the plugin's read was still running after %s: %v", took, err)
				}
				return ""
			})
		}
	})
}

func TestCancelBetweenRows(t *testing.T) {
	each(t, func(t *testing.T, src *host.Plugin) {
		ctx, cancel := context.WithCancel(t.Context())
		start := time.Now() // all rows take minutes
		err := src.Read(ctx, request(2_000_000_000, "", ""), func(b *batch.Batch) error {
			if b.FirstRow > 100_000 {
				cancel()
			}
			return nil
		})
		if !errors.Is(err, context.Canceled) || time.Since(start) > time.Minute {
			t.Errorf("got %v after %s", err, time.Since(start))
		}
	})
}

func TestReadsDoNotMix(t *testing.T) {
	each(t, func(t *testing.T, src *host.Plugin) {
		var all sync.WaitGroup
		for n := range int64(8) {
			all.Go(func() {
				rows := int64(0)
				req := request(n*30_000, "", "")
				req.Columns = columns[:1+n%4]
				err := src.Read(t.Context(), req, func(b *batch.Batch) error { rows += int64(b.Rows); return nil })
				if err != nil || rows != n*30_000 {
					t.Errorf("got %d rows and error %v, want %d", rows, err, n*30_000)
				}
			})
		}
		all.Wait()
	})
}

// A request can be larger than the 4 MB that gRPC takes by itself.
func TestLargeRequest(t *testing.T) {
	src := open(t, newPool(t, host.Auto), "troubled")
	req := request(5, "", "")
	in := schema.Condition{Op: schema.In, Column: "ref", Type: schema.Type{Kind: schema.String}}
	for i := range 100_000 {
		in.Values = append(in.Values, schema.Text(fmt.Sprintf("a reference that is rather long, number %060d", i)))
	}
	req.Where = []schema.Condition{in}
	rows := 0
	if err := src.Read(t.Context(), req, func(b *batch.Batch) error { rows += b.Rows; return nil }); err != nil || rows != 5 {
		t.Errorf("got %d rows and error %v", rows, err)
	}
	if src.Claim(req).Where != nil {
		t.Error("a source without claims claims")
	}
}

func TestTwoOpensAreTwoProcesses(t *testing.T) {
	pool := newPool(t, host.Auto)
	a, b := open(t, pool, "troubled"), open(t, pool, "troubled")
	for _, src := range []*host.Plugin{a, b} {
		if _, err := src.Columns(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	}
	if a.PID() == b.PID() {
		t.Error("both have one process")
	}
}

func TestCloseEndsReads(t *testing.T) {
	each(t, func(t *testing.T, src *host.Plugin) {
		mark := t.TempDir()
		go func() {
			waitFor(t, mark+"/waits")
			src.Close()
		}()
		if err := src.Read(t.Context(), request(5, "wait", mark), func(*batch.Batch) error { return nil }); err == nil || err.Error() != "the plugins were stopped" {
			t.Errorf("got %v", err)
		}
	})
}

func TestProgramsThatDoNotServe(t *testing.T) {
	pool := newPool(t, host.Auto)
	for name, want := range map[string]string{
		"chatty":    `it wrote "loading …" to its standard output before it served`,
		"stillborn": "plugin stillborn ended while it started: exit status 3",
	} {
		_, err := open(t, pool, name).Columns(t.Context(), nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want it to say %s", name, err, want)
		}
		if name == "stillborn" && !strings.Contains(fmt.Sprint(err), "cannot find libfoo.so") {
			t.Errorf("got %v", err)
		}
	}
}
