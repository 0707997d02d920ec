// Command recon states what must agree between systems, checks it, runs it and explains every
// difference. This package holds flags, exit codes and printing: one file a subcommand. No rule of
// the language and no rule of matching lives here.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	_ "time/tzdata" // zones where the machine has none

	"github.com/spf13/cobra"

	"github.com/recon-lang/recon/engine/mask"
)

// Exit codes, as those of diff.
const (
	exitClean    = 0 // nothing found
	exitFindings = 1 // errors in a rule file, a failed gate, an unformatted file
	exitTrouble  = 2 // usage, plugin, data source, state
)

// gcPercent keeps the heap near what is live: most of a run's memory is its budget of packed rows and the store's tables,
// and at 10 million rows a side half the usual slack saved a quarter of the peak and no time was lost. GOGC overrides it.
const gcPercent = 50

func main() {
	if _, set := os.LookupEnv("GOGC"); !set {
		debug.SetGCPercent(gcPercent)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	code := run(ctx, os.Args[1:], environment{
		in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.LookupEnv, executable: os.Executable,
	})
	stop()
	os.Exit(code)
}

// environment is what a command may use of the world around it.
type environment struct {
	in         io.Reader
	out, err   io.Writer
	getenv     func(string) (string, bool)
	executable func() (string, error)
	secrets    *mask.Mask // those read so far
}

// exitError ends a command with a code; what there was to say has been said.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// run carries out one command line and gives the exit code.
func run(ctx context.Context, args []string, env environment) int {
	if env.secrets == nil {
		env.secrets = &mask.Mask{}
	}
	root := newRoot(env)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	var exit exitError
	switch {
	case err == nil:
		return exitClean
	case errors.As(err, &exit):
		return int(exit)
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		fmt.Fprintln(env.err, "recon: interrupted; the state is as it was")
		return exitTrouble
	}
	fmt.Fprintf(env.err, "recon: %v\n", err)
	return exitTrouble
}

func newRoot(env environment) *cobra.Command {
	root := &cobra.Command{
		Use:   "recon",
		Short: "state what must agree, and find every difference",
		Long: `recon reconciles data of two or more systems.

A rule file (.recon) states what must agree: sources, keys, comparisons with tolerances,
windows and carry-over. recon checks the rule like code, runs it over the sources and explains
every difference. Open differences are kept in a state folder and matched when late data comes.

  recon new shop                    make a project that runs at once
  recon check                       is every rule valid?
  recon fix                         mend what can be mended without a doubt
  recon plan daily_payment          what would a run do?
  recon run daily_payment           run it; exit code 0: agrees, 1: differs, 2: trouble
  recon breaks list daily_payment   what is open
  recon explain daily_payment A-17  why this key is a break`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetIn(env.in)
	root.SetOut(env.out)
	root.SetErr(env.err)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		if name, ok := strings.CutPrefix(err.Error(), "unknown flag: --"); ok && c.Flags().Lookup("param") != nil {
			return fmt.Errorf("%w; see %s --help; a parameter of the rules is given as --param %s=VALUE", err, c.CommandPath(), name)
		}
		return fmt.Errorf("%w; see %s --help", err, c.CommandPath())
	})
	root.AddCommand(
		newBreaks(env),
		newCheck(env),
		newDoc(env),
		newExplain(env),
		newFix(env),
		newFmt(env),
		newLSP(env),
		newNew(env),
		newPlan(env),
		newPlugin(env),
		newRun(env),
		newRuns(env),
		newSchema(env),
		newState(env),
		newTest(env),
		newVersion(),
	)
	return root
}
