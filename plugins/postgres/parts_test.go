package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recon-lang/recon/plugins/internal/sqltest"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

func parallel(cfg schema.Config, n int64) schema.Config {
	cfg["parallel"] = schema.Int(n)
	return cfg
}

// catchLog catches what the plugin logs until the test ends.
func catchLog(t *testing.T) *bytes.Buffer {
	var b bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&b, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	return &b
}

// TestParts reads tables of all kinds over several connections, and over one: the rows are the same, and more than one part had some.
func TestParts(t *testing.T) {
	db := servers.Postgres(t)
	log := catchLog(t)
	const rows = " select case when g % 7 > 0 then g end, g from generate_series(1, 5000) g"
	for name, sql := range map[string][]string{
		"table":        {"create table p (no int, v int)", "insert into p" + rows},
		"after writes": {"create table p (no int, v int)", "insert into p" + rows, "update p set v = v + 1 where no % 3 = 0", "delete from p where no % 5 = 0", "vacuum p", "insert into p" + rows},
		"partitions":   {"create table p (no int, v int) partition by hash (v)", "create table p0 partition of p for values with (modulus 3, remainder 0)", "create table p1 partition of p for values with (modulus 3, remainder 1)", "create table p2 partition of p for values with (modulus 3, remainder 2) partition by range (no)", "create table p21 partition of p2 for values from (minvalue) to (100)", "create table p22 partition of p2 default", "insert into p" + rows},
		"materialized": {"create materialized view p as select no, v from (" + rows + ") as r (no, v)"},
		"wide rows":    {"create table p (no int, v int, pad text default repeat('x', 3000))", "alter table p alter pad set storage plain", "insert into p select g, g from generate_series(1, 50) g"},
		"a row":        {"create table p (no int, v int)", "insert into p values (null, 1)"},
		"no row":       {"create table p (no int, v int)"},
		"no partition": {"create table p (no int, v int) partition by hash (v)"},
	} {
		kind := "table"
		if name == "materialized" {
			kind = "materialized view"
		}
		db.Exec(t, sql...)
		columns := []schema.Column{sqltest.Column("no", "string"), sqltest.Column("v", "integer")}
		want := sqltest.Read(t, New(), sdk.ReadRequest{Config: config(db, "p"), Columns: columns})
		slices.Sort(want)
		for _, n := range []int64{2, 5} {
			parts := map[string]bool{}
			var got []string
			err := New().Read(t.Context(), sdk.ReadRequest{Config: parallel(config(db, "p"), n), Columns: columns, Rows: 10}, func(b *batch.Batch) error {
				parts[b.Origin] = true
				got = append(got, sqltest.Rows(b)...)
				return b.Check()
			})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("%s over %d connections: %d rows, want %d", name, n, len(got), len(want))
			}
			if len(want) > 1 && len(parts) < int(n) {
				t.Errorf("%s over %d connections: %d parts had rows", name, n, len(parts))
			}
		}
		db.Exec(t, "drop "+kind+" p")
	}
	if log.Len() > 0 {
		t.Errorf("it logged %s", log)
	}
}

// TestPartsAreOfOneMoment moves amounts between the rows of a table, so that the sum of all is the same whenever they are read, adds rows and takes others
// away, and lets updates move rows from page to page. Each read over several connections gives the sum, and each row once.
func TestPartsAreOfOneMoment(t *testing.T) {
	db := servers.Postgres(t)
	log := catchLog(t)
	db.Exec(t, "create table o (no bigint primary key, amount bigint)", "insert into o select g * 1000, 100 from generate_series(1, 2000) g")
	stop, done := make(chan struct{}), make(chan error, 2)
	for writer := range 2 {
		go func() {
			random := rand.New(rand.NewPCG(uint64(writer), 1))
			for {
				select {
				case <-stop:
					done <- nil
					return
				case <-time.After(time.Duration(random.IntN(3)) * time.Millisecond):
				}
				from, to := (random.IntN(2000)+1)*1000, (random.IntN(2000)+1)*1000
				_, err := db.SQL().Exec(fmt.Sprintf(`begin; update o set amount = amount - 7 where no = %d; update o set amount = amount + 7 where no = %d;
					insert into o values (%d, 0) on conflict do nothing; delete from o where no = %d; commit`, min(from, to), max(from, to), random.IntN(1e6)*2+1, random.IntN(1e6)*2+1))
				if err != nil && !strings.Contains(err.Error(), "deadlock") {
					done <- err
					return
				}
				if err != nil {
					db.SQL().Exec("rollback")
				}
			}
		}()
	}
	for range 40 {
		var sum, rows int64
		seen := map[int64]bool{}
		req := sdk.ReadRequest{Config: parallel(config(db, "o"), 4), Columns: []schema.Column{sqltest.Column("no", "integer"), sqltest.Column("amount", "integer")}, Rows: 50}
		err := New().Read(t.Context(), req, func(b *batch.Batch) error {
			for i := range b.Rows {
				no := b.Columns[0].Ints[i]
				if seen[no] {
					t.Errorf("row %d comes twice", no)
				}
				seen[no] = true
				if no%1000 == 0 {
					rows++
				}
				sum += b.Columns[1].Ints[i]
			}
			return nil
		})
		if err != nil || sum != 200_000 || rows != 2000 {
			t.Errorf("the sum is %d of %d rows, want 200000 of 2000: %v", sum, rows, err)
		}
	}
	close(stop)
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if log.Len() > 0 {
		t.Errorf("it logged %s", log)
	}
}

// TestReadAlone reads what cannot be read in parts, and sees that all rows come and that the log says why.
func TestReadAlone(t *testing.T) {
	db := servers.Postgres(t)
	log := catchLog(t)
	fill := func(table string) string { return "insert into " + table + " select g from generate_series(1, 3000) g" }
	db.Exec(t, "create table fine (no int)", fill("fine"), "create view seen as select * from fine", "create table parent (no int)", fill("parent"), "create table heir () inherits (parent)", fill("heir"),
		"create role reader login password 'x'", "grant select (no) on fine to reader")
	t.Cleanup(func() { db.Exec(t, "drop table fine cascade", "drop role reader") })
	for _, c := range []struct {
		table string
		rows  int
		user  string
		why   string
	}{
		{"seen", 3000, "", "table seen is read over one connection, not 3: it is a view, a foreign table, or a table from which others inherit"},
		{"parent", 6000, "", "a table from which others inherit"},
		{"fine", 3000, "reader", "the account may read some columns only"},
		{"fine", 3000, "", ""},
	} {
		log.Reset()
		cfg := parallel(config(db, c.table), 3)
		if c.user != "" {
			u, err := url.Parse(db.DSN)
			if err != nil {
				t.Fatal(err)
			}
			u.User = url.UserPassword(c.user, "x")
			cfg["dsn"] = schema.Value{Type: cfg["dsn"].Type, Text: u.String()}
		}
		req := sdk.ReadRequest{Config: cfg, Columns: []schema.Column{sqltest.Column("no", "string")}}
		if rows := sqltest.Read(t, New(), req); len(rows) != c.rows {
			t.Errorf("table %s: %d rows, want %d", c.table, len(rows), c.rows)
		}
		if !strings.Contains(log.String(), c.why) || (c.why == "") != (log.Len() == 0) {
			t.Errorf("table %s: it logged %q, want %q", c.table, log, c.why)
		}
	}
}

// TestTooFewConnections has a server that takes one connection of the account less than is asked for.
func TestTooFewConnections(t *testing.T) {
	db := servers.Postgres(t)
	log := catchLog(t)
	db.Exec(t, "create table fine (no int)", "insert into fine select g from generate_series(1, 3000) g", "create role two login password 'x' connection limit 2", "grant select on fine to two")
	t.Cleanup(func() { db.Exec(t, "drop table fine", "drop role two") })
	u, err := url.Parse(db.DSN)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword("two", "x")
	cfg := parallel(config(db, "fine"), 4)
	cfg["dsn"] = schema.Value{Type: cfg["dsn"].Type, Text: u.String()}
	rows := sqltest.Read(t, New(), sdk.ReadRequest{Config: cfg, Columns: []schema.Column{sqltest.Column("no", "string")}})
	if len(rows) != 3000 || !strings.Contains(log.String(), "table fine is read over a connection less: cannot connect to ") {
		t.Errorf("%d rows, and it logged %q", len(rows), log)
	}
}

// TestOtherSnapshot has connections that see another moment than the one exported, or another server.
func TestOtherSnapshot(t *testing.T) {
	db := servers.Postgres(t)
	log := catchLog(t)
	req := sdk.ReadRequest{Config: config(db, "fine")}
	db.Exec(t, "create table fine (no int)")
	for _, c := range []struct{ id, seen, why string }{
		{"", "7:9:7 2026-01-01", "it is of another snapshot or server"},
		{"00000003-0000001B-1", "", "snapshot"},
	} {
		log.Reset()
		err := sharedSnapshot{c.id, c.seen}.join(t.Context(), req, func(_ context.Context, s *session) error { t.Error("it was read"); return nil })
		if err != nil || !strings.Contains(log.String(), c.why) {
			t.Errorf("%v, and it logged %q, want %q", err, log, c.why)
		}
	}
}

// TestOneOfSomeConnectionsLost ends one of the connections of a read, and then the read itself: no rows are left out in silence, and the server
// works no more.
func TestOneOfSomeConnectionsLost(t *testing.T) {
	db := servers.Postgres(t)
	db.Exec(t, "create table p (no int, pad text)", "insert into p select g, repeat('x', 200) from generate_series(1, 200000) g")
	req := sdk.ReadRequest{Config: parallel(config(db, "p"), 3), Columns: pad, Rows: 100}
	full := errors.New("disk full")
	for name, trouble := range map[string]func() error{
		"lost": func() error {
			_, err := db.SQL().Exec("select pg_terminate_backend(max(pid)) from pg_stat_activity where application_name = 'recon' and datname = current_database() and query like 'SELECT \"no\"%'")
			return err
		},
		"receiver": func() error { return full },
	} {
		batches := 0
		err := New().Read(t.Context(), req, func(b *batch.Batch) error {
			if batches++; batches == 50 {
				return trouble()
			}
			return nil
		})
		var e *sdk.Error
		if name == "lost" && (!errors.As(err, &e) || !e.Temporary || !strings.HasPrefix(e.Error(), "connection lost after ")) || name == "receiver" && (err != full || batches != 50) {
			t.Errorf("%s: got error %v after %d batches", name, err, batches)
		}
		gone(t, db.SQL().QueryRow)
	}
}
