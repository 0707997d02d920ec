package mysql

import (
	"context"
	"slices"
	"strconv"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/checksum"
	"github.com/recon-lang/recon/sdk/schema"
)

// Snapshot opens one transaction for sums and reads.
func (source) Snapshot(ctx context.Context, req sdk.ReadRequest, do func(sdk.Snapshot) error) error {
	return within(ctx, req, func(ctx context.Context, s *session) error { return do(&snapshot{session: s, req: req}) })
}

// snapshot is a transaction that sees one moment.
type snapshot struct {
	*session
	req     sdk.ReadRequest
	indexes []index // of the table, once they were asked for
}

// index is an index of a table by the names of its columns, in their order.
type index struct {
	unique  bool
	columns []string
}

func (s *snapshot) Read(ctx context.Context, where []schema.Condition, emit func(*batch.Batch) error) error {
	req := s.req
	req.Where = append(slices.Clone(req.Where), where...)
	return readError(ctx, req.Config, s.read(ctx, req, emit))
}

func (s *snapshot) Survey(ctx context.Context, req checksum.Request, ranges int) (checksum.Survey, error) {
	survey, err := s.survey(ctx, req, ranges)
	return survey, readError(ctx, s.req.Config, err)
}

func (s *snapshot) survey(ctx context.Context, req checksum.Request, ranges int) (checksum.Survey, error) {
	survey := checksum.Survey{Rows: -1}
	a, refused, err := s.adding(ctx, req)
	if err != nil || refused != "" {
		survey.Refused = refused
		return survey, err
	}
	if err := s.findIndexes(ctx); err != nil {
		return survey, err
	}
	survey.Unique = s.keyed(req, a.tester.fields)
	if survey.Rows, err = s.estimate(ctx, a); err != nil || ranges == 0 {
		return survey, err
	}
	all := s.from
	defer func() { s.from = all }()
	if part := sqlread.Sample(survey.Rows, ranges); part < 1 {
		s.from = "(SELECT * FROM " + all + " WHERE RAND(1) < " + strconv.FormatFloat(part, 'f', 9, 64) + ") AS q"
	}
	read := s.req
	read.Columns, read.BadRows, read.Order = []schema.Column{req.Cut}, true, nil
	var values []schema.Value
	err = s.read(ctx, read, func(b *batch.Batch) error {
		for i := range b.Rows {
			values = append(values, b.Columns[0].Value(i))
		}
		return nil
	})
	for _, v := range checksum.Cuts(values, ranges) {
		if _, ok := a.less(v); ok {
			survey.Cuts = append(survey.Cuts, v)
		}
	}
	return survey, err
}

// keyed reports whether an index says that no key repeats.
func (s *snapshot) keyed(req checksum.Request, fields map[string]field) bool {
	var unique [][]string
	for _, x := range s.indexes {
		// What an index tells apart, another character set may deliver as the same text.
		if x.unique && !slices.ContainsFunc(x.columns, func(name string) bool { f := fields[name]; return f.family == text && f.largest == 0 }) {
			unique = append(unique, x.columns)
		}
	}
	return sqlread.Keyed(req, unique)
}

// estimate is how many rows the server expects to look at.
func (s *snapshot) estimate(ctx context.Context, a *adding) (int64, error) {
	return s.expected(ctx, "SELECT 1 FROM "+s.from+a.filter(""))
}

// findIndexes asks for the indexes of a table. A query has none.
func (s *snapshot) findIndexes(ctx context.Context) error {
	if s.indexes != nil || !s.req.Config.Has("table") {
		return nil
	}
	rows, err := s.texts(ctx, "SELECT index_name, non_unique, IFNULL(column_name, '') FROM information_schema.statistics"+inCatalog(s.req.Config)+" ORDER BY index_name, seq_in_index")
	last := ""
	for _, row := range rows {
		if row[0] != last {
			s.indexes = append(s.indexes, index{unique: row[1] == "0"})
			last = row[0]
		}
		x := &s.indexes[len(s.indexes)-1]
		x.columns = append(x.columns, row[2]) // "" of an expression, which is no column
	}
	return err
}

// Sums adds up range by range where an index finds the rows of one: the server takes longer to group. Otherwise it reads them once and
// groups.
func (s *snapshot) Sums(ctx context.Context, req checksum.Request) ([]checksum.Sum, error) {
	sums, err := s.sums(ctx, req)
	return sums, readError(ctx, s.req.Config, err)
}

func (s *snapshot) sums(ctx context.Context, req checksum.Request) ([]checksum.Sum, error) {
	a, refused, err := s.adding(ctx, req)
	if err == nil && refused != "" {
		err = &sdk.Error{Message: refused}
	}
	if err == nil {
		err = s.findIndexes(ctx)
	}
	if err != nil || req.From == req.To {
		return nil, err
	}
	if !s.finds(a.tester.fields[req.Cut.Name]) {
		return s.add(ctx, a)
	}
	var sums []checksum.Sum
	one := *a
	for i := req.From; i < req.To; i++ {
		one.req.From, one.req.To = i, i+1
		sum, err := s.add(ctx, &one)
		if err != nil {
			return nil, err
		}
		sums = append(sums, sum...)
	}
	return sums, nil
}

// finds reports whether an index finds the rows between two values of a column.
func (s *snapshot) finds(f field) bool {
	switch f.family {
	case whole, numeric, day, civilTime, instant:
		return f.number() == quote(f.name) && slices.ContainsFunc(s.indexes, func(x index) bool { return x.columns[0] == f.name })
	}
	return false // texts are not compared as their index has them
}

func (s *snapshot) add(ctx context.Context, a *adding) ([]checksum.Sum, error) {
	sql, err := a.statement(s.from)
	if err != nil {
		return nil, err
	}
	rows, err := s.texts(ctx, sql)
	if err != nil {
		return nil, err
	}
	return sqlread.Summed(a.req, rows)
}
