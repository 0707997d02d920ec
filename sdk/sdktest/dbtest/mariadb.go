package dbtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/go-sql-driver/mysql"
)

func startMariaDB() (*server, error) {
	install, err := find("mariadb-install-db", "/usr/bin", "/usr/scripts")
	if err != nil {
		return nil, err
	}
	mariadbd, err := find("mariadbd", "/usr/sbin", "/usr/libexec")
	if err != nil {
		return nil, err
	}
	return attempt(func(dir string, port int) (*server, error) {
		s := &server{signal: syscall.SIGKILL, dir: dir, port: port, password: password(), scheme: "mysql", driver: "mysql", admin: "mysql", drop: "drop database if exists %s"}
		s.source = func(d *Database) string {
			c := mysql.NewConfig()
			c.User, c.Passwd, c.Net, c.Addr, c.DBName = d.User, d.Password, "tcp", fmt.Sprintf("%s:%d", d.Host, d.Port), d.Name
			c.Logger = silent{}
			return c.FormatDSN()
		}
		account, err := unprivileged(dir, "mysql")
		if err != nil {
			return nil, err
		}
		accounts := filepath.Join(dir, "accounts.sql")
		sql := fmt.Sprintf("CREATE USER %s@'127.0.0.1' IDENTIFIED BY '%s';\nGRANT ALL ON *.* TO %[1]s@'127.0.0.1' WITH GRANT OPTION;\n", userName, s.password)
		if err := os.WriteFile(accounts, []byte(sql), 0o644); err != nil {
			return nil, err
		}
		data := filepath.Join(dir, "data")
		initialise := exec.Command(install, "--no-defaults", "--datadir="+data, "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve")
		initialise.Dir, initialise.SysProcAttr = dir, account
		if out, err := initialise.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("mariadb-install-db: %w:\n%s", err, out)
		}
		// A server that starts removes the temporary tables of all servers with the same folder for them, so each has its own.
		temporary := filepath.Join(dir, "tmp")
		if err := os.Mkdir(temporary, 0o700); err != nil {
			return nil, err
		}
		if _, err := unprivileged(temporary, "mysql"); err != nil {
			return nil, err
		}
		serve := exec.Command(mariadbd, "--no-defaults", "--datadir="+data, "--bind-address=127.0.0.1", "--port="+strconv.Itoa(port),
			"--socket="+filepath.Join(dir, "socket"), "--tmpdir="+temporary, "--init-file="+accounts, "--skip-name-resolve",
			"--character-set-server=utf8mb4", "--collation-server=utf8mb4_general_ci", "--default-time-zone=+09:00",
			"--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=64M", "--performance-schema=OFF")
		serve.Dir, serve.SysProcAttr = dir, account
		return s, s.run(serve)
	})
}

// silent drops what the driver would print about connections while the server starts.
type silent struct{}

func (silent) Print(...any) {}
