package mysql

import (
	"slices"
	"strings"
	"testing"

	"github.com/recon-lang/recon/plugins/internal/sqltest"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// TestRowsPastTheDriver reads rows of all sizes, whose lengths have all forms of the protocol and which take one frame or some, and values of all
// types, past the driver and through it: the rows are the same.
func TestRowsPastTheDriver(t *testing.T) {
	admin := servers.MariaDB(t)
	admin.Exec(t, "set global max_allowed_packet = 134217728")
	t.Cleanup(func() { admin.Exec(t, "set global max_allowed_packet = 16777216") })
	db := admin.Other(t, admin.Name) // the setting is of connections that come after it
	db.Exec(t, "create table sizes (no int primary key, a longtext, b longblob)",
		"insert into sizes select seq, repeat('x', seq), repeat('y', seq * 7) from seq_0_to_300",
		"insert into sizes select 1000 + seq, repeat('é', 32000 + seq * 97), null from seq_0_to_40",
		"insert into sizes values (2001, repeat('x', 65535), ''), (2002, repeat('x', 65536), ''), (2003, repeat('x', 70000), '')",
		"insert into sizes select 3000 + seq, repeat('x', 16777215 - 22 + seq * 2), '' from seq_0_to_14", // about the longest frame
		"insert into sizes values (4001, repeat('x', 9000000), repeat('y', 9000000)), (4002, repeat('x', 17000000), 'y'), (4003, 'x', 'y')",
		`create table types (no int primary key, f float, g double, n decimal(20, 2), w decimal(30, 10), z int(8) zerofill, u bigint unsigned, bits bit(10), y year,
			d date, t time, at timestamp(6) null, civil datetime(3), s char(5) character set latin1, e enum('a', 'é'), j json, b varbinary(5))`,
		`insert into types values (1, 0.1, 1e300, 12.30, -0.0000000001, 7, 18446744073709551615, 513, 2026, '2026-02-28', '12:00:01', '2026-02-28 12:00:00.000001', '2026-02-28 12:00:00.5', 'é', 'é', '{"a": 1}', x'00ff'),
			(2, -1e-7, -0.1, -0.05, 99999999999999999999.9999999999, 0, 0, 0, 0, '9999-12-31', '-838:59:59', '1970-01-01 09:00:01', '1000-01-01', '', 'a', '[]', ''),
			(3, 16777216, 123456789.125, -999999999999999999.99, 0, 12345678, 9223372036854775808, 1023, 1901, null, null, null, null, null, null, null, null)`)
	through := func(table string) schema.Config {
		cfg := config(db, table)
		cfg["dsn"] = schema.Value{Type: cfg["dsn"].Type, Text: db.DSN + "?compress=true"}
		return cfg
	}
	for _, c := range []struct {
		table   string
		columns []string
	}{
		{"sizes", []string{"no integer", "a string", "b bytes"}},
		{"sizes", nil},
		{"types", []string{"f float", "g float", "n decimal(20, 2)", "w decimal(38, 10)", "z integer", "u decimal(20, 0)", "bits integer", "y integer", "d date", "at timestamp", "civil timestamp", "s string", "e string", "j json", "b bytes"}},
		{"types", []string{"f string", "g string", "n string", "w string", "z string", "u string", "bits string", "y string", "d string", "t string", "at string", "civil string", "j string"}},
		{"types", []string{"f decimal(38, 10)", "g decimal(20, 3)", "n decimal(18, 1)", "w decimal(18, 2)", "z decimal(8, 0)", "u integer", "bits boolean"}},
	} {
		req := sdk.ReadRequest{Config: config(db, c.table), BadRows: true, Order: []string{"no"}, Where: []schema.Condition{{Op: schema.Not, Args: []schema.Condition{{Op: schema.IsNull, Column: "no", Type: schema.Type{Kind: schema.Integer}}}}}}
		for _, column := range c.columns {
			name, typ, _ := strings.Cut(column, " ")
			req.Columns = append(req.Columns, sqltest.Column(name, typ))
		}
		past := sqltest.Read(t, New(), req)
		req.Config = through(c.table)
		if driver := sqltest.Read(t, New(), req); !slices.Equal(past, driver) {
			for i := range max(len(past), len(driver)) {
				if i >= len(past) || i >= len(driver) || past[i] != driver[i] {
					t.Errorf("%v: of %d and %d rows, the first that differs is %d: %.200s", c.columns, len(past), len(driver), i, append(past, "")[min(i, len(past))])
					break
				}
			}
		}
		if len(past) < 3 {
			t.Errorf("%v: %d rows", c.columns, len(past))
		}
	}
}

// TestSplit cuts rows short at each byte.
func TestSplit(t *testing.T) {
	row := append([]byte{3, 'a', 'b', 'c', 0xfb, 0, 0xfc, 5, 1}, make([]byte, 261)...)
	row = append(append(append(row, 0xfd, 1, 0, 0, 'x', 0xfe), 2, 0, 0, 0, 0, 0, 0, 0), 'y', 'z')
	values := make([][]byte, 6)
	if !split(row, values) || string(values[0]) != "abc" || values[1] != nil || values[2] == nil || len(values[3]) != 261 || string(values[4]) != "x" || string(values[5]) != "yz" {
		t.Errorf("got %q", values)
	}
	for n := range row {
		if split(row[:n], values) {
			t.Errorf("%d bytes are a row", n)
		}
	}
	if split(append(row, 0), values) {
		t.Error("a row with a byte too many is one")
	}
}
