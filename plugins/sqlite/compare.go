package sqlite

import (
	"context"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/checksum"
	"github.com/recon-lang/recon/sdk/pushdown"
	"github.com/recon-lang/recon/sdk/schema"
)

// database is the file, by its whole path.
func database(cfg schema.Config) string {
	path, err := filepath.Abs(cfg.Text("path", ""))
	if err != nil || cfg.Text("path", "") == "" {
		return sdk.UnknownDatabase
	}
	return path
}

// Compare compares within the snapshot's transaction: the rows of both sides are counted, those that match counted and added up, and the
// others read.
func (s *snapshot) Compare(ctx context.Context, with sdk.ReadRequest, req pushdown.Request, emit func(pushdown.Of, *batch.Batch) error) (pushdown.Result, error) {
	r, err := s.compare(ctx, with, req, emit)
	return r, readError(ctx, s.req.Config, err)
}

// comparison is what it takes to compare.
type comparison struct {
	reads [2]sdk.ReadRequest
	join  sqlread.Join
	args  []schema.Value // of both queries
}

func (s *snapshot) compare(ctx context.Context, with sdk.ReadRequest, req pushdown.Request, emit func(pushdown.Of, *batch.Batch) error) (pushdown.Result, error) {
	c := &comparison{reads: [2]sdk.ReadRequest{s.req, with}}
	refused, err := s.prepareJoin(ctx, c, req)
	if err != nil || refused != "" {
		return pushdown.Result{Refused: refused}, err
	}
	texts := func(sql string) ([][]string, error) { return s.rows(sql, c.args...) }
	return c.join.Compare(req.Sample, texts, texts,
		func(sql string) error { return s.pairs(ctx, c, sql, emit) })
}

// prepareJoin works out the statements, or says why there are none.
func (s *snapshot) prepareJoin(ctx context.Context, c *comparison, req pushdown.Request) (refused string, err error) {
	a, b := database(s.req.Config), database(c.reads[1].Config)
	if same, err := sameFile(a, b); err != nil || !same || s.req.Zone != c.reads[1].Zone {
		return "the sides are not in one file, in one zone", nil
	}
	encoding, err := s.rows("PRAGMA encoding")
	if err != nil {
		return "", err
	}
	if encoding[0][0] != "UTF-8" {
		return "the texts of the file are not UTF-8", nil
	}
	for i, a := range req.Agree {
		v := sqlread.JoinedValue{Agree: a, Total: req.Sides[0].Values[i].Total} // numbers are whole: the scale is 0
		if v.Agree.Bounds = computed(a); req.Sides[0].Values[i].As.Kind == schema.Timestamp {
			v.Agree.Bounds = nil // form has no number for a time
		}
		c.join.Values = append(c.join.Values, v)
	}
	c.join.Words = sqlread.Words{
		Full: true,
		Same: func(a, b string) string { return a + " IS " + b },
		Wide: func(number string) string { return number },
		Sum:  sum,
		Read: readSum,
		Pick: pick,
	}
	for i, read := range c.reads {
		c.join.Sides[i], refused, err = s.joined(ctx, c, read, req, i)
		if i == 1 && err != nil && ctx.Err() == nil {
			return err.Error(), nil // who reads it by itself is told more
		}
		if err != nil || refused != "" {
			return refused, err
		}
	}
	return "", nil
}

func sameFile(a, b string) (bool, error) {
	x, err := os.Stat(a)
	if err != nil {
		return false, err
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y), err
}

// The sum of integers is an error beyond 64 bits, so they are added up in two parts.
const part = 1_000_000_000

func sum(number string) string {
	return fmt.Sprintf("sum(%s / %d) || ' ' || sum(%[1]s %% %[2]d)", number, part)
}

func readSum(text string) (*big.Int, bool) {
	if text == "" {
		return nil, true
	}
	high, low, _ := strings.Cut(text, " ")
	h, ok := new(big.Int).SetString(high, 10)
	l, also := new(big.Int).SetString(low, 10)
	if !ok || !also {
		return nil, false
	}
	return h.Mul(h, big.NewInt(part)).Add(h, l), true
}

