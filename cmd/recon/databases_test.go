//go:build linux

package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// bookRules reconcile a book in PostgreSQL with the bank's in MariaDB, a file and a SQLite database, by the day.
const bookRules = `recon 1

secret book_dsn = env("BOOK_DSN")
secret bank_dsn = file("bank.dsn")

param day: date

source book from postgres {
  dsn   = secret.book_dsn
  table = "ledger_entry"
  time  = booked_at
  zone  = "Asia/Shanghai"

  where kind == 'sale' and amount > 0

  columns {
    shop       string
    no         integer
    amount     decimal(20, 4) unit "CNY"
    kind       string
    note       string
    booked_at  timestamp
  }
}

source bank from mysql {
  dsn   = secret.bank_dsn
  table = "statement"
  time  = paid_at
  zone  = "Asia/Shanghai"

  columns {
    ref      string
    shop     string = lower(split_part(ref, '-', 1))
    no       integer = round(parse_number(split_part(ref, '-', 2)), 0)
    cents    integer
    amount   decimal(20, 4) unit "CNY" = round(cents / 100, 2)
    note     string
    paid_at  timestamp
  }
}

source file from csv {
  path = "bank.csv"
  time = paid_at
  zone = "Asia/Shanghai"

  columns {
    shop     string
    no       integer
    amount   decimal(20, 4) unit "CNY"
    note     string
    paid_at  timestamp
  }
}

source pulled from postgres {
  dsn   = secret.book_dsn
  query = """
    select shop, no, amount, note from ledger_entry
    where kind = 'sale' and amount > 0 and booked_at >= :window_start and booked_at < :window_end
    """
}

source lite from sqlite {
  path  = "book.db"
  table = "ledger_entry"
  time  = booked_at
  zone  = "Asia/Shanghai"

  where kind == 'sale' and amount > 0

  columns {
    shop       string
    no         integer
    amount     decimal(20, 4) unit "CNY"
    kind       string
    note       string
    booked_at  timestamp
  }
}

rule lite_file between lite, file {
  window {
    period = day(day)
  }

  key shop
  key no
  compare amount
  compare note
}

rule bases between book, bank {
  window {
    period = day(day)
  }

  key shop
  key no
  compare amount
  compare note
}

rule base_file between book, file {
  window {
    period = day(day)
  }

  key shop
  key no
  compare amount
  compare note
}

rule pulled_file between pulled, file {
  window {
    period = day(day)
  }

  key shop
  key no
  compare amount
  compare note
}
`

