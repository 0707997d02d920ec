// Package plugins is the table of the plugins that recon brings along. Each is a package
// of its own below this one, and runs in a process of its own like anybody else's.
package plugins

import (
	"github.com/recon-lang/recon/plugins/csv"
	"github.com/recon-lang/recon/plugins/mysql"
	"github.com/recon-lang/recon/plugins/postgres"
	"github.com/recon-lang/recon/plugins/redis"
	"github.com/recon-lang/recon/plugins/sqlite"
	"github.com/recon-lang/recon/sdk"
)

// Actions gives the bundled actions by name, which are served in the same way. Those that recon does itself, such as webhook, are
// not among them.
func Actions() map[string]func() sdk.Action {
	return map[string]func() sdk.Action{
		"redis": redis.NewAction,
	}
}

// Builtin gives the bundled sources by name: what `recon plugin serve NAME` serves.
func Builtin() map[string]func() sdk.Source {
	return map[string]func() sdk.Source{
		"csv":      csv.New,
		"mysql":    mysql.New,
		"postgres": postgres.New,
		"redis":    redis.New,
		"sqlite":   sqlite.New,
	}
}
