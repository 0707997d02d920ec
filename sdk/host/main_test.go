//go:build unix

package host_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/host"
	"github.com/recon-lang/recon/sdk/schema"
	"github.com/recon-lang/recon/sdk/sdktest"
)

func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "recon-plugin-ledger" {
		sdk.Serve(&troubled{name: "ledger"})
		os.Exit(0)
	}
	if len(os.Args) == 4 && os.Args[3] == "chatty" {
		fmt.Println("loading …")
	}
	if len(os.Args) == 4 && os.Args[3] == "mute" {
		_ = os.WriteFile(filepath.Join(os.Getenv("TMPDIR"), "mute"), fmt.Append(nil, os.Getpid()), 0o600)
		select {}
	}
	if len(os.Args) == 4 && os.Args[3] == "stillborn" {
		fmt.Fprintln(os.Stderr, "cannot find libfoo.so")
		os.Exit(3)
	}
	if len(os.Args) == 3 && os.Args[1] == "be-host" {
		beHost(os.Args[2])
	}
	sdktest.Actions(func() sdk.Action { return bell{} })
	sdktest.Main(m, sources...)
}

// sources are what the test binary serves.
var sources = []func() sdk.Source{
	func() sdk.Source { return &troubled{name: "troubled"} },
	func() sdk.Source { return &troubled{name: "chatty"} },
	func() sdk.Source { return &troubled{name: "stillborn"} },
	func() sdk.Source { return &troubled{name: "mute"} },
}

func builtin() map[string]func() sdk.Source {
	m := map[string]func() sdk.Source{}
	for _, s := range sources {
		m[s().Describe().Name] = s
	}
	return m
}

