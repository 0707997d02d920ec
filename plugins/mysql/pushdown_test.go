package mysql

import (
	"strings"
	"testing"

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
	exec(t, `create table v (s text, nc varchar(20), bi varchar(20) collate utf8mb4_bin, u3 varchar(20) character set utf8mb3, la varchar(20) character set latin1, gbk varchar(20) character set gbk, c char(6), e enum('Z', 'a', '订单'), i int, big bigint, n decimal(38, 4),
			d double, f float, b tinyint(1), dt date, t datetime(6), tz timestamp(6) null, ti text, tt text, vb varbinary(20), y year, bt bit(8), zf int(4) zerofill, ub bigint unsigned)`,
		"set time_zone = '+00:00'")
	for _, row := range []string{
		`null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null`,
		`'', '', '', '', '', '', '', 'Z', 0, 0, 0, 0, 0, true, '1970-01-01', '1970-01-01', '1970-01-02', '0', '1970-01-01', '', 0, 0, 0, 0`,
		`'a', 'A', 'a ', 'A', 'A', 'a', 'a', 'a', 10, 9223372036854775807, 9.5, 9.5, 9.5, false, '2026-03-08', '2026-03-08 02:00', '2026-03-08 07:00', '10', '2026-03-08 02:00:00.5', 'a', 2010, 10, 10, 18446744073709551615`,
		`'A', 'a', 'A', 'a ', 'a ', 'A', 'A', '订单', 9, 9007199254740993, 9.4999, 9.49, 0.1, true, '2026-11-01', '2026-03-08 02:30:00.5', '2026-03-08 06:59:59.999999', '9', '2026-03-08 03:00', 'a ', 2009, 9, 9, 9`,
		`'a ', 'a ', 'ab', 'a', 'a', 'ab', 'ab', 'a', -1, -1, -0.01, -0.01, 10, null, '2026-11-02', '2026-03-08 03:00', '2026-03-08 07:00:00.000001', '0010', '2026-11-01T05:30:00Z', 'é', 1999, 255, 42, 10`,
		`'é', 'É', 'é', 'é', 'é', '订', 'é', null, 2147483647, -9223372036854775808, 9999999999999999.9999, 1e300, 1e30, true, '9999-12-31', '2026-11-01 01:00', '2026-11-01 05:30', '010', '2026-11-01 01:30', null, null, null, null, null`,
		`'订单', '订单', '订', '订单', 'ÿ', '订单', '订单', null, -2147483648, 9007199254740992, 9007199254740993, -1e300, -0.5, false, '0001-01-01', '2026-11-01 01:59:59.999999', '2026-11-01 06:30', null, null, '10', 2026, 1, 1, 1`,
		`'😀', '～', '～', '～', 'É', '一', 'ÿ', null, 1, 10, 0.0001, 0, 0, null, '2026-03-08', '2026-11-01 02:00', '2026-11-01 07:00', '-1', '2026-11-01', null, null, null, null, null`,
		`'10', '9.50', 'true', 'ab', '10', '9', 'Z', 'Z', 10, 9, 10, 10, 10, false, null, '2026-11-01 00:59:59.999999', '2038-01-19 03:14:07', '+9', '2026-11-01 02:00', null, null, null, null, null`,
	} {
		exec(t, "insert into v values ("+row+")")
	}
}

func columns() []schema.Column {
	return []schema.Column{
		sqltest.Column("s", "string"), sqltest.Column("nc", "string"), sqltest.Column("bi", "string"), sqltest.Column("u3", "string"), sqltest.Column("la", "string"), sqltest.Column("gbk", "string"), sqltest.Column("c", "string"), sqltest.Column("e", `enum("Z", "a")`),
		sqltest.Column("i", "integer"), sqltest.Column("big", "integer"), sqltest.Column("n", "decimal(38, 4)"), sqltest.Column("b", "boolean"),
		sqltest.Column("dt", "date"), sqltest.Column("t", "timestamp"), sqltest.Column("tz", "timestamp"), sqltest.Column("ti", "integer"), sqltest.Column("tt", "timestamp"),
		sqltest.Column("vb", "string"), sqltest.Column("y", "integer"), sqltest.Column("bt", "integer"), sqltest.Column("zf", "integer"),
	}
}

