package dbtest

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// startTimeout bounds the wait for a server that was started to answer.
const startTimeout = 60 * time.Second

// userName is the account that the tests use.
const userName = "recon"

// server is a running server process.
type server struct {
	process  *os.Process
	done     chan struct{} // closed when the process has ended
	signal   os.Signal     // that ends it without delay
	dir      string
	port     int
	password string
	scheme   string // of the DSN
	driver   string
	source   func(db *Database) string
	admin    string // database to create others from
	drop     string
}

// database is the address of a database on s; it does not create it.
func (s *server) database(name string) *Database {
	d := &Database{Host: "127.0.0.1", Port: s.port, User: userName, Password: s.password, Name: name, driver: s.driver, server: s}
	d.DSN = (&url.URL{Scheme: s.scheme, User: url.UserPassword(d.User, d.Password), Host: net.JoinHostPort(d.Host, strconv.Itoa(d.Port)), Path: "/" + name}).String()
	d.source = s.source(d)
	return d
}

func (s *server) stop() {
	s.process.Signal(s.signal) // an error means that it has ended
	<-s.done
	os.RemoveAll(s.dir)
}

// run starts command and waits until s answers to a connection with s's own password,
// which nobody else's server on that port would. Log is what the server printed, for the error.
func (s *server) run(command *exec.Cmd) error {
	var log bytes.Buffer
	command.Stdout, command.Stderr = &log, &log
	if err := startTied(command); err != nil {
		return err
	}
	s.process, s.done = command.Process, make(chan struct{})
	go func() {
		command.Wait() // how it ended is seen in its log
		close(s.done)
	}()

	db := s.database(s.admin)
	pool, err := sql.Open(db.driver, db.source)
	if err != nil {
		return err
	}
	defer pool.Close()
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	for wait := time.Millisecond; ; wait = min(2*wait, 100*time.Millisecond) {
		err = pool.PingContext(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-s.done:
			return fmt.Errorf("%s ended while starting:\n%s", filepath.Base(command.Path), log.Bytes())
		case <-ctx.Done():
			s.stop()
			return fmt.Errorf("%s does not answer: %w", filepath.Base(command.Path), err)
		case <-time.After(wait):
		}
	}
}

// attempt calls start on a new folder and a free port until it works: another process may take the port
// in between.
func attempt(start func(dir string, port int) (*server, error)) (*server, error) {
	var errs error
	for range 3 {
		dir, err := os.MkdirTemp("", "recon-dbtest-")
		if err != nil {
			return nil, err
		}
		port, err := freePort()
		if err != nil {
			return nil, err
		}
		s, err := start(dir, port)
		if err == nil {
			return s, nil
		}
		os.RemoveAll(dir)
		errs = errors.Join(errs, err)
	}
	return nil, errs
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// password makes one that is unlike any other text, with the characters that a careless
// masking of DSNs trips over.
func password() string { return "p:w/d@" + rand.Text() }

// find looks for a program in PATH and then in the folders where distributions put servers that are
// not meant for users.
func find(name string, folders ...string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	for _, pattern := range folders {
		paths, _ := filepath.Glob(filepath.Join(pattern, name))
		if len(paths) > 0 {
			return paths[len(paths)-1], nil
		}
	}
	return "", fmt.Errorf("%s is not installed", name)
}
