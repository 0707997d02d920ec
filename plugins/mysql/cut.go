package mysql

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/recon-lang/recon/plugins/internal/sqlread"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// part is a part of a table.
type part struct {
	name  string // for messages, behind the table's
	where string
}

// cutter cuts a table by the first column of its primary key, as the server orders it. Each cut is a key of the table that the
// server says to lie between two others, so a row is on one side of it, in whatever order the server has texts.
type cutter struct {
	*session
	key field
}

// fewRows is how many rows are not worth a word where they are not read in parts.
const fewRows = 10_000

// span is keys from low on and below high, as the server prints them; "" where there is no bound.
type span struct {
	low, high   string
	first, last string // where to look for keys: low, or the first key of all; high, or the last
	rows        int64  // an estimate
	whole       bool   // no key to cut it by was found
}

// cut cuts the table of cfg into at most so many parts, or says why it cannot.
func (s *session) cut(ctx context.Context, cfg schema.Config, most int) (parts []part, why string, err error) {
	key, why, err := s.clustered(ctx, cfg)
	if err != nil || why != "" || key.name == "" {
		return nil, why, err
	}
	c := &cutter{s, key}
	spans, err := c.spans(ctx, most)
	if err == nil && len(spans) < 2 {
		rows, err := s.expected(ctx, "SELECT 1 FROM "+s.from)
		if rows > fewRows {
			why = "nearly all rows have the same " + key.name + ", with which its primary key begins"
		}
		return nil, why, err
	}
	for i, x := range spans {
		parts = append(parts, part{fmt.Sprintf(", part %d of %d", i+1, len(spans)), c.within(x)})
	}
	return parts, "", err
}

// clustered is the column by which the rows lie in the table, if it is one to cut by.
func (s *session) clustered(ctx context.Context, cfg schema.Config) (key field, why string, err error) {
	engines, err := s.texts(ctx, "SELECT table_type, engine FROM information_schema.tables"+inCatalog(cfg))
	if err != nil {
		return key, "", err
	}
	if len(engines) == 0 { // reading it says so
		return key, "", nil
	}
	if engines[0][0] != "BASE TABLE" || engines[0][1] != "InnoDB" {
		return key, "it is not a table of InnoDB, the engine whose snapshots several connections can have alike", nil
	}
	names, err := s.texts(ctx, "SELECT column_name FROM information_schema.statistics"+inCatalog(cfg)+" AND index_name = 'PRIMARY' AND seq_in_index = 1 AND sub_part IS NULL")
	if err != nil {
		return key, "", err
	}
	if len(names) != 1 {
		return key, "it has no primary key to cut it by", nil
	}
	described, err := s.describe(ctx)
	if err != nil {
		return key, "", err
	}
	fields := map[string]field{}
	for _, f := range described {
		fields[f.name] = f
	}
	if err := s.characterSets(ctx, cfg, fields); err != nil {
		return key, "", err
	}
	key = fields[names[0][0]]
	switch {
	case key.family == whole && key.kind != "BIT" && key.kind != "YEAR":
	case key.family == text && key.kind != "ENUM" && key.kind != "SET" && key.largest > 0:
	case key.family == day, key.family == civilTime, key.family == instant:
	default:
		return key, "its primary key begins with " + key.name + ", which is no integer, date, time, or text in utf8mb4", nil
	}
	return key, "", nil
}

// spans cuts what has most rows in two, again and again.
func (c *cutter) spans(ctx context.Context, most int) ([]span, error) {
	ends, err := c.texts(ctx, "SELECT MIN("+quote(c.key.name)+"), MAX("+quote(c.key.name)+") FROM "+c.from)
	if err != nil || len(ends) != 1 || ends[0][0] == ends[0][1] {
		return nil, err
	}
	all := []span{{first: ends[0][0], last: ends[0][1], rows: 1}}
	for len(all) < most {
		largest := 0
		for i := range all {
			if all[largest].whole || !all[i].whole && all[i].rows > all[largest].rows {
				largest = i
			}
		}
		x := all[largest]
		if x.whole {
			return all, nil
		}
		at, err := c.between(ctx, x)
		if err != nil {
			return nil, err
		}
		if at == "" {
			all[largest].whole = true
			continue
		}
		left, right := x, x
		left.high, left.last, right.low, right.first = at, at, at, at
		for _, half := range []*span{&left, &right} {
			if half.rows, err = c.estimate(ctx, *half); err != nil {
				return nil, err
			}
		}
		all = append(append(append([]span{}, all[:largest]...), left, right), all[largest+1:]...)
	}
	return all, nil
}

