// Package dbtest gives tests real databases: it starts PostgreSQL, MariaDB and Redis from the
// binaries that are installed on the machine, on free ports, with data in a temporary
// folder, and takes everything away at the end. It is for tests only, and knows nothing
// of recon. Its API may change on any day.
//
// A test package owns one Servers value and stops it when its tests are over:
//
//	var servers dbtest.Servers
//
//	func TestMain(m *testing.M) {
//		code := m.Run()
//		servers.Stop()
//		os.Exit(code)
//	}
//
//	func TestRead(t *testing.T) {
//		db := servers.Postgres(t)
//		db.Exec(t, "create table bill (no text primary key)")
//		… db.DSN …
//	}
package dbtest

import (
	"database/sql"
	"fmt"
	"os"
	"sync"
	"testing"

	_ "github.com/go-sql-driver/mysql" // the driver "mysql"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// RequireServers is the name of an environment variable: set to 1, a missing or broken
// server, or whatever else a test needs of the machine, fails a test that would otherwise be skipped. CI sets it.
const RequireServers = "RECON_REQUIRE_SERVERS"

// Absent skips t because of what the text says is absent, or fails it where RequireServers is set.
func Absent(t testing.TB, format string, args ...any) {
	t.Helper()
	if set := os.Getenv(RequireServers); set != "" && set != "0" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format+" ("+RequireServers+"=1 makes this fail)", args...)
}

// Servers are the servers of one test binary. A server starts when the first test asks for
// a database on it; Stop stops them. The zero Servers is ready; tests may use it in
// parallel.
type Servers struct {
	mu        sync.Mutex
	postgres  *server
	mariadb   *server
	redis     *redisServer
	databases int
}

// Database is one empty database on a server, with a user that may do anything there. It lasts
// until the test ends.
type Database struct {
	// DSN is the address as users write it into a rule file:
	// postgres://user:password@host:port/name, and the same with mysql://.
	DSN      string
	Host     string
	Port     int
	User     string
	Password string
	Name     string

	driver string // of database/sql
	source string // what the driver is opened with
	db     *sql.DB
	server *server
}

// Postgres makes an empty database for t on a PostgreSQL server. The server's own text order is
// not the order of code points, so that a test notices an ORDER BY without COLLATE "C".
// The database goes when t ends. Without the server's binaries t is skipped, or fails where
// RequireServers is set.
func (s *Servers) Postgres(t testing.TB) *Database {
	t.Helper()
	return s.database(t, &s.postgres, startPostgres)
}

// MariaDB makes an empty database for t on a MariaDB server, as Postgres does. Text
// there is utf8mb4 with a collation that ignores case and trailing spaces, as it is by default.
func (s *Servers) MariaDB(t testing.TB) *Database {
	t.Helper()
	return s.database(t, &s.mariadb, startMariaDB)
}

// Stop stops the servers and removes their data.
func (s *Servers) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, srv := range []*server{s.postgres, s.mariadb} {
		if srv != nil {
			srv.stop()
		}
	}
	if s.redis != nil {
		s.redis.stop()
	}
	s.postgres, s.mariadb, s.redis = nil, nil, nil
}

func (s *Servers) database(t testing.TB, which **server, start func() (*server, error)) *Database {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if *which == nil {
		srv, err := start()
		if err != nil {
			Absent(t, "no database server to test against: %v", err)
		}
		*which = srv
	}
	srv := *which
	s.databases++
	db := srv.database(fmt.Sprintf("test%d", s.databases))
	admin := srv.database(srv.admin)
	admin.open(t)
	admin.Exec(t, "create database "+db.Name)
	t.Cleanup(func() { admin.Exec(t, fmt.Sprintf(srv.drop, db.Name)); admin.db.Close() })
	db.open(t)
	t.Cleanup(func() { db.db.Close() })
	return db
}

func (d *Database) open(t testing.TB) {
	t.Helper()
	db, err := sql.Open(d.driver, d.source)
	if err != nil {
		t.Fatalf("open database %s: %v", d.Name, err)
	}
	d.db = db
}

// Other is another database of the same server, which the test has created and drops.
func (d *Database) Other(t testing.TB, name string) *Database {
	t.Helper()
	other := d.server.database(name)
	other.open(t)
	t.Cleanup(func() { other.db.Close() })
	return other
}

// Exec runs statements one after another, outside any transaction, and fails t on the first
// error. Each stands for itself: no arguments are bound.
func (d *Database) Exec(t testing.TB, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := d.db.Exec(statement); err != nil {
			t.Fatalf("%.200s: %v", statement, err)
		}
	}
}

// SQL is the database, to prepare and inspect it with. It is closed when the test ends.
func (d *Database) SQL() *sql.DB { return d.db }
