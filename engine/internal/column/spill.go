package column

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// Dir is a private folder for the spill files of one run. It is made when the first file is. What a killed run left behind is
// removed by a later SweepDirs.
type Dir struct {
	parent  string
	mu      sync.Mutex
	path    string
	written atomic.Int64
}

const dirPrefix = "recon-spill-"

// NewDir is a folder below parent, for this process alone.
func NewDir(parent string) *Dir { return &Dir{parent: parent} }

// create makes a file in the folder.
func (d *Dir) create() (*os.File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.path == "" {
		path, err := os.MkdirTemp(d.parent, dirPrefix+strconv.Itoa(os.Getpid())+"-")
		if err != nil {
			return nil, err
		}
		d.path = path
	}
	return os.CreateTemp(d.path, "rows-")
}

// Close removes the folder and what is in it.
func (d *Dir) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.path == "" {
		return nil
	}
	return os.RemoveAll(d.path)
}

// Written is how many bytes were spilled.
func (d *Dir) Written() int64 { return d.written.Load() }

// SweepDirs removes the folders below parent whose process is gone, as alive tells it.
func SweepDirs(parent string, alive func(pid int) bool) error {
	found, err := filepath.Glob(filepath.Join(parent, dirPrefix+"*"))
	if err != nil {
		return err
	}
	for _, path := range found {
		name, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(path), dirPrefix), "-")
		pid, err := strconv.Atoi(name)
		if err != nil || alive(pid) {
			continue
		}
		if err := os.RemoveAll(path); err != nil {
			return fmt.Errorf("remove what a killed run left: %w", err)
		}
	}
	return nil
}

// file is a spill file that only grows. It is for one goroutine while it grows.
type file struct {
	dir *Dir
	f   *os.File
	end int64
}

// extent is a piece of a spill file.
type extent struct {
	at   int64
	size int
}

func (f *file) write(b []byte) (extent, error) {
	if f.f == nil {
		created, err := f.dir.create()
		if err != nil {
			return extent{}, f.failed(err)
		}
		f.f = created
	}
	e := extent{f.end, len(b)}
	if _, err := f.f.WriteAt(b, f.end); err != nil {
		return extent{}, f.failed(err)
	}
	f.end += int64(len(b))
	f.dir.written.Add(int64(len(b)))
	return e, nil
}

func (f *file) failed(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err // the folder says enough
	}
	return fmt.Errorf("spill rows to %s: %w; free some space there, or give another folder or a larger budget", f.dir.parent, err)
}

func (f *file) read(e extent, into []byte) error {
	if _, err := f.f.ReadAt(into[:e.size], e.at); err != nil {
		return fmt.Errorf("read back spilled rows from %s: %w", f.dir.parent, err)
	}
	return nil
}

func (f *file) close() {
	if f.f != nil {
		f.f.Close()
		os.Remove(f.f.Name())
		f.f = nil
	}
}
