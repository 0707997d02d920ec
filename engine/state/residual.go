package state

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"

	badger "github.com/dgraph-io/badger/v4"
)

// limits bound what is in memory at a time. Tests make them small.
type limits struct {
	things int // rows and groups of one chunk
	bytes  int // of its new rows
	others int // rows loaded from other windows, unless one key has more
}

var usualLimits = limits{things: 16384, bytes: 8 << 20, others: 65536}

// residual is the part of a settling that goes through all keys concerned, in chunks ascending by hash: new rows, the rows they
// replace, and the breaks that were open before.
type residual struct {
	t        *Settling
	batch    *badger.WriteBatch
	packer   *packer
	rows     *segmentWriter
	records  *segmentWriter
	finder   *finder
	former   *grouper
	formers  map[id128]*grouper // of stale definitions
	oldRows  *rowCursor         // nil if the window was never settled
	oldRow   *Row
	oldBreak *recordCursor
	oldRec   *record
	summary  Summary
	finished bool

	chunk
	width uint64 // if not 0, a chunk spans at most so many hashes, and every row in it is grouped anew
	from  uint64 // where the chunk begins

	anyStale bool // a window was settled under another definition than this one

	onGroup      func(*Group) error
	onTransition func(*Transition) error
	shown        Group // reused
	told         Transition
	was, is      []reported
	changes      []Change
	fresh        []*Row // of the key being settled: those that are grouped anew
	pool         []*Row // and those that belong to groups as they were
	pointers     []*Row // room for lists of rows
}

// chunk is what is in memory of the three streams.
type chunk struct {
	news   []Row
	olds   []*Row
	recs   []*record
	groups int // of recs
	copied arena
	last   uint64 // hash of the latest thing
}

func (c *chunk) things() int { return len(c.news) + len(c.olds) + c.groups }

// arena holds copies of the bytes of a chunk's new rows.
type arena struct {
	block []byte
	total int
}

func (a *arena) copy(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	if len(a.block)+len(b) > cap(a.block) {
		a.block = make([]byte, 0, max(len(b), 256<<10))
	}
	n := len(a.block)
	a.block = append(a.block, b...)
	a.total += len(b)
	return a.block[n:len(a.block):len(a.block)]
}

func (r *residual) open(t *Settling) error {
	r.t = t
	d := &t.of.Definition
	cal, err := newCalendar(d)
	if err != nil {
		return err
	}
	r.former = &grouper{definition: d, calendar: cal, judge: t.of.Judge}
	r.formers = map[id128]*grouper{}
	r.batch = t.store.newBatch()
	r.packer = newPacker(r.batch)
	r.rows = &segmentWriter{store: t.store, packer: r.packer, prefix: 'r', generation: t.generation}
	r.records = &segmentWriter{store: t.store, packer: r.packer, prefix: 'g', generation: t.generation}
	txn := t.before.txn
	r.finder = newFinder(txn)
	r.oldBreak = &recordCursor{reader: newSegmentReader(txn, 'g', t.before.ledger.Generation)}
	if t.old != nil {
		r.oldRows = &rowCursor{reader: newSegmentReader(txn, 'r', t.old.Generation), window: t.old.window()}
	}
	r.plan()
	return nil
}

// plan decides whether everything is to be grouped anew: that is so where windows that were stale are not any more, because
// the rule is again what it was.
func (r *residual) plan() {
	t := r.t
	r.anyStale = slices.ContainsFunc(t.before.heads, func(h head) bool { return h.Fingerprint != t.after.ledger.Fingerprint })
	if t.before.ledger.Fingerprint == t.after.ledger.Fingerprint {
		return
	}
	total, back := int64(0), false
	for i := range t.after.heads {
		h := &t.after.heads[i]
		total += h.Rows
		back = back || h.Start != t.of.Window.Start && h.Fingerprint == t.after.ledger.Fingerprint
	}
	if back {
		r.width = math.MaxUint64/uint64(total/int64(t.store.limits.things)+1) + 1
		if r.width == 0 {
			r.width = math.MaxUint64
		}
	}
}

func (r *residual) close() {
	r.finder.close()
	r.oldBreak.reader.close()
	if r.oldRows != nil {
		r.oldRows.reader.close()
	}
	_ = r.packer.finish() // what it could not write is not named by anything
	r.batch.Cancel()
	r.chunk = chunk{}
}

