//go:build linux

package main

import (
	"database/sql"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/recon-lang/recon/sdk/sdktest/dbtest"
)

// tables is a rule over two tables, or over a query that takes long and gives rows all the while.
const tables = `recon 1

secret pay_dsn = env("PAY_DSN")

param bill: string = "bill"

source orders from csv {
  path = "orders.csv"

  columns {
    no      string
    amount  decimal(18, 2)
  }
}

source bill from %[1]s {
  dsn   = secret.pay_dsn
  table = bill

  columns {
    no      string
    amount  decimal(18, 2)
  }
}

source wrong from %[1]s {
  dsn   = secret.pay_dsn
  query = """
    select no, amout as amount from bill
    """

  columns {
    no      string
    amount  decimal(18, 2)
  }
}

source slow from %[1]s {
  dsn   = secret.pay_dsn
  query = """
    %[2]s
    """

  columns {
    no      string
    amount  decimal(18, 2)
  }
}

rule pay between orders, bill {
  key no
  compare amount
}

rule pay_wrong between orders, wrong {
  key no
  compare amount
}

rule pay_slow between orders, slow {
  key no
  compare amount
}
`

// database is a kind of server with what tests must know of it.
type database struct {
	plugin string
	start  func(testing.TB) *dbtest.Database
	slow   string // a query that gives rows for minutes
	mark   string // a part of its text
	find   string // the id of the connection on which it runs
	kill   string
}

var databases = []database{
	{
		plugin: "postgres", start: servers.Postgres, mark: "pg_sleep",
		slow: "select g::text || repeat('x', 9000) as no, 1.00::numeric as amount from generate_series(1, 1000000) g where pg_sleep(0.0005) is not null",
		find: "select pid from pg_stat_activity where state = 'active' and query like '%pg_sleep%' and query not like '%pg_stat_activity%'",
		kill: "select pg_terminate_backend(%d)",
	},
	{
		plugin: "mysql", start: servers.MariaDB, mark: "sleep",
		slow: "select concat(seq, repeat('x', 9000)) as no, cast(1.00 as decimal(18,2)) as amount from seq_1_to_1000000 where sleep(0.0005) = 0",
		find: "select id from information_schema.processlist where info like '%sleep(%' and info not like '%processlist%'",
		kill: "kill %d",
	},
}

// settled is a folder with a settled run and an open break, and its database.
func (d database) settled(t *testing.T) (*folder, *dbtest.Database) {
	t.Helper()
	db := d.start(t)
	db.Exec(t, "create table bill (no varchar(10) primary key, amount decimal(18, 2))", "insert into bill values ('A1', 1.00)")
	f := newFolder(t, map[string]string{"rules.recon": fmt.Sprintf(tables, d.plugin, d.slow), "orders.csv": "no,amount\nA1,1.00\nA2,2.00\n"})
	f.env = append(f.env, "PAY_DSN="+db.DSN)
	f.must(exitFindings, "run", "pay")
	return f, db
}

// reading starts a run and waits until the server sends it rows.
func (d database) reading(f *folder, db *dbtest.Database, args ...string) (r *running, connection int64) {
	f.t.Helper()
	r = f.start(append([]string{"run", "pay_slow"}, args...)...)
	r.until("reading the slow query", func() bool {
		err := db.SQL().QueryRow(d.find).Scan(&connection)
		if err != nil && err != sql.ErrNoRows {
			f.t.Fatal(err)
		}
		return err == nil
	})
	return r, connection
}

