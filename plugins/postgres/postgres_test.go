package postgres

import (
	"fmt"
	"os"
	"strings"
	"testing"

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
		"dsn":   {Type: schema.Type{Kind: schema.Secret}, Text: db.DSN + "?connect_timeout=120"}, // a busy machine may need them
		"table": schema.Text(table),
	}
}

func query(db *dbtest.Database, text string, params map[string]schema.Value) schema.Config {
	return schema.Config{
		"dsn":   {Type: schema.Type{Kind: schema.Secret}, Text: db.DSN + "?connect_timeout=120"}, // a busy machine may need them
		"query": {Type: schema.Type{Kind: schema.SQL}, Text: text, Params: params},
	}
}

// TestTypes reads each type of the server as each type of the language that it can be, with null and the ends of its range.
func TestTypes(t *testing.T) {
	db := servers.Postgres(t)
	db.Exec(t, "create type color as enum ('red', '绿')", "create domain cents as numeric(12, 2)", "create domain loose as text")
	for _, c := range []struct {
		column string // type on the server
		want   string
		values string // SQL, joined by " ; "
		rows   string // as they are read, joined by " ; "
	}{
		{"text", "string", "'订单''号' ; '' ; null ; ' a ' ; 'null'", "订单'号 ;  ; null ;  a  ; null"},
		{"varchar(20)", "string", "'a  '", "a  "},
		{"char(5)", "string", "'ab' ; '' ; '订单'", "ab ;  ; 订单"},
		{"loose", "string", "'x'", "x"},
		{"color", "string", "'绿'", "绿"},
		{"color", `enum("red", "绿")`, "'red' ; null", "red ; null"},
		{"uuid", "string", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
		{"smallint", "integer", "-32768 ; 32767 ; null", "-32768 ; 32767 ; null"},
		{"integer", "integer", "-2147483648 ; 2147483647", "-2147483648 ; 2147483647"},
		{"bigint", "integer", "-9223372036854775808 ; 9223372036854775807", "-9223372036854775808 ; 9223372036854775807"},
		{"bigint", "string", "-9223372036854775808 ; 0", "-9223372036854775808 ; 0"},
		{"bigint", "decimal(18, 2)", "12 ; -9999999999999999", "12.00 ; -9999999999999999.00"},
		{"bigint", "decimal(38, 19)", "9223372036854775807", "9223372036854775807.0000000000000000000"},
		{"integer", "boolean", "0 ; 1", "false ; true"},
		{"numeric(18, 2)", "decimal(18, 2)", "0 ; 0.01 ; -0.01 ; 12.30 ; 9999999999999999.99 ; -9999999999999999.99 ; null ; 10000 ; 10000.1", "0.00 ; 0.01 ; -0.01 ; 12.30 ; 9999999999999999.99 ; -9999999999999999.99 ; null ; 10000.00 ; 10000.10"},
		{"numeric", "decimal(38, 2)", "999999999999999999999999999999999999.99 ; -999999999999999999999999999999999999.99 ; 100000000000000000000000000000000000", "999999999999999999999999999999999999.99 ; -999999999999999999999999999999999999.99 ; 100000000000000000000000000000000000.00"},
		{"numeric", "decimal(38, 0)", "99999999999999999999999999999999999999 ; 10000000000000000000000000000000000000", "99999999999999999999999999999999999999 ; 10000000000000000000000000000000000000"},
		{"numeric", "decimal(38, 38)", "0.99999999999999999999999999999999999999 ; -0.00000000000000000000000000000000000001 ; 0.5", "0.99999999999999999999999999999999999999 ; -0.00000000000000000000000000000000000001 ; 0.50000000000000000000000000000000000000"},
		{"numeric", "decimal(18, 6)", "1.5000000000000 ; 123456789012.123456 ; 0.000001", "1.500000 ; 123456789012.123456 ; 0.000001"},
		{"numeric", "integer", "5.000 ; -9223372036854775808", "5 ; -9223372036854775808"},
		{"numeric", "string", "12.30 ; 'NaN'", "12.30 ; NaN"},
		{"cents", "decimal(12, 2)", "1.5", "1.50"},
		{"money", "string", "12.30", "$12.30"},
		{"double precision", "float", "0.1 ; 'NaN' ; 'Infinity' ; '-0'", "0.1 ; NaN ; +Inf ; -0"},
		{"double precision", "decimal(18, 2)", "0.1 ; 1e15", "0.10 ; 1000000000000000.00"},
		{"real", "float", "0.5", "0.5"},
		{"real", "decimal(18, 2)", "0.1", "0.10"},
		{"double precision", "string", "0.1", "0.1"},
		{"boolean", "boolean", "true ; false ; null", "true ; false ; null"},
		{"boolean", "string", "true ; false", "true ; false"},
		{"date", "date", "'2026-02-28' ; '0001-01-01' ; '9999-12-31' ; null", "2026-02-28 ; 0001-01-01 ; 9999-12-31 ; null"},
		{"date", "string", "'2026-02-28'", "2026-02-28"},
		{"date", "timestamp", "'2026-02-28'", "2026-02-27T16:00:00Z"},
		{"timestamp", "timestamp", "'2026-02-28 00:00:00.123456' ; '1999-12-31 23:59:59.999999'", "2026-02-27T16:00:00.123456Z ; 1999-12-31T15:59:59.999999Z"},
		{"timestamptz", "timestamp", "'2026-02-28 00:00:00+00' ; '0001-01-01 00:00:00+00' ; '9999-12-31 23:59:59.999999+00'", "2026-02-28T00:00:00Z ; 0001-01-01T00:00:00Z ; 9999-12-31T23:59:59.999999Z"},
		{"timestamptz", "string", "'2026-02-28 00:00:00+00'", "2026-02-28 08:00:00+08"},
		{"time", "string", "'23:59:59.5'", "23:59:59.5"},
		{"interval", "string", "'1 day 2 hours'", "P1DT2H"},
		{"bytea", "bytes", `'\x00ff' ; ''`, "\x00\xff ; "},
		{"bytea", "string", `'\x00ff'`, `\x00ff`},
		{"jsonb", "json", `'{"b": 1, "a": 12345678901234567890.10}' ; null`, `{"a": 12345678901234567890.10, "b": 1} ; null`},
		{"json", "json", `' {"b" : 1} '`, `{"b" : 1}`},
		{"jsonb", "string", `'"x"'`, `"x"`},
		{"integer[]", "string", `'{1,null}'`, `{1,NULL}`},
		{"inet", "string", `'10.0.0.1'`, `10.0.0.1`},
		{"text", "decimal(18, 2)", `'12.3' ; '-1e2'`, `12.30 ; -100.00`},
		{"varchar", "integer", `'012'`, `12`},
		{"text", "date", `'2026-02-28'`, `2026-02-28`},
		{"text", "timestamp", `'2026-02-28T08:00:00+08:00' ; '2026-02-28 08:00'`, `2026-02-28T00:00:00Z ; 2026-02-28T00:00:00Z`},
		{"char(5)", "integer", `'12'`, `12`},
		{"text", "boolean", `'true' ; '0'`, `true ; false`},
	} {
		t.Run(c.column+" as "+c.want, func(t *testing.T) {
			db.Exec(t, "drop table if exists v", "create table v (n serial, v "+c.column+")")
			for _, v := range strings.Split(c.values, " ; ") {
				db.Exec(t, "insert into v (v) values ("+v+")")
			}
			got := sqltest.Read(t, New(), sdk.ReadRequest{Config: query(db, "select v from v order by n", nil), Zone: "Asia/Shanghai", Columns: []schema.Column{sqltest.Column("v", c.want)}})
			if got := strings.Join(got, " ; "); got != c.rows {
				t.Errorf("read %q, want %q", got, c.rows)
			}
		})
	}
}

// TestBadValues reads values that do not fit: an error that names row, column and value, or a report.
func TestBadValues(t *testing.T) {
	db := servers.Postgres(t)
	for _, c := range []struct{ column, want, value, text, problem string }{
		{"numeric", "decimal(18, 2)", "'NaN'", "NaN", "not a decimal(18, 2)"},
		{"numeric", "decimal(18, 2)", "'-Infinity'", "-Infinity", "not a decimal(18, 2)"},
		{"numeric", "decimal(18, 2)", "0.001", "0.001", "not a decimal(18, 2)"},
		{"numeric", "decimal(18, 2)", "-12345.00001", "-12345.00001", "not a decimal(18, 2)"},
		{"numeric", "decimal(18, 2)", "10000000000000000", "10000000000000000", "not a decimal(18, 2)"},
		{"numeric", "decimal(38, 0)", "100000000000000000000000000000000000000", "100000000000000000000000000000000000000", "not a decimal(38, 0)"},
		{"numeric", "decimal(38, 2)", "1000000000000000000000000000000000000.00", "1000000000000000000000000000000000000.00", "not a decimal(38, 2)"},
		{"numeric", "decimal(38, 38)", "1", "1", "not a decimal(38, 38)"},
		{"numeric", "integer", "9223372036854775808", "9223372036854775808", "not an integer of 64 bits"},
		{"numeric", "integer", "0.5", "0.5", "not an integer of 64 bits"},
		{"numeric(10, 2)", "decimal(18, 2)", "'NaN'", "NaN", "not a decimal(18, 2)"},
		{"numeric(10, 3)", "decimal(18, 2)", "1.125", "1.125", "not a decimal(18, 2)"},
		{"bigint", "decimal(5, 2)", "1000", "1000", "not a decimal(5, 2)"},
		{"double precision", "decimal(18, 2)", "0.123", "0.123", "not a decimal(18, 2)"},
		{"double precision", "decimal(18, 2)", "'NaN'", "NaN", "not a decimal(18, 2)"},
		{"date", "date", "'infinity'", "infinity", "not a date of the calendar"},
		{"timestamptz", "timestamp", "'-infinity'", "-infinity", "not an instant"},
		{"timestamp", "timestamp", "'infinity'", "infinity", "not an instant"},
		{"text", "decimal(18, 2)", "'1,5'", "1,5", "not a decimal(18, 2)"},
		{"text", "timestamp", "'2026/01/01'", "2026/01/01", "not a timestamp (YYYY-MM-DD HH:MM:SS, with a fraction and a zone if need be)"},
		{"integer", "boolean", "2", "2", "not a boolean (true or false)"},
	} {
		t.Run(c.value+" as "+c.want, func(t *testing.T) {
			db.Exec(t, "drop table if exists v", "create table v (n serial, v "+c.column+")",
				"insert into v (v) values (null)", "insert into v (v) values ("+c.value+")")
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
			req.Where = []schema.Condition{{Op: schema.IsNull, Column: "v", Type: req.Columns[1].Type}}
			if got, want := strings.Join(sqltest.Read(t, New(), req), " ; "), "1|null ; 2|!"+c.text; got != want {
				t.Errorf("read nulls %q, want %q", got, want)
			}
		})
	}
}

func TestColumns(t *testing.T) {
	db := servers.Postgres(t)
	db.Exec(t, "create schema pay", "create type pay.st as enum ('PAID', '关闭')", `create table pay."Order.1" (
		no varchar(32), mch integer, amount numeric(18, 2), any_num numeric, wide numeric(50, 2), cents numeric(5, -2), tiny numeric(2, 4), f real, ok boolean,
		st pay.st, d date, t timestamp, tz timestamptz, j jsonb, b bytea, ip inet, gone text, primary key (mch, no))`,
		`alter table pay."Order.1" drop column gone`, `comment on column pay."Order.1".amount is '金额'`)
	table, err := New().Columns(t.Context(), config(db, `pay."Order.1"`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range table.Columns {
		got = append(got, c.Name+" "+c.Type.String()+" "+c.Doc)
	}
	want := []string{"no string ", "mch integer ", "amount decimal(18, 2) 金额", "any_num decimal(38, 10) ", "wide decimal(38, 2) ", "cents decimal(7, 0) ", "tiny decimal(4, 4) ", "f float ",
		"ok boolean ", `st enum("PAID", "关闭") `, "d date ", "t timestamp ", "tz timestamp ", "j json ", "b bytes ", "ip string "}
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("columns are\n%s\nwant\n%s", g, w)
	}
	if key := strings.Join(table.Key, ","); key != "mch,no" {
		t.Errorf("key is %s", key)
	}
	table, err = New().Columns(t.Context(), query(db, `select sum(amount) as total, :x::date as d from pay."Order.1" -- all`, map[string]schema.Value{"x": sqltest.Value("date", "2026-01-01")}))
	if err != nil || len(table.Columns) != 2 || table.Columns[0].Type.String() != "decimal(38, 10)" || table.Columns[1].Type.Kind != schema.Date {
		t.Errorf("columns of the query are %v, %v", table, err)
	}
}
