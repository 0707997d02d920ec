package state

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	badger "github.com/dgraph-io/badger/v4"
)

// A rule that is called otherwise now keeps its ledgers. As long as a ledger stands under the old name, everything reads it under the
// new one, and the next settling under the new name writes it there, in the transaction that settles: a settling that fails or
// dies has moved nothing. Nothing in a ledger but its own entry knows its name, so nothing else is written.
//
// A name that has a ledger of the same parameters itself keeps that; what is open in the other one is never merged with
// it, so then the settling is refused.

// How many ledgers of other parameters a settling takes along, so that its one transaction holds them: beside 512 KiB of record
// there is room for about as much. What is left follows with the next settling.
const (
	movesAtOnce = 500
	moveBytes   = 256 << 10
)

// olds are the names that a rule had before, sorted.
func (s *Store) olds(rule string) []string {
	var names []string
	for from, to := range s.moved {
		if to == rule && from != rule {
			names = append(names, from)
		}
	}
	slices.Sort(names)
	return names
}

// now is the name that a rule has now.
func (s *Store) now(rule string) string {
	if to, ok := s.moved[rule]; ok {
		return to
	}
	return rule
}

// heir chooses, of the ledgers of one rule under all its names and one value of its parameters, the one that is the rule's: the one
// under its own name, or else the first. It fails with a *MoveError if another one has something open.
func heir(rule string, all []ledger) (ledger, error) {
	chosen := max(slices.IndexFunc(all, func(l ledger) bool { return l.stored == rule }), 0)
	for i := range all {
		if i != chosen && all[i].Breaks > 0 {
			return ledger{}, &MoveError{From: all[i].stored, To: rule, Other: all[chosen].stored}
		}
	}
	l := all[chosen]
	l.Rule = rule
	return l, nil
}

// ledger finds the ledger of a rule; ok is false if there is none.
func (s *Store) ledger(txn *badger.Txn, rule string, params []Param) (l ledger, ok bool, err error) {
	var all []ledger
	for _, name := range append([]string{rule}, s.olds(rule)...) {
		l, ok, err := loadLedger(txn, name, params)
		if err != nil {
			return ledger{}, false, fmt.Errorf("read ledger of %s: %w", name, err)
		}
		if ok {
			all = append(all, l)
		}
	}
	if len(all) == 0 {
		return ledger{}, false, nil
	}
	l, err = heir(rule, all)
	return l, err == nil, err
}

// ledgers lists the ledgers of a rule, or of all, by rule and parameters. Those that cannot move stand under their old name.
func (s *Store) ledgers(txn *badger.Txn, rule string) ([]ledger, error) {
	if len(s.moved) == 0 {
		return loadLedgers(txn, rule)
	}
	type place struct {
		rule   string
		params [16]byte
	}
	all, err := loadLedgers(txn, "")
	if err != nil {
		return nil, err
	}
	groups := map[place][]ledger{}
	for _, l := range all {
		at := place{s.now(l.stored), paramsHash(l.Params)}
		groups[at] = append(groups[at], l)
	}
	var found []ledger
	for at, group := range groups {
		h, err := heir(at.rule, group)
		for _, l := range group {
			if err == nil && l.ID == h.ID {
				l = h
			}
			if rule == "" || l.Rule == rule {
				found = append(found, l)
			}
		}
	}
	slices.SortFunc(found, compareLedgers)
	return found, nil
}

// move writes under its new name a ledger that is settled, and others of the rule with it.
func (t *Settling) move(txn *badger.Txn) error {
	own := &t.after.ledger
	if own.stored != "" && own.stored != own.Rule { // decide has written the new entry
		if err := txn.Delete(ledgerKey(own.stored, paramsHash(own.Params))); err != nil {
			return err
		}
	}
	if len(t.store.olds(own.Rule)) == 0 {
		return nil
	}
	all, err := t.store.ledgers(txn, own.Rule)
	if err != nil {
		return err
	}
	moves, bytes := 0, 0
	for i := range all {
		l := &all[i]
		if l.stored == l.Rule || l.ID == own.ID {
			continue
		}
		for _, p := range l.Params {
			bytes += len(p.Name) + len(p.Value)
		}
		if moves++; moves > movesAtOnce || bytes > moveBytes {
			return nil
		}
		hash := paramsHash(l.Params)
		if err := errors.Join(txn.Delete(ledgerKey(l.stored, hash)), setJSON(txn, ledgerKey(l.Rule, hash), l)); err != nil {
			return err
		}
	}
	return nil
}

func compareLedgers(a, b ledger) int {
	return cmp.Or(cmp.Compare(a.Rule, b.Rule), slices.CompareFunc(a.Params, b.Params, func(p, q Param) int {
		return cmp.Or(cmp.Compare(p.Name, q.Name), cmp.Compare(p.Value, q.Value))
	}), cmp.Compare(a.ID, b.ID))
}
