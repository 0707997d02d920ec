package host

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/internal/wire"
	"github.com/recon-lang/recon/sdk/schema"
)

// programPrefix begins the file name of every plugin that is not bundled.
const programPrefix = "recon-plugin-"

// validName keeps names that a rule file cannot have, paths above all, from the file system.
var validName = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,63}$`)

// program is how to start a plugin.
type program struct {
	name   string
	path   string
	args   []string
	source func() sdk.Source // of a bundled one that offers a source
	action func() sdk.Action // of a bundled one that offers an action
	hash   string            // SHA-256, hexadecimal; of those that are not bundled
}

func (p *program) bundled() bool { return p.source != nil || p.action != nil }

// offer is what a bundled plugin offers.
func (p *program) offer() (o wire.Offer) {
	if p.source != nil {
		d := p.source().Describe()
		o.Source = &d
	}
	if p.action != nil {
		d := p.action().Describe()
		o.Action = &d
	}
	return o
}

func (p *program) sourceOf(o wire.Offer) (schema.Source, error) {
	if o.Source == nil {
		return schema.Source{}, &sdk.Error{Message: fmt.Sprintf("plugin %s offers no source", p.name), Hint: "it offers an action"}
	}
	return *o.Source, nil
}

// bundled are the names of the bundled plugins.
func (p *Pool) bundled() map[string]bool {
	names := map[string]bool{}
	for name := range p.opts.Builtin {
		names[name] = true
	}
	for name := range p.opts.Actions {
		names[name] = true
	}
	return names
}

// platform names this machine as Pin.Hashes does.
func platform() string { return runtime.GOOS + "-" + runtime.GOARCH }

// find finds the program of a plugin. Bundled plugins come first, so that a file somewhere cannot
// take their place.
func (p *Pool) find(name string) (*program, error) {
	source, isSource := p.opts.Builtin[name]
	action, isAction := p.opts.Actions[name]
	if isSource || isAction {
		self, err := p.self()
		if err != nil {
			return nil, err
		}
		return &program{name: name, path: self, args: []string{"plugin", "serve", name}, source: source, action: action}, nil
	}
	if !validName.MatchString(name) {
		return nil, &sdk.Error{Message: fmt.Sprintf("%q is no name of a plugin", name)}
	}
	for _, dir := range p.opts.Dirs {
		path, err := filepath.Abs(filepath.Join(dir, fileName(name)))
		if err != nil {
			return nil, err
		}
		if !executable(path) {
			continue
		}
		hash, err := fileHash(path)
		if err != nil {
			return nil, fmt.Errorf("plugin %s: %w", name, err)
		}
		prog := &program{name: name, path: path, hash: hash}
		_, err = p.pinned(prog)
		return prog, err
	}
	return nil, p.notFound(name)
}

func (p *Pool) self() (string, error) {
	if p.opts.Self != "" {
		return p.opts.Self, nil
	}
	return os.Executable()
}

func (p *Pool) notFound(name string) error {
	e := &sdk.Error{Message: fmt.Sprintf("there is no plugin %q", name)}
	bundled := slices.Sorted(maps.Keys(p.bundled()))
	if len(bundled) > 0 {
		e.Hint = "bundled are " + strings.Join(bundled, ", ")
	}
	if len(p.opts.Dirs) > 0 {
		e.Hint = strings.TrimPrefix(e.Hint+"; ", "; ") + "others are programs named " + fileName(name) + " in " + strings.Join(p.opts.Dirs, ", ")
	}
	return e
}

// pinned is the checksum that the program must have, nil for any.
func (p *Pool) pinned(prog *program) ([]byte, error) {
	pin, ok := p.opts.Pins[prog.name]
	if !ok || prog.bundled() {
		return nil, nil
	}
	want, ok := pin.Hashes[platform()]
	if !ok {
		return nil, &sdk.Error{Message: fmt.Sprintf("plugin %s is pinned, but not for %s", prog.name, platform()), Hint: "pin it again on this platform"}
	}
	sum, err := hex.DecodeString(want)
	if err != nil || len(sum) != sha256.Size {
		return nil, fmt.Errorf("plugin %s: the pinned hash %q is no SHA-256", prog.name, want)
	}
	if !strings.EqualFold(want, prog.hash) {
		return nil, &sdk.Error{
			Message: fmt.Sprintf("plugin %s is not the program that was pinned: %s has SHA-256 %s, pinned is %s", prog.name, prog.path, prog.hash, want),
			Hint:    "install version " + pin.Version + ", or pin the new one after a look at where it came from",
		}
	}
	return sum, nil
}

func fileName(name string) string {
	if runtime.GOOS == "windows" {
		return programPrefix + name + ".exe"
	}
	return programPrefix + name
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && (runtime.GOOS == "windows" || info.Mode()&0o111 != 0)
}

func fileHash(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("read %s: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Installed is a plugin that a pool can open. Err says why it cannot, or could not be
// described.
type Installed struct {
	Name    string
	Version string
	Bundled bool
	Source  bool   // it offers a source
	Action  bool   // it offers an action
	Path    string // of the program
	Hash    string // SHA-256 of the program, hexadecimal
	Err     error
}

// List lists the plugins, bundled and installed, by name. It starts those whose description is not
// cached.
func (p *Pool) List(ctx context.Context) []Installed {
	names := p.bundled()
	for _, dir := range p.opts.Dirs {
		entries, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			p.opts.Log.Warn("cannot look for plugins", "folder", dir, "error", err)
		}
		for _, e := range entries {
			name := strings.TrimSuffix(strings.TrimPrefix(e.Name(), programPrefix), ".exe")
			if e.Name() == fileName(name) && validName.MatchString(name) {
				names[name] = true
			}
		}
	}
	selfHash := ""
	var list []Installed
	for name := range names {
		prog, err := p.find(name)
		item := Installed{Name: name, Err: err}
		if prog != nil {
			item.Bundled, item.Path, item.Hash = prog.bundled(), prog.path, prog.hash
			if item.Bundled && selfHash == "" {
				selfHash, item.Err = fileHash(prog.path)
			}
			if item.Bundled {
				item.Hash = selfHash
			}
		}
		if item.Err == nil {
			o, err := p.describe(ctx, prog)
			item.Version, item.Source, item.Action, item.Err = o.Version(), o.Source != nil, o.Action != nil, err
		}
		list = append(list, item)
	}
	slices.SortFunc(list, func(a, b Installed) int { return strings.Compare(a.Name, b.Name) })
	return list
}
