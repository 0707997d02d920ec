//go:build linux

package main

import (
	"context"
	"database/sql/driver"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"github.com/recon-lang/recon/sdk/sdktest/dbtest"
)

const pair = `recon 1

secret left_dsn = env("LEFT_DSN")
secret right_dsn = env("RIGHT_DSN")
param connections: integer = 1

source left from %[1]s {
  dsn      = secret.left_dsn
  table    = "bill"
  parallel = connections

%[3]s}

source right from %[2]s {
  dsn      = secret.right_dsn
  table    = "bill"
  parallel = connections

%[3]s}

rule pay between left, right {
  key no
  compare amount
  compare status
  compare paid_at
}
`

const pairColumns = `  columns {
    no       integer
    amount   decimal(18, 2)
    status   string
    paid_at  timestamp
    name     string
  }
`

// BenchmarkTwoDatabases measures a whole run over two tables of a million rows, of which a hundred differ, beside a bare loop over the rows of
// both as the drivers give them fastest, at the same time. The two take turns, and medians are told: the time on the clock, and the processor time with
// and without that of the servers, which run on this machine. Where other work goes on, only the processor time means something.
//
//	go test ./cmd/recon -run '^$' -bench TwoDatabases -benchtime 5x -timeout 30m
func BenchmarkTwoDatabases(b *testing.B) {
	const rows = 1_000_000
	for _, pairing := range [][2]string{{"postgres", "postgres"}, {"postgres", "mysql"}, {"mysql", "mysql"}} {
		for _, connections := range []string{"1", "2"} {
			b.Run(pairing[0]+"-"+pairing[1]+"/"+connections, func(b *testing.B) {
				var dbs [2]*dbtest.Database
				for side, plugin := range pairing {
					dbs[side] = benchDatabase(b, plugin, rows, side)
				}
				dir := b.TempDir()
				if err := os.WriteFile(filepath.Join(dir, "rules.recon"), fmt.Appendf(nil, pair, pairing[0], pairing[1], pairColumns), 0o644); err != nil {
					b.Fatal(err)
				}
				var loop, run measured
				for b.Loop() {
					loop.add(syscall.RUSAGE_SELF, func() {
						var group errgroup.Group
						for side, plugin := range pairing {
							group.Go(func() error { return bareLoop(plugin, dbs[side].DSN, rows) })
						}
						if err := group.Wait(); err != nil {
							b.Fatal(err)
						}
					})
					run.add(syscall.RUSAGE_CHILDREN, func() {
						c := exec.Command("recon", "run", "pay", "--strategy", "hash", "--param", "connections="+connections, "--format", "json")
						c.Dir, c.Env = dir, append(os.Environ(), "HOME="+dir, "LEFT_DSN="+dbs[0].DSN, "RIGHT_DSN="+dbs[1].DSN)
						if out, err := c.CombinedOutput(); c.ProcessState == nil || c.ProcessState.ExitCode() != exitFindings {
							b.Fatalf("%v\n%s", err, out)
						}
					})
				}
				b.ReportMetric(0, "ns/op")
				loop.report(b, "loop")
				run.report(b, "run")
				b.ReportMetric(median(run.clock)/median(loop.clock), "clock-ratio")
				b.ReportMetric((median(run.cpu)+median(run.servers))/(median(loop.cpu)+median(loop.servers)), "cpu-ratio")
			})
		}
	}
}

// measured is seconds: on the clock, of processors, and of those of the servers.
type measured struct{ clock, cpu, servers []float64 }

func (m *measured) add(who int, do func()) {
	start, cpu, servers := time.Now(), benchCPU(who), serversCPU()
	do()
	m.clock, m.cpu = append(m.clock, time.Since(start).Seconds()), append(m.cpu, benchCPU(who)-cpu)
	time.Sleep(100 * time.Millisecond) // for the servers to end what served the connections, which counts then
	m.servers = append(m.servers, serversCPU()-servers)
}

