package postgres

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recon-lang/recon/plugins/internal/sqltest"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// values are what columns are compared with: near the values of the rows, and nothing like them.
func values(t schema.Type) []schema.Value {
	var typ string
	var texts []string
	switch t.Kind {
	case schema.String, schema.Enum:
		typ, texts = "string", []string{"", " ", "a", "A", "a ", "ab", "é", "e\u0301", "订单", "订", "Z", "10", "9", "0010", "9.50", "true", "\u00ff", "\U0001F600", "\uff5e", "2026-03-08", "' or '1'='1", `\`, "%"}
	case schema.Integer:
		typ, texts = "integer", []string{"0", "9", "10", "-1", "9223372036854775807", "-9223372036854775808", "9007199254740993"}
	case schema.Decimal:
		typ, texts = "decimal(38, 4)", []string{"0", "9.5", "9.50", "9.49", "10", "-0.01", "9999999999999999.9999", "9007199254740993", "0.0001"}
	case schema.Boolean:
		typ, texts = "boolean", []string{"true", "false"}
	case schema.Date:
		typ, texts = "date", []string{"2026-03-08", "2026-11-01", "2026-11-02", "1970-01-01", "0001-01-01", "9999-12-31"}
	case schema.Timestamp:
		// In New York: the second before the spring gap, its end, and all around the hour that comes twice.
		typ, texts = "timestamp", []string{"2026-03-08T06:59:59.999999Z", "2026-03-08T07:00:00Z", "2026-03-08T07:00:00.000001Z", "2026-03-08T08:00:00Z",
			"2026-11-01T05:00:00Z", "2026-11-01T05:30:00Z", "2026-11-01T06:00:00Z", "2026-11-01T06:30:00Z", "2026-11-01T07:00:00Z", "2026-11-01T07:00:00.000001Z", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z"}
	}
	var values []schema.Value
	for _, text := range texts {
		values = append(values, sqltest.Value(typ, text))
		if t.Kind == schema.Decimal && !strings.Contains(text, ".") {
			values = append(values, sqltest.Value("integer", text))
		}
	}
	return values
}

func fill(t *testing.T, exec func(testing.TB, ...string)) {
	exec(t, "create type st as enum ('Z', 'a', '订单')",
		`create collation nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`,
		`create table v (s text, nc text collate nocase, vc varchar(20), c char(6), e st, i integer, big bigint, n numeric(38, 4), d double precision, b boolean,
			dt date, t timestamp, tz timestamptz, ti text, tt text, u uuid)`)
	for _, row := range []string{
		`null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null`,
		`'', '', '', '', 'Z', 0, 0, 0, 0, true, '1970-01-01', '1970-01-01', '1970-01-01Z', '0', '1970-01-01', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'`,
		`'a', 'A', 'a ', 'a', 'a', 10, 9223372036854775807, 9.5, 9.5, false, '2026-03-08', '2026-03-08 02:00', '2026-03-08 07:00Z', '10', '2026-03-08 02:00:00.5', null`,
		`'A', 'a', 'A', 'A', '订单', 9, 9007199254740993, 9.4999, 9.49, true, '2026-11-01', '2026-03-08 02:30:00.5', '2026-03-08 06:59:59.999999Z', '9', '2026-03-08 03:00', null`,
		`'a ', 'a ', 'ab', 'ab', 'a', -1, -1, -0.01, -0.01, null, '2026-11-02', '2026-03-08 03:00', '2026-03-08 07:00:00.000001Z', '0010', '2026-11-01T05:30:00Z', null`,
		`'é', 'É', E'e\u0301', 'é', null, 2147483647, -9223372036854775808, 9999999999999999.9999, 'NaN', true, '9999-12-31', '2026-11-01 01:00', '2026-11-01 05:30Z', '010', '2026-11-01 01:30', null`,
		`'订单', '订单', '订', '订单', null, -2147483648, 9007199254740992, 9007199254740993, 1e300, false, '0001-01-01', '2026-11-01 01:59:59.999999', '2026-11-01 06:30Z', null, null, null`,
		`E'\U0001F600', '～', '～', 'ÿ', null, 1, 10, 0.0001, -0.0, null, '2026-03-08', '2026-11-01 02:00', '2026-11-01 07:00Z', '-1', '2026-11-01', null`,
		`'10', '9.50', 'true', 'Z', 'Z', 10, 9, 10, 10, false, null, '2026-11-01 00:59:59.999999', '0001-01-01 00:00Z', '+9', '2026-11-01 02:00', null`,
	} {
		exec(t, "insert into v values ("+row+")")
	}
}

func columns() []schema.Column {
	return []schema.Column{
		sqltest.Column("s", "string"), sqltest.Column("nc", "string"), sqltest.Column("vc", "string"), sqltest.Column("c", "string"), sqltest.Column("e", `enum("Z", "a")`),
		sqltest.Column("i", "integer"), sqltest.Column("big", "integer"), sqltest.Column("n", "decimal(38, 4)"), sqltest.Column("b", "boolean"),
		sqltest.Column("dt", "date"), sqltest.Column("t", "timestamp"), sqltest.Column("tz", "timestamp"), sqltest.Column("ti", "integer"), sqltest.Column("tt", "timestamp"), sqltest.Column("u", "string"),
	}
}

// TestPushdown holds random conditions, evaluated by the server, against their meaning.
func TestPushdown(t *testing.T) {
	db := servers.Postgres(t)
	fill(t, db.Exec)
	req := sdk.ReadRequest{Config: config(db, "v"), Zone: "America/New_York", Columns: columns()}
	t.Run("table", func(t *testing.T) { sqltest.Pushed(t, New(), req, values) })
	t.Run("small batches", func(t *testing.T) { req := req; req.Rows = 2; sqltest.Pushed(t, New(), req, values) })
	t.Run("as other types", func(t *testing.T) {
		req := req
		req.Columns = []schema.Column{sqltest.Column("i", "string"), sqltest.Column("n", "string"), sqltest.Column("b", "string"), sqltest.Column("d", "string"), sqltest.Column("dt", "string"),
			sqltest.Column("big", "decimal(38, 4)"), sqltest.Column("t", "string"), sqltest.Column("ti", "decimal(18, 2)")}
		sqltest.Pushed(t, New(), req, values)
	})
	t.Run("dates as timestamps", func(t *testing.T) {
		req := req
		req.Columns = []schema.Column{sqltest.Column("dt", "timestamp"), sqltest.Column("i", "decimal(18, 2)")}
		sqltest.Pushed(t, New(), req, values)
	})
	t.Run("query", func(t *testing.T) {
		req := req
		req.Config = query(db, "select * from v where i is not null or s = :s; ", map[string]schema.Value{"s": schema.Text("é")})
		sqltest.Pushed(t, New(), req, values)
	})
}

// TestPushdownInAnotherEncoding has a database whose bytes are not in the order of code points.
func TestPushdownInAnotherEncoding(t *testing.T) {
	db := servers.Postgres(t)
	db.Exec(t, "create database euc encoding 'EUC_CN' locale 'C' locale_provider 'libc' template template0")
	t.Cleanup(func() { db.Exec(t, "drop database euc") })
	cfg := config(db, "v")
	cfg["dsn"] = schema.Value{Type: cfg["dsn"].Type, Text: strings.Replace(db.DSN, "/"+db.Name, "/euc", 1)}
	euc := db.Other(t, "euc")
	euc.Exec(t, "create table v (s text)", "insert into v values (null), (''), ('订单'), ('单'), ('a'), ('一'), ('龙'), ('é')")
	req := sdk.ReadRequest{Config: cfg, Columns: []schema.Column{sqltest.Column("s", "string")}}
	sqltest.Pushed(t, New(), req, func(schema.Type) []schema.Value {
		return []schema.Value{schema.Text("订"), schema.Text("龙"), schema.Text("b"), schema.Text("一"), schema.Text("é"), schema.Text("\U0001F600"), schema.Text("a")}
	})
	req.Order = []string{"s"}
	got := sqltest.Read(t, New(), req)
	if !slices.IsSorted(got[1:]) || got[0] != "null" || len(got) != 8 {
		t.Errorf("order is %q", got)
	}
}

func TestOrder(t *testing.T) {
	db := servers.Postgres(t)
	fill(t, db.Exec)
	for _, c := range []struct {
		column schema.Column
		want   string
	}{
		{sqltest.Column("s", "string"), "null||10|A|a|a |é|订单|\U0001F600"},
		{sqltest.Column("nc", "string"), "null||9.50|A|a|a |É|订单|～"},
		{sqltest.Column("i", "string"), "null|-1|-2147483648|0|1|10|10|2147483647|9"},
		{sqltest.Column("i", "integer"), "null|-2147483648|-1|0|1|9|10|10|2147483647"},
		{sqltest.Column("ti", "integer"), "null|null|-1|0|9|9|10|10|10"},
		{sqltest.Column("b", "boolean"), "null|null|null|false|false|false|true|true|true"},
		{sqltest.Column("e", "string"), "null|null|null|null|Z|Z|a|a|订单"},
		{sqltest.Column("dt", "date"), "null|null|0001-01-01|1970-01-01|2026-03-08|2026-03-08|2026-11-01|2026-11-02|9999-12-31"},
	} {
		req := sdk.ReadRequest{Config: config(db, "v"), Columns: []schema.Column{c.column}, Order: []string{c.column.Name}}
		if !New().(sdk.Claimer).Claim(req).Ordered {
			t.Errorf("%s: no order is promised", c.column.Name)
		}
		if got := strings.Join(sqltest.Read(t, New(), req), "|"); got != c.want {
			t.Errorf("%s %s: order is %q, want %q", c.column.Name, c.column.Type, got, c.want)
		}
	}
}

// TestIndexes sees that conditions leave the server the use of its indexes.
func TestIndexes(t *testing.T) {
	db := servers.Postgres(t)
	db.Exec(t, "create table v (no text primary key, i int, t timestamp, tz timestamptz)",
		"insert into v select 'N' || g, g, timestamp '2026-01-01' + g * interval '1 minute', timestamptz '2026-01-01Z' + g * interval '1 minute' from generate_series(1, 20000) g",
		"create index on v (i)", "create index on v (t)", "create index on v (tz)", "analyze v")
	before := func(index string) (scans int) {
		db.Exec(t, "select pg_stat_force_next_flush()")
		if err := db.SQL().QueryRow("select idx_scan from pg_stat_user_indexes where indexrelname = $1", index).Scan(&scans); err != nil {
			t.Fatal(err)
		}
		return scans
	}
	at := func(op schema.Op, column, typ, value string) schema.Condition {
		return schema.Condition{Op: op, Column: column, Type: sqltest.Column("", typ).Type, Values: []schema.Value{sqltest.Value(typ, value)}}
	}
	for _, c := range []struct {
		index string
		where []schema.Condition
	}{
		{"v_pkey", []schema.Condition{at(schema.Equal, "no", "string", "N77")}},
		{"v_i_idx", []schema.Condition{at(schema.Equal, "i", "decimal(18, 2)", "77.00")}},
		{"v_t_idx", []schema.Condition{at(schema.GreaterEqual, "t", "timestamp", "2026-01-02T00:00:00Z"), at(schema.Less, "t", "timestamp", "2026-01-02T00:05:00Z")}},
		{"v_tz_idx", []schema.Condition{at(schema.GreaterEqual, "tz", "timestamp", "2026-01-02T00:00:00Z"), at(schema.Less, "tz", "timestamp", "2026-01-02T00:05:00Z")}},
	} {
		scans := before(c.index)
		if rows := sqltest.Read(t, New(), sdk.ReadRequest{Config: config(db, "v"), Zone: "Asia/Shanghai", Columns: []schema.Column{sqltest.Column("i", "integer")}, Where: c.where}); len(rows) == 0 {
			t.Errorf("%s: no rows", c.index)
		}
		// The session reports its scans when it ends, which is a moment after the client has left.
		for start := time.Now(); before(c.index) == scans; time.Sleep(10 * time.Millisecond) {
			if time.Since(start) > 20*time.Second {
				t.Errorf("%s was not used", c.index)
				break
			}
		}
	}
}
