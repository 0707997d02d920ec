package state

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/recon-lang/recon/engine/result"
)

var errTooMany = errors.New("more rows than fit at a time")

// settleAll settles the keys of a chunk in order. Where they have too many rows in other windows, it takes
// them in halves.
func (r *residual) settleAll(entries []entry) error {
	for i := range entries {
		entries[i].others = nil
	}
	err := r.loadOthers(entries, r.t.store.limits.others)
	if errors.Is(err, errTooMany) {
		half := len(entries) / 2
		if err := r.settleAll(entries[:half]); err != nil {
			return err
		}
		return r.settleAll(entries[half:])
	}
	if err != nil {
		return err
	}
	for i := range entries {
		if err := r.settle(&entries[i]); err != nil {
			return err
		}
		clear(r.fresh) // the next key may have fewer rows, and need not keep these
		clear(r.pool)
	}
	return nil
}

// loadOthers gives the entries that need them their rows in other windows, with errTooMany if there are more than most and
// more than one entry.
func (r *residual) loadOthers(entries []entry, most int) error {
	var hashes []uint64
	for i := range entries {
		e := &entries[i]
		if (e.touched || r.turns(e)) && e.kind == Keyed && (len(hashes) == 0 || hashes[len(hashes)-1] != e.hash) {
			hashes = append(hashes, e.hash)
		}
	}
	if len(hashes) == 0 {
		return nil
	}
	t, loaded, bytes := r.t, 0, 0
	for i := range t.before.heads {
		h := &t.before.heads[i]
		if h.Rows == 0 || h.Start == t.of.Window.Start {
			continue
		}
		err := r.finder.find(h.Generation, h.window(), hashes, false, func(row *Row) bool {
			at, ok := slices.BinarySearchFunc(entries, row, func(e entry, row *Row) int { return e.compare(row.Hash, row.Kind, row.Key) })
			if ok {
				e := &entries[at]
				if e.others == nil && !row.large() {
					e.others = take(&r.pointers, 1)[:0] // mostly one
				}
				e.others = append(e.others, row)
				loaded++
				bytes += len(row.Key) + len(row.Values)
			}
			return (loaded <= most && bytes <= t.store.limits.bytes) || len(entries) == 1
		})
		if err != nil {
			return err
		}
		if (loaded > most || bytes > t.store.limits.bytes) && len(entries) > 1 {
			return errTooMany
		}
	}
	return nil
}

// turns reports whether time alone makes a transition of a break whose rows are as they were.
func (r *residual) turns(e *entry) bool {
	if e.touched || e.rec == nil {
		return false
	}
	b, a := r.t.before, r.t.after
	r.was, _ = b.report(r.was[:0], e.rec, b.windows, &b.coverage)
	r.is, _ = a.report(r.is[:0], e.rec, a.windows, &a.coverage)
	t := compareReports(r.was, r.is)
	return t.any()
}

// settle works out what becomes of one key.
func (r *residual) settle(e *entry) error {
	after := record{hash: e.hash, kind: e.kind, key: e.key}
	if e.touched {
		if err := r.regroup(e, &after); err != nil {
			return err
		}
	} else {
		after = *e.rec
	}
	before, now := r.t.before, r.t.after
	r.was = r.was[:0]
	if e.rec != nil {
		after.firstRun, after.firstSeen = e.rec.firstRun, e.rec.firstSeen
		r.was, _ = before.report(r.was, e.rec, before.windows, &before.coverage)
	}
	var counts tally
	r.is, counts = now.report(r.is[:0], &after, now.windows, &now.coverage)
	r.date(&after, counts)
	r.count(counts)
	r.told = compareReports(r.was, r.is)
	if r.told.any() {
		if err := r.tell(e, &after); err != nil {
			return err
		}
	}
	if len(after.groups) == 0 {
		return nil
	}
	return r.records.add(after.hash, func(b []byte) []byte { return appendRecord(b, &after) })
}

// date notes which run reported a break first.
func (r *residual) date(after *record, t tally) {
	switch seen := t.open || t.accepted; {
	case !seen:
		after.firstRun, after.firstSeen = "", 0
	case after.firstRun == "":
		after.firstRun, after.firstSeen = r.t.of.Run, r.t.of.Started.UnixNano()
	}
}

func (r *residual) count(t tally) {
	s := &r.summary
	for _, c := range []struct {
		is bool
		n  *int64
	}{{t.open, &s.Open}, {t.pending, &s.Pending}, {t.expired, &s.Expired}, {t.accepted, &s.Accepted}, {t.stale, &s.Stale}} {
		if c.is {
			*c.n++
		}
	}
}

