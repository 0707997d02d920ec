package state

import "github.com/recon-lang/recon/engine/result"

// reported is an item of a break that is neither pending nor accepted: what somebody has been told.
type reported struct {
	item    Item
	digest  [16]byte
	expired bool
	group   int // index in the record's groups
	index   int // of the item in the group
}

// tally is what one break adds to the counts.
type tally struct {
	open, pending, expired, accepted, stale bool
}

// report lists the reported items of a break under the given coverage, appending to items.
func (v *view) report(items []reported, r *record, windows []Window, c *coverage) ([]reported, tally) {
	var t tally
	var identity id128
	if len(v.decisions) > 0 {
		identity = v.ledger.identity(r.kind, r.key)
	}
	for i := range r.groups {
		g := &r.groups[i]
		s := g.stand(windows, c)
		if s.pending {
			t.pending = true
		}
		for j, it := range g.items {
			if len(v.decisions) > 0 {
				if _, ok := v.accepted(identity, g, it.Outcome); ok {
					t.accepted = true
					continue
				}
			}
			if s.pending {
				continue
			}
			expired := s.expired && it.Outcome == result.Missing
			t.open = true
			t.expired = t.expired || expired
			t.stale = t.stale || v.stale(g)
			items = append(items, reported{it, g.digest, expired, i, j})
		}
	}
	return items, t
}

// compareReports says what has become of a break.
func compareReports(before, after []reported) (t Transition) {
	switch {
	case len(before) == 0:
		t.New = len(after) > 0
	case len(after) == 0:
		t.Cleared = true
	}
	for _, a := range after {
		known, wasExpired := false, false
		for _, b := range before {
			if b.item == a.item && b.digest == a.digest {
				known, wasExpired = true, wasExpired || b.expired
			}
		}
		t.Changed = t.Changed || !known && !t.New
		t.Expired = t.Expired || a.expired && !wasExpired
	}
	return t
}

// changesOf lists the items that make the transition of a break: of a cleared one all that had been told.
func changesOf(changes []Change, before, after []reported) []Change {
	if len(after) == 0 {
		for _, b := range before {
			changes = append(changes, Change{Group: b.group, Item: b.index})
		}
		return changes
	}
	for _, a := range after {
		c := Change{Group: a.group, Item: a.index, New: true, Expired: a.expired}
		for _, b := range before {
			if b.item == a.item && b.digest == a.digest {
				c.New, c.Expired = false, c.Expired && !b.expired
			}
		}
		if c.New || c.Expired {
			changes = append(changes, c)
		}
	}
	return changes
}

func (t *Transition) any() bool { return t.New || t.Changed || t.Cleared || t.Expired }
