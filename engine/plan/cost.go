package plan

import (
	"fmt"

	"github.com/dustin/go-humanize"
)

// Past is what the last run of a rule that came to its end tells about the cost of the next.
type Past struct {
	Strategy Strategy
	Seconds  float64 // of all of it
	Rows     int64   // of its largest side
	Differ   int64   // rows of that side that did not match
	Ranges   int     // of a run by checksum: how many there were, and how many were not read
	Same     int
	Stopped  string // of a run by checksum or push-down: why it was given up; "": it was not
}

// addUpMicros is what adding a row up costs a database, in microseconds: more than was measured of any (see the page on
// performance), because an estimate that is too low makes runs slow, and one that is too high keeps them as they were.
const addUpMicros = 5

// leastSeconds is how long a run must take for another strategy to be worth a thought.
const leastSeconds = 30

// cheaper reports whether checksum is to be preferred to hash by what the last run took, and why, or why not. A run by hash shows what
// the line to the sources costs, which nothing else does; a run by checksum shows whether it still pays.
func (p *Past) cheaper() (yes bool, why string) {
	switch {
	case p == nil:
		return false, ""
	case p.Strategy == Checksum && p.Stopped != "":
		return false, "in the last run as checksum " + p.Stopped
	case p.Strategy == Checksum:
		why = fmt.Sprintf("in the last run %d of %d ranges were the same and not read", p.Same, p.Ranges)
		return p.Same*2 >= p.Ranges, why
	case p.Strategy != Hash || p.Seconds < leastSeconds || p.Rows == 0:
		return false, ""
	case p.Differ*1000 > p.Rows:
		return false, fmt.Sprintf("in the last run %s of %s rows a side did not match, which are too many to leave ranges out", humanize.Comma(p.Differ), humanize.Comma(p.Rows))
	}
	addUp := float64(p.Rows) * addUpMicros / 1e6
	why = fmt.Sprintf("the last run took %.0f s for %s rows a side, of which %s did not match; adding them up is estimated at %.0f s", p.Seconds, humanize.Comma(p.Rows), humanize.Comma(p.Differ), addUp)
	return p.Seconds >= 2*addUp, why
}

// compareMicros is what comparing a row of each side costs a database that says it is costly, in microseconds: more than was measured.
const compareMicros = 15

// compares reports whether push-down, where it can be, is to be preferred to reading all rows, and why, or why not. Where joining rows takes about the time in
// which they are sent, only a run that would send most of them all the same, or that was refused, is spared. Where it is costly, the last run must have shown that the line is slow.
func (p *Past) compares(costly bool) (yes bool, why string) {
	const one = "both sides are in one database"
	switch {
	case p != nil && p.Strategy == PushDown && p.Stopped != "":
		return false, "in the last run as push-down " + p.Stopped
	case p != nil && (p.Strategy == PushDown || p.Strategy == Hash) && p.Rows > 0 && p.Differ*2 > p.Rows:
		return false, fmt.Sprintf("%s, but in the last run %s of %s rows a side did not match and would be sent all the same", one, humanize.Comma(p.Differ), humanize.Comma(p.Rows))
	case !costly || p != nil && p.Strategy == PushDown:
		return true, one
	case p == nil || p.Strategy != Hash || p.Seconds < leastSeconds || p.Rows == 0:
		return false, "to compare rows where both sides are costs more than to send them, unless the line is slow"
	}
	compare := float64(p.Rows) * compareMicros / 1e6
	why = fmt.Sprintf("%s, and the last run took %.0f s for %s rows a side, while comparing them there is estimated at %.0f s", one, p.Seconds, humanize.Comma(p.Rows), compare)
	return p.Seconds >= 2*compare, why
}
