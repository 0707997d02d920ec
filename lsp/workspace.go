package lsp

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/recon-lang/recon/lang"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/lsp/feature"
	"github.com/recon-lang/recon/sdk/schema"
)

// workspace is all rule files as a client sees them at one moment: those that it has open, and those that lie in its folders. It
// is not changed; a change gives another one.
type workspace struct {
	cfg     Config
	folders []string
	docs    map[string]*document // by path
	units   map[string]*unit     // by path: the files that belong together with it
	broken  map[string]string    // by folder or file: why it cannot be read
	order   int64                // how many changes came before it

	names sync.Once
	same  map[string]diag.List // rules of one name, by path; see twice
}

// document is one version of a file.
type document struct {
	path    string
	file    *diag.File
	lines   *lines
	version int32
	open    bool
	imports []string

	once  sync.Once
	tree  *syntax.File
	diags diag.List
}

func newDocument(path string, text []byte) *document {
	return &document{path: path, file: &diag.File{Name: path, Text: text}, lines: linesOf(text), imports: importsOf(path, text)}
}

// parsed is the tree of the document, read once.
func (d *document) parsed() (*syntax.File, diag.List) {
	d.once.Do(func() { d.tree, d.diags = syntax.Parse(d.file) })
	return d.tree, d.diags
}

// unit is files that belong together by imports, checked when somebody asks.
type unit struct {
	docs    []*document // sorted by path
	once    sync.Once
	value   *feature.Project
	checked atomic.Bool
	lock    error // what is wrong with recon.lock
}

func newWorkspace(cfg Config) *workspace {
	return &workspace{cfg: cfg, docs: map[string]*document{}, units: map[string]*unit{}, broken: map[string]string{}}
}

func (w *workspace) clone() *workspace {
	return &workspace{cfg: w.cfg, folders: w.folders, docs: maps.Clone(w.docs), units: map[string]*unit{}, broken: maps.Clone(w.broken), order: w.order + 1}
}

func (w *workspace) document(path string) *document { return w.docs[path] }

// with is the workspace with another version of a file, or a new one.
func (w *workspace) with(d *document) *workspace {
	next := w.clone()
	next.docs[d.path] = d
	next.join(w)
	return next
}

// without is the workspace without a file.
func (w *workspace) without(path string) *workspace {
	next := w.clone()
	delete(next.docs, path)
	next.join(w)
	return next
}

// importLine is what an import looks like. Text that only looks so makes files belong together that need not, and nothing worse; reading
// whole files at each keystroke would cost more.
var importLine = regexp.MustCompile(`(?m)^[ \t]*import[ \t]+["']([^"'\r\n]+)["']`)

// importsOf are the files that a text imports, whether they are there or not.
func importsOf(path string, text []byte) (paths []string) {
	if !bytes.Contains(text, []byte("import")) {
		return nil
	}
	for _, m := range importLine.FindAllSubmatch(text, -1) {
		paths = append(paths, filepath.Join(filepath.Dir(path), filepath.FromSlash(string(m[1]))))
	}
	return paths
}

// join finds which files belong together, and keeps what was worked out before for those in which nothing has changed.
func (w *workspace) join(before *workspace) {
	near := map[string][]string{}
	for path, d := range w.docs {
		for _, other := range d.imports {
			if w.docs[other] != nil {
				near[path], near[other] = append(near[path], other), append(near[other], path)
			}
		}
	}
	for _, path := range slices.Sorted(maps.Keys(w.docs)) {
		if w.units[path] != nil {
			continue
		}
		group := map[string]bool{path: true}
		for todo := []string{path}; len(todo) > 0; {
			at := todo[0]
			todo = todo[1:]
			for _, other := range near[at] {
				if !group[other] {
					group[other] = true
					todo = append(todo, other)
				}
			}
		}
		u := &unit{}
		for _, p := range slices.Sorted(maps.Keys(group)) {
			u.docs = append(u.docs, w.docs[p])
		}
		if old := before.units[path]; old != nil && slices.Equal(old.docs, u.docs) && len(before.docs) == len(w.docs) {
			u = old
		}
		for p := range group {
			w.units[p] = u
		}
	}
}

// project checks the files that belong together with a document.
func (w *workspace) project(d *document) *feature.Project {
	u := w.units[d.path]
	u.once.Do(func() {
		files := make([]*diag.File, len(u.docs))
		byFile := map[*diag.File]*document{}
		for i, d := range u.docs {
			files[i], byFile[d.file] = d.file, d
		}
		parse := func(f *diag.File) (*syntax.File, diag.List) {
			if d := byFile[f]; d != nil {
				return d.parsed()
			}
			return syntax.Parse(f)
		}
		u.value = &feature.Project{Unit: lang.CompileParsed(files, parse, readFile, func(plugins []string) schema.Catalog {
			catalog, err := w.cfg.Catalog(w.home(u), plugins)
			u.lock = err
			return catalog
		})}
		u.checked.Store(true)
	})
	return u.value
}

func (w *workspace) snapshot(d *document) *feature.Snapshot { return w.project(d).Of(d.path) }

// home is the folder of a unit's files, beside which recon.lock stands: the workspace folder that holds them, if it has one.
func (w *workspace) home(u *unit) string {
	dir := filepath.Dir(u.docs[0].path)
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "recon.lock")); err == nil {
			return at
		}
		if slices.Contains(w.folders, at) || filepath.Dir(at) == at {
			return dir
		}
	}
}

// readFile reads a file that is imported from outside of the folders of the workspace.
func readFile(name string) (*diag.File, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return &diag.File{Name: name, Text: text}, nil
}

// open is the workspace with the rule files of a folder.
func (w *workspace) openFolder(dir string) *workspace {
	next := w.clone()
	next.folders = append(slices.Clone(w.folders), dir)
	_ = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			next.broken[path] = err.Error()
			return nil
		}
		name := entry.Name()
		if entry.IsDir() {
			if path != dir && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "vendor") {
				return fs.SkipDir
			}
			return nil
		}
		if filepath.Ext(name) == ".recon" && next.docs[path] == nil {
			next.load(path)
		}
		return nil
	})
	next.join(w)
	return next
}

// load reads a file of the disk; who calls joins.
func (w *workspace) load(path string) {
	text, err := os.ReadFile(path)
	if err != nil {
		w.broken[path] = fmt.Sprintf("cannot be read: %v", err)
		return
	}
	delete(w.broken, path)
	w.docs[path] = newDocument(path, text)
}

// closeFolder is the workspace without a folder and those of its files that are not open.
func (w *workspace) closeFolder(dir string) *workspace {
	next := w.clone()
	next.folders = slices.DeleteFunc(slices.Clone(w.folders), func(f string) bool { return f == dir })
	for path, d := range w.docs {
		if !d.open && within(path, dir) && !next.inFolder(path) {
			delete(next.docs, path)
		}
	}
	next.join(w)
	return next
}

func (w *workspace) inFolder(path string) bool {
	return slices.ContainsFunc(w.folders, func(dir string) bool { return within(path, dir) })
}

func within(path, dir string) bool {
	return strings.HasPrefix(path, strings.TrimSuffix(dir, string(filepath.Separator))+string(filepath.Separator))
}

// paths are the files of the workspace, sorted.
func (w *workspace) paths() []string { return slices.Sorted(maps.Keys(w.docs)) }
