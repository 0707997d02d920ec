// Package postgres reads tables and queries of PostgreSQL and what speaks its protocol. It turns rows in the
// protocol's binary form into batches, within one read-only transaction that sees one
// snapshot, and lets the server filter and sort. It knows nothing of rules. Its API is New.
package postgres

import (
	"context"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

type source struct{}

// New is the source "postgres". Each read has a connection of its own.
func New() sdk.Source { return source{} }

func (source) Describe() schema.Source {
	return schema.Source{
		Name:    "postgres",
		Version: "1",
		Doc: "Reads a table or a query of a PostgreSQL database, within a read-only transaction that sees one snapshot. " +
			"Conditions and order are left to the server. A timestamp without time zone is taken in the source's zone, and that zone is the " +
			"session's, so that a query may compare with its parameters. A numeric without a declared scale is pulled as decimal(38, 10). " +
			"Two tables or queries of one database, read with one account and one zone, are compared there by the strategy push-down. " +
			"Types that the language does not have (inet, interval, arrays, …) are read as the text that the server prints.",
		Settings: []schema.Setting{
			{Name: "dsn", Type: schema.Type{Kind: schema.Secret}, Required: true, Example: `secret.orders_dsn`,
				Doc: "Address and account: postgres://user:password@host:5432/database?sslmode=verify-full, or host=… user=… password=… dbname=…. Take it from a secret."},
			{Name: "table", Type: schema.Type{Kind: schema.String}, Example: `"public.orders"`,
				Doc: "A table or view, with its schema if it is not in the search path. Case matters; a part with a dot stands in double quotes."},
			{Name: "query", Type: schema.Type{Kind: schema.SQL}, Example: `"""select no, amount from orders where paid_at >= :window_start"""`,
				Doc: "A query instead of a table. Its :name parameters are bound by the server, a timestamp as timestamptz."},
			sqlread.Parallel("That takes PostgreSQL 14 or later and a table with pages of its own, also in partitions; its pages are what is cut."),
		},
		OneSetting: [][]string{{"table", "query"}},
		Abilities:  schema.Abilities{Typed: true, Conditions: true, Order: true, Checksum: true, Partitions: true},
	}
}

// Claim promises every condition. Order it promises for what the server sorts as the language does.
func (source) Claim(req sdk.ReadRequest) sdk.Claims {
	claims := sqlread.Claim(req, sorted)
	claims.Database = database(req.Config)
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
	err := within(ctx, cfg, "", func(ctx context.Context, s *session) (err error) {
		table, err = s.shape(ctx, cfg)
		return err
	})
	return table, err
}
