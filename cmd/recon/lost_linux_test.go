//go:build linux

package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/url"
	"regexp"
	"sync"
	"testing"

	"github.com/recon-lang/recon/sdk/sdktest/dbtest"
)

// line is a way to a database server that is cut after so many bytes from the server, and stays cut.
type line struct {
	listener net.Listener
	to       string

	mu    sync.Mutex
	conns map[net.Conn]bool
	bytes int64 // from the server since the last mend
	most  int64 // of them before the cut; below 0: no cut
	reset bool  // the cut is a reset of the connection, not its end
	cut   bool
}

func newLine(t *testing.T, to string) *line {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &line{listener: listener, to: to, conns: map[net.Conn]bool{}, most: -1}
	t.Cleanup(func() { listener.Close(); l.mend(0, false) })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go l.carry(client)
		}
	}()
	return l
}

func (l *line) carry(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", l.to)
	if err != nil {
		return
	}
	defer server.Close()
	if !l.hold(client) {
		return
	}
	defer l.drop(client)
	go func() {
		io.Copy(server, client)
		server.Close()
	}()
	buffer := make([]byte, 4096)
	for {
		n, err := server.Read(buffer)
		if err != nil {
			return
		}
		n, cut := l.pass(n)
		if _, err := client.Write(buffer[:n]); err != nil || cut {
			l.end(client)
			return
		}
	}
}

func (l *line) hold(c net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.cut {
		l.conns[c] = true
	}
	return !l.cut
}

func (l *line) drop(c net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.conns, c)
}

// pass counts n bytes, and says how many of them still pass and whether the line is cut behind them.
func (l *line) pass(n int) (int, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cut {
		return 0, true
	}
	if l.most >= 0 && l.bytes+int64(n) >= l.most {
		n = int(l.most - l.bytes)
		l.cut = true
	}
	l.bytes += int64(n)
	return n, l.cut
}

// end ends a connection as the cut has it, and with it all others.
func (l *line) end(c net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for other := range l.conns {
		if tcp, ok := other.(*net.TCPConn); ok && l.reset {
			tcp.SetLinger(0)
		}
		other.Close()
	}
}

// mend lets bytes pass again, so many, and gives how many had passed.
func (l *line) mend(most int64, reset bool) (passed int64, cut bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	passed, cut = l.bytes, l.cut
	l.bytes, l.most, l.reset, l.cut = 0, most, reset, false
	return passed, cut
}

const lost = `recon 1

secret dsn = env("LINE_DSN")

source ours from %[1]s {
  dsn   = secret.dsn
  table = "ours"
%[2]s
  columns {
    no      integer
    amount  decimal(18, 2)
    name    string
  }
}

source theirs from %[1]s {
  dsn   = secret.dsn
  table = "theirs"

  columns {
    no      integer
    amount  decimal(18, 2)
    name    string
  }
}

rule pay between ours, theirs {
  key no
  compare amount
  compare name
}
`

// TestLineCutAnywhere cuts the way to a database behind a random byte of what it sends in a run, from the greeting to the last rows: the run ends in
// trouble, the error names a source, what was open stays as it was, and the next run succeeds.
func TestLineCutAnywhere(t *testing.T) {
	t.Parallel()
	cuts := 5
	if testing.Short() {
		cuts = 2
	}
	for _, server := range []struct {
		plugin string
		start  func(testing.TB) *dbtest.Database
		series string
	}{
		{"postgres", servers.Postgres, "select g, g / 7.0, 'name of ' || g from generate_series(1, 3000) g"},
		{"mysql", servers.MariaDB, "select seq, seq / 7.0, concat('name of ', seq) from seq_1_to_3000"},
	} {
		for _, way := range []struct {
			name, setting, strategy string
		}{{"hash", "", "hash"}, {"parallel", "  parallel = 3\n", "hash"}, {"merge", "", "merge"}, {"checksum", "", "checksum"}} {
			t.Run(server.plugin+"/"+way.name, func(t *testing.T) {
				t.Parallel()
				db := server.start(t)
				for _, table := range []string{"ours", "theirs"} {
					db.Exec(t, "create table "+table+" (no int primary key, amount decimal(18, 2), name varchar(40))", "insert into "+table+" "+server.series)
				}
				db.Exec(t, "update theirs set name = 'other' where no in (7, 1500)", "delete from ours where no = 2999")
				l := newLine(t, fmt.Sprintf("%s:%d", db.Host, db.Port))
				u, err := url.Parse(db.DSN)
				if err != nil {
					t.Fatal(err)
				}
				u.Host = l.listener.Addr().String()
				f := newFolder(t, map[string]string{"rules.recon": fmt.Sprintf(lost, server.plugin, way.setting)})
				f.env = append(f.env, "LINE_DSN="+u.String())
				run := []string{"run", "pay", "--strategy", way.strategy, "--batch", "100"}
				f.must(exitFindings, run...)
				l.mend(-1, false)
				f.must(exitFindings, run...)
				all, _ := l.mend(-1, false)
				before := f.open()
				random := rand.New(rand.NewPCG(11, uint64(len(t.Name()))))
				for i := 0; i < cuts; {
					if all < 10_000 {
						t.Fatalf("a run takes %d bytes of the server", all)
					}
					// The first is in the beginning, where connections are made and tables described.
					at := 1 + random.Int64N(all*9/10)
					if i == 0 {
						at = 1 + random.Int64N(3000)
					}
					l.mend(at, i%2 == 0)
					a := f.recon(run...)
					passed, cut := l.mend(-1, false)
					if !cut && a.code == exitFindings {
						all, before = passed, f.open() // connections that cannot prove their snapshot to be one try again: the run before had to
						continue
					}
					i++
					a.wantTrouble(t, "read ")
					if !namesSource(a.err) {
						t.Errorf("cut behind byte %d of %d, the error names no source:\n%s", at, all, a.err)
					}
					f.wantNowhere(db.Password, a)
					if f.open() != before {
						t.Errorf("cut behind byte %d of %d, what is open has changed", at, all)
					}
				}
				f.must(exitFindings, run...)
				f.must(exitClean, "state", "verify")
				f.must(exitClean, "runs", "verify")
			})
		}
	}
}

// namesSource reports whether an error says which of the two sources could not be read, and that it is about the connection.
func namesSource(text string) bool { return lostWords.MatchString(text) }

var lostWords = regexp.MustCompile(`read (ours|theirs): (cannot connect to 127\.0\.0\.1:\d+|connection lost after \d+ rows)`)
