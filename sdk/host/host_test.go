package host_test

import (
	"testing"

	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/host"
)

func TestRead(t *testing.T) {
	for _, transport := range []host.Transport{host.Socket, host.GRPC, host.Auto} {
		t.Run(string(transport), func(t *testing.T) {
			src := open(t, newPool(t, transport), "troubled")
			rows := 0
			err := src.Read(t.Context(), request(100_000, "", ""), func(b *batch.Batch) error { rows += b.Rows; return nil })
			if err != nil || rows != 100_000 {
				t.Fatalf("got %d rows and error %v", rows, err)
			}
		})
	}
}
