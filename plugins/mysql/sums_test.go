package mysql

import (
	"fmt"
	"strings"
	"testing"

	"github.com/recon-lang/recon/plugins/internal/sqltest"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/checksum"
	"github.com/recon-lang/recon/sdk/schema"
)

// sums is a request for a key and values, each as its own type.
func sums(key schema.Column, values ...schema.Column) checksum.Request {
	req := checksum.Request{Cut: key, Key: []checksum.Column{{Column: key, As: key.Type}}}
	for _, c := range values {
		req.Values = append(req.Values, checksum.Column{Column: c, As: c.Type})
	}
	return req
}

// TestSumsAreOfOneMoment writes while a snapshot is open: what it says and reads stays as it was.
func TestSumsAreOfOneMoment(t *testing.T) {
	db := servers.MariaDB(t)
	for _, table := range []string{"no bigint primary key", "no bigint"} { // range by range, and all at once
		db.Exec(t, "drop table if exists o", "create table o ("+table+", amount decimal(10, 2))", "insert into o select seq, seq from seq_1_to_100")
		no, amount := sqltest.Column("no", "integer"), sqltest.Column("amount", "decimal(10, 2)")
		req := sums(no, amount)
		read := sdk.ReadRequest{Config: config(db, "o"), Columns: []schema.Column{no, amount}}
		err := source{}.Snapshot(t.Context(), read, func(s sdk.Snapshot) error {
			survey, err := s.Survey(t.Context(), req, 4)
			if err != nil {
				return err
			}
			if survey.Refused != "" || survey.Unique != strings.Contains(table, "primary") || len(survey.Cuts) < 2 {
				t.Errorf("got %+v", survey)
			}
			db.Exec(t, "update o set amount = 0 where no = 7", "insert into o values (1000, 1)", "delete from o where no = 99")
			req.Cuts, req.To = survey.Cuts, len(survey.Cuts)+2
			sums, err := s.Sums(t.Context(), req)
			if err != nil {
				return err
			}
			var rows, read int64
			for _, sum := range sums {
				rows += sum.Rows
			}
			zero := false
			err = s.Read(t.Context(), nil, func(b *batch.Batch) error {
				read += int64(b.Rows)
				for i := range b.Rows {
					zero = zero || b.Columns[1].Ints[i] == 0
				}
				return nil
			})
			if rows != 100 || read != 100 || zero {
				t.Errorf("%d rows are added up, %d are read, and one is 0: %v", rows, read, zero)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestCutsOfASample cuts tables of which not all rows are read: no range is far larger than another.
func TestCutsOfASample(t *testing.T) {
	db := servers.MariaDB(t)
	no := sqltest.Column("no", "integer")
	for _, rows := range []int{60_000} {
		db.Exec(t, "drop table if exists o", "create table o (no bigint primary key)", fmt.Sprintf("insert into o select seq from seq_1_to_%d", rows), "analyze table o")
		sqltest.EvenCuts(t, source{}, config(db, "o"), no, rows)
	}
}

// TestSumsKnowUniqueKeys sees which indexes prove that no key repeats.
func TestSumsKnowUniqueKeys(t *testing.T) {
	db := servers.MariaDB(t)
	for _, c := range []struct {
		sql    string
		unique bool
	}{
		{"create table t (no varchar(20) primary key)", true},
		{"create table t (no varchar(20) unique)", true},
		{"create table t (no varchar(20), key (no))", false},
		{"create table t (no varchar(20), line int, unique (no, line))", false},
		{"create table t (no varchar(20) character set gbk primary key)", false},
		{"create table t (no varchar(20), unique (no(5)))", true},
		{"create view t as select 'x' as no", false},
	} {
		db.Exec(t, "drop table if exists t", c.sql)
		no := sqltest.Column("no", "string")
		err := source{}.Snapshot(t.Context(), sdk.ReadRequest{Config: config(db, "t"), Columns: []schema.Column{no}}, func(s sdk.Snapshot) error {
			survey, err := s.Survey(t.Context(), sums(no), 0)
			if survey.Unique != c.unique || survey.Refused != "" {
				t.Errorf("%s: got %+v", c.sql, survey)
			}
			return err
		})
		if err != nil {
			t.Errorf("%s: %v", c.sql, err)
		}
	}
}

// TestSumsThatAreRefused names what cannot be added up.
func TestSumsThatAreRefused(t *testing.T) {
	db := servers.MariaDB(t)
	db.Exec(t, "create table o (no bigint, f double, j json, civil datetime, dur time, txt text, raw blob, m enum('ok', 'no'), zf int(8) zerofill)",
		"insert into o values (1, 1, '{}', '2026-01-01', '01:00:00', 'x', 'x', 'ok', 7)")
	no := sqltest.Column("no", "integer")
	for _, c := range []struct {
		column schema.Column
		zone   string
		want   string
	}{
		{column: sqltest.Column("f", "decimal(10, 2)"), want: "column f is DOUBLE in the database and is read as decimal(10, 2)"},
		{column: sqltest.Column("f", "float"), want: "column f is read as float, which has no form that all databases share"},
		{column: sqltest.Column("dur", "string"), want: "column dur is of another type in the database"},
		{column: sqltest.Column("txt", "integer"), want: "column txt is text in the database"},
		{column: sqltest.Column("raw", "string"), want: "column raw is binary in the database"},
		{column: sqltest.Column("civil", "timestamp"), zone: "Europe/Berlin", want: "the clocks of Europe/Berlin change"},
		{column: sqltest.Column("civil", "timestamp"), zone: "Asia/Shanghai"},
		{column: sqltest.Column("m", "string")},
		{column: sqltest.Column("zf", "integer")},
	} {
		read := sdk.ReadRequest{Config: config(db, "o"), Columns: []schema.Column{no, c.column}, Zone: c.zone, BadRows: true}
		err := source{}.Snapshot(t.Context(), read, func(s sdk.Snapshot) error {
			survey, err := s.Survey(t.Context(), sums(no, c.column), 4)
			if !strings.Contains(survey.Refused, c.want) || c.want == "" && survey.Refused != "" {
				t.Errorf("%s as %s: refused %q, want %q", c.column.Name, c.column.Type, survey.Refused, c.want)
			}
			return err
		})
		if err != nil {
			t.Errorf("%s: %v", c.column.Name, err)
		}
	}
}

// TestOddRows puts values into a table that are not delivered as their types have them, and texts that are longer than the server takes at once,
// and wants them odd.
func TestOddRows(t *testing.T) {
	db := servers.MariaDB(t)
	long := strings.Repeat("x", 3<<20)
	db.Exec(t, "create table o (no bigint unsigned, n decimal(20, 4), d date, civil datetime, state longtext, ok tinyint)",
		"set sql_mode = ''", "insert into o values (1, 1.50, '2026-01-01', '2026-01-01', 'paid', 1), (18446744073709551615, 1, null, null, null, null), (3, 1.505, null, null, null, null), "+
			"(4, null, '0000-00-00', null, null, null), (5, null, '2026-00-01', null, null, null), (6, null, null, '0000-00-00', null, null), (7, null, null, '1950-01-01', null, null), "+
			"(8, null, null, null, 'Paid', null), (null, null, null, null, null, null), (10, null, null, null, null, 2), (11, 9999999999999999, null, null, null, null), (12, 2.5, null, null, 'open', 0)",
		"insert into o (no, state) values (13, '"+long+"'), (14, 'y')")
	columns := []schema.Column{sqltest.Column("no", "integer"), sqltest.Column("n", "decimal(16, 2)"), sqltest.Column("d", "date"), sqltest.Column("civil", "timestamp"),
		{Name: "state", Type: schema.Type{Kind: schema.Enum, Values: []string{"paid", "open"}}}, sqltest.Column("ok", "boolean")}
	odd := func(columns []schema.Column) (rows, odd int64) {
		t.Helper()
		req := sums(columns[0], columns[1:]...)
		read := sdk.ReadRequest{Config: config(db, "o"), Columns: columns, Zone: "Asia/Shanghai", BadRows: true}
		err := source{}.Snapshot(t.Context(), read, func(s sdk.Snapshot) error {
			survey, err := s.Survey(t.Context(), req, 0)
			if err != nil || survey.Refused != "" {
				t.Errorf("got %+v, %v", survey, err)
				return err
			}
			req.To = req.Ranges()
			sums, err := s.Sums(t.Context(), req)
			for _, sum := range sums {
				rows += sum.Rows
				odd += sum.Odd
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return rows, odd
	}
	if rows, n := odd(columns); rows != 14 || n != 12 {
		t.Errorf("%d of %d rows are odd, want 12 of 14", n, rows)
	}
	columns[4].Type = schema.Type{Kind: schema.String}
	if rows, n := odd(columns); rows != 14 || n != 9 {
		t.Errorf("%d of %d rows are odd, want 9 of 14", n, rows)
	}
	db.Exec(t, "set global max_allowed_packet = 1048576")
	defer db.Exec(t, "set global max_allowed_packet = 16777216")
	if rows, n := odd(columns); rows != 14 || n != 10 {
		t.Errorf("with a text that is too long, %d of %d rows are odd, want 10 of 14", n, rows)
	}
}
