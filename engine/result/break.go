package result

import (
	"time"

	"github.com/recon-lang/recon/sdk/schema"
)

// Break is a disagreement that somebody must explain: all that is known of one key of one
// ledger (or of one row, for unkeyed rows and breaches).
type Break struct {
	ID          string // stable over runs
	Rule        string
	Params      map[string]string // those that tell ledgers apart
	Key         []Field           // the key's parts; empty for unkeyed rows
	Items       []Item            // what is wrong, in the order of the rule
	Rows        []Row             // the rows of the key, in the order of sides, windows and values
	Comparisons []Comparison      // each comparison that could be made; empty where a side is missing or repeated
	Amount      schema.Value      // how large it is: the largest difference or unmatched number of the first numeric comparison; null if none
	Unit        string            // of Amount
	Pending     bool              // not reported yet: a partner may still come
	Expired     bool              // the partner came not in time
	Stale       bool              // the rule has changed since; the break is as it was under the old definition
	Accepted    *Acceptance       // hides it from counts and gates
	FirstSeen   time.Time         // when the first run that reported it started
	FirstRun    string
	LastRun     string // the last run that saw it
	Totals      bool   // its rows are totals of a rule with group
	Drill       *Drill // of totals: what they are made of; nil if nobody looked
}

// Field is a named value.
type Field struct {
	Name  string
	Value schema.Value
	Unit  string
}

// Item is one thing that is wrong with a key: an outcome and the side (missing, duplicate, unkeyed,
// pending), comparison (mismatch) or assertion (breach) that it concerns. Digest stands for the values of the
// rows: the same item with other values is a changed item.
type Item struct {
	Outcome Outcome
	Name    string
	Digest  string // hex
}

// Row is one row of a break.
type Row struct {
	Side   string
	Window *Window // that it was read in; nil without windows
	Values []Field // the declared columns
	Reason string  // why it could not be read or keyed
}

// Comparison is what came of one comparison for one key.
type Comparison struct {
	Name       string
	Terms      []Term // one for each side that has a term
	Agrees     bool
	Skipped    bool   // its `where` does not hold here
	Difference string // the largest distance between two terms, "" where there is none to give
	Reason     string // why they differ where no distance says it: "units differ: CNY, USD"; else ""
	Bound      string // what the tolerance allows here: "0.01 or 0.1% (0.0995)", "" for equality
}

// Term is one side's value in a comparison.
type Term struct {
	Side  string
	Value schema.Value
}

// Acceptance says who explained a break, when and why. No money moves.
type Acceptance struct {
	Who  string
	When time.Time
	Why  string
}

// Report is a run together with what a reader wants to see of it.
type Report struct {
	Run     *Run
	Title   string
	Owner   string
	Open    []Break // the largest open breaks of the rule, whatever window they are of
	Pending []Break // the largest of what is pending
	Cleared []Break // of those that this run cleared, as they were
	Expired []Break // of those that this run found expired
	Notes   []string
}
