// Package sdktest is the contract of a source as tests: an author of a plugin calls
// TestSource with a few data sets and gets the whole list as subtests, in process and again
// through a real plugin process. Memory is a source for the tests of others. Its API follows
// semantic versions.
package sdktest

import "github.com/recon-lang/recon/sdk/schema"

// Case is one data set and what must be read from it, or, with Setting, one mistake
// and where it must be seen.
//
// Rows is csv text. Its first line names columns, in any order; the rows follow, in the order in
// which they must come (any order with AnyOrder). Values are written as reports print them: 10.00,
// 2026-01-31, 2026-01-31T16:00:00Z, true. An empty cell is null, a quoted empty one ("") is the empty
// text; quotes double within quotes; a quoted cell may hold newlines. An empty line is no
// row.
//
// The contract covers the types that the case has: give it nulls, the largest and smallest
// values, and text outside ASCII.
type Case struct {
	Name   string
	Config schema.Config
	Rows   string
	Zone   string // of times without one, in the data and in Rows; "": UTC

	// Columns are what to ask for; nil: those that Rows names, as the source's Columns types
	// them.
	Columns []schema.Column

	// Where are conditions to try besides those that the contract makes up from the data.
	Where []schema.Condition

	// AnyOrder says that the source promises no order, as databases do.
	AnyOrder bool

	// Setting names the setting at fault: Columns or Read must fail with an *sdk.Error
	// that names it, in words that contain Message. Of the rest, only Config and Columns count.
	Setting string
	Message string
}