// Residual takes the rows that the run left unmatched, ascending by Hash, and works out what becomes of them together with
// the rows of other windows. It hands over each group that has a row of this window, matched or not (so all
// its rows are either read or carried), and each transition, both ascending by hash. A group is valid only during the call; a
// transition's break may be kept. Errors of these functions and of the judge come back as they are.
//
// It holds a few thousand rows in memory at a time, and all rows of one key. A row is not needed once the next is asked for.
func (t *Settling) Residual(rows iter.Seq2[Row, error], group func(*Group) error, transition func(*Transition) error) (Summary, error) {
	if t.ended || t.finished {
		return Summary{}, fmt.Errorf("state: a settling takes its residual once")
	}
	t.onGroup, t.onTransition = group, transition
	if err := t.residual.run(rows); err != nil {
		if f, ok := err.(foreignError); ok {
			return Summary{}, f.error
		}
		return Summary{}, t.store.wrap(err)
	}
	t.finished = true
	return t.summary, nil
}

func (r *residual) run(rows iter.Seq2[Row, error]) error {
	var err error
	if err = r.nextOldRow(); err == nil {
		err = r.nextOldRecord()
	}
	if err != nil {
		return err
	}
	last := uint64(0)
	for row, err := range rows {
		if err != nil {
			return foreign(err)
		}
		if row.Hash < last {
			return fmt.Errorf("rows of the residual do not ascend by hash")
		}
		last = row.Hash
		if err := r.until(row.Hash); err != nil {
			return err
		}
		if err := r.add(row); err != nil {
			return err
		}
	}
	if err := r.until(math.MaxUint64); err != nil {
		return err
	}
	if err := r.process(math.MaxUint64); err != nil {
		return err
	}
	if err := r.intact(); err != nil {
		return err
	}
	if err := r.rows.flush(); err != nil {
		return err
	}
	if err := r.records.flush(); err != nil {
		return err
	}
	if err := r.t.store.step("flush"); err != nil {
		return err
	}
	err = r.packer.finish()
	if err == nil {
		err = r.batch.Flush()
	}
	if err != nil {
		return fmt.Errorf("write residual: %w", err)
	}
	return nil
}

// intact refuses to settle over rows and breaks that are not those that were settled: a block that cannot be read ends a walk
// as if it were the last.
func (r *residual) intact() error {
	if r.oldRows != nil && r.oldRows.reader.checksum != r.t.old.Checksum || r.oldBreak.reader.checksum != r.t.before.ledger.Checksum {
		return errors.New("damaged: what was settled before cannot be read as it was; see recon state verify")
	}
	return nil
}

func (r *residual) nextOldRow() (err error) {
	if r.oldRows != nil {
		r.oldRow, err = r.oldRows.next()
	}
	return err
}

func (r *residual) nextOldRecord() (err error) {
	r.oldRec, err = r.oldBreak.next()
	return err
}

// until takes what stood before up to and with a hash.
func (r *residual) until(hash uint64) error {
	for {
		rowFirst := r.oldRow != nil && (r.oldRec == nil || r.oldRow.Hash <= r.oldRec.hash)
		switch {
		case rowFirst && r.oldRow.Hash <= hash:
			if err := r.room(r.oldRow.Hash); err != nil {
				return err
			}
			r.olds = append(r.olds, r.oldRow)
			if err := r.nextOldRow(); err != nil {
				return err
			}
		case !rowFirst && r.oldRec != nil && r.oldRec.hash <= hash:
			if err := r.room(r.oldRec.hash); err != nil {
				return err
			}
			r.recs = append(r.recs, r.oldRec)
			r.groups += len(r.oldRec.groups)
			if err := r.nextOldRecord(); err != nil {
				return err
			}
		default:
			return r.room(hash)
		}
	}
}

// add takes a row of the new residual.
func (r *residual) add(row Row) error {
	d := &r.t.of.Definition
	if row.Side < 0 || row.Side >= len(d.Sides) || row.Kind > Breach {
		return fmt.Errorf("a row of the residual has side %d of %d and kind %d", row.Side, len(d.Sides), row.Kind)
	}
	row.Key, row.Values, row.Names = r.copied.copy(row.Key), r.copied.copy(row.Values), slices.Clone(row.Names)
	if row.Kind != Keyed {
		row.Key = nil
	}
	row.Window = r.t.of.Window
	r.news = append(r.news, row)
	return nil
}

// room works the chunk off if it is full and a thing of another hash comes, so that no key is cut in two.
func (r *residual) room(hash uint64) error {
	if hash != r.last && (r.things() >= r.t.store.limits.things || r.copied.total >= r.t.store.limits.bytes) {
		if err := r.process(hash - 1); err != nil {
			return err
		}
	}
	for r.width != 0 && hash-r.from >= r.width {
		if err := r.process(r.from + r.width - 1); err != nil {
			return err
		}
	}
	r.last = hash
	return nil
}

