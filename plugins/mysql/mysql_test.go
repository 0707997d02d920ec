package mysql

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/recon-lang/recon/plugins/internal/sqltest"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
	"github.com/recon-lang/recon/sdk/sdktest"
	"github.com/recon-lang/recon/sdk/sdktest/dbtest"
)

var servers dbtest.Servers

func TestMain(m *testing.M) {
	sdktest.Serve(New)
	code := m.Run()
	servers.Stop()
	os.Exit(code)
}

func config(db *dbtest.Database, table string) schema.Config {
	return schema.Config{
		"dsn":   {Type: schema.Type{Kind: schema.Secret}, Text: db.DSN + "?timeout=120s"}, // a busy machine may need them
		"table": schema.Text(table),
	}
}

func query(db *dbtest.Database, text string, params map[string]schema.Value) schema.Config {
	return schema.Config{
		"dsn":   {Type: schema.Type{Kind: schema.Secret}, Text: db.DSN + "?timeout=120s"}, // a busy machine may need them
		"query": {Type: schema.Type{Kind: schema.SQL}, Text: text, Params: params},
	}
}

// TestTypes reads each type of the server as each type of the language that it can be, with null and the ends of its range.
func TestTypes(t *testing.T) {
	db := servers.MariaDB(t)
	for _, c := range []struct {
		column string // type on the server
		want   string
		values string // SQL, joined by " ; "
		rows   string // as they are read, joined by " ; "
	}{
		{"text", "string", "'订单''号' ; '' ; null ; ' a ' ; 'null'", "订单'号 ;  ; null ;  a  ; null"},
		{"varchar(20)", "string", "'a  ' ; '\U0001F600'", "a   ; \U0001F600"},
		{"varchar(20) character set gbk", "string", "'订单'", "订单"},
		{"varchar(20) character set latin1", "string", "'é'", "é"},
		{"char(5)", "string", "'ab' ; '' ; '订单'", "ab ;  ; 订单"},
		{"enum('red', '绿')", "string", "'绿'", "绿"},
		{"enum('red', '绿')", `enum("red", "绿")`, "'red' ; null", "red ; null"},
		{"set('a', 'b')", "string", "'a,b' ; ''", "a,b ; "},
		{"tinyint", "integer", "-128 ; 127 ; null", "-128 ; 127 ; null"},
		{"tinyint(1)", "boolean", "0 ; 1 ; null", "false ; true ; null"},
		{"tinyint(1)", "integer", "0 ; 2", "0 ; 2"},
		{"smallint unsigned", "integer", "0 ; 65535", "0 ; 65535"},
		{"mediumint", "integer", "-8388608", "-8388608"},
		{"int", "integer", "-2147483648 ; 2147483647", "-2147483648 ; 2147483647"},
		{"int(6) zerofill", "integer", "42", "42"},
		{"int(6) zerofill", "string", "42", "42"},
		{"bigint", "integer", "-9223372036854775808 ; 9223372036854775807", "-9223372036854775808 ; 9223372036854775807"},
		{"bigint", "string", "-9223372036854775808 ; 0", "-9223372036854775808 ; 0"},
		{"bigint unsigned", "integer", "9223372036854775807", "9223372036854775807"},
		{"bigint unsigned", "decimal(20, 0)", "18446744073709551615 ; 0", "18446744073709551615 ; 0"},
		{"bigint unsigned", "string", "18446744073709551615", "18446744073709551615"},
		{"bigint", "decimal(18, 2)", "12 ; -9999999999999999", "12.00 ; -9999999999999999.00"},
		{"bit(1)", "boolean", "b'0' ; b'1'", "false ; true"},
		{"bit(10)", "integer", "b'1000000001'", "513"},
		{"bit(64)", "string", "b'1111'", "15"},
		{"year", "integer", "2026 ; 1901", "2026 ; 1901"},
		{"decimal(18, 2)", "decimal(18, 2)", "0 ; 0.01 ; -0.01 ; 12.30 ; 9999999999999999.99 ; -9999999999999999.99 ; null", "0.00 ; 0.01 ; -0.01 ; 12.30 ; 9999999999999999.99 ; -9999999999999999.99 ; null"},
		{"decimal(65, 2)", "decimal(38, 2)", "999999999999999999999999999999999999.99 ; -999999999999999999999999999999999999.99", "999999999999999999999999999999999999.99 ; -999999999999999999999999999999999999.99"},
		{"decimal(38, 38)", "decimal(38, 38)", "0.99999999999999999999999999999999999999", "0.99999999999999999999999999999999999999"},
		{"decimal(20, 6)", "decimal(18, 2)", "1.5", "1.50"},
		{"decimal(20, 0)", "integer", "5 ; -9223372036854775808", "5 ; -9223372036854775808"},
		{"decimal(20, 2)", "string", "12.30", "12.30"},
		{"double", "float", "0.1 ; 1e300 ; -0.5", "0.1 ; 1e+300 ; -0.5"},
		{"double", "decimal(18, 2)", "0.1 ; 1e15", "0.10 ; 1000000000000000.00"},
		{"double", "string", "0.1", "0.1"},
		{"float", "float", "0.5 ; 16777216", "0.5 ; 1.6777216e+07"},
		{"float", "decimal(18, 2)", "0.1 ; 123456.78", "0.10 ; 123456.78"},
		{"float", "string", "0.1", "0.1"},
		{"date", "date", "'2026-02-28' ; '0001-01-01' ; '9999-12-31' ; null", "2026-02-28 ; 0001-01-01 ; 9999-12-31 ; null"},
		{"date", "string", "'2026-02-28' ; '0000-00-00'", "2026-02-28 ; 0000-00-00"},
		{"date", "timestamp", "'2026-02-28'", "2026-02-27T16:00:00Z"},
		{"datetime(6)", "timestamp", "'2026-02-28 00:00:00.123456' ; '9999-12-31 23:59:59.999999'", "2026-02-27T16:00:00.123456Z ; 9999-12-31T15:59:59.999999Z"},
		{"datetime", "timestamp", "'2026-02-28 00:00:00'", "2026-02-27T16:00:00Z"},
		{"timestamp(6) null", "timestamp", "'2026-02-28 00:00:00.000001' ; '1970-01-02 00:00:00' ; null", "2026-02-27T15:00:00.000001Z ; 1970-01-01T15:00:00Z ; null"}, // written at the server's +09:00
		{"timestamp null", "string", "'2026-02-28 00:00:00' ; null", "2026-02-27 15:00:00Z ; null"},
		{"time", "string", "'-838:59:59'", "-838:59:59"},
		{"varbinary(10)", "bytes", "x'00ff' ; ''", "\x00\xff ; "},
		{"blob", "bytes", "x'00'", "\x00"},
		{"blob", "string", "'订单'", "订单"},
		{"json", "json", `'{"b": 1, "a": 12345678901234567890.10}' ; null`, `{"b": 1, "a": 12345678901234567890.10} ; null`},
		{"text", "decimal(18, 2)", `'12.3' ; '-1e2'`, `12.30 ; -100.00`},
		{"varchar(20)", "integer", `'012'`, `12`},
		{"text", "date", `'2026-02-28'`, `2026-02-28`},
		{"text", "timestamp", `'2026-02-28T08:00:00+08:00' ; '2026-02-28 08:00'`, `2026-02-28T00:00:00Z ; 2026-02-28T00:00:00Z`},
		{"text", "boolean", `'true' ; '0'`, `true ; false`},
	} {
		t.Run(c.column+" as "+c.want, func(t *testing.T) {
			db.Exec(t, "drop table if exists v", "create table v (n int auto_increment primary key, v "+c.column+")")
			for _, v := range strings.Split(c.values, " ; ") {
				db.Exec(t, "insert into v (v) values ("+v+")")
			}
			for _, cfg := range []schema.Config{config(db, "v"), query(db, "select * from v order by n", nil)} {
				got := sqltest.Read(t, New(), sdk.ReadRequest{Config: cfg, Zone: "Asia/Shanghai", Columns: []schema.Column{sqltest.Column("v", c.want)}})
				if got := strings.Join(got, " ; "); got != c.rows {
					t.Errorf("read %q, want %q", got, c.rows)
				}
			}
		})
	}
}

