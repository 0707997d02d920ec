package check_test

import (
	"errors"

	"github.com/recon-lang/recon/sdk/schema"
)

func kind(k schema.Kind) schema.Type { return schema.Type{Kind: k} }

// catalog is what the tests know of the world.
func catalog() schema.Catalog {
	text, path := kind(schema.String), kind(schema.Path)
	zone := schema.Setting{Name: "dsn", Type: kind(schema.Secret), Required: true, Doc: "where the database is"}
	server := func(name string) schema.Source {
		return schema.Source{
			Name: name, Abilities: schema.Abilities{Typed: true, Conditions: true},
			Settings: []schema.Setting{
				zone, {Name: "table", Type: text}, {Name: "query", Type: kind(schema.SQL)},
				{Name: "changes", Type: text, OneOf: []string{"binlog"}}, {Name: "timeout", Type: kind(schema.Duration)},
			},
			OneSetting: [][]string{{"table", "query"}},
		}
	}
	fields := []schema.Setting{{Name: "text", Type: text, Required: true, Example: `"${count} breaks"`}, {Name: "level", Type: text, OneOf: []string{"info", "warn"}}, {Name: "priority", Type: kind(schema.Integer)}, {Name: "within", Type: kind(schema.Duration)}}
	secret := schema.Setting{Name: "url", Type: kind(schema.Secret), Required: true, Example: "secret.hook"}
	hidden := kind(schema.Secret)
	return schema.Catalog{
		Actions: map[string]schema.Action{
			"webhook":  {Name: "webhook", Settings: []schema.Setting{secret, {Name: "headers", Type: schema.Type{Kind: schema.List, Elem: &hidden}}, {Name: "timeout", Type: kind(schema.Duration)}, {Name: "method", Type: text, OneOf: []string{"POST", "PUT"}}}, Fields: fields},
			"dingtalk": {Name: "dingtalk", Settings: []schema.Setting{secret}, Fields: fields},
			"redis": {Name: "redis", PerBreak: true, Settings: []schema.Setting{secret, {Name: "command", Type: text, Required: true}},
				Fields: []schema.Setting{
					{Name: "limit", Type: kind(schema.Integer)}, {Name: "approval", Type: text, OneOf: []string{"auto", "manual"}}, {Name: "verify", Type: kind(schema.Duration)},
					{Name: "note", Type: text}, {Name: "value", Type: schema.Type{Kind: schema.Decimal, Precision: 18, Scale: 2}}, {Name: "tags", Type: schema.Type{Kind: schema.List, Elem: &text}},
				}},
		},
		Sources: map[string]schema.Source{
			"csv": {Name: "csv", Settings: []schema.Setting{
				{Name: "path", Type: path, Required: true, Example: `"orders.csv"`},
				{Name: "delimiter", Type: text}, {Name: "optional", Type: kind(schema.Boolean)}, {Name: "skip", Type: kind(schema.Integer)}, {Name: "header", Type: kind(schema.Boolean)},
				{Name: "encoding", Type: text, OneOf: []string{"utf-8", "gbk", "gb18030", "utf-16"}},
				{Name: "nulls", Type: schema.Type{Kind: schema.List, Elem: &text}},
			}},
			"sqlite": {Name: "sqlite", Abilities: schema.Abilities{Typed: true}, Settings: []schema.Setting{
				{Name: "path", Type: path, Required: true}, {Name: "table", Type: text}, {Name: "query", Type: kind(schema.SQL)},
			}, OneSetting: [][]string{{"table", "query"}}},
			"mysql": server("mysql"), "postgres": server("postgres"),
			"redis": {Name: "redis", Settings: []schema.Setting{
				{Name: "url", Type: kind(schema.Secret), Required: true}, {Name: "key", Type: text, Required: true}, {Name: "read", Type: text, OneOf: []string{"string", "json", "hash"}},
			}},
		},
		Tables: map[string]schema.Table{
			"pinned": {Columns: []schema.Column{
				{Name: "id", Type: kind(schema.Integer)}, {Name: "amount", Type: schema.Type{Kind: schema.Decimal, Precision: 18, Scale: 2}}, {Name: "paid_at", Type: kind(schema.Timestamp)},
			}},
		},
		Missing: map[string]error{"pagerduty": errors.New("exec: permission denied"), "oracle": errors.New("exec: permission denied")},
	}
}
