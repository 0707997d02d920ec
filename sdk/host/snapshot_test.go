//go:build unix

package host_test

import (
	"context"
	"errors"
	"math/big"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/checksum"
	"github.com/recon-lang/recon/sdk/host"
	"github.com/recon-lang/recon/sdk/schema"
)

// Snapshot has a survey that does what Read does after its rows, and sums and reads that are as they should.
func (s *troubled) Snapshot(ctx context.Context, req sdk.ReadRequest, do func(sdk.Snapshot) error) error {
	return do(&troubledView{s, req})
}

type troubledView struct {
	source *troubled
	req    sdk.ReadRequest
}

func (v *troubledView) Survey(ctx context.Context, req checksum.Request, ranges int) (checksum.Survey, error) {
	r := v.req
	r.Config = schema.Config{"then": v.req.Config["then"], "mark": v.req.Config["mark"]}
	if err := v.source.Read(ctx, r, func(*batch.Batch) error { return nil }); err != nil {
		return checksum.Survey{}, err
	}
	s := checksum.Survey{Unique: true, Rows: 123, Cuts: []schema.Value{schema.Int(-1), schema.Int(5)}}
	if v.req.Config.Text("then", "") == "backwards" {
		s.Cuts[0] = schema.Int(7)
	}
	return s, nil
}

func (v *troubledView) Sums(_ context.Context, req checksum.Request) ([]checksum.Sum, error) {
	if v.req.Config.Text("then", "") == "too few" {
		return nil, nil
	}
	var sums []checksum.Sum
	for i := req.From; i < req.To; i++ {
		long, _ := new(big.Int).SetString("-123456789012345678901234567890123456789012345", 10)
		sums = append(sums, checksum.Sum{Rows: int64(i) + 9, Odd: 1, Keys: -1, Check: checksum.Check{1 << 63, uint64(i)}, Totals: []*big.Int{nil, long}})
	}
	return sums, nil
}

func (v *troubledView) Read(ctx context.Context, where []schema.Condition, emit func(*batch.Batch) error) error {
	r := v.req
	r.Config = schema.Config{"rows": schema.Int(int64(len(where)))}
	return v.source.Read(ctx, r, emit)
}

func sumRequest() checksum.Request {
	return checksum.Request{
		Cut: columns[0], Cuts: []schema.Value{schema.Int(-1), schema.Int(5)}, From: 1, To: 3,
		Key:    []checksum.Column{{Column: columns[0], As: columns[0].Type, Total: true}},
		Values: []checksum.Column{{Column: columns[2], As: schema.Type{Kind: schema.Decimal, Precision: 20, Scale: 4}, Total: true}},
		Others: []checksum.Other{{Column: columns[3], NotNull: true}},
	}
}

// TestSnapshot has a conversation with a plugin, by both transports.
func TestSnapshot(t *testing.T) {
	for _, transport := range []host.Transport{host.Socket, host.GRPC} {
		plug := open(t, newPool(t, transport), "troubled")
		err := plug.Snapshot(t.Context(), request(0, "end", ""), func(s sdk.Snapshot) error {
			req := sumRequest()
			survey, err := s.Survey(t.Context(), req, 3)
			if err != nil || !survey.Unique || survey.Rows != 123 || len(survey.Cuts) != 2 || survey.Cuts[1].Int != 5 {
				t.Errorf("got %+v, %v", survey, err)
			}
			for range 2 {
				sums, err := s.Sums(t.Context(), req)
				if err != nil || len(sums) != 2 || sums[1].Rows != 11 || sums[1].Check != (checksum.Check{1 << 63, 2}) || sums[1].Totals[0] != nil ||
					sums[1].Totals[1].String() != "-123456789012345678901234567890123456789012345" {
					t.Errorf("got %+v, %v", sums, err)
				}
				rows := 0
				if err := s.Read(t.Context(), req.Between(1, 2), func(b *batch.Batch) error { rows += b.Rows; return b.Check() }); err != nil || rows != 2 {
					t.Errorf("read %d rows, %v", rows, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// TestSnapshotsFail wants errors as calls have them, and the host's own as they are.
func TestSnapshotsFail(t *testing.T) {
	plug := open(t, newPool(t, host.Auto), "troubled")
	for then, want := range map[string]string{
		"exit":         "plugin troubled ended while it read: exit status 5",
		"fail":         "open ledger: no such rows: nothing there",
		"fail plainly": "just so",
		"panic":        "the plugin panicked: no such luck",
		"backwards":    "the plugin gave cuts that are not ascending values of the column",
		"too few":      "the plugin gave sums of 0 ranges and was asked for 2",
	} {
		err := plug.Snapshot(t.Context(), request(0, then, ""), func(s sdk.Snapshot) error {
			if _, err := s.Survey(t.Context(), sumRequest(), 3); err != nil {
				return err
			}
			_, err := s.Sums(t.Context(), sumRequest())
			return err
		})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", then, err, want)
		}
	}
	other := errors.New("plugin other ended")
	if err := plug.Snapshot(t.Context(), request(0, "end", ""), func(sdk.Snapshot) error { return other }); err != other {
		t.Errorf("the host's own error is %v", err)
	}
	own := errors.New("full")
	err := plug.Snapshot(t.Context(), request(0, "end", ""), func(s sdk.Snapshot) error {
		return s.Read(t.Context(), make([]schema.Condition, 0), func(*batch.Batch) error { return own })
	})
	if err != nil {
		t.Errorf("a read of no rows: %v", err)
	}
}

// TestSnapshotIsCancelled ends the context of a question that the plugin takes long to answer.
func TestSnapshotIsCancelled(t *testing.T) {
	plug := open(t, newPool(t, host.Auto), "troubled")
	mark := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		waitFor(t, filepath.Join(mark, "waits"))
		cancel()
	}()
	start := time.Now()
	err := plug.Snapshot(t.Context(), request(0, "wait", mark), func(s sdk.Snapshot) error {
		_, err := s.Survey(ctx, sumRequest(), 3)
		return err
	})
	if !errors.Is(err, context.Canceled) || time.Since(start) > 20*time.Second {
		t.Errorf("got %v after %s", err, time.Since(start))
	}
	waitFor(t, filepath.Join(mark, "stopped"))
}