// TestBadValues reads values that do not fit: an error that names row, column and value, or a report.
func TestBadValues(t *testing.T) {
	db := servers.MariaDB(t)
	for _, c := range []struct{ column, want, value, text, problem string }{
		{"decimal(20, 3)", "decimal(18, 2)", "0.001", "0.001", "not a decimal(18, 2)"},
		{"decimal(20, 2)", "decimal(18, 2)", "10000000000000000", "10000000000000000.00", "not a decimal(18, 2)"},
		{"decimal(65, 0)", "decimal(38, 0)", "100000000000000000000000000000000000000", "100000000000000000000000000000000000000", "not a decimal(38, 0)"},
		{"decimal(20, 1)", "integer", "0.5", "0.5", "not an integer of 64 bits"},
		{"bigint unsigned", "integer", "9223372036854775808", "9223372036854775808", "not an integer of 64 bits with a sign: decimal(20, 0) holds it"},
		{"bigint", "decimal(5, 2)", "1000", "1000", "not a decimal(5, 2)"},
		{"double", "decimal(18, 2)", "0.123", "0.123", "not a decimal(18, 2)"},
		{"float", "decimal(18, 2)", "0.123", "0.12300000339746475", "not a decimal(18, 2)"},
		{"date", "date", "'0000-00-00'", "0000-00-00", "not a date (YYYY-MM-DD)"},
		{"date", "date", "'2026-00-00'", "2026-00-00", "not a date (YYYY-MM-DD)"},
		{"datetime", "timestamp", "'0000-00-00'", "0000-00-00 00:00:00", "not a timestamp (YYYY-MM-DD HH:MM:SS, with a fraction and a zone if need be)"},
		{"timestamp", "timestamp", "'0000-00-00'", "0000-00-00 00:00:00", "not a timestamp (YYYY-MM-DD HH:MM:SS, with a fraction and a zone if need be)"},
		{"text", "decimal(18, 2)", "'1,5'", "1,5", "not a decimal(18, 2)"},
		{"tinyint(1)", "boolean", "2", "2", "not a boolean (true or false)"},
		{"blob", "string", "x'ff'", "\xff", "not valid UTF-8"},
	} {
		t.Run(c.value+" as "+c.want, func(t *testing.T) {
			db.Exec(t, "drop table if exists v", "create table v (n int auto_increment primary key, v "+c.column+" null)", "insert into v (v) values (null)", "insert into v (v) values ("+c.value+")")
			req := sdk.ReadRequest{Config: config(db, "v"), Columns: []schema.Column{sqltest.Column("n", "integer"), sqltest.Column("v", c.want)}}
			_, err := sqltest.Try(t, New(), req)
			if want := fmt.Sprintf("row 2 of table v, column v: %q is %s", c.text, c.problem); err == nil || err.Error() != want {
				t.Errorf("got error %v, want %s", err, want)
			}
			req.BadRows = true
			if got, want := strings.Join(sqltest.Read(t, New(), req), " ; "), "1|null ; 2|!"+c.text; got != want {
				t.Errorf("read %q, want %q", got, want)
			}
			// The engine asks for rows without a time beside those of a window.
			if c.text == "2026-00-00" { // compares as a date
				return
			}
			req.Where = []schema.Condition{{Op: schema.IsNull, Column: "v", Type: req.Columns[1].Type}}
			if got, want := strings.Join(sqltest.Read(t, New(), req), " ; "), "1|null ; 2|!"+c.text; got != want {
				t.Errorf("read nulls %q, want %q", got, want)
			}
		})
	}
}

