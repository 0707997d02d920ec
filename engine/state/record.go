package state

import (
	"encoding/binary"
	"slices"

	"github.com/recon-lang/recon/engine/result"
)

// record is what the state keeps of a break beside its rows: enough to say, without the rule, what is wrong and
// whether it is pending or expired. It is written anew whenever a settling touches the key.
type record struct {
	hash      uint64
	kind      Kind
	key       []byte
	firstRun  string // "" while all is pending
	firstSeen int64
	groups    []group // by first window
}

// group is an open group of rows. Its rows are those of the key in its windows; refs, if not nil, lists which of them
// (where some have been paired off).
type group struct {
	outcome  result.Outcome // as if nothing were pending
	items    []Item
	digest   [16]byte
	deadline int64 // end of the first window + carry; NoTime: it never expires
	windows  []groupWindow
	refs     []rowRef
	rows     []*Row // while in memory; not kept
}

// groupWindow is a window that a group has rows of, and the edges that one of them lies near.
type groupWindow struct {
	start int64
	edges byte
}

type rowRef struct {
	start  int64
	side   int
	digest [16]byte
}

func (g *group) first() int64 { return g.windows[0].start }

func (g *group) hasWindow(start int64) bool {
	for i := range g.windows {
		if g.windows[i].start == start {
			return true
		}
	}
	return false
}

func appendRecord(b []byte, r *record) []byte {
	b = binary.BigEndian.AppendUint64(b, r.hash)
	b = append(b, byte(r.kind))
	b = appendBytes(b, r.key)
	b = binary.AppendUvarint(b, uint64(len(r.firstRun)))
	b = append(b, r.firstRun...)
	b = binary.AppendVarint(b, r.firstSeen)
	b = binary.AppendUvarint(b, uint64(len(r.groups)))
	for i := range r.groups {
		b = appendGroup(b, &r.groups[i])
	}
	return b
}

func appendGroup(b []byte, g *group) []byte {
	b = append(b, byte(g.outcome))
	b = binary.AppendUvarint(b, uint64(len(g.items)))
	for _, it := range g.items {
		b = append(b, byte(it.Outcome))
		b = binary.AppendUvarint(b, uint64(it.Name))
	}
	b = append(b, g.digest[:]...)
	b = binary.AppendVarint(b, g.deadline)
	b = binary.AppendUvarint(b, uint64(len(g.windows)))
	for _, w := range g.windows {
		b = binary.AppendVarint(b, w.start)
		b = append(b, w.edges)
	}
	b = binary.AppendUvarint(b, uint64(len(g.refs)))
	for _, r := range g.refs {
		b = binary.AppendVarint(b, r.start)
		b = binary.AppendUvarint(b, uint64(r.side))
		b = append(b, r.digest[:]...)
	}
	return b
}

// record reads one record; its key is the segment's bytes.
func (m *recordRoom) record(d *decoder) *record {
	r := &take(&m.records, 1)[0]
	*r = record{hash: d.uint64(), kind: Kind(d.byte()), key: d.bytes(), firstRun: string(d.bytes()), firstSeen: d.varint()}
	r.groups = take(&m.groups, d.count())
	for i := range r.groups {
		r.groups[i] = m.group(d)
	}
	return r
}

func (m *recordRoom) group(d *decoder) group {
	g := group{outcome: result.Outcome(d.byte())}
	m.items = m.items[:0]
	for range d.count() {
		m.items = append(m.items, Item{result.Outcome(d.byte()), int(d.uvarint())})
	}
	g.items = m.shared.keep(m.items)
	copy(g.digest[:], d.take(16))
	g.deadline = d.varint()
	g.windows = take(&m.windows, d.count())
	for i := range g.windows {
		g.windows[i] = groupWindow{d.varint(), d.byte()}
	}
	if n := d.count(); n > 0 {
		g.refs = make([]rowRef, n)
		for i := range g.refs {
			g.refs[i] = rowRef{start: d.varint(), side: int(d.uvarint())}
			copy(g.refs[i].digest[:], d.take(16))
		}
	}
	return g
}

// attach gives the group its rows out of all rows of the key, and returns those it leaves.
func (g *group) attach(rows []*Row) (rest []*Row) {
	refs := slices.Clone(g.refs)
	for _, r := range rows {
		mine := g.hasWindow(r.Window.Start)
		if mine && g.refs != nil {
			i := slices.Index(refs, rowRef{r.Window.Start, r.Side, r.Digest})
			if mine = i >= 0; mine {
				refs = slices.Delete(refs, i, i+1)
			}
		}
		if mine {
			g.rows = append(g.rows, r)
		} else {
			rest = append(rest, r)
		}
	}
	slices.SortFunc(g.rows, compareInGroup)
	return rest
}

// standing is what the clock and people's decisions make of a group.
type standing struct {
	pending, expired bool
}

// stand says whether a group waits for a partner, or has waited long enough. windows are those settled, by start.
func (g *group) stand(windows []Window, c *coverage) standing {
	if g.outcome != result.Missing || g.deadline == NoTime {
		return standing{}
	}
	if c.horizon >= g.deadline {
		return standing{expired: true}
	}
	for _, gw := range g.windows {
		w, ok := findWindow(windows, gw.start)
		if !ok {
			continue
		}
		if gw.edges&nearStart != 0 && !c.contains(w.Start-1) || gw.edges&nearEnd != 0 && !c.contains(w.Covered) {
			return standing{pending: true}
		}
	}
	return standing{}
}
