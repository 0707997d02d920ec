package state

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"strings"

	badger "github.com/dgraph-io/badger/v4"
)

// Run is a recorded run.
type Run struct {
	ID     string
	Record []byte // the JSON of a result.Run
}

// runRecord is what is stored of a run. Each contains the hash of all before it, so that none can be changed or
// taken out unseen.
type runRecord struct {
	id     string
	ledger uint64 // 0: the run did not settle
	rule   string
	hash   [32]byte
	record []byte
}

// maxRecord is what fits into a settling's one transaction beside the rest.
const maxRecord = 512 << 10

func chainHash(previous [32]byte, number uint64, r *runRecord) [32]byte {
	b := append([]byte(nil), previous[:]...)
	b = binary.BigEndian.AppendUint64(b, number)
	b = binary.BigEndian.AppendUint64(b, r.ledger)
	b = appendBytes(b, []byte(r.id))
	b = appendBytes(b, []byte(r.rule))
	b = appendBytes(b, r.record)
	return sha256.Sum256(b)
}

func (r *runRecord) encode() []byte {
	b := binary.BigEndian.AppendUint64(nil, r.ledger)
	b = appendBytes(b, []byte(r.id))
	b = appendBytes(b, []byte(r.rule))
	b = append(b, r.hash[:]...)
	return appendBytes(b, r.record)
}

func decodeRun(b []byte) (runRecord, error) {
	d := decoder{b: b}
	r := runRecord{ledger: d.uint64(), id: string(d.bytes()), rule: string(d.bytes())}
	copy(r.hash[:], d.take(32))
	r.record = append([]byte(nil), d.bytes()...)
	return r, d.err
}

// chain reads the number and hash of the last run.
func chain(txn *badger.Txn) (number uint64, hash [32]byte, err error) {
	item, err := txn.Get([]byte(keyChain))
	if errors.Is(err, badger.ErrKeyNotFound) {
		return 0, hash, nil
	}
	if err != nil {
		return 0, hash, err
	}
	err = item.Value(func(v []byte) error {
		if len(v) != 40 {
			return errCorrupt
		}
		number = binary.BigEndian.Uint64(v)
		copy(hash[:], v[8:])
		return nil
	})
	return number, hash, err
}

func appendRun(txn *badger.Txn, ledger uint64, rule, id string, record []byte) error {
	if len(record) > maxRecord {
		return fmt.Errorf("the record of run %s has %d bytes, more than %d", id, len(record), maxRecord)
	}
	if _, err := txn.Get(runKey(id)); err == nil {
		return fmt.Errorf("run %s is recorded already", id)
	}
	number, previous, err := chain(txn)
	if err != nil {
		return err
	}
	number++
	r := &runRecord{id: id, ledger: ledger, rule: rule, record: record}
	r.hash = chainHash(previous, number, r)
	if err := txn.Set(key('u', number), r.encode()); err != nil {
		return err
	}
	if err := txn.Set(runKey(id), binary.BigEndian.AppendUint64(nil, number)); err != nil {
		return err
	}
	return txn.Set([]byte(keyChain), append(binary.BigEndian.AppendUint64(nil, number), r.hash[:]...))
}

// PutRun records a run that did not settle.
func (s *Store) PutRun(rule, run string, record []byte) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := s.step("run"); err != nil {
		return s.wrap(err)
	}
	return s.wrap(s.update(func(txn *badger.Txn) error { return appendRun(txn, 0, rule, run, record) }))
}

// Runs lists recorded runs of one rule, under whatever name it had then, or (rule "") of all, the latest recorded first.
func (s *Store) Runs(ctx context.Context, rule string) iter.Seq2[Run, error] {
	return func(yield func(Run, error) bool) {
		txn := s.db.NewTransaction(false)
		defer txn.Discard()
		ledgers := map[uint64]bool{}
		if rule != "" {
			all, err := s.ledgers(txn, rule)
			if err != nil {
				yield(Run{}, s.wrap(err))
				return
			}
			for _, l := range all {
				ledgers[l.ID] = true
			}
		}
		o := badger.DefaultIteratorOptions
		o.Reverse = true
		o.Prefix = key('u')
		it := txn.NewIterator(o)
		defer it.Close()
		for it.Seek(append(key('u'), 0xff)); it.Valid(); it.Next() {
			var r runRecord
			err := it.Item().Value(func(v []byte) (err error) { r, err = decodeRun(v); return err })
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(Run{}, s.wrap(fmt.Errorf("read runs: %w", err)))
				return
			}
			mine := rule == "" || r.rule == rule || ledgers[r.ledger] || r.ledger == 0 && s.now(r.rule) == rule
			if mine && !yield(Run{r.id, r.record}, nil) {
				return
			}
		}
	}
}

// Run finds the run whose id begins with prefix; ErrNotFound if none or several do.
func (s *Store) Run(prefix string) (Run, error) {
	txn := s.db.NewTransaction(false)
	defer txn.Discard()
	var found []string
	var number uint64
	err := scan(txn, runKey(prefix), func(k, v []byte) error {
		found = append(found, string(k[2:]))
		number = binary.BigEndian.Uint64(v)
		return nil
	})
	switch {
	case err != nil:
		return Run{}, s.wrap(err)
	case len(found) == 0:
		return Run{}, fmt.Errorf("run %s: %w", prefix, ErrNotFound)
	case len(found) > 1:
		return Run{}, fmt.Errorf("run %s: %w: several begin so: %s", prefix, ErrNotFound, strings.Join(found[:2], ", "))
	}
	item, err := txn.Get(key('u', number))
	if err != nil {
		return Run{}, s.wrap(err)
	}
	var r runRecord
	err = item.Value(func(v []byte) (err error) { r, err = decodeRun(v); return err })
	return Run{r.id, r.record}, s.wrap(err)
}
