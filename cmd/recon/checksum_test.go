//go:build linux

package main

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/recon-lang/recon/engine/state"
	"github.com/recon-lang/recon/sdk/sdktest/dbtest"
)

// sumSource is one of two tables, left_rows and right_rows, that both servers have.
const sumSource = `
source %[1]s_%[2]s from %[3]s {
  dsn   = secret.%[3]s_dsn
  table = "%[1]s_rows"
  parallel = 1
  time  = at
  zone  = "Asia/Shanghai"
  bad_rows = "report"

  where kind in ["sale", "退款"] and amount > -1000

  columns {
    no      string
    line    integer
    amount  decimal(%[4]s) unit "CNY"
    wide    decimal(38, 4)
    qty     integer
    ok      boolean
    day     date
    at      timestamp
    name    string
    state   enum("paid", "open", "已付")
    kind    string
    extra   float
  }
}
`

// sumRule compares a table of one server with a table of the same or another one.
const sumRule = `
rule %[1]s_%[2]s_%[3]s between left_%[1]s as a, right_%[2]s as b {
  window {
    period = day(2026-11-20)
  }

%[4]s
  compare amount within 0.05
  compare wide
  compare qty
  compare ok
  compare day
  compare at within 1m
  compare name%[5]s
  compare state
  compare no
  compare line
}
`

func sumRules() string {
	var b strings.Builder
	b.WriteString("recon 1\n\nsecret postgres_dsn = env(\"PG_DSN\")\nsecret mysql_dsn = env(\"MY_DSN\")\n")
	for _, server := range []string{"postgres", "mysql"} {
		fmt.Fprintf(&b, sumSource, "left", server, server, "18, 2")
		fmt.Fprintf(&b, sumSource, "right", server, server, "20, 4")
	}
	for _, pair := range [][2]string{{"postgres", "postgres"}, {"mysql", "mysql"}, {"postgres", "mysql"}, {"mysql", "postgres"}} {
		for _, key := range [][2]string{{"both", "  key no\n  key line\n"}, {"text", "  key no\n"}, {"number", "  key line\n"}} {
			ignoring := map[string]string{"text": " ignoring case"}[key[0]]
			fmt.Fprintf(&b, sumRule, pair[0], pair[1], key[0], key[1], ignoring)
		}
	}
	return b.String()
}

// sumRow is a row as SQL literals that both servers read alike, but for what says otherwise.
type sumRow struct {
	no, line, amount, wide, qty, ok, day, at, name, state, kind, extra string
}

func randomSumRow(r *rand.Rand, i int) sumRow {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	row := sumRow{
		no: fmt.Sprintf("'%s%d'", pick("", " ", "a", "A", "订单", "a|", "a,", "n", "t1:"), i), line: fmt.Sprint(i - 100),
		amount: pick("0", "0.00", "-0.00", "1", "1.00", "10.50", "9999999999999999.99", "-1"), wide: pick("0", "1", "1.0", "1.0000", "-0.0001", "9999999999999999999999999999999999.9999", "null"),
		qty: pick("0", "1", "10", "4294967295", "null"), ok: pick("true", "false", "null"), day: pick("'2026-02-28'", "'1999-12-31'", "'9999-12-31'", "null"),
		at:    fmt.Sprintf("'2026-11-%02d %02d:%02d:%02d.%06d'", 19+min(r.IntN(12), 2), r.IntN(24), r.IntN(60), r.IntN(60), r.IntN(3)),
		name:  pick("''", "' '", "'a'", "'A'", "'a '", "' a'", "'ａ'", "'1'", "'1.0'", "'null'", "'n'", "'t1:a'", "'a|b'", "'商户'", "'é'", "'é'", "'𝟙'", "null", "'"+strings.Repeat("长", 80)+"'"),
		state: pick("'paid'", "'open'", "'已付'", "'paid'", "'paid'"), kind: pick("'sale'", "'sale'", "'sale'", "'退款'"), extra: pick("0.1", "1e300", "null"),
	}
	switch r.IntN(300) {
	case 0:
		row.no = "null"
	case 1:
		row.line = "null"
	case 2:
		row.state = pick("'Paid'", "'paid '", "'lost'")
	case 3:
		row.at = "null"
	case 4:
		row.kind = pick("'refund'", "null", "'SALE'")
	}
	return row
}

