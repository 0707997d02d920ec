package postgres

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/checksum"
	"github.com/recon-lang/recon/sdk/pushdown"
	"github.com/recon-lang/recon/sdk/schema"
)

// database names the database of a dsn as a session sees it: its address, the account, and the parameters of the connection, such as the
// search path. It holds no password.
func database(cfg schema.Config) string {
	dsn := cfg.Text("dsn", "")
	config, err := pgconn.ParseConfig(dsn)
	if err != nil || dsn == "" {
		return sdk.UnknownDatabase
	}
	parts := []string{config.User, config.Database, config.Host, strconv.Itoa(int(config.Port))}
	for _, f := range config.Fallbacks {
		parts = append(parts, f.Host, strconv.Itoa(int(f.Port)))
	}
	var params []string
	for name, value := range config.RuntimeParams {
		params = append(params, strconv.Quote(name+"="+value))
	}
	slices.Sort(params)
	for i, p := range parts {
		parts[i] = strconv.Quote(p)
	}
	return strings.Join(append(parts, params...), " ")
}

// Compare compares in three statements of the snapshot's transaction: the rows of each side are counted, those that match counted and added
// up, and the others read.
func (s *snapshot) Compare(ctx context.Context, with sdk.ReadRequest, req pushdown.Request, emit func(pushdown.Of, *batch.Batch) error) (pushdown.Result, error) {
	r, err := s.compare(ctx, with, req, emit)
	return r, readError(ctx, s.req.Config, err)
}

// comparison is what it takes to compare.
type comparison struct {
	reads  [2]sdk.ReadRequest
	fields [2]map[string]field
	join   sqlread.Join
	args   bound
	counts bound // those of args that the rows of the sides need
}

func (s *snapshot) compare(ctx context.Context, with sdk.ReadRequest, req pushdown.Request, emit func(pushdown.Of, *batch.Batch) error) (pushdown.Result, error) {
	if refused := s.addsUp(); refused != "" {
		return pushdown.Result{Refused: refused}, nil
	}
	if here := database(s.req.Config); here == sdk.UnknownDatabase || here != database(with.Config) || s.req.Zone != with.Zone {
		return pushdown.Result{Refused: "the sides are not in one database, by one account, in one zone"}, nil
	}
	c := &comparison{reads: [2]sdk.ReadRequest{s.req, with}}
	refused, err := s.prepareJoin(ctx, c, req)
	if err != nil || refused != "" {
		return pushdown.Result{Refused: refused}, err
	}
	return c.join.Compare(req.Sample,
		func(sql string) ([][]string, error) { return s.texts(ctx, sql, &c.counts) },
		func(sql string) ([][]string, error) { return s.texts(ctx, sql, &c.args) },
		func(sql string) error { return s.pairs(ctx, c, sql, emit) })
}

// prepareJoin works out the statements, or says why there are none.
func (s *snapshot) prepareJoin(ctx context.Context, c *comparison, req pushdown.Request) (refused string, err error) {
	loc, err := s.req.Location()
	if err != nil {
		return "", err
	}
	var sides [2]*side
	for i := range sides {
		sides[i], refused, err = s.side(ctx, c.reads[i], req.Sides[i])
		if i == 1 && err != nil && ctx.Err() == nil {
			return err.Error(), nil // who reads it by itself is told more
		}
		if err != nil || refused != "" {
			return refused, err
		}
		c.fields[i] = sides[i].fields
	}
	for _, side := range sides {
		if refused, err := side.address(&c.args, loc); err != nil || refused != "" {
			return refused, err
		}
	}
	c.counts = bound{slices.Clone(c.args.values), slices.Clone(c.args.oids)} // the server wants each argument to be used
	for i, a := range req.Agree {
		c.join.Values = append(c.join.Values, sqlread.JoinedValue{Agree: a, Scale: checksum.Scale(req.Sides[0].Values[i].As), Total: req.Sides[0].Values[i].Total})
	}
	c.join.Words = sqlread.Words{
		Full: true,
		Same: func(a, b string) string { return a + " IS NOT DISTINCT FROM " + b },
		Wide: func(number string) string { return number + "::numeric" },
		Pick: func(keys []string, every int64) string {
			return fmt.Sprintf(`hashtextextended(concat_ws('|', %s) COLLATE "C", 0) %% %d = 0`, strings.Join(keys, "::text, ")+"::text", every)
		},
	}
	for i, side := range sides {
		j, refused := side.joined(i, req, sides[1-i], loc, &c.args)
		if refused != "" {
			return refused, nil
		}
		c.join.Sides[i] = j
	}
	return "", nil
}

// pairs reads a statement of join.Rows. Rows of the sample and others go to batches of their own.
func (s *snapshot) pairs(ctx context.Context, c *comparison, sql string, emit func(pushdown.Of, *batch.Batch) error) error {
	all, err := sqlread.NewPairs(c.reads, emit)
	if err != nil {
		return err
	}
	var decoders [2][]decoder
	formats := []int16{textFormat, textFormat, textFormat}
	for i, read := range c.reads {
		for _, column := range read.Columns {
			d, format := decoderFor(c.fields[i][column.Name], column.Type, all[i][0].Zone)
			decoders[i], formats = append(decoders[i], d), append(formats, format)
		}
	}
	prepared, err := s.prepare(ctx, sql, c.args.oids)
	if err != nil {
		return err
	}
	result := s.conn.ExecStatement(ctx, prepared, c.args.values, nil, formats)
	for result.NextRow() {
		values := result.Values()
		at := sqlread.FirstColumn
		for i := range c.reads {
			n := len(decoders[i])
			if values[i] != nil {
				if err := decodeRow(all.Of(i, string(values[2]) == "1"), decoders[i], values[at:at+n], c.fields[i], formats[at:at+n]); err != nil {
					return err
				}
			}
			at += n
		}
	}
	if _, err := result.Close(); err != nil {
		return s.broken(ctx, all[0][0].Count()+all[1][0].Count(), err)
	}
	return all.Flush()
}

// decodeRow adds a row of a result.
func decodeRow(rows *sqlread.Rows, decoders []decoder, values [][]byte, fields map[string]field, formats []int16) error {
	for i, raw := range values {
		if raw == nil {
			rows.Column(i).AppendNull()
		} else if problem := decoders[i](rows.Column(i), raw); problem != "" {
			if err := rows.Bad(i, show(fields[rows.Columns[i].Name], formats[i], raw), problem); err != nil {
				return err
			}
		}
	}
	return rows.End()
}

// micros is a time as microseconds since 1970, null where it is infinite.
func micros(column string, f field, loc *time.Location) string {
	sql := "(extract(epoch FROM " + column + ") * 1000000)::bigint"
	if f.family == civilTime {
		_, offset, _ := sqlread.Steady(loc)
		sql += " - " + strconv.FormatInt(offset, 10)
	}
	return "CASE WHEN isfinite(" + column + ") THEN " + sql + " END"
}