func (m *measured) report(b *testing.B, name string) {
	b.ReportMetric(median(m.clock), name+"-s")
	b.ReportMetric(median(m.cpu), name+"-cpu-s")
	b.ReportMetric(median(m.servers), name+"-servers-cpu-s")
}

func median(list []float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}

// serversCPU is what the servers that this process started have used, with processes of theirs that have ended.
func serversCPU() (seconds float64) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, stat := range stats {
		text, err := os.ReadFile(stat)
		_, rest, ok := strings.Cut(string(text), ") ")
		fields := strings.Fields(rest) // from the state on
		if err != nil || !ok || len(fields) < 15 || fields[1] != strconv.Itoa(os.Getpid()) {
			continue
		}
		for _, ticks := range fields[11:15] {
			n, _ := strconv.ParseFloat(ticks, 64)
			seconds += n / 100 // USER_HZ
		}
	}
	return seconds
}

func benchCPU(who int) float64 {
	var u syscall.Rusage
	syscall.Getrusage(who, &u)
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

// benchDatabase has a table of so many rows. Of the second side a hundred have another amount.
func benchDatabase(b *testing.B, plugin string, rows, side int) *dbtest.Database {
	start, columns, series := servers.Postgres, "(no bigint primary key, amount numeric(18, 2), status text, paid_at timestamptz, name text)",
		"select g, (g * 37 %% 10000000) / 100.0, (array['PAID', 'REFUNDED', 'CLOSED'])[g %% 3 + 1], timestamptz '2026-11-20Z' + g * interval '1 s', 'name of ' || g from generate_series(1, %d) g"
	if plugin == "mysql" {
		start, columns, series = servers.MariaDB, "(no bigint primary key, amount decimal(18, 2), status varchar(20), paid_at datetime, name varchar(40))",
			"select seq, (seq * 37 %% 10000000) / 100, elt(seq %% 3 + 1, 'PAID', 'REFUNDED', 'CLOSED'), timestamp'2026-11-20 00:00:00' + interval seq second, concat('name of ', seq) from seq_1_to_%d"
	}
	db := start(b)
	db.Exec(b, "create table bill "+columns, "insert into bill "+fmt.Sprintf(series, rows))
	if side == 1 {
		db.Exec(b, fmt.Sprintf("update bill set amount = amount + 1 where no %% %d = 0", rows/100))
	}
	if plugin == "postgres" {
		db.Exec(b, "vacuum analyze bill")
	} else {
		db.Exec(b, "analyze table bill")
	}
	return db
}

// bareLoop reads a table as its driver does it fastest, and makes nothing of the rows.
func bareLoop(plugin, dsn string, want int) error {
	const query = "select no, amount, status, paid_at, name from bill"
	ctx, n := context.Background(), 0
	if plugin == "postgres" {
		conn, err := pgx.Connect(ctx, dsn)
		if err != nil {
			return err
		}
		defer conn.Close(ctx)
		rows, err := conn.Query(ctx, query)
		if err != nil {
			return err
		}
		for rows.Next() {
			n += len(rows.RawValues()) / 5
		}
		if rows.Err() != nil || n != want {
			return fmt.Errorf("%d rows, %w", n, rows.Err())
		}
		return nil
	}
	config, err := benchConfig(dsn)
	if err != nil {
		return err
	}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return err
	}
	conn, err := connector.Connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	rows, err := conn.(driver.QueryerContext).QueryContext(ctx, query, nil)
	if err != nil {
		return err
	}
	values := make([]driver.Value, 5)
	for err = rows.Next(values); err == nil; err = rows.Next(values) {
		n++
	}
	if err != io.EOF || n != want {
		return fmt.Errorf("%d rows, %w", n, err)
	}
	return rows.Close()
}

func benchConfig(dsn string) (*mysql.Config, error) {
	u, err := url.Parse(dsn)
	if err != nil {
		return nil, err
	}
	config := mysql.NewConfig()
	config.Net, config.Addr, config.User, config.DBName = "tcp", u.Host, u.User.Username(), strings.TrimPrefix(u.Path, "/")
	config.Passwd, _ = u.User.Password()
	return config, nil
}
