package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/recon-lang/recon/lsp"
	"github.com/recon-lang/recon/plugins"
	"github.com/recon-lang/recon/sdk/schema"
	"github.com/spf13/cobra"
)

func newLSP(env environment) *cobra.Command {
	var listen string
	c := &cobra.Command{
		Use:   "lsp",
		Short: "serve editors by the language server protocol",
		Long: `lsp is what an editor starts. It speaks the language server protocol over standard input and output, or, with --listen, with every
client that connects to an address. It knows everything that recon check knows. It starts no plugin and opens no connection to a
data source, but for the commands by which an editor runs tests and shows plans: these start plugins as recon test and recon plan do.`,
		Example: "  recon lsp\n  recon lsp --listen 127.0.0.1:7998",
		Args:    takes(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			known := newCatalogs(env)
			cfg := lsp.Config{Version: version, Catalog: known.catalog, Now: time.Now, Run: known.editorRun, Verdicts: verdicts}
			if _, set := env.getenv("GOGC"); !set {
				useHeap(editorHeap)
			}
			if listen != "" {
				return serveEditors(c.Context(), env, listen, cfg)
			}
			return lsp.Serve(c.Context(), stdio{env.in, env.out}, cfg)
		},
	}
	c.Flags().StringVar(&listen, "listen", "", "serve clients that connect to this address instead, as 127.0.0.1:7998 or unix:/path")
	c.Flags().Bool("stdio", true, "speak over standard input and output: what is done anyway, for editors that ask for it")
	_ = c.Flags().MarkHidden("stdio")
	return c
}

// serveEditors serves each client that connects until ctx ends.
func serveEditors(ctx context.Context, env environment, address string, cfg lsp.Config) error {
	network := "tcp"
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		network, address = "unix", path
	}
	l, err := net.Listen(network, address)
	if err != nil {
		return fmt.Errorf("--listen %s: %w", address, err)
	}
	fmt.Fprintf(env.err, "recon lsp: listening on %s\n", l.Addr())
	defer context.AfterFunc(ctx, func() { l.Close() })()
	var clients sync.WaitGroup
	for {
		conn, err := l.Accept()
		if err != nil {
			clients.Wait()
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		clients.Go(func() { _ = lsp.Serve(ctx, conn, cfg) })
	}
}

// stdio is standard input and output as one connection.
type stdio struct {
	io.Reader
	io.Writer
}

// Close ends the reading where that can be done.
func (s stdio) Close() error {
	if c, ok := s.Reader.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// catalogs knows plugins without starting one: the bundled ones are part of this program, others have been described before.
type catalogs struct {
	env     environment
	mu      sync.Mutex
	bundled schema.Catalog
}

func newCatalogs(env environment) *catalogs {
	c := &catalogs{env: env, bundled: schema.Catalog{Sources: map[string]schema.Source{}, Actions: map[string]schema.Action{}}}
	for name, source := range plugins.Builtin() {
		c.bundled.Sources[name] = source().Describe()
	}
	for name, action := range plugins.Actions() {
		c.bundled.Actions[name] = action().Describe()
	}
	maps.Copy(c.bundled.Actions, builtinActions())
	return c
}

// catalog is lsp.Config's. A recon.lock that cannot be read is as none, and said.
func (c *catalogs) catalog(dir string, names []string) (schema.Catalog, error) {
	lock, lockErr := readLock(filepath.Join(dir, lockName))
	if lockErr != nil {
		lock = &schema.Lock{}
	}
	out := schema.Catalog{Sources: maps.Clone(c.bundled.Sources), Actions: maps.Clone(c.bundled.Actions), Tables: lock.Tables, Missing: map[string]error{}}
	var unknown []string
	for _, name := range names {
		_, source := out.Sources[name]
		_, action := out.Actions[name]
		if !source && !action {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) == 0 {
		return out, lockErr
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	pool, err := newPool(c.env, lock)
	if err != nil {
		return out, lockErr
	}
	defer pool.Close()
	sources, actions, missing := pool.Known(unknown)
	maps.Copy(out.Sources, sources)
	maps.Copy(out.Actions, actions)
	maps.Copy(out.Missing, missing)
	return out, lockErr
}
