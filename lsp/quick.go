package lsp

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/sourcegraph/jsonrpc2"
	protocol "github.com/tliron/glsp/protocol_3_16"

	"github.com/recon-lang/recon/lang"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lsp/feature"
	"github.com/recon-lang/recon/sdk/schema"
)

// quick finds the faults of files that belong together right after a keystroke: errors anew, warnings as they were where the text around them
// has not changed; and it answers about one place before a full check has been made. What it holds changes with each keystroke, so
// whoever looks at it holds its lock.
type quick struct {
	sync.Mutex
	session lang.Session
	at      *unit     // that was checked last
	order   int64     // of the workspace that it was checked in
	found   diag.List // by it
	lints   diag.List // of the last full check, at the places of now
}

// quicks are the quick checks of a session, by the paths of the units.
type quicks struct {
	sync.Mutex
	of map[string]*quick
}

// get is the quick check of a unit: the one that its files had before, or a new one.
func (all *quicks) get(u *unit) *quick {
	all.Lock()
	defer all.Unlock()
	paths := make([]string, len(u.docs))
	for i, d := range u.docs {
		paths[i] = d.path
	}
	key := strings.Join(paths, "\x00")
	q := all.of[key]
	if q == nil {
		q = &quick{}
		all.of[key] = q
	}
	return q
}

// forget drops quick checks of files that are not open any more.
func (all *quicks) forget(w *workspace) {
	open := map[*quick]bool{}
	for path, d := range w.docs {
		if d.open {
			open[all.get(w.units[path])] = true
		}
	}
	all.Lock()
	defer all.Unlock()
	maps.DeleteFunc(all.of, func(_ string, q *quick) bool { return !open[q] })
}

// check gives what is found in the files of a unit.
func (q *quick) check(w *workspace, u *unit) diag.List {
	if q.at == u {
		return q.found
	}
	q.at, q.order = u, w.order
	files := make([]*diag.File, len(u.docs))
	for i, d := range u.docs {
		files[i] = d.file
	}
	list := q.session.Check(files, readFile, false, func(plugins []string) schema.Catalog {
		catalog, _ := w.cfg.Catalog(w.home(u), plugins)
		return catalog
	})
	var kept diag.List
	for _, d := range q.lints {
		fits := true
		moved := diag.List{d}.Map(func(at diag.Span) diag.Span {
			if at.File != nil && !slices.ContainsFunc(u.docs, func(d *document) bool { return d.path == at.File.Name }) {
				return at // of a file that is none of these
			}
			to, ok := q.session.Moved(at)
			fits = fits && ok
			return to
		})
		if fits {
			kept = append(kept, moved...)
		}
	}
	q.lints = kept
	list = append(list, kept...)
	list.Sort()
	q.found = list
	return list
}

// near calls ask with what is known around a place: of the whole unit if it has been checked, else of the declaration there and what it mentions. The
// snapshot is of use during the call only.
func (c *call) near(p protocol.TextDocumentPositionParams, ask func(s *feature.Snapshot, offset int)) error {
	path, err := pathOf(p.TextDocument.URI)
	if err != nil {
		return err
	}
	d := c.space.document(path)
	if d == nil {
		return noFile(p.TextDocument.URI)
	}
	offset := d.lines.offset(p.Position, c.client.encoding)
	u := c.space.units[path]
	if !d.open || u.checked.Load() {
		ask(c.space.snapshot(d), offset)
		return nil
	}
	q := c.quick.get(u)
	q.Lock()
	defer q.Unlock()
	if q.order > c.space.order && q.at != u {
		return &jsonrpc2.Error{Code: codeContentModified, Message: "the text has changed since"}
	}
	q.check(c.space, u)
	if around := q.session.Around(path, offset); around != nil {
		if s := (&feature.Project{Unit: around}).Of(path); s != nil {
			ask(s, offset)
		}
	}
	return nil
}
