package redis

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	client "github.com/redis/go-redis/v9"
	"github.com/zeebo/xxh3"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

const (
	// scanCount is how many keys the server looks at for one page.
	scanCount = 2000
	// firstAsk is how many values are asked for at a time before it is known how large they are; mostAsk bounds it later.
	firstAsk = 32
	mostAsk  = 1000
	// askBytes is how many bytes of values should come at a time.
	askBytes = 2 << 20
	// readRetries is how often a read is sent again whose connection was lost: it changes nothing.
	readRetries = 2
)

func (source) Read(ctx context.Context, req sdk.ReadRequest, emit func(*batch.Batch) error) error {
	r, err := newReader(ctx, req, emit)
	if err != nil {
		return err
	}
	return r.read(req.Config.Text("url", ""))
}

func newReader(ctx context.Context, req sdk.ReadRequest, emit func(*batch.Batch) error) (*reader, error) {
	p, err := parsePattern(req.Config.Text("key", ""))
	if err != nil {
		return nil, err
	}
	rows, err := sqlread.NewRows(req, "keys "+p.text, nil, emit)
	if err != nil {
		return nil, err
	}
	r := &reader{ctx: ctx, pattern: p, rows: rows, count: scanCount, kind: req.Config.Text("read", ""), skip: req.Config.Text("others", "") == "skip"}
	return r, r.place(req.Columns)
}

func (r *reader) read(url string) error {
	return within(r.ctx, url, readRetries, func(_ context.Context, c *client.Client) error {
		r.client = c
		if err := r.scan(); err != nil {
			return err
		}
		if r.skipped > 0 {
			slog.Warn("keys that do not fit the pattern are left out", "pattern", r.pattern.text, "keys", r.skipped)
		}
		return r.rows.Flush()
	})
}

// reader is one read under way.
type reader struct {
	ctx     context.Context
	client  *client.Client
	pattern *pattern
	rows    *sqlread.Rows
	kind    string // "json", "hash" or "string"
	count   int64  // keys to look at for one page
	skip    bool
	skipped int

	columns []place
	parts   []string // of the key that is being read
	size    int      // bytes of values that have come …
	values  int      // … for so many keys
}

// place is where the value of a column comes from: a part of the key, or what is stored.
type place struct {
	part  int    // index into the key's parts, or -1
	field string // of a hash
}

// place finds out where each column comes from.
func (r *reader) place(columns []schema.Column) error {
	for _, c := range columns {
		pl := place{part: slices.Index(r.pattern.names, c.Name), field: c.Name}
		if pl.part < 0 && r.kind != "hash" && c.Name != "value" {
			e := &sdk.Error{Setting: "read", Message: fmt.Sprintf("there is no column %q: there is %s and value", c.Name, strings.Join(r.pattern.names, ", "))}
			if r.kind == "json" {
				e.Hint = fmt.Sprintf(`a part of the document is derived: %s %s = json("$.%s")`, c.Name, c.Type, c.Name)
			}
			return e
		}
		switch c.Type.Kind {
		case schema.Duration, schema.Percent:
			return &sdk.Error{Setting: "read", Message: fmt.Sprintf("column %s cannot be read as %s", c.Name, c.Type)}
		}
		r.columns = append(r.columns, pl)
	}
	return nil
}

// scan reads the rows of all keys.
func (r *reader) scan() error {
	if err := single(r.ctx, r.client); err != nil {
		return err
	}
	seen := map[xxh3.Uint128]struct{}{}
	var page []string
	for cursor := uint64(0); ; {
		keys, next, err := r.client.Scan(r.ctx, cursor, r.pattern.glob(), r.count).Result()
		if err != nil {
			return readError(err)
		}
		page = page[:0]
		for _, key := range keys {
			id := xxh3.HashString128(key) // of 128 bits: two keys with one hash do not happen
			if _, twice := seen[id]; twice {
				continue
			}
			seen[id] = struct{}{}
			page = append(page, key)
		}
		if err := r.page(page); err != nil {
			return err
		}
		if cursor = next; cursor == 0 {
			return nil
		}
	}
}

// page reads the rows of some keys, as many at a time as their values allow.
func (r *reader) page(keys []string) error {
	for len(keys) > 0 {
		n := firstAsk
		if r.values > 0 {
			n = min(max(askBytes/(r.size/r.values+1), 1), mostAsk)
		}
		n = min(n, len(keys))
		var err error
		if r.kind == "hash" {
			err = r.hashes(keys[:n])
		} else {
			err = r.strings(keys[:n])
		}
		if err != nil {
			return err
		}
		keys = keys[n:]
	}
	return r.ctx.Err()
}

