package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// leaky is a plugin that says all it knows, in every way in which a plugin can.
type leaky struct{}

func (leaky) Describe() schema.Source {
	return schema.Source{Name: "leaky", Version: "1", Doc: "Says all it knows.", Settings: []schema.Setting{
		{Name: "key", Type: schema.Type{Kind: schema.Secret}, Required: true}, {Name: "how", Type: schema.Type{Kind: schema.String}},
	}, Abilities: schema.Abilities{Typed: true}}
}

func (l leaky) Columns(_ context.Context, cfg schema.Config) (schema.Table, error) {
	return schema.Table{}, l.leak(cfg)
}

func (l leaky) Read(_ context.Context, req sdk.ReadRequest, _ func(*batch.Batch) error) error {
	return l.leak(req.Config)
}

func (leaky) leak(cfg schema.Config) error {
	key := cfg.Text("key", "")
	switch cfg.Text("how", "") {
	case "panic":
		panic("no access with " + key)
	case "exit":
		fmt.Fprintln(os.Stderr, "the key is", key)
		fmt.Fprintf(os.Stderr, "%q\n", key)
		os.Exit(3)
	case "hint":
		return &sdk.Error{Setting: "key", Message: "no access", Hint: "is " + key + " right?"}
	case "message":
		return &sdk.Error{Message: "GET /rows?key=" + url.QueryEscape(key) + ": 403"}
	case "wrapped":
		return fmt.Errorf("read: %w", &sdk.Error{Message: "no", Err: errors.New("with " + key)})
	case "log":
		slog.Warn("no access", "key", key, "address", "https://example.com/?k="+url.QueryEscape(key))
		fmt.Fprintln(os.Stderr, "warning:", key)
	}
	return errors.New("no access with " + key)
}
