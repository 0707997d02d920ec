package wire

import (
	"reflect"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// The numbers on the wire are those of schema; a constant that moves would change the meaning of
// what older plugins send.
func TestNumbers(t *testing.T) {
	for k, name := range Kind_name {
		if got := strings.ToUpper(schema.Kind(k).String()); got != name {
			t.Errorf("kind %d is %s here and %s on the wire", k, got, name)
		}
	}
	ops := map[Op]schema.Op{
		Op_AND: schema.And, Op_OR: schema.Or, Op_NOT: schema.Not, Op_IS_NULL: schema.IsNull, Op_EQUAL: schema.Equal, Op_LESS: schema.Less,
		Op_LESS_EQUAL: schema.LessEqual, Op_GREATER: schema.Greater, Op_GREATER_EQUAL: schema.GreaterEqual, Op_IN: schema.In,
	}
	for wire, here := range ops {
		if int(wire) != int(here) {
			t.Errorf("operator %s is %d on the wire and %d here", wire, wire, here)
		}
	}
	if len(ops)+1 != len(Op_name) || len(Kind_name) != int(schema.Secret)+1 {
		t.Error("an enumeration has grown on one side only")
	}
	if int(ClaimKind_SUPERSET) != int(schema.Superset) || int(ClaimKind_EXACT) != int(schema.Exact) {
		t.Error("claims have other numbers")
	}
}

func drawValue(t *rapid.T, depth int) schema.Value {
	v := schema.Value{Type: schema.Type{Kind: schema.Kind(rapid.IntRange(int(schema.String), int(schema.Secret)).Draw(t, "kind"))}}
	v.Unit = rapid.SampledFrom([]string{"", "CNY"}).Draw(t, "unit")
	if v.Null = rapid.IntRange(0, 5).Draw(t, "null") == 0; v.Null {
		return v
	}
	switch v.Type.Kind {
	case schema.Decimal, schema.Percent:
		v.Type.Precision, v.Type.Scale = 38, 4
		v.Dec = decimal.Decimal{Coef: decimal.Num{Lo: rapid.Uint64().Draw(t, "lo"), Hi: rapid.Int64().Draw(t, "hi")}, Scale: rapid.Int32Range(0, 60).Draw(t, "scale")}
	case schema.Float:
		v.Float = rapid.Float64().Draw(t, "float")
	case schema.List, schema.Map:
		if depth > 0 {
			for range rapid.IntRange(1, 3).Draw(t, "items") {
				v.List = append(v.List, drawValue(t, depth-1))
			}
		}
	case schema.SQL:
		v.Text = rapid.String().Draw(t, "text")
		if depth > 0 {
			v.Params = map[string]schema.Value{"d": drawValue(t, 0)}
		}
	case schema.Bytes:
		v.Text = string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
	case schema.Enum:
		v.Type.Values = []string{"A", "B"}
		v.Text = "B"
	case schema.String, schema.JSON, schema.Path, schema.Secret:
		v.Text = rapid.String().Draw(t, "text")
	default:
		v.Int = rapid.Int64().Draw(t, "int")
	}
	return v
}

func TestRequestSurvives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := drawValue(t, 2)
		want := Request{
			Config:  schema.Config{"a": drawValue(t, 2), "b": value},
			Columns: []schema.Column{{Name: "订单", Type: schema.Type{Kind: schema.Decimal, Precision: 38, Scale: 3}}, {Name: "e", Type: schema.Type{Kind: schema.Enum, Values: []string{"A"}}}},
			Where: []schema.Condition{{Op: schema.Not, Args: []schema.Condition{
				{Op: schema.In, Column: "x", Type: schema.Type{Kind: schema.Integer}, Values: []schema.Value{value, drawValue(t, 0)}},
				{Op: schema.IsNull, Column: "y"},
			}}},
			Order: []string{"x", "y"}, Zone: "Asia/Shanghai", BadRows: true, Rows: 17,
		}
		data, err := proto.Marshal(requestToWire(want))
		if err != nil {
			t.Fatal(err)
		}
		var w ReadRequest
		if err := proto.Unmarshal(data, &w); err != nil {
			t.Fatal(err)
		}
		got, err := requestFromWire(&w)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got\n%+v\nwant\n%+v", got, want)
		}
	})
}

