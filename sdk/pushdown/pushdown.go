// Package pushdown is how a host asks a database that holds both data sets which of their rows match. The database only prunes:
// it may hold rows for matched that certainly are, counts them and adds them up, and sends all others, whose outcome the
// host works out by itself. It must never hold rows for matched that the host would not; the other way round costs time and nothing else.
// Its API follows semantic versions.
package pushdown

import (
	"math/big"

	"github.com/recon-lang/recon/sdk/checksum"
	"github.com/recon-lang/recon/sdk/schema"
)

// Request says which rows of two reads match. A row of each does if
//
//   - all values of both, those of Others too, are ones of their types (see checksum.Sum: the rows are not odd),
//   - no part of the key is null, the parts are the same, as values of the type As, byte by byte if they are texts, and no other row of
//     either read has the same key,
//   - each of the values agrees.
type Request struct {
	Sides  []Side
	Agree  []Agreement // of each of a Side's Values
	Sample int64       // about how many pairs that match are to be sent all the same, chosen by their keys
}

// Side is one of two reads. The sides have as many columns in Key, and in Values, with the same As.
type Side struct {
	Key    []checksum.Column
	Values []checksum.Column
	Others []checksum.Other
}

// Columns are the columns of the key and the values, in this order.
func (s *Side) Columns() []checksum.Column {
	return append(s.Key[:len(s.Key):len(s.Key)], s.Values...)
}

// Agreement says when two values agree that have one key: both are null, or they are the same, or neither is null and All, or one,
// of Bounds allows their distance, or a condition of Where does not hold for its side's row. Values of kinds without a Letter of package checksum
// have no bounds.
type Agreement struct {
	Base   int // the side of whose value a relative bound is
	All    bool
	Bounds []Bound
	Where  [][]schema.Condition // by side; a database that cannot evaluate one exactly leaves it out
}

// Bound allows a distance d where d × Times ≤ Limit or, if it is relative, d × Times ≤ Limit × |value of the base|. Distances and values are whole
// numbers: in units of the last decimal of As, days, microseconds.
type Bound struct {
	Relative     bool
	Times, Limit *big.Int
}

// Of says whose rows a batch has. Those of a Sample are held for matched.
type Of struct {
	Side   int
	Sample bool
}

// Result is what a database says of all rows. They are counted apart from being compared, so that a row that is lost on the way is
// missed: the rows of a side are those that match and those that were sent, the sample apart.
type Result struct {
	Refused string  // why the rows cannot be compared so, as a phrase; nothing was sent then
	Rows    []int64 // by side
	Matched int64   // keys
	Totals  []Total // of each value with Total, in order, over the rows that match
}

// Total is sums of numbers in units of the last decimal of As.
type Total struct {
	Sides      [2]*big.Int // nil: all are null
	Difference *big.Int    // of the second side minus the first, over pairs of which neither is null
	Distance   *big.Int    // of the absolute values of those
}

// Strict reports whether nothing but the same, or two nulls, agree.
func (a *Agreement) Strict() bool {
	for _, conditions := range a.Where {
		if len(conditions) > 0 {
			return false
		}
	}
	return len(a.Bounds) == 0
}
