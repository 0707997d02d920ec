package state

import (
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	badger "github.com/dgraph-io/badger/v4"
	"github.com/recon-lang/recon/engine/result"
)

// Verified counts what Verify has looked at.
type Verified struct {
	Runs, Windows, Rows, Breaks int64
	Decisions, Messages         int64 // that people made, that wait to be sent
	Orphans                     int64 // generations that nothing names: they take room and do no harm; Compact deletes them
}

// Verify recomputes everything that can be: the checksums of the store's tables, conservation and the chain of hashes over the
// runs, the rows of each window and their index against its head, the breaks against their ledger and the rows. The error names
// the first that does not fit.
func (s *Store) Verify(ctx context.Context) (Verified, error) {
	seen, err := s.verify(ctx)
	return seen, s.wrap(err)
}

func (s *Store) verify(ctx context.Context) (seen Verified, err error) {
	// Badger's own code may panic over bytes that nobody could have written.
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("damaged: the store's files cannot be read: %v", p)
		}
	}()
	s.tell("verify tables", 0, 0)
	// First, because an iterator ends at a block that cannot be read as if it were the last.
	if err := s.db.VerifyChecksum(); err != nil {
		return seen, fmt.Errorf("damaged: %w", err)
	}
	txn := s.db.NewTransaction(false)
	defer txn.Discard()
	c := checker{ctx: ctx, txn: txn, limits: s.limits, tell: s.tell}
	if err := c.runs(); err != nil {
		return c.seen, err
	}
	if err := c.ledgers(); err != nil {
		return c.seen, err
	}
	return c.seen, c.others()
}

type checker struct {
	ctx    context.Context
	txn    *badger.Txn
	limits limits
	tell   func(what string, done, total int64)
	seen   Verified
	total  int64                 // rows of all windows
	named  map[generationOf]bool // by heads, ledgers and the outbox
	known  map[uint64]bool       // ledgers
}

// runs goes along the chain, and then through the names of its members.
func (c *checker) runs() error {
	last, hash, err := chain(c.txn)
	if err != nil {
		return fmt.Errorf("read the chain of runs: %w", err)
	}
	var previous [32]byte
	err = scan(c.txn, key('u'), func(k, v []byte) error {
		number := binary.BigEndian.Uint64(k[2:])
		r, err := decodeRun(v)
		if err != nil {
			return fmt.Errorf("run record %d: %w", number, err)
		}
		c.seen.Runs++
		if number != uint64(c.seen.Runs) {
			return fmt.Errorf("run record %d is missing", c.seen.Runs)
		}
		if r.hash != chainHash(previous, number, &r) {
			return fmt.Errorf("run record %d (%s) was changed: its hash does not fit", number, r.id)
		}
		previous = r.hash
		if err := conserves(r.record); err != nil {
			return fmt.Errorf("run record %d (%s): %w", number, r.id, err)
		}
		if err := c.runNamed(r.id, number); err != nil {
			return err
		}
		c.tell("verify runs", c.seen.Runs, int64(last))
		return c.ctx.Err()
	})
	if err != nil {
		return err
	}
	if uint64(c.seen.Runs) != last || previous != hash {
		return fmt.Errorf("run record %d is missing", c.seen.Runs+1)
	}
	names := int64(0)
	if err := scan(c.txn, []byte("n/"), func(_, _ []byte) error { names++; return nil }); err != nil {
		return err
	}
	if names != c.seen.Runs {
		return fmt.Errorf("%d runs are recorded, and %d have a name", c.seen.Runs, names)
	}
	return nil
}

// runNamed checks that a run is found by its id.
func (c *checker) runNamed(id string, number uint64) error {
	item, err := c.txn.Get(runKey(id))
	if err != nil {
		return fmt.Errorf("run record %d (%s) is not found by its id: %w", number, id, err)
	}
	return item.Value(func(v []byte) error {
		if len(v) != 8 || binary.BigEndian.Uint64(v) != number {
			return fmt.Errorf("the id %s does not lead to run record %d", id, number)
		}
		return nil
	})
}

// conserves checks that every row a run read ended in exactly one outcome. A run in trouble has not said so.
func conserves(record []byte) error {
	var run result.Run
	if err := json.Unmarshal(record, &run); err != nil {
		return fmt.Errorf("is no run: %w", err)
	}
	if run.Verdict == "trouble" {
		return nil
	}
	for name, side := range run.Sides {
		ends := side.Matched + side.Mismatch + side.Missing + side.Duplicate + side.Unkeyed + side.Pending + side.Breach
		if side.Read+side.Carried != ends {
			return fmt.Errorf("side %s read %d rows and carried %d, but %d have an outcome", name, side.Read, side.Carried, ends)
		}
	}
	return nil
}