// regroup gives after the groups of a key whose rows have changed, and hands over those that have rows of the window.
func (r *residual) regroup(e *entry, after *record) error {
	t := r.t
	fresh := append(r.fresh[:0], e.news...)
	for _, row := range e.others {
		if t.after.head(row.Window.Start).Fingerprint == t.after.ledger.Fingerprint {
			fresh = append(fresh, row)
		}
	}
	r.fresh = fresh
	kept, err := r.keepStale(e)
	if err != nil {
		return err
	}
	after.groups = kept
	if len(fresh) == 0 {
		return nil
	}
	open, matched, err := r.former.form(fresh)
	if err != nil {
		return err
	}
	for _, groups := range [][]group{matched, open} {
		for i := range groups {
			if groups[i].hasWindow(t.of.Window.Start) {
				r.show(&r.shown, after, &groups[i])
				if err := r.onGroup(&r.shown); err != nil {
					return foreign(err)
				}
			}
		}
	}
	after.groups = append(after.groups, open...)
	slices.SortStableFunc(after.groups, func(a, b group) int { return cmp.Compare(a.first(), b.first()) })
	return nil
}

// show makes a group what others may see of it, reusing what g holds.
func (r *residual) show(g *Group, of *record, from *group) {
	r.t.after.show(g, of, from, r.t.after.ledger.identity)
}

// tell counts a transition, and hands it over if it is wanted.
func (r *residual) tell(e *entry, after *record) error {
	s := &r.summary
	v, rec := r.t.after, after
	for _, c := range []struct {
		is bool
		n  *int64
	}{{r.told.New, &s.New}, {r.told.Changed, &s.Changed}, {r.told.Cleared, &s.Cleared}, {r.told.Expired, &s.NewlyExpired}} {
		if c.is {
			*c.n++
		}
	}
	if wants := r.t.of.Wants; wants != nil && !wants(&r.told) {
		return nil
	}
	rows := append(r.pool[:0], e.others...)
	switch {
	case e.kind != Keyed:
		rows = append(append(rows[:0], e.news...), e.olds...)[:1]
	case r.told.Cleared:
		rows = append(rows, e.olds...)
	default:
		rows = append(rows, e.news...)
	}
	r.pool = rows
	if r.told.Cleared {
		v, rec = r.t.before, e.rec
	}
	for i := range rec.groups {
		if g := &rec.groups[i]; g.rows == nil {
			if len(rows) <= manyAtOnce && !slices.ContainsFunc(rows, (*Row).large) {
				g.rows = take(&r.pointers, len(rows))[:0]
			}
			rows = g.attach(rows)
		}
	}
	r.changes = changesOf(r.changes[:0], r.was, r.is)
	r.told.Break, r.told.Changes = Break{}, r.changes
	v.showBreak(&r.told.Break, rec)
	return foreign(r.onTransition(&r.told))
}

// keepStale returns the groups of a key that stay as they are, because their windows were settled under another definition
// than the ledger's new one. Where the window being settled was itself one of theirs, they lose its rows; a
// match that is so undone opens again.
func (r *residual) keepStale(e *entry) ([]group, error) {
	t := r.t
	if !r.anyStale {
		return nil, nil
	}
	var kept []group
	left := t.old != nil && t.old.Fingerprint != t.after.ledger.Fingerprint
	pool := slices.Concat(e.others, e.olds)
	if e.rec != nil {
		for i := range e.rec.groups {
			g := e.rec.groups[i]
			// The head of the window itself is already the new one, so ask the old.
			if t.before.head(g.first()).Fingerprint == t.after.ledger.Fingerprint {
				continue
			}
			pool = g.attach(pool)
			if g.hasWindow(t.of.Window.Start) {
				ok, err := r.withdraw(&g)
				if err != nil {
					return nil, err
				}
				if !ok {
					continue
				}
			}
			kept = append(kept, g)
		}
	}
	if !left || e.kind != Keyed {
		return kept, nil
	}
	// What is left in the pool of the old definition's rows had matched.
	pool = slices.DeleteFunc(pool, func(row *Row) bool {
		return t.before.head(row.Window.Start).Fingerprint != t.old.Fingerprint
	})
	reopened, err := r.reopen(pool)
	return append(kept, reopened...), err
}

// withdraw takes the rows of the window away from a stale group; ok is false if none are left.
func (r *residual) withdraw(g *group) (ok bool, err error) {
	start := r.t.of.Window.Start
	rows := slices.DeleteFunc(g.rows, func(row *Row) bool { return row.Window.Start == start })
	if len(rows) == 0 {
		return false, nil
	}
	f, err := r.stale(Verdict{Outcome: g.outcome, Items: g.items})
	if err != nil {
		return false, err
	}
	v, err := f.verdict(rows)
	if err != nil {
		return false, err
	}
	slices.SortStableFunc(rows, func(a, b *Row) int { return cmp.Compare(a.Window.Start, b.Window.Start) })
	listed := g.refs != nil
	deadline := g.deadline
	*g = f.close(rows, v)
	g.deadline = deadline
	if listed {
		g.refer()
	}
	return true, nil
}

