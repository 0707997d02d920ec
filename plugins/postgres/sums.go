package postgres

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/checksum"
	"github.com/recon-lang/recon/sdk/schema"
)

// Snapshot opens one transaction for sums and reads.
func (source) Snapshot(ctx context.Context, req sdk.ReadRequest, do func(sdk.Snapshot) error) error {
	return within(ctx, req.Config, req.Zone, func(ctx context.Context, s *session) error {
		if s.addsUp() == "" { // the other side may take its time while this one waits
			if err := s.broken(ctx, 0, s.conn.Exec(ctx, "SET LOCAL idle_in_transaction_session_timeout = 0").Close()); err != nil {
				return err
			}
		}
		return do(&snapshot{session: s, req: req})
	})
}

// snapshot is a transaction that sees one moment.
type snapshot struct {
	*session
	req sdk.ReadRequest
}

func (s *snapshot) Read(ctx context.Context, where []schema.Condition, emit func(*batch.Batch) error) error {
	req := s.req
	req.Where = append(slices.Clone(req.Where), where...)
	return readError(ctx, req.Config, s.read(ctx, req, emit))
}

func (s *snapshot) Survey(ctx context.Context, req checksum.Request, ranges int) (checksum.Survey, error) {
	survey, err := s.survey(ctx, req, ranges)
	return survey, readError(ctx, s.req.Config, err)
}

func (s *snapshot) survey(ctx context.Context, req checksum.Request, ranges int) (checksum.Survey, error) {
	survey := checksum.Survey{Rows: -1}
	a, refused, err := s.adding(ctx, req)
	if err != nil || refused != "" {
		survey.Refused = refused
		return survey, err
	}
	indexes, table, err := s.indexes(ctx)
	if err != nil {
		return survey, err
	}
	survey.Unique = sqlread.Keyed(req, indexes)
	if survey.Rows, err = s.estimate(ctx, a); err != nil || ranges == 0 {
		return survey, err
	}
	sample := *s.session
	if part := sqlread.Sample(survey.Rows, ranges); part < 1 {
		share := strconv.FormatFloat(part, 'g', 6, 64)
		sample.from = "(SELECT * FROM " + s.from + " WHERE random() < " + share + ") AS q"
		if table && a.where == "" && survey.Rows > 1_000_000 { // whole pages, so that not all are read
			percent := strconv.FormatFloat(100*part, 'g', 6, 64)
			sample.from = "(SELECT * FROM " + s.from + " TABLESAMPLE SYSTEM (" + percent + ")) AS q"
		}
	}
	read := s.req
	read.Columns, read.BadRows, read.Order = []schema.Column{req.Cut}, true, nil
	var values []schema.Value
	err = sample.read(ctx, read, func(b *batch.Batch) error {
		for i := range b.Rows {
			values = append(values, b.Columns[0].Value(i))
		}
		return nil
	})
	for _, v := range checksum.Cuts(values, ranges) {
		if _, ok := a.less(v); ok {
			survey.Cuts = append(survey.Cuts, v)
		}
	}
	return survey, err
}

// estimate is how many rows the planner expects.
func (s *snapshot) estimate(ctx context.Context, a *adding) (int64, error) {
	sql := "EXPLAIN (FORMAT JSON) SELECT 1 FROM " + s.from + a.filter("")
	rows, err := s.texts(ctx, sql, a.bound)
	if err != nil || len(rows) == 0 {
		return -1, err
	}
	var plans []struct {
		Plan struct {
			Rows float64 `json:"Plan Rows"`
		}
	}
	if err := json.Unmarshal([]byte(rows[0][0]), &plans); err != nil || len(plans) == 0 {
		return -1, nil // another server's words: an estimate is not worth an error
	}
	return int64(plans[0].Plan.Rows), nil
}

// indexes are the columns of each unique index that covers all rows of what is read. table reports whether that is a
// table with pages of its own.
func (s *snapshot) indexes(ctx context.Context) (indexes [][]string, table bool, err error) {
	if !s.req.Config.Has("table") {
		return nil, false, nil
	}
	// The index of a table with heirs says nothing of their rows.
	rows, err := s.rows(ctx, `SELECT i.indexrelid, a.attname, c.relkind::text
			FROM pg_catalog.pg_class c
			LEFT JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
				AND (c.relkind = 'p' OR NOT c.relhassubclass)
			LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey[0:i.indnkeyatts-1])
			WHERE c.oid = $1::text::regclass`, s.from)
	at := map[string]int{}
	for _, row := range rows {
		table = row[2] == "r" || row[2] == "m"
		if row[0] == "" || row[1] == "" {
			continue
		}
		i, ok := at[row[0]]
		if !ok {
			i = len(indexes)
			at[row[0]] = i
			indexes = append(indexes, nil)
		}
		indexes[i] = append(indexes[i], row[1])
	}
	return indexes, table, err
}

// Sums adds up in one statement.
func (s *snapshot) Sums(ctx context.Context, req checksum.Request) ([]checksum.Sum, error) {
	sums, err := s.sums(ctx, req)
	return sums, readError(ctx, s.req.Config, err)
}

func (s *snapshot) sums(ctx context.Context, req checksum.Request) ([]checksum.Sum, error) {
	a, refused, err := s.adding(ctx, req)
	if err == nil && refused != "" {
		err = &sdk.Error{Message: refused}
	}
	if err != nil || req.From == req.To {
		return nil, err
	}
	sql, err := a.statement(s.from)
	if err != nil {
		return nil, err
	}
	rows, err := s.texts(ctx, sql, a.bound)
	if err != nil {
		return nil, err
	}
	return sqlread.Summed(req, rows)
}

// texts reads the result of a statement with arguments as text, null as "".
func (s *snapshot) texts(ctx context.Context, sql string, args *bound) ([][]string, error) {
	prepared, err := s.prepare(ctx, sql, args.oids)
	if err != nil {
		return nil, err
	}
	return s.readAll(ctx, s.conn.ExecStatement(ctx, prepared, args.values, nil, nil))
}
