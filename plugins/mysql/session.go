package mysql

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk"
)

// session is a connection within a transaction. All statements go as text: their values are literals
// (see literal.go), so nothing is prepared and rows come in the text protocol.
type session struct {
	config *mysql.Config
	conn   driver.Conn
	wire   *wire  // below conn; nil where rows come through the driver
	id     int64  // of the connection, on the server
	from   string // what is read, to stand behind FROM
	clock  clock
	busy   bool // a result was begun and has not come to its end
	part   part // of the table, which is read; the zero part is all
}

// within connects, begins a transaction, and calls do. The connection ends before it
// returns, on the server too.
func within(ctx context.Context, req sdk.ReadRequest, do func(context.Context, *session) error) error {
	s := &session{}
	var err error
	if s.clock, err = clockFor(req); err != nil {
		return err
	}
	if s.from, err = from(req.Config, s.clock); err != nil {
		return err
	}
	if s.config, err = parseDSN(req.Config.Text("dsn", "")); err != nil {
		return err
	}
	if err = s.connect(ctx); err != nil {
		return err
	}
	defer s.close(ctx)
	if err = s.begin(ctx); err == nil {
		err = do(ctx, s)
	}
	return readError(ctx, req.Config, err)
}

func (s *session) connect(ctx context.Context) error {
	config := s.config.Clone()
	s.wire, config.DialFunc = dialWire(config)
	connector, err := mysql.NewConnector(config)
	if err == nil {
		var limited context.Context // the driver's own timeout ends with the dial
		limited, cancel := context.WithTimeout(ctx, s.config.Timeout)
		defer cancel()
		s.conn, err = connector.Connect(limited)
	}
	if err != nil {
		return connectError(ctx, s.config, err)
	}
	return nil
}

// close ends the connection. Where a statement may still run, the server is told to end it by
// another connection: closing this one would let it compute until it has rows to send.
func (s *session) close(ctx context.Context) {
	if s.busy {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		other := &session{config: s.config}
		if err := other.connect(ctx); err == nil {
			other.exec(ctx, "KILL "+strconv.FormatInt(s.id, 10)) // an error means that it has ended
			other.conn.Close()
		}
	}
	s.conn.Close()
}

const startTransaction = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"

func (s *session) begin(ctx context.Context) error {
	for _, statement := range []string{
		// A CHAR must not come with its padding, and no result be cut short. The reader may pause for long.
		"SET SESSION sql_mode = TRIM(BOTH ',' FROM REPLACE(CONCAT(',', @@sql_mode, ','), ',PAD_CHAR_TO_FULL_LENGTH,', ',')), " +
			"sql_select_limit = 18446744073709551615, net_write_timeout = 86400",
		"SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
		startTransaction,
	} {
		if err := s.exec(ctx, statement); err != nil {
			return err
		}
	}
	if err := s.exec(ctx, "SET SESSION time_zone = "+textLiteral(s.clock.session)); err != nil {
		return s.clock.refused(err)
	}
	id, err := s.query(ctx, "SELECT CONNECTION_ID()")
	if err != nil {
		return err
	}
	row, err := id.next()
	if err != nil {
		return err
	}
	s.id, _ = strconv.ParseInt(string(row[0]), 10, 64)
	_, err = id.next() // reads the end
	return err
}

func (s *session) exec(ctx context.Context, sql string) error {
	_, err := s.conn.(driver.ExecerContext).ExecContext(ctx, sql, nil)
	return s.broken(ctx, 0, err)
}

// result is the rows of a statement. It must be read to its end, or the connection be closed.
type result struct {
	driver.Rows
	s      *session
	ctx    context.Context
	rows   int64
	values [][]byte
	parsed []driver.Value // by the driver
	buffer []byte         // of their texts
}

func (s *session) query(ctx context.Context, sql string) (*result, error) {
	s.busy = true
	rows, err := s.conn.(driver.QueryerContext).QueryContext(ctx, sql, nil)
	if err != nil {
		var server *mysql.MySQLError
		s.busy = !errors.As(err, &server)
		return nil, s.broken(ctx, 0, err)
	}
	if s.wire != nil {
		s.wire.sequence = -1
	}
	columns := len(rows.Columns())
	return &result{Rows: rows, s: s, ctx: ctx, values: make([][]byte, columns), parsed: make([]driver.Value, columns)}, nil
}

// next is the next row, each value as the server's text of it, nil for null. They are valid until the call after. At the end there
// is no row.
func (r *result) next() ([][]byte, error) {
	if r.s.wire != nil {
		row, err := r.s.wire.row()
		if err == nil && row != nil && !split(row, r.values) {
			err = mysql.ErrMalformPkt
		}
		if err != nil { // the driver's word for it, which names no port of this machine
			return nil, r.s.broken(r.ctx, r.rows, mysql.ErrInvalidConn)
		}
		if row != nil {
			r.rows++
			return r.values, nil
		}
	}
	err := r.Rows.Next(r.parsed)
	if err == nil {
		r.rows++
		r.print()
		return r.values, nil
	}
	var server *mysql.MySQLError
	if err == io.EOF || errors.As(err, &server) {
		r.s.busy = false
		r.Rows.Close()
	}
	if err == io.EOF {
		return nil, nil
	}
	return nil, r.s.broken(r.ctx, r.rows, err)
}

// print makes texts of what the driver has parsed.
func (r *result) print() {
	r.buffer = r.buffer[:0]
	for i, v := range r.parsed {
		from := len(r.buffer)
		switch v := v.(type) {
		case nil:
			r.values[i] = nil
			continue
		case []byte:
			r.values[i] = v
			continue
		case int64:
			r.buffer = strconv.AppendInt(r.buffer, v, 10)
		case uint64:
			r.buffer = strconv.AppendUint(r.buffer, v, 10)
		case float64:
			r.buffer = strconv.AppendFloat(r.buffer, v, 'g', -1, 64)
		default:
			r.buffer = fmt.Append(r.buffer, v)
		}
		r.values[i] = r.buffer[from:len(r.buffer):len(r.buffer)]
	}
}

// broken words an error which means that the connection is gone: everything that is not the server's word on a
// statement, and the server's last words. Others stay.
func (s *session) broken(ctx context.Context, rows int64, err error) error {
	var server *mysql.MySQLError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &server) && !lastWords(server.Number):
		return err
	}
	return sqlread.Lost(rows, err)
}
