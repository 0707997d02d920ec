package redis

import (
	"context"
	"errors"
	"slices"

	client "github.com/redis/go-redis/v9"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// looked is how many hashes are looked at to learn their fields.
const looked = 100

// errEnough ends a look at keys.
var errEnough = errors.New("enough")

// Columns gives the parts of the key as texts, and the value; of hashes, the fields of the first hundred.
func (source) Columns(ctx context.Context, cfg schema.Config) (schema.Table, error) {
	p, err := parsePattern(cfg.Text("key", ""))
	if err != nil {
		return schema.Table{}, err
	}
	table := schema.Table{Key: p.names}
	text := schema.Type{Kind: schema.String}
	for _, name := range p.names {
		table.Columns = append(table.Columns, schema.Column{Name: name, Type: text})
	}
	var fields []string
	err = within(ctx, cfg.Text("url", ""), readRetries, func(ctx context.Context, c *client.Client) error {
		if err := single(ctx, c); err != nil || cfg.Text("read", "") != "hash" {
			return err
		}
		fields, err = hashFields(ctx, c, p)
		return err
	})
	if err != nil {
		return schema.Table{}, err
	}
	switch cfg.Text("read", "") {
	case "json":
		table.Columns = append(table.Columns, schema.Column{Name: "value", Type: schema.Type{Kind: schema.JSON}})
	case "string":
		table.Columns = append(table.Columns, schema.Column{Name: "value", Type: text})
	}
	for _, name := range fields {
		if !slices.Contains(p.names, name) {
			table.Columns = append(table.Columns, schema.Column{Name: name, Type: text})
		}
	}
	return table, nil
}

// hashFields are the fields of the first hashes, sorted.
func hashFields(ctx context.Context, c *client.Client, p *pattern) ([]string, error) {
	known := map[string]bool{}
	n := 0
	err := eachKey(ctx, c, p, func(key string) error {
		fields, err := c.HKeys(ctx, key).Result()
		if err != nil {
			r := &reader{ctx: ctx, client: c, kind: "hash"}
			return r.keyError(key, err)
		}
		for _, f := range fields {
			known[f] = true
		}
		if n++; n >= looked {
			return errEnough
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return nil, err
	}
	if len(known) == 0 {
		return nil, &sdk.Error{Setting: "key", Message: "no key fits the pattern, so the fields cannot be learned", Hint: "declare the columns"}
	}
	var names []string
	for name := range known {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, nil
}

// eachKey visits keys that fit the pattern, some perhaps twice.
func eachKey(ctx context.Context, c *client.Client, p *pattern, visit func(string) error) error {
	for cursor := uint64(0); ; {
		keys, next, err := c.Scan(ctx, cursor, p.glob(), scanCount).Result()
		if err != nil {
			return readError(err)
		}
		for _, key := range keys {
			if _, fits := p.split(key, nil); !fits {
				continue
			}
			if err := visit(key); err != nil {
				return err
			}
		}
		if cursor = next; cursor == 0 {
			return nil
		}
	}
}