// TestPushdown holds random conditions, evaluated by the server, against their meaning.
func TestPushdown(t *testing.T) {
	db := servers.MariaDB(t)
	fill(t, db.Exec)
	req := sdk.ReadRequest{Config: config(db, "v"), Zone: "America/New_York", Columns: columns()}
	t.Run("table", func(t *testing.T) { sqltest.Pushed(t, New(), req, values) })
	t.Run("small batches", func(t *testing.T) { req := req; req.Rows = 2; sqltest.Pushed(t, New(), req, values) })
	t.Run("as other types", func(t *testing.T) {
		req := req
		req.Columns = []schema.Column{sqltest.Column("i", "string"), sqltest.Column("n", "string"), sqltest.Column("b", "string"), sqltest.Column("d", "string"), sqltest.Column("f", "string"), sqltest.Column("dt", "string"),
			sqltest.Column("big", "decimal(38, 4)"), sqltest.Column("t", "string"), sqltest.Column("tz", "string"), sqltest.Column("ti", "decimal(18, 2)"), sqltest.Column("y", "string"), sqltest.Column("bt", "string"), sqltest.Column("zf", "string"),
			sqltest.Column("ub", "decimal(20, 0)")}
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

func TestOrder(t *testing.T) {
	db := servers.MariaDB(t)
	fill(t, db.Exec)
	for _, c := range []struct {
		column schema.Column
		want   string
	}{
		{sqltest.Column("s", "string"), "null||10|A|a|a |é|订单|\U0001F600"},
		{sqltest.Column("nc", "string"), "null||9.50|A|a|a |É|订单|～"},
		{sqltest.Column("gbk", "string"), "null||9|A|a|ab|一|订|订单"},
		{sqltest.Column("i", "string"), "null|-1|-2147483648|0|1|10|10|2147483647|9"},
		{sqltest.Column("i", "integer"), "null|-2147483648|-1|0|1|9|10|10|2147483647"},
		{sqltest.Column("ti", "integer"), "null|null|-1|0|9|9|10|10|10"},
		{sqltest.Column("b", "boolean"), "null|null|null|false|false|false|true|true|true"},
		{sqltest.Column("e", "string"), "null|null|null|null|Z|Z|a|a|订单"},
		{sqltest.Column("zf", "string"), "null|null|null|null|0|1|10|42|9"},
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
	db := servers.MariaDB(t)
	db.Exec(t, "create table v (no varchar(20) primary key, i int, t datetime, tz timestamp null, e varchar(20), key (i), key (t), key (tz), key (e))", "set time_zone = '+00:00'",
		"insert into v select concat('N', seq), seq, timestamp'2026-01-01 00:00:00' + interval seq minute, timestamp'2026-01-01 00:00:00' + interval seq minute, concat('E', seq) from seq_1_to_20000", "insert into v (no) values ('订单')", "analyze table v")
	reads := func() (n int) {
		var name string
		// Rows that the server read by walking a whole table or index, in all sessions.
		if err := db.SQL().QueryRow("show global status like 'Handler_read_rnd_next'").Scan(&name, &n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	at := func(op schema.Op, column, typ, value string) schema.Condition {
		return schema.Condition{Op: op, Column: column, Type: sqltest.Column("", typ).Type, Values: []schema.Value{sqltest.Value(typ, value)}}
	}
	for name, where := range map[string][]schema.Condition{
		"text":       {at(schema.Equal, "no", "string", "N77")},
		"other text": {at(schema.Equal, "no", "string", "订单")},
		"text in":    {{Op: schema.In, Column: "no", Type: schema.Type{Kind: schema.String}, Values: []schema.Value{schema.Text("N77"), schema.Text("N78")}}},
		"number":     {at(schema.Equal, "i", "decimal(18, 2)", "77.00")},
		"civil time": {at(schema.GreaterEqual, "t", "timestamp", "2026-01-02T00:00:00Z"), at(schema.Less, "t", "timestamp", "2026-01-02T00:05:00Z")},
		"instant":    {at(schema.GreaterEqual, "tz", "timestamp", "2026-01-02T00:00:00Z"), at(schema.Less, "tz", "timestamp", "2026-01-02T00:05:00Z")},
		"null or time": {{Op: schema.Or, Args: []schema.Condition{{Op: schema.IsNull, Column: "t", Type: sqltest.Column("", "timestamp").Type},
			{Op: schema.And, Args: []schema.Condition{at(schema.GreaterEqual, "t", "timestamp", "2026-01-02T00:00:00Z"), at(schema.Less, "t", "timestamp", "2026-01-02T00:05:00Z")}}}}},
	} {
		before := reads()
		rows := sqltest.Read(t, New(), sdk.ReadRequest{Config: config(db, "v"), Zone: "Asia/Shanghai", Columns: []schema.Column{sqltest.Column("i", "integer")}, Where: where})
		if n := reads() - before; len(rows) == 0 || n > 5000 {
			t.Errorf("%s: %d rows, and the server walked over %d", name, len(rows), n)
		}
	}
}
