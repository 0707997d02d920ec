package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/plugins/internal/sqltest"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
	"github.com/recon-lang/recon/sdk/sdktest"
)

func TestMain(m *testing.M) { sdktest.Main(m, New) }

// create makes a database file by the driver, which is not what reads it.
func create(t testing.TB, statements ...string) (path string, db *sql.DB) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "a ?#%.db")
	db, err := sql.Open("sqlite", "file:"+strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23", " ", "%20").Replace(path))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1)
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	return path, db
}

func config(path, table string) schema.Config {
	return schema.Config{"path": {Type: schema.Type{Kind: schema.Path}, Text: path}, "table": schema.Text(table)}
}

func query(path, text string, params map[string]schema.Value) schema.Config {
	return schema.Config{"path": {Type: schema.Type{Kind: schema.Path}, Text: path}, "query": {Type: schema.Type{Kind: schema.SQL}, Text: text, Params: params}}
}

// TestTypes reads what can be stored as each type of the language that it can be. A value that does not fit is marked by !.
func TestTypes(t *testing.T) {
	for _, c := range []struct{ column, want, values, rows string }{
		{"text", "string", "'订单''号' ; '' ; null ; ' a ' ; 12 ; 1.5 ; x'6162' ; cast(x'ff' as text)", "订单'号 ;  ; null ;  a  ; 12 ; 1.5 ; !ab ; !\xff"},
		{"", "string", "12 ; 1.5 ; 'x' ; 9223372036854775807", "12 ; 1.5 ; x ; 9223372036854775807"},
		{"text", `enum("A")`, "'A' ; 'B'", "A ; B"},
		{"integer", "integer", "-9223372036854775808 ; 9223372036854775807 ; null ; '7' ; 7.0 ; 'x' ; 1.5 ; x'37'", "-9223372036854775808 ; 9223372036854775807 ; null ; 7 ; 7 ; !x ; !1.5 ; !7"},
		{"text", "integer", "'007' ; 7 ; '7 '", "7 ; 7 ; !7 "},
		{"", "integer", "1e18 ; 1e19 ; 0.1", "1000000000000000000 ; !1e+19 ; !0.1"},
		{"text", "decimal(18, 2)", "'12.30' ; '9999999999999999.99' ; '-0.01' ; '1.234' ; '1,5' ; ''", "12.30 ; 9999999999999999.99 ; -0.01 ; !1.234 ; !1,5 ; !"},
		{"text", "decimal(38, 2)", "'999999999999999999999999999999999999.99'", "999999999999999999999999999999999999.99"},
		{"decimal(18, 2)", "decimal(18, 2)", "12.30 ; 12 ; '12.30' ; 0.1 ; 1234567.89 ; 0.005 ; 9e999 ; 'x'", "12.30 ; 12.00 ; 12.30 ; 0.10 ; 1234567.89 ; !0.005 ; !+Inf ; !x"},
		{"integer", "decimal(38, 19)", "9223372036854775807", "9223372036854775807.0000000000000000000"},
		{"integer", "decimal(5, 2)", "999 ; 1000", "999.00 ; !1000"},
		{"real", "float", "0.1 ; 1 ; -1e300 ; null", "0.1 ; 1 ; -1e+300 ; null"},
		{"boolean", "boolean", "1 ; 0 ; true ; 'true' ; 'f' ; 2 ; null", "true ; false ; true ; true ; false ; !2 ; null"},
		{"date", "date", "'2026-02-28' ; '0001-01-01' ; '9999-12-31' ; '2026-02-29' ; '2026-02-28 00:00' ; 20260228 ; null", "2026-02-28 ; 0001-01-01 ; 9999-12-31 ; !2026-02-29 ; !2026-02-28 00:00 ; !20260228 ; null"},
		{"timestamp", "timestamp", "'2026-02-28 00:00:00.123456' ; '2026-02-28T00:00:00Z' ; '2026-02-28 08:00:00+08:00' ; '2026-02-28 00:00' ; '2026-02-28' ; 1772208000 ; 2461099.5 ; 'x'",
			"2026-02-27T16:00:00.123456Z ; 2026-02-28T00:00:00Z ; 2026-02-28T00:00:00Z ; 2026-02-27T16:00:00Z ; 2026-02-27T16:00:00Z ; !1772208000 ; !2461099.5 ; !x"},
		{"blob", "bytes", "x'00ff' ; x'' ; 'ab' ; null", "\x00\xff ;  ; ab ; null"},
		{"json", "json", `'{"a": 1}' ; 12 ; 'x'`, `{"a": 1} ; 12 ; !x`},
	} {
		t.Run(c.column+" as "+c.want, func(t *testing.T) {
			statements := []string{"create table v (v " + c.column + ")"}
			for _, v := range strings.Split(c.values, " ; ") {
				statements = append(statements, "insert into v values ("+v+")")
			}
			path, _ := create(t, statements...)
			got := sqltest.Read(t, New(), sdk.ReadRequest{Config: config(path, "v"), Zone: "Asia/Shanghai", Columns: []schema.Column{sqltest.Column("v", c.want)}, BadRows: true})
			if got := strings.Join(got, " ; "); got != c.rows {
				t.Errorf("read %q, want %q", got, c.rows)
			}
		})
	}
}

