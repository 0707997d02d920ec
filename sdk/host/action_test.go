//go:build unix

package host_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/host"
	"github.com/recon-lang/recon/sdk/schema"
	"github.com/recon-lang/recon/sdk/sdktest"
)

// bell is an action that writes the message into a file, or does what the field says.
type bell struct{}

func (bell) Describe() schema.Action {
	return schema.Action{
		Name: "bell", Version: "2", Doc: "Rings.", PerBreak: true,
		Settings: []schema.Setting{{Name: "file", Type: schema.Type{Kind: schema.Path}, Required: true, Doc: "Where."}},
		Fields:   []schema.Setting{{Name: "then", Type: schema.Type{Kind: schema.String}, Doc: "What to do."}},
	}
}

func (bell) Do(ctx context.Context, req sdk.ActionRequest) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	switch req.Fields.Text("then", "") {
	case "refuse":
		return &sdk.Error{Setting: "file", Message: "it is full", Temporary: true}
	case "panic":
		panic("no clapper")
	case "exit":
		os.Exit(7)
	case "wait":
		<-ctx.Done()
		return ctx.Err()
	}
	line := req.ID + " " + req.Columns["user_id"].String() + " " + req.Dir + " " + string(req.Message) + "\n"
	f, err := os.OpenFile(req.Config.Text("file", ""), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteString(line)
	return err
}

func TestActionContract(t *testing.T) {
	file := filepath.Join(t.TempDir(), "bell")
	cfg := schema.Config{"file": {Type: schema.Type{Kind: schema.Path}, Text: file}}
	sdktest.TestAction(t, bell{},
		sdktest.ActionCase{
			Name:    "rings",
			Request: sdk.ActionRequest{ID: "01J-0", Config: cfg, Columns: map[string]schema.Value{"user_id": schema.Int(7)}, Dir: "/rules", Message: []byte("{}")},
			Prepare: func(t *testing.T) func(*testing.T) {
				_ = os.Remove(file)
				return func(t *testing.T) {
					if got, err := os.ReadFile(file); err != nil || string(got) != "01J-0 7 /rules {}\n" {
						t.Errorf("got %q, %v", got, err)
					}
				}
			},
		},
		sdktest.ActionCase{
			Name: "refuses", Request: sdk.ActionRequest{ID: "01J-1", Config: cfg, Fields: schema.Config{"then": schema.Text("refuse")}},
			Message: "it is full", Setting: "file", Temporary: true,
		},
	)
}

func openBell(t *testing.T) (*host.Pool, sdk.Action) {
	pool := host.NewPool(host.Options{
		Builtin: builtin(), Actions: map[string]func() sdk.Action{"bell": func() sdk.Action { return bell{} }}, Log: slog.New(slog.DiscardHandler),
	})
	t.Cleanup(func() { pool.Close() })
	act, err := pool.OpenAction(t.Context(), "bell")
	if err != nil {
		t.Fatal(err)
	}
	return pool, act
}

func TestActionProcessTroubles(t *testing.T) {
	_, act := openBell(t)
	do := func(ctx context.Context, then string) error {
		return act.Do(ctx, sdk.ActionRequest{ID: "x", Fields: schema.Config{"then": schema.Text(then)}})
	}
	if err := do(t.Context(), "panic"); err == nil || !strings.Contains(err.Error(), "the plugin panicked: no clapper") {
		t.Errorf("got %v", err)
	}
	var e *sdk.Error
	if err := do(t.Context(), "exit"); !errors.As(err, &e) || !e.Temporary || !strings.Contains(err.Error(), "plugin bell ended while it acted: exit status 7") {
		t.Errorf("got %v", err)
	}
	for range 50 { // host and plugin have the same deadline, and either may see it first
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
		if err := do(ctx, "wait"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		cancel()
	}
	if err := do(t.Context(), "refuse"); !errors.As(err, &e) || e.Message != "it is full" {
		t.Errorf("after all of that, got %v", err)
	}
}

func TestPluginsSayWhatTheyOffer(t *testing.T) {
	pool, _ := openBell(t)
	sources, missing := pool.Describe(t.Context(), []string{"bell", "troubled"})
	if len(sources) != 1 || missing["bell"] == nil || !strings.Contains(missing["bell"].Error(), "plugin bell offers no source") {
		t.Errorf("got %v, %v", sources, missing)
	}
	actions, missing := pool.DescribeActions(t.Context(), []string{"bell", "troubled", "unheard-of"})
	if len(actions) != 1 || !actions["bell"].PerBreak || len(missing) != 2 || !strings.Contains(missing["troubled"].Error(), "plugin troubled offers no action") {
		t.Errorf("got %v, %v", actions, missing)
	}
	src, err := pool.Open(t.Context(), "bell")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := src.Columns(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "offers no source") {
		t.Errorf("got %v", err)
	}
	for _, p := range pool.List(t.Context()) {
		if p.Err != nil || p.Action != (p.Name == "bell") || p.Source == p.Action {
			t.Errorf("listed %+v", p)
		}
	}
}
