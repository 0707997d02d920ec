package state

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"

	badger "github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
)

func (s *Store) database() string { return filepath.Join(s.dir, "db") }

// openDatabase opens Badger; with merge it makes one table of many small ones first.
func (s *Store) openDatabase(db string, merge bool) (err error) {
	if err := s.room(); err != nil {
		return err
	}
	if err := removeEmpty(db); err != nil {
		return err
	}
	if err := checkDatabase(db); err != nil {
		return err
	}
	s.reserve = takeReserve(s.dir, reserveBytes)
	defer func() {
		if err != nil {
			s.giveReserve()
		}
	}()
	o := small(db)
	if !merge || !cluttered(db) {
		s.db, err = openBadger(o)
		return err
	}
	if s.db, err = openBadger(mergingAll(o)); err != nil {
		return err
	}
	if err := s.db.Flatten(1); err != nil {
		s.closeDatabase()
		return fmt.Errorf("merge the store's tables: %w", err)
	}
	return nil
}

// openBadger opens Badger. It writes the first lines of its logs through mapped memory; a disk that has no room for them is an error here, and not the end of the process.
func openBadger(o badger.Options) (db *badger.DB, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		switch fault := recover().(type) {
		case nil:
		case interface{ Addr() uintptr }:
			err = errors.New("the disk is full, or cannot be read; nothing was changed")
		default:
			panic(fault)
		}
	}()
	return badger.Open(o)
}

// closeDatabase writes what is in memory, into the room that was reserved for it.
func (s *Store) closeDatabase() error {
	s.giveReserve()
	return s.db.Close()
}

func (s *Store) giveReserve() {
	if s.reserve != nil {
		s.reserve.Close()
		s.reserve = nil
	}
}

// removeEmpty removes empty files that a killed process can leave behind, and that Badger would refuse to open.
func removeEmpty(db string) error {
	for _, pattern := range []string{"*.mem", "*.vlog"} {
		files, _ := filepath.Glob(filepath.Join(db, pattern))
		for _, f := range files {
			if info, err := os.Stat(f); err == nil && info.Size() == 0 {
				if err := os.Remove(f); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// mergingAll are options under which Flatten merges tables that Badger would leave alone.
func mergingAll(o badger.Options) badger.Options { return o.WithNumLevelZeroTables(1) }

// manyTables is how many tables of a few MB may lie unmerged: a residual of some ten million rows. Merging them while they
// are written took seven times the memory of writing them.
const manyTables = 400

const (
	fewTables = 64       // beyond so many …
	fewBytes  = 64 << 20 // … that hold less than this, tables are merged
)

// cluttered reports whether many small tables lie about. Every run leaves one behind, and a process that is gone in a
// moment never comes to merging them by itself.
func cluttered(db string) bool {
	size := sizeOf(db)
	return size.Tables > fewTables && size.Bytes < fewBytes
}

// Size is the room that a state takes on the disk, but for a log of at most 16 MB while it is open.
type Size struct {
	Tables int
	Bytes  int64 // of the tables
}

func sizeOf(db string) (s Size) {
	tables, _ := filepath.Glob(filepath.Join(db, "*.sst"))
	for _, name := range tables {
		if info, err := os.Stat(name); err == nil {
			s.Tables++
			s.Bytes += info.Size()
		}
	}
	return s
}

// Size measures the state. What was written in the last moment is not in tables yet.
func (s *Store) Size() Size { return sizeOf(s.database()) }

// small are options for a store that is opened for a moment by a process that has better use for memory. A block holds two or three
// segments. Levels are merged late: most processes are gone before, and a
// merge takes more memory than all the rest.
func small(dir string) badger.Options {
	return badger.DefaultOptions(dir).
		WithMemTableSize(8 << 20).
		WithNumMemtables(2).
		WithBlockSize(32 << 10).
		WithNumLevelZeroTables(manyTables).
		WithNumLevelZeroTablesStall(2 * manyTables).
		WithValueLogFileSize(8 << 20).
		WithBlockCacheSize(2 << 20).
		WithCompression(options.Snappy). // segments are packed already, but for those of format 1
		WithChecksumVerificationMode(options.OnBlockRead).
		WithNumCompactors(2).
		WithSyncWrites(syncEachWrite).
		WithDetectConflicts(false).
		WithMetricsEnabled(false).
		WithLogger(nil)
}
