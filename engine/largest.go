package engine

import (
	"cmp"
	"slices"

	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/engine/state"
	"github.com/recon-lang/recon/sdk/schema"
)

// largest keeps the breaks of the largest amounts, at most as many as a report shows.
type largest struct {
	most  int
	list  []result.Break
	added int  // bytes of texts since trim
	full  bool // most breaks were left when it was trimmed last: what comes after the last of them need not be added
}

// largestBytes of texts are added before those that are too many are given up.
const largestBytes = 4 << 20

// wants reports whether a break of this amount and id may be among the largest. What it does not want makes no difference.
func (l *largest) wants(amount schema.Value, id string) bool {
	if !l.full {
		return l.most > 0
	}
	last := &l.list[l.most-1]
	return cmp.Or(compareAmounts(amount, last.Amount), cmp.Compare(last.ID, id)) > 0
}

func (l *largest) add(b result.Break) {
	l.list = append(l.list, b)
	l.added += textBytes(&b)
	if len(l.list) >= 2*l.most+64 || l.added > largestBytes && len(l.list) > l.most { // sort seldom
		l.trim()
	}
}

// textBytes is how long the texts of a break's rows are together.
func textBytes(b *result.Break) (n int) {
	for i := range b.Rows {
		n += len(b.Rows[i].Reason)
		for j := range b.Rows[i].Values {
			n += len(b.Rows[i].Values[j].Value.Text)
		}
	}
	return n
}

func (l *largest) trim() {
	slices.SortStableFunc(l.list, func(a, b result.Break) int {
		return cmp.Or(compareAmounts(b.Amount, a.Amount), cmp.Compare(a.ID, b.ID))
	})
	n := min(l.most, len(l.list))
	clear(l.list[n:])
	l.list, l.added, l.full = l.list[:n], 0, n == l.most && n > 0
}

func (l *largest) sorted() []result.Break {
	l.trim()
	return l.list
}

// isPending reports whether all groups of a break wait for a partner.
func isPending(b *state.Break) bool {
	return len(b.Groups) > 0 && !slices.ContainsFunc(b.Groups, func(g state.Group) bool { return g.Outcome != result.Pending })
}

// isAccepted reports whether all groups of a break are accepted.
func isAccepted(b *state.Break) bool {
	return len(b.Groups) > 0 && !slices.ContainsFunc(b.Groups, func(g state.Group) bool { return g.Accepted == nil })
}