// sql is the row for a server. Its civil times are of Shanghai; PostgreSQL keeps the instants.
func (w sumRow) sql(server string) string {
	at := w.at
	if server == "postgres" && at != "null" {
		at = strings.TrimSuffix(at, "'") + "+08'"
	}
	return "(" + strings.Join([]string{w.no, w.line, w.amount, w.wide, w.qty, w.ok, w.day, at, w.name, w.state, w.kind, w.extra}, ", ") + ")"
}

// changed is a row that differs in one column, perhaps not as its comparison has it.
func (w sumRow) changed(r *rand.Rand) sumRow {
	other := randomSumRow(r, r.IntN(400))
	switch r.IntN(9) {
	case 0:
		w.amount = other.amount
	case 1:
		w.wide = other.wide
	case 2:
		w.qty = other.qty
	case 3:
		w.ok = other.ok
	case 4:
		w.day = other.day
	case 5:
		w.at = other.at
	case 6:
		w.no = other.no
	case 7:
		w.line = other.line
	default:
		w.name = other.name
	}
	return w
}

// TestChecksumIsHashInDatabases holds runs by checksum, and by hash over three connections a table, against runs by hash, over random tables of PostgreSQL and MariaDB and one
// of each: the reports and what is open are the same, byte by byte.
func TestChecksumIsHashInDatabases(t *testing.T) {
	t.Parallel()
	var own dbtest.Servers // nobody else writes there: then connections to MariaDB have one snapshot at once
	t.Cleanup(own.Stop)
	pg, my := servers.Postgres(t), own.MariaDB(t)
	seeds := uint64(6)
	if testing.Short() {
		seeds = 2
	}
	runLine := regexp.MustCompile(`(?m)^run .*$`)
	chance := regexp.MustCompile(`,"(first_seen|first_run|last_run)":"[^"]*"`)
	var pruned []string // of each seed: of each rule, how many ranges were not read
	defer func() {
		t.Log(pruned)
		if all := strings.Join(pruned, ""); !regexp.MustCompile(`[1-9]\d* of`).MatchString(all) {
			t.Errorf("all ranges were read: %s", all)
		}
	}()
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 21))
			keyed := seed%2 == 0
			var left, right []sumRow
			for i := range 300 + r.IntN(200) {
				row := randomSumRow(r, i)
				if keyed && (row.no == "null" || row.line == "null") {
					continue
				}
				left, right = append(left, row), append(right, row)
				if few := i > 300; !few && r.IntN(80) > 0 { // ranges without a difference, and some with many
					continue
				}
				switch r.IntN(6) {
				case 0:
					left = left[:len(left)-1]
				case 1:
					right = right[:len(right)-1]
				case 2:
					if !keyed {
						right = append(right, row)
					}
				case 3, 4:
					if c := row.changed(r); !keyed || c.no == row.no && c.line == row.line {
						right[len(right)-1] = c
					}
				}
			}
			key := ""
			if keyed {
				key = ", unique (line), unique (no, line)"
			}
			for name, rows := range map[string][]sumRow{"left_rows": left, "right_rows": right} {
				var p, m []string
				for _, row := range rows {
					p, m = append(p, row.sql("postgres")), append(m, row.sql("mysql"))
				}
				types := []string{"numeric(18, 2)", "decimal(18, 2)", "bigint", "varchar(20)"}
				if name == "right_rows" {
					types = []string{"numeric", "decimal(30, 6)", "int", "text"}
				}
				pg.Exec(t, "drop table if exists "+name, "create table "+name+" (no "+types[3]+", line "+types[2]+", amount "+types[0]+", wide numeric(38, 4), qty bigint, ok boolean, day date, at timestamptz, name text, state varchar(10), kind varchar(10), extra float8"+key+")",
					"insert into "+name+" values "+strings.Join(p, ","))
				my.Exec(t, "drop table if exists "+name, "create table "+name+" (no varchar(50) collate utf8mb4_bin, line "+types[2]+", amount "+types[1]+", wide decimal(38, 4), qty int unsigned, ok tinyint(1), day date, at datetime(6), name varchar(100), state varchar(10), kind varchar(10), extra double"+strings.Replace(key, "unique (line)", "primary key (line)", 1)+")",
					"insert into "+name+" values "+strings.Join(m, ","))
			}
			var text, open string
			for _, way := range []string{"hash", "checksum", "hash over 3"} {
				strategy, connections, _ := strings.Cut(way, " over ")
				f := newFolder(t, map[string]string{"rules.recon": strings.ReplaceAll(sumRules(), "parallel = 1", "parallel = "+cmp.Or(connections, "1"))})
				f.env = append(f.env, "PG_DSN="+pg.DSN, "MY_DSN="+my.DSN)
				a := f.recon("run", "--at", "2026-11-20T22:00:00+08:00", "--show", "400", "--strategy", strategy)
				if strings.Count(a.err, ", "+strategy) != 12 || a.code != exitFindings && a.code != exitClean {
					t.Fatalf("exit code %d, it ran as\n%s", a.code, a.err)
				}
				if strategy == "checksum" {
					pruned = append(pruned, strings.Join(regexp.MustCompile(`\d+ of`).FindAllString(a.err, -1), ""))
				}
				if connections != "" && keyed && strings.Contains(a.err, "one connection") {
					t.Errorf("some table is read over one connection: %s", a.err)
				}
				list := chance.ReplaceAllString(f.open(), "")
				if text == "" {
					text, open = runLine.ReplaceAllString(a.out, ""), list
					continue
				}
				same(t, "report", runLine.ReplaceAllString(a.out, ""), text)
				same(t, "list of breaks", list, open)
			}
		})
	}
}

