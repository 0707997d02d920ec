package state

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sort"
	"time"

	badger "github.com/dgraph-io/badger/v4"
)

// Settlement is what a run wants to settle.
type Settlement struct {
	Definition Definition
	Window     Window // Always without windows
	Run        string // the run's id
	Started    time.Time
	Now        time.Time // of the clock when the settling begins; zero: it is taken to be right
	Judge      Judge

	// Wants says, by its flags alone, whether a transition is handed over; nil wants all. Those that are not count in
	// the Summary, and cost much less.
	Wants func(*Transition) bool
}

// Settling is a settlement under way: Begin, Residual, then Commit or Abort. Abort may always be
// deferred: after Commit it does nothing. Only one is under way at a time in a store, and while it is, nothing
// else can be written.
//
// It has four steps. (1) Residual works out what becomes of every key concerned and (2) writes rows and breaks under
// a generation that nothing names yet. (3) Commit writes, in one transaction, what names them. (4) What was
// replaced is deleted. A process that dies in between leaves the state before (3) or after it, and a
// generation that the next Open deletes.
type Settling struct {
	store      *Store
	ctx        context.Context
	of         Settlement
	definition id128
	before     *view
	after      *view // what the ledger will be: the same transaction, definitions and decisions
	old        *head // of the window; nil if it was never settled
	generation uint64
	committed  bool
	ended      bool
	outbox     outbox

	residual
}

// Begin starts a settling. It is refused with an *OverlapError, a *LaterRunError or a *MoveError.
func (s *Store) Begin(ctx context.Context, of Settlement) (*Settling, error) {
	if err := of.check(); err != nil {
		return nil, err
	}
	s.writing.Lock()
	t, err := s.begin(ctx, of)
	if err != nil {
		s.writing.Unlock()
		return nil, s.wrap(err)
	}
	return t, nil
}

func (of *Settlement) check() error {
	d, w := &of.Definition, of.Window
	switch {
	case len(d.Sides) == 0 || d.Rule == "" || of.Run == "":
		return fmt.Errorf("state: a settlement needs a rule, a run and sides")
	case w.Start >= w.End || w.Covered < w.Start || w.Covered > w.End:
		return fmt.Errorf("state: window %s, covered to %d, of rule %s is not a period", w, w.Covered, d.Rule)
	case d.Slack != 0 && d.Carry == Carry{}, d.Carry != Carry{} && w.Start == Always.Start, d.Slack < 0, d.Carry.Days < 0, d.Carry.Time < 0:
		return fmt.Errorf("state: slack needs carry, carry needs windows, and both are positive; rule %s", d.Rule)
	}
	return nil
}

func (s *Store) begin(ctx context.Context, of Settlement) (*Settling, error) {
	of.Definition.Params = sortedParams(of.Definition.Params)
	t := &Settling{store: s, ctx: ctx, of: of}
	txn := s.db.NewTransaction(false)
	fail := func(err error) (*Settling, error) {
		txn.Discard()
		return nil, err
	}
	d := &t.of.Definition
	l, exists, err := s.ledger(txn, d.Rule, d.Params)
	if err != nil {
		return fail(err)
	}
	if t.before, err = loadView(txn, l); err != nil {
		return fail(err)
	}
	if t.old, err = t.before.admit(&of); err != nil {
		return fail(err)
	}
	if !exists {
		t.before.ledger = ledger{Rule: d.Rule, Params: d.Params}
	}
	if t.generation, err = s.announce(&t.before.ledger, t.old); err != nil {
		return fail(err)
	}
	if !exists {
		if err := t.before.ledger.season(txn); err != nil {
			return fail(err)
		}
	}
	encoded, err := json.Marshal(d)
	if err != nil {
		return fail(err)
	}
	t.definition = id128(hashTexts(string(encoded)))
	t.outbox = outbox{store: s, generation: t.generation}
	t.foresee()
	if err := t.residual.open(t); err != nil {
		return fail(err)
	}
	return t, nil
}

// ahead reports whether a head was settled by a clock that was ahead of this one, as it started when it is not yet. Nobody can say then which run
// started later; that one has settled before this one is certain.
func (of *Settlement) ahead(h *head) bool { return !of.Now.IsZero() && h.Started > of.Now.UnixNano() }

// admit refuses a window that overlaps settled ones and a run that another has overtaken. It returns the head that the settling
// replaces.
func (v *view) admit(of *Settlement) (*head, error) {
	w := of.Window
	for i := range v.heads {
		h := &v.heads[i]
		if h.Start == w.Start && h.End == w.End {
			if h.Started > of.Started.UnixNano() && !of.ahead(h) {
				return nil, &LaterRunError{Run: h.Run, Started: time.Unix(0, h.Started)}
			}
			return h, nil
		}
		if h.Start < w.End && w.Start < h.End {
			zone := time.UTC
			if c, err := newCalendar(&of.Definition); err == nil {
				zone = c.zone
			}
			return nil, &OverlapError{of.Definition.Rule, w, h.window(), zone}
		}
	}
	return nil, nil
}

// season gives a new ledger its salt: always the same for the same rule and parameters, unless a ledger that was renamed
// has it.
func (l *ledger) season(txn *badger.Txn) error {
	params := paramsHash(l.Params)
	l.Salt = hashTexts(l.Rule, string(params[:]))
	all, err := loadLedgers(txn, "")
	if slices.ContainsFunc(all, func(o ledger) bool { return o.Salt == l.Salt }) {
		l.Salt = hashTexts(string(l.Salt[:]), fmt.Sprint(l.ID))
	}
	return err
}

