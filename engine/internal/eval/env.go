// Package eval computes expressions: over the rows of a batch by kernels, one value at a time for
// parameters and gates. It turns program.Expr and columns into columns, and knows nothing of plugins,
// keys' partners or state. What a kernel cannot do fast is done row by row by the interpreter, which alone
// defines what an expression means; kernels must give the same. Its API may change on any day.
package eval

import (
	"fmt"
	"time"

	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// Env says what the names in an expression stand for. A nil function means that there are no names
// of its kind; an expression that has one does not compile.
type Env struct {
	Column   func(side, index int) (column int, ok bool)            // where a batch has the declared column of a side
	Physical func(name string, t schema.Type) (column int, ok bool) // where a batch has a physical column, read as t

	// Poisoned is where a batch has the boolean column that says that a derived column is null although
	// a physical column it reads is not (Shape makes these); ok is false for columns that cannot be.
	Poisoned func(side, index int) (column int, ok bool)

	Params map[string]schema.Value // parameters, and window_start and window_end where they are bound
	Secret func(name string) (string, error)

	// Metric is a number of the run, in gates. unit is the unit that the gate compares it in, or "".
	Metric func(name, unit string) (schema.Value, error)

	// Row is a declared column of the one row that a Single looks at.
	Row func(side, index int) schema.Value

	// Message is what count, sum or sample gives in the text of a message.
	Message func(*program.Expr) (schema.Value, error)

	Now  time.Time      // the run's scheduled instant
	Zone *time.Location // where an expression names none; nil is UTC
}

// Fault is a row whose value cannot be computed: overflow, division by zero, a text that is no time. In
// the result the row is null.
type Fault struct {
	Row    int    // index within the batch
	Reason string // a phrase, lower case: "not a time as \"%Y-%m-%d\" writes it"
	Input  string // the value or values that were computed with, at most maxInput bytes
}

// maxInput bounds Fault.Input.
const maxInput = 256

func (f Fault) Error() string {
	if f.Input == "" {
		return f.Reason
	}
	return fmt.Sprintf("%s: %s", f.Input, f.Reason)
}

// location is the zone of a call: its own, or else the one around it.
func (env *Env) location(e *program.Expr) (*time.Location, error) {
	if e.Zone == "" {
		return env.Zone, nil
	}
	loc, err := time.LoadLocation(e.Zone)
	if err != nil {
		return nil, fmt.Errorf("unknown time zone %q", e.Zone)
	}
	return loc, nil
}
