package state

import (
	"context"
	"encoding/json"
	"fmt"

	badger "github.com/dgraph-io/badger/v4"
	"github.com/recon-lang/recon/engine/result"
)

// Accept notes who explained a break and why. It names key, outcome and the digest of the rows: it hides
// what is open under the key now from counts and transitions, and removes nothing. Rows that change are open again.
func (s *Store) Accept(ctx context.Context, id string, a result.Acceptance) (*Break, error) {
	b, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	return s.decide(ctx, id, func(txn *badger.Txn, k []byte) error { return txn.Set(k, b) })
}

// Unaccept takes the acceptances of what is open under a break's key back.
func (s *Store) Unaccept(ctx context.Context, id string) (*Break, error) {
	return s.decide(ctx, id, func(txn *badger.Txn, k []byte) error { return txn.Delete(k) })
}

// decide calls write for each item of a break, and returns the break as it is afterwards.
func (s *Store) decide(ctx context.Context, id string, write func(txn *badger.Txn, k []byte) error) (*Break, error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	l, r, found, err := s.find(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := s.step("decide"); err != nil {
		return nil, s.wrap(err)
	}
	identity := l.identity(r.kind, r.key)
	err = s.update(func(txn *badger.Txn) error {
		for i := range r.groups {
			g := &r.groups[i]
			for _, it := range g.items {
				if err := write(txn, decisionKey(l.ID, decision{identity, g.digest, it.Outcome})); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, s.wrap(fmt.Errorf("write decision on %s: %w", found.ID, err))
	}
	return s.Break(ctx, found.ID)
}
