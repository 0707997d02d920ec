package sdktest

import (
	"testing"

	"github.com/recon-lang/recon/sdk"
)

// TestSource runs the contract of a source over the cases, as subtests of t, in this process
// and through a real plugin process. For the latter the test binary starts itself, so its
// TestMain must be Main.
func TestSource(t *testing.T, src sdk.Source, cases ...Case) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) { testCase(t, src, c) })
	}
}
