package state

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	badger "github.com/dgraph-io/badger/v4"
)

// syncEachWrite says whether Badger waits for the disk after each write. A large residual is some thousand writes, of which only the last must be waited for: see persist. It
// relies on what the manual of Linux's msync and fsync says of files that are written through mapped memory; other systems promise less.
const syncEachWrite = runtime.GOOS != "linux"

// update writes in one transaction that is durable when it returns.
func (s *Store) update(do func(*badger.Txn) error) error {
	if err := s.db.Update(do); err != nil {
		return err
	}
	return s.persist()
}

// persist makes durable all that was written so far: Badger's logs, and the folder that names logs and tables. What decides, and what relies on something
// having been written, comes after it, because a loss of power may keep what was written later and lose what was written before. A process that is killed
// loses nothing that was written, durable or not.
func (s *Store) persist() error {
	if s.dir == "" {
		return nil
	}
	if !syncEachWrite {
		logs, err := filepath.Glob(filepath.Join(s.database(), "*.mem"))
		if err != nil {
			return err
		}
		for _, log := range logs {
			if err := syncFile(log); err != nil && !errors.Is(err, fs.ErrNotExist) { // what a log held that is gone is in a table, and durable
				return err
			}
		}
	}
	return syncFolder(s.database())
}

func syncFile(name string) error {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
