package sdktest

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/host"
	"github.com/recon-lang/recon/sdk/schema"
)

// ActionCase is one request and what must become of it. Prepare, if there is one, sets the world up before each time that it is
// done, and gives what looks whether it was done once: Check fails the test otherwise.
type ActionCase struct {
	Name    string
	Request sdk.ActionRequest
	Prepare func(t *testing.T) (check func(t *testing.T))

	// Message is in the error, if there must be one; Setting is what it names, and Temporary what it says of itself.
	Message   string
	Setting   string
	Temporary bool
}

// TestAction runs the contract of an action over the cases, as subtests of t, in this process and through a real plugin
// process. For the latter the test binary starts itself, so its TestMain must call Actions, and Main or Serve.
// What is tested:
//
//   - Describe is valid, does no I/O and always answers the same; cases use only its settings and fields
//   - a request is done, or fails as it should, with an error that says so
//   - a request that came to its end before is not done
//   - no secret is in any error
//   - no goroutine and no open file is left
func TestAction(t *testing.T, act sdk.Action, cases ...ActionCase) {
	t.Helper()
	t.Run("describe", func(t *testing.T) { testDescribeAction(t, act, cases) })
	t.Run("here", func(t *testing.T) {
		for _, c := range cases {
			t.Run(c.Name, func(t *testing.T) {
				left := leftovers()
				c.test(t, act)
				left.check(t)
			})
		}
	})
	d := act.Describe()
	if actions[d.Name] == nil {
		t.Errorf("the contract needs a process too: call sdktest.Actions in TestMain, with what makes %s", d.Name)
		return
	}
	t.Run("process", func(t *testing.T) {
		process := openAction(t, act)
		if got := process.Describe(); !reflect.DeepEqual(got, d) {
			t.Errorf("the process describes %+v, not %+v", got, d)
		}
		for _, c := range cases {
			t.Run(c.Name, func(t *testing.T) { c.test(t, process) })
		}
	})
}

func openAction(t *testing.T, act sdk.Action) sdk.Action {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	name := act.Describe().Name
	pool := host.NewPool(host.Options{
		Log: slog.New(slog.DiscardHandler), Self: self, Actions: map[string]func() sdk.Action{name: func() sdk.Action { return act }},
	})
	t.Cleanup(func() { pool.Close() })
	process, err := pool.OpenAction(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return process
}

func testDescribeAction(t *testing.T, act sdk.Action, cases []ActionCase) {
	d := act.Describe()
	if again := act.Describe(); !reflect.DeepEqual(d, again) {
		t.Errorf("Describe answers differently the second time: %+v, then %+v", d, again)
	}
	if d.Name == "" || d.Version == "" || d.Doc == "" {
		t.Errorf("name %q, version %q and doc %q must not be empty", d.Name, d.Version, d.Doc)
	}
	settings, fields := described(t, d.Settings), described(t, d.Fields)
	for _, s := range d.Fields {
		if s.Type.Kind == schema.Secret || s.Type.Kind == schema.SQL {
			t.Errorf("field %s is a %s: fields are kept until the message is sent", s.Name, s.Type)
		}
	}
	for _, c := range cases {
		given := Case{Name: c.Name, Config: c.Request.Config, Setting: c.Setting}
		checkConfig(t, given, settings)
		given.Config = c.Request.Fields
		checkConfig(t, given, fields)
	}
}

func described(t *testing.T, list []schema.Setting) map[string]schema.Setting {
	settings := map[string]schema.Setting{}
	for _, s := range list {
		if _, twice := settings[s.Name]; twice || s.Name == "" {
			t.Errorf("two settings or fields are called %q", s.Name)
		}
		settings[s.Name] = s
		checkSetting(t, s)
	}
	return settings
}

func (c *ActionCase) test(t *testing.T, act sdk.Action) {
	check := func(*testing.T) {}
	prepare := func() {
		if c.Prepare != nil {
			check = c.Prepare(t)
		}
	}
	prepare()
	err := act.Do(t.Context(), c.Request)
	c.judge(t, err)
	check(t)
	prepare()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := act.Do(ended, c.Request); err == nil {
		t.Error("it was done although the context had ended before")
	}
}

func (c *ActionCase) judge(t *testing.T, err error) {
	t.Helper()
	if c.Message == "" {
		if err != nil {
			t.Errorf("it failed: %v", err)
		}
		return
	}
	var e *sdk.Error
	if !errors.As(err, &e) {
		t.Errorf("got %v, want an *sdk.Error", err)
		return
	}
	if !strings.Contains(err.Error(), c.Message) || e.Setting != c.Setting || e.Temporary != c.Temporary {
		t.Errorf("got %q (setting %q, temporary %v), want %q, %q, %v", err, e.Setting, e.Temporary, c.Message, c.Setting, c.Temporary)
	}
	for name, v := range c.Request.Config {
		if v.Type.Kind == schema.Secret && v.Text != "" && strings.Contains(err.Error()+e.Hint, v.Text) {
			t.Errorf("the error shows the secret %s", name)
		}
	}
}