func (c *checker) ledgers() error {
	all, err := loadLedgers(c.txn, "")
	if err != nil {
		return fmt.Errorf("read ledgers: %w", err)
	}
	c.named, c.known = map[generationOf]bool{}, map[uint64]bool{}
	var views []*view
	for _, l := range all {
		v, err := loadView(c.txn, l)
		if err != nil {
			return fmt.Errorf("ledger of %s: %w", l.Rule, err)
		}
		v.limits = c.limits
		views = append(views, v)
		c.known[l.ID], c.named[generationOf{'g', l.Generation}] = true, true
		for i := range v.heads {
			h := &v.heads[i]
			c.named[generationOf{'h', h.Generation}], c.named[generationOf{'r', h.Generation}] = true, true
			c.total += h.Rows
		}
		c.seen.Decisions += int64(len(v.decisions))
	}
	for _, v := range views {
		if err := c.ledger(v); err != nil {
			return fmt.Errorf("ledger of %s: %w", v.ledger.Rule, err)
		}
	}
	return nil
}

func (c *checker) ledger(v *view) error {
	for i := range v.heads {
		h := &v.heads[i]
		if i > 0 && v.heads[i-1].End > h.Start {
			return fmt.Errorf("windows %s and %s overlap", v.windows[i-1], v.windows[i])
		}
		if v.definitions[h.Definition] == nil {
			return fmt.Errorf("window %s has lost its definition", v.windows[i])
		}
		if err := c.rows(h); err != nil {
			return fmt.Errorf("window %s: %w", v.windows[i], err)
		}
		c.seen.Windows++
	}
	return c.breaks(v)
}

// rows counts the rows of a window, and compares their checksum and their index of hashes.
func (c *checker) rows(h *head) error {
	cursor := &rowCursor{reader: newSegmentReader(c.txn, 'r', h.Generation), window: h.window()}
	defer cursor.reader.close()
	index := newIndexReader(c.txn, h.Generation)
	defer index.it.Close()
	n, last := int64(0), &Row{}
	for {
		row, err := cursor.next()
		if err != nil {
			return err
		}
		if row == nil {
			break
		}
		hash, ok, err := index.next()
		if err != nil {
			return err
		}
		if !ok || hash != row.Hash {
			return fmt.Errorf("row %d is not where its index has it", n)
		}
		if compareRows(last, row) > 0 && n > 0 {
			return fmt.Errorf("row %d stands out of order", n)
		}
		last = row
		n++
		if n%progressRows == 0 {
			c.tell("verify rows", c.seen.Rows+n, c.total)
			if err := c.ctx.Err(); err != nil {
				return err
			}
		}
	}
	c.seen.Rows += n
	if n != h.Rows || cursor.reader.checksum != h.Checksum {
		return fmt.Errorf("its %d rows are not the %d that were settled", n, h.Rows)
	}
	if _, more, err := index.next(); more || err != nil {
		return cmp.Or(err, errors.New("the index of its rows has more than they are"))
	}
	return c.ctx.Err()
}

// progressRows is after how many rows or breaks progress is told.
const progressRows = 4096

// breaks compares the open breaks with what was settled, and finds their rows.
func (c *checker) breaks(v *view) error {
	reader := newSegmentReader(c.txn, 'g', v.ledger.Generation)
	defer reader.close()
	for {
		_, ok, err := reader.next()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
	}
	if reader.checksum != v.ledger.Checksum {
		return fmt.Errorf("its breaks are not those that were settled")
	}
	finder := newFinder(c.txn)
	defer finder.close()
	n := int64(0)
	err := v.walk(c.ctx, finder, allHashes, nil, func(_ *view, r *record, b *Break) error {
		if n++; n%progressRows == 0 {
			c.tell("verify breaks of "+v.ledger.Rule, n, v.ledger.Breaks)
		}
		for i := range r.groups {
			g := &r.groups[i]
			if g.refs != nil && len(g.refs) != len(g.rows) || digestOf(g.rows) != g.digest {
				return fmt.Errorf("break %s: its rows are not those that were settled", b.ID)
			}
		}
		return nil
	})
	c.seen.Breaks += n
	if err == nil && n != v.ledger.Breaks {
		err = fmt.Errorf("it has %d breaks, and %d were settled", n, v.ledger.Breaks)
	}
	return err
}

// others goes through what no ledger leads to: messages, and what belongs to a ledger or generation that is not there.
func (c *checker) others() error {
	err := scan(c.txn, key('o'), func(k, run []byte) error {
		generation := binary.BigEndian.Uint64(k[2:])
		c.named[generationOf{'p', generation}] = true
		n := int64(0)
		err := scan(c.txn, key('p', generation), func(k, v []byte) error {
			n++
			if _, _, err := decodeMessage(v); err != nil {
				return fmt.Errorf("message %s-%d: %w", run, binary.BigEndian.Uint32(k[10:]), err)
			}
			return nil
		})
		c.seen.Messages += n
		if err == nil && n == 0 {
			err = fmt.Errorf("the messages of run %s are missing", run)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, prefix := range []byte("wfd") {
		err := scan(c.txn, key(prefix), func(k, _ []byte) error {
			if id := binary.BigEndian.Uint64(k[2:]); !c.known[id] {
				return fmt.Errorf("ledger %d is missing, and something of it is left", id)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	left, err := orphanGenerations(c.txn, c.named)
	c.seen.Orphans = int64(len(left))
	return err
}
