package sdktest

import (
	"log/slog"
	"os"
	"testing"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/host"
)

// TestSource runs the contract of a source over the cases, as subtests of t, in this process
// and through a real plugin process. For the latter the test binary starts itself, so its
// TestMain must be Main or call Serve. What is tested:
//
//   - Describe is valid, does no I/O and always answers the same; cases use only its settings
//   - the rows of a case come as they should, in batches that are valid to the last bit
//   - any columns, in any order, twice, and any of them as string
//   - any size of batch gives the same rows
//   - a value that does not fit its type is reported or ends the read, as asked
//   - conditions and orders are kept as claimed
//   - what a source with the ability Checksum says that rows add up to is what they add up to as delivered, range by range
//   - the end of the context, or an error of emit, ends a read at once; the latter comes back as
//     itself
//   - reads at the same time do not mix
//   - a wrong path, query or secret is an *sdk.Error that names the setting
//   - no secret is in any error
//   - no goroutine and no open file is left
func TestSource(t *testing.T, src sdk.Source, cases ...Case) {
	t.Helper()
	t.Run("describe", func(t *testing.T) { testDescribe(t, src, cases) })
	t.Run("here", func(t *testing.T) { testCases(t, src, src, cases) })
	name := src.Describe().Name
	if !served[name] {
		t.Errorf("the contract needs a process too: add func TestMain(m *testing.M) { sdktest.Main(m, New) }, or call sdktest.Serve(New) in the one you have, where New makes %s", name)
		return
	}
	for _, transport := range []host.Transport{host.Auto, host.GRPC} {
		t.Run("process/"+string(transport), func(t *testing.T) {
			testCases(t, src, openProcess(t, src, transport), cases)
		})
	}
}

func openProcess(t *testing.T, src sdk.Source, transport host.Transport) sdk.Source {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	name := src.Describe().Name
	pool := host.NewPool(host.Options{
		Log:       slog.New(slog.DiscardHandler),
		Builtin:   map[string]func() sdk.Source{name: func() sdk.Source { return src }},
		Self:      self,
		Transport: transport,
	})
	t.Cleanup(func() { pool.Close() })
	process, err := pool.Open(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return process
}

func testCases(t *testing.T, local, src sdk.Source, cases []Case) {
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			s := &subject{src: src, about: local.Describe(), c: c, here: src == local}
			s.test(t)
		})
	}
}

// subject is one case, read through one source.
type subject struct {
	src   sdk.Source
	about sdkSource
	c     Case
	here  bool // in this process
	req   sdk.ReadRequest
	want  rows
	errs  []error // all that were seen
}

func (s *subject) test(t *testing.T) {
	left := leftovers()
	if s.c.Setting != "" {
		s.testMistake(t)
	} else if s.prepare(t) {
		for _, part := range []struct {
			name string
			test func(*testing.T)
		}{
			{"rows", s.testRows}, {"columns", s.testColumns}, {"strings", s.testStrings}, {"batches", s.testBatches}, {"bad", s.testBad},
			{"conditions", s.testConditions}, {"order", s.testOrder}, {"sums", s.testSums}, {"compare", s.testCompare}, {"stop", s.testStop}, {"together", s.testTogether}, {"settings", s.testSettings},
		} {
			t.Run(part.name, part.test)
		}
	}
	s.testSecrets(t)
	if s.here {
		left.check(t)
	}
}