func TestColumns(t *testing.T) {
	db := servers.MariaDB(t)
	db.Exec(t, "create table `Order.1` (no varchar(32), mch int unsigned, amount decimal(18, 2) unsigned comment '金额', wide decimal(65, 30), f float, ok tinyint(1), b bit(1),"+
		" st enum('PAID', 'it''s', '关闭'), se set('a'), d date, t datetime(6), tz timestamp null, y year, bi blob, va varbinary(3), tx longtext, ti time, primary key (mch, no))")
	for name, cfg := range map[string]schema.Config{"table": config(db, "`Order.1`"), "with database": config(db, db.Name+".`Order.1`")} {
		table, err := New().Columns(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range table.Columns {
			got = append(got, c.Name+" "+c.Type.String()+" "+c.Doc)
		}
		want := []string{"no string ", "mch integer ", "amount decimal(18, 2) 金额", "wide decimal(38, 30) ", "f float ", "ok integer ", "b boolean ",
			`st enum("PAID", "it's", "关闭") `, "se string ", "d date ", "t timestamp ", "tz timestamp ", "y integer ", "bi bytes ", "va bytes ", "tx string ", "ti string "}
		if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
			t.Errorf("%s: columns are\n%s\nwant\n%s", name, g, w)
		}
		if key := strings.Join(table.Key, ","); key != "mch,no" {
			t.Errorf("%s: key is %s", name, key)
		}
	}
	table, err := New().Columns(t.Context(), query(db, "select sum(amount) as total, :x as d, 1.50 as c from `Order.1` -- all", map[string]schema.Value{"x": sqltest.Value("date", "2026-01-01")}))
	if err != nil || len(table.Columns) != 3 || table.Columns[0].Type.String() != "decimal(38, 2)" || table.Columns[1].Type.Kind != schema.Date || table.Columns[2].Type.String() != "decimal(3, 2)" {
		t.Errorf("columns of the query are %v, %v", table, err)
	}
	// To ask for the columns must not run the query.
	db.Exec(t, "create table two (i int)", "insert into two values (1), (2)")
	started := time.Now()
	if _, err := New().Columns(t.Context(), query(db, "select sum(sleep(i + 60)) as s from two group by i", nil)); err != nil || time.Since(started) > 50*time.Second {
		t.Error(err, time.Since(started))
	}
}
