//go:build linux

package main

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// pushSource is one of two tables of one database.
const pushSource = `
source %[1]s from %[2]s {
%[3]s
  table = "%[1]s_rows"
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
    extra   %[5]s
  }
}
`

// pushRule is followed by its key.
const pushRule = `
rule %[1]s between left as a, right as b {
  window {
    period = day(%[2]s)
    slack  = 30m
    carry  = 3d
  }

%[3]s
  compare amount within %[4]s
  compare wide within 1%% and 0.5
  compare qty within 5%%
  compare ok
  compare day within 1d
  compare at within 1m
  compare name%[5]s
  compare state where a.kind == "sale" and a.qty > 1 and b.ok != true
  compare no where b.line > 50
  compare line
}
`

func pushRules(plugin, settings, day string, extra string, keys []string) string {
	var b strings.Builder
	b.WriteString("recon 1\n\nsecret dsn = env(\"DSN\")\n")
	fmt.Fprintf(&b, pushSource, "left", plugin, settings, "18, 2", extra)
	fmt.Fprintf(&b, pushSource, "right", plugin, settings, "20, 4", extra)
	for _, r := range [][4]string{
		{"both", "  key no\n  key line\n", "0.05", ""}, {"text", "  key no\n", "0.05 or 1%", " ignoring case"}, {"number", "  key line\n", "0", ""},
		{"paired", "  key no\n  duplicates = \"pair\"\n", "1bp", " where a.name != null"},
	} {
		if !slices.Contains(keys, r[0]) {
			continue
		}
		fmt.Fprintf(&b, pushRule, r[0], day, r[1], r[2], r[3])
	}
	return b.String()
}

// nasty makes some values of a row ones that are no values of their types, or that servers take for others.
func (w sumRow) nasty(r *rand.Rand, list map[string][]string) sumRow {
	for column, to := range map[string]*string{"amount": &w.amount, "wide": &w.wide, "day": &w.day, "at": &w.at, "name": &w.name, "state": &w.state, "qty": &w.qty, "no": &w.no} {
		if values := list[column]; len(values) > 0 && r.IntN(40) == 0 {
			*to = values[r.IntN(len(values))]
		}
	}
	return w
}

// pushTables draws rows of two tables, most of which are the same.
func pushTables(r *rand.Rand, keyed bool, odd map[string][]string) (left, right []sumRow) {
	for i := range 250 + r.IntN(150) {
		row := randomSumRow(r, i)
		row = row.nasty(r, odd)
		if keyed && (row.no == "null" || row.line == "null") {
			continue
		}
		left, right = append(left, row), append(right, row)
		if r.IntN(4) > 0 {
			continue
		}
		switch r.IntN(8) {
		case 0:
			left = left[:len(left)-1]
		case 1:
			right = right[:len(right)-1]
		case 2:
			if !keyed {
				right = append(right, row)
			}
		case 3:
			if !keyed {
				left = append(left, row, row.changed(r))
			}
		default:
			if c := row.changed(r).nasty(r, odd); !keyed || c.no == row.no && c.line == row.line {
				right[len(right)-1] = c
			}
		}
	}
	return left, right
}

var (
	runLine    = regexp.MustCompile(`(?m)^run .*$`)
	chanceOpen = regexp.MustCompile(`,"(first_seen|first_run|last_run)":"[^"]*"`)
	matchedIn  = regexp.MustCompile(`push-down \(([\d,]+) keys matched in the database, ([\d,]+) of them were judged again here\)`)
)

// pushServer is a database that both tables are in.
type pushServer struct {
	plugin, settings string
	env              []string
	floats           string   // what the column extra is read as
	rules            []string // of pushRules
	keyed            bool     // only keys that an index knows to be unique
	odd              map[string][]string
	fill             func(t *testing.T, keyed bool, table string, rows []sumRow) // makes a table anew
}