// reopen finds, among rows that had matched under the old definition, those whose match loses a row of the window. Groups
// that matched follow each other, each with as many rows on every side.
func (r *residual) reopen(rows []*Row) ([]group, error) {
	t := r.t
	slices.SortStableFunc(rows, func(a, b *Row) int { return cmp.Compare(a.Window.Start, b.Window.Start) })
	d := t.before.definitions[t.old.Definition]
	counts := make([]int, len(d.Sides))
	var reopened []group
	begin := 0
	for i, row := range rows {
		counts[row.Side]++
		last := i == len(rows)-1
		if !last && (rows[i+1].Window.Start == row.Window.Start || slices.Min(counts) != slices.Max(counts)) {
			continue
		}
		match := rows[begin : i+1]
		begin = i + 1
		if !slices.ContainsFunc(match, func(row *Row) bool { return row.Window.Start == t.of.Window.Start }) {
			continue
		}
		groups, err := r.apart(match)
		if err != nil {
			return nil, err
		}
		reopened = append(reopened, groups...)
	}
	return reopened, nil
}

// apart makes a group of each window's rows, but the window's own.
func (r *residual) apart(rows []*Row) ([]group, error) {
	d := r.t.before.definitions[r.t.old.Definition]
	all := make([]Item, len(d.Comparisons))
	for i := range all {
		all[i] = Item{result.Mismatch, i}
	}
	f, err := r.stale(Verdict{Outcome: result.Mismatch, Items: all})
	if err != nil {
		return nil, err
	}
	var groups []group
	for i := 0; i < len(rows); {
		j := i
		for j < len(rows) && rows[j].Window.Start == rows[i].Window.Start {
			j++
		}
		if rows[i].Window.Start != r.t.of.Window.Start {
			mine := slices.Clone(rows[i:j])
			v, err := f.verdict(mine)
			if err != nil {
				return nil, err
			}
			g := f.close(mine, v)
			g.refer() // others of the window may have matched
			groups = append(groups, g)
		}
		i = j
	}
	return groups, nil
}

// stale returns a grouper for the old definition, whose judge is no more: where values would decide, the answer is otherwise.
func (r *residual) stale(otherwise Verdict) (*grouper, error) {
	id := r.t.old.Definition
	f := r.formers[id]
	if f == nil {
		d := r.t.before.definitions[id]
		if d == nil {
			return nil, errCorrupt
		}
		cal, err := newCalendar(d)
		if err != nil {
			return nil, err
		}
		f = &grouper{definition: d, calendar: cal}
		r.formers[id] = f
	}
	f.judge = func([]Row) (Verdict, error) { return otherwise, nil }
	return f, nil
}

// showBreak makes a record and its rows what others may see.
func (v *view) showBreak(b *Break, rec *record) {
	identity := v.ledger.identity(rec.kind, rec.key)
	b.ID, b.Rule, b.Params = identity.text(), v.ledger.Rule, v.ledger.Params
	b.Kind, b.Hash, b.FirstRun = rec.kind, rec.hash, rec.firstRun
	if rec.kind == Keyed {
		b.Key = rec.key
	}
	if rec.firstSeen != 0 {
		b.FirstSeen = time.Unix(0, rec.firstSeen)
	}
	latest := int64(-1 << 63)
	for i := range rec.groups {
		g := &rec.groups[i]
		var shown Group
		v.show(&shown, rec, g, func(Kind, []byte) id128 { return identity })
		b.Groups = append(b.Groups, shown)
		for _, w := range g.windows {
			if h := v.head(w.start); h != nil && h.Started >= latest {
				latest, b.LastRun = h.Started, h.Run
			}
		}
	}
}

// show makes a group and its rows what others may see. The slices of g are reused.
func (v *view) show(g *Group, of *record, from *group, identity func(Kind, []byte) id128) {
	*g = Group{Outcome: from.outcome, Items: from.items, Digest: from.digest, Rows: g.Rows[:0], Stale: v.stale(from)}
	for _, row := range from.rows {
		shown := *row
		if row.Kind != Keyed {
			shown.Key = nil
		}
		g.Rows = append(g.Rows, shown)
	}
	g.First, _ = findWindow(v.windows, from.first())
	if h := v.head(from.first()); h != nil {
		g.Definition = v.definitions[h.Definition]
	}
	s := from.stand(v.windows, &v.coverage)
	g.Expired = s.expired
	if s.pending {
		g.Outcome = result.Pending
	}
	if len(v.decisions) > 0 && len(from.items) > 0 {
		g.Accepted = v.acceptedAll(identity(of.kind, of.key), from)
	}
}

// acceptedAll is the latest acceptance of a group if all its items are accepted.
func (v *view) acceptedAll(identity id128, g *group) *result.Acceptance {
	var latest *result.Acceptance
	for _, it := range g.items {
		a, ok := v.accepted(identity, g, it.Outcome)
		if !ok {
			return nil
		}
		if latest == nil || a.When.After(latest.When) {
			latest = &a
		}
	}
	return latest
}
