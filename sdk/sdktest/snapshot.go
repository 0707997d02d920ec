package sdktest

import (
	"context"
	"fmt"
	"slices"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/checksum"
	"github.com/recon-lang/recon/sdk/schema"
)

// Snapshot makes a Memory source an sdk.Snapshotter, whose description has the ability where one of its tables adds up.
func (m *memory) Snapshot(ctx context.Context, req sdk.ReadRequest, do func(sdk.Snapshot) error) error {
	t, err := m.table(req.Config)
	if err != nil {
		return err
	}
	return do(&memorySnapshot{source: m, table: t, req: req})
}

type memorySnapshot struct {
	source *memory
	table  memoryTable
	req    sdk.ReadRequest
}

func (s *memorySnapshot) Survey(ctx context.Context, req checksum.Request, ranges int) (checksum.Survey, error) {
	survey := checksum.Survey{Rows: int64(len(s.table.rows))}
	for _, c := range req.Columns() {
		if !checksum.Converts(c.Column.Type, c.As) {
			survey.Refused = fmt.Sprintf("column %s is not encoded as %s", c.Column.Name, c.As)
		}
	}
	claims := s.source.Claim(s.req)
	if !s.table.Adds || slices.ContainsFunc(claims.Where, func(c schema.Claim) bool { return c != schema.Exact }) {
		survey.Refused = "the table does not add up"
	}
	survey.Unique = len(s.table.Key) > 0
	for _, name := range s.table.Key {
		survey.Unique = survey.Unique && slices.ContainsFunc(req.Key, func(c checksum.Column) bool { return c.Column.Name == name })
	}
	var sample []schema.Value
	read := s.req
	read.Columns, read.BadRows = []schema.Column{req.Cut}, true
	err := s.source.Read(ctx, read, func(b *batch.Batch) error {
		for i := range b.Rows {
			sample = append(sample, b.Columns[0].Value(i))
		}
		return nil
	})
	survey.Cuts = checksum.Cuts(sample, ranges)
	return survey, err
}

func (s *memorySnapshot) Sums(ctx context.Context, req checksum.Request) ([]checksum.Sum, error) {
	a := newAdder(req)
	read := s.req
	read.Columns, read.BadRows = a.wanted(), true
	err := s.source.Read(ctx, read, func(b *batch.Batch) error {
		a.add(b)
		return nil
	})
	return a.result(), err
}

func (s *memorySnapshot) Read(ctx context.Context, where []schema.Condition, emit func(*batch.Batch) error) error {
	req := s.req
	req.Where = append(slices.Clone(req.Where), where...)
	return s.source.Read(ctx, req, emit)
}