// process works off the chunk, which holds everything of the hashes from r.from to hi.
func (r *residual) process(hi uint64) error {
	if err := r.t.ctx.Err(); err != nil {
		return err
	}
	r.sortNews()
	written := make(chan error, 1)
	go func() { written <- r.writeNews() }()
	anew, err := r.regrouped(hi)
	if err == nil {
		err = r.settleAll(r.entries(anew))
	}
	if e := <-written; err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	clear(r.olds)
	clear(r.recs)
	r.news, r.olds, r.recs = r.news[:0], r.olds[:0], r.recs[:0]
	r.copied, r.groups = arena{}, 0
	r.from = hi + 1
	return nil
}

// writeNews writes the new rows of the chunk, while others read them to work out what becomes of them.
func (r *residual) writeNews() error {
	for i := range r.news {
		row := &r.news[i]
		if err := r.rows.add(row.Hash, func(b []byte) []byte { return appendRow(b, row) }); err != nil {
			return err
		}
	}
	return nil
}

// sortNews puts the new rows in order and gives those without a key their identity.
func (r *residual) sortNews() {
	compare := func(a, b Row) int { return compareRows(&a, &b) }
	slices.SortFunc(r.news, compare)
	type twin struct {
		side   int
		digest [16]byte
	}
	local := false
	for i := 0; i < len(r.news); {
		hash, kind := r.news[i].Hash, r.news[i].Kind
		if kind == Keyed {
			i++
			continue
		}
		local = true
		twins := map[twin]uint32{}
		for ; i < len(r.news) && r.news[i].Hash == hash && r.news[i].Kind == kind; i++ {
			row := &r.news[i]
			w := twin{row.Side, row.Digest}
			row.Key = identify(row, row.Window.Start, twins[w], nil)
			twins[w]++
		}
	}
	if local {
		slices.SortFunc(r.news, compare)
	}
}

// regrouped loads the rows of windows that are not stale any more.
func (r *residual) regrouped(hi uint64) ([]*Row, error) {
	if r.width == 0 {
		return nil, nil
	}
	t := r.t
	var rows []*Row
	for i := range t.after.heads {
		h := &t.after.heads[i]
		if h.Start == t.of.Window.Start || h.Fingerprint != t.after.ledger.Fingerprint || h.Rows == 0 {
			continue
		}
		err := r.finder.find(h.Generation, h.window(), []uint64{r.from, hi}, true, func(row *Row) bool {
			rows = append(rows, row)
			return true
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(rows, compareRows)
	return rows, nil
}

// entry is a key of the chunk: what is known of it, before and after.
type entry struct {
	hash    uint64
	kind    Kind
	key     []byte
	news    []*Row
	olds    []*Row
	others  []*Row // of other windows; only if rows are needed
	rec     *record
	touched bool // its rows have changed, or are grouped anew
}

func (e *entry) compare(hash uint64, kind Kind, key []byte) int {
	return compareKeys(e.hash, e.kind, e.key, hash, kind, key)
}

// entries merges the streams, all sorted, by key. anew are rows that make their keys be grouped anew.
func (r *residual) entries(anew []*Row) []entry {
	entries := make([]entry, 0, r.things()+len(anew))
	news, olds, recs := make([]*Row, len(r.news)), r.olds, r.recs
	for i := range r.news {
		news[i] = &r.news[i]
	}
	for len(news)+len(olds)+len(recs)+len(anew) > 0 {
		var e entry
		first := true
		consider := func(hash uint64, kind Kind, key []byte) {
			if first || e.compare(hash, kind, key) > 0 {
				e.hash, e.kind, e.key, first = hash, kind, key, false
			}
		}
		if len(news) > 0 {
			consider(news[0].Hash, news[0].Kind, news[0].Key)
		}
		if len(olds) > 0 {
			consider(olds[0].Hash, olds[0].Kind, olds[0].Key)
		}
		if len(recs) > 0 {
			consider(recs[0].hash, recs[0].kind, recs[0].key)
		}
		if len(anew) > 0 {
			consider(anew[0].Hash, anew[0].Kind, anew[0].Key)
		}
		same := func(row *Row) bool {
			return row.Hash == e.hash && row.Kind == e.kind && bytes.Equal(row.Key, e.key)
		}
		take := func(from *[]*Row) []*Row {
			n := 0
			for n < len(*from) && same((*from)[n]) {
				n++
			}
			taken := (*from)[:n:n]
			*from = (*from)[n:]
			return taken
		}
		e.news, e.olds = take(&news), take(&olds)
		if len(recs) > 0 && e.compare(recs[0].hash, recs[0].kind, recs[0].key) == 0 {
			e.rec, recs = recs[0], recs[1:]
		}
		e.touched = len(e.news)+len(e.olds) > 0
		if len(take(&anew)) > 0 && e.kind == Keyed { // others stand in their window as before
			e.touched = true
		}
		entries = append(entries, e)
	}
	return entries
}
