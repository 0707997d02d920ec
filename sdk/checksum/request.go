package checksum

import (
	"math/big"
	"slices"

	"github.com/recon-lang/recon/sdk/schema"
)

// Request says what to add up. Cuts, ascending, none null, cut the rows by the column Cut: range 0 has the values below
// the first cut, range i those from cut i-1 on and below cut i, range len(Cuts) those from the last cut on. One more
// range, the last, has the rows in which Cut is null. Texts are ordered by code point. A row whose Cut cannot be delivered may be
// in any range, and is odd.
type Request struct {
	Cut      schema.Column // its name and the type to deliver it in, as in a ReadRequest; one of Key
	Cuts     []schema.Value
	From, To int
	Key      []Column // the key of a row; these come first in its encoding
	Values   []Column
	Others   []Other // not encoded
	Distinct bool    // count the keys that differ, which costs more
}

// Ranges is how many ranges the cuts make.
func (r *Request) Ranges() int { return len(r.Cuts) + 2 }

// Columns are all columns of the encoding, in its order.
func (r *Request) Columns() []Column { return append(r.Key[:len(r.Key):len(r.Key)], r.Values...) }

// Between is the conditions that a row is in one of the ranges from … to-1, all of which must hold; none for all ranges.
func (r *Request) Between(from, to int) []schema.Condition {
	at := func(op schema.Op, v schema.Value) schema.Condition {
		return schema.Condition{Op: op, Column: r.Cut.Name, Type: r.Cut.Type, Values: []schema.Value{v}}
	}
	null := schema.Condition{Op: schema.IsNull, Column: r.Cut.Name, Type: r.Cut.Type}
	nulls := to > len(r.Cuts)+1
	var bounds []schema.Condition
	if from == len(r.Cuts)+1 {
		return []schema.Condition{null}
	}
	if from > 0 {
		bounds = append(bounds, at(schema.GreaterEqual, r.Cuts[from-1]))
	}
	if to <= len(r.Cuts) {
		bounds = append(bounds, at(schema.Less, r.Cuts[to-1]))
	}
	switch {
	case len(bounds) == 0 && nulls:
		return nil
	case len(bounds) == 0:
		return []schema.Condition{{Op: schema.Not, Args: []schema.Condition{null}}}
	case nulls:
		return []schema.Condition{{Op: schema.Or, Args: []schema.Condition{null, {Op: schema.And, Args: bounds}}}}
	}
	return bounds
}

// Column is a column to add up. Its values are encoded as values of the type As, to which its type converts.
type Column struct {
	Column schema.Column // its name and the type to deliver it in
	As     schema.Type
	Total  bool // add the numbers up as well
}

// Other is a column that is read besides those of the encoding: a row whose value does not fit its type, or is null where it
// must not be, is odd.
type Other struct {
	Column  schema.Column
	NotNull bool
}

// Survey is what a source says of a Request before it adds up anything.
type Survey struct {
	Refused string // why the rows cannot be added up so, as a phrase: "column price is a float in the database"; "": they can
	Unique  bool   // no two rows have the same key, certainly; rows without one do not count
	Rows    int64  // an estimate; -1: not known
	Cuts    []schema.Value
}

// Sum is what the rows of one range add up to. Odd are rows of which nothing is known but that they are there: a part of their
// key is null, or a value is not one of its type, or none that its enum lists, or it is not certain how it would be delivered.
// Whoever wants to know about them reads them.
type Sum struct {
	Rows, Odd int64
	Keys      int64      // keys that differ, of all rows but odd ones; -1: not counted
	Check     Check      // of all rows but odd ones
	Totals    []*big.Int // of each column with Total, in the order of Columns, of all rows but odd ones: in units of the last decimal of As; nil: all are null
}

// Settled reports whether nothing need be read of a range to know that its rows have no null and no repeated key, where
// unique is what the Survey said of keys.
func (s *Sum) Settled(unique bool) bool { return s.Odd == 0 && (unique || s.Keys == s.Rows) }

// Same reports whether the rows of two ranges are the same, odd ones apart. Totals are of the same columns, and a total that differs where the
// check does not is the mistake of a source that must not go unseen.
func (s *Sum) Same(o *Sum) bool {
	total := func(a, b *big.Int) bool { return a == b || a != nil && b != nil && a.Cmp(b) == 0 }
	return s.Rows-s.Odd == o.Rows-o.Odd && s.Check == o.Check && slices.EqualFunc(s.Totals, o.Totals, total)
}
