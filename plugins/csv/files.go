package csv

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/recon-lang/recon/sdk"
)

// file is one file to read. name is how batches name it: what of the path the pattern
// left open, so that it is the same on every machine.
type file struct{ path, name string }

// files are the files that the path means, in the order of their paths. There is at least
// one unless the files are optional.
func (o *options) files() ([]file, error) {
	pattern := strings.ContainsAny(o.path, `*?[{`)
	info, err := os.Stat(o.path)
	switch {
	case err == nil && info.IsDir():
		return nil, &sdk.Error{Setting: "path", Message: fmt.Sprintf("%s is a folder", o.path),
			Hint: `to read the files in it, write a pattern: path = "` + filepath.Base(o.path) + `/*.csv"`}
	case err == nil: // also where its name looks like a pattern
		return []file{{path: o.path, name: filepath.Base(o.path)}}, nil
	case pattern:
	case o.optional && errors.Is(err, fs.ErrNotExist):
		return nil, nil
	default:
		return nil, openError(o.path, err)
	}
	paths, err := doublestar.FilepathGlob(o.path, doublestar.WithFilesOnly(), doublestar.WithFailOnIOErrors())
	if errors.Is(err, doublestar.ErrBadPattern) {
		return nil, &sdk.Error{Setting: "path", Message: fmt.Sprintf("%s is not a pattern that can be read", o.path), Hint: "a [ or { has no end"}
	}
	if err != nil {
		return nil, &sdk.Error{Setting: "path", Message: fmt.Sprintf("look for files like %s", o.path), Err: reason(err)}
	}
	if len(paths) == 0 && !o.optional {
		return nil, &sdk.Error{Setting: "path", Message: fmt.Sprintf("no file matches %s", o.path), Hint: "if that is all right, set optional = true"}
	}
	slices.Sort(paths)
	base, _ := doublestar.SplitPattern(filepath.ToSlash(o.path))
	files := make([]file, len(paths))
	for i, p := range paths {
		files[i] = file{path: p, name: filepath.Base(p)}
		if rel, err := filepath.Rel(filepath.FromSlash(base), p); err == nil {
			files[i].name = filepath.ToSlash(rel)
		}
	}
	return files, nil
}

// openFile opens a regular file. Others (a pipe, a device) could keep a read waiting for
// ever, and cannot be read twice.
func openFile(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, openError(path, err)
	}
	if !info.Mode().IsRegular() {
		return nil, &sdk.Error{Setting: "path", Message: fmt.Sprintf("%s is not a regular file", path)}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, openError(path, err)
	}
	return f, nil
}

func openError(path string, err error) error {
	e := &sdk.Error{Setting: "path"}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.Message = fmt.Sprintf("%s does not exist", path)
	case errors.Is(err, fs.ErrPermission):
		e.Message = fmt.Sprintf("%s may not be read: permission denied", path)
	default:
		e.Message, e.Err = "open "+path, reason(err)
	}
	return e
}

// reason is err without the path that the caller has said already.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
