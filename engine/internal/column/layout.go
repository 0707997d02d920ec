// Package column holds rows for matching: it packs the rows of a batch into bytes, keeps them in
// pages by partitions of their key's hash, under a budget and on disk beyond it, and sorts
// them. It knows columns and bytes; it knows nothing of rules, sources or verdicts. Its API may change
// on any day.
//
// A packed row is
//
//	hash    8  of the key; of the row's values if it has no key
//	size    4  of the whole row
//	agree   4  size of the agree region, and two flags
//	agree region: states of the terms, 2 bits each; fixed-width terms, 8 or 16 bytes each;
//	        the key; other terms, with their lengths; texts of units
//	rest:   states of the other columns; fixed-width ones; other ones, with their lengths
//	reason  of a row without a key, with its length
//
// Two rows of different sides whose agree regions are the same bytes, and that are not doubtful, have the same key,
// and all their comparisons agree: whatever a comparison tolerates, it holds equal what is equal.
package column

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/recon-lang/recon/sdk/schema"
)

// Layout says what packed rows hold. It is plain data, so that it can be kept beside rows.
type Layout struct {
	Keys  []Part // of the key, in order
	Terms []Part // of the comparisons, in order
	Sides []Side
}

// Part is a part of the key or a comparison: its name and the type in which every side's values are packed.
// Units marks a comparison whose unit is in a column of some side: its unit is packed too.
type Part struct {
	Name  string
	Type  schema.Type
	Units bool `json:",omitempty"`
}

// Side is the row of one side.
type Side struct {
	Name    string
	Columns []Column
	Time    int    // index of the column that says when the row happened, or -1
	Zone    string // IANA name of the zone in which a date's day starts; "" is UTC
}

// Column is one column of a side. If Key or Term is not 0, that part of the key or that term
// (counted from 1) is the column's value, and it is not packed once more.
type Column struct {
	Name       string
	Type       schema.Type
	Unit       string `json:",omitempty"`
	UnitColumn int    `json:",omitempty"` // index+1 of the column that holds the unit
	Key        int    `json:",omitempty"`
	Term       int    `json:",omitempty"`
	Hidden     bool   `json:",omitempty"` // the engine's own: in no report and no digest
}

// Marshal is l as bytes that ParseLayout reads.
func (l *Layout) Marshal() []byte {
	b, err := json.Marshal(l)
	if err != nil {
		panic(err) // plain data
	}
	return b
}

// ParseLayout reads what Marshal wrote.
func ParseLayout(b []byte) (*Layout, error) {
	l := &Layout{}
	if err := json.Unmarshal(b, l); err != nil {
		return nil, fmt.Errorf("read the layout of rows: %w", err)
	}
	for _, s := range l.Sides {
		for _, c := range s.Columns {
			if c.Key < 0 || c.Key > len(l.Keys) || c.Term < 0 || c.Term > len(l.Terms) ||
				c.UnitColumn < 0 || c.UnitColumn > len(s.Columns) || s.Time >= len(s.Columns) {
				return nil, fmt.Errorf("read the layout of rows: column %s of side %s points nowhere", c.Name, s.Name)
			}
		}
	}
	return l, nil
}

// Shape is a Layout with its offsets worked out. It is safe for concurrent use.
type Shape struct {
	*Layout
	states int   // bytes of states
	slots  []int // of each term: offset in the row, or -1 if its width varies
	widths []int // of each term: bytes, or 0 if they vary
	keys   []int // of each part of the key: the same
	keyAt  int   // offset of the key's length
	rest   []restShape
	zones  []*time.Location

	digests [][]digested // of each side: its columns
}

type restShape struct {
	columns []int // indexes of the columns packed in the rest
	states  int
	slots   []int // of each of columns: offset in the rest, or -1
	fixed   int   // where the varying ones start
	at      []int // of each column of the side: index into columns, or -1
}

const (
	hashAt   = 0
	sizeAt   = 8
	agreeAt  = 12
	header   = 16
	doubtful = 1 << 31 // a term agrees with nothing
	unkeyed  = 1 << 30
)

// State says what a term or a column of a packed row is.
type State uint8

const (
	Absent State = iota // the side has no such term
	Null
	Present
	Poisoned // agrees with nothing: null although it was computed from something, NaN, no text of its enum
)

// NewShape works out l's offsets.
func NewShape(l *Layout) *Shape {
	s := &Shape{Layout: l, states: (len(l.Terms) + 3) / 4}
	at := header + s.states
	for _, t := range l.Terms {
		w := width(t.Type)
		s.widths = append(s.widths, w)
		if w == 0 {
			s.slots = append(s.slots, -1)
			continue
		}
		s.slots = append(s.slots, at)
		at += w
	}
	s.keyAt = at
	for _, k := range l.Keys {
		s.keys = append(s.keys, width(k.Type))
	}
	for _, side := range l.Sides {
		s.rest = append(s.rest, newRest(side))
		s.digests = append(s.digests, newDigested(l, side))
		loc, err := time.LoadLocation(side.Zone)
		if err != nil {
			loc = time.UTC // the checker has refused a zone that nobody knows; another machine may know fewer
		}
		s.zones = append(s.zones, loc)
	}
	return s
}

func newRest(side Side) restShape {
	r := restShape{at: make([]int, len(side.Columns))}
	for i, c := range side.Columns {
		r.at[i] = -1
		if c.Key == 0 && c.Term == 0 {
			r.at[i] = len(r.columns)
			r.columns = append(r.columns, i)
		}
	}
	r.states = (len(r.columns) + 3) / 4
	at := r.states
	for _, i := range r.columns {
		w := width(side.Columns[i].Type)
		if w == 0 {
			r.slots = append(r.slots, -1)
			continue
		}
		r.slots = append(r.slots, at)
		at += w
	}
	r.fixed = at
	return r
}

// Rest are the columns of a side that are packed beside key and terms.
func (s *Shape) Rest(side int) []int { return s.rest[side].columns }

// width is the bytes of a value of type t, 0 if they vary.
func width(t schema.Type) int {
	switch t.Layout() {
	case schema.Int128:
		return 16
	case schema.Varlen:
		return 0
	}
	return 8
}

func stateOf(states []byte, i int) State { return State(states[i>>2] >> (i & 3 * 2) & 3) }