// strings reads the keys of strings. GET and not MGET, which takes a key of another type for none.
func (r *reader) strings(keys []string) error {
	pipe := r.client.Pipeline()
	replies := make([]*client.StringCmd, len(keys))
	for i, key := range keys {
		replies[i] = pipe.Get(r.ctx, key)
	}
	_, err := pipe.Exec(r.ctx)
	if err != nil && !answered(err) && !errors.Is(err, client.Nil) {
		return readError(err)
	}
	for i, key := range keys {
		text, err := replies[i].Result()
		if errors.Is(err, client.Nil) {
			continue // it has gone since the scan
		}
		if err != nil {
			return r.keyError(key, err)
		}
		r.size, r.values = r.size+len(text), r.values+1
		if err := r.row(key, func(string) (string, bool) { return text, true }); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) hashes(keys []string) error {
	pipe := r.client.Pipeline()
	replies := make([]*client.MapStringStringCmd, len(keys))
	for i, key := range keys {
		replies[i] = pipe.HGetAll(r.ctx, key)
	}
	if _, err := pipe.Exec(r.ctx); err != nil && !answered(err) {
		return readError(err)
	}
	for i, key := range keys {
		fields, err := replies[i].Result()
		if err != nil {
			return r.keyError(key, err)
		}
		if len(fields) == 0 {
			continue // there are no empty hashes: it has gone since the scan
		}
		for name, text := range fields {
			r.size += len(name) + len(text)
		}
		r.values++
		if err := r.row(key, func(name string) (string, bool) { text, ok := fields[name]; return text, ok }); err != nil {
			return err
		}
	}
	return nil
}

// row makes the row of a key. value gives the text of a column that is not part of the key.
func (r *reader) row(key string, value func(name string) (string, bool)) error {
	var fits bool
	if r.parts, fits = r.pattern.split(key, r.parts); !fits {
		if r.skip {
			r.skipped++
			return nil
		}
		if err := r.rows.BadRow(key, fmt.Sprintf("not a key as %q writes it", r.pattern.text),
			`correct the pattern, leave such keys out with others = "skip", or report them with bad_rows = "report"`); err != nil {
			return err
		}
		return r.rows.End()
	}
	for i, pl := range r.columns {
		text, ok := "", true
		if pl.part >= 0 {
			text = r.parts[pl.part]
		} else {
			text, ok = value(pl.field)
		}
		c := r.rows.Column(i)
		if !ok {
			c.AppendNull()
			continue
		}
		if problem := c.AppendText([]byte(text), r.rows.Zone); problem != "" {
			if err := r.rows.Bad(i, text, fmt.Sprintf("%s, under key %q", problem, key)); err != nil {
				return err
			}
		}
	}
	return r.rows.End()
}

// single refuses a server that holds only some of the keys.
func single(ctx context.Context, c *client.Client) error {
	info, err := c.Info(ctx, "cluster").Result()
	if err != nil {
		if answered(err) { // what imitates Redis may not know it, and an account may not ask
			return nil
		}
		return readError(err)
	}
	if strings.Contains(info, "cluster_enabled:1") {
		return &sdk.Error{Setting: "url", Message: "the server is part of a cluster, and holds only some of the keys", Hint: "clusters cannot be read yet"}
	}
	return nil
}

func (r *reader) keyError(key string, err error) error {
	if code(err) == "WRONGTYPE" {
		kind, typeErr := r.client.Type(r.ctx, key).Result()
		if typeErr != nil {
			kind = "other value"
		}
		return &sdk.Error{Setting: "read", Message: fmt.Sprintf("key %q holds a %s, and read = %q reads %s", key, kind, r.kind, map[bool]string{true: "hashes", false: "strings"}[r.kind == "hash"]),
			Hint: "correct read, or the pattern, so that it fits keys of one type only"}
	}
	return fmt.Errorf("key %q: %w", key, readError(err))
}

// readError words an error of a command for the author of a rule.
func readError(err error) error {
	e := &sdk.Error{Message: "the server does not read: " + err.Error()}
	switch {
	case !answered(err):
		e.Message, e.Temporary = "the connection was lost: "+err.Error(), true
	case code(err) == "NOPERM":
		e.Setting, e.Hint = "url", "grant the account SCAN, TYPE, GET and HGETALL on these keys"
	case slices.Contains([]string{"LOADING", "BUSY", "MASTERDOWN", "TRYAGAIN", "CLUSTERDOWN"}, code(err)):
		e.Temporary = true
	}
	return e
}
