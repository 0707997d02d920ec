package exec

import (
	"errors"
	"iter"
	"slices"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/state"
)

// How many rows are read ahead while the state works on others: at most aheadBatches+2 batches of aheadRows, or of about aheadBytes.
const (
	aheadRows    = 512
	aheadBytes   = 1 << 20
	aheadBatches = 4
)

var errStopped = errors.New("stopped")

// Rows are the rows that found no partner, ascending by hash, key, side and values. A row stays valid. They are read and digested
// by a goroutine of their own, which ends with the loop.
func (o *Outcome) Rows() iter.Seq2[state.Row, error] {
	return func(yield func(state.Row, error) bool) {
		batches := make(chan []state.Row, aheadBatches)
		stop := make(chan struct{})
		var failed error
		go func() {
			defer close(batches)
			failed = o.batches(func(rows []state.Row) bool {
				select {
				case batches <- rows:
					return true
				case <-stop:
					return false
				}
			})
		}()
		defer func() {
			close(stop)
			for range batches { // until it has ended
			}
		}()
		for rows := range batches {
			for _, r := range rows {
				if !yield(r, nil) {
					return
				}
			}
		}
		if failed != nil && failed != errStopped {
			yield(state.Row{}, failed)
		}
	}
}

// batches gives the rows some at a time, until give returns false.
func (o *Outcome) batches(give func([]state.Row) bool) error {
	var buf []byte
	rows, bytes := make([]state.Row, 0, aheadRows), 0
	for _, s := range o.segments {
		err := s.spool.Each(s.from, s.to, func(r column.Sided, names []int) error {
			var row state.Row
			row, buf = o.row(r, names, buf)
			rows, bytes = append(rows, row), bytes+len(r.Row)
			if len(rows) < aheadRows && bytes < aheadBytes {
				return nil
			}
			if !give(rows) {
				return errStopped
			}
			rows, bytes = make([]state.Row, 0, aheadRows), 0
			return nil
		})
		if err != nil {
			return err
		}
	}
	if len(rows) > 0 && !give(rows) {
		return errStopped
	}
	return nil
}

// row is a packed row as the state has it.
func (o *Outcome) row(r column.Sided, names []int, buf []byte) (state.Row, []byte) {
	row := state.Row{Side: r.Side, Hash: r.Row.Hash(), Time: state.NoTime, Values: r.Row.Values(), Names: names}
	row.Digest, buf = o.shape.Digest(r.Row, r.Side, buf)
	if micros, ok := o.shape.Time(r.Row, r.Side); ok {
		row.Time = micros
	}
	switch {
	case len(names) > 0:
		row.Kind = state.Breach
	case o.over || r.Row.Unkeyed():
		row.Kind, row.Reason = state.Unkeyed, o.shape.Why(r.Row, r.Side)
	default:
		row.Key = o.shape.Key(r.Row)
		if o.window != nil {
			row.Key = slices.Concat(row.Key, o.window)
		}
	}
	return row, buf
}
