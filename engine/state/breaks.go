package state

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
	"time"
)

// Ledger is one rule under one value of its parameters.
type Ledger struct {
	Rule        string
	Params      []Param  // by name
	Fingerprint [16]byte // of the definition that it was last settled under
}

// Ledgers lists all ledgers by rule and parameters.
func (s *Store) Ledgers() ([]Ledger, error) {
	txn := s.db.NewTransaction(false)
	defer txn.Discard()
	all, err := s.ledgers(txn, "")
	if err != nil {
		return nil, s.wrap(fmt.Errorf("read ledgers: %w", err))
	}
	var ledgers []Ledger
	for _, l := range all {
		ledgers = append(ledgers, Ledger{l.Rule, l.Params, l.Fingerprint})
	}
	return ledgers, nil
}

// Settled is one settled window of a ledger.
type Settled struct {
	Window      Window
	Run         string
	Started     time.Time
	Fingerprint [16]byte // of the definition; other than the ledger's: the window is stale
	Rows        int64    // of its residual
}

// Windows lists the settled windows of a ledger by start; none if the ledger is unknown.
func (s *Store) Windows(rule string, params []Param) ([]Settled, error) {
	txn := s.db.NewTransaction(false)
	defer txn.Discard()
	l, ok, err := s.ledger(txn, rule, params)
	if err != nil || !ok {
		return nil, s.wrap(err)
	}
	v, err := loadView(txn, l)
	if err != nil {
		return nil, s.wrap(err)
	}
	var windows []Settled
	for i := range v.heads {
		h := &v.heads[i]
		windows = append(windows, Settled{h.window(), h.Run, time.Unix(0, h.Started), h.Fingerprint, h.Rows})
	}
	return windows, nil
}

