package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// badDSN does not say what is wrong: the parser's words may hold a part of the password.
func badDSN() error {
	return &sdk.Error{Setting: "dsn", Message: "the dsn cannot be understood",
		Hint: "write postgres://user:password@host:5432/database, with signs such as @ : / % in the password as %40 %3A %2F %25, or host=… user=… password='…' dbname=…"}
}

// connectError says why there is no connection, in words without the account's password.
func connectError(ctx context.Context, config *pgconn.Config, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	where := net.JoinHostPort(config.Host, fmt.Sprint(config.Port))
	e := &sdk.Error{Setting: "dsn", Message: "cannot connect to " + where}
	var server *pgconn.PgError
	var dns *net.DNSError
	var dial *net.OpError
	switch {
	case errors.As(err, &server):
		e.Message += ": " + sqlread.Scrub(server.Message, config.Password)
		e.Temporary = strings.HasPrefix(server.Code, "53") || strings.HasPrefix(server.Code, "57")
		switch server.Code {
		case "28P01", "28000":
			e.Hint = "check user and password of the dsn, and what pg_hba.conf allows"
		case "3D000":
			e.Hint = "check the database's name in the dsn"
		}
	case errors.As(err, &dns):
		e.Message += ": the host is unknown"
		e.Hint, e.Temporary = "check the host in the dsn", dns.Temporary()
	case pgconn.Timeout(err):
		e.Message += ": no answer in time"
		e.Hint, e.Temporary = "check host and port in the dsn, and firewalls between", true
	case errors.As(err, &dial):
		e.Message += ": " + dial.Err.Error()
		e.Hint, e.Temporary = "check host and port in the dsn, and that the server runs", true
	default: // TLS and authentication that the client refuses; the innermost error knows no dsn
		for next := errors.Unwrap(err); next != nil; next = errors.Unwrap(next) {
			err = next
		}
		e.Message += ": " + sqlread.Scrub(err.Error(), config.Password)
		e.Hint = "check sslmode and the account in the dsn"
	}
	return e
}

// readError words an error of a statement for the author of a rule. Errors that already are
// for them, and those of ctx and emit, stay as they are.
func readError(ctx context.Context, cfg schema.Config, err error) error {
	var ours *sdk.Error
	var server *pgconn.PgError
	if errors.As(err, &ours) || !errors.As(err, &server) {
		return err
	}
	if server.Code == "57014" && ctx.Err() != nil {
		return ctx.Err()
	}
	e := &sdk.Error{Setting: sqlread.Setting(cfg), Message: fmt.Sprintf("the server refuses to read %s: %s", sqlread.Origin(cfg), server.Message), Hint: server.Hint}
	switch server.Code {
	case "42P01":
		e.Message = "there is no table " + cfg.Text("table", "")
		if !cfg.Has("table") {
			e.Message = "the query fails: " + server.Message
		}
		e.Hint = "check spelling and case, and write the schema if it is not in the search path: schema.table"
	case "25006":
		e.Hint = "reads are read-only: the query must not write"
	case "57014":
		e.Message, e.Temporary = "the server cancelled the statement: "+server.Message, true
	}
	switch server.Code[:2] {
	case "40", "53", "55", "58", "XX":
		e.Temporary = true
	case "42", "22":
		if !cfg.Has("table") {
			e.Message = "the query fails: " + server.Message
		}
	}
	return e
}
