package host

import (
	"context"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/checksum"
	"github.com/recon-lang/recon/sdk/internal/wire"
	"github.com/recon-lang/recon/sdk/pushdown"
	"github.com/recon-lang/recon/sdk/schema"
)

// Snapshot is sdk.Snapshotter's. It is not begun again where the process crashes: what do was told would be of another
// moment.
func (p *Plugin) Snapshot(ctx context.Context, req sdk.ReadRequest, do func(sdk.Snapshot) error) error {
	var own error // do's: it may be the crash of another plugin, which is not ours to tell of
	err := p.callOnce(ctx, "read", func(c *wire.Client) error {
		return c.Snapshot(ctx, wire.Request(req), func(s wire.Snapshot) error {
			own = do(&snapshot{p, s})
			return own
		})
	})
	if own != nil && ctx.Err() == nil {
		return own
	}
	return err
}

// snapshot says of errors what the plugin's other calls say.
type snapshot struct {
	plugin *Plugin
	view   wire.Snapshot
}

func (s *snapshot) Survey(ctx context.Context, req checksum.Request, ranges int) (checksum.Survey, error) {
	survey, err := s.view.Survey(ctx, req, ranges)
	return survey, s.plugin.wrap("read", err)
}

func (s *snapshot) Sums(ctx context.Context, req checksum.Request) ([]checksum.Sum, error) {
	sums, err := s.view.Sums(ctx, req)
	return sums, s.plugin.wrap("read", err)
}

func (s *snapshot) Read(ctx context.Context, where []schema.Condition, emit func(*batch.Batch) error) error {
	var own error
	err := s.view.Read(ctx, where, func(b *batch.Batch) error {
		own = emit(b)
		return own
	})
	if own != nil {
		return own
	}
	return s.plugin.wrap("read", err)
}

func (s *snapshot) Compare(ctx context.Context, with sdk.ReadRequest, req pushdown.Request, emit func(pushdown.Of, *batch.Batch) error) (pushdown.Result, error) {
	var own error
	result, err := s.view.Compare(ctx, wire.Request(with), req, func(of pushdown.Of, b *batch.Batch) error {
		own = emit(of, b)
		return own
	})
	if own != nil {
		return result, own
	}
	return result, s.plugin.wrap("read", err)
}