// announce takes a fresh generation and notes which generations to look at should the process die.
// A new ledger is numbered by it.
func (s *Store) announce(l *ledger, old *head) (uint64, error) {
	if err := s.step("announce"); err != nil {
		return 0, err
	}
	var generation uint64
	err := s.update(func(txn *badger.Txn) error {
		item, err := txn.Get([]byte(keyNext))
		if err != nil {
			return err
		}
		if err := item.Value(func(b []byte) error { generation = binary.BigEndian.Uint64(b); return nil }); err != nil {
			return err
		}
		if err := txn.Set([]byte(keyNext), binary.BigEndian.AppendUint64(nil, generation+1)); err != nil {
			return err
		}
		if l.ID == 0 {
			l.ID = generation
		}
		a := announcement{l.ID, []uint64{generation, l.Generation}}
		if old != nil {
			a.Generations = append(a.Generations, old.Generation)
		}
		return setJSON(txn, key('x', generation), a)
	})
	if err != nil {
		return 0, fmt.Errorf("announce a settling: %w", err)
	}
	return generation, nil
}

// foresee makes the view that holds after the settling, but for counts and checksums.
func (t *Settling) foresee() {
	after := *t.before
	w := t.of.Window
	h := head{
		Start: w.Start, End: w.End, Covered: w.Covered, Generation: t.generation, Run: t.of.Run,
		Started: t.of.Started.UnixNano(), Fingerprint: id128(t.of.Definition.Fingerprint), Definition: t.definition,
	}
	after.heads = slices.Clone(t.before.heads)
	i := sort.Search(len(after.heads), func(i int) bool { return after.heads[i].Start >= w.Start })
	if t.old != nil {
		after.heads[i] = h
	} else {
		after.heads = slices.Insert(after.heads, i, h)
	}
	after.windows = nil
	for i := range after.heads {
		after.windows = append(after.windows, after.heads[i].window())
	}
	after.coverage = cover(after.windows)
	after.ledger.Fingerprint = h.Fingerprint
	after.ledger.Generation = t.generation
	after.definitions = map[id128]*Definition{t.definition: &t.of.Definition}
	for id, d := range t.before.definitions {
		if _, ok := after.definitions[id]; !ok {
			after.definitions[id] = d
		}
	}
	t.after = &after
}

// Commit makes the settling the state, with the run's record (the JSON of a result.Run) and its messages, those of Send and
// these after them:
// all of it or, on an error, none.
func (t *Settling) Commit(record []byte, messages []Message) error {
	if t.ended {
		return errors.New("state: the settling has ended")
	}
	if !t.finished {
		return errors.New("state: the settling has no residual yet")
	}
	if err := t.commit(record, messages); err != nil {
		return t.store.wrap(fmt.Errorf("settle %s: %w", t.of.Definition.Rule, err))
	}
	t.committed = true
	// What follows cannot fail the settling: it is done, and the next Open does it otherwise.
	t.end()
	_ = t.store.sweep(t.generation)
	t.store.writing.Unlock()
	return nil
}

func (t *Settling) commit(record []byte, messages []Message) error {
	if err := t.ctx.Err(); err != nil {
		return err
	}
	for _, m := range messages {
		if err := t.outbox.add(m); err != nil {
			return err
		}
	}
	if err := t.outbox.flush(); err != nil {
		return err
	}
	if err := t.store.persist(); err != nil {
		return err
	}
	if err := t.store.step("commit"); err != nil {
		return err
	}
	txn := t.store.db.NewTransaction(true)
	defer txn.Discard()
	if err := t.decide(txn); err != nil {
		return err
	}
	if err := appendRun(txn, t.after.ledger.ID, t.of.Definition.Rule, t.of.Run, record); err != nil {
		return err
	}
	if t.outbox.count > 0 {
		if err := txn.Set(key('o', t.generation), []byte(t.of.Run)); err != nil {
			return err
		}
	}
	if err := txn.Commit(); err != nil {
		return err
	}
	return t.store.persist()
}

// decide writes what names the new generation, and stops naming the old.
func (t *Settling) decide(txn *badger.Txn) error {
	l, h := &t.after.ledger, t.after.head(t.of.Window.Start)
	h.Rows, h.Checksum = t.rows.count, t.rows.checksum
	l.Breaks, l.Checksum = t.records.count, t.records.checksum
	if err := setJSON(txn, ledgerKey(l.Rule, paramsHash(l.Params)), l); err != nil {
		return err
	}
	if err := t.move(txn); err != nil {
		return err
	}
	if err := setJSON(txn, key('w', l.ID, ordered(h.Start)), h); err != nil {
		return err
	}
	if _, ok := t.before.definitions[t.definition]; !ok {
		if err := setJSON(txn, definitionKey(l.ID, t.definition), &t.of.Definition); err != nil {
			return err
		}
	}
	for id := range t.before.definitions {
		if !slices.ContainsFunc(t.after.heads, func(h head) bool { return h.Definition == id }) {
			if err := txn.Delete(definitionKey(l.ID, id)); err != nil {
				return err
			}
		}
	}
	return nil
}

// Abort forgets the settling.
func (t *Settling) Abort() error {
	if t.ended {
		return nil
	}
	t.end()
	err := t.store.sweep(t.generation)
	t.store.writing.Unlock()
	return t.store.wrap(err)
}

// end lets go of everything but the store's turn.
func (t *Settling) end() {
	t.ended = true
	t.residual.close()
	t.outbox.close()
	t.before.txn.Discard()
}
