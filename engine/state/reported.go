package state

import "github.com/recon-lang/recon/engine/result"

// reported is an item of a break that is neither pending nor accepted: what somebody has been told.
type reported struct {
	item    Item
	digest  [16]byte
	expired bool
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
		for _, it := range g.items {
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
			items = append(items, reported{it, g.digest, expired})
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

func (t *Transition) any() bool { return t.New || t.Changed || t.Cleared || t.Expired }
