// Package result holds the nouns of an outcome: the run, its counts and totals, breaks and
// their comparisons. It turns them into text, JSON, HTML and tables, and knows nothing of how they
// came about. The JSON of Run only ever grows; docs/reference/result.schema.json states it.
package result

import "time"

// Outcome is what becomes of the rows of one key.
type Outcome uint8

const (
	Matched   Outcome = iota // one row a side, every comparison agrees
	Pending                  // no partner yet, and one may still come
	Missing                  // a side has no row under the key
	Mismatch                 // every side has its row, and a comparison fails
	Duplicate                // a side has several rows under the key
	Unkeyed                  // a null in the key, or a row that could not be read
	Breach                   // an assert or unique of a one-sided rule fails
)

var outcomeNames = [...]string{"matched", "pending", "missing", "mismatch", "duplicate", "unkeyed", "breach"}

func (o Outcome) String() string { return outcomeNames[o] }

// Outcomes are all outcomes in the order of reports.
var Outcomes = []Outcome{Matched, Pending, Missing, Mismatch, Duplicate, Unkeyed, Breach}

// Run is one execution of a rule for one window, as `recon run --format json` prints it and
// as the state keeps it. Sides and comparisons stand under their names.
type Run struct {
	Recon      int                `json:"recon"` // version of this format: 1
	ID         string             `json:"run"`
	At         time.Time          `json:"at"` // the instant that now() gave
	Started    time.Time          `json:"started"`
	Rule       string             `json:"rule"`
	Params     map[string]string  `json:"params"`
	Window     *Window            `json:"window"`  // nil without a window
	Verdict    string             `json:"verdict"` // "pass", "fail" or "trouble"
	Complete   bool               `json:"complete"`
	Error      *string            `json:"error"`
	Strategy   string             `json:"strategy"`
	Checksum   *Checksum          `json:"checksum,omitempty"`  // nil unless that is the strategy
	PushDown   *PushDown          `json:"push_down,omitempty"` // nil unless that is the strategy
	Seconds    float64            `json:"seconds"`
	SideOrder  []string           `json:"side_order"` // names of the sides as the rule has them
	Sides      map[string]*Side   `json:"sides"`
	Outcomes   Tally              `json:"outcomes"`
	Totals     map[string][]Total `json:"totals"`
	Breaks     Transitions        `json:"breaks"`
	Gates      []Gate             `json:"gates"`
	Messages   *Messages          `json:"messages,omitempty"`   // nil for a rule without handlers
	Definition string             `json:"definition,omitempty"` // fingerprint of the rule, hex
	Drill      []Drill            `json:"drill,omitempty"`      // what the groups that break are made of, the largest first
}

// Checksum is what a run by that strategy did not have to read. Rows are those of one side in the ranges that are the same.
type Checksum struct {
	Ranges    int    `json:"ranges"`
	Same      int    `json:"same"`
	Rows      int64  `json:"rows"`
	Abandoned bool   `json:"abandoned"`         // most ranges differed, so the rest was read without adding it up
	Refused   string `json:"refused,omitempty"` // why nothing was added up, and all was read
}

// PushDown is what a run by that strategy left to the database: keys that it held for matched and that were not read, but for those
// that were read to be judged again.
type PushDown struct {
	Matched int64  `json:"matched"`
	Sampled int64  `json:"sampled"`
	Refused string `json:"refused,omitempty"` // why nothing was compared there, and all was read
}

// Window is the period a run speaks for: [Start, End), and the part of it that had passed
// when the run read its sources.
type Window struct {
	Start   time.Time  `json:"start"`
	End     time.Time  `json:"end"`
	Covered *time.Time `json:"covered,omitempty"` // end of the covered part, if before End
}

// Side counts rows of one side. Read + Carried is always the sum of the others.
type Side struct {
	Read      int64 `json:"read"`
	Rows      int64 `json:"rows,omitempty"` // of a rule with group: the rows that were summed up; the other numbers count totals
	Carried   int64 `json:"carried,omitempty"`
	Matched   int64 `json:"matched"`
	Mismatch  int64 `json:"mismatch"`
	Missing   int64 `json:"missing"`
	Duplicate int64 `json:"duplicate"`
	Unkeyed   int64 `json:"unkeyed"`
	Pending   int64 `json:"pending"`
	Breach    int64 `json:"breach,omitempty"`
}

// Add counts n rows with outcome o.
func (s *Side) Add(o Outcome, n int64) {
	switch o {
	case Matched:
		s.Matched += n
	case Pending:
		s.Pending += n
	case Missing:
		s.Missing += n
	case Mismatch:
		s.Mismatch += n
	case Duplicate:
		s.Duplicate += n
	case Unkeyed:
		s.Unkeyed += n
	case Breach:
		s.Breach += n
	}
}

// Of is how many rows have outcome o.
func (s *Side) Of(o Outcome) int64 {
	switch o {
	case Matched:
		return s.Matched
	case Pending:
		return s.Pending
	case Missing:
		return s.Missing
	case Mismatch:
		return s.Mismatch
	case Duplicate:
		return s.Duplicate
	case Unkeyed:
		return s.Unkeyed
	}
	return s.Breach
}

// Tally counts keys: by side for Pending, Duplicate and Unkeyed (the side that has the rows) and
// for Missing and Expired (the side that lacks them), by assertion for Breach.
type Tally struct {
	Matched   int64            `json:"matched"`
	Mismatch  Mismatches       `json:"mismatch"`
	Missing   map[string]int64 `json:"missing"`
	Duplicate map[string]int64 `json:"duplicate"`
	Unkeyed   map[string]int64 `json:"unkeyed"`
	Pending   map[string]int64 `json:"pending"`
	Breach    map[string]int64 `json:"breach"`
	Expired   map[string]int64 `json:"expired"`
	Cleared   int64            `json:"cleared"`

	// Keys counts each key once, by outcome: missing, duplicate, pending, breach (rows, there), which may be of several sides
	// or assertions at a time.
	Keys map[string]int64 `json:"keys,omitempty"`
}

// Distinct is the number of keys with an outcome. by are its counts by side, which records of runs without Keys fall back on.
func (t *Tally) Distinct(o Outcome, by map[string]int64) int64 {
	if n, ok := t.Keys[o.String()]; ok {
		return n
	}
	return sum(by)
}

// Mismatches counts keys, and by comparison how many of them failed it.
type Mismatches struct {
	Keys int64            `json:"keys"`
	By   map[string]int64 `json:"by"`
}

// Total is the sum of one compared number over the rows read, per side, in one unit. The
// differences are of each other side, over all rows: side minus base. Numbers are plain decimals.
type Total struct {
	Unit       string            `json:"unit"`
	Sides      map[string]string `json:"sides"`
	Difference map[string]string `json:"difference"`
}

// Transitions counts breaks: how many are open after the run, and what the run changed.
type Transitions struct {
	Open     int64 `json:"open"`
	New      int64 `json:"new"`
	Changed  int64 `json:"changed"`
	Stale    int64 `json:"stale"`
	Accepted int64 `json:"accepted,omitempty"`
}

// Messages counts what the handlers of a rule asked for: messages that were put into the outbox, and breaks for which nothing is done
// because they are beyond a handler's limit.
type Messages struct {
	Queued  int64 `json:"queued"`
	Skipped int64 `json:"skipped,omitempty"`
}

// Gate is what one gate decided.
type Gate struct {
	When     string `json:"when"`
	Severity string `json:"severity"` // "warn" or "fail"
	Fired    bool   `json:"fired"`
	Value    string `json:"value,omitempty"` // of the gate's metric, where it has just one
}
