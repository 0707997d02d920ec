package state

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	badger "github.com/dgraph-io/badger/v4"
)

// Compacted says what Compact has done.
type Compacted struct {
	Before, After Size
	Orphans       int64 // generations that nothing named, and that are gone
}

// Compact merges the tables of the state in dir, so that what was replaced or deleted takes no room any more, and takes away
// what nothing names. The state stays what it is, also if the process dies meanwhile. It is not cancelled once it merges. The
// error is as Open's.
func Compact(ctx context.Context, dir string, o Options) (Compacted, error) {
	s := &Store{dir: dir, limits: usualLimits, tell: o.tell()}
	c, err := s.compact(ctx, o)
	return c, s.wrap(err)
}

func (s *Store) compact(ctx context.Context, o Options) (c Compacted, err error) {
	o.Create = false
	if err := s.lockState(ctx, o); err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, s.lock.release()) }()
	c.Before = s.Size()
	free, err := freeBytes(s.database())
	if err != nil {
		return c, fmt.Errorf("ask for free space: %w", err)
	}
	// Old tables go when the new ones are there.
	if need := uint64(c.Before.Bytes) + spareBytes; free < need {
		return c, fmt.Errorf("the disk is too full to compact: %d MB are free, and %d MB are needed meanwhile; nothing was changed", free>>20, need>>20)
	}
	if err := errors.Join(removeEmpty(s.database()), checkDatabase(s.database())); err != nil {
		return c, err
	}
	if s.db, err = openBadger(mergingAll(small(s.database()))); err != nil {
		return c, err
	}
	err = s.prepare()
	if err == nil {
		c.Orphans, err = s.deleteOrphans(ctx)
	}
	if err == nil {
		err = s.merge()
	}
	if e := s.closeDatabase(); err == nil {
		err = e
	}
	c.After = s.Size()
	return c, err
}

// merge makes one level of all tables, and gives back what the value log does not need.
func (s *Store) merge() error {
	if err := s.step("merge"); err != nil {
		return err
	}
	done := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for tick := time.NewTicker(200 * time.Millisecond); ; {
			s.tell("merge tables", 0, 0)
			select {
			case <-tick.C:
			case <-done:
				tick.Stop()
				return
			}
		}
	}()
	err := s.db.Flatten(1)
	for err == nil {
		if e := s.db.RunValueLogGC(0.5); e != nil {
			if !errors.Is(e, badger.ErrNoRewrite) {
				err = e
			}
			break
		}
	}
	close(done)
	<-ended
	if err != nil {
		return fmt.Errorf("merge the store's tables: %w", err)
	}
	return nil
}

// deleteOrphans deletes generations that nothing names.
func (s *Store) deleteOrphans(ctx context.Context) (int64, error) {
	txn := s.db.NewTransaction(false)
	defer txn.Discard()
	named, err := namedGenerations(txn)
	if err != nil {
		return 0, err
	}
	left, err := orphanGenerations(txn, named)
	if err != nil || len(left) == 0 {
		return 0, err
	}
	if err := s.step("orphans"); err != nil {
		return 0, err
	}
	batch := s.newBatch()
	defer batch.Cancel()
	for _, prefix := range []byte("hrgp") {
		for _, g := range left {
			if named[generationOf{prefix, g}] {
				continue
			}
			if err := scan(txn, key(prefix, g), func(k, _ []byte) error { return batch.Delete(bytes.Clone(k)) }); err != nil {
				return 0, err
			}
		}
		if err := ctx.Err(); err != nil {
			return 0, err
		}
	}
	return int64(len(left)), batch.Flush()
}

// namedGenerations are those that something in the state names.
func namedGenerations(txn *badger.Txn) (map[generationOf]bool, error) {
	named := map[generationOf]bool{}
	ledgers, err := loadLedgers(txn, "")
	if err != nil {
		return nil, err
	}
	for _, l := range ledgers {
		a := announcement{Ledger: l.ID}
		some, err := a.named(txn)
		if err != nil {
			return nil, err
		}
		for g := range some {
			named[g] = true
		}
	}
	return named, scan(txn, key('o'), func(k, _ []byte) error {
		named[generationOf{'p', binary.BigEndian.Uint64(k[2:])}] = true
		return nil
	})
}
