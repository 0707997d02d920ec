package mysql

import (
	"strings"
	"testing"

	"github.com/recon-lang/recon/plugins/internal/sqltest"
	"github.com/recon-lang/recon/sdk/schema"
	"github.com/recon-lang/recon/sdk/sdktest"
)

// TestContract runs the contract of sources over a table of all types, a query and mistakes.
func TestContract(t *testing.T) {
	db := servers.MariaDB(t)
	db.Exec(t, "set time_zone = '+00:00'", "create table v (no varchar(100) collate utf8mb4_bin not null unique, name varchar(100), n bigint, amount decimal(18, 2), wide decimal(38, 4), ok tinyint(1), d date, at timestamp(6) null, civil datetime(6), f double)",
		"insert into v values ('1', '订单', -9223372036854775808, -9999999999999999.99, 0.0001, true, '2026-02-28', '2026-02-28 16:00:00.123456', '2026-11-01 01:30:00', 0.1)",
		"insert into v values ('2', '', 9223372036854775807, 0.01, 9999999999999999999999999999999999.9999, false, '0001-01-01', '2001-01-01 00:00:00', '2026-03-08 02:30:00', -1e300)",
		"insert into v values ('3', null, null, null, null, null, null, null, null, null)",
		"insert into v values ('a', 'a ', 0, 12.30, -1, true, '9999-12-31', '2026-12-31 23:59:59.999999', '2026-01-01 00:00:00', 0)",
		"insert into v values ('A', 'A', 1, 12.30, 1, false, '1970-01-01', '1999-12-31 23:59:59', '1999-12-31 23:59:59.999999', 1)",
		"create table u (no int primary key, name varchar(20), amount decimal(10, 2))",
		"insert into u values (1, '订单', 12.30), (2, 'a ', -0.01), (3, 'A', 0), (4, null, null), (-5, 'a', 1)",
		"create table bad (no varchar(100), amount varchar(100))", "insert into bad values ('1', '12.30'), ('2', '12,30'), ('3', null)")
	const rows = `no,name,n,amount,wide,ok,d,at,civil,f
1,订单,-9223372036854775808,-9999999999999999.99,0.0001,true,2026-02-28,2026-02-28T16:00:00.123456Z,2026-11-01T05:30:00Z,0.1
2,"",9223372036854775807,0.01,9999999999999999999999999999999999.9999,false,0001-01-01,2001-01-01T00:00:00Z,2026-03-08T07:00:00Z,-1e+300
3,,,,,,,,,
a,a ,0,12.30,-1.0000,true,9999-12-31,2026-12-31T23:59:59.999999Z,2026-01-01T05:00:00Z,0
A,A,1,12.30,1.0000,false,1970-01-01,1999-12-31T23:59:59Z,2000-01-01T04:59:59.999999Z,1
`
	columns := []schema.Column{
		sqltest.Column("no", "string"), sqltest.Column("name", "string"), sqltest.Column("n", "integer"), sqltest.Column("amount", "decimal(18, 2)"), sqltest.Column("wide", "decimal(38, 4)"),
		sqltest.Column("ok", "boolean"), sqltest.Column("d", "date"), sqltest.Column("at", "timestamp"), sqltest.Column("civil", "timestamp"), sqltest.Column("f", "float"),
	}
	wrong := config(db, "v")
	wrong["dsn"] = schema.Value{Type: wrong["dsn"].Type, Text: "mysql://nobody:wrong-password@127.0.0.1:1/db"}
	compressed := config(db, "v") // whose rows come through the driver
	compressed["dsn"] = schema.Value{Type: wrong["dsn"].Type, Text: db.DSN + "?compress=true"}
	sdktest.TestSource(t, New(),
		sdktest.Case{Name: "compressed", Config: compressed, Columns: columns, Rows: rows, Zone: "America/New_York", AnyOrder: true},
		sdktest.Case{Name: "table", Config: config(db, "v"), Columns: columns, Rows: rows, Zone: "America/New_York", AnyOrder: true},
		sdktest.Case{Name: "steady zone", Config: config(db, "v"), Columns: columns, Rows: strings.NewReplacer("2026-11-01T05:30:00Z", "2026-10-31T17:30:00Z", "2026-03-08T07:00:00Z", "2026-03-07T18:30:00Z",
			"2026-01-01T05:00:00Z", "2025-12-31T16:00:00Z", "2000-01-01T04:59:59.999999Z", "1999-12-31T15:59:59.999999Z").Replace(rows), Zone: "Asia/Shanghai", AnyOrder: true},
		sdktest.Case{Name: "indexed", Config: config(db, "u"), Rows: "no,name,amount\n1,订单,12.30\n2,a ,-0.01\n3,A,0.00\n4,,\n-5,a,1.00\n", AnyOrder: true},
		sdktest.Case{Name: "parallel", Config: parallel(config(db, "u"), 3), Rows: "no,name,amount\n1,订单,12.30\n2,a ,-0.01\n3,A,0.00\n4,,\n-5,a,1.00\n", AnyOrder: true},
		sdktest.Case{Name: "parallel query", Config: parallel(query(db, "select * from v", nil), 3), Columns: columns, Setting: "parallel", Message: "only a table can be read over more than one connection"},
		sdktest.Case{Name: "too parallel", Config: parallel(config(db, "v"), 0), Columns: columns, Setting: "parallel", Message: "a table cannot be read over 0 connections"},
		sdktest.Case{Name: "query", Config: query(db, "select * from v where no <> :no;", map[string]schema.Value{"no": schema.Text("x' or '1'='1")}), Columns: columns, Rows: rows, Zone: "America/New_York", AnyOrder: true},
		sdktest.Case{Name: "own types", Config: query(db, "select no, name, n, amount from v where n = 0", nil), Rows: "no,name,n,amount\na,a ,0,12.30\n", AnyOrder: true},
		sdktest.Case{Name: "refused", Config: wrong, Columns: columns, Setting: "dsn", Message: "connection refused"},
		sdktest.Case{Name: "no table", Config: config(db, "w"), Columns: columns, Setting: "table", Message: "there is no table w"},
		sdktest.Case{Name: "bad query", Config: query(db, "select no frm v", nil), Columns: columns, Setting: "query", Message: "the query fails"},
	)
}
