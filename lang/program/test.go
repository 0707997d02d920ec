package program

import (
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/sdk/schema"
)

// Test runs a rule over tables. Its runs share a state.
type Test struct {
	Title string
	Rule  *Rule
	Runs  []TestRun // at least one
	Dir   string    // folder of the rule file, from which the paths of tables count
	Span  diag.Span // of the title
}

// TestRun is one run of a test. What the test gives outside of its runs stands in each of them.
type TestRun struct {
	At     schema.Value // a timestamp; null: the test names no instant
	Params []TestParam
	Given  []Given
	Expect []Expect
	Span   diag.Span // of "run at …", or of the test's title
	Body   diag.Span // of its block, or of the test's
}

// TestParam sets a parameter for one run.
type TestParam struct {
	Name  string
	Value *Expr
}

// Given is a table that stands in for Source, from After on: what the source reads, derives, joins or groups is
// not run, but where and the window of a source are. Of a rule with Totals it is what a side groups, not the groups.
type Given struct {
	Source *Source
	After  int64 // microseconds since the run's instant
	Late   bool  // it says after how long it comes: the trigger's rows fire at 0s
	Table  Table
	File   string // a csv file whose header names columns of Source; "": Table
	Span   diag.Span
}

// Table is rows of some columns, as typed values. Cells are the places of the values in the text.
type Table struct {
	Columns []int // indexes into the columns of what the table speaks of
	Rows    [][]schema.Value
	Cells   [][]diag.Span
	Body    diag.Span // of the block that holds it
	Zone    string    // in which its times without a zone are taken
}

// Expect says what a run must find: Count keys, or the keys of Table. Its columns are those of the key, and of
// unkeyed rows and breaches those of the side.
type Expect struct {
	Outcome string // "matched", "pending" or one of a Handler's
	Name    string // the side, comparison or assert; "": any
	Count   int64  // of a count; -1: Table
	Table   Table
	Side    int       // of unkeyed and breach with a table: whose columns these are
	Span    diag.Span // of the statement
	Place   diag.Span // of the count or the table, to be replaced by what was found
}
