// Package state keeps what must outlive a run: the residual ledger, the runs, the decisions that
// people made about breaks, and the messages still to be sent. It turns the rows that a run left
// unmatched, window by window, into open breaks and their transitions. It is told rows and a
// judge; it knows nothing of comparisons, columns, plugins or rule files. It alone imports
// Badger. Its API may change on any day.
//
// A state is a folder with a file `lock`, which says who uses it, and a folder `db`, which is Badger's. Open breaks are a function of
// the residuals, of what they cover, of the definition and of decisions, never of the order of runs.
//
// Instants are microseconds since 1970-01-01T00:00Z, as in the rows.
package state

import (
	"math"
	"time"

	"github.com/recon-lang/recon/engine/result"
)

// NoTime is the Time of a row that has none.
const NoTime = math.MinInt64

// Window is the period that a settling speaks for: [Start, End). Covered is the end of the part
// that had passed at the run's instant, within [Start, End].
type Window struct {
	Start, End, Covered int64
}

// Always is the one window of a rule without windows.
var Always = Window{Start: math.MinInt64, End: math.MaxInt64, Covered: math.MaxInt64}

// Param is one parameter that tells ledgers of a rule apart, in its canonical text. Dates and
// timestamps do not: they say when, the others what.
type Param struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Carry is how long a row may still meet its partner in a later window: calendar days in the
// window's zone, and then an exact time.
type Carry struct {
	Days int           `json:"days,omitempty"`
	Time time.Duration `json:"time,omitempty"`
}

// Definition is what the state must know of a rule. Items name sides, comparisons and assertions by
// their index here. It is kept with the windows that were settled under it.
type Definition struct {
	Rule        string        `json:"rule"`
	Params      []Param       `json:"params,omitempty"` // in any order
	Fingerprint [16]byte      `json:"fingerprint"`      // of all that decides a verdict
	Sides       []string      `json:"sides"`
	Comparisons []string      `json:"comparisons,omitempty"`
	Asserts     []string      `json:"asserts,omitempty"`
	Layout      []byte        `json:"layout,omitempty"` // opaque: what a reader needs to decode keys and values
	Pair        bool          `json:"pair,omitempty"`   // duplicates = "pair"
	Slack       time.Duration `json:"slack,omitempty"`  // needs Carry
	Carry       Carry         `json:"carry,omitzero"`   // zero: windows are separate
	Zone        string        `json:"zone,omitempty"`   // IANA name, in which Carry's days are counted; "" is UTC
}

// Kind says how a row is identified.
type Kind uint8

const (
	Keyed   Kind = iota // by its key; may meet its partner in another window
	Unkeyed             // by window, side and digest: a null in the key, or it could not be read
	Breach              // by window, side and digest: it fails assertions of a one-sided rule
)

// Row is one row of a residual.
type Row struct {
	Kind   Kind
	Side   int
	Hash   uint64   // of Key, or DigestHash(Digest) if there is none
	Key    []byte   // canonical: equal for equal keys, and only for them. Of Keyed rows only
	Names  []int    // the assertions that fail. Of Breach rows only
	Time   int64    // when it happened, or NoTime
	Values []byte   // opaque: the encoded row
	Digest [16]byte // of the values
	Reason string   // why it could not be read or keyed
	Window Window   // that it was read in. Set on the way out, ignored on the way in
}

// Item is one thing that is wrong: an outcome and the index of the side (Missing, Duplicate,
// Unkeyed), comparison (Mismatch) or assertion (Breach) that it concerns.
type Item struct {
	Outcome result.Outcome
	Name    int
}

// Verdict is what became of the rows of one key. Outcome is Matched, Missing, Mismatch or
// Duplicate; Items are in the order of the rule and empty if Matched. Missing carries the comparisons that fail
// among the sides present as well. Paired, used with Definition.Pair alone, marks the rows that found
// their partners; Outcome and Items then speak of the others, and are Matched if there are none.
type Verdict struct {
	Outcome result.Outcome
	Items   []Item
	Paired  []bool
}

// Judge says what becomes of rows of one key, as if all had been read in one window. The rows are ordered by
// side, window, time and digest; at least two sides have some, and unless Definition.Pair none has several: the state
// knows the outcome of the rest. It must be a function of the rows' values alone. It must
// not keep rows, and may use the slices of its verdict again.
type Judge func(rows []Row) (Verdict, error)

// Group is rows of one key that stand together, in one window or in several. Only an unmatched group is kept.
type Group struct {
	Outcome    result.Outcome // Pending instead of Missing while a partner may still come
	Items      []Item         // their outcome is Missing where Outcome is Pending
	Digest     [16]byte       // of the rows' values
	Rows       []Row          // by side, window, time and digest
	First      Window         // of its oldest row
	Expired    bool           // Missing, and the time for a partner is over
	Stale      bool           // settled under another definition than the ledger's latest
	Accepted   *result.Acceptance
	Definition *Definition // that Items and Rows speak of
}

// Break is all that is open under one key of a ledger, or of one row that has no key.
type Break struct {
	ID        string // 12 characters, stable over runs and renames
	Rule      string
	Params    []Param
	Kind      Kind
	Hash      uint64
	Key       []byte
	Groups    []Group   // by first window; more than one where a key recurs
	FirstRun  string    // the first run that reported it; "" while it is pending
	FirstSeen time.Time // when that run started
	LastRun   string    // the last run that read one of its windows
}

// Transition is what a settling changed about a break. Several may be true of one, but New, Changed
// and Cleared exclude each other.
type Transition struct {
	New, Changed, Cleared, Expired bool
	Break                          Break    // after; if Cleared, before
	Changes                        []Change // what makes it; valid during the call that hands it over
}

// Change is one item of a transition: Items[Item] of Groups[Group] of its break. New: it was not reported before, or not
// with these rows. Expired: it is so since this settling. Neither is true of the items of a cleared break.
type Change struct {
	Group, Item  int
	New, Expired bool
}

// Summary is what a settling leaves behind. It counts breaks: Open, Expired and Stale without what
// is pending or accepted.
type Summary struct {
	Open, Pending, Expired, Accepted, Stale int64 // after it
	New, Changed, Cleared, NewlyExpired     int64 // by it
}

// MaxPayload bounds the payload of a message, in bytes.
const MaxPayload = partBytes

// Message is something to be sent once the settling is committed.
type Message struct {
	Action  string
	Payload []byte
}
