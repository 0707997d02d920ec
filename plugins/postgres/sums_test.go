package postgres

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
	db := servers.Postgres(t)
	db.Exec(t, "create table o (no bigint primary key, amount numeric(10, 2))", "insert into o select i, i from generate_series(1, 100) i")
	no, amount := sqltest.Column("no", "integer"), sqltest.Column("amount", "decimal(10, 2)")
	req := sums(no, amount)
	read := sdk.ReadRequest{Config: config(db, "o"), Columns: []schema.Column{no, amount}}
	err := source{}.Snapshot(t.Context(), read, func(s sdk.Snapshot) error {
		survey, err := s.Survey(t.Context(), req, 4)
		if err != nil {
			return err
		}
		if survey.Refused != "" || !survey.Unique || len(survey.Cuts) < 2 {
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

// TestCutsOfASample cuts tables of which not all rows are read: no range is far larger than another.
func TestCutsOfASample(t *testing.T) {
	db := servers.Postgres(t)
	no := sqltest.Column("no", "integer")
	for _, rows := range []int{60_000, 1_200_000} { // by rows, and by pages
		db.Exec(t, "drop table if exists o", "create table o (no bigint primary key)", fmt.Sprintf("insert into o select generate_series(1, %d)", rows), "analyze o")
		sqltest.EvenCuts(t, source{}, config(db, "o"), no, rows)
	}
}

// TestSumsKnowUniqueKeys sees which indexes prove that no key repeats.
func TestSumsKnowUniqueKeys(t *testing.T) {
	db := servers.Postgres(t)
	no := sqltest.Column("no", "integer")
	for i, c := range []struct {
		sql    string
		unique bool
	}{
		{"create table t (no bigint primary key)", true},
		{"create table t (no bigint unique)", true},
		{"create table t (no bigint)", false},
		{"create table t (no bigint, line int, unique (no, line))", false},
		{"create table t (no bigint, line int); create unique index on t (no) include (line)", true},
		{"create table t (no bigint); create unique index on t (no) where no > 5", false},
		{"create table t (no bigint); create unique index on t ((no + 1))", false},
		{"create table t (no bigint primary key); create table heir () inherits (t)", false},
		{"create table t (no bigint primary key) partition by range (no); create table part partition of t default", true},
		{"create table base (no bigint primary key); create view t as select * from base", false},
	} {
		db.Exec(t, "drop schema if exists s cascade", "create schema s", "set search_path = s; "+c.sql+"; set search_path = public")
		cfg := config(db, "s.t")
		err := source{}.Snapshot(t.Context(), sdk.ReadRequest{Config: cfg, Columns: []schema.Column{no}}, func(s sdk.Snapshot) error {
			survey, err := s.Survey(t.Context(), sums(no), 0)
			if survey.Unique != c.unique || survey.Refused != "" {
				t.Errorf("%d: %s: got %+v", i, c.sql, survey)
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
	db := servers.Postgres(t)
	db.Exec(t, "create type mood as enum ('ok', 'no')", "create table o (no bigint, f float8, j jsonb, civil timestamp, i interval, txt text, m mood, u uuid, raw bytea)",
		"insert into o values (1, 1, '{}', '2026-01-01', '1 day', 'x', 'ok', '00000000-0000-0000-0000-000000000001', 'x')")
	no := sqltest.Column("no", "integer")
	for _, c := range []struct {
		column schema.Column
		zone   string
		where  []schema.Condition
		want   string
	}{
		{column: sqltest.Column("f", "decimal(10, 2)"), want: "column f is a float in the database and is read as decimal(10, 2)"},
		{column: sqltest.Column("f", "float"), want: "column f is read as float, which has no form that all databases share"},
		{column: sqltest.Column("j", "json"), want: "column j is read as json"},
		{column: sqltest.Column("i", "string"), want: "column i is of another type in the database"},
		{column: sqltest.Column("txt", "integer"), want: "column txt is text in the database"},
		{column: sqltest.Column("civil", "timestamp"), zone: "Europe/Berlin", want: "the clocks of Europe/Berlin change"},
		{column: sqltest.Column("civil", "timestamp"), zone: "Asia/Shanghai"},
		{column: sqltest.Column("m", "string")},
		{column: sqltest.Column("u", "string")},
		{column: sqltest.Column("raw", "bytes"), want: "column raw is read as bytes"},
		{column: sqltest.Column("txt", "string"), where: []schema.Condition{{Op: schema.Equal, Column: "f", Type: schema.Type{Kind: schema.Decimal, Precision: 5, Scale: 2}, Values: []schema.Value{sqltest.Value("decimal(5, 2)", "1.00")}}},
			want: "the server does not evaluate the condition on f"},
	} {
		read := sdk.ReadRequest{Config: config(db, "o"), Columns: []schema.Column{no, c.column}, Zone: c.zone, Where: c.where, BadRows: true}
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

// TestOddRows puts values into a table that are not delivered as their types have them, and wants them odd.
func TestOddRows(t *testing.T) {
	db := servers.Postgres(t)
	db.Exec(t, "create table o (no bigint, n numeric, d date, at timestamptz, civil timestamp, state text, big bigint)",
		"insert into o values (1, 1.50, '2026-01-01', '2026-01-01', '2026-01-01', 'paid', 1), (2, 'NaN', null, null, null, null, null), (3, 1.505, null, null, null, null, null), "+
			"(4, 1e30, null, null, null, null, null), (5, null, 'infinity', null, null, null, null), (6, null, null, '-infinity', null, null, null), (7, null, null, null, 'infinity', null, null), "+
			"(8, null, null, null, '1950-01-01', null, null), (9, null, null, null, null, 'Paid', null), (null, null, null, null, null, null, null), (11, null, null, null, null, null, 12345), (12, 2.5000, null, null, null, 'open', 99)")
	columns := []schema.Column{sqltest.Column("no", "integer"), sqltest.Column("n", "decimal(18, 2)"), sqltest.Column("d", "date"), sqltest.Column("at", "timestamp"), sqltest.Column("civil", "timestamp"),
		{Name: "state", Type: schema.Type{Kind: schema.Enum, Values: []string{"paid", "open"}}}, sqltest.Column("big", "decimal(4, 1)")}
	req := sums(columns[0], columns[1:]...)
	read := sdk.ReadRequest{Config: config(db, "o"), Columns: columns, Zone: "Asia/Shanghai", BadRows: true}
	err := source{}.Snapshot(t.Context(), read, func(s sdk.Snapshot) error {
		if survey, err := s.Survey(t.Context(), req, 0); err != nil || survey.Refused != "" {
			t.Errorf("got %+v, %v", survey, err)
		}
		req.To = req.Ranges()
		sums, err := s.Sums(t.Context(), req)
		if err == nil && (sums[0].Rows != 11 || sums[0].Odd != 9 || sums[1].Rows != 1 || sums[1].Odd != 1) {
			t.Errorf("got %+v, want 9 of 11 rows odd, and the one without a key", sums)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestVersions(t *testing.T) {
	for version, want := range map[string]bool{"15.18 (Debian 15.18-0+deb12u1)": true, "14.0": true, "17beta1": true, "13.0.0": false, "9.6.24": false, "": false, "v20": false} {
		if got := atLeast(version, 14); got != want {
			t.Errorf("%q is %v", version, got)
		}
	}
}