// pushIsHash holds runs by push-down against runs by hash over random tables, day after day, with what days leave to the next: the reports and what is open
// are the same, byte by byte.
func pushIsHash(t *testing.T, s pushServer) {
	seeds := uint64(8)
	if testing.Short() {
		seeds = 2
	}
	matched := 0
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 41))
			keyed := s.keyed || seed%2 == 0
			left, right := pushTables(r, keyed, s.odd)
			s.fill(t, keyed, "left_rows", left)
			s.fill(t, keyed, "right_rows", right)
			folders := map[string]*folder{}
			for _, day := range []string{"2026-11-19", "2026-11-20", "2026-11-21"} {
				var text, open string
				for _, strategy := range []string{"hash", "push-down"} {
					f := folders[strategy]
					if f == nil {
						f = newFolder(t, map[string]string{"rules.recon": ""})
						f.env = append(f.env, s.env...)
						folders[strategy] = f
					}
					f.write("rules.recon", pushRules(s.plugin, s.settings, day, s.floats, s.rules))
					a := f.recon("run", "--at", day+"T22:00:00+08:00", "--show", "400", "--strategy", strategy)
					if strings.Count(a.err, ", "+strategy) != len(s.rules) || a.code != exitFindings && a.code != exitClean {
						t.Fatalf("exit code %d, it ran as\n%s", a.code, a.err)
					}
					if strategy == "push-down" {
						matched += matchedThere(a)
					}
					list := chanceOpen.ReplaceAllString(f.open(), "")
					if strategy == "hash" {
						text, open = runLine.ReplaceAllString(a.out, ""), list
						continue
					}
					same(t, "report of "+day, runLine.ReplaceAllString(a.out, ""), text)
					same(t, "list of breaks of "+day, list, open)
				}
			}
		})
	}
	if t.Logf("%d keys matched in the database", matched); matched < int(seeds)*len(s.rules)*75 {
		t.Errorf("only %d keys matched in the database", matched)
	}
}

// matchedThere is how many keys databases held for matched, as a run says on stderr.
func matchedThere(a answer) (keys int) {
	for _, m := range matchedIn.FindAllStringSubmatch(a.err, -1) {
		var n int
		fmt.Sscan(m[1], &n)
		keys += n
	}
	return keys
}

func TestPushDownIsHashInPostgres(t *testing.T) {
	t.Parallel()
	pg := servers.Postgres(t)
	pg.Exec(t, "create collation loose (provider = icu, locale = 'und-u-ks-level1', deterministic = false)")
	pushIsHash(t, pushServer{
		plugin: "postgres", settings: "  dsn   = secret.dsn", rules: []string{"both", "text", "number", "paired"}, env: []string{"DSN=" + pg.DSN}, floats: "float",
		odd: map[string][]string{
			"amount": {"'NaN'", "10.504", "10.505", "0.05", "0.051"}, "wide": {"'NaN'", "0.00005"}, "day": {"'infinity'", "'-infinity'", "'0044-03-15 BC'"}, "at": {"'infinity'"},
			"name": {"'ab'", "'ab '", "'AB'"}, "state": {"'paid '"}, "qty": {"9223372036854775807", "-9223372036854775808"}, "no": {"'x'", "'x '", "'X'"},
		},
		fill: func(t *testing.T, keyed bool, table string, rows []sumRow) {
			var all []string
			for _, row := range rows {
				if row.at == "'infinity'" {
					row.at = "null"
				}
				all = append(all, row.sql("postgres"))
			}
			key, types := "", []string{"numeric(20, 3)", "bigint", "varchar(20)", "text"}
			if keyed {
				key = ", unique (line), unique (no, line)"
			}
			if table == "right_rows" {
				types = []string{"numeric", "numeric", "text", "char(300)"}
			}
			if len(rows)%2 == 1 {
				types[2] += " collate loose"
			}
			pg.Exec(t, "drop table if exists "+table, "create table "+table+" (no "+types[2]+", line "+types[1]+", amount "+types[0]+
				", wide numeric, qty bigint, ok boolean, day date, at timestamptz, name "+types[3]+", state varchar(10), kind varchar(10), extra float8"+key+")",
				"insert into "+table+" values "+strings.Join(all, ","))
		},
	})
}

func TestPushDownIsHashInMariaDB(t *testing.T) {
	t.Parallel()
	my := servers.MariaDB(t)
	pushIsHash(t, pushServer{
		plugin: "mysql", settings: "  dsn   = secret.dsn", rules: []string{"both", "number"}, keyed: true, env: []string{"DSN=" + my.DSN}, floats: "float",
		odd: map[string][]string{
			"amount": {"10.504", "10.505", "0.05", "0.051"}, "wide": {"0.00005"}, "day": {"'0000-00-00'", "'2026-00-00'", "'0044-03-15'"}, "at": {"'0000-00-00'"},
			"name": {"'ab'", "'ab '", "'AB'", "'áb'"}, "state": {"'paid '"}, "qty": {"4294967295", "18446744073709551615"}, "no": {"'x'", "'x '", "'X'"},
		},
		fill: func(t *testing.T, _ bool, table string, rows []sumRow) {
			var all []string
			for i, row := range rows {
				if i%41 == 7 { // a unique index lets nulls repeat
					row.line = "null"
				}
				all = append(all, row.sql("mysql"))
			}
			types := []string{"decimal(20, 3)", "bigint", "varchar(50) collate utf8mb4_bin", "varchar(100)", "bigint unsigned"}
			if table == "right_rows" {
				types = []string{"decimal(30, 6)", "int", "varchar(50) collate utf8mb4_bin", "text", "bigint"}
			}
			key := ", unique (line)"
			if len(rows)%2 == 1 {
				key = ", unique (no, line), unique (line, kind), unique (line)"
			}
			my.Exec(t, "set session sql_mode = ''", "drop table if exists "+table, "create table "+table+" (no "+types[2]+", line "+types[1]+", amount "+types[0]+
				", wide decimal(38, 4), qty "+types[4]+", ok tinyint(1), day date, at datetime(6), name "+types[3]+", state varchar(10), kind varchar(10), extra double"+key+")",
				"insert into "+table+" values "+strings.Join(all, ","))
		},
	})
}

