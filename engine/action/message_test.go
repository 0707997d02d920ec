package action

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
	"pgregory.net/rapid"
)

func values() *rapid.Generator[Value] {
	return rapid.Custom(func(t *rapid.T) Value {
		kinds := []schema.Kind{schema.String, schema.Integer, schema.Decimal, schema.Float, schema.Boolean, schema.Date, schema.Timestamp,
			schema.Enum, schema.JSON, schema.Bytes, schema.Duration, schema.Null, schema.List}
		v := schema.Value{Type: schema.Type{Kind: rapid.SampledFrom(kinds).Draw(t, "kind")}}
		switch v.Type.Kind {
		case schema.Null:
			v.Null = true
			return Value(v)
		case schema.Decimal:
			v.Type.Precision, v.Type.Scale = 38, 4
		case schema.Enum:
			v.Type.Values = []string{"A", `"b"`}
		}
		if rapid.IntRange(0, 4).Draw(t, "null") == 0 {
			v.Null = true
			return Value(v)
		}
		switch v.Type.Kind {
		case schema.String, schema.Enum:
			v.Text = rapid.String().Draw(t, "text")
		case schema.Bytes:
			v.Text = string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
		case schema.JSON:
			v.Text = `{"a":1.10}`
		case schema.Integer, schema.Duration:
			v.Int = rapid.Int64().Draw(t, "int")
		case schema.Boolean:
			v.Int = rapid.Int64Range(0, 1).Draw(t, "bool")
		case schema.Date:
			v.Int = rapid.Int64Range(-100_000, 100_000).Draw(t, "days")
		case schema.Timestamp:
			v.Int = rapid.Int64Range(-1e15, 1e15).Draw(t, "micros")
		case schema.Float:
			v.Float = rapid.Float64().Draw(t, "float")
		case schema.Decimal:
			v.Dec = decimal.Decimal{Coef: decimal.Num{Lo: rapid.Uint64().Draw(t, "coefficient")}, Scale: 4}
			v.Unit = rapid.SampledFrom([]string{"", "CNY"}).Draw(t, "unit")
		case schema.List:
			for range rapid.IntRange(0, 3).Draw(t, "length") {
				v.List = append(v.List, schema.Text(rapid.String().Draw(t, "element")))
			}
		}
		return Value(v)
	})
}

func TestMessagesReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := Message{
			Head: Head{
				Action: "pager", Rule: "r", Run: "01J", At: time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "at"), 0).UTC(), Outcome: "missing", Name: "bill",
				Count: 3, Breaks: []Break{{ID: "abc", Key: []Part{{"order_no", rapid.String().Draw(t, "key")}}}},
			},
			Fields: map[string]Value{"text": values().Draw(t, "field")}, Columns: map[string]Value{"orders.amount": values().Draw(t, "column")},
		}
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got Message
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got  %+v\nwant %+v", got, want)
		}
	})
}

func TestMessageCarriesNoSecret(t *testing.T) {
	m := Message{Fields: map[string]Value{"text": {Type: schema.Type{Kind: schema.Secret}, Text: "hunter2"}}}
	if text, err := json.Marshal(m); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a secret was kept: %s, %v", text, err)
	}
}

func TestPublishedLosesNoDigit(t *testing.T) {
	d, err := decimal.Parse([]byte("12.30"))
	if err != nil {
		t.Fatal(err)
	}
	m := Message{
		Head:    Head{Action: "pager", Rule: "r", Run: "01J", At: time.Date(2026, 11, 21, 6, 30, 0, 0, time.UTC), Outcome: "missing", Count: 1},
		Fields:  map[string]Value{"text": Value(schema.Text("长款 1 笔")), "limit": Value(schema.Int(1<<63 - 1))},
		Columns: map[string]Value{"amount": Value(schema.Dec(d)), "note": {Type: schema.Type{Kind: schema.String}, Null: true}, "ok": Value(schema.Bool(true))},
	}
	got, err := m.Published("01J-0")
	if err != nil {
		t.Fatal(err)
	}
	want := `{"recon":1,"id":"01J-0","text":"长款 1 笔","action":"pager","rule":"r","run":"01J","at":"2026-11-21T06:30:00Z","outcome":"missing","count":1,` +
		`"fields":{"limit":"9223372036854775807","text":"长款 1 笔"},"columns":{"amount":"12.30","note":null,"ok":true}}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
