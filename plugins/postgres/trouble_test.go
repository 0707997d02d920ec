package postgres

import (
	"context"
	"database/sql"
	"errors"
	"net"
	"net/url"
	"strings"
	"testing"

	"github.com/recon-lang/recon/plugins/internal/sqltest"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// TestTrouble makes each mistake that a user can make and sees that the message names it, and no secret.
func TestTrouble(t *testing.T) {
	db := servers.Postgres(t)
	db.Exec(t, "create table bill (no text, amount numeric)", "create role other login password 'x'", "create table secret (no text)")
	t.Cleanup(func() { db.Exec(t, "drop role other") })
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	dsn := func(change func(*url.URL)) string {
		u, err := url.Parse(db.DSN)
		if err != nil {
			t.Fatal(err)
		}
		change(u)
		return u.String()
	}
	const wrong = "wr0ng-p/w"
	no := []schema.Column{sqltest.Column("no", "string")}
	for _, c := range []struct {
		name, dsn, table, query string
		params                  map[string]schema.Value
		columns                 []schema.Column
		setting, message        string
		temporary               bool
	}{
		{name: "unparsable dsn", dsn: "postgres://recon:" + wrong + "%zz@localhost:x/db", setting: "dsn", message: "the dsn cannot be understood"},
		{name: "unparsable words", dsn: "host=localhost password=" + wrong + " port=" + wrong, setting: "dsn", message: "the dsn cannot be understood"},
		{name: "wrong password", dsn: dsn(func(u *url.URL) { u.User = url.UserPassword("recon", wrong) }), setting: "dsn", message: "password authentication failed"},
		{name: "refused", dsn: dsn(func(u *url.URL) { u.Host = closed.Addr().String() }), setting: "dsn", message: "cannot connect to " + closed.Addr().String() + ": connect: connection refused", temporary: true},
		{name: "unknown host", dsn: dsn(func(u *url.URL) { u.Host = "nowhere..invalid" }), setting: "dsn", message: "cannot connect to nowhere..invalid:5432: the host is unknown"}, // no name that a name server is asked for
		{name: "unknown database", dsn: dsn(func(u *url.URL) { u.Path = "/nodb" }), setting: "dsn", message: `database "nodb" does not exist`},
		{name: "no tls", dsn: dsn(func(u *url.URL) { u.RawQuery = "sslmode=require" }), setting: "dsn", message: "server refused TLS connection"},
		{name: "unknown table", table: "bills", setting: "table", message: "there is no table bills"},
		{name: "no name", table: "pay.", setting: "table", message: `"pay." is not the name of a table`},
		{name: "an injection", table: `bill; drop table bill`, setting: "table", message: "there is no table bill; drop table bill"},
		{name: "unknown column", table: "bill", columns: []schema.Column{sqltest.Column("Amount", "string")}, setting: "table", message: `table bill has no column "Amount"`},
		{name: "wrong type", table: "bill", columns: []schema.Column{sqltest.Column("amount", "date")}, setting: "table", message: "column amount of table bill is numeric in the database and cannot be read as date"},
		{name: "no right", dsn: dsn(func(u *url.URL) { u.User = url.UserPassword("other", "x") }), table: "secret", setting: "table", message: "permission denied for table secret"},
		{name: "syntax", query: "selec no from bill", setting: "query", message: `the query fails: syntax error at or near "selec"`},
		{name: "two statements", query: "select no from bill; drop table bill", setting: "query", message: "the query fails: cannot insert multiple commands into a prepared statement"},
		{name: "unknown table in query", query: "select no from bills", setting: "query", message: `the query fails: relation "bills" does not exist`},
		{name: "empty query", query: " ; ", setting: "query", message: "the query is empty"},
		{name: "no value", query: "select no from bill where no = :x", setting: "query", message: "the parameter :x has no value"},
		{name: "a write", query: "with gone as (delete from bill returning no) select no from gone", setting: "query", message: "the server refuses"},
		{name: "a hidden write", query: "select nextval('s')::text as no", setting: "query", message: "read-only transaction"},
		{name: "division", query: "select (1 / (length(no) - 1))::text as no from bill", setting: "query", message: "the query fails: division by zero"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.name == "division" {
				db.Exec(t, "insert into bill values ('1')")
			}
			if c.name == "a hidden write" {
				db.Exec(t, "create sequence s")
			}
			cfg := config(db, "bill")
			if c.dsn != "" {
				cfg["dsn"] = schema.Value{Type: cfg["dsn"].Type, Text: c.dsn}
			}
			if c.table != "" {
				cfg["table"] = schema.Text(c.table)
			}
			if c.query != "" {
				delete(cfg, "table")
				cfg["query"] = schema.Value{Type: schema.Type{Kind: schema.SQL}, Text: c.query, Params: c.params}
			}
			if c.columns == nil {
				c.columns = no
			}
			_, err := sqltest.Try(t, New(), sdk.ReadRequest{Config: cfg, Columns: c.columns})
			var e *sdk.Error
			if !errors.As(err, &e) || e.Setting != c.setting || !strings.Contains(e.Error(), c.message) || e.Temporary != c.temporary {
				t.Errorf("got error %#v, want setting %s and %q", err, c.setting, c.message)
			}
			if err != nil && (strings.Contains(err.Error(), wrong) || strings.Contains(err.Error(), db.Password)) {
				t.Errorf("%v shows the password", err)
			}
		})
	}
	var rows int
	if err := db.SQL().QueryRow("select count(*) from bill").Scan(&rows); err != nil || rows != 1 {
		t.Errorf("the table has %d rows, %v: something was written", rows, err)
	}
}

