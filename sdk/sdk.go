// Package sdk is what the author of a plugin imports: the Source and Action interfaces, the
// requests they get, the error they give, and Serve, which makes a program of them. It knows
// nothing of rules. Its API follows semantic versions.
package sdk

import (
	"context"
	"fmt"
	"time"

	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// Source reads the rows of data sets of one kind: files, tables, topics. One Source
// serves many reads, also at the same time.
type Source interface {
	// Describe says what the source is and which settings it takes. It does no I/O and
	// always gives the same answer.
	Describe() schema.Source

	// Columns is the shape of the data set that cfg names, in the order of the data set.
	Columns(ctx context.Context, cfg schema.Config) (schema.Table, error)

	// Read emits the rows that req asks for, each once. Every batch has just the columns of
	// req.Columns, in that order, with those types. An error from emit ends the read at
	// once and is returned as it is; so does the end of ctx. Each batch is the source's own
	// again when emit returns.
	Read(ctx context.Context, req ReadRequest, emit func(*batch.Batch) error) error
}

// Claimer is a Source that can do some of the reader's work: evaluate conditions, keep an
// order.
type Claimer interface {
	// Claim says what Read would do with req, and does no I/O. The host evaluates again
	// whatever is not claimed as schema.Exact, and verifies the order.
	Claim(req ReadRequest) Claims
}

// Claims are the answers to one ReadRequest.
type Claims struct {
	Where   []schema.Claim // one for each of ReadRequest.Where; nil: none of them
	Ordered bool           // rows come in the order of ReadRequest.Order

	// Database names the database in which the rows are, with the account and all else by which a connection differs, and no secret. Requests with the
	// same name can be compared there, on the connection of either (Comparing). "": they cannot; UnknownDatabase: the settings do not say where they are, as
	// where a secret is not at hand.
	Database string

	// Costly says that comparing rows there takes several times what sending them does, so that it pays on a slow line only.
	Costly bool
}

// UnknownDatabase is the name of a database that compares rows and is not known.
const UnknownDatabase = "?"

// ReadRequest says which rows and columns a reader wants.
type ReadRequest struct {
	Config  schema.Config
	Columns []schema.Column    // physical name and the type to deliver it in; any column can be asked for as string
	Where   []schema.Condition // all must hold; the window's bounds are among them
	Order   []string           // wanted order: ascending, nulls first, text by code point; nil: any
	Zone    string             // IANA name in which zone-less times are taken; "": UTC
	BadRows bool               // report values that do not fit in Batch.Bad instead of failing
	Rows    int                // per batch: a target, not a promise; 0: batch.TargetRows
}

// Location is the time zone of req. The name was checked by the host.
func (r ReadRequest) Location() (*time.Location, error) {
	if r.Zone == "" {
		return time.UTC, nil
	}
	loc, err := time.LoadLocation(r.Zone)
	if err != nil {
		return nil, &Error{Setting: "zone", Message: fmt.Sprintf("unknown time zone %q", r.Zone)}
	}
	return loc, nil
}

// BatchRows is the number of rows to put into a batch.
func (r ReadRequest) BatchRows() int {
	if r.Rows > 0 {
		return r.Rows
	}
	return batch.TargetRows
}

// Error is an error that a user can act on. Setting names the setting at fault, so that
// the host can point at it in the rule file; Message is one lower-case sentence that never
// contains a secret; Hint says what to do. Temporary means that the same again may succeed.
type Error struct {
	Setting   string
	Message   string
	Hint      string
	Temporary bool
	Err       error
}

func (e *Error) Error() string {
	s := e.Message
	if e.Err != nil {
		if s != "" {
			s += ": "
		}
		s += e.Err.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }
