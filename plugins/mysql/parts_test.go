package mysql

import (
	"bytes"
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

// TestParts reads tables with keys of all kinds over several connections, and over one: the rows are the same, and more than one
// connection had some.
func TestParts(t *testing.T) {
	db := servers.MariaDB(t)
	log := catchLog(t)
	random := rand.New(rand.NewPCG(1, 2))
	numbers := func(key func() string) (rows []string) {
		for range 3000 {
			rows = append(rows, key())
		}
		return rows
	}
	letters := []string{"a", "A", "b", "Z", "z", "0", "9", " ", "_", "~", "é", "É", "商", "户", "ß", "ss", "𝟙", "-", "'", "\\\\", "%"}
	text := func() string {
		var b strings.Builder
		for range random.IntN(6) {
			b.WriteString(letters[random.IntN(len(letters))])
		}
		return "'" + strings.ReplaceAll(b.String(), "'", "''") + "'"
	}
	for _, c := range []struct {
		name, key string
		rows      []string
	}{
		{"numbers", "bigint", numbers(func() string { return fmt.Sprint(random.IntN(1e6)) })},
		{"the largest numbers", "bigint unsigned", append(numbers(func() string { return fmt.Sprint(uint64(1<<63) + random.Uint64N(1<<63)) }), "0", "18446744073709551615")},
		{"numbers below zero", "bigint", append(numbers(func() string { return fmt.Sprint(random.Int64N(4000) - 1<<62) }), "-9223372036854775808", "9223372036854775807")},
		{"one far away", "bigint", append(numbers(func() string { return fmt.Sprint(random.IntN(1e6)) }), "9000000000000000000")},
		{"small numbers", "tinyint", numbers(func() string { return fmt.Sprint(random.IntN(256) - 128) })},
		{"days", "date", numbers(func() string { return fmt.Sprintf("'2026-01-01' + interval %d day", random.IntN(3000)-1500) })},
		{"times", "datetime(6)", numbers(func() string {
			return fmt.Sprintf("'2026-01-01 00:00:00' + interval %d microsecond", random.Int64N(1e12))
		})},
		{"instants", "timestamp(3)", numbers(func() string { return fmt.Sprintf("from_unixtime(%d.%03d)", random.IntN(1e9)+1, random.IntN(1000)) })},
		{"texts", "varchar(30)", numbers(func() string { return fmt.Sprintf("'P2026%012d'", random.IntN(1e6)) })},
		{"any texts", "varchar(30)", numbers(text)},
		{"texts by bytes", "varchar(30) collate utf8mb4_bin", numbers(text)},
		{"texts of three bytes", "varchar(30) character set utf8mb3", numbers(func() string { return strings.ReplaceAll(text(), "𝟙", "x") })},
		{"padded texts", "char(30)", numbers(text)},
		{"some keys", "bigint", []string{"1", "2"}},
		{"a key", "bigint", []string{"7"}},
		{"no key", "bigint", nil},
		{"two columns", "date, no2 int", numbers(func() string { return fmt.Sprintf("'2026-01-0%d', %d", random.IntN(9)+1, random.IntN(1e6)) })},
	} {
		columns := []schema.Column{sqltest.Column("no", "string"), sqltest.Column("v", "integer")}
		primary := "no"
		if strings.Contains(c.key, "no2") {
			primary = "no, no2"
		}
		db.Exec(t, "drop table if exists p", "set time_zone = '+00:00'", "create table p (no "+c.key+", v int, primary key ("+primary+"))")
		for i, row := range c.rows {
			c.rows[i] = "(" + row + ", " + fmt.Sprint(i) + ")"
		}
		for rows := range slices.Chunk(c.rows, 500) {
			db.Exec(t, "insert ignore into p values "+strings.Join(rows, ", "))
		}
		db.Exec(t, "analyze table p")
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
				t.Fatalf("%s: %v", c.name, err)
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("%s over %d connections: %d rows, want %d", c.name, n, len(got), len(want))
			}
			if len(want) > 200 && len(parts) < int(n) {
				t.Errorf("%s over %d connections: %d parts had rows", c.name, n, len(parts))
			}
		}
	}
	if log.Len() > 0 {
		t.Errorf("it logged %s", log)
	}
}

// TestPartsAreOfOneMoment moves amounts between the rows of a table, so that the sum of all is the same whenever they are read, adds rows and takes others
// away two by two. Each read over several connections gives the sum, and each row once.
func TestPartsAreOfOneMoment(t *testing.T) {
	db := servers.MariaDB(t)
	log := catchLog(t)
	db.Exec(t, "create table o (no bigint primary key, amount bigint)", "insert into o select seq * 1000, 100 from seq_1_to_2000")
	stop, done := make(chan struct{}), make(chan error, 2)
	for writer := range 2 {
		go func() {
			random := rand.New(rand.NewPCG(uint64(writer), 1))
			for {
				select {
				case <-stop:
					done <- nil
					return
				case <-time.After(time.Duration(random.IntN(5)) * time.Millisecond):
				}
				tx, err := db.SQL().Begin()
				if err != nil {
					done <- err
					return
				}
				from, to, fresh := (random.IntN(2000)+1)*1000, (random.IntN(2000)+1)*1000, random.IntN(1e6)*2+1
				for _, sql := range []string{
					fmt.Sprintf("update o set amount = amount - 7 where no = %d", min(from, to)), fmt.Sprintf("update o set amount = amount + 7 where no = %d", max(from, to)),
					fmt.Sprintf("insert ignore into o values (%d, 0)", fresh), fmt.Sprintf("delete from o where no = %d", random.IntN(1e6)*2+1),
				} {
					if _, err = tx.Exec(sql); err != nil {
						break
					}
				}
				if err != nil {
					tx.Rollback()
				} else if err = tx.Commit(); err != nil {
					done <- err
					return
				}
			}
		}()
	}
	alone := 0
	for range 40 {
		log.Reset()
		var sum, rows int64
		seen := map[int64]bool{}
		req := sdk.ReadRequest{Config: parallel(config(db, "o"), 4), Columns: []schema.Column{sqltest.Column("no", "integer"), sqltest.Column("amount", "integer")}, Rows: 50}
		err := New().Read(t.Context(), req, func(b *batch.Batch) error {
			for i := range b.Rows {
				if no := b.Columns[0].Ints[i]; seen[no] {
					t.Errorf("row %d comes twice", no)
				} else {
					seen[no] = true
				}
				if b.Columns[0].Ints[i]%1000 == 0 {
					rows++
				}
				sum += b.Columns[1].Ints[i]
			}
			return nil
		})
		if err != nil || sum != 200_000 || rows != 2000 {
			t.Errorf("the sum is %d of %d rows, want 200000 of 2000: %v", sum, rows, err)
		}
		if log.Len() > 0 {
			alone++
		}
	}
	close(stop)
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if t.Logf("%d of 40 reads were over one connection", alone); alone > 20 {
		t.Errorf("%d of 40 reads were over one connection: %s", alone, log)
	}
}

// TestReadAlone reads tables that cannot be read in parts, and sees that all rows come and that the log says why.
func TestReadAlone(t *testing.T) {
	db := servers.MariaDB(t)
	log := catchLog(t)
	db.Exec(t, "create table none (no int, v int)", "insert into none values (1, 1), (null, 2), (null, null), (4, 4)",
		"create table aria (no int primary key) engine = aria", "insert into aria values (1), (2), (3)",
		"create table part (no varchar(100), primary key (no(3)))", "insert into part values ('1'), ('2')",
		"create table label (no enum('b', 'a') primary key)", "insert into label values ('a'), ('b')",
		"create table gbk (no varchar(10) character set gbk primary key)", "insert into gbk values ('订单'), ('a')",
		"create table fine (no int primary key)", "insert into fine values (1), (2), (3)", "create view seen as select * from fine",
		"create table shop (shop int, no int, primary key (shop, no))", "insert into shop select 7, seq from seq_1_to_20000", "analyze table shop",
		"create user if not exists reader identified by 'x'", "grant select on "+db.Name+".* to reader")
	reader := func(u *url.URL) { u.User = url.UserPassword("reader", "x") }
	for _, c := range []struct {
		table string
		rows  int
		dsn   func(*url.URL)
		why   string
	}{
		{"none", 4, nil, "table none is read over one connection, not 3: it has no primary key to cut it by"},
		{"part", 2, nil, "it has no primary key to cut it by"},
		{"aria", 3, nil, "it is not a table of InnoDB"},
		{"seen", 3, nil, "it is not a table of InnoDB"},
		{"label", 2, nil, "its primary key begins with no, which is no integer, date, time, or text in utf8mb4"},
		{"gbk", 2, nil, "its primary key begins with no, which is no integer"},
		{"shop", 20000, nil, "nearly all rows have the same shop, with which its primary key begins"},
		{"fine", 3, reader, "the server does not tell which snapshots are the same: Access denied; you need (at least one of) the PROCESS privilege"},
		{"fine", 3, nil, ""},
	} {
		log.Reset()
		cfg := parallel(config(db, c.table), 3)
		if c.dsn != nil {
			u, err := url.Parse(db.DSN)
			if err != nil {
				t.Fatal(err)
			}
			c.dsn(u)
			cfg["dsn"] = schema.Value{Type: cfg["dsn"].Type, Text: u.String()}
		}
		rows := sqltest.Read(t, New(), sdk.ReadRequest{Config: cfg, Columns: []schema.Column{sqltest.Column("no", "string")}})
		if len(rows) != c.rows || !strings.Contains(log.String(), c.why) || (c.why == "") != (log.Len() == 0) {
			t.Errorf("table %s: %d rows, want %d, and it logged %q, want %q", c.table, len(rows), c.rows, log, c.why)
		}
	}

	// A transaction that has written and does not end, and later ones that have: of none of the latter is it known when it ended.
	log.Reset()
	tx, err := db.SQL().Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.Exec("insert into none values (9, 9)"); err != nil {
		t.Fatal(err)
	}
	db.Exec(t, "insert into none values (8, 8)")
	start := time.Now()
	rows := sqltest.Read(t, New(), sdk.ReadRequest{Config: parallel(config(db, "fine"), 3), Columns: []schema.Column{sqltest.Column("no", "string")}})
	if len(rows) != 3 || !strings.Contains(log.String(), "there was no moment without a transaction") {
		t.Errorf("%d rows, and it logged %q", len(rows), log)
	}
	if took := time.Since(start); took > alignTime+time.Minute {
		t.Errorf("it took %s", took)
	}
}

// TestOneOfSomeConnectionsLost ends one of the connections of a read, and then the read itself: no rows are left out in silence, and the server
// works no more.
func TestOneOfSomeConnectionsLost(t *testing.T) {
	db := servers.MariaDB(t)
	db.Exec(t, "create table p (no int primary key, pad varchar(200))", "insert into p select seq, repeat('x', 200) from seq_1_to_200000")
	req := sdk.ReadRequest{Config: parallel(config(db, "p"), 3), Columns: pad, Rows: 100}
	full := errors.New("disk full")
	for name, trouble := range map[string]func() error{
		"lost": func() error {
			var id int64
			if err := db.SQL().QueryRow("select max(trx_mysql_thread_id) from information_schema.innodb_trx").Scan(&id); err != nil {
				return err
			}
			_, err := db.SQL().Exec(fmt.Sprintf("kill %d", id))
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
