package wire

import (
	"errors"
	"fmt"
	"math/big"

	"github.com/recon-lang/recon/sdk/checksum"
	"github.com/recon-lang/recon/sdk/schema"
)

func valuesFromWire(w []*Value) ([]schema.Value, error) {
	var values []schema.Value
	for _, x := range w {
		v, err := valueFromWire(x)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return values, nil
}

func sumRequestToWire(r checksum.Request) *SumRequest {
	w := &SumRequest{Cut: columnsToWire([]schema.Column{r.Cut})[0], From: int64(r.From), To: int64(r.To), Distinct: r.Distinct}
	for _, v := range r.Cuts {
		w.Cuts = append(w.Cuts, valueToWire(v))
	}
	w.Key, w.Values, w.Others = sumColumnsToWire(r.Key), sumColumnsToWire(r.Values), othersToWire(r.Others)
	return w
}

func sumColumnsToWire(list []checksum.Column) (w []*SumColumn) {
	for _, c := range list {
		w = append(w, &SumColumn{Column: columnsToWire([]schema.Column{c.Column})[0], As: typeToWire(c.As), Total: c.Total})
	}
	return w
}

func sumColumnsFromWire(list []*SumColumn) (columns []checksum.Column, err error) {
	for _, w := range list {
		column, err := columnsFromWire([]*ColumnShape{w.GetColumn()})
		if err != nil {
			return nil, err
		}
		as, err := columnsFromWire([]*ColumnShape{{Type: w.GetAs()}})
		if err != nil {
			return nil, err
		}
		columns = append(columns, checksum.Column{Column: column[0], As: as[0].Type, Total: w.GetTotal()})
	}
	return columns, nil
}

func othersToWire(list []checksum.Other) (w []*OtherColumn) {
	for _, o := range list {
		w = append(w, &OtherColumn{Column: columnsToWire([]schema.Column{o.Column})[0], NotNull: o.NotNull})
	}
	return w
}

func othersFromWire(list []*OtherColumn) (others []checksum.Other, err error) {
	for _, o := range list {
		column, err := columnsFromWire([]*ColumnShape{o.GetColumn()})
		if err != nil {
			return nil, err
		}
		others = append(others, checksum.Other{Column: column[0], NotNull: o.GetNotNull()})
	}
	return others, nil
}

func sumRequestFromWire(w *SumRequest) (r checksum.Request, err error) {
	r = checksum.Request{From: int(w.GetFrom()), To: int(w.GetTo()), Distinct: w.GetDistinct()}
	cut, err := columnsFromWire([]*ColumnShape{w.GetCut()})
	if err != nil {
		return r, err
	}
	r.Cut = cut[0]
	if r.Cuts, err = valuesFromWire(w.GetCuts()); err != nil {
		return r, err
	}
	if r.From < 0 || r.To > r.Ranges() || r.From > r.To {
		return r, fmt.Errorf("there are no ranges from %d to %d of %d", r.From, r.To, r.Ranges())
	}
	if r.Key, err = sumColumnsFromWire(w.GetKey()); err != nil {
		return r, err
	}
	if r.Others, err = othersFromWire(w.GetOthers()); err != nil {
		return r, err
	}
	r.Values, err = sumColumnsFromWire(w.GetValues())
	return r, err
}

func sumsToWire(sums []checksum.Sum) *SnapshotReply_Sums {
	w := &SnapshotReply_Sums{}
	for _, s := range sums {
		one := &SnapshotReply_Sum{Rows: s.Rows, Odd: s.Odd, Keys: s.Keys, Check1: s.Check[0], Check2: s.Check[1]}
		for _, t := range s.Totals {
			one.Totals = append(one.Totals, totalToWire(t))
		}
		w.Sums = append(w.Sums, one)
	}
	return w
}

func sumsFromWire(w *SnapshotReply_Sums) ([]checksum.Sum, error) {
	var sums []checksum.Sum
	for _, one := range w.GetSums() {
		s := checksum.Sum{Rows: one.GetRows(), Odd: one.GetOdd(), Keys: one.GetKeys(), Check: checksum.Check{one.GetCheck1(), one.GetCheck2()}}
		for _, t := range one.GetTotals() {
			n, err := totalFromWire(t)
			if err != nil {
				return nil, err
			}
			s.Totals = append(s.Totals, n)
		}
		sums = append(sums, s)
	}
	return sums, nil
}

func totalToWire(n *big.Int) *SnapshotReply_Total {
	if n == nil {
		return &SnapshotReply_Total{Null: true}
	}
	return &SnapshotReply_Total{Digits: n.String()}
}

func totalFromWire(t *SnapshotReply_Total) (*big.Int, error) {
	if t.GetNull() {
		return nil, nil
	}
	n, ok := new(big.Int).SetString(t.GetDigits(), 10)
	if !ok || n.BitLen() > 191 {
		return nil, errors.New("the plugin gave a total that is no number, or too large")
	}
	return n, nil
}

// integerFromWire reads an integer of a size that no bound exceeds.
func integerFromWire(digits string) (*big.Int, bool) {
	if len(digits) > 100 {
		return nil, false
	}
	return new(big.Int).SetString(digits, 10)
}
