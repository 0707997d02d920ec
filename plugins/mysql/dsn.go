package mysql

import (
	"net"
	"net/url"
	"strings"
	"time"

	driver "github.com/go-sql-driver/mysql"

	"github.com/recon-lang/recon/sdk"
)

// connectTimeout bounds connecting where the dsn does not say timeout.
const connectTimeout = 10 * time.Second

// parseDSN reads a URL or the driver's own form. What would change the meaning of a read, or let
// a server read files here, is fixed.
func parseDSN(dsn string) (*driver.Config, error) {
	var config *driver.Config
	var err error
	if strings.HasPrefix(dsn, "mysql://") || strings.HasPrefix(dsn, "mariadb://") {
		config, err = parseURL(dsn)
	} else {
		config, err = driver.ParseDSN(dsn)
	}
	if err == nil {
		err = config.Apply(driver.Charset("utf8mb4", ""))
	}
	if err != nil { // its words may hold a part of the password
		return nil, &sdk.Error{Setting: "dsn", Message: "the dsn cannot be understood",
			Hint: "write mysql://user:password@host:3306/database, with signs such as @ : / % in the password as %40 %3A %2F %25, or user:password@tcp(host:3306)/database"}
	}
	if config.Timeout == 0 {
		config.Timeout = connectTimeout
	}
	config.Logger = silent{}
	config.AllowAllFiles, config.MultiStatements, config.ParseTime, config.ColumnsWithAlias, config.RejectReadOnly = false, false, false, false, false
	return config, nil
}

func parseURL(dsn string) (*driver.Config, error) {
	u, err := url.Parse(dsn)
	if err != nil {
		return nil, err
	}
	config, err := driver.ParseDSN("/?" + u.RawQuery)
	if err != nil {
		return nil, err
	}
	port := u.Port()
	if port == "" {
		port = "3306"
	}
	config.Net, config.Addr = "tcp", net.JoinHostPort(u.Hostname(), port)
	config.User = u.User.Username()
	config.Passwd, _ = u.User.Password()
	config.DBName = strings.TrimPrefix(u.Path, "/")
	return config, nil
}

// silent drops what the driver would log: it is in the errors.
type silent struct{}

func (silent) Print(...any) {}