func newPool(t testing.TB, transport host.Transport) *host.Pool {
	t.Helper()
	pool := host.NewPool(host.Options{Builtin: builtin(), Transport: transport, Cache: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { pool.Close() })
	return pool
}

func open(t testing.TB, pool *host.Pool, name string) *host.Plugin {
	t.Helper()
	src, err := pool.Open(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return src.(*host.Plugin)
}

// troubled is a source that does what its settings say: so many rows, then this.
type troubled struct{ name string }

func (s *troubled) Describe() schema.Source {
	return schema.Source{Name: s.name, Version: "1.2", Doc: "Trouble.", Settings: []schema.Setting{
		{Name: "rows", Type: schema.Type{Kind: schema.Integer}},
		{Name: "then", Type: schema.Type{Kind: schema.String}, OneOf: []string{"end", "panic"}},
		{Name: "mark", Type: schema.Type{Kind: schema.Path}},
	}, OneSetting: [][]string{{"rows", "then"}}, Abilities: schema.Abilities{Typed: true}}
}

var columns = []schema.Column{
	{Name: "id", Type: schema.Type{Kind: schema.Integer}},
	{Name: "ref", Type: schema.Type{Kind: schema.String}},
	{Name: "amount", Type: schema.Type{Kind: schema.Decimal, Precision: 18, Scale: 2}},
	{Name: "at", Type: schema.Type{Kind: schema.Timestamp}},
}

func (s *troubled) Columns(_ context.Context, cfg schema.Config) (schema.Table, error) {
	if cfg.Text("then", "") == "panic" {
		panic("in columns")
	}
	return schema.Table{Columns: columns, Key: []string{"id"}}, nil
}

func (s *troubled) Read(ctx context.Context, req sdk.ReadRequest, emit func(*batch.Batch) error) error {
	mark := req.Config.Text("mark", "")
	note := func(what string) {
		if mark != "" { // else nobody looks for it
			_ = os.WriteFile(filepath.Join(mark, what), nil, 0o600)
		}
	}
	if req.Config.Text("then", "") == "crash once" {
		if _, err := os.Stat(filepath.Join(mark, "crashed")); err != nil {
			note("crashed")
			os.Exit(7)
		}
	}
	emitAll := emitRows
	if req.Config.Text("then", "") == "repeat" {
		emitAll = repeat
	}
	if err := emitAll(req, emit); err != nil {
		note("stopped")
		return err
	}
	if req.Config.Bool("wait", false) {
		for _, err := os.Stat(filepath.Join(mark, "got")); err != nil && ctx.Err() == nil; _, err = os.Stat(filepath.Join(mark, "got")) {
			time.Sleep(time.Millisecond)
		}
	}
	switch then := req.Config.Text("then", ""); then {
	case "panic":
		panic("no such luck")
	case "panic aside":
		go func() { panic("aside") }()
		<-ctx.Done()
		return ctx.Err()
	case "kill":
		return syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case "exit", "crash always":
		fmt.Fprintln(os.Stderr, "out of paper")
		os.Exit(5)
	case "memory":
		fmt.Fprintln(os.Stderr, "fatal error: runtime: out of memory")
		os.Exit(2)
	case "wait":
		note("waits")
		<-ctx.Done()
		note("stopped")
		return ctx.Err()
	case "ignore":
		note("waits")
		select {} // cancelled or not
	case "fail":
		return fmt.Errorf("open ledger: %w", &sdk.Error{Setting: "rows", Message: "no such rows", Hint: "look again", Temporary: true, Err: errors.New("nothing there")})
	case "fail plainly":
		return errors.New("just so")
	case "log":
		slog.Warn("low on ink", "left", 3)
		slog.Debug("not shown")
	case "environment":
		return errors.New(strings.Join(os.Environ(), "\n"))
	}
	return nil
}

// emitRows emits rows 1 … n with values that follow from the number.
func emitRows(req sdk.ReadRequest, emit func(*batch.Batch) error) error {
	types := make([]schema.Type, len(req.Columns))
	for i, c := range req.Columns {
		types[i] = c.Type
	}
	b := batch.NewBuilder(types...)
	n := req.Config.Int("rows", 0)
	for id := int64(1); id <= n; id++ {
		for i, c := range req.Columns {
			out := b.Column(i)
			switch {
			case id%7 == 0 && i > 0:
				out.AppendNull()
			case c.Name == "id":
				out.AppendInt(id)
			case c.Name == "ref":
				out.AppendString(fmt.Sprintf("订单-%012d", id))
			case c.Name == "huge":
				out.AppendString(strings.Repeat("x", 9<<20))
			case c.Type.Kind == schema.Decimal:
				out.AppendNum(decimal.FromInt64(id * 100))
			default:
				out.AppendInt(id * 1e6)
			}
		}
		b.EndRow()
		if b.Full(req.BatchRows()) || id == n {
			b.Batch().Origin, b.Batch().FirstRow = "numbers", id-int64(b.Rows())+1
			if err := emit(b.Batch()); err != nil {
				return err
			}
			b.Reset()
		}
	}
	return nil
}

func request(rows int64, then string, mark string) sdk.ReadRequest {
	return sdk.ReadRequest{Columns: columns, Config: schema.Config{
		"rows": schema.Int(rows), "then": schema.Text(then), "mark": schema.Text(mark),
	}}
}

// waitFor waits for a file that a plugin writes.
func waitFor(t testing.TB, path string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if _, err := os.Stat(path); err == nil {
			return
		}
	}
	t.Fatalf("%s did not appear", path)
}

func beHost(mark string) {
	pool := host.NewPool(host.Options{Builtin: builtin(), Cache: mark})
	src, err := pool.Open(context.Background(), "troubled")
	if err != nil {
		panic(err)
	}
	fmt.Println(src.Read(context.Background(), request(10, "ignore", mark), func(*batch.Batch) error {
		path := filepath.Join(mark, "pid")
		if err := os.WriteFile(path+".new", fmt.Append(nil, src.(*host.Plugin).PID()), 0o600); err != nil {
			return err
		}
		return os.Rename(path+".new", path) // there at once, and whole
	}))
	os.Exit(0)
}
