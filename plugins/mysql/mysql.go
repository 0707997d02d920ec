// Package mysql reads tables and queries of MySQL, MariaDB and what speaks their protocol. It
// turns rows in the protocol's text form into batches, within one read-only transaction on a
// consistent snapshot, and lets the server filter and sort. It knows nothing of rules. Its API is New.
package mysql

import (
	"context"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

type source struct{}

// New is the source "mysql". Each read has a connection of its own.
func New() sdk.Source { return source{} }

func (source) Describe() schema.Source {
	return schema.Source{
		Name:    "mysql",
		Version: "1",
		Doc: "Reads a table or a query of a MySQL or MariaDB database, within a read-only transaction on a consistent snapshot. " +
			"Conditions and order are left to the server. A DATETIME is taken in the source's zone; a TIMESTAMP is an instant. TINYINT(1) is pulled as integer and " +
			"can be declared boolean. Two tables or queries of one server, read with one dsn and one zone, are compared there by the strategy push-down; a table of another database is " +
			"named with it. A zero date does not fit a date. Types that the language does not have (SET, TIME, …) are read as the text that the server prints.",
		Settings: []schema.Setting{
			{Name: "dsn", Type: schema.Type{Kind: schema.Secret}, Required: true, Example: `secret.orders_dsn`,
				Doc: "Address and account: mysql://user:password@host:3306/database?tls=true, or user:password@tcp(host:3306)/database. Take it from a secret."},
			{Name: "table", Type: schema.Type{Kind: schema.String}, Example: `"orders"`,
				Doc: "A table or view, with its database if it is not the dsn's: shop.orders. A part with a dot stands in backticks."},
			{Name: "query", Type: schema.Type{Kind: schema.SQL}, Example: `"""select no, amount from orders where paid_at >= :window_start"""`,
				Doc: "A query instead of a table. Its :name parameters become literals that no value can leave; a timestamp is a civil time in the source's zone, and the session's " +
					"time zone is set so that TIMESTAMP columns compare with it as well."},
			{Name: "changes", Type: schema.Type{Kind: schema.String}, OneOf: []string{"binlog"}, Example: `"binlog"`,
				Doc: "How the trigger of a rule follows the changes of the table: binlog. A run reads the table as always, whatever stands here. In this version nothing follows " +
					"changes by itself: a trigger is checked, planned, and simulated by recon test."},
			sqlread.Parallel("That takes an InnoDB table whose primary key begins with an integer, a date, a time or a text, which is what is cut; the right PROCESS, with which recon sees " +
				"that the snapshots of all connections are the same; and a moment in which no transaction on the server has written and not yet ended."),
		},
		OneSetting: [][]string{{"table", "query"}},
		Abilities:  schema.Abilities{Typed: true, Conditions: true, Order: true, Checksum: true, Partitions: true},
	}
}

// Claim promises every condition. Order it promises for what the server sorts as the language does.
func (source) Claim(req sdk.ReadRequest) sdk.Claims {
	claims := sqlread.Claim(req, sorted)
	claims.Database, claims.Costly = database(req.Config), true
	return claims
}

func sorted(t schema.Type) bool {
	switch t.Kind {
	case schema.String, schema.Enum, schema.Integer, schema.Decimal, schema.Boolean, schema.Date, schema.Timestamp:
		return true
	}
	return false
}

func (source) Columns(ctx context.Context, cfg schema.Config) (schema.Table, error) {
	var table schema.Table
	err := within(ctx, sdk.ReadRequest{Config: cfg}, func(ctx context.Context, s *session) (err error) {
		table, err = s.shape(ctx, cfg)
		return err
	})
	return table, err
}
