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
	columns := func(list []checksum.Column) (w []*SumColumn) {
		for _, c := range list {
			w = append(w, &SumColumn{Column: columnsToWire([]schema.Column{c.Column})[0], As: typeToWire(c.As), Total: c.Total})
		}
		return w
	}
	w.Key, w.Values = columns(r.Key), columns(r.Values)
	for _, o := range r.Others {
		w.Others = append(w.Others, &OtherColumn{Column: columnsToWire([]schema.Column{o.Column})[0], NotNull: o.NotNull})
	}
	return w
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
	columns := func(list []*SumColumn) (columns []checksum.Column, err error) {
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
	if r.Key, err = columns(w.GetKey()); err != nil {
		return r, err
	}
	for _, o := range w.GetOthers() {
		column, err := columnsFromWire([]*ColumnShape{o.GetColumn()})
		if err != nil {
			return r, err
		}
		r.Others = append(r.Others, checksum.Other{Column: column[0], NotNull: o.GetNotNull()})
	}
	r.Values, err = columns(w.GetValues())
	return r, err
}

func sumsToWire(sums []checksum.Sum) *SnapshotReply_Sums {
	w := &SnapshotReply_Sums{}
	for _, s := range sums {
		one := &SnapshotReply_Sum{Rows: s.Rows, Odd: s.Odd, Keys: s.Keys, Check1: s.Check[0], Check2: s.Check[1]}
		for _, t := range s.Totals {
			if t == nil {
				one.Totals = append(one.Totals, &SnapshotReply_Total{Null: true})
			} else {
				one.Totals = append(one.Totals, &SnapshotReply_Total{Digits: t.String()})
			}
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
			if t.GetNull() {
				s.Totals = append(s.Totals, nil)
				continue
			}
			n, ok := new(big.Int).SetString(t.GetDigits(), 10)
			if !ok || n.BitLen() > 191 {
				return nil, errors.New("the plugin gave a total that is no number, or too large")
			}
			s.Totals = append(s.Totals, n)
		}
		sums = append(sums, s)
	}
	return sums, nil
}
