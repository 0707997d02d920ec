// Package sqlite reads tables and queries of SQLite files, which it opens for reading only. It turns rows into
// batches within one read transaction, each value by what is stored: SQLite declares types of columns, and stores
// in each row what it is given. It knows nothing of rules. Its API is New.
package sqlite

import (
	"context"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

type source struct{}

// New is the source "sqlite". Each read has a connection of its own.
func New() sdk.Source { return source{} }

func (source) Describe() schema.Source {
	return schema.Source{
		Name:    "sqlite",
		Version: "1",
		Doc: "Reads a table or a query of an SQLite file, within one read transaction. The file is opened for reading only and never created. " +
			"Each value is converted by what is stored, and refused where it does not fit exactly: a REAL is a decimal if its shortest text is one, " +
			"a date or timestamp must be ISO text. Two tables or queries of one file can be compared in it, where it is asked for (--strategy push-down) and no condition is recon's. A number is never taken for a time: convert it in a query, strftime('%Y-%m-%dT%H:%M:%SZ', paid_at, 'unixepoch').",
		Settings: []schema.Setting{
			{Name: "path", Type: schema.Type{Kind: schema.Path}, Required: true, Example: `"orders.db"`, Doc: "The database file."},
			{Name: "table", Type: schema.Type{Kind: schema.String}, Example: `"orders"`, Doc: "A table or view. A part with a dot stands in double quotes."},
			{Name: "query", Type: schema.Type{Kind: schema.SQL}, Example: `"""select no, amount from orders where paid_at >= :window_start"""`,
				Doc: "A query instead of a table. Its :name parameters are bound; a timestamp as the text YYYY-MM-DD HH:MM:SS in the source's zone, with a fraction if it has one, a decimal that is no integer as a REAL."},
		},
		OneSetting: [][]string{{"table", "query"}},
		Abilities:  schema.Abilities{Typed: true, Conditions: true, Order: true},
	}
}

// Claim promises every condition, and the order of what sorts exactly whatever is stored: not decimals, which may
// be text, and not timestamps, whose texts may differ in form.
func (source) Claim(req sdk.ReadRequest) sdk.Claims {
	claims := sqlread.Claim(req, sorted)
	claims.Database, claims.Costly = database(req.Config), true // there is no line to spare
	return claims
}

func sorted(t schema.Type) bool {
	switch t.Kind {
	case schema.String, schema.Enum, schema.Integer, schema.Date:
		return true
	}
	return false
}

func (source) Columns(ctx context.Context, cfg schema.Config) (schema.Table, error) {
	var table schema.Table
	err := within(ctx, sdk.ReadRequest{Config: cfg}, func(ctx context.Context, s *session) (err error) {
		table, err = s.shape(cfg)
		return err
	})
	return table, err
}