// Breaks lists what is open, pending and accepted included, of one rule or (rule "") of all: by rule, parameters and
// hash. A break is the caller's to keep.
func (s *Store) Breaks(ctx context.Context, rule string) iter.Seq2[*Break, error] {
	return func(yield func(*Break, error) bool) {
		err := s.walk(ctx, rule, allHashes, nil, func(_ *view, _ *record, b *Break) error {
			if !yield(b, nil) {
				return errStopped
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStopped) {
			yield(nil, s.wrap(fmt.Errorf("read breaks: %w", err)))
		}
	}
}

// BreaksWhere lists what is open of a rule under the keys that want chooses, in the order of Breaks. want is asked before the rows are read; the key is canonical,
// nil for rows that have none, and read by the definition that the break's first group has.
func (s *Store) BreaksWhere(ctx context.Context, rule string, want func(d *Definition, k []byte) (bool, error)) ([]*Break, error) {
	var found []*Break
	var failed error
	chosen := func(v *view, r *record) bool {
		if failed != nil || len(r.groups) == 0 {
			return false
		}
		h := v.head(r.groups[0].first())
		if h == nil {
			return false
		}
		k := r.key
		if r.kind != Keyed {
			k = nil
		}
		var is bool
		is, failed = want(v.definitions[h.Definition], k)
		return is
	}
	err := s.walk(ctx, rule, allHashes, chosen, func(_ *view, _ *record, b *Break) error {
		found = append(found, b)
		return nil
	})
	if err = cmp.Or(failed, err); err != nil {
		return nil, s.wrap(fmt.Errorf("read breaks: %w", err))
	}
	return found, nil
}

var errStopped = errors.New("stopped")

// BreaksOf finds what is open under a key, in all ledgers of a rule.
func (s *Store) BreaksOf(ctx context.Context, rule string, hash uint64, k []byte) ([]*Break, error) {
	var found []*Break
	want := func(_ *view, r *record) bool { return r.kind == Keyed && bytes.Equal(r.key, k) }
	err := s.walk(ctx, rule, span{hash, hash}, want, func(_ *view, _ *record, b *Break) error {
		found = append(found, b)
		return nil
	})
	return found, s.wrap(err)
}

// Break finds the break whose id begins with prefix; ErrNotFound if none or several do.
func (s *Store) Break(ctx context.Context, prefix string) (*Break, error) {
	_, _, b, err := s.find(ctx, prefix)
	return b, err
}

func (s *Store) find(ctx context.Context, prefix string) (ledger, *record, *Break, error) {
	type hit struct {
		l ledger
		r *record
		b *Break
	}
	var hits []hit
	prefix = strings.ToLower(prefix)
	want := func(v *view, r *record) bool {
		return strings.HasPrefix(v.ledger.identity(r.kind, r.key).text(), prefix)
	}
	err := s.walk(ctx, "", allHashes, want, func(v *view, r *record, b *Break) error {
		if hits = append(hits, hit{v.ledger, r, b}); len(hits) > 1 {
			return errStopped
		}
		return nil
	})
	switch {
	case len(hits) > 1:
		return ledger{}, nil, nil, fmt.Errorf("break %s: %w: several begin so: %s, %s", prefix, ErrNotFound, hits[0].b.ID, hits[1].b.ID)
	case err != nil:
		return ledger{}, nil, nil, s.wrap(fmt.Errorf("find break %s: %w", prefix, err))
	case len(hits) == 0:
		return ledger{}, nil, nil, fmt.Errorf("break %s: %w", prefix, ErrNotFound)
	}
	return hits[0].l, hits[0].r, hits[0].b, nil
}

// walk calls f for the wanted breaks (want nil: all) of a rule (rule "": of all), with their rows.
func (s *Store) walk(ctx context.Context, rule string, hashes span, want func(*view, *record) bool, f func(*view, *record, *Break) error) error {
	txn := s.db.NewTransaction(false)
	defer txn.Discard()
	ledgers, err := s.ledgers(txn, rule)
	if err != nil {
		return err
	}
	finder := newFinder(txn)
	defer finder.close()
	for _, l := range ledgers {
		v, err := loadView(txn, l)
		if err != nil {
			return err
		}
		v.limits = s.limits
		if err := v.walk(ctx, finder, hashes, want, f); err != nil {
			return err
		}
	}
	return nil
}

// span is the hashes from the first to the last, both included.
type span struct{ first, last uint64 }

var allHashes = span{0, math.MaxUint64}

func (v *view) walk(ctx context.Context, finder *finder, hashes span, want func(*view, *record) bool, f func(*view, *record, *Break) error) error {
	cursor := &recordCursor{reader: newSegmentReader(v.txn, 'g', v.ledger.Generation)}
	cursor.reader.it.Seek(segmentKey('g', v.ledger.Generation, hashes.first, 0))
	defer cursor.reader.close()
	var some []*record
	groups := 0
	give := func() error {
		if err := v.give(finder, some, f); err != nil {
			return err
		}
		some, groups = some[:0], 0
		return ctx.Err()
	}
	for {
		r, err := cursor.next()
		if err != nil {
			return err
		}
		if r == nil || r.hash > hashes.last {
			return give()
		}
		if r.hash < hashes.first {
			continue
		}
		if want != nil && !want(v, r) {
			continue
		}
		some = append(some, r)
		if groups += len(r.groups); groups >= v.limits.things {
			if err := give(); err != nil {
				return err
			}
		}
	}
}

// give loads the rows of some breaks and hands them over; in halves, if they are too many at a time.
func (v *view) give(finder *finder, some []*record, f func(*view, *record, *Break) error) error {
	rows, err := v.rowsOf(finder, some, v.limits.others)
	if errors.Is(err, errTooMany) {
		half := len(some) / 2
		if err := v.give(finder, some[:half], f); err != nil {
			return err
		}
		return v.give(finder, some[half:], f)
	}
	if err != nil {
		return err
	}
	for i, r := range some {
		for j := range r.groups {
			rows[i] = r.groups[j].attach(rows[i])
		}
		b := new(Break)
		v.showBreak(b, r)
		if err := f(v, r, b); err != nil {
			return err
		}
		// Rows may be large, and the records are many.
		rows[i] = nil
		for j := range r.groups {
			r.groups[j].rows = nil
		}
	}
	return nil
}

// rowsOf loads all rows of the records' keys in their groups' windows. The records ascend by hash.
func (v *view) rowsOf(finder *finder, some []*record, most int) ([][]*Row, error) {
	rows := make([][]*Row, len(some))
	hashes := map[int64][]uint64{} // by window
	for _, r := range some {
		for i := range r.groups {
			for _, w := range r.groups[i].windows {
				if h := hashes[w.start]; len(h) == 0 || h[len(h)-1] != r.hash {
					hashes[w.start] = append(h, r.hash)
				}
			}
		}
	}
	loaded, bytes := 0, 0
	for i := range v.heads {
		h := &v.heads[i]
		err := finder.find(h.Generation, h.window(), hashes[h.Start], false, func(row *Row) bool {
			at, ok := slices.BinarySearchFunc(some, row, func(r *record, row *Row) int {
				return compareKeys(r.hash, r.kind, r.key, row.Hash, row.Kind, row.Key)
			})
			if ok {
				rows[at] = append(rows[at], row)
				loaded++
				bytes += len(row.Key) + len(row.Values)
			}
			return (loaded <= most && bytes <= v.limits.bytes) || len(some) == 1
		})
		if err != nil {
			return nil, err
		}
		if (loaded > most || bytes > v.limits.bytes) && len(some) > 1 {
			return nil, errTooMany
		}
	}
	return rows, nil
}
