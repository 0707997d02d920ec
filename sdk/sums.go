package sdk

import (
	"context"

	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/checksum"
	"github.com/recon-lang/recon/sdk/pushdown"
	"github.com/recon-lang/recon/sdk/schema"
)

// Snapshotter is a Source that can say what its rows add up to, range by range, and then read some of the ranges, all as of
// one moment: so rows that are known to be the same elsewhere need not travel. A source that has the ability Checksum is one.
type Snapshotter interface {
	// Snapshot calls do with a view of the rows of req, which ends when do returns, and returns do's error as it is. All
	// that the view tells and reads is of one moment, even if others write meanwhile.
	Snapshot(ctx context.Context, req ReadRequest, do func(Snapshot) error) error
}

// Snapshot is the rows of one ReadRequest as of one moment. Its methods are called one at a time.
type Snapshot interface {
	// Survey says whether the rows can be added up as req says, and how to cut them into about so many ranges, 0 for no cuts. It does not read
	// all rows where it can help it.
	Survey(ctx context.Context, req checksum.Request, ranges int) (checksum.Survey, error)
	// Sums adds up the rows of ranges From … To-1 of req. It may be asked only for what Survey did not refuse.
	Sums(ctx context.Context, req checksum.Request) ([]checksum.Sum, error)
	// Read emits rows as Source.Read does: those for which all of where hold, besides the conditions of the request.
	Read(ctx context.Context, where []schema.Condition, emit func(*batch.Batch) error) error
}

// Comparing is a Snapshot that can hold its rows against those of another read of the same database, there. A source whose Claims name
// a Database has such snapshots.
type Comparing interface {
	Snapshot
	// Compare emits the rows of both reads that do not match, each once, and a sample of those that do, and tells what it knows of all. The
	// rows of with are of the same moment. Each batch has the columns of its own read, and is the source's own again when
	// emit returns, whose error ends the call and is returned as it is.
	Compare(ctx context.Context, with ReadRequest, req pushdown.Request, emit func(of pushdown.Of, b *batch.Batch) error) (pushdown.Result, error)
}
