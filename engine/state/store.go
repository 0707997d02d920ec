package state

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	badger "github.com/dgraph-io/badger/v4"
)

// Options of Open.
type Options struct {
	Create bool          // make the folder and an empty state if there is none; otherwise that is ErrNoState
	Wait   time.Duration // how long to wait for another process to let go of it
	Role   string        // what this process does, for the message to others: "recon run daily_payment"

	// Moved gives, by the name that a rule had before, the one it has now. Ledgers of the old name are read under the new
	// one, and written there by the next settling. It must lead to no name that it moves itself.
	Moved map[string]string

	// Progress, if not nil, is told how far what takes long has come, one call at a time and often; total is 0 where it is not known.
	Progress func(what string, done, total int64)
}

// Store is an open state folder. It holds the folder's lock until Close. Its methods may be used by several
// goroutines; settlings take turns. Reading sees what was committed when it began.
type Store struct {
	dir     string // "" in memory
	db      *badger.DB
	lock    *lock
	limits  limits
	moved   map[string]string
	tell    func(what string, done, total int64) // never nil
	writing sync.Mutex                           // held by whoever writes, a settling from Begin to its end
	since   atomic.Int64                         // bytes of segments written since memory was given back
	reserve *os.File                             // reserveBytes of the disk, given back for the last writes; or nil

	// fault is called before each write, and its error becomes the write's. Tests set it to kill the process.
	fault  func(step string) error
	faults sync.Mutex // one call of fault at a time
}

// spareBytes is what must be free on the disk before anything is written. Badger writes through mapped memory, where a full disk
// kills the process instead of giving an error; this covers all it can have in flight: two memory tables with their logs and a
// merge of the first level.
const spareBytes = 64 << 20

// reserveBytes of the spare are taken while the state is open, so that another program that fills the disk meanwhile leaves room for what is in flight: Close writes
// two memory tables at most.
const reserveBytes = 32 << 20

// Open opens the state in dir and takes its lock, waiting for it as long as o.Wait. It removes what
// a killed process left behind. The error is a *HeldError if somebody else holds the state, ErrNoState, a
// *SchemaError, or the file system's; it names dir.
func Open(ctx context.Context, dir string, o Options) (*Store, error) {
	s := &Store{dir: dir, limits: usualLimits, moved: o.Moved, tell: o.tell()}
	if err := s.open(ctx, o); err != nil {
		return nil, s.wrap(err)
	}
	return s, nil
}

func (o Options) tell() func(string, int64, int64) {
	if o.Progress == nil {
		return func(string, int64, int64) {}
	}
	return o.Progress
}

func (s *Store) open(ctx context.Context, o Options) error {
	if err := s.lockState(ctx, o); err != nil {
		return err
	}
	if err := s.openDatabase(s.database(), o.Create); err != nil {
		s.lock.release()
		return err
	}
	if err := s.prepare(); err != nil {
		s.closeDatabase()
		s.lock.release()
		return err
	}
	return nil
}

// lockState takes the lock of a state that is there, or is to be made, and finishes a restore that was interrupted.
func (s *Store) lockState(ctx context.Context, o Options) error {
	if !o.Create {
		if found, err := holdsState(s.dir); err != nil || !found {
			return cmp.Or(err, ErrNoState)
		}
	}
	err := os.MkdirAll(s.dir, 0o700)
	if err != nil {
		return err
	}
	if s.lock, err = takeLock(ctx, filepath.Join(s.dir, "lock"), o); err != nil {
		return err
	}
	if err = finishRestore(s.dir, noFault); err == nil {
		err = os.MkdirAll(s.database(), 0o700)
	}
	if err != nil {
		s.lock.release()
	}
	return err
}

