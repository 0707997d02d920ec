package dbtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
)

const postgresFolders = "/usr/lib/postgresql/*/bin"

func startPostgres() (*server, error) {
	initdb, err := find("initdb", postgresFolders)
	if err != nil {
		return nil, err
	}
	postgres, err := find("postgres", filepath.Dir(initdb), postgresFolders)
	if err != nil {
		return nil, err
	}
	return attempt(func(dir string, port int) (*server, error) {
		s := &server{signal: syscall.SIGQUIT, dir: dir, port: port, password: password(), scheme: "postgres", driver: "pgx", admin: "postgres", drop: "drop database if exists %s with (force)"}
		s.source = func(d *Database) string { return d.DSN + "?client_encoding=UTF8" }
		account, err := unprivileged(dir, "postgres")
		if err != nil {
			return nil, err
		}
		secret := filepath.Join(dir, "password")
		if err := os.WriteFile(secret, []byte(s.password+"\n"), 0o644); err != nil {
			return nil, err
		}
		data := filepath.Join(dir, "data")
		initialise := exec.Command(initdb, "-D", data, "-U", userName, "--pwfile", secret, "--auth", "scram-sha-256",
			"--no-sync", "-E", "UTF8", "--locale", "C", "--locale-provider", "icu", "--icu-locale", "und")
		initialise.Dir, initialise.SysProcAttr = dir, account
		if out, err := initialise.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("initdb: %w:\n%s", err, out)
		}
		serve := exec.Command(postgres, "-D", data, "-h", "127.0.0.1", "-p", strconv.Itoa(port), "-k", "",
			"-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "shared_buffers=64MB", "-c", "timezone=Asia/Tokyo")
		serve.Dir, serve.SysProcAttr = dir, account
		return s, s.run(serve)
	})
}
