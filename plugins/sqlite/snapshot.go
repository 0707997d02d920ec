package sqlite

import (
	"context"
	"slices"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/checksum"
	"github.com/recon-lang/recon/sdk/schema"
)

// Snapshot opens one transaction, within which rows are compared.
func (source) Snapshot(ctx context.Context, req sdk.ReadRequest, do func(sdk.Snapshot) error) error {
	return within(ctx, req, func(ctx context.Context, s *session) error { return do(&snapshot{session: s, req: req}) })
}

// snapshot is a transaction that sees one moment.
type snapshot struct {
	*session
	req sdk.ReadRequest
}

func (s *snapshot) Read(ctx context.Context, where []schema.Condition, emit func(*batch.Batch) error) error {
	req := s.req
	req.Where = append(slices.Clone(req.Where), where...)
	return readError(ctx, req.Config, s.read(ctx, req, emit))
}

const noSums = "SQLite has no checksums"

func (s *snapshot) Survey(context.Context, checksum.Request, int) (checksum.Survey, error) {
	return checksum.Survey{Refused: noSums, Rows: -1}, nil
}

func (s *snapshot) Sums(context.Context, checksum.Request) ([]checksum.Sum, error) {
	return nil, &sdk.Error{Message: noSums}
}