const chosenRules = `recon 1

secret pg = env("PG_DSN")
secret my = env("MY_DSN")

source old from mysql {
  dsn   = secret.my
  table = "o"
  zone  = "UTC"

  columns {
    no      integer
    amount  decimal(10, 2)
  }
}

source new from postgres {
  dsn   = secret.pg
  table = "o"
  zone  = "UTC"

  columns {
    no      integer
    amount  decimal(10, 2)
  }
}

rule migrated between old, new {
  key no
  compare amount
}
`

// TestChecksumIsChosen makes a run look as if the line were slow: the next one is by checksum, and says why; where that leaves out too
// little, the one after it is by hash again.
func TestChecksumIsChosen(t *testing.T) {
	t.Parallel()
	pg, my := servers.Postgres(t), servers.MariaDB(t)
	pg.Exec(t, "create table o (no bigint primary key, amount numeric(10, 2))", "insert into o select i, i from generate_series(1, 2000) i")
	my.Exec(t, "create table o (no bigint primary key, amount decimal(10, 2))", "insert into o select seq, seq from seq_1_to_2000")
	f := newFolder(t, map[string]string{"rules.recon": chosenRules})
	f.env = append(f.env, "PG_DSN="+pg.DSN, "MY_DSN="+my.DSN)
	runs := func(want string) {
		t.Helper()
		if a := f.recon("run"); !strings.Contains(a.err, want) {
			t.Errorf("it ran as\n%swant %s", a.err, want)
		}
	}
	runs(", hash, ")
	runs(", hash, ")
	store, err := state.Open(t.Context(), f.path(".recon"), state.Options{Role: "test"})
	if err != nil {
		t.Fatal(err)
	}
	for r, err := range store.Runs(t.Context(), "migrated") {
		if err != nil {
			t.Fatal(err)
		}
		slow := regexp.MustCompile(`"seconds":[0-9.e-]+`).ReplaceAllString(string(r.Record), `"seconds":1000`)
		if err := store.PutRun("migrated", "01ZZZZZZZZZZZZZZZZZZZZZZZZ", []byte(slow)); err != nil {
			t.Fatal(err)
		}
		break
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	// A process that another test starts has the lock too, until it runs its program. This call waits for the lock, which the plan does not.
	f.must(exitClean, "runs", "list")
	plan := f.must(exitClean, "plan").out
	if !strings.Contains(plan, "strategy checksum, because the last run took 1000 s for 2,000 rows a side, of which 0 did not match; adding them up is estimated at 0 s\n") {
		t.Errorf("got\n%s", plan)
	}
	f.wantUnsaid(pg.Password, f.must(exitClean, "plan", "--format", "json"))
	runs(", checksum (8 of 8 ranges were the same and not read), ")
	runs(", checksum (8 of 8 ranges were the same and not read), ")
	pg.Exec(t, "update o set amount = amount + 1")
	runs(", checksum (abandoned: most ranges differ; ")
	if plan := f.must(exitClean, "plan").out; !strings.Contains(plan, "strategy hash, ") || !strings.Contains(plan, "(in the last run as checksum most ranges differed)") {
		t.Errorf("got\n%s", plan)
	}
	runs(", hash, ")
}
