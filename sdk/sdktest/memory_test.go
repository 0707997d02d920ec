package sdktest

import (
	"testing"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

func TestMain(m *testing.M) { Main(m, memoryOfAllTypes) }

var allTypes = []schema.Column{
	{Name: "ref", Type: schema.Type{Kind: schema.String}},
	{Name: "n", Type: schema.Type{Kind: schema.Integer}},
	{Name: "amount", Type: schema.Type{Kind: schema.Decimal, Precision: 18, Scale: 2}},
	{Name: "wide", Type: schema.Type{Kind: schema.Decimal, Precision: 38, Scale: 8}},
	{Name: "rate", Type: schema.Type{Kind: schema.Float}},
	{Name: "done", Type: schema.Type{Kind: schema.Boolean}},
	{Name: "day", Type: schema.Type{Kind: schema.Date}},
	{Name: "at", Type: schema.Type{Kind: schema.Timestamp}},
	{Name: "state", Type: schema.Type{Kind: schema.Enum, Values: []string{"open", "paid"}}},
	{Name: "doc", Type: schema.Type{Kind: schema.JSON}},
	{Name: "raw", Type: schema.Type{Kind: schema.Bytes}},
}

const allRows = `ref,n,amount,wide,rate,done,day,at,state,doc,raw
A-1,1,10.00,0.00000001,0.5,true,2026-01-31,2026-01-31T16:00:00Z,open,{"a":1},x
"账单 ""甲"", 一",-9223372036854775808,-9999999999999999.99,999999999999999999999999999999.99999999,1e+300,false,0001-01-01,1969-12-31T23:59:59.999999Z,paid,[],"1
2"
"",9223372036854775807,9999999999999999.99,-999999999999999999999999999999.99999999,-0,true,9999-12-31,9999-12-31T23:59:59Z,other,null,""
,,,,,,,,,,
1,1,1.00,1.00000000,1,false,2026-02-01,2026-02-01T00:00:00Z,open,1,1
01,1,1.00,1.00000000,1,false,2026-02-01,2026-02-01T00:00:00Z,open,1,1
`

func memoryOfAllTypes() sdk.Source {
	return Memory("memory", map[string]Table{
		"none":     {Columns: allTypes, Rows: allRows},
		"superset": {Columns: allTypes, Rows: allRows, Claim: schema.Superset},
		"exact":    {Columns: allTypes, Rows: allRows, Claim: schema.Exact, Sorts: true, Adds: true},
		"empty":    {Columns: allTypes},
	})
}

func table(name string) schema.Config { return schema.Config{"table": schema.Text(name)} }

// The memory source keeps the contract, and so the contract accepts a source that does.
func TestMemory(t *testing.T) {
	TestSource(t, memoryOfAllTypes(),
		Case{Name: "none", Config: table("none"), Rows: allRows},
		Case{Name: "superset", Config: table("superset"), Rows: allRows},
		Case{Name: "exact", Config: table("exact"), Rows: allRows, Columns: allTypes},
		Case{Name: "empty", Config: table("empty"), Rows: "ref,n\n"},
		Case{Name: "no table", Config: table("nowhere"), Setting: "table", Message: `there is no table "nowhere"`},
	)
}

func TestSplitRows(t *testing.T) {
	got, err := splitRows("a,b\n1,\n\"\",\"x\"\"y\"\n\n,\n\"l1\nl2\",z")
	want := [][]cell{
		{{"a", false}, {"b", false}}, {{"1", false}, {}}, {{"", true}, {`x"y`, true}}, {{}, {}}, {{"l1\nl2", true}, {"z", false}},
	}
	if err != nil || len(got) != len(want) {
		t.Fatalf("got %v, %v", got, err)
	}
	for i := range want {
		for j := range want[i] {
			if got[i][j] != want[i][j] {
				t.Errorf("row %d, cell %d: got %+v, want %+v", i, j, got[i][j], want[i][j])
			}
		}
	}
	for _, text := range []string{`"open`, `"a"b`} {
		if _, err := splitRows(text); err == nil {
			t.Errorf("%s was accepted", text)
		}
	}
}
