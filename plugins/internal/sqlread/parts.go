package sqlread

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// MaxConnections is how many connections a read may take.
const MaxConnections = 16

// PartsPerConnection is into how many parts a table is cut for each connection: parts are never quite alike, and a connection that is done
// with one takes the next.
const PartsPerConnection = 4

// Parallel is the setting parallel, for databases whose connections can share a snapshot. Needs is what of the server that takes.
func Parallel(needs string) schema.Setting {
	return schema.Setting{Name: "parallel", Type: schema.Type{Kind: schema.Integer}, Default: "1", Example: "4",
		Doc: fmt.Sprintf("Over how many connections a table is read at the same time, 1 to %d: in parts, of one snapshot. %s Where that cannot be, the table is read over one "+
			"connection, and the log says why. Rows that must come in an order do so over one connection, and so do those of the strategies checksum and push-down. A query cannot be read so.", MaxConnections, needs)}
}

// Connections is how many connections req may be read over.
func Connections(req sdk.ReadRequest, ordered bool) (int, error) {
	n := req.Config.Int("parallel", 1)
	switch {
	case n < 1 || n > MaxConnections:
		return 1, &sdk.Error{Setting: "parallel", Message: fmt.Sprintf("a table cannot be read over %d connections at the same time", n), Hint: fmt.Sprintf("write a number from 1 to %d", MaxConnections)}
	case n > 1 && !req.Config.Has("table"):
		return 1, &sdk.Error{Setting: "parallel", Message: "only a table can be read over more than one connection, not a query", Hint: "remove parallel, or read the table and write the conditions of the query as where"}
	case ordered:
		return 1, nil
	}
	return int(n), nil
}

// ReadAlone says in the log why a table is not read in parts, though it was asked for.
func ReadAlone(cfg schema.Config, why string) {
	slog.Warn(fmt.Sprintf("%s is read over one connection, not %d: %s", Origin(cfg), cfg.Int("parallel", 1), why))
}

// ReadParts reads parts, numbered from 0, over connections of which each calls read, and ends at the first error. Next gives a connection the
// number of the next part to read. The first connection, number 0, must go on until there is none; another may end before, without a
// part that it has not read.
func ReadParts(ctx context.Context, connections, parts int, read func(ctx context.Context, connection int, next func() (part int, ok bool)) error) error {
	var taken atomic.Int64
	next := func() (int, bool) {
		part := int(taken.Add(1)) - 1
		return part, part < parts && ctx.Err() == nil
	}
	group, within := errgroup.WithContext(ctx)
	for i := range min(connections, parts) {
		group.Go(func() error { return read(within, i, next) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

// InTurn makes an emit that several connections can call at the same time. After an error it emits nothing more.
func InTurn(emit func(*batch.Batch) error) func(*batch.Batch) error {
	var turn sync.Mutex
	var failed error
	return func(b *batch.Batch) error {
		turn.Lock()
		defer turn.Unlock()
		if failed == nil {
			failed = emit(b)
		}
		return failed
	}
}

// And joins conditions in SQL, of which some are "".
func And(conditions ...string) string {
	all := ""
	for _, c := range conditions {
		switch {
		case c == "":
		case all == "":
			all = c
		default:
			all += " AND " + c
		}
	}
	return all
}
