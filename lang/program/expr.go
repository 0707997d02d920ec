package program

import (
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/sdk/schema"
)

// Op says what an Expr is.
type Op uint8

const (
	OpLiteral  Op = iota + 1 // Value
	OpColumn                 // column Index of side Side
	OpPhysical               // a physical column Name of the row that is read, as Type
	OpParamRef               // parameter Name
	OpMetric                 // a number of the run, Name "mismatch.rate", in gates only
	OpCall                   // function Name of Args
	OpNeg                    // -Args[0]
	OpAdd                    // Args[0] + Args[1]
	OpSub
	OpMul
	OpDiv // only directly below a call of round, as its first argument
	OpEqual
	OpNotEqual
	OpLess
	OpLessEqual
	OpGreater
	OpGreaterEqual
	OpIn  // Args[0] in the list Args[1:]
	OpAnd // of Args
	OpOr  // of Args
	OpNot
	OpCond      // Args[0] ? Args[1] : Args[2]
	OpInterp    // texts of Args joined: an interpolated string
	OpListOf    // a list of Args: only as the value of a setting
	OpMapOf     // Args key, value, key, value…: only as an argument of decode
	OpSecretRef // the secret Name; its value is known to whoever starts the run, never to a report
	OpMessage   // in messages only: Name "count", "sum" of Args[0], or "sample" of Args[0] with the number Args[1], over the rows of its breaks
	OpBound     // a bound of the window, Name "window_start" or "window_end": a timestamp, in settings only
)

// Expr is a typed expression. Its meaning is section 4 of the language reference:
// numbers exact, logic two-valued, null in arithmetic gives null. Args have the types that
// Op needs: the checker has inserted no conversions but between integer, decimals of
// different scale, string and enum, and of bare numbers to a unit.
type Expr struct {
	Op     Op
	Type   schema.Type
	Unit   Unit
	Value  schema.Value // of Literal
	Name   string       // of Physical, ParamRef, Metric, Call, SecretRef, Bound
	Side   int          // of Column: index into Rule.Sides; 0 within a source; within a view see View
	Secret *Secret      // of SecretRef
	Param  *Param       // of ParamRef: as it is declared where it is named; its value goes by its name
	Index  int          // of Column: index into the source's Columns
	Zone   string       // of Call: the time zone in which date parts of Args[0] are taken
	Args   []*Expr
	Span   diag.Span
}

// Walk calls visit for e and all below it, parents first. A visit that returns false keeps
// it from going below. A nil e is nothing.
func (e *Expr) Walk(visit func(*Expr) bool) {
	if e == nil || !visit(e) {
		return
	}
	for _, a := range e.Args {
		a.Walk(visit)
	}
}
