package column

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/recon-lang/recon/engine/internal/filelock"
)

// Dir is a private folder for the spill files of one run. It is made when the first file is, and locked as long as its process lives. What
// a killed run left behind is removed by a later SweepDirs, or taken over by OpenDir.
type Dir struct {
	parent  string
	mu      sync.Mutex
	path    string
	lock    *os.File
	written atomic.Int64
	left    atomic.Bool

	journal *os.File   // what is kept for another run; nil: nothing
	copies  []*os.File // that only another run needs
	gaveUp  bool
}

const (
	dirPrefix   = "recon-spill-"
	lockName    = "lock"
	journalName = "journal"
	rowsPrefix  = "rows-"
)

// NewDir is a folder below parent, for this process alone.
func NewDir(parent string) *Dir { return &Dir{parent: parent} }

// OpenDir takes over the folder of a killed run. ok is false if its process lives, or another one has taken it over.
func OpenDir(path string) (d *Dir, ok bool, err error) {
	lock, err := os.OpenFile(filepath.Join(path, lockName), os.O_RDWR, 0)
	if err != nil {
		return nil, false, err
	}
	if ok, err = filelock.Try(lock); !ok {
		lock.Close()
		return nil, false, err
	}
	return &Dir{parent: filepath.Dir(path), path: path, lock: lock}, true, nil
}

// made makes the folder, unless it is there. The caller holds d.mu.
func (d *Dir) made() error {
	for tries := 0; d.path == ""; tries++ {
		path, err := os.MkdirTemp(d.parent, dirPrefix+strconv.Itoa(os.Getpid())+"-")
		if err != nil {
			return err
		}
		lock, err := os.OpenFile(filepath.Join(path, lockName), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			os.Remove(path)
			return err
		}
		ok, err := filelock.Try(lock)
		if err != nil { // a file system without locks: the number of the process has to do, and nothing is kept
			lock.Close()
			os.Remove(lock.Name())
			d.path = path
			return nil
		}
		if _, err := os.Stat(lock.Name()); !ok || err != nil { // somebody who sweeps was faster, and removes it
			lock.Close()
			if tries == 3 {
				return fmt.Errorf("%s vanished", path)
			}
			continue
		}
		d.path, d.lock = path, lock
	}
	return nil
}

// create makes a file in the folder.
func (d *Dir) create() (*os.File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.made(); err != nil {
		return nil, err
	}
	return os.CreateTemp(d.path, rowsPrefix)
}

// open opens a file that was created in the folder by another process.
func (d *Dir) open(name string) (*os.File, error) {
	if name != filepath.Base(name) || !strings.HasPrefix(name, rowsPrefix) {
		return nil, fmt.Errorf("%q is no file with rows", name)
	}
	return os.OpenFile(filepath.Join(d.path, name), os.O_RDWR, 0)
}

// RemoveOthers removes the files with rows that are not among names.
func (d *Dir) RemoveOthers(names map[string]bool) error {
	found, err := os.ReadDir(d.path)
	for _, e := range found {
		if err == nil && strings.HasPrefix(e.Name(), rowsPrefix) && !names[e.Name()] {
			err = os.Remove(filepath.Join(d.path, e.Name()))
		}
	}
	if err != nil {
		return fmt.Errorf("remove what a killed run left: %w", err)
	}
	return nil
}

// Close removes the folder and what is in it.
func (d *Dir) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.path == "" {
		return nil
	}
	d.forget()
	if d.lock != nil {
		d.lock.Close()
	}
	return os.RemoveAll(d.path)
}

// Leave lets go of a folder that OpenDir took over, and leaves what is in it to another run. Files of its own that are closed after it stay.
func (d *Dir) Leave() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.left.Store(true)
	if d.journal != nil {
		d.journal.Close()
		d.journal = nil
	}
	d.lock.Close()
}

// Written is how many bytes were spilled.
func (d *Dir) Written() int64 { return d.written.Load() }

// SweepDirs removes the folders below parent whose process is gone. Those that have a journal are removed unless keep says otherwise of their
// path. alive tells of folders without a lock whether their process lives.
func SweepDirs(parent string, alive func(pid int) bool, keep func(path string) bool) error {
	found, err := dirsBelow(parent)
	if err != nil {
		return err
	}
	for _, path := range found {
		gone, err := goneDir(path, alive)
		if err == nil && gone && !(hasJournal(path) && keep(path)) {
			err = os.RemoveAll(path)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // another one may sweep, too
			return fmt.Errorf("remove what a killed run left: %w", err)
		}
	}
	return nil
}

// KeptDirs are the folders below parent that have a journal, whether their process lives or not.
func KeptDirs(parent string) ([]string, error) {
	found, err := dirsBelow(parent)
	return slices.DeleteFunc(found, func(path string) bool { return !hasJournal(path) }), err
}

func dirsBelow(parent string) (found []string, err error) {
	entries, err := os.ReadDir(parent)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), dirPrefix) {
			found = append(found, filepath.Join(parent, e.Name()))
		}
	}
	return found, err
}

// goneDir reports whether the process of a folder is gone.
func goneDir(path string, alive func(pid int) bool) (bool, error) {
	d, ok, err := OpenDir(path)
	if ok {
		d.Leave()
	}
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return ok, err
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(path), dirPrefix), "-")
	pid, err := strconv.Atoi(name)
	return err == nil && !alive(pid), nil
}

func hasJournal(path string) bool {
	_, err := os.Stat(filepath.Join(path, journalName))
	return err == nil
}