// TestTroubleWithDatabases makes each mistake with a database, and sees that the error names it, that no password is
// told, and that what was open stays as it was.
func TestTroubleWithDatabases(t *testing.T) {
	for _, d := range databases {
		t.Run(d.plugin, func(t *testing.T) {
			t.Parallel()
			f, db := d.settled(t)
			before := f.open()
			dsn := func(change func(*url.URL)) string {
				u, err := url.Parse(db.DSN)
				if err != nil {
					t.Fatal(err)
				}
				change(u)
				return "PAY_DSN=" + u.String()
			}
			closed, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			closed.Close()
			good := f.env
			const wrong = "wr0ng-pa55"
			for _, c := range []struct {
				name string
				env  string
				args []string
				want []string
			}{
				{"unknown table", "", []string{"run", "pay", "--param", "bill=bills"}, []string{"read bill: there is no table bills", "rules.recon:18:11", "table = bill"}},
				{"query error", "", []string{"run", "pay_wrong"}, []string{"read wrong: the query fails", "amout", "rules.recon:28:11"}},
				{"refused", dsn(func(u *url.URL) { u.Host = closed.Addr().String() }), []string{"run", "pay"}, []string{"read bill: cannot connect to " + closed.Addr().String(), "refused", "rules.recon:17:11"}},
				{"wrong password", dsn(func(u *url.URL) { u.User = url.UserPassword("recon", wrong) }), []string{"run", "pay"}, []string{"read bill: cannot connect to", "rules.recon:17:11", "user and password"}},
				{"no variable", "", []string{"run", "pay"}, []string{"PAY_DSN is not set"}},
			} {
				t.Run(c.name, func(t *testing.T) {
					f.t = t
					f.env = good
					if c.env != "" {
						f.env = append(f.env[:len(f.env):len(f.env)], c.env)
					}
					if c.name == "no variable" {
						f.env = f.env[:len(f.env)-1]
					}
					a := f.recon(c.args...)
					a.wantTrouble(t, c.want...)
					if f.open() != before {
						t.Error("what is open has changed")
					}
					told := f.recon(append(c.args, "--format", "json")...)
					if !strings.Contains(told.out, `"verdict":"trouble"`) && c.name != "no variable" {
						t.Errorf("as JSON it is told as\n%s", told.out)
					}
					a.out += told.out + told.err + f.must(exitClean, "runs", "list", "--format", "json").out
					f.wantNowhere(wrong, a)
					f.wantNowhere(db.Password, a)
				})
			}
			f.t, f.env = t, good
			f.must(exitClean, "runs", "verify")
		})
	}
}

