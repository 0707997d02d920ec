package mysql

import (
	"context"
	"fmt"
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

// database names the database of a dsn as a session sees it: the server's address, the account, the database in which names without one are looked up, and
// the parameters of the connection. It holds no password.
func database(cfg schema.Config) string {
	dsn := cfg.Text("dsn", "")
	config, err := parseDSN(dsn)
	if err != nil || dsn == "" {
		return sdk.UnknownDatabase
	}
	parts := []string{strconv.Quote(config.User), config.Net, strconv.Quote(config.Addr), strconv.Quote(config.DBName), config.Collation}
	var params []string
	for name, value := range config.Params {
		params = append(params, strconv.Quote(name+"="+value))
	}
	slices.Sort(params)
	return strings.Join(append(parts, params...), " ")
}

// Compare compares in four statements of the snapshot's transaction: the rows of both sides are counted, those that match counted and added up,
// and the others read, of one side with their partners and then what is left of the other, because the server has no full join.
func (s *snapshot) Compare(ctx context.Context, with sdk.ReadRequest, req pushdown.Request, emit func(pushdown.Of, *batch.Batch) error) (pushdown.Result, error) {
	r, err := s.compare(ctx, with, req, emit)
	return r, readError(ctx, s.req.Config, err)
}

// comparison is what it takes to compare.
type comparison struct {
	reads [2]sdk.ReadRequest
	sides [2]*side
	join  sqlread.Join
}

func (s *snapshot) compare(ctx context.Context, with sdk.ReadRequest, req pushdown.Request, emit func(pushdown.Of, *batch.Batch) error) (pushdown.Result, error) {
	c := &comparison{reads: [2]sdk.ReadRequest{s.req, with}}
	refused, err := s.prepareJoin(ctx, c, req)
	if err != nil || refused != "" {
		return pushdown.Result{Refused: refused}, err
	}
	texts := func(sql string) ([][]string, error) { return s.texts(ctx, sql) }
	return c.join.Compare(req.Sample, texts, texts,
		func(sql string) error { return s.pairs(ctx, c, sql, emit) })
}

// prepareJoin works out the statements, or says why there are none.
func (s *snapshot) prepareJoin(ctx context.Context, c *comparison, req pushdown.Request) (refused string, err error) {
	if here := database(s.req.Config); here == sdk.UnknownDatabase || here != database(c.reads[1].Config) || s.req.Zone != c.reads[1].Zone {
		return "the sides are not in one database, by one account, in one zone", nil
	}
	other, err := clockFor(c.reads[1])
	if err != nil {
		return "", err
	}
	if other.session != s.clock.session {
		return "the queries of the sides compare with times of different zones", nil
	}
	for i, read := range c.reads {
		c.sides[i], refused, err = s.side(ctx, read, req.Sides[i])
		if i == 1 && err != nil && ctx.Err() == nil {
			return err.Error(), nil // who reads it by itself is told more
		}
		if err != nil || refused != "" {
			return refused, err
		}
		if !c.sides[i].unique { // to find repeated keys takes these servers many times what sending all rows does
			return fmt.Sprintf("no unique index of %s says that its key does not repeat", sqlread.Origin(read.Config)), nil
		}
	}
	for i, a := range req.Agree {
		v := sqlread.JoinedValue{Agree: a, Scale: checksum.Scale(req.Sides[0].Values[i].As), Total: req.Sides[0].Values[i].Total}
		v.Agree.Bounds = computed(a)
		c.join.Values = append(c.join.Values, v)
	}
	c.join.Words = sqlread.Words{
		// MariaDB joins by <=> alone where it can, and then loses nulls: it must not see that it could.
		Same: func(a, b string) string { return "(" + a + " <=> " + b + ") IS TRUE" },
		Wide: func(number string) string { return number },
		Pick: func(keys []string, every int64) string {
			return fmt.Sprintf("CRC32(CONCAT_WS('|', %s)) %% %d = 0", strings.Join(keys, ", "), every)
		},
	}
	for i, side := range c.sides {
		if c.join.Sides[i], refused = side.joined(i, req, c.sides[1-i]); refused != "" {
			return refused, nil
		}
	}
	return "", nil
}

// mostDigits is how many digits a factor may have so that a number of 38 digits and a product have room in a DECIMAL, beyond which the server
// takes the largest one.
const mostDigits = 24

// computed are the bounds that the server can compute with; none where it cannot with one that must hold.
func computed(a pushdown.Agreement) (bounds []pushdown.Bound) {
	for _, b := range a.Bounds {
		switch {
		case len(b.Times.String()) <= mostDigits && (!b.Relative && len(b.Limit.String()) < 60 || len(b.Limit.String()) <= mostDigits):
			bounds = append(bounds, b)
		case a.All:
			return nil
		}
	}
	return bounds
}

// pairs reads a statement of join.Rows. Rows of the sample and others go to batches of their own.
func (s *snapshot) pairs(ctx context.Context, c *comparison, sql string, emit func(pushdown.Of, *batch.Batch) error) error {
	all, err := sqlread.NewPairs(c.reads, emit)
	if err != nil {
		return err
	}
	var decoders [2][]decoder
	for i, read := range c.reads {
		for _, column := range read.Columns {
			decoders[i] = append(decoders[i], decoderFor(c.sides[i].fields[column.Name], column.Type, all[i][0].Zone, s.clock))
		}
	}
	result, err := s.query(ctx, sql)
	if err != nil {
		return err
	}
	for {
		values, err := result.next()
		if err != nil {
			return err
		}
		if values == nil {
			break
		}
		at := sqlread.FirstColumn
		for i := range c.reads {
			n := len(decoders[i])
			if values[i] != nil {
				if err := decodeRow(all.Of(i, string(values[2]) == "1"), decoders[i], values[at:at+n], c.sides[i].fields); err != nil {
					return err
				}
			}
			at += n
		}
	}
	return all.Flush()
}

// decodeRow adds a row of a result.
func decodeRow(rows *sqlread.Rows, decoders []decoder, values [][]byte, fields map[string]field) error {
	for i, decode := range decoders {
		if values[i] == nil {
			rows.Column(i).AppendNull()
		} else if problem := decode(rows.Column(i), values[i]); problem != "" {
			if err := rows.Bad(i, fields[rows.Columns[i].Name].show(values[i]), problem); err != nil {
				return err
			}
		}
	}
	return rows.End()
}
