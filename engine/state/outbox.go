package state

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"

	badger "github.com/dgraph-io/badger/v4"
)

// Outgoing is a message that waits to be sent. ID is its idempotency key: fixed, and different for each message.
type Outgoing struct {
	ID       string
	Action   string
	Payload  []byte
	Run      string
	Attempts int // that failed
}

func messageKey(generation uint64, index uint32) []byte {
	return binary.BigEndian.AppendUint32(key('p', generation), index)
}

func encodeMessage(attempts int, m Message) []byte {
	b := binary.AppendUvarint(nil, uint64(attempts))
	b = appendBytes(b, []byte(m.Action))
	return appendBytes(b, m.Payload)
}

func decodeMessage(b []byte) (attempts int, m Message, err error) {
	d := decoder{b: b}
	attempts, m.Action = int(d.uvarint()), string(d.bytes())
	m.Payload = append([]byte(nil), d.bytes()...)
	return attempts, m, d.err
}

// outbox writes the messages of a settling as they come. No one sends them until the settling names them.
type outbox struct {
	store      *Store
	generation uint64
	batch      *badger.WriteBatch // nil before the first
	count      uint32
}

func (o *outbox) add(m Message) error {
	if len(m.Payload) > partBytes {
		return fmt.Errorf("a message of %s has %d bytes, more than %d", m.Action, len(m.Payload), partBytes)
	}
	if o.batch == nil {
		if err := o.store.step("messages"); err != nil {
			return err
		}
		o.batch = o.store.newBatch()
	}
	o.count++
	return o.batch.Set(messageKey(o.generation, o.count-1), encodeMessage(0, m))
}

// flush writes what is still in memory.
func (o *outbox) flush() error {
	if o.batch == nil {
		return nil
	}
	if err := o.store.step("messages written"); err != nil {
		return err
	}
	return o.batch.Flush()
}

func (o *outbox) close() {
	if o.batch != nil {
		o.batch.Cancel()
	}
}

// Send puts a message into the outbox, to be delivered once the settling is committed. It may be called from the functions that
// Residual is given, and any number of times: messages are not kept in memory. They are delivered in this order.
func (t *Settling) Send(m Message) error {
	if t.ended {
		return errors.New("state: the settling has ended")
	}
	return t.store.wrap(t.outbox.add(m))
}

// Outbox lists what waits to be sent, in the order of the settlings.
func (s *Store) Outbox(ctx context.Context) iter.Seq2[Outgoing, error] {
	return func(yield func(Outgoing, error) bool) {
		txn := s.db.NewTransaction(false)
		defer txn.Discard()
		stopped := errors.New("stopped")
		err := scan(txn, key('o'), func(k, run []byte) error {
			return scan(txn, key('p', binary.BigEndian.Uint64(k[2:])), func(k, v []byte) error {
				if err := ctx.Err(); err != nil {
					return err
				}
				attempts, m, err := decodeMessage(v)
				if err != nil {
					return err
				}
				id := fmt.Sprintf("%s-%d", run, binary.BigEndian.Uint32(k[10:]))
				if !yield(Outgoing{ID: id, Action: m.Action, Payload: m.Payload, Run: string(run), Attempts: attempts}, nil) {
					return stopped
				}
				return nil
			})
		})
		if err != nil && err != stopped {
			yield(Outgoing{}, s.wrap(fmt.Errorf("read outbox: %w", err)))
		}
	}
}

// Waiting reports whether something waits to be sent.
func (s *Store) Waiting() (bool, error) {
	txn := s.db.NewTransaction(false)
	defer txn.Discard()
	found, err := holds(txn, key('o'))
	return found, s.wrap(err)
}

// holds reports whether a key begins with prefix.
func holds(txn *badger.Txn, prefix []byte) (bool, error) {
	found := errors.New("found")
	err := scan(txn, prefix, func(_, _ []byte) error { return found })
	if errors.Is(err, found) {
		return true, nil
	}
	return false, err
}

// Delivered takes messages out of the outbox, all or none; at most a thousand, since it is one transaction. Those that are not there any more are passed
// over.
func (s *Store) Delivered(ids ...string) error {
	return s.changeMessages(ids, func(txn *badger.Txn, k []byte, _ []byte) error {
		if err := txn.Delete(k); err != nil {
			return err
		}
		// The last one takes the generation with it.
		generation := binary.BigEndian.Uint64(k[2:])
		if left, err := holds(txn, key('p', generation)); err != nil || left {
			return err
		}
		return txn.Delete(key('o', generation))
	})
}

// Attempted counts failed attempts to send a message.
func (s *Store) Attempted(id string, failed int) error {
	return s.changeMessages([]string{id}, func(txn *badger.Txn, k []byte, v []byte) error {
		attempts, m, err := decodeMessage(v)
		if err != nil {
			return err
		}
		return txn.Set(k, encodeMessage(attempts+failed, m))
	})
}

// changeMessages changes messages in one transaction.
func (s *Store) changeMessages(ids []string, change func(txn *badger.Txn, k, v []byte) error) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := s.step("outbox"); err != nil {
		return s.wrap(err)
	}
	return s.wrap(s.update(func(txn *badger.Txn) error {
		for _, id := range ids {
			if err := changeMessage(txn, id, change); err != nil {
				return err
			}
		}
		return nil
	}))
}

func changeMessage(txn *badger.Txn, id string, change func(txn *badger.Txn, k, v []byte) error) error {
	dash := strings.LastIndexByte(id, '-')
	index, err := strconv.ParseUint(id[dash+1:], 10, 32)
	if dash < 0 || err != nil {
		return fmt.Errorf("%q is no message", id)
	}
	generation, err := generationOfRun(txn, id[:dash])
	if err != nil || generation == 0 {
		return err
	}
	k := messageKey(generation, uint32(index))
	item, err := txn.Get(k)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	v, err := item.ValueCopy(nil)
	if err != nil {
		return err
	}
	return change(txn, k, v)
}

// generationOfRun finds the generation of a run's messages; 0 if it has none left.
func generationOfRun(txn *badger.Txn, run string) (generation uint64, err error) {
	err = scan(txn, key('o'), func(k, v []byte) error {
		if string(v) == run {
			generation = binary.BigEndian.Uint64(k[2:])
		}
		return nil
	})
	return generation, err
}