// OpenMemory opens an empty state that ends with Close, as `recon test` wants it.
func OpenMemory() (*Store, error) {
	db, err := badger.Open(small("").WithInMemory(true))
	if err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	s := &Store{db: db, limits: usualLimits, tell: Options{}.tell()}
	if err := s.prepare(); err != nil {
		db.Close()
		return nil, s.wrap(err)
	}
	return s, nil
}

// Close lets go of the state.
func (s *Store) Close() error {
	err := s.closeDatabase()
	if s.lock != nil {
		err = errors.Join(err, s.lock.release())
	}
	return s.wrap(err)
}

// prepare checks the layout's version, or writes it into an empty store, and deletes what an interrupted
// settling left.
func (s *Store) prepare() error {
	err := s.db.Update(func(txn *badger.Txn) error {
		item, err := txn.Get([]byte(keySchema))
		if err == nil {
			v, err := item.ValueCopy(nil)
			if err != nil || len(v) != 8 {
				return cmp.Or(err, errCorrupt)
			}
			switch found := binary.BigEndian.Uint64(v); {
			case found < schemaOldest || found > schemaVersion:
				return &SchemaError{Found: int(found), Want: schemaVersion}
			case found < schemaVersion:
				return txn.Set([]byte(keySchema), binary.BigEndian.AppendUint64(nil, schemaVersion))
			}
			return nil
		}
		if !errors.Is(err, badger.ErrKeyNotFound) {
			return err
		}
		if !empty(txn) {
			return errors.New("damaged: what says its format is missing; recon state restore makes a state of a backup")
		}
		if s.dir != "" && s.Size().Tables > 0 {
			return errors.New("damaged: its files hold nothing; recon state restore makes a state of a backup")
		}
		if err := txn.Set([]byte(keyNext), binary.BigEndian.AppendUint64(nil, 1)); err != nil {
			return err
		}
		return txn.Set([]byte(keySchema), binary.BigEndian.AppendUint64(nil, schemaVersion))
	})
	if err != nil {
		return err
	}
	return s.sweepAll()
}

func empty(txn *badger.Txn) bool {
	o := badger.DefaultIteratorOptions
	o.PrefetchValues = false
	it := txn.NewIterator(o)
	defer it.Close()
	it.Rewind()
	return !it.Valid()
}

// wrap says which state an error speaks of.
func (s *Store) wrap(err error) error {
	switch {
	case err == nil:
		return nil
	case s.dir == "":
		return fmt.Errorf("state: %w", err)
	}
	return fmt.Errorf("state %s: %w", s.dir, err)
}

// step stands before each write.
func (s *Store) step(name string) error {
	if s.fault != nil {
		s.faults.Lock()
		err := s.fault(name)
		s.faults.Unlock()
		if err != nil {
			return err
		}
	}
	return s.room()
}

// room refuses to write to a disk that is nearly full.
func (s *Store) room() error {
	if s.dir == "" {
		return nil
	}
	free, err := freeBytes(s.database())
	if err != nil {
		return fmt.Errorf("ask for free space: %w", err)
	}
	if s.reserve != nil {
		free += reserveBytes
	}
	if free < spareBytes {
		return fmt.Errorf("the disk is full: %d MB are free, and %d MB are needed to write safely; nothing was changed", free>>20, spareBytes>>20)
	}
	return nil
}

// pendingWrites is how many batches may be on their way to the disk: enough to keep it busy, few enough to
// cost little memory (1.2 MB each).
const pendingWrites = 4

func (s *Store) newBatch() *badger.WriteBatch {
	b := s.db.NewWriteBatch()
	b.SetMaxPendingTxns(pendingWrites)
	return b
}

// manyBytes of segments are written before the memory through which they are mapped is given back.
const manyBytes = 32 << 20

// passed counts bytes of segments that were written and are not needed in memory any more.
func (s *Store) passed(bytes int) {
	if s.since.Add(int64(bytes)) < manyBytes || s.dir == "" {
		return
	}
	s.since.Store(0)
	_ = pageOut(s.database()) // without it, only more memory is taken
}
