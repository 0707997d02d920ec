package lang

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
)

// Open reads a file that is imported and was not given. Name is the import's path joined to the folder of the
// file that imports it, clean. The file that it gives may have another name: that of a file that was given, or
// that it gave before, if it is the same.
type Open func(name string) (*diag.File, error)

// loader reads files and, after them, those that they import.
type loader struct {
	parse   func(*diag.File) (*syntax.File, diag.List)
	open    Open
	trees   []*syntax.File
	byName  map[string]*syntax.File // nil: it could not be read
	imports map[*syntax.Import]*syntax.File
	diags   diag.List
	unread  int // imports
}

// maxUnread is how many imports that cannot be read are told of.
const maxUnread = 200

func load(files []*diag.File, parse func(*diag.File) (*syntax.File, diag.List), open Open) *loader {
	l := &loader{parse: parse, open: open, byName: map[string]*syntax.File{}, imports: map[*syntax.Import]*syntax.File{}}
	for _, f := range files {
		l.add(f)
	}
	for i := 0; i < len(l.trees); i++ { // which grows meanwhile
		for _, d := range l.trees[i].Decls {
			if d, ok := d.(*syntax.Import); ok {
				if tree := l.imported(d); tree != nil {
					l.imports[d] = tree
				}
			}
		}
	}
	return l
}

func (l *loader) add(f *diag.File) *syntax.File {
	tree, diags := l.parse(f)
	l.trees = append(l.trees, tree)
	l.diags = append(l.diags, diags...)
	l.byName[filepath.Clean(f.Name)] = tree
	return tree
}

// imported is the file that d names, or nil after a report.
func (l *loader) imported(d *syntax.Import) *syntax.File {
	path := d.Path.Value
	wrong := func(message, hint string) *syntax.File {
		if l.unread++; l.unread > maxUnread {
			return nil
		}
		l.diags = append(l.diags, diag.Diagnostic{Code: diag.ImportUnread, Span: d.Path.Span, Message: message, Hint: hint})
		return nil
	}
	switch {
	case path == "":
		return wrong("import names no file", `write import "sources.recon"`)
	case filepath.IsAbs(filepath.FromSlash(path)):
		return wrong("the path of an import is relative to the file that imports it", `write for example import "../sources.recon"`)
	}
	name := filepath.Join(filepath.Dir(d.Span.File.Name), filepath.FromSlash(path))
	if tree, known := l.byName[name]; known && tree != nil {
		return tree
	}
	f, err := l.read(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		l.byName[name] = nil
		return wrong(fmt.Sprintf("there is no file %s", name), fmt.Sprintf("the path counts from the folder of %s", filepath.Base(d.Span.File.Name)))
	case err != nil:
		l.byName[name] = nil
		var at *fs.PathError
		if errors.As(err, &at) {
			err = at.Err
		}
		return wrong(fmt.Sprintf("%s cannot be read: %v", name, err), "")
	}
	tree := l.byName[filepath.Clean(f.Name)]
	if tree == nil {
		tree = l.add(f)
	}
	l.byName[name] = tree
	return tree
}

func (l *loader) read(name string) (*diag.File, error) {
	if l.open == nil {
		return nil, fs.ErrNotExist
	}
	return l.open(name)
}
