package state

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"

	badger "github.com/dgraph-io/badger/v4"
	"github.com/recon-lang/recon/engine/result"
)

// Verified counts what Verify has looked at.
type Verified struct {
	Runs, Windows, Rows, Breaks int64
}

// Verify recomputes everything that can be: conservation and the chain of hashes over the runs, the rows of each
// window against its head, the breaks against their ledger and the rows. The error names the first that does not fit.
func (s *Store) Verify(ctx context.Context) (Verified, error) {
	txn := s.db.NewTransaction(false)
	defer txn.Discard()
	c := checker{ctx: ctx, txn: txn, limits: s.limits}
	if err := c.runs(); err != nil {
		return c.seen, s.wrap(err)
	}
	ledgers, err := loadLedgers(txn, "")
	if err != nil {
		return c.seen, s.wrap(err)
	}
	for _, l := range ledgers {
		if err := c.ledger(l); err != nil {
			return c.seen, s.wrap(fmt.Errorf("ledger of %s: %w", l.Rule, err))
		}
	}
	return c.seen, nil
}

type checker struct {
	ctx    context.Context
	txn    *badger.Txn
	limits limits
	seen   Verified
}

// runs goes along the chain.
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
		return c.ctx.Err()
	})
	if err != nil {
		return err
	}
	if uint64(c.seen.Runs) != last || previous != hash {
		return fmt.Errorf("run record %d is missing", c.seen.Runs+1)
	}
	return nil
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

func (c *checker) ledger(l ledger) error {
	v, err := loadView(c.txn, l)
	if err != nil {
		return err
	}
	v.limits = c.limits
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

// rows counts the rows of a window and compares their checksum.
func (c *checker) rows(h *head) error {
	cursor := &rowCursor{reader: newSegmentReader(c.txn, 'r', h.Generation), window: h.window()}
	defer cursor.reader.close()
	n, last := int64(0), &Row{}
	for {
		row, err := cursor.next()
		if err != nil {
			return err
		}
		if row == nil {
			break
		}
		if compareRows(last, row) > 0 && n > 0 {
			return fmt.Errorf("row %d stands out of order", n)
		}
		last = row
		n++
	}
	c.seen.Rows += n
	if n != h.Rows || cursor.reader.checksum != h.Checksum {
		return fmt.Errorf("its %d rows are not the %d that were settled", n, h.Rows)
	}
	return c.ctx.Err()
}

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
		n++
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
