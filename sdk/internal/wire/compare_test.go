package wire

import (
	"math/big"
	"reflect"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/recon-lang/recon/sdk/checksum"
	"github.com/recon-lang/recon/sdk/pushdown"
	"github.com/recon-lang/recon/sdk/schema"
)

func comparison() (Request, pushdown.Request) {
	number := schema.Type{Kind: schema.Decimal, Precision: 20, Scale: 4}
	no := schema.Column{Name: "订单", Type: schema.Type{Kind: schema.String}}
	amount := schema.Column{Name: "amount", Type: schema.Type{Kind: schema.Integer}}
	side := pushdown.Side{
		Key:    []checksum.Column{{Column: no, As: no.Type}},
		Values: []checksum.Column{{Column: amount, As: number, Total: true}},
		Others: []checksum.Other{{Column: no, NotNull: true}},
	}
	long, _ := new(big.Int).SetString("340282366920938463463374607431768211455", 10)
	with := Request{Config: schema.Config{"table": schema.Text("b")}, Columns: []schema.Column{no, amount}, Zone: "UTC", BadRows: true}
	return with, pushdown.Request{
		Sides: []pushdown.Side{side, side}, Sample: 1000,
		Agree: []pushdown.Agreement{{Base: 1, All: true, Bounds: []pushdown.Bound{{Times: big.NewInt(1), Limit: long}, {Relative: true, Times: big.NewInt(100), Limit: big.NewInt(0)}},
			Where: [][]schema.Condition{nil, {{Op: schema.IsNull, Column: "amount", Type: amount.Type}}}}},
	}
}

func TestCompareSurvives(t *testing.T) {
	with, want := comparison()
	data, err := proto.Marshal(compareToWire(with, want))
	if err != nil {
		t.Fatal(err)
	}
	var w SnapshotControl_Compare
	if err := proto.Unmarshal(data, &w); err != nil {
		t.Fatal(err)
	}
	other, got, err := compareFromWire(&w)
	if err != nil || !reflect.DeepEqual(other, with) || !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\n%+v, %v\nwant\n%+v\n%+v", other, got, err, with, want)
	}
	told := pushdown.Result{Rows: []int64{7, 1 << 40}, Matched: 5, Totals: []pushdown.Total{
		{Sides: [2]*big.Int{nil, big.NewInt(-12)}, Difference: big.NewInt(-1), Distance: want.Agree[0].Bounds[0].Limit},
	}}
	for _, r := range []pushdown.Result{told, {Refused: "why"}} {
		if got, err := comparedFromWire(comparedToWire(r)); err != nil || !reflect.DeepEqual(got, r) {
			t.Errorf("got %+v, %v, want %+v", got, err, r)
		}
	}
}

// TestCompareIsChecked breaks a request in each way that a plugin must not have to expect.
func TestCompareIsChecked(t *testing.T) {
	for name, spoil := range map[string]func(*SnapshotControl_Compare){
		"one side":            func(w *SnapshotControl_Compare) { w.Sides = w.Sides[:1] },
		"no key":              func(w *SnapshotControl_Compare) { w.Sides[0].Key, w.Sides[1].Key = nil, nil },
		"another key":         func(w *SnapshotControl_Compare) { w.Sides[1].Key = append(w.Sides[1].Key, w.Sides[1].Key...) },
		"a value less":        func(w *SnapshotControl_Compare) { w.Sides[1].Values = nil },
		"no agreement":        func(w *SnapshotControl_Compare) { w.Agree = nil },
		"base":                func(w *SnapshotControl_Compare) { w.Agree[0].Base = 2 },
		"limit":               func(w *SnapshotControl_Compare) { w.Agree[0].Bounds[0].Limit = "1e3" },
		"limit below zero":    func(w *SnapshotControl_Compare) { w.Agree[0].Bounds[0].Limit = "-1" },
		"type":                func(w *SnapshotControl_Compare) { w.Sides[0].Key[0].As = &Type{Kind: Kind_SECRET} },
		"conditions of three": func(w *SnapshotControl_Compare) { w.Agree[0].Sides = append(w.Agree[0].Sides, w.Agree[0].Sides...) },
	} {
		w := compareToWire(comparison())
		spoil(w)
		if _, _, err := compareFromWire(w); err == nil {
			t.Errorf("%s: it was accepted", name)
		}
	}
}
