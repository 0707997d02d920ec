package mysql

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/go-sql-driver/mysql"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// connectError says why there is no connection, in words without the account's password.
func connectError(ctx context.Context, config *mysql.Config, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	e := &sdk.Error{Setting: "dsn", Message: "cannot connect to " + config.Addr}
	var server *mysql.MySQLError
	var dns *net.DNSError
	var dial *net.OpError
	var timeout net.Error
	switch {
	case errors.As(err, &server):
		e.Message += ": " + sqlread.Scrub(server.Message, config.Passwd)
		switch server.Number {
		case 1045, 1044, 1130, 1698:
			e.Hint = "check user and password of the dsn, and what the account may do from this machine"
		case 1049:
			e.Hint = "check the database's name in the dsn"
		case 1040, 1203, 1226, 1053, 1927:
			e.Temporary = true
		}
	case errors.As(err, &dns):
		e.Message += ": the host is unknown"
		e.Hint, e.Temporary = "check the host in the dsn", dns.Temporary()
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		e.Message += ": no answer in time"
		e.Hint, e.Temporary = "check host and port in the dsn, and firewalls between", true
	case errors.As(err, &dial):
		e.Message += ": " + dial.Err.Error()
		e.Hint, e.Temporary = "check host and port in the dsn, and that the server runs", true
	default: // TLS and authentication that the client refuses
		e.Message += ": " + sqlread.Scrub(err.Error(), config.Passwd)
		e.Hint = "check tls and the account in the dsn, and that a MySQL or MariaDB server listens there"
	}
	return e
}

// readError words an error of a statement for the author of a rule. Errors that already are
// for them, and those of ctx and emit, stay as they are.
func readError(ctx context.Context, cfg schema.Config, err error) error {
	var ours *sdk.Error
	var server *mysql.MySQLError
	if errors.As(err, &ours) || !errors.As(err, &server) {
		return err
	}
	e := &sdk.Error{Setting: sqlread.Setting(cfg), Message: fmt.Sprintf("the server refuses to read %s: %s", sqlread.Origin(cfg), server.Message)}
	switch server.Number {
	case 1146, 1051, 1109:
		if cfg.Has("table") {
			e.Message = "there is no table " + cfg.Text("table", "")
			e.Hint = "check spelling and case, and write the database if it is not the dsn's: shop.orders"
			return e
		}
	case 1046:
		e.Hint = "the dsn names no database: add it there, or write it before the table's name"
	case 1792, 1290:
		e.Hint = "reads are read-only: the query must not write"
	case 1205, 1213, 1317, 1969, 3024, 1040, 1053, 1105, 1135, 1637:
		e.Temporary = true
	case 1142, 1143, 1227, 1044, 1370:
		e.Hint = "grant the account of the dsn the right to select"
	case 1060:
		e.Message, e.Hint = "the query fails: "+server.Message, "name the columns apart with AS"
		return e
	}
	if !cfg.Has("table") {
		e.Message = "the query fails: " + server.Message
	}
	return e
}

// lastWords reports whether the server says with this number that the connection ends.
func lastWords(number uint16) bool {
	switch number {
	case 1053, 1077, 1079, 1152, 1158, 1159, 1160, 1161, 1184, 1927, 4031:
		return true
	}
	return false
}
