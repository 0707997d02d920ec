package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// part is a part of a table.
type part struct {
	name  string // for messages, behind the table's
	where string
}

// alone is why a table is not read in parts.
type alone struct{ why string }

func (e *alone) Error() string { return e.why }

// cannot makes an alone of what the server says to a statement that cutting needs. Its transaction has ended by that.
func cannot(err error) error {
	var server *pgconn.PgError
	if errors.As(err, &server) && server.Code != "42P01" {
		return &alone{"the server says " + server.Message}
	}
	return err
}

// readParts reads a table in parts over several connections. It gives an alone, and has read nothing, where that cannot be. Each part is some of the pages: a row
// version is on one page, and one snapshot sees one version of a row, so each row is in just one part, whatever is written meanwhile.
func (s *session) readParts(ctx context.Context, req sdk.ReadRequest, connections int, emit func(*batch.Batch) error) error {
	parts, err := s.pages(ctx, req.Config, connections)
	if err != nil {
		return err
	}
	if len(parts) < 2 {
		return s.read(ctx, req, emit)
	}
	shared, err := s.export(ctx)
	if err != nil {
		return err
	}
	emit = sqlread.InTurn(emit)
	return sqlread.ReadParts(ctx, connections, len(parts), func(ctx context.Context, connection int, next func() (int, bool)) error {
		readAll := func(ctx context.Context, s *session) error {
			for i, ok := next(); ok; i, ok = next() {
				s.part = parts[i]
				if err := s.read(ctx, req, emit); err != nil {
					return err
				}
			}
			return nil
		}
		if connection == 0 {
			return readAll(ctx, s)
		}
		return shared.join(ctx, req, readAll)
	})
}

// pages cuts a table, unless it has at most one page.
func (s *session) pages(ctx context.Context, cfg schema.Config, connections int) (parts []part, err error) {
	if !atLeast(s.conn.ParameterStatus("server_version"), 14) {
		return nil, &alone{"the server is older than PostgreSQL 14, which finds the rows of a page only by reading them all"}
	}
	// The pages of partitions are cut alike, so the largest counts.
	rows, err := s.rows(ctx, `WITH leaves AS (
			SELECT c.oid FROM pg_catalog.pg_class c WHERE c.oid = $1::text::regclass AND c.relkind <> 'p'
			UNION ALL SELECT t.relid FROM pg_catalog.pg_class c, pg_catalog.pg_partition_tree(c.oid) t WHERE c.oid = $1::text::regclass AND c.relkind = 'p' AND t.isleaf)
		SELECT coalesce(max(pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::bigint), 0),
			coalesce(bool_and(c.relkind IN ('r', 'm') AND NOT c.relhassubclass AND coalesce(a.amname = 'heap', false)), true),
			pg_catalog.has_table_privilege($1::text::regclass, 'SELECT')
		FROM leaves l JOIN pg_catalog.pg_class c USING (oid) LEFT JOIN pg_catalog.pg_am a ON a.oid = c.relam`, s.from)
	switch {
	case err != nil:
		return nil, cannot(err)
	case rows[0][1] != "t":
		return nil, &alone{"it is a view, a foreign table, or a table from which others inherit, which have no pages of their own to cut"}
	case rows[0][2] != "t":
		return nil, &alone{"the account may read some columns only, and not on which page a row is"}
	}
	pages, err := strconv.ParseInt(rows[0][0], 10, 64)
	if err != nil {
		return nil, fmt.Errorf("the server gave %q pages", rows[0][0])
	}
	n := min(pages, int64(connections*sqlread.PartsPerConnection))
	for i := range n {
		p := part{name: fmt.Sprintf(", part %d of %d", i+1, n)}
		if i > 0 {
			p.where = fmt.Sprintf("ctid >= '(%d,0)'::pg_catalog.tid", pages*i/n)
		}
		if i+1 < n {
			p.where = sqlread.And(p.where, fmt.Sprintf("ctid < '(%d,0)'::pg_catalog.tid", pages*(i+1)/n))
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// sharedSnapshot is a snapshot that other transactions can take over. Seen is what it sees, and on which server.
type sharedSnapshot struct{ id, seen string }

// identity tells servers and snapshots apart.
const identity = "SELECT pg_catalog.pg_current_snapshot()::text || ' ' || pg_catalog.pg_postmaster_start_time()::text"

func (s *session) export(ctx context.Context) (shared sharedSnapshot, err error) {
	rows, err := s.rows(ctx, "SELECT pg_catalog.pg_export_snapshot()")
	if err == nil {
		shared.id = rows[0][0]
		rows, err = s.rows(ctx, identity)
	}
	if err != nil {
		return shared, cannot(err)
	}
	shared.seen = rows[0][0]
	return shared, nil
}

// join calls do within another transaction that sees the same. A connection that cannot be made, or comes to see anything else, reads nothing: the
// others read its parts.
func (shared sharedSnapshot) join(ctx context.Context, req sdk.ReadRequest, do func(context.Context, *session) error) error {
	joined := false
	err := withinSnapshot(ctx, req.Config, req.Zone, shared.id, func(ctx context.Context, s *session) error {
		rows, err := s.rows(ctx, identity)
		if err != nil {
			return err
		}
		if rows[0][0] != shared.seen {
			return errors.New("it is of another snapshot or server")
		}
		joined = true
		return do(ctx, s)
	})
	if err == nil || joined || ctx.Err() != nil {
		return err
	}
	slog.Warn(fmt.Sprintf("%s is read over a connection less: %v", sqlread.Origin(req.Config), err))
	return nil
}
