package state

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	badger "github.com/dgraph-io/badger/v4"
)

// sweepAll deletes what settlings that died have left: what no head and no ledger names.
func (s *Store) sweepAll() error {
	var left []uint64
	err := s.db.View(func(txn *badger.Txn) error {
		return scan(txn, key('x'), func(k, _ []byte) error {
			left = append(left, binary.BigEndian.Uint64(k[2:]))
			return nil
		})
	})
	for _, generation := range left {
		err = errors.Join(err, s.sweep(generation))
	}
	return err
}

// announcement is what stands under x/: where to look if the settling dies. Generations belong to one ledger.
type announcement struct {
	Ledger      uint64   `json:"ledger"`
	Generations []uint64 `json:"generations"`
}

// sweep deletes, of the generations that a settling has announced, what nothing names, and then the announcement.
func (s *Store) sweep(generation uint64) error {
	if err := s.step("sweep"); err != nil {
		return err
	}
	txn := s.db.NewTransaction(false)
	defer txn.Discard()
	var a announcement
	if err := getJSON(txn, key('x', generation), &a); err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	named, err := a.named(txn)
	if err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	batch := s.newBatch()
	defer batch.Cancel()
	for _, g := range a.Generations {
		for _, prefix := range []byte("hrgp") {
			if named[generationOf{prefix, g}] {
				continue
			}
			err := scan(txn, key(prefix, g), func(k, _ []byte) error { return batch.Delete(bytes.Clone(k)) })
			if err != nil {
				return fmt.Errorf("sweep: %w", err)
			}
		}
	}
	if err := batch.Flush(); err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	if err := s.persist(); err != nil { // before nobody knows any more what to sweep
		return fmt.Errorf("sweep: %w", err)
	}
	if err := s.step("swept"); err != nil {
		return err
	}
	return s.db.Update(func(txn *badger.Txn) error { return txn.Delete(key('x', generation)) })
}

// orphanGenerations lists the generations of which something is left that nothing names, ascending. Only a mistake in recon leaves any that
// opening does not sweep.
func orphanGenerations(txn *badger.Txn, named map[generationOf]bool) ([]uint64, error) {
	left := map[uint64]bool{}
	o := badger.DefaultIteratorOptions
	o.PrefetchValues = false
	it := txn.NewIterator(o)
	defer it.Close()
	for _, prefix := range []byte("hrgp") {
		for it.Seek(key(prefix)); it.ValidForPrefix(key(prefix)); {
			k := it.Item().Key()
			if len(k) < 10 {
				return nil, errCorrupt
			}
			generation := binary.BigEndian.Uint64(k[2:])
			if !named[generationOf{prefix, generation}] {
				left[generation] = true
			}
			if generation == math.MaxUint64 {
				break
			}
			it.Seek(key(prefix, generation+1)) // over all others of the generation
		}
	}
	return slices.Sorted(maps.Keys(left)), nil
}

// generationOf is the part of a generation that stands under one prefix.
type generationOf struct {
	prefix     byte
	generation uint64
}

// named are the generations that a head, the ledger or the outbox names.
func (a *announcement) named(txn *badger.Txn) (map[generationOf]bool, error) {
	named := map[generationOf]bool{}
	err := scan(txn, key('w', a.Ledger), func(_, v []byte) error {
		var h head
		err := json.Unmarshal(v, &h)
		named[generationOf{'h', h.Generation}], named[generationOf{'r', h.Generation}] = true, true
		return err
	})
	if err != nil {
		return nil, err
	}
	all, err := loadLedgers(txn, "") // by its number: it may have moved
	if err != nil {
		return nil, err
	}
	for _, l := range all {
		if l.ID == a.Ledger {
			named[generationOf{'g', l.Generation}] = true
		}
	}
	err = scan(txn, key('o'), func(k, _ []byte) error {
		named[generationOf{'p', binary.BigEndian.Uint64(k[2:])}] = true
		return nil
	})
	return named, err
}
