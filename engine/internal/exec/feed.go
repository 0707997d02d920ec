package exec

import (
	"context"

	"github.com/recon-lang/recon/engine/internal/column"
)

// feed hands the batches of one side to the merger.
type feed struct {
	m      *merger
	side   int
	packer *column.Packer
	to     *column.Appender
	full   chan *rows
	empty  chan struct{}

	rows *rows // being merged; nil before the first and after the last
	at   int   // in rows.sel
	end  int   // of the rows of the key at at
	last bool  // those may go on behind end

	repeat int // in rows.repeats: the first that is behind at
}

// push waits until a batch is merged: it belongs to its source again when push returns.
func (f *feed) push(ctx context.Context, b *rows) error {
	select {
	case f.full <- b:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-f.empty:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// next makes at be the next row that has a key, with another batch if need be. Rows without a key go to the store.
func (f *feed) next(ctx context.Context) error {
	for {
		if f.rows != nil {
			for f.at < len(f.rows.sel) && f.unkeyed(int(f.rows.sel[f.at])) {
				if err := f.pack(f.at, f.at+1); err != nil {
					return err
				}
				f.at++
			}
			if f.at < len(f.rows.sel) {
				return nil
			}
			f.rows = nil
			select {
			case f.empty <- struct{}{}:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		select {
		case b, ok := <-f.full:
			if !ok {
				return nil
			}
			f.rows, f.at, f.repeat = b, 0, 0
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (f *feed) unkeyed(i int) bool {
	if _, ok := f.rows.input.Reasons[i]; ok {
		return true
	}
	for _, k := range f.rows.input.Keys {
		if k.IsNull(i) {
			return true
		}
	}
	return false
}

func (f *feed) pack(from, to int) error {
	return f.to.Pack(f.packer, &f.rows.input, f.rows.sel[from:to])
}

// row is the row at at.
func (f *feed) row() int { return int(f.rows.sel[f.at]) }

// extend makes end be the end of the rows in this batch that have the key of at.
func (f *feed) extend() {
	f.end = f.at + 1
	if f.rows.ordered && len(f.rows.repeats) == 0 && len(f.rows.input.Reasons) == 0 {
		f.last = f.end == len(f.rows.sel)
		return
	}
	f.last = true
	for f.end < len(f.rows.sel) {
		i := int(f.rows.sel[f.end])
		if f.unkeyed(i) {
			return // a row that could not be read, behind which the key may go on
		}
		if f.m.compareKeys(f.rows, f.row(), f.rows, i) != 0 {
			f.last = false
			return
		}
		f.end++
	}
}