// wantNowhere wants that a secret is neither printed nor in any file of the folder.
func (f *folder) wantNowhere(secret string, a answer) {
	f.t.Helper()
	if strings.Contains(a.out, secret) || strings.Contains(a.err, secret) {
		f.t.Errorf("a secret is printed:\n%s%s", a.out, a.err)
	}
	err := filepath.WalkDir(f.dir, func(name string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		if strings.Contains(string(text), secret) {
			f.t.Errorf("a secret is in %s", name)
		}
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
}

// TestConnectionLostWhileReading ends the server's side of a read.
func TestConnectionLostWhileReading(t *testing.T) {
	for _, d := range databases {
		t.Run(d.plugin, func(t *testing.T) {
			t.Parallel()
			f, db := d.settled(t)
			before := f.open()
			r, connection := d.reading(f, db)
			if _, err := db.SQL().Exec(fmt.Sprintf(d.kill, connection)); err != nil {
				t.Fatal(err)
			}
			r.wait().wantTrouble(t, "read slow: ")
			f.wantAsBefore(before)
		})
	}
}

// TestTimeout reads from servers that take longer than the run may, by its flag or by the schedule of its rule.
func TestTimeout(t *testing.T) {
	for _, d := range databases {
		t.Run(d.plugin, func(t *testing.T) {
			t.Parallel()
			f, db := d.settled(t)
			before := f.open()
			f.wantTimeout(3*time.Second, []string{"run", "pay_slow"}, "run pay_slow: it took longer than ", "orders had given 2 rows, the last ", ", slow had given ",
				"Nothing has settled", "hint: --timeout, or timeout in the schedule of the rule, gives it more time")
			f.wantAsBefore(before)
			for gone := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
				var connection int64
				if err := db.SQL().QueryRow(d.find).Scan(&connection); err == sql.ErrNoRows {
					break
				}
				if time.Now().After(gone) {
					t.Fatal("the query still runs on the server")
				}
			}
			before = f.open()
			rules := fmt.Sprintf(tables, d.plugin, d.slow)
			f.write("rules.recon", strings.Replace(rules, "rule pay_slow between orders, slow {", "rule pay_slow between orders, slow {\n  schedule { cron = \"0 6 * * *\", timeout = 2s }\n", 1))
			f.recon("run", "pay_slow").wantTrouble(t, "it took longer than 2s and was ended")
			f.wantAsBefore(before)
			f.must(exitFindings, "run", "pay", "--timeout", "1m")
		})
	}
}

func (f *folder) wantAsBefore(open string) {
	f.t.Helper()
	if f.open() != open {
		f.t.Error("what is open has changed")
	}
	if n := spilled(f.t, f.path(".recon/spill")); n > 0 {
		f.t.Errorf("%d files with rows are left", n)
	}
	f.must(exitFindings, "run", "pay")
	f.must(exitClean, "runs", "verify")
}

// TestPluginKilledWhileReading kills the process that reads: before it gave rows, when the read may begin again, and after.
func TestPluginKilledWhileReading(t *testing.T) {
	d := databases[0]
	f, db := d.settled(t)
	before := f.open()
	kill := func(r *running) {
		plugin := children(t, r.cmd.Process.Pid)["plugin serve "+d.plugin]
		if plugin == 0 {
			t.Fatalf("no process of the plugin: %v", children(t, r.cmd.Process.Pid))
		}
		if err := syscall.Kill(plugin, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
	}
	r, first := d.reading(f, db) // no batch is full yet
	kill(r)
	r.until("reading again", func() bool {
		var connection int64
		err := db.SQL().QueryRow(d.find + fmt.Sprintf(" and pid <> %d", first)).Scan(&connection)
		return err == nil
	})
	r.cmd.Process.Signal(os.Interrupt)
	r.wait().wantTrouble(t, "interrupted")

	r, _ = d.reading(f, db, "--memory", "64KB", "--batch", "1")
	r.until("rows of the server go to disk", func() bool { return spilled(t, f.path(".recon/spill")) > 0 })
	kill(r)
	r.wait().wantTrouble(t, "read slow: plugin postgres ended while it read", "killed", "hint: something killed it")
	f.wantAsBefore(before)
}

// children are the processes that a process started, by their arguments.
func children(t *testing.T, parent int) map[string]int {
	t.Helper()
	found := map[string]int{}
	dirs, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range dirs {
		status, err := os.ReadFile(dir + "/status")
		if err != nil || !strings.Contains(string(status), fmt.Sprintf("\nPPid:\t%d\n", parent)) {
			continue // it has ended, or is another's
		}
		args, err := os.ReadFile(dir + "/cmdline")
		if err != nil {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(dir))
		if err != nil {
			t.Fatal(err)
		}
		parts := strings.Split(strings.TrimRight(string(args), "\x00"), "\x00")
		found[strings.Join(parts[1:], " ")] = pid
	}
	return found
}

// big writes a file with more rows than a small budget holds.
func (f *folder) big(name string) {
	var b strings.Builder
	b.WriteString("no,amount\n")
	for i := range 100_000 {
		fmt.Fprintf(&b, "%d,%d.00\n", i*7919%100_003, i)
	}
	f.write(name, b.String())
}

// TestInterrupted ends runs by signals in the middle, as a user and as a system does.
func TestInterrupted(t *testing.T) {
	d := databases[0]
	for _, c := range []struct {
		name   string
		signal syscall.Signal
		group  bool // the whole process group gets it, as from a terminal
	}{
		{"interrupt", syscall.SIGINT, false}, {"ctrl c", syscall.SIGINT, true}, {"terminate", syscall.SIGTERM, false}, {"kill", syscall.SIGKILL, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f, db := d.settled(t)
			before := f.open()
			f.big("orders.csv")
			r, _ := d.reading(f, db, "--memory", "1MB")
			r.until("rows go to disk", func() bool { return spilled(t, f.path(".recon/spill")) > 0 })
			pid := r.cmd.Process.Pid
			plugins := children(t, pid)
			if len(plugins) == 0 {
				t.Fatal("no process of a plugin")
			}
			if c.group {
				pid = -pid
			}
			if err := syscall.Kill(pid, c.signal); err != nil {
				t.Fatal(err)
			}
			a := r.wait()
			if c.signal != syscall.SIGKILL {
				a.wantTrouble(t, "recon: interrupted; the state is as it was")
				if n := spilled(t, f.path(".recon/spill")); n > 0 {
					t.Errorf("%d files with rows are left", n)
				}
			}
			for args, plugin := range plugins {
				gone := time.Now().Add(time.Minute)
				for alive(plugin) && time.Now().Before(gone) {
					time.Sleep(10 * time.Millisecond)
				}
				if alive(plugin) {
					t.Errorf("the process of %s is left", args)
				}
			}
			f.write("orders.csv", "no,amount\nA1,1.00\nA2,2.00\n")
			if c.signal == syscall.SIGKILL {
				f.must(exitFindings, "run", "pay", "--state", f.path("other")) // others see nothing of it
				if f.open() != before {
					t.Error("what is open has changed")
				}
				f.must(exitFindings, "run", "pay") // sweeps what was left, but what pay_slow could go on with
				f.write("rules.recon", fmt.Sprintf(tables, d.plugin, "select no, amount from bill"))
				f.must(exitFindings, "run", "pay_slow")
			}
			f.wantAsBefore(f.open())
			if c.signal != syscall.SIGKILL && !strings.Contains(before, `"A2"`) {
				t.Error("the break of A2 was not open")
			}
		})
	}
}

// alive reports whether a process runs; one that has ended and was not waited for does not.
func alive(pid int) bool {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	return err == nil && !strings.Contains(string(status), "State:\tZ")
}