// liteSource is one of two tables of a file.
const liteSource = `
source %[1]s from sqlite {
  path  = "both.db"
  table = "%[1]s_rows"
  zone  = "%[2]s"
  bad_rows = "report"

  columns {
    no      string
    line    integer
    amount  decimal(%[3]s) unit "CNY"
    qty     integer
    ok      boolean
    day     date
    at      timestamp
    name    string
    state   enum("paid", "open")
    extra   float
  }
}
`

const liteRule = `
rule %[1]s between left, right {
%[2]s
  compare amount within %[3]s
  compare qty within %[4]s
  compare ok
  compare day within 1d
  compare at within 1m
  compare name%[5]s
  compare state where left.qty > 1
}
`

func liteRules(zone string) string {
	var b strings.Builder
	b.WriteString("recon 1\n")
	fmt.Fprintf(&b, liteSource, "left", zone, "12, 2")
	fmt.Fprintf(&b, liteSource, "right", zone, "14, 4")
	fmt.Fprintf(&b, liteRule, "both", "  key no\n  key line\n", "0.05", "5%", "")
	fmt.Fprintf(&b, liteRule, "text", "  key no\n", "1% and 0.5", "3", " ignoring case")
	fmt.Fprintf(&b, liteRule, "number", "  key line\n", "0", "0.1", "")
	fmt.Fprintf(&b, liteRule, "amount", "  key amount\n  duplicates = \"pair\"\n", "0", "1bp", " where left.name != null")
	return b.String()
}

// liteRow is a row as literals, each column stored in some of the ways in which SQLite can.
func liteRow(r *rand.Rand, i int) []string {
	pick := func(usual []string, odd ...string) string {
		if r.IntN(30) == 0 {
			return odd[r.IntN(len(odd))]
		}
		return usual[r.IntN(len(usual))]
	}
	return []string{
		pick([]string{fmt.Sprintf("'%s%d'", []string{"", "A", "a", " "}[r.IntN(4)], i)}, "null", "'x'", "'X'", "'x '", "'订单'", "7", "x'61'", "cast(x'ff' as text)", "cast(x'6100' as text)"),
		pick([]string{fmt.Sprint(i)}, "null", "'12'", "'abc'", "3.0", "3.5", "9223372036854775807", "-9223372036854775808"),
		pick([]string{"0", "10", "10.5", "0.1", "0.29", "1.15", "99999.99", "-0.01", "0.3"}, "null", "0.1 + 0.2", "1.005", "10.504", "'10.50'", "'x'", "1e15", "9e999", "-0.0", "9999999999.99", "9999999999", "1e-9"),
		pick([]string{"0", "1", "100", "101", "-5"}, "null", "9223372036854775807", "-9223372036854775808", "1.0", "'1'", "2.5", "9007199254740993"),
		pick([]string{"0", "1"}, "null", "2", "'true'", "1.0"),
		pick([]string{"'2026-02-28'", "'2026-03-01'"}, "null", "'2026-02-30'", "20260228", "'0000-01-01'", "'2026-2-28'"),
		pick([]string{"'2026-11-01 01:30:00'", "'2026-11-01 01:30:30'", "'2026-03-08 02:30:00'"}, "null", "'2026-11-01T01:30:00Z'", "'2026-11-01 01:30:00.5'", "'2026-11-31 00:00:00'", "1700000000"),
		pick([]string{"'a'", "'A'", "'a '", "''", "'1'"}, "null", "'商户'", "x'61'", "1", "cast(x'ff' as text)", "cast(x'610062' as text)"),
		pick([]string{"'paid'", "'open'"}, "null", "'Paid'", "'lost'"), pick([]string{"0.1"}, "null", "'x'"),
	}
}