// pick chooses by the last characters of the keys, because SQLite has no hash: by those that differ most between neighbours.
func pick(keys []string, every int64) string {
	var all []string
	for _, k := range keys {
		for i, weight := range []int{1, 10, 100, 1009, 10007} {
			all = append(all, fmt.Sprintf("coalesce(unicode(substr(%s, -%d, 1)), 0) * %d", k, i+1, weight))
		}
	}
	return fmt.Sprintf("(%s) %% %d = 0", strings.Join(all, " + "), every)
}

// computed are the bounds that integers of 64 bits can be held against; none where one must hold that cannot.
func computed(a pushdown.Agreement) (bounds []pushdown.Bound) {
	limit := big.NewInt(most)
	for _, b := range a.Bounds {
		switch {
		case !b.Relative && b.Limit.Cmp(limit) > 0:
			b.Limit = limit // no distance is more
			bounds = append(bounds, b)
		case !b.Relative, b.Times.Cmp(big.NewInt(500)) <= 0 && b.Limit.Cmp(big.NewInt(500)) <= 0:
			bounds = append(bounds, b)
		case a.All:
			return nil
		}
	}
	return bounds
}

// joined is a side in SQLite's words.
func (s *snapshot) joined(ctx context.Context, c *comparison, read sdk.ReadRequest, req pushdown.Request, i int) (j sqlread.Joined, refused string, err error) {
	side := &req.Sides[i]
	if len(read.Where) > 0 {
		return j, "SQLite does not evaluate conditions as recon does: put them into a query", nil
	}
	own := &session{conn: s.conn}
	if err := own.address(read); err != nil {
		return j, "", err
	}
	columns := slices.Clone(read.Columns)
	for _, column := range side.Columns() {
		columns = append(columns, column.Column)
	}
	if _, err := own.tester(read.Config, columns); err != nil {
		return j, "", readError(ctx, read.Config, err)
	}
	j.From = own.from
	if before := len(c.args); !read.Config.Has("table") {
		query, _, err := sqlread.Query(read.Config, func(i int, _ schema.Value) string { return "?" + strconv.Itoa(before+i) })
		if err != nil {
			return j, "", err
		}
		j.From = "(" + query + ") AS q"
	}
	c.args = append(c.args, own.args...)
	for _, column := range read.Columns {
		j.Columns = append(j.Columns, quote(column.Name))
	}
	var fits strings.Builder
	for k, column := range side.Columns() {
		same, number, fitting, refused := form(column, k < len(side.Key) || req.Agree[k-len(side.Key)].Strict())
		if refused != "" {
			return j, refused, nil
		}
		sqlread.Fitting(&fits, quote(column.Column.Name), k < len(side.Key), fitting)
		if k < len(side.Key) {
			j.Key = append(j.Key, same)
			continue
		}
		j.Same, j.Number, j.Holds = append(j.Same, same), append(j.Number, number), append(j.Holds, "")
	}
	for _, o := range side.Others {
		_, _, fitting, refused := form(checksum.Column{Column: o.Column, As: o.Column.Type}, true)
		if refused != "" {
			return j, refused, nil
		}
		sqlread.Fitting(&fits, quote(o.Column.Name), o.NotNull, fitting)
	}
	j.Fits = fits.String()
	return j, "", nil
}

// pairs reads a statement of join.Rows. Rows of the sample and others go to batches of their own.
func (s *snapshot) pairs(ctx context.Context, c *comparison, sql string, emit func(pushdown.Of, *batch.Batch) error) error {
	all, err := sqlread.NewPairs(c.reads, emit)
	if err != nil {
		return err
	}
	var readers [2][]reader
	for i, read := range c.reads {
		for _, column := range read.Columns {
			readers[i] = append(readers[i], reader{want: column.Type, zone: all[i][0].Zone})
		}
	}
	statement, err := s.prepare(sql, c.args...)
	if err != nil {
		return err
	}
	defer statement.close()
	for {
		more, err := statement.step()
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		if !more {
			break
		}
		at := sqlread.FirstColumn
		for i := range c.reads {
			if statement.integer(i) == 1 {
				to := all.Of(i, statement.integer(2) == 1)
				for k := range readers[i] {
					if problem := readers[i][k].read(to.Column(k), statement, at+k); problem != "" {
						if err := to.Bad(k, show(statement, at+k), problem); err != nil {
							return err
						}
					}
				}
				if err := to.End(); err != nil {
					return err
				}
			}
			at += len(readers[i])
		}
	}
	return all.Flush()
}