// TestParameters binds values that would be SQL if they were text.
func TestParameters(t *testing.T) {
	db := servers.Postgres(t)
	db.Exec(t, "create type st as enum ('PAID')", "create table v (s text, n numeric, i int, d date, t timestamp, tz timestamptz, b boolean, e st, f float8)",
		`insert into v values ('x'' or 1=1 --', 12.30, 7, '2026-01-02', '2026-01-02 00:00', '2026-01-01 16:00Z', true, 'PAID', 0.5)`)
	params := map[string]schema.Value{
		"s": schema.Text("x' or 1=1 --"), "n": sqltest.Value("decimal(18, 2)", "12.30"), "i": schema.Int(7), "d": sqltest.Value("date", "2026-01-02"),
		"t": sqltest.Value("timestamp", "2026-01-01T16:00:00Z"), "b": schema.Bool(true), "e": schema.Text("PAID"), "f": {Type: schema.Type{Kind: schema.Float}, Float: 0.5},
		"nothing": {Type: schema.Type{Kind: schema.String}, Null: true},
	}
	cfg := query(db, `select i, s from v where s = :s and n = :n and i = :i and d = :d and t = :t and tz = :t and b = :b and e = :e and f = :f
		and s <> ':s' and (:nothing::text is null) and i::text = '7' /* :not */ and i = :i -- :neither`, params)
	got := sqltest.Read(t, New(), sdk.ReadRequest{Config: cfg, Zone: "Asia/Shanghai", Columns: []schema.Column{sqltest.Column("i", "integer")},
		Where: []schema.Condition{{Op: schema.Equal, Column: "s", Type: schema.Type{Kind: schema.String}, Values: []schema.Value{schema.Text("x' or 1=1 --")}}}})
	if strings.Join(got, ";") != "7" {
		t.Errorf("read %q", got)
	}
}

const endless = "select generate_series(1, 100000000)::text as no, repeat('x', 100) as pad"

var pad = []schema.Column{sqltest.Column("no", "string"), sqltest.Column("pad", "string")}

// TestCancel ends reads from outside and sees that the server stops.
func TestCancel(t *testing.T) {
	db := servers.Postgres(t)
	for name, sql := range map[string]string{
		"streaming": endless,
		"computing": "select pg_sleep(100)::text as no, '' as pad",
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			started := make(chan struct{})
			go func() {
				for running(t, db.SQL().QueryRow) == 0 {
				}
				if name == "streaming" {
					<-started
				}
				cancel()
			}()
			seen := false
			err := New().Read(ctx, sdk.ReadRequest{Config: query(db, sql, nil), Columns: pad}, func(b *batch.Batch) error {
				if !seen {
					seen = true
					close(started)
				}
				return nil
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("got error %v", err)
			}
			gone(t, db.SQL().QueryRow)
		})
	}
	t.Run("receiver fails", func(t *testing.T) {
		full := errors.New("disk full")
		err := New().Read(t.Context(), sdk.ReadRequest{Config: query(db, endless, nil), Columns: pad}, func(b *batch.Batch) error { return full })
		if err != full {
			t.Errorf("got error %v", err)
		}
		gone(t, db.SQL().QueryRow)
	})
}

// TestLostConnection ends the server's end of a connection in mid-read.
func TestLostConnection(t *testing.T) {
	db := servers.Postgres(t)
	batches := 0
	err := New().Read(t.Context(), sdk.ReadRequest{Config: query(db, endless, nil), Columns: pad}, func(b *batch.Batch) error {
		if batches++; batches == 2 {
			if _, err := db.SQL().Exec("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'recon' and datname = current_database()"); err != nil {
				return err
			}
		}
		return nil
	})
	var e *sdk.Error
	if !errors.As(err, &e) || !e.Temporary || !strings.HasPrefix(e.Error(), "connection lost after ") || strings.HasPrefix(e.Message, "connection lost after 0 rows") {
		t.Errorf("got error %v after %d batches", err, batches)
	}
}

// TestSnapshot changes a table while it is read.
func TestSnapshot(t *testing.T) {
	db := servers.Postgres(t)
	db.Exec(t, "create table v (i int)", "insert into v select generate_series(1, 50000)")
	rows := 0
	err := New().Read(t.Context(), sdk.ReadRequest{Config: config(db, "v"), Columns: []schema.Column{sqltest.Column("i", "integer")}, Rows: 1000}, func(b *batch.Batch) error {
		if rows == 0 {
			db.Exec(t, "insert into v select generate_series(1, 50000)", "delete from v where i % 2 = 0")
		}
		rows += b.Rows
		return nil
	})
	if err != nil || rows != 50000 {
		t.Errorf("read %d rows, %v", rows, err)
	}
}

func running(t *testing.T, row func(string, ...any) *sql.Row) (n int) {
	if err := row("select count(*) from pg_stat_activity where application_name = 'recon' and datname = current_database() and state = 'active'").Scan(&n); err != nil {
		t.Error(err)
		return 1
	}
	return n
}

func gone(t *testing.T, row func(string, ...any) *sql.Row) {
	t.Helper()
	sqltest.Stops(t, func() int { return running(t, row) })
}