// TestDatabases reconciles real databases: with a window and conditions that they evaluate, composite keys, derived columns,
// secrets from the environment and a file, and a shape that is pinned in recon.lock.
func TestDatabases(t *testing.T) {
	t.Parallel()
	book, bank := servers.Postgres(t), servers.MariaDB(t)
	book.Exec(t, `create table ledger_entry (shop text collate "C", no bigint, amount numeric(20, 4), kind varchar(10), note text, booked_at timestamptz, unused bytea, primary key (shop, no))`)
	bank.Exec(t, "create table statement (ref varchar(40) primary key, cents bigint, note varchar(100), paid_at datetime(6), unused blob)")
	var file strings.Builder
	file.WriteString("shop,no,amount,note,paid_at\n")
	var entries, lines []string
	for i := range 2000 {
		shop, at := []string{"north", "south"}[i%2], fmt.Sprintf("2026-11-%02d %02d:%02d:00", 19+i%3, i%24, i%60)
		note := fmt.Sprintf("订单 '%d'", i)
		cents := 100 + i*37
		kind, left, right := "sale", cents, cents
		switch i {
		case 301: // 2026-11-20, as are all i with i%3 == 1
			right++
		case 304:
			kind = "refund"
		case 307:
			left = -left
		}
		entries = append(entries, fmt.Sprintf("('%s', %d, '%d.%02d00', '%s', '%s', '%s+08')", shop, i, left/100, abs(left)%100, kind, strings.ReplaceAll(note, "'", "''"), at))
		if i == 310 {
			continue
		}
		lines = append(lines, fmt.Sprintf("('%s-%d', %d, '%s', '%s')", strings.ToUpper(shop), i, right, strings.ReplaceAll(note, "'", "''"), at))
		fmt.Fprintf(&file, "%s,%d,%d.%02d,%s,%s\n", shop, i, right/100, right%100, note, at)
	}
	book.Exec(t, "insert into ledger_entry (shop, no, amount, kind, note, booked_at) values "+strings.Join(entries, ","))
	bank.Exec(t, "insert into statement (ref, cents, note, paid_at) values "+strings.Join(lines, ","))

	f := newFolder(t, map[string]string{"rules.recon": bookRules, "bank.csv": file.String(), "bank.dsn": bank.DSN + "\n"})
	lite, err := sql.Open("sqlite", f.path("book.db"))
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		"create table ledger_entry (shop text, no integer, amount text, kind text, note text, booked_at text, unused blob, primary key (shop, no))",
		"insert into ledger_entry (shop, no, amount, kind, note, booked_at) values " + strings.ReplaceAll(strings.Join(entries, ","), "+08'", "'"),
	} {
		if _, err := lite.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := lite.Close(); err != nil {
		t.Fatal(err)
	}
	f.env = append(f.env, "BOOK_DSN="+book.DSN)

	// Without columns and without recon.lock the source cannot be checked; the message says what to do.
	if a := f.recon("check"); a.code != exitFindings || !strings.Contains(a.out, "recon schema pull pulled") {
		t.Fatalf("exit code %d\n%s%s", a.code, a.out, a.err)
	}
	a := f.must(exitClean, "schema", "pull", "pulled")
	if !strings.Contains(a.out, "pulled: 4 columns") {
		t.Errorf("pulled\n%s", a.out)
	}
	f.must(exitClean, "check")

	plan := f.must(exitClean, "plan", "bases", "--param", "day=2026-11-20").out
	for _, want := range []string{
		"condition  kind == 'sale': by the source", "condition  amount > 0: by the source",
		"condition  booked_at in [2026-11-20T00:00:00+08:00, 2026-11-21T00:00:00+08:00): by the source",
		"condition  paid_at in [2026-11-20T00:00:00+08:00, 2026-11-21T00:00:00+08:00): by the source",
	} {
		if !strings.Contains(plan, want) {
			t.Errorf("the plan does not speak of %s:\n%s", want, plan)
		}
	}
	f.wantUnsaid(book.Password, a)

	var outcomes []string
	for _, rule := range []string{"bases", "base_file", "pulled_file", "lite_file"} {
		for _, day := range []string{"2026-11-19", "2026-11-20"} {
			code := exitClean
			if day == "2026-11-20" {
				code = exitFindings
			}
			a := f.must(code, "run", rule, "--param", "day="+day, "--at", "2026-11-25T00:00:00Z", "--format", "json")
			var run struct{ Outcomes json.RawMessage }
			if err := json.Unmarshal([]byte(a.out), &run); err != nil {
				t.Fatal(err)
			}
			var sorted any
			same := strings.NewReplacer("bank", "other", "file", "other", "book", "base", "pulled", "base", "lite", "base").Replace(string(run.Outcomes))
			if err := json.Unmarshal([]byte(same), &sorted); err != nil {
				t.Fatal(err)
			}
			outcomes = append(outcomes, fmt.Sprint(day, " ", sorted))
			f.wantUnsaid(book.Password, a)
		}
	}
	for i := 2; i < len(outcomes); i++ {
		same(t, "outcome", outcomes[i], outcomes[i%2])
	}
	list := f.must(exitClean, "breaks", "list", "bases").out
	for _, want := range []string{"mismatch amount", "301", "missing bank", "310", "missing book", "304", "307"} {
		if !strings.Contains(list, want) {
			t.Errorf("the list does not speak of %s:\n%s", want, list)
		}
	}
	explained := f.must(exitClean, "explain", "bases", "south", "301").out
	for _, want := range []string{"112.37", "112.38", "0.01"} {
		if !strings.Contains(explained, want) {
			t.Errorf("the explanation does not speak of %s:\n%s", want, explained)
		}
	}
	f.must(exitClean, "runs", "verify")
}

func abs(n int) int { return max(n, -n) }

// wantUnsaid wants that a secret is not printed.
func (f *folder) wantUnsaid(secret string, a answer) {
	f.t.Helper()
	if strings.Contains(a.out, secret) || strings.Contains(a.err, secret) {
		f.t.Errorf("a secret is printed:\n%s%s", a.out, a.err)
	}
}
