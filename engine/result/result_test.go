package result

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
	"github.com/xuri/excelize/v2"
)

var update = flag.Bool("update", false, "write the golden files")

func dec(t *testing.T, text string) schema.Value {
	t.Helper()
	d, err := decimal.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Dec(d)
}

// sample is a report with every part that a report can have.
func sample(t *testing.T) *Report {
	zone := time.FixedZone("", 8*3600)
	window := &Window{Start: time.Date(2026, 11, 20, 0, 0, 0, 0, zone), End: time.Date(2026, 11, 21, 0, 0, 0, 0, zone)}
	at := time.Date(2026, 11, 21, 6, 30, 0, 0, zone)
	key := func(no string) []Field { return []Field{{Name: "order_no", Value: schema.Text(no)}} }
	return &Report{
		Title: "订单 vs 微信账单", Owner: "fin@example.com", Notes: []string{"this is a note"},
		Run: &Run{
			Recon: 1, ID: "01J", At: at, Started: at, Rule: "daily_payment", Params: map[string]string{"date": "2026-11-20"},
			Window: window, Verdict: "fail", Complete: true, Strategy: "hash", Seconds: 0.31, SideOrder: []string{"orders", "bill"},
			Sides: map[string]*Side{
				"orders": {Read: 1000, Carried: 2, Matched: 981, Mismatch: 10, Missing: 8, Duplicate: 2, Pending: 1},
				"bill":   {Read: 995, Matched: 980, Mismatch: 10, Missing: 4, Duplicate: 1},
			},
			Outcomes: Tally{Matched: 980, Mismatch: Mismatches{Keys: 10, By: map[string]int64{"amount": 7, "status": 4}},
				Missing: map[string]int64{"bill": 8, "orders": 4}, Duplicate: map[string]int64{"orders": 1},
				Pending: map[string]int64{"orders": 1}, Expired: map[string]int64{"bill": 1}, Cleared: 1},
			Totals: map[string][]Total{"amount": {{Unit: "CNY", Sides: map[string]string{"orders": "1010250.00", "bill": "1010190.50"},
				Difference: map[string]string{"bill": "-59.50"}}}},
			Breaks: Transitions{Open: 23, New: 22, Changed: 1},
			Gates:  []Gate{{When: "mismatch.rate > 0.05%", Severity: "fail", Fired: true, Value: "0.0101"}, {When: "missing.count > 100", Severity: "warn"}},
		},
		Open: []Break{
			{ID: "b1", Rule: "daily_payment", Key: key("A1"), Items: []Item{{Outcome: Missing, Name: "bill"}}, Amount: dec(t, "1250000.00"), Unit: "CNY",
				FirstSeen: at, FirstRun: "01J", LastRun: "01J",
				Rows: []Row{{Side: "orders", Window: window, Values: []Field{{Name: "order_no", Value: schema.Text("A1")},
					{Name: "amount", Value: dec(t, "1250000.00"), Unit: "CNY"}, {Name: "paid_at", Value: schema.Instant(at)}, {Name: "note", Value: schema.Text("")}}}}},
			{ID: "b2", Rule: "daily_payment", Key: key("商户甲"), Items: []Item{{Outcome: Mismatch, Name: "amount"}, {Outcome: Mismatch, Name: "status"}},
				Amount: dec(t, "-0.50"), Unit: "CNY", FirstSeen: at,
				Comparisons: []Comparison{
					{Name: "amount", Terms: []Term{{"orders", dec(t, "99.50")}, {"bill", dec(t, "99.00")}}, Difference: "0.50", Bound: "0.01 or 0.1% (0.0995)"},
					{Name: "status", Terms: []Term{{"orders", schema.Text("PAID")}, {"bill", schema.Value{Type: schema.Type{Kind: schema.String}, Null: true}}}},
					{Name: "fee", Agrees: true, Terms: []Term{{"orders", dec(t, "1")}, {"bill", dec(t, "1")}}}},
				Rows: []Row{{Side: "orders", Values: []Field{{Name: "big", Value: dec(t, "12345678901234567890.12")}}}, {Side: "bill"}, {Side: "bill"}}},
		},
		Expired: []Break{{ID: "b3", Rule: "daily_payment", Key: key("<script>alert(1)</script>"), Items: []Item{{Outcome: Missing, Name: "bill"}}, Expired: true}},
		Cleared: []Break{{ID: "b4", Rule: "daily_payment", Key: key("A4"), Items: []Item{{Outcome: Missing, Name: "bill"}}}},
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; got:\n%s", path, got)
	}
}

func TestText(t *testing.T) {
	var b bytes.Buffer
	if err := Text(&b, sample(t), Style{}); err != nil {
		t.Fatal(err)
	}
	golden(t, "report.txt", b.Bytes())
}

func TestHTML(t *testing.T) {
	var b bytes.Buffer
	if err := HTML(&b, []*Report{sample(t)}); err != nil {
		t.Fatal(err)
	}
	golden(t, "report.html", b.Bytes())
	for _, outside := range []string{"http://", "https://", "<script>alert", "src="} {
		if strings.Contains(b.String(), outside) {
			t.Errorf("the page contains %q", outside)
		}
	}
}

func seq(list []Break) iter.Seq2[*Break, error] {
	return func(yield func(*Break, error) bool) {
		for i := range list {
			if !yield(&list[i], nil) {
				return
			}
		}
	}
}

func TestExportCSV(t *testing.T) {
	var b bytes.Buffer
	if err := Export(&b, "csv", seq(sample(t).Open)); err != nil {
		t.Fatal(err)
	}
	golden(t, "breaks.csv", b.Bytes())
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(rows) != 4 { // a head, a line for b1, two for the two bill rows of b2
		t.Fatalf("got %d lines, %v", len(rows), err)
	}
}

func TestExportJSON(t *testing.T) {
	var b bytes.Buffer
	if err := Export(&b, "json", seq(sample(t).Open)); err != nil {
		t.Fatal(err)
	}
	golden(t, "breaks.json", b.Bytes())
	var list []map[string]any
	if err := json.Unmarshal(b.Bytes(), &list); err != nil || len(list) != 2 {
		t.Fatalf("got %d breaks, %v", len(list), err)
	}
	b.Reset()
	if err := Export(&b, "json", seq(nil)); err != nil || json.Unmarshal(b.Bytes(), &list) != nil || len(list) != 0 {
		t.Fatalf("no breaks: %q, %v", b.String(), err)
	}
}

func TestExportXLSX(t *testing.T) {
	var b bytes.Buffer
	if err := Export(&b, "xlsx", seq(sample(t).Open)); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	for cell, want := range map[string]string{"A1": "break", "A2": "b1", "E2": "1,250,000.00", "E3": "-0.50", "M3": "商户甲"} {
		if got, err := book.GetCellValue("breaks", cell); got != want || err != nil {
			t.Errorf("cell %s = %q, %v; want %q", cell, got, err, want)
		}
	}
	rows, err := book.GetRows("breaks")
	if err != nil || len(rows) != 4 {
		t.Fatalf("got %d rows, %v", len(rows), err)
	}
	last := rows[2][len(rows[2])-1]
	if last != "12345678901234567890.12" {
		t.Errorf("a long number became %q", last)
	}
}
