package dbtest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Redis is an empty database on a Redis server, with a password. It lasts until the test ends.
type Redis struct {
	URL      string // as users write it into a rule file: redis://:password@host:port/number
	Addr     string
	Password string

	conn net.Conn
	in   *bufio.Reader
}

// redisServer is a running server. It serves one test at a time: there are few databases, and FLUSHDB is the way to an empty one.
type redisServer struct {
	process  *os.Process
	done     chan struct{}
	dir      string
	addr     string
	password string
	number   int // of the database of the last test
}

// redisDatabases is how many tests of one binary may use Redis at the same time.
const redisDatabases = 512

// Redis makes an empty database for t on a Redis server. Without the server's binary t is skipped, or fails where RequireServers is
// set.
func (s *Servers) Redis(t testing.TB) *Redis {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.redis == nil {
		srv, err := startRedis()
		if err != nil {
			Absent(t, "no Redis to test against: %v", err)
		}
		s.redis = srv
	}
	srv := s.redis
	srv.number = (srv.number + 1) % redisDatabases
	r := &Redis{Addr: srv.addr, Password: srv.password}
	r.URL = (&url.URL{Scheme: "redis", User: url.UserPassword("", srv.password), Host: srv.addr, Path: "/" + strconv.Itoa(srv.number)}).String()
	if err := r.connect(strconv.Itoa(srv.number)); err != nil {
		t.Fatalf("connect to Redis: %v", err)
	}
	t.Cleanup(func() { r.conn.Close() })
	r.Do(t, "FLUSHDB")
	return r
}

func (r *Redis) connect(number string) (err error) {
	if r.conn, err = net.DialTimeout("tcp", r.Addr, time.Second); err != nil {
		return err
	}
	r.in = bufio.NewReader(r.conn)
	for _, command := range [][]string{{"AUTH", r.Password}, {"SELECT", number}} {
		if _, err := r.do(command); err != nil {
			r.conn.Close()
			return err
		}
	}
	return nil
}

// Do runs a command, and gives the answer as text: a number as digits, nothing as "(nil)", a list with a line for each. An error of the
// server fails t.
func (r *Redis) Do(t testing.TB, command ...string) string {
	t.Helper()
	answer, err := r.do(command)
	if err != nil {
		t.Fatalf("%.200s: %v", strings.Join(command, " "), err)
	}
	return answer
}

func (r *Redis) do(command []string) (string, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "*%d\r\n", len(command))
	for _, word := range command {
		fmt.Fprintf(&b, "$%d\r\n%s\r\n", len(word), word)
	}
	if err := r.conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		return "", err
	}
	if _, err := r.conn.Write(b.Bytes()); err != nil {
		return "", err
	}
	return r.answer()
}

func (r *Redis) answer() (string, error) {
	line, err := r.in.ReadString('\n')
	if err != nil {
		return "", err
	}
	kind, text := line[0], strings.TrimRight(line[1:], "\r\n")
	switch kind {
	case '+', ':':
		return text, nil
	case '-':
		return "", errors.New(text)
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return "", fmt.Errorf("the server answered %q", line)
	}
	if n < 0 {
		return "(nil)", nil
	}
	if kind == '$' {
		value := make([]byte, n+2)
		_, err := io.ReadFull(r.in, value)
		return string(value[:n]), err
	}
	list := make([]string, n)
	for i := range list {
		if list[i], err = r.answer(); err != nil {
			return "", err
		}
	}
	return strings.Join(list, "\n"), nil
}

func startRedis() (*redisServer, error) {
	program, err := find("redis-server", "/usr/bin", "/usr/local/bin")
	if err != nil {
		return nil, err
	}
	var errs error
	for range 3 { // another process may take the port
		dir, err := os.MkdirTemp("", "recon-dbtest-")
		if err != nil {
			return nil, err
		}
		port, err := freePort()
		if err != nil {
			return nil, err
		}
		s := &redisServer{dir: dir, addr: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), password: password(), done: make(chan struct{})}
		if err = s.start(program, port); err == nil {
			return s, nil
		}
		os.RemoveAll(dir)
		errs = errors.Join(errs, err)
	}
	return nil, errs
}

func (s *redisServer) start(program string, port int) error {
	config := fmt.Sprintf("port %d\nbind 127.0.0.1\nrequirepass %q\ndatabases %d\nsave \"\"\nappendonly no\nenable-debug-command local\nhz 500\ndir %s\n", port, s.password, redisDatabases, s.dir)
	file := filepath.Join(s.dir, "redis.conf") // not an argument, which everybody on the machine could read
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		return err
	}
	command := exec.Command(program, file)
	var log bytes.Buffer
	command.Stdout, command.Stderr = &log, &log
	if err := startTied(command); err != nil {
		return err
	}
	s.process = command.Process
	go func() {
		command.Wait() // how it ended is seen in its log
		close(s.done)
	}()
	deadline := time.Now().Add(startTimeout)
	for wait := time.Millisecond; ; wait = min(2*wait, 100*time.Millisecond) {
		r := &Redis{Addr: s.addr, Password: s.password}
		err := r.connect("0")
		if err == nil {
			r.conn.Close()
			return nil
		}
		if time.Now().After(deadline) {
			s.stop()
			return fmt.Errorf("redis-server does not answer: %w", err)
		}
		select {
		case <-s.done:
			return fmt.Errorf("redis-server ended while starting:\n%s", log.Bytes())
		case <-time.After(wait):
		}
	}
}

func (s *redisServer) stop() {
	_ = s.process.Kill() // an error means that it has ended
	<-s.done
	os.RemoveAll(s.dir)
}
