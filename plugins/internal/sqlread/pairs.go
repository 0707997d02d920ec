package sqlread

import (
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/pushdown"
)

// FirstColumn is where the columns of the rows stand in what a statement of Join.Rows gives.
const FirstColumn = 3

// Pairs are the batches of what a statement of Join.Rows gives: by side, and those of the sample, which match, apart.
type Pairs [2][2]*Rows

// NewPairs makes the batches of two reads, which emit is given as they fill.
func NewPairs(reads [2]sdk.ReadRequest, emit func(pushdown.Of, *batch.Batch) error) (*Pairs, error) {
	p := &Pairs{}
	for i, read := range reads {
		for sample := range p[i] {
			of := pushdown.Of{Side: i, Sample: sample == 1}
			rows, err := NewRows(read, Origin(read.Config), nil, func(b *batch.Batch) error { return emit(of, b) })
			if err != nil {
				return nil, err
			}
			p[i][sample] = rows
		}
	}
	return p, nil
}

// Of is where a row of a side belongs.
func (p *Pairs) Of(side int, matched bool) *Rows {
	if matched {
		return p[side][1]
	}
	return p[side][0]
}

// Flush emits what is left.
func (p *Pairs) Flush() error {
	for i := range p {
		for _, rows := range p[i] {
			if err := rows.Flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// Compare runs the statements of j: count and add give the rows of theirs, a text for each column, "" for null, and send passes on those of each
// statement of Rows.
func (j *Join) Compare(sample int64, count, add func(sql string) ([][]string, error), send func(sql string) error) (pushdown.Result, error) {
	counts, err := count(j.Count())
	if err != nil {
		return pushdown.Result{}, err
	}
	totals, err := add(j.Totals())
	if err != nil {
		return pushdown.Result{}, err
	}
	told, err := j.Told(counts, totals)
	if err != nil {
		return pushdown.Result{}, err
	}
	for _, sql := range j.Rows(Every(told.Matched, sample)) {
		if err := send(sql); err != nil {
			return pushdown.Result{}, err
		}
	}
	return told, nil
}