func TestColumns(t *testing.T) {
	path, _ := create(t, `create table "Order.1" (no varchar(32), mch integer, amount decimal(18, 2), n numeric, n0 numeric(9), f double precision, ok boolean, d date, t datetime, tz timestamp, j json, b blob, x,
		primary key (mch, no)) without rowid`)
	table, err := New().Columns(t.Context(), config(path, `"Order.1"`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range table.Columns {
		got = append(got, c.Name+" "+c.Type.String())
	}
	want := "no string, mch integer, amount decimal(18, 2), n decimal(38, 10), n0 decimal(9, 0), f float, ok boolean, d date, t timestamp, tz timestamp, j json, b bytes, x string"
	if g := strings.Join(got, ", "); g != want {
		t.Errorf("columns are %s, want %s", g, want)
	}
	if key := strings.Join(table.Key, ","); key != "mch,no" {
		t.Errorf("key is %s", key)
	}
	table, err = New().Columns(t.Context(), query(path, `select no, amount * 2 as twice, :x as x from "Order.1" -- all`, map[string]schema.Value{"x": schema.Int(1)}))
	if err != nil || len(table.Columns) != 3 || table.Columns[1].Name != "twice" {
		t.Errorf("columns of the query are %v, %v", table, err)
	}
}

// values are what columns are compared with: near the values of the rows, and nothing like them.
func values(t schema.Type) []schema.Value {
	var typ string
	var texts []string
	switch t.Kind {
	case schema.String, schema.Enum:
		typ, texts = "string", []string{"", " ", "a", "A", "a ", "ab", "é", "订单", "订", "Z", "10", "9", "9.5", "\U0001F600", "\uff5e", "2026-03-08", "' or '1'='1"}
	case schema.Integer:
		typ, texts = "integer", []string{"0", "9", "10", "-1", "9223372036854775807", "-9223372036854775808", "9007199254740993"}
	case schema.Decimal:
		typ, texts = "decimal(38, 4)", []string{"0", "9.5", "9.50", "9.49", "10", "-0.01", "9999999999999999.9999", "9007199254740993", "0.0001", "0.3", "0.1"}
	case schema.Boolean:
		typ, texts = "boolean", []string{"true", "false"}
	case schema.Float:
		return []schema.Value{{Type: t, Float: 0.1}, {Type: t, Float: 10}}
	case schema.Date:
		typ, texts = "date", []string{"2026-03-08", "2026-11-01", "2026-11-02", "1970-01-01", "0001-01-01", "9999-12-31"}
	case schema.Timestamp:
		typ, texts = "timestamp", []string{"2026-03-08T06:59:59.999999Z", "2026-03-08T07:00:00Z", "2026-03-08T07:00:00.000001Z", "2026-11-01T05:00:00Z", "2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z", "2026-11-01T07:00:00Z", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z"}
	}
	var values []schema.Value
	for _, text := range texts {
		values = append(values, sqltest.Value(typ, text))
	}
	return values
}

var mixed = []string{
	`create table v (s text, nc text collate nocase, x, i integer, n numeric, nt text, r real, b boolean, d date, t timestamp, tt text, ti text)`,
	`create index vi on v (i)`, `create index vt on v (t)`, `create index vs on v (s)`,
	`insert into v values (null, null, null, null, null, null, null, null, null, null, null, null)`,
	`insert into v values ('', '', '', 0, 0, '0', 0, true, '1970-01-01', '1970-01-01', '1970-01-01T00:00:00Z', '0')`,
	`insert into v values ('a', 'A', 10, 10, 9.5, '9.50', 9.5, false, '2026-03-08', '2026-03-08 02:00', '2026-03-08T02:30:00.5', '10')`,
	`insert into v values ('A', 'a', 9.5, 9, 9.4999, '9.4999', 0.1, 'true', '2026-11-01', '2026-03-08 06:59:59.999999+00:00', '2026-11-01 01:30', '009')`,
	`insert into v values ('a ', 'a ', '10', -1, -0.01, '-0.01', 0.30000000000000004, null, '2026-11-02', '2026-03-08T03:00', '2026-11-01 05:30Z', '+9')`,
	`insert into v values ('é', 'É', 'é', 9223372036854775807, '9999999999999999.9999', '9999999999999999.9999', -1e300, 0, '9999-12-31', '2026-11-01 01:00', '2026-11-02 00:00+18:00', '-1')`,
	`insert into v values ('订单', '订', '订单', -9223372036854775808, 9007199254740993, '9007199254740993', 10, 1, '0001-01-01', '2026-11-01 02:00', '2026-10-31 13:30-16:30', null)`,
	`insert into v values ('` + "\U0001F600" + `', '` + "\uff5e" + `', 9, 9007199254740993, 0.3, '1e1', 0.0001, 1, null, '2026-03-08 07:00:00.000001Z', null, '10')`,
}

// TestPushdown holds random conditions against their meaning.
func TestPushdown(t *testing.T) {
	path, _ := create(t, mixed...)
	req := sdk.ReadRequest{Config: config(path, "v"), Zone: "America/New_York", Columns: []schema.Column{
		sqltest.Column("s", "string"), sqltest.Column("nc", "string"), sqltest.Column("x", "string"), sqltest.Column("i", "integer"), sqltest.Column("n", "string"), sqltest.Column("nt", "decimal(38, 4)"),
		sqltest.Column("r", "float"), sqltest.Column("b", "boolean"), sqltest.Column("d", "date"), sqltest.Column("t", "timestamp"), sqltest.Column("tt", "timestamp"), sqltest.Column("ti", "integer")}}
	t.Run("table", func(t *testing.T) { sqltest.Pushed(t, New(), req, values) })
	t.Run("small batches", func(t *testing.T) { req := req; req.Rows = 2; sqltest.Pushed(t, New(), req, values) })
	t.Run("query", func(t *testing.T) {
		req := req
		req.Config = query(path, "select * from v where i is not null or s = :s; ", map[string]schema.Value{"s": schema.Text("é")})
		sqltest.Pushed(t, New(), req, values)
	})
	t.Run("as other types", func(t *testing.T) {
		req := req
		req.Columns = []schema.Column{sqltest.Column("i", "string"), sqltest.Column("i", "decimal(38, 4)"), sqltest.Column("d", "string"), sqltest.Column("d", "timestamp"), sqltest.Column("ti", "decimal(18, 2)")}
		for i := range req.Columns {
			req := req
			req.Columns = req.Columns[i : i+1]
			sqltest.Pushed(t, New(), req, values)
		}
	})
	t.Run("decimals", func(t *testing.T) {
		path, _ := create(t, "create table v (n numeric, r real)", "insert into v values (null, null), (9.5, 9.5), (9.4999, 0.3), (-0.01, -0.01), (10, 10), (9007199254740993, 9007199254740991), (0.0001, 0.1), (0.3, 0.0001), (0, 0)")
		req := sdk.ReadRequest{Config: config(path, "v"), Columns: []schema.Column{sqltest.Column("n", "decimal(38, 4)"), sqltest.Column("r", "decimal(38, 4)")}}
		sqltest.Pushed(t, New(), req, values)
	})
	t.Run("utf-16", func(t *testing.T) {
		path, _ := create(t, "pragma encoding = 'UTF-16le'", "create table v (s text)", "insert into v values (null), (''), ('a'), ('é'), ('订单'), ('\U0001F600'), ('\uff5e')")
		sqltest.Pushed(t, New(), sdk.ReadRequest{Config: config(path, "v"), Columns: []schema.Column{sqltest.Column("s", "string")}}, values)
	})
}

// TestNothingIsPassedOver has values that do not fit in columns of conditions: they are reported, whatever the condition.
func TestNothingIsPassedOver(t *testing.T) {
	path, _ := create(t, "create table v (k integer, s text, n numeric, t timestamp)",
		"insert into v values (1, x'61', 5, '2026-11-20 10:00')", "insert into v values (2, 'b', 'abc', '2026-11-20 10:00')",
		"insert into v values (3, 'b', 5, 1763632800)", "insert into v values (4, 'b', 5, '2026/11/20 10:00')", "insert into v values (5, 'b', 5, '2026-11-20 10:00')")
	columns := []schema.Column{sqltest.Column("k", "integer"), sqltest.Column("s", "string"), sqltest.Column("n", "decimal(18, 2)"), sqltest.Column("t", "timestamp")}
	for _, c := range []struct {
		column, typ, value string
		bad                []string
	}{
		{"s", "string", "b", []string{"1"}},
		{"n", "decimal(18, 2)", "5.00", []string{"2"}},
		{"t", "timestamp", "2026-11-20T10:00:00Z", []string{"3", "4"}},
	} {
		for _, op := range []schema.Op{schema.Equal, schema.Less, schema.Greater, schema.IsNull} {
			req := sdk.ReadRequest{Config: config(path, "v"), Columns: columns, BadRows: true,
				Where: []schema.Condition{{Op: op, Column: c.column, Type: sqltest.Column("", c.typ).Type, Values: []schema.Value{sqltest.Value(c.typ, c.value)}}}}
			var got []string
			for _, row := range sqltest.Read(t, New(), req) {
				if k, rest, _ := strings.Cut(row, "|"); strings.Contains(rest, "!") && slices.Contains(c.bad, k) {
					got = append(got, k)
				}
			}
			if !slices.Equal(got, c.bad) {
				t.Errorf("%s, operator %d: rows %q are reported, want %q", c.column, op, got, c.bad)
			}
		}
	}
	_, err := sqltest.Try(t, New(), sdk.ReadRequest{Config: config(path, "v"), Columns: columns[2:3]})
	if err == nil || err.Error() != `row 2 of table v, column n: "abc" is not a decimal(18, 2)` {
		t.Errorf("got error %v", err)
	}
}

func TestOrder(t *testing.T) {
	path, _ := create(t, mixed...)
	for _, c := range []struct {
		column schema.Column
		want   string
	}{
		{sqltest.Column("s", "string"), "null||A|a|a |é|订单|\U0001F600"},
		{sqltest.Column("nc", "string"), "null||A|a|a |É|订|～"},
		{sqltest.Column("i", "integer"), "null|-9223372036854775808|-1|0|9|10|9007199254740993|9223372036854775807"},
		{sqltest.Column("i", "string"), "null|-1|-9223372036854775808|0|10|9|9007199254740993|9223372036854775807"},
		{sqltest.Column("ti", "integer"), "null|-1|0|9|9|10|10"},
		{sqltest.Column("d", "date"), "null|null|0001-01-01|1970-01-01|2026-03-08|2026-11-01|2026-11-02|9999-12-31"},
	} {
		req := sdk.ReadRequest{Config: config(path, "v"), Columns: []schema.Column{c.column}, Order: []string{c.column.Name}}
		if !New().(sdk.Claimer).Claim(req).Ordered {
			t.Errorf("%s: no order is promised", c.column.Name)
		}
		got := strings.Replace(strings.Join(sqltest.Read(t, New(), req), "|"), "null|null|-1|0|9|9", "null|-1|0|9|9", 1)
		if got != c.want {
			t.Errorf("%s %s: order is %q, want %q", c.column.Name, c.column.Type, got, c.want)
		}
	}
}

func TestTrouble(t *testing.T) {
	path, _ := create(t, "create table bill (no text, amount numeric)", "insert into bill values ('1', 1)")
	dir := t.TempDir()
	other := filepath.Join(dir, "text.db")
	if err := os.WriteFile(other, []byte(strings.Repeat("no,amount\n", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(dir, "cut.db")
	if err := os.WriteFile(cut, append(slices.Clone(whole[:4096]), make([]byte, len(whole)-4096)...), 0o600); err != nil {
		t.Fatal(err)
	}
	no := []schema.Column{sqltest.Column("no", "string")}
	missing := filepath.Join(dir, "missing.db")
	for _, c := range []struct {
		name             string
		config           schema.Config
		columns          []schema.Column
		setting, message string
	}{
		{"missing file", config(missing, "bill"), no, "path", "there is no file " + missing},
		{"a folder", config(dir, "bill"), no, "path", dir + " is a folder"},
		{"another file", config(other, "bill"), no, "path", "text.db is not an SQLite database"},
		{"damaged", config(cut, "bill"), no, "path", "cut.db is damaged"},
		{"unknown table", config(path, "bills"), no, "table", "there is no table bills"},
		{"no name", config(path, ""), no, "table", `"" is not the name of a table`},
		{"an injection", config(path, `bill" ; drop table bill --`), no, "table", "there is no table"},
		{"unknown column", config(path, "bill"), []schema.Column{sqltest.Column("Amount", "string")}, "table", `table bill has no column "Amount"`},
		{"syntax", query(path, "selec no from bill", nil), no, "query", `the query fails: near "selec": syntax error`},
		{"two statements", query(path, "select no from bill; drop table bill", nil), no, "query", "the query fails"},
		{"unknown table in query", query(path, "select no from bills", nil), no, "query", "the query fails: no such table: bills"},
		{"a write", query(path, "delete from bill", nil), no, "query", "it must be a SELECT"},
		{"a write with rows", query(path, "delete from bill returning no", nil), no, "query", "the query fails"},
		{"empty query", query(path, " ; ", nil), no, "query", "the query is empty"},
		{"a comment", query(path, "-- nothing", nil), no, "query", "it must be a SELECT"},
		{"no value", query(path, "select no from bill where no = :x", nil), no, "query", "the parameter :x has no value"},
		{"failing", query(path, "select abs(-9223372036854775807 - amount) as no from bill", nil), no, "query", "the query fails: integer overflow"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := sqltest.Try(t, New(), sdk.ReadRequest{Config: c.config, Columns: c.columns})
			var e *sdk.Error
			if !errors.As(err, &e) || e.Setting != c.setting || !strings.Contains(e.Error(), c.message) {
				t.Errorf("got error %v, want setting %s and %q", err, c.setting, c.message)
			}
		})
	}
	if _, err := os.Stat(missing); err == nil {
		t.Error("the missing file was created")
	}
	if now, err := os.ReadFile(path); err != nil || string(now) != string(whole) {
		t.Errorf("the file was written: %v", err)
	}
}

func TestParameters(t *testing.T) {
	path, _ := create(t, "create table v (s text, n numeric, i int, d text, t text, b int, f real)", `insert into v values ('x'' or 1=1 --', 12.30, 7, '2026-01-02', '2026-01-02 00:00:00', 1, 0.5)`)
	params := map[string]schema.Value{
		"s": schema.Text("x' or 1=1 --"), "n": sqltest.Value("decimal(18, 2)", "12.30"), "i": schema.Int(7), "d": sqltest.Value("date", "2026-01-02"),
		"t": sqltest.Value("timestamp", "2026-01-01T16:00:00Z"), "b": schema.Bool(true), "f": {Type: schema.Type{Kind: schema.Float}, Float: 0.5}, "nothing": {Type: schema.Type{Kind: schema.String}, Null: true},
	}
	cfg := query(path, `select * from v where s = :s and n = :n and i = :i and d = :d and t >= :t and b = :b and f = :f and s <> ':s' and :nothing is null /* :not */ and i = :i -- :neither`, params)
	got := sqltest.Read(t, New(), sdk.ReadRequest{Config: cfg, Zone: "Asia/Shanghai", Columns: []schema.Column{sqltest.Column("i", "integer")},
		Where: []schema.Condition{{Op: schema.Equal, Column: "s", Type: schema.Type{Kind: schema.String}, Values: []schema.Value{schema.Text("x' or 1=1 --")}}}})
	if strings.Join(got, ";") != "7" {
		t.Errorf("read %q", got)
	}
}

// TestCancel ends reads whose next row is far away.
func TestCancel(t *testing.T) {
	path, _ := create(t, "create table v (i int)")
	const count = "with recursive g (i) as (select 1 union all select i + 1 from g where i < 1000000000) select i as no from g"
	for name, sql := range map[string]string{"first row": count + " where i = 0", "after a row": count + " where i in (1, 0)"} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			first := make(chan struct{})
			if name == "first row" {
				close(first)
			}
			var cancelled time.Time
			go func() {
				<-first
				time.Sleep(50 * time.Millisecond) // so that the search is under way; the test holds without it
				cancelled = time.Now()
				cancel()
			}()
			err := New().Read(ctx, sdk.ReadRequest{Config: query(path, sql, nil), Columns: []schema.Column{sqltest.Column("no", "integer")}, Rows: 1}, func(*batch.Batch) error { close(first); return nil })
			if !errors.Is(err, context.Canceled) || time.Since(cancelled) > 20*time.Second {
				t.Errorf("got error %v, %v after the cancel", err, time.Since(cancelled))
			}
		})
	}
}

// TestSnapshot changes a table, in either journal mode, while it is read.
func TestSnapshot(t *testing.T) {
	path, db := create(t, "pragma journal_mode = wal", "create table v (i int)", "insert into v with recursive g (i) as (select 1 union all select i + 1 from g where i < 50000) select i from g")
	rows := 0
	err := New().Read(t.Context(), sdk.ReadRequest{Config: config(path, "v"), Columns: []schema.Column{sqltest.Column("i", "integer")}, Rows: 1000}, func(b *batch.Batch) error {
		if rows == 0 {
			if _, err := db.Exec("delete from v where i % 2 = 0"); err != nil {
				return err
			}
		}
		rows += b.Rows
		return nil
	})
	if err != nil || rows != 50000 {
		t.Errorf("read %d rows, %v", rows, err)
	}
}

// TestLocked waits for a writer that has the file to itself.
func TestLocked(t *testing.T) {
	path, db := create(t, "create table v (i int)", "insert into v values (1)", "begin exclusive")
	go func() {
		time.Sleep(100 * time.Millisecond) // so that the reader meets the lock; the test holds without it
		db.Exec("commit")
	}()
	if got := sqltest.Read(t, New(), sdk.ReadRequest{Config: config(path, "v"), Columns: []schema.Column{sqltest.Column("i", "integer")}}); len(got) != 1 {
		t.Errorf("read %q", got)
	}
}

// TestIndexes sees that conditions leave SQLite the use of indexes.
func TestIndexes(t *testing.T) {
	path, _ := create(t, "create table v (no text primary key, i integer, t timestamp)", "create index vi on v (i)", "create index vt on v (t)")
	s := &session{}
	if err := s.address(sdk.ReadRequest{Config: config(path, "v")}); err != nil {
		t.Fatal(err)
	}
	var err error
	if s.conn, err = open(path); err != nil {
		t.Fatal(err)
	}
	defer s.close()
	for _, c := range []struct{ column, typ, value string }{{"no", "string", "N1"}, {"i", "decimal(18, 2)", "1.00"}, {"t", "timestamp", "2026-01-01T00:00:00Z"}} {
		tester, err := s.tester(config(path, "v"), nil)
		if err != nil {
			t.Fatal(err)
		}
		typ := sqltest.Column(c.column, c.typ)
		where, _ := sqlread.Where([]schema.Condition{{Op: schema.Equal, Column: c.column, Type: typ.Type, Values: []schema.Value{sqltest.Value(c.typ, c.value)}}}, tester.test)
		plan, err := s.rows("EXPLAIN QUERY PLAN SELECT * FROM v WHERE "+where, tester.args...)
		if text := fmt.Sprint(plan); err != nil || strings.Contains(text, "SCAN") || !strings.Contains(text, "SEARCH") {
			t.Errorf("%s: the plan is %s, %v", where, text, err)
		}
	}
}

func TestContract(t *testing.T) {
	path, _ := create(t, "create table v (no text primary key, name text, n integer, amount decimal(18, 2), wide text, ok boolean, d date, at timestamp, civil datetime, f real)",
		"insert into v values ('1', '订单', -9223372036854775808, -0.01, '0.0001', true, '2026-02-28', '2026-02-28T16:00:00.123456Z', '2026-11-01 01:30:00', 0.1)",
		"insert into v values ('2', '', 9223372036854775807, 0.01, '9999999999999999999999999999999999.9999', false, '0001-01-01', '2001-01-01 00:00:00+00:00', '2026-03-08 02:30:00', -1e300)",
		"insert into v values ('3', null, null, null, null, null, null, null, null, null)",
		"insert into v values ('a', 'a ', 0, 12.30, '-1', true, '9999-12-31', '2026-12-31 23:59:59.999999Z', '2026-01-01 00:00:00', 0)",
		"insert into v values ('A', 'A', 1, 12.30, '1', false, '1970-01-01', '1999-12-31 23:59:59Z', '1999-12-31 23:59:59.999999', 1)")
	const rows = `no,name,n,amount,wide,ok,d,at,civil,f
1,订单,-9223372036854775808,-0.01,0.0001,true,2026-02-28,2026-02-28T16:00:00.123456Z,2026-11-01T05:30:00Z,0.1
2,"",9223372036854775807,0.01,9999999999999999999999999999999999.9999,false,0001-01-01,2001-01-01T00:00:00Z,2026-03-08T07:00:00Z,-1e+300
3,,,,,,,,,
a,a ,0,12.30,-1.0000,true,9999-12-31,2026-12-31T23:59:59.999999Z,2026-01-01T05:00:00Z,0
A,A,1,12.30,1.0000,false,1970-01-01,1999-12-31T23:59:59Z,2000-01-01T04:59:59.999999Z,1
`
	columns := []schema.Column{
		sqltest.Column("no", "string"), sqltest.Column("name", "string"), sqltest.Column("n", "integer"), sqltest.Column("amount", "decimal(18, 2)"), sqltest.Column("wide", "decimal(38, 4)"),
		sqltest.Column("ok", "boolean"), sqltest.Column("d", "date"), sqltest.Column("at", "timestamp"), sqltest.Column("civil", "timestamp"), sqltest.Column("f", "float"),
	}
	sdktest.TestSource(t, New(),
		sdktest.Case{Name: "table", Config: config(path, "v"), Columns: columns, Rows: rows, Zone: "America/New_York", AnyOrder: true},
		sdktest.Case{Name: "query", Config: query(path, "select * from v where no <> :no;", map[string]schema.Value{"no": schema.Text("x' or '1'='1")}), Columns: columns, Rows: rows, Zone: "America/New_York", AnyOrder: true},
		sdktest.Case{Name: "no file", Config: config(path+".old", "v"), Columns: columns, Setting: "path", Message: "there is no file"},
		sdktest.Case{Name: "no table", Config: config(path, "w"), Columns: columns, Setting: "table", Message: "there is no table w"},
		sdktest.Case{Name: "bad query", Config: query(path, "select no frm v", nil), Columns: columns, Setting: "query", Message: "the query fails"},
	)
}

const benchRows = 300_000

var benchColumns = []string{"no string", "mch string", "amount decimal(18, 2)", "status string", "paid_at timestamp", "n integer"}

func benchFile(b *testing.B) (string, *sql.DB) {
	return create(b, `create table o as with recursive g (g) as (select 1 union all select g + 1 from g where g < 300000)
		select 'P20261120' || printf('%012d', g) as no, 'M' || g % 1000 as mch, (g * 37 % 10000000) / 100.0 as amount, case g % 3 when 0 then 'PAID' when 1 then 'REFUNDED' else 'CLOSED' end as status,
		datetime('2026-11-20', g || ' seconds') as paid_at, g as n from g`)
}

// BenchmarkRead reads a table of payments; BenchmarkDriver is the least that the driver for database/sql needs.
func BenchmarkRead(b *testing.B) {
	path, _ := benchFile(b)
	req := sdk.ReadRequest{Config: config(path, "o")}
	for _, c := range benchColumns {
		name, typ, _ := strings.Cut(c, " ")
		req.Columns = append(req.Columns, sqltest.Column(name, typ))
	}
	b.ReportAllocs()
	for b.Loop() {
		rows := 0
		if err := New().Read(context.Background(), req, func(batch *batch.Batch) error { rows += batch.Rows; return nil }); err != nil || rows != benchRows {
			b.Fatal(rows, err)
		}
	}
	b.ReportMetric(float64(benchRows)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
}

func BenchmarkDriver(b *testing.B) {
	_, db := benchFile(b)
	b.ReportAllocs()
	for b.Loop() {
		rows, err := db.Query("select no, mch, amount, status, paid_at, n from o")
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		var v [6]sql.RawBytes
		for rows.Next() {
			if err := rows.Scan(&v[0], &v[1], &v[2], &v[3], &v[4], &v[5]); err != nil {
				b.Fatal(err)
			}
			n++
		}
		if rows.Close(); n != benchRows {
			b.Fatal(n)
		}
	}
	b.ReportMetric(float64(benchRows)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrows/s")
}
