package exec

import (
	"encoding/json"
	"sync"
	"time"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/match"
)

// A run that takes long keeps what it has finished, so that another can go on if it is killed: sides that were read to their end, and partitions that
// were matched. Both are files that a run has anyway where its rows do not fit in memory, and a journal beside them that says what
// is in them. Whoever goes on reads no side again of which all is there as it was written, and matches no such partition again.

// Header says of which run something is kept, and what must be the same for another to go on with it.
type Header struct {
	Recon   string    `json:"recon"` // the version that keeps it
	State   string    `json:"state"` // folder of the state, absolute
	Rule    string    `json:"rule"`
	Run     string    `json:"run"`
	Started time.Time `json:"started"`
	At      time.Time `json:"at"`

	Given      map[string]string `json:"given,omitempty"`  // parameters as they were given
	Params     map[string]string `json:"params,omitempty"` // all of the rule
	Definition string            `json:"definition"`       // fingerprint of the rule
	Strategy   string            `json:"strategy"`
	Plan       string            `json:"plan"`    // digest of what the sources are asked for, and of how rows are packed
	Sources    map[string]string `json:"sources"` // by side: digest of its settings
}

// record is one record of a journal: one of its pointers is set.
type record struct {
	Seconds float64   `json:"seconds"` // that the run had taken by then, those of earlier runs included
	Run     *keptRun  `json:"run,omitempty"`
	Side    *keptSide `json:"side,omitempty"`
	Read    *keptRead `json:"read,omitempty"`
	Part    *keptPart `json:"part,omitempty"`
}

type keptRun struct {
	Header
	Bits uint `json:"bits"` // that tell partitions
}

// keptSide is a side that was read to its end.
type keptSide struct {
	Index int             `json:"index"`
	Rows  column.KeptSide `json:"rows"`
	Read  Read            `json:"read"`
	Sums  *match.Sums     `json:"sums"`
}

// keptRead is that all sides were read, where what is left of one depends on the others: merge, checksum and push-down.
type keptRead struct {
	Sides  []keptSide    `json:"sides"`
	Counts *match.Counts `json:"counts"` // of rows that need no matching any more
	Done   *match.Counts `json:"done"`
	Pruned *Pruned       `json:"pruned,omitempty"`
	Pushed *Pushed       `json:"pushed,omitempty"`
}

// keptPart is a partition that was matched.
type keptPart struct {
	Index  int                `json:"index"`
	Counts *match.Counts      `json:"counts"`
	Done   *match.Counts      `json:"done"`
	Rows   column.KeptRecords `json:"rows"` // that found no partner
}

// keeper keeps what a run has finished. That it cannot is no trouble of the run: then nothing more is kept. A nil keeper keeps nothing. It is safe
// for concurrent use.
type keeper struct {
	run     *run
	store   *column.Store
	readers []*reader
	bits    uint
	began   time.Time

	mu      sync.Mutex
	started bool   // there is a journal
	read    []bool // by side: to its end
	kept    []bool // by side
	again   *time.Timer
	ended   bool // reading: nothing of a side is kept any more
}

func (r *run) newKeeper(store *column.Store, readers []*reader, bits uint) *keeper {
	if r.env.Header == nil {
		return nil
	}
	return &keeper{
		run: r, store: store, readers: readers, bits: bits, began: time.Now(),
		read: make([]bool, len(readers)), kept: make([]bool, len(readers)),
	}
}

// A run keeps a side when rows go to disk anyway, or reading took longRead. What is in memory must then be copied to disk, and that must be
// little beside what reading took: copyRate is bytes for each second of it, a twentieth of what a slow disk writes.
const (
	longRead = 5 * time.Second
	copyRate = 32 << 20
)

func (k *keeper) worthwhile(resident int64) bool {
	took := time.Since(k.began)
	return (k.run.dir.Written() > 0 || took >= longRead) && float64(resident) <= took.Seconds()*copyRate
}

// sideRead notes that a side was read to its end, and keeps it.
func (k *keeper) sideRead(side int) {
	if k == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.read[side] = true
	k.someSides()
}

// lookAgain is how often a side is looked at that was read and is not worth keeping yet: the others may take long.
const lookAgain = time.Second

// someSides keeps the sides that were read to their end. The caller holds k.mu.
func (k *keeper) someSides() {
	waits := false
	for side, read := range k.read {
		if !read || k.kept[side] || k.ended {
			continue
		}
		if !k.worthwhile(k.store.Resident(side)) {
			waits = true
			continue
		}
		if kept, ok := k.side(side); ok {
			k.kept[side] = k.put(record{Side: &kept})
		}
	}
	if k.again == nil && waits {
		k.again = time.AfterFunc(lookAgain, func() {
			k.mu.Lock()
			defer k.mu.Unlock()
			k.again = nil
			k.someSides()
		})
	}
}

// end says that nothing is read any more: rows may be moved about after it. all says that all sides were read.
func (k *keeper) end(all bool) {
	if k == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if all {
		k.someSides()
	}
	k.ended = true
	if k.again != nil {
		k.again.Stop()
	}
}

// allSides keeps all sides, and what was found while they were read.
func (k *keeper) allSides() {
	if k == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	resident := int64(0)
	for side := range k.readers {
		resident += k.store.Resident(side)
	}
	if !k.worthwhile(resident) {
		return
	}
	all := keptRead{Counts: k.run.out.Counts, Done: k.run.out.Done, Pruned: k.run.out.Pruned, Pushed: k.run.out.Pushed}
	for side := range k.readers {
		kept, ok := k.side(side)
		if !ok {
			return
		}
		all.Sides = append(all.Sides, kept)
	}
	if k.put(record{Read: &all}) {
		for side := range k.kept {
			k.kept[side] = true
		}
	}
}

func (k *keeper) side(side int) (keptSide, bool) {
	rows, err := k.store.Keep(side)
	return keptSide{Index: side, Rows: rows, Read: k.readers[side].total, Sums: k.readers[side].sums}, err == nil
}

// matched keeps a partition, if all that it was made of is kept.
func (k *keeper) matched(part int, spool *column.Spool, counts, done *match.Counts) {
	if k == nil {
		return
	}
	for _, kept := range k.kept { // nothing changes it any more
		if !kept {
			return
		}
	}
	if rows, err := spool.Keep(); err == nil {
		k.put(record{Part: &keptPart{part, counts, done, rows}})
	}
}

// put writes a record, after the header if it is the first, which is that of a side. Then the caller holds k.mu.
func (k *keeper) put(r record) bool {
	r.Seconds = k.seconds()
	text, err := json.Marshal(r)
	if err != nil {
		panic(err) // plain data
	}
	if k.started {
		return k.run.dir.Record(text) == nil
	}
	k.started = k.run.dir.StartJournal([][]byte{k.header(), text}) == nil
	return k.started
}

func (k *keeper) header() []byte {
	text, err := json.Marshal(record{Seconds: k.seconds(), Run: &keptRun{*k.run.env.Header, k.bits}})
	if err != nil {
		panic(err)
	}
	return text
}

// seconds is what the run has taken since it was started first.
func (k *keeper) seconds() float64 {
	s := time.Since(k.began).Seconds()
	if kept := k.run.env.Kept; kept != nil {
		s += kept.Seconds
	}
	return s
}
