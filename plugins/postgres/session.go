package postgres

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk/schema"
)

// connectTimeout bounds connecting where the dsn does not say connect_timeout.
const connectTimeout = 10 * time.Second

// session is a connection within a transaction. It uses no named statements, so that a
// pooler between (pgbouncer) does not matter.
type session struct {
	conn *pgconn.PgConn
	from string         // what is read, to stand behind FROM
	all  string         // a statement for all of it
	args []schema.Value // of the query, $1 and on
	utf8 bool           // the server's texts are UTF-8, so its byte order is that of code points
	part part           // of the table, which is read; the zero part is all
}

// within connects, begins a transaction, and calls do. The connection ends before it
// returns, on the server too.
func within(ctx context.Context, cfg schema.Config, zone string, do func(context.Context, *session) error) error {
	return withinSnapshot(ctx, cfg, zone, "", do)
}

// withinSnapshot is within a transaction that sees what another one exported; "" for a snapshot of its own.
func withinSnapshot(ctx context.Context, cfg schema.Config, zone, snapshot string, do func(context.Context, *session) error) error {
	s := &session{}
	var err error
	if err = s.address(cfg); err != nil {
		return err
	}
	config, err := pgconn.ParseConfig(cfg.Text("dsn", ""))
	if err != nil {
		return badDSN()
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTimeout
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "recon"
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if s.conn, err = pgconn.ConnectConfig(ctx, config); err != nil {
		return connectError(ctx, config, err)
	}
	defer func() {
		cancel() // a statement that still runs is cancelled on the server
		closing, done := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer done()
		s.conn.Close(closing)
		select {
		case <-s.conn.CleanupDone():
		case <-closing.Done():
		}
	}()
	encoding := s.conn.ParameterStatus("server_encoding")
	s.utf8 = encoding == "UTF8" || encoding == "SQL_ASCII"
	if err = s.begin(ctx, zone, snapshot); err == nil {
		err = do(ctx, s)
	}
	return readError(ctx, cfg, err)
}

// begin starts the transaction. Its settings end with it, and none needs to be a parameter of
// the connection, which poolers refuse.
func (s *session) begin(ctx context.Context, zone, snapshot string) error {
	if zone == "" {
		zone = "UTC"
	}
	begin := "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; "
	if snapshot != "" {
		begin += "SET TRANSACTION SNAPSHOT " + sqlread.Quote(snapshot, "'") + "; "
	}
	begin += "SET LOCAL client_encoding = 'UTF8'; SET LOCAL DateStyle = 'ISO, YMD'; " +
		"SET LOCAL IntervalStyle = 'iso_8601'; SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1; " +
		"SET LOCAL standard_conforming_strings = on; SET LOCAL TimeZone = " + sqlread.Quote(zone, "'")
	return s.broken(ctx, 0, s.conn.Exec(ctx, begin).Close())
}

// prepare makes sql the unnamed statement.
func (s *session) prepare(ctx context.Context, sql string, oids []uint32) (*pgconn.StatementDescription, error) {
	prepared, err := s.conn.Prepare(ctx, "", sql, oids)
	return prepared, s.broken(ctx, 0, err)
}

// broken words an error which means that the connection is gone: everything that is not the server's word on a
// statement, and the server's last words. Others stay.
func (s *session) broken(ctx context.Context, rows int64, err error) error {
	var server *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &server) && !strings.HasPrefix(server.Code, "57P") && !strings.HasPrefix(server.Code, "08"):
		return err
	}
	return sqlread.Lost(rows, err)
}

// address writes what cfg names as SQL. A query stands alone in s.all, so that the server's words on its syntax fit
// what the author wrote.
func (s *session) address(cfg schema.Config) (err error) {
	if cfg.Has("table") {
		s.from, err = sqlread.Table(cfg, `"`, 3)
		s.all = "SELECT * FROM " + s.from
		return err
	}
	s.all, s.args, err = sqlread.Query(cfg, func(i int, v schema.Value) string { return placeholder(i) })
	s.from = "(" + s.all + ") AS q"
	return err
}

// rows reads the result of a statement of the catalog as text, null as "".
func (s *session) rows(ctx context.Context, sql string, args ...string) ([][]string, error) {
	values := make([][]byte, len(args))
	for i, a := range args {
		values[i] = []byte(a)
	}
	return s.readAll(ctx, s.conn.ExecParams(ctx, sql, values, nil, nil, nil))
}

// readAll reads a result as text, null as "".
func (s *session) readAll(ctx context.Context, reader *pgconn.ResultReader) ([][]string, error) {
	result := reader.Read()
	if result.Err != nil {
		return nil, s.broken(ctx, 0, result.Err)
	}
	var rows [][]string
	for _, r := range result.Rows {
		row := make([]string, len(r))
		for i, v := range r {
			row[i] = string(v)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func quote(name string) string { return sqlread.Quote(name, `"`) }

func quoteAll(columns []schema.Column) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = quote(c.Name)
	}
	return strings.Join(names, ", ")
}