// between is a key of the table in x, above its first, about in the middle; "" if none is found.
func (c *cutter) between(ctx context.Context, x span) (string, error) {
	last := x.last
	for range 80 {
		guess, ok := c.middle(x.first, last)
		if !ok {
			return "", nil
		}
		name := quote(c.key.name)
		// MIN would look at all keys between two bounds.
		found, err := c.texts(ctx, "SELECT "+name+" FROM "+c.from+" WHERE "+sqlread.And(name+" >= "+c.literal(guess), name+" > "+c.literal(x.first), c.within(x))+" ORDER BY "+name+" LIMIT 1")
		if err != nil || len(found) == 1 {
			return strings.Join(slices.Concat(found...), ""), err
		}
		last = guess
	}
	return "", nil
}

func (c *cutter) within(x span) string {
	low, high := "", ""
	if x.low != "" {
		low = quote(c.key.name) + " >= " + c.literal(x.low)
	}
	if x.high != "" {
		high = quote(c.key.name) + " < " + c.literal(x.high)
	}
	return sqlread.And(low, high)
}

func (c *cutter) estimate(ctx context.Context, x span) (int64, error) {
	return c.expected(ctx, "SELECT 1 FROM "+c.from+" WHERE "+c.within(x))
}

func (c *cutter) literal(key string) string {
	switch c.key.family {
	case whole:
		return key
	case day:
		return "DATE'" + key + "'"
	case civilTime, instant:
		return "TIMESTAMP'" + key + "'"
	}
	return textLiteral(key)
}

// middle is a text that lies between two keys, more or less, and is one to make a literal of.
func (c *cutter) middle(low, high string) (guess string, ok bool) {
	switch c.key.family {
	case whole:
		a, ok := new(big.Int).SetString(low, 10)
		b, also := new(big.Int).SetString(high, 10)
		if !ok || !also {
			return "", false
		}
		sum := a.Add(a, b)
		guess = sum.Rsh(sum, 1).String()
		return guess, guess != low && guess != high
	case day, civilTime, instant:
		a, ok := batch.ParseTimestamp([]byte(low), nil)
		b, also := batch.ParseTimestamp([]byte(high), nil)
		if !ok || !also {
			return "", false // a zero date
		}
		at := a + (b-a)/2
		if c.key.family == day {
			guess = sqlread.DayText(floorDay(at))
			return guess, guess != low && guess != high
		}
		guess, ok = sqlread.CivilText(at)
		return guess, ok && at != a && at != b
	}
	guess = middleText(low, high)
	return guess, guess != low && guess != high
}

func floorDay(micros int64) int64 {
	const day = 86400e6
	if micros < 0 {
		return (micros - day + 1) / day
	}
	return micros / day
}

// middleText is in the middle of two texts of printable ASCII, as bytes are ordered. Other signs count as the last of those.
func middleText(low, high string) string {
	const first, signs, more = ' ', '~' - ' ' + 1, 8
	same := 0
	for same < len(low) && same < len(high) && low[same] == high[same] && low[same] <= '~' {
		same++
	}
	digit := func(text string, i int) int {
		if i >= len(text) {
			return 0
		}
		return min(max(int(text[i])-first, 0), signs-1)
	}
	var sum [more + 1]int
	carry := 0
	for i := more; i > 0; i-- {
		carry += digit(low, same+i-1) + digit(high, same+i-1)
		sum[i], carry = carry%signs, carry/signs
	}
	sum[0] = carry
	guess := []byte(low[:same])
	rest := 0
	for i, d := range sum {
		d += rest * signs
		rest = d % 2
		if i > 0 {
			guess = append(guess, byte(d/2)+first)
		}
	}
	return strings.TrimRight(string(guess), " ")
}

// expected is how many rows the server expects to look at for a statement; -1 if it does not say.
func (s *session) expected(ctx context.Context, sql string) (int64, error) {
	result, err := s.query(ctx, "EXPLAIN "+sql)
	if err != nil {
		return -1, err
	}
	at := -1
	for i, name := range result.Columns() {
		if name == "rows" {
			at = i
		}
	}
	most := int64(-1)
	for {
		values, err := result.next()
		if values == nil {
			return most, err
		}
		if at >= 0 {
			if n, err := strconv.ParseInt(string(values[at]), 10, 64); err == nil {
				most = max(most, n)
			}
		}
	}
}
