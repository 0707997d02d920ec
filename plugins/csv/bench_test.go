package csv

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// orders are the columns of the benchmark's file.
func orders() []schema.Column {
	text := schema.Type{Kind: schema.String}
	return []schema.Column{
		{Name: "order_id", Type: text},
		{Name: "user_id", Type: schema.Type{Kind: schema.Integer}},
		{Name: "amount", Type: schema.Type{Kind: schema.Decimal, Precision: 18, Scale: 2}},
		{Name: "fee", Type: schema.Type{Kind: schema.Decimal, Precision: 18, Scale: 4}},
		{Name: "currency", Type: text},
		{Name: "status", Type: text},
		{Name: "created_at", Type: schema.Type{Kind: schema.Timestamp}},
		{Name: "note", Type: text},
	}
}

// ordersFile writes rows like those of a payment system: 95 bytes each, one note in
// thirty in quotes.
func ordersFile(tb testing.TB, rows int) string {
	var b bytes.Buffer
	b.WriteString("order_id,user_id,amount,fee,currency,status,created_at,note\n")
	x := uint64(1)
	for i := range rows {
		x = x*6364136223846793005 + 1442695040888963407
		r := x >> 16
		note := "nothing to be seen here"[:10+r%13]
		if r%31 == 0 {
			note = `"said ""wait"", then paid"`
		}
		day, sec := r%28+1, r%86400
		fmt.Fprintf(&b, "ORD-%012d,%d,%d.%02d,%d.%04d,%s,%s,2024-%02d-%02dT%02d:%02d:%02dZ,%s\n",
			i*7919%rows, r%5000000, r%100000, r%100, r%100, r%10000, []string{"USD", "EUR", "CNY"}[r%3], []string{"PAID", "PENDING", "FAILED"}[r>>3%3],
			r>>7%12+1, day, sec/3600, sec/60%60, sec%60, note)
	}
	path := filepath.Join(tb.TempDir(), "orders.csv")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

func BenchmarkRead(b *testing.B) {
	path := os.Getenv("RECON_BENCH_CSV")
	if path == "" {
		path = ordersFile(b, 500_000)
	}
	all := orders()
	for _, c := range []struct {
		name    string
		columns []schema.Column
		fillers int
	}{
		{"8 of 8 columns", all, 1},
		{"8 of 8 columns, two cores", all, 2},
		{"8 of 8 columns, four cores", all, 4},
		{"6 of 8 columns", append([]schema.Column{all[0]}, all[2:7]...), 1},
		{"1 of 8 columns", all[:1], 1},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			rows := 0
			for b.Loop() {
				err := source{blockBytes, c.fillers}.Read(context.Background(), sdk.ReadRequest{Config: schema.Config{"path": schema.Text(path)}, Columns: c.columns},
					func(got *batch.Batch) error { rows += got.Rows; return nil })
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(rows)/1e6/b.Elapsed().Seconds(), "Mrows/s")
		})
	}
}
