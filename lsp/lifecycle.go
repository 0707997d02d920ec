package lsp

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tliron/glsp"
	protocol "github.com/tliron/glsp/protocol_3_16"
)

// initialize is answered by our own types: the library's know no position encodings.
func (c *call) initialize(g *glsp.Context, p *protocol.InitializeParams) (any, error) {
	var newer capabilities
	if err := json.Unmarshal(g.Params, &newer); err != nil {
		return nil, badRequest(err.Error())
	}
	c.mu.Lock()
	c.client = clientOf(p, &newer)
	c.session.client = c.client
	c.state = running
	c.mu.Unlock()
	for _, dir := range foldersOf(p) {
		c.addFolder(dir)
	}
	return map[string]any{
		"capabilities": c.offered(),
		"serverInfo":   map[string]string{"name": "recon", "version": c.cfg.Version},
	}, nil
}

// foldersOf are the folders of the workspace, or its root in older clients.
func foldersOf(p *protocol.InitializeParams) (dirs []string) {
	uris := []string{}
	for _, f := range p.WorkspaceFolders {
		uris = append(uris, f.URI)
	}
	switch {
	case len(uris) > 0:
	case p.RootURI != nil:
		uris = append(uris, *p.RootURI)
	case p.RootPath != nil && *p.RootPath != "":
		return []string{filepath.Clean(*p.RootPath)}
	}
	for _, uri := range uris {
		if dir, err := pathOf(uri); err == nil && filepath.IsAbs(dir) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// addFolder reads the rule files of a folder.
func (s *session) addFolder(dir string) {
	s.change(func(w *workspace) *workspace { return w.openFolder(dir) })
}

// initialized asks the client to watch the files, if it can.
func (c *call) initialized(*glsp.Context, *protocol.InitializedParams) error {
	if !c.client.watch {
		return nil
	}
	watch := protocol.RegistrationParams{Registrations: []protocol.Registration{{
		ID: "recon-files", Method: "workspace/didChangeWatchedFiles",
		RegisterOptions: protocol.DidChangeWatchedFilesRegistrationOptions{Watchers: []protocol.FileSystemWatcher{
			{GlobPattern: "**/*.recon"}, {GlobPattern: "**/recon.lock"},
		}},
	}}}
	s := c.session
	s.peer.group.Go(func() { // the answer comes in the order of messages, which must go on
		if err := s.peer.request(s.ctx, "client/registerCapability", watch, nil); err != nil && s.ctx.Err() == nil {
			s.log(logInfo, "the client does not watch files: "+err.Error())
		}
	})
	return nil
}

func (c *call) ending(*glsp.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state = ended
	return nil
}

func (c *call) setTrace(_ *glsp.Context, p *protocol.SetTraceParams) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.session.client.trace = p.Value != protocol.TraceValueOff
	return nil
}

func (s *session) pulls() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.client.pull
}

func (c *call) didOpen(_ *glsp.Context, p *protocol.DidOpenTextDocumentParams) error {
	path, err := pathOf(p.TextDocument.URI)
	if err != nil {
		return err
	}
	d := newDocument(path, []byte(p.TextDocument.Text))
	d.open, d.version = true, p.TextDocument.Version
	c.change(func(w *workspace) *workspace { return w.with(d) })
	return nil
}

func (c *call) didChange(_ *glsp.Context, p *protocol.DidChangeTextDocumentParams) error {
	path, err := pathOf(p.TextDocument.URI)
	if err != nil {
		return err
	}
	before := c.now().document(path)
	if before == nil || !before.open {
		return fmt.Errorf("%s is not open", p.TextDocument.URI)
	}
	d := newDocument(path, apply(before.file.Text, p.ContentChanges, c.client.encoding))
	d.open, d.version = true, p.TextDocument.Version
	c.change(func(w *workspace) *workspace { return w.with(d) })
	return nil
}

// didClose goes back to what lies on the disk.
func (c *call) didClose(_ *glsp.Context, p *protocol.DidCloseTextDocumentParams) error {
	path, err := pathOf(p.TextDocument.URI)
	if err != nil {
		return err
	}
	c.painted.forget(p.TextDocument.URI)
	c.change(func(w *workspace) *workspace { return w.reread(path) })
	return nil
}

// didSave looks again at what runs have left meanwhile.
func (c *call) didSave(*glsp.Context, *protocol.DidSaveTextDocumentParams) error {
	c.forgetVerdicts()
	return nil
}

// didChangeFiles reads files of the disk anew. What is open is as the client has it.
func (c *call) didChangeFiles(_ *glsp.Context, p *protocol.DidChangeWatchedFilesParams) error {
	defer c.forgetVerdicts()
	if slices.ContainsFunc(p.Changes, func(e protocol.FileEvent) bool { return strings.HasSuffix(e.URI, "/recon.lock") }) {
		defer c.refreshHints()
	}
	c.change(func(w *workspace) *workspace {
		for _, e := range p.Changes {
			path, err := pathOf(e.URI)
			switch {
			case err != nil:
			case filepath.Base(path) == "recon.lock":
				w = w.anew()
			default:
				if d := w.document(path); d == nil || !d.open {
					w = w.reread(path)
				}
			}
		}
		return w
	})
	return nil
}

// changedFolders are the folders that a client opens and closes. They are read one by one: where none is closed, Neovim 0.7 says that one is
// which is no folder.
type changedFolders struct {
	Event struct {
		Added   []json.RawMessage `json:"added"`
		Removed []json.RawMessage `json:"removed"`
	} `json:"event"`
}

func (c *call) didChangeFolders(p *changedFolders) (any, error) {
	for _, raw := range p.Event.Removed {
		if dir, ok := folderOf(raw); ok {
			c.change(func(w *workspace) *workspace { return w.closeFolder(dir) })
		}
	}
	for _, raw := range p.Event.Added {
		if dir, ok := folderOf(raw); ok {
			c.addFolder(dir)
		}
	}
	return nil, nil
}

func folderOf(raw json.RawMessage) (dir string, ok bool) {
	var f protocol.WorkspaceFolder
	if json.Unmarshal(raw, &f) != nil {
		return "", false
	}
	dir, err := pathOf(f.URI)
	return dir, err == nil
}

func (c *call) didChangeConfiguration(*glsp.Context, *protocol.DidChangeConfigurationParams) error {
	return nil
}

// reread is the workspace with a file as it lies on the disk, or without it.
func (w *workspace) reread(path string) *workspace {
	text, err := os.ReadFile(path)
	if err != nil || filepath.Ext(path) != ".recon" || !w.inFolder(path) {
		return w.without(path)
	}
	return w.with(newDocument(path, text))
}

// anew is the workspace with everything to be checked again.
func (w *workspace) anew() *workspace {
	next := w.clone()
	for path, d := range maps.Clone(next.docs) {
		again := newDocument(path, d.file.Text)
		again.open, again.version = d.open, d.version
		next.docs[path] = again
	}
	next.join(&workspace{})
	return next
}
