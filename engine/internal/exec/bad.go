package exec

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/recon-lang/recon/sdk/batch"
)

// bad is why a row could not be read: a value that does not fit, an expression that cannot be computed, a missing time.
// column is the declared column, -1 for the whole row, -2 for a key, a comparison or a condition.
type bad struct {
	column int
	name   string // what is bad: "column amount", "key day"
	text   string // what was read
	reason string // a phrase: "not a decimal(18, 2)"
	line   int64
}

const (
	wholeRow = -1
	computed = -2
)

// why says it in a sentence without a place.
func (b bad) why() string {
	s := b.reason
	switch {
	case strings.HasPrefix(s, "not ") && (b.text != "" || b.column >= 0):
		s = strconv.Quote(b.text) + " is " + s
	case b.text != "" && b.column == wholeRow:
		s += ": " + strconv.Quote(b.text)
	case b.text != "":
		s = strconv.Quote(b.text) + ": " + s
	}
	if b.name != "" {
		s = b.name + ": " + s
	}
	return s
}

// RowError is a row that could not be read, where the source does not report such rows as unkeyed.
type RowError struct {
	Source string
	Origin string // a file's name; may be empty
	Line   int64  // 0: unknown
	Row    int64  // from 1, within Origin if the source numbers its rows there
	Column int    // the declared column at fault; negative: none alone
	Why    string
}

func (e *RowError) Error() string {
	place := fmt.Sprintf("row %d", e.Row)
	if e.Line > 0 {
		place = fmt.Sprintf("line %d", e.Line)
	}
	if e.Origin != "" {
		place = e.Origin + ", " + place
	}
	return fmt.Sprintf("source %s: %s: %s", e.Source, place, e.Why)
}

// rowError is the error for row i of a batch.
func (r *reader) rowError(b *batch.Batch, i int, why bad) error {
	return &RowError{Source: r.source.Name, Origin: b.Origin, Line: why.line, Row: r.number(b, i), Column: why.column, Why: why.why()}
}

// number is the number of row i of a batch, from 1.
func (r *reader) number(b *batch.Batch, i int) int64 {
	if b.FirstRow > 0 {
		return b.FirstRow + int64(i)
	}
	return r.seen + int64(i) + 1
}

func isCancel(err error) bool {
	return errors.Is(err, context.Canceled)
}

// SourceError says which source was being read when something went wrong.
type SourceError struct {
	Source string
	Err    error
}

func (e *SourceError) Error() string { return "read " + e.Source + ": " + e.Err.Error() }

func (e *SourceError) Unwrap() error { return e.Err }
