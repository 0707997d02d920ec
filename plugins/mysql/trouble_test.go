package mysql

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
	db := servers.MariaDB(t)
	db.Exec(t, "create table bill (no varchar(20), amount decimal(18, 2))", "create or replace user other@'127.0.0.1' identified by 'x'", "grant select on "+db.Name+".bill to other@'127.0.0.1'", "create table secret (no text)")
	t.Cleanup(func() { db.Exec(t, "drop user other@'127.0.0.1'") })
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
		{name: "unparsable dsn", dsn: "mysql://recon:" + wrong + "%zz@localhost:x/db", setting: "dsn", message: "the dsn cannot be understood"},
		{name: "unparsable words", dsn: "recon:" + wrong + "@tcp(localhost:3306", setting: "dsn", message: "the dsn cannot be understood"},
		{name: "unknown option", dsn: db.DSN + "?tls=" + wrong, setting: "dsn", message: "the dsn cannot be understood"},
		{name: "wrong password", dsn: dsn(func(u *url.URL) { u.User = url.UserPassword("recon", wrong) }), setting: "dsn", message: "Access denied for user 'recon'"},
		{name: "refused", dsn: dsn(func(u *url.URL) { u.Host = closed.Addr().String() }), setting: "dsn", message: "cannot connect to " + closed.Addr().String() + ": connect: connection refused", temporary: true},
		{name: "unknown host", dsn: dsn(func(u *url.URL) { u.Host = "nowhere..invalid" }), setting: "dsn", message: "cannot connect to nowhere..invalid:3306: the host is unknown"}, // no name that a name server is asked for
		{name: "unknown database", dsn: dsn(func(u *url.URL) { u.Path = "/nodb" }), setting: "dsn", message: "Unknown database 'nodb'"},
		{name: "no database", dsn: dsn(func(u *url.URL) { u.Path = "" }), setting: "table", message: "No database selected"},
		{name: "no tls", dsn: dsn(func(u *url.URL) { u.RawQuery = "tls=true" }), setting: "dsn", message: "TLS requested but server does not support TLS"},
		{name: "unknown table", table: "bills", setting: "table", message: "there is no table bills"},
		{name: "no name", table: "pay.", setting: "table", message: "\"pay.\" is not the name of a table"},
		{name: "an injection", table: "bill; drop table bill", setting: "table", message: "there is no table bill; drop table bill"},
		{name: "an injection by quotes", table: "bill``; drop table bill", setting: "table", message: "there is no table bill``; drop table bill"},
		{name: "unknown column", table: "bill", columns: []schema.Column{sqltest.Column("Amount", "string")}, setting: "table", message: `table bill has no column "Amount"`},
		{name: "wrong type", table: "bill", columns: []schema.Column{sqltest.Column("amount", "date")}, setting: "table", message: "column amount of table bill is DECIMAL in the database and cannot be read as date"},
		{name: "no right", dsn: dsn(func(u *url.URL) { u.User = url.UserPassword("other", "x") }), table: "secret", setting: "table", message: "SELECT command denied to user 'other'"},
		{name: "syntax", query: "selec no from bill", setting: "query", message: "the query fails: You have an error in your SQL syntax"},
		{name: "two statements", query: "select no from bill; drop table bill", setting: "query", message: "the query fails: You have an error in your SQL syntax"},
		{name: "unknown table in query", query: "select no from bills", setting: "query", message: "the query fails: Table '" + db.Name + ".bills' doesn't exist"},
		{name: "two columns", query: "select no, no from bill", setting: "query", message: "the query fails: Duplicate column name 'no'"},
		{name: "empty query", query: " ; ", setting: "query", message: "the query is empty"},
		{name: "no value", query: "select no from bill where no = :x", setting: "query", message: "the parameter :x has no value"},
		{name: "a write", query: "select nextval(s) as no", setting: "query", message: "the query fails: Cannot execute statement in a READ ONLY transaction"},
		{name: "a lock", query: "select no from bill for update", setting: "query", message: ""},
		{name: "a number", query: "select exp(1000 + length(no)) as no from bill", setting: "query", message: "the query fails: DOUBLE value is out of range"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.name == "a number" {
				db.Exec(t, "insert into bill values ('1', 1)")
			}
			if c.name == "a write" {
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
	db := servers.MariaDB(t)
	nasty := "x' or 1=1 -- \\' \x00\" ?"
	db.Exec(t, "create table v (s varchar(100), n decimal(18, 2), i int, d date, t datetime, tz timestamp null, b boolean, e enum('PAID'), f double)", "set time_zone = '+00:00'",
		"insert into v values ("+textLiteral(nasty)+", 12.30, -7, '2026-01-02', '2026-01-02 00:00', '2026-01-01 16:00', true, 'PAID', 0.5)")
	for _, mode := range []string{"", "ansi_quotes,no_backslash_escapes,pad_char_to_full_length,high_not_precedence,pipes_as_concat"} {
		db.Exec(t, "set global sql_mode = '"+mode+"'")
		t.Cleanup(func() { db.Exec(t, "set global sql_mode = default") })
		params := map[string]schema.Value{
			"s": schema.Text(nasty), "n": sqltest.Value("decimal(18, 2)", "12.30"), "i": schema.Int(-7), "d": sqltest.Value("date", "2026-01-02"),
			"t": sqltest.Value("timestamp", "2026-01-01T16:00:00Z"), "b": schema.Bool(true), "e": schema.Text("PAID"), "f": {Type: schema.Type{Kind: schema.Float}, Float: 0.5},
			"nothing": {Type: schema.Type{Kind: schema.String}, Null: true},
		}
		cfg := query(db, `select i, s, tz from v where s = :s and n = :n and i = :i and 0-:i = 7 and d = :d and t = :t and tz = :t and b = :b and e = :e and f = :f
			and s <> ':s' and :nothing is null /* :not ? */ and i = :i -- :neither`, params)
		got := sqltest.Read(t, New(), sdk.ReadRequest{Config: cfg, Zone: "Asia/Shanghai", Columns: []schema.Column{sqltest.Column("i", "integer"), sqltest.Column("tz", "timestamp")},
			Where: []schema.Condition{
				{Op: schema.Equal, Column: "s", Type: schema.Type{Kind: schema.String}, Values: []schema.Value{schema.Text(nasty)}},
				{Op: schema.Equal, Column: "tz", Type: schema.Type{Kind: schema.Timestamp}, Values: []schema.Value{params["t"]}},
			}})
		if strings.Join(got, ";") != "-7|2026-01-01T16:00:00Z" {
			t.Errorf("sql_mode %q: read %q", mode, got)
		}
	}
}

// TestParametersAcrossAClockChange reads a window of the day on which summer time ends, from columns with and without a zone.
func TestParametersAcrossAClockChange(t *testing.T) {
	db := servers.MariaDB(t)
	db.Exec(t, "create table v (no int, t datetime, tz timestamp null)", "set time_zone = '+00:00'",
		"insert into v values (1, '2026-10-25 00:00', '2026-10-24 22:00'), (2, '2026-10-25 02:30', '2026-10-25 00:30'), (3, '2026-10-25 23:59', '2026-10-25 22:59'), (4, '2026-10-26 00:00', '2026-10-25 23:00'), (5, '2026-10-25 02:30', '2026-10-25 01:30')")
	params := map[string]schema.Value{"window_start": sqltest.Value("timestamp", "2026-10-24T22:00:00Z"), "window_end": sqltest.Value("timestamp", "2026-10-25T23:00:00Z")}
	req := sdk.ReadRequest{Zone: "Europe/Berlin", Columns: []schema.Column{sqltest.Column("no", "integer"), sqltest.Column("tz", "timestamp")}}
	const want = "1|2026-10-24T22:00:00Z 2|2026-10-25T00:30:00Z 3|2026-10-25T22:59:00Z 5|2026-10-25T01:30:00Z"
	for _, column := range []string{"t", "tz"} {
		req.Config = query(db, "select * from v where "+column+" >= :window_start and "+column+" < :window_end order by no", params)
		_, err := sqltest.Try(t, New(), req)
		if err == nil || !strings.Contains(err.Error(), "does not know that zone") {
			t.Errorf("%s: a server without time zones gives error %v", column, err)
		}
	}
	// The one zone that the test needs, as mysql_tzinfo_to_sql writes it.
	db.Exec(t, "insert into mysql.time_zone values (1, 'N')", "insert into mysql.time_zone_name values ('Europe/Berlin', 1)",
		"insert into mysql.time_zone_transition_type values (1, 0, 3600, 0, 'CET'), (1, 1, 7200, 1, 'CEST')",
		"insert into mysql.time_zone_transition values (1, unix_timestamp('2026-03-29 01:00'), 1), (1, unix_timestamp('2026-10-25 01:00'), 0)")
	for _, column := range []string{"t", "tz"} {
		req.Config = query(db, "select * from v where "+column+" >= :window_start and "+column+" < :window_end order by no", params)
		if got := strings.Join(sqltest.Read(t, New(), req), " "); got != want {
			t.Errorf("%s: read %s, want %s", column, got, want)
		}
	}
	req.Where = []schema.Condition{{Op: schema.Equal, Column: "tz", Type: schema.Type{Kind: schema.Timestamp}, Values: []schema.Value{sqltest.Value("timestamp", "2026-10-25T01:30:00Z")}}}
	if got := strings.Join(sqltest.Read(t, New(), req), " "); got != "5|2026-10-25T01:30:00Z" {
		t.Errorf("read %s", got)
	}
}

const endless = "select seq as no, repeat('x', 100) as pad from seq_1_to_100000000"

var pad = []schema.Column{sqltest.Column("no", "string"), sqltest.Column("pad", "string")}

// TestCancel ends reads from outside and sees that the server stops.
func TestCancel(t *testing.T) {
	db := servers.MariaDB(t)
	db.Exec(t, "create table slow (i int)", "insert into slow values (100), (100)")
	for name, sql := range map[string]string{
		"streaming": endless,
		"computing": "select sleep(i) as no, '' as pad from slow",
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
	db := servers.MariaDB(t)
	batches := 0
	err := New().Read(t.Context(), sdk.ReadRequest{Config: query(db, endless, nil), Columns: pad}, func(b *batch.Batch) error {
		if batches++; batches == 2 {
			var id string
			if err := db.SQL().QueryRow("select id from information_schema.processlist where db = database() and info like 'SELECT `no`%'").Scan(&id); err != nil {
				return err
			}
			if _, err := db.SQL().Exec("kill " + id); err != nil {
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
	db := servers.MariaDB(t)
	db.Exec(t, "create table v (i int)", "insert into v select seq from seq_1_to_50000")
	rows := 0
	err := New().Read(t.Context(), sdk.ReadRequest{Config: config(db, "v"), Columns: []schema.Column{sqltest.Column("i", "integer")}, Rows: 1000}, func(b *batch.Batch) error {
		if rows == 0 {
			db.Exec(t, "insert into v select seq from seq_1_to_50000", "delete from v where i % 2 = 0")
		}
		rows += b.Rows
		return nil
	})
	if err != nil || rows != 50000 {
		t.Errorf("read %d rows, %v", rows, err)
	}
}

func running(t *testing.T, row func(string, ...any) *sql.Row) (n int) {
	if err := row("select count(*) from information_schema.processlist where db = database() and command = 'Query' and info like '%`no`%' and id <> connection_id()").Scan(&n); err != nil {
		t.Error(err)
		return 1
	}
	return n
}

func gone(t *testing.T, row func(string, ...any) *sql.Row) {
	t.Helper()
	sqltest.Stops(t, func() int { return running(t, row) })
}
