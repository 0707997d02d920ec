//go:build unix

package host_test

import (
	"testing"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/host"
	"github.com/recon-lang/recon/sdk/schema"
)

// BenchmarkTransport reads rows that the plugin has ready, so that what is measured is the
// way from one process to the other: an integer, a text of 19 bytes, a decimal, a timestamp.
func BenchmarkTransport(b *testing.B) {
	const rows = 10_000_000
	for _, transport := range []host.Transport{host.Socket, host.GRPC} {
		b.Run(string(transport), func(b *testing.B) {
			src := open(b, newPool(b, transport), "troubled")
			read := func() {
				got := 0
				err := src.Read(b.Context(), request(rows, "repeat", ""), func(batch *batch.Batch) error { got += batch.Rows; return nil })
				if err != nil || got < rows {
					b.Fatalf("got %d rows and error %v", got, err)
				}
			}
			read()
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				read()
				n++
			}
			b.ReportMetric(float64(rows)*float64(n)/b.Elapsed().Seconds()/1e6, "Mrows/s")
		})
	}
}

// BenchmarkStart is the time from Open to the first answer.
func BenchmarkStart(b *testing.B) {
	pool := newPool(b, host.Auto)
	for b.Loop() {
		src := open(b, pool, "troubled")
		if _, err := src.Columns(b.Context(), schema.Config{}); err != nil {
			b.Fatal(err)
		}
		src.Close()
	}
}

// repeat emits one batch again and again.
func repeat(req sdk.ReadRequest, emit func(*batch.Batch) error) error {
	n := req.Config.Int("rows", 0)
	req.Config = schema.Config{"rows": schema.Int(batch.TargetRows)}
	return emitRows(req, func(b *batch.Batch) error {
		for sent := int64(0); sent < n; sent += int64(b.Rows) {
			if err := emit(b); err != nil {
				return err
			}
		}
		return nil
	})
}
