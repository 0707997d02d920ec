// Package redis reads the keys of a Redis that fit a pattern, and runs a command on it for a break. It turns the names of
// keys and what is stored under them into rows, and changes nothing but by the action. It knows nothing of rules. Its API is New and
// NewAction.
package redis

import (
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

type source struct{}

// New is the source "redis". Each read has a connection of its own.
func New() sdk.Source { return source{} }

const version = "1"

// urlSetting is the address, for the source and the action.
func urlSetting() schema.Setting {
	return schema.Setting{Name: "url", Type: schema.Type{Kind: schema.Secret}, Required: true, Example: "secret.redis_url",
		Doc: "Address and account: redis://user:password@host:6379/0, or rediss:// for TLS; the number is the database. Take it from a secret."}
}

func (source) Describe() schema.Source {
	return schema.Source{
		Name:    "redis",
		Version: version,
		Doc: "Reads the keys of a Redis, Valkey or compatible server that fit a pattern: one row a key, with the parts of its name as columns, and with what is stored under it. " +
			"All keys of the database are looked through (SCAN), page by page, whatever the pattern. Redis has no snapshot: a key that is written while the read is under way is read as it is then, " +
			"and one that comes or goes meanwhile is in or out. A key that SCAN gives twice is read once: some 50 bytes of memory for each key see to that. " +
			"A key of another type is an error that names it. A server that is part of a cluster is refused, since it holds only some of the keys.",
		Settings: []schema.Setting{
			urlSetting(),
			{Name: "key", Type: schema.Type{Kind: schema.String}, Required: true, Example: `"acct:{user_id}"`,
				Doc: "The pattern of the keys. Each {name} is a column, read from the key's name; the character before and after it in the pattern does not occur in it, so there is one way to read a key."},
			{Name: "read", Type: schema.Type{Kind: schema.String}, Required: true, OneOf: []string{"json", "hash", "string"}, Example: `"json"`,
				Doc: "What is stored. \"json\": a string that holds a document, from which columns are derived, balance decimal(20, 2) = json(\"$.bal\"); as a whole it is the column value. " +
					"\"hash\": the fields of a hash, by name; one that is not there is null. \"string\": a string, the column value."},
			{Name: "others", Type: schema.Type{Kind: schema.String}, Default: "report", OneOf: []string{"report", "skip"}, Example: `"skip"`,
				Doc: "What becomes of keys that begin and end like the pattern and do not fit it, acct:7:history of acct:{user_id}. \"report\": each is a row that cannot be read. " +
					"\"skip\": they are left out, and their number is logged."},
		},
		Abilities: schema.Abilities{Typed: true},
	}
}
