package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/recon-lang/recon/engine/action"
	"github.com/recon-lang/recon/lang"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/plugins"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/host"
	"github.com/recon-lang/recon/sdk/schema"
)

// lockName is the file that pins the shapes of data sets and the plugins, beside the rules.
const lockName = "recon.lock"

// project is the rule files of one command with what they are checked against.
type project struct {
	files []*diag.File
	unit  *lang.Unit
	// compile checks other texts of the files against the same plugins and shapes.
	compile func([]*diag.File) *lang.Unit
	// catalog says what is known of plugins, and of data sets by these shapes.
	catalog func(tables map[string]schema.Table) func(plugins []string) schema.Catalog
	lock    *schema.Lock
	pool    *host.Pool
}

// load reads and checks the rule files that paths name. Plugins that the files name are
// described (from a cache, mostly); shapes of data sets come from recon.lock. The caller closes
// the pool.
func load(ctx context.Context, env environment, paths []string) (*project, error) {
	files, err := ruleFiles(paths)
	if err != nil {
		return nil, err
	}
	lock, err := readLock(lockPath(paths))
	if err != nil {
		return nil, err
	}
	pool, err := newPool(env, lock)
	if err != nil {
		return nil, err
	}
	p := &project{files: files, lock: lock, pool: pool}
	describe := func(names []string, tables map[string]schema.Table) schema.Catalog {
		// The bundled ones too, to suggest what was probably meant.
		bundled, _ := pool.Describe(ctx, slices.Sorted(maps.Keys(plugins.Builtin())))
		sources, missing := pool.Describe(ctx, names)
		maps.Copy(sources, bundled)
		acting, _ := pool.DescribeActions(ctx, slices.Sorted(maps.Keys(plugins.Actions())))
		actions, without := pool.DescribeActions(ctx, names)
		maps.Copy(actions, acting)
		maps.Copy(actions, builtinActions()) // last, so that no plugin takes the place of one
		for name, err := range without {
			if _, ok := missing[name]; !ok {
				missing[name] = err
			}
		}
		return schema.Catalog{Sources: sources, Actions: actions, Tables: tables, Missing: missing}
	}
	p.catalog = func(tables map[string]schema.Table) func([]string) schema.Catalog {
		return func(names []string) schema.Catalog { return describe(names, tables) }
	}
	p.compile = func(files []*diag.File) *lang.Unit {
		return lang.CompileAll(files, opener(files), p.catalog(lock.Tables))
	}
	p.unit = p.compile(files)
	return p, nil
}

// builtinActions describes the actions that need no plugin.
func builtinActions() map[string]schema.Action {
	actions := map[string]schema.Action{}
	for name, a := range action.Builtin() {
		actions[name] = a.Describe()
	}
	return actions
}

// lockPath is where recon.lock stands: beside the rules.
func lockPath(paths []string) string { return filepath.Join(beside(paths), lockName) }

func readLock(path string) (*schema.Lock, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &schema.Lock{Plugins: map[string]schema.PluginPin{}, Tables: map[string]schema.Table{}}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	lock, err := schema.ParseLock(text)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return lock, nil
}

// newPool makes the pool of plugins. RECON_PLUGIN_PATH lists folders with recon-plugin-NAME
// programs; RECON_TRANSPORT forces a transport.
func newPool(env environment, lock *schema.Lock) (*host.Pool, error) {
	self, err := env.executable()
	if err != nil {
		return nil, fmt.Errorf("find the program of recon: %w", err)
	}
	opts := host.Options{
		Log:     slog.New(slog.NewTextHandler(env.secrets.Writer(env.err), &slog.HandlerOptions{Level: slog.LevelWarn, ReplaceAttr: withoutTime})),
		Builtin: plugins.Builtin(),
		Actions: plugins.Actions(),
		Self:    self,
		Pins:    map[string]host.Pin{},
	}
	if path, ok := env.getenv("RECON_PLUGIN_PATH"); ok {
		opts.Dirs = filepath.SplitList(path)
	}
	if transport, ok := env.getenv("RECON_TRANSPORT"); ok {
		opts.Transport = host.Transport(transport)
		if known := []host.Transport{host.Auto, host.Socket, host.GRPC}; !slices.Contains(known, opts.Transport) {
			return nil, fmt.Errorf("RECON_TRANSPORT=%s: there is auto, socket, grpc", transport)
		}
	}
	for name, pin := range lock.Plugins {
		hashes := map[string]string{}
		for platform, hash := range pin.Hashes {
			hashes[strings.ReplaceAll(platform, "/", "-")] = hash
		}
		opts.Pins[name] = host.Pin{Version: pin.Version, Hashes: hashes}
	}
	return host.NewPool(opts), nil
}

// open starts the plugin of a source.
func (p *project) open(ctx context.Context, src *program.Source) (sdk.Source, error) {
	return p.pool.Open(ctx, src.Plugin)
}

// withoutTime leaves out what a person at a terminal knows.
func withoutTime(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey || a.Key == slog.LevelKey {
		return slog.Attr{}
	}
	return a
}

// platform names this machine's kind as recon.lock does.
func platform() string { return runtime.GOOS + "/" + runtime.GOARCH }