func TestDescriptionSurvives(t *testing.T) {
	want := schema.Source{
		Name: "csv", Version: "1.2", Doc: "Text files.",
		Settings: []schema.Setting{
			{Name: "path", Type: schema.Type{Kind: schema.Path}, Required: true, Doc: "Where.", Example: `"a.csv"`},
			{Name: "null", Type: schema.Type{Kind: schema.List, Elem: &schema.Type{Kind: schema.String}}, Default: "none"},
			{Name: "encoding", Type: schema.Type{Kind: schema.String}, OneOf: []string{"utf-8", "gbk"}},
		},
		OneSetting: [][]string{{"table", "query"}},
		Abilities:  schema.Abilities{Typed: true, Conditions: true, Order: true, Lookup: true, Changes: true, Checksum: true, Partitions: true},
	}
	action := schema.Action{
		Name: "csv", Version: "3", Doc: "Writes.", PerBreak: true,
		Settings: []schema.Setting{{Name: "command", Type: schema.Type{Kind: schema.String}, Required: true}},
		Fields:   []schema.Setting{{Name: "limit", Type: schema.Type{Kind: schema.Integer}, Default: "10"}},
	}
	for _, want := range []Offer{{Source: &want}, {Action: &action}, {Source: &want, Action: &action}} {
		data, err := MarshalDescription(want)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := UnmarshalDescription(data); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, %v", got, err)
		}
	}
	if o, err := UnmarshalDescription([]byte{64, 1}); err == nil { // only_action, and none
		t.Errorf("got %+v", o)
	}
}

func TestTasksSurvive(t *testing.T) {
	for _, want := range []Task{
		{ID: "01J-0", Config: schema.Config{}, Fields: schema.Config{}},
		{
			ID: "01J-1", Dir: "/rules", Message: []byte(`{"recon":1}`),
			Config:  schema.Config{"url": {Type: schema.Type{Kind: schema.Secret}, Text: "x"}},
			Fields:  schema.Config{"verify": {Type: schema.Type{Kind: schema.Duration}, Int: 5e6}},
			Columns: map[string]schema.Value{"user_id": schema.Int(7), "note": {Type: schema.Type{Kind: schema.String}, Null: true}},
		},
	} {
		data, err := proto.Marshal(taskToWire(want))
		if err != nil {
			t.Fatal(err)
		}
		var w DoRequest
		if err := proto.Unmarshal(data, &w); err != nil {
			t.Fatal(err)
		}
		if got, err := taskFromWire(&w); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, %v", got, err)
		}
	}
}

// A field that is added to a contract must be carried over the wire too: do that, then count it
// here.
func TestNoFieldIsForgotten(t *testing.T) {
	for of, want := range map[reflect.Type]int{
		reflect.TypeFor[schema.Source]():    6,
		reflect.TypeFor[schema.Setting]():   7,
		reflect.TypeFor[schema.Abilities](): 7,
		reflect.TypeFor[schema.Type]():      5,
		reflect.TypeFor[schema.Value]():     9,
		reflect.TypeFor[schema.Column]():    3,
		reflect.TypeFor[schema.Table]():     2,
		reflect.TypeFor[schema.Condition](): 5,
		reflect.TypeFor[Request]():          7,
		reflect.TypeFor[schema.Action]():    6,
		reflect.TypeFor[Task]():             6,
		reflect.TypeFor[Offer]():            2,
		reflect.TypeFor[batch.Batch]():      5,
		reflect.TypeFor[batch.BadValue]():   5,
	} {
		if of.NumField() != want {
			t.Errorf("%s has %d fields, the wire carries %d", of, of.NumField(), want)
		}
	}
}

func TestRefusedFromAPeer(t *testing.T) {
	deep := &Type{Kind: Kind_LIST}
	for range 50 {
		deep = &Type{Kind: Kind_LIST, Elem: deep}
	}
	for _, w := range []*Type{nil, {}, {Kind: 99}, {Kind: -1}, {Kind: Kind_DECIMAL, Precision: 39}, {Kind: Kind_DECIMAL, Precision: -1}, {Kind: Kind_DECIMAL, Precision: 4, Scale: -1}, deep} {
		if typ, err := typeFromWire(w); err == nil {
			t.Errorf("%v was accepted as %v", w, typ)
		}
	}
	for _, w := range []*Type{{Kind: Kind_LIST}, {Kind: Kind_SECRET}, {Kind: Kind_DECIMAL}, {Kind: Kind_DECIMAL, Precision: 3, Scale: 4}} {
		if columns, err := columnsFromWire([]*ColumnShape{{Name: "x", Type: w}}); err == nil {
			t.Errorf("%v was accepted as a column: %v", w, columns)
		}
	}
	if _, err := conditionFromWire(&Condition{Op: 99}); err == nil {
		t.Error("operator 99 was accepted")
	}
	if _, err := claimsFromWire(&ClaimReply{Where: []ClaimKind{ClaimKind_EXACT}}, 2); err == nil {
		t.Error("one claim for two conditions was accepted")
	}
	if _, err := claimsFromWire(&ClaimReply{Where: []ClaimKind{7}}, 1); err == nil {
		t.Error("claim 7 was accepted")
	}
}
