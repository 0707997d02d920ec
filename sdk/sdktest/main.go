package sdktest

import (
	"os"
	"testing"

	"github.com/recon-lang/recon/sdk"
)

// served are the sources that Serve was given, by name. It is written before any test
// runs: TestSource must not start a test binary that would run its tests again.
var served = map[string]bool{}

// actions are what Actions was given, by name. It is written before any test runs.
var actions = map[string]func() sdk.Action{}

// Actions says which actions the test binary serves, besides sources: call it in a TestMain before Main or Serve.
//
//	func TestMain(m *testing.M) {
//		sdktest.Actions(NewAction)
//		sdktest.Main(m, New)
//	}
func Actions(make ...func() sdk.Action) {
	for _, action := range make {
		actions[action().Describe().Name] = action
	}
}

// Main is the TestMain of a package that tests sources.
//
//	func TestMain(m *testing.M) { sdktest.Main(m, New) }
func Main(m *testing.M, sources ...func() sdk.Source) {
	Serve(sources...)
	os.Exit(m.Run())
}

// Serve is for a TestMain that has more to do than Main: call it first. Where the host has
// started the test binary as a plugin ("plugin serve NAME"), it serves the source and the action of that name
// and ends the process; otherwise it returns.
func Serve(sources ...func() sdk.Source) {
	for _, source := range sources {
		served[source().Describe().Name] = true
	}
	if len(os.Args) != 4 || os.Args[1] != "plugin" || os.Args[2] != "serve" {
		return
	}
	var act sdk.Action
	if action, ok := actions[os.Args[3]]; ok {
		act = action()
	}
	for _, source := range sources {
		if src := source(); src.Describe().Name == os.Args[3] {
			sdk.ServeBoth(src, act)
			os.Exit(0)
		}
	}
	if act != nil {
		sdk.ServeAction(act)
		os.Exit(0)
	}
	os.Stderr.WriteString("sdktest.Serve was given no source or action " + os.Args[3] + "\n")
	os.Exit(2)
}