func TestPushDownIsHashInSQLite(t *testing.T) {
	t.Parallel()
	seeds := uint64(12)
	if testing.Short() {
		seeds = 4
	}
	matched := 0
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 51))
			f := newFolder(t, map[string]string{"rules.recon": liteRules([]string{"Asia/Shanghai", "America/New_York", "UTC"}[seed%3])})
			db, err := sql.Open("sqlite", f.path("both.db"))
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			rows := map[string][]string{}
			add := func(table string, row []string) { rows[table] = append(rows[table], "("+strings.Join(row, ", ")+")") }
			for i := range 400 {
				row := liteRow(r, i)
				other := slices.Clone(row)
				if r.IntN(4) == 0 {
					k := r.IntN(len(row))
					other[k] = liteRow(r, i)[k]
				}
				switch r.IntN(40) {
				case 0:
					add("left_rows", row)
				case 1:
					add("right_rows", other)
				case 2:
					add("left_rows", row)
					add("left_rows", row)
					add("right_rows", other)
				default:
					add("left_rows", row)
					add("right_rows", other)
				}
			}
			for table, list := range rows {
				types := "no text, line integer, amount numeric, qty integer, ok boolean, day date, at timestamp, name text, state text, extra real"
				if table == "right_rows" && seed%2 == 0 {
					types = "no text collate nocase, line int, amount, qty, ok, day, at, name varchar collate rtrim, state collate nocase, extra"
				}
				for _, statement := range []string{"create table " + table + " (" + types + ")", "insert into " + table + " values " + strings.Join(list, ", ")} {
					if _, err := db.Exec(statement); err != nil {
						t.Fatal(err)
					}
				}
			}
			var text, open string
			for _, strategy := range []string{"hash", "push-down"} {
				f := newFolder(t, map[string]string{"rules.recon": strings.ReplaceAll(liteRules([]string{"Asia/Shanghai", "America/New_York", "UTC"}[seed%3]), "both.db", f.path("both.db"))})
				a := f.recon("run", "--at", "2026-11-20T22:00:00+08:00", "--show", "1000", "--strategy", strategy)
				if strings.Count(a.err, ", "+strategy) != 4 || a.code != exitFindings {
					t.Fatalf("exit code %d, it ran as\n%s", a.code, a.err)
				}
				matched += matchedThere(a)
				list := chanceOpen.ReplaceAllString(f.open(), "")
				if strategy == "hash" {
					text, open = runLine.ReplaceAllString(a.out, ""), list
					continue
				}
				same(t, "report", runLine.ReplaceAllString(a.out, ""), text)
				same(t, "list of breaks", list, open)
			}
		})
	}
	if t.Logf("%d keys matched in the database", matched); matched < int(seeds)*200 {
		t.Errorf("only %d keys matched in the database", matched)
	}
}

const tightRules = `recon 1

secret dsn = env("DSN")

source a from postgres {
  dsn   = secret.dsn
  table = "a"

  columns {
    no    integer
    name  string
  }
}

source b from postgres {
  dsn   = secret.dsn
  table = "b"

  columns {
    no    integer
    name  string
  }
}

rule copied between a, b {
  key no
  compare name
}
`

// TestPushDownThatFailsReadsAll: a server that may not write temporary files cannot join; then all is read, the run says so, and the next one
// does not try again.
func TestPushDownThatFailsReadsAll(t *testing.T) {
	t.Parallel()
	pg := servers.Postgres(t)
	pg.Exec(t, "create table a (no bigint, name text)", "insert into a select i, repeat('x', 100) from generate_series(1, 20000) i", "create table b as select * from a where no <> 7", "analyze a", "analyze b")
	dsn := pg.DSN + "?"
	if strings.Contains(pg.DSN, "?") {
		dsn = pg.DSN + "&"
	}
	f := newFolder(t, map[string]string{"rules.recon": tightRules})
	f.env = append(f.env, "DSN="+dsn+"options=-c%20work_mem%3D64kB%20-c%20temp_file_limit%3D64kB%20-c%20max_parallel_workers_per_gather%3D0")
	a := f.recon("run")
	if a.code != exitFindings || !strings.Contains(a.err, ", push-down (all was read: comparing failed: ") || !strings.Contains(a.err, "temp_file_limit") || !strings.Contains(a.out, "19,999") {
		t.Errorf("exit code %d\n%s%s", a.code, a.out, a.err)
	}
	if plan := f.must(exitClean, "plan").out; !strings.Contains(plan, "strategy hash, because in the last run as push-down nothing could be compared there: comparing failed: ") {
		t.Errorf("got\n%s", plan)
	}
	if a := f.recon("run"); !strings.Contains(a.err, ", hash, ") {
		t.Errorf("it ran as\n%s", a.err)
	}
	if a := f.recon("run", "--strategy", "push-down"); a.code != exitTrouble || !strings.Contains(a.err, "compared with b in the database: ") {
		t.Errorf("exit code %d\n%s", a.code, a.err)
	}
	f.wantUnsaid(pg.Password, f.recon("runs", "list"))
}
