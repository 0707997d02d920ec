package eval

import (
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// Single computes expressions for one row at a time, whose columns Env.Row gives: for the few rows that a handler looks at. It
// remembers what it has prepared for an expression, and is for one goroutine.
type Single struct {
	in *interpreter
}

// NewSingle makes a Single. What env's functions give may change from one value to the next.
func NewSingle(env Env) *Single { return &Single{newInterpreter(&env)} }

// Value computes e. Its error is a Fault, or says which name has no value.
func (s *Single) Value(e *program.Expr) (schema.Value, error) { return s.in.value(e) }
