package sqlread

import (
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/recon-lang/recon/sdk/pushdown"
	"github.com/recon-lang/recon/sdk/schema"
)

// Join compares two sides in a database's words, as a pushdown.Request says. A row goes unmatched wherever an expression of it is null.
type Join struct {
	Sides  [2]Joined
	Values []JoinedValue
	Words  Words
}

// Joined is one side. Its expressions are over what stands behind FROM.
type Joined struct {
	Columns []string // what is sent of a row
	Key     []string // what rows are joined by: null where a part of the key is, equal where the parts are the same
	Exact   []string // the parts of the key, where Key may also be equal for others; equal only if the parts are the same, byte by byte
	Same    []string // by value: equal where, and only where, the values are the same
	Number  []string // by value: the number to compute with, "" where that is Same, or none is needed
	Holds   []string // by value: a condition without which it is not compared, "" for none
	Fits    string   // that no value of the row is odd; "" for all rows
	Unique  bool     // no key repeats, for certain
	From    string
	Where   string
}

// JoinedValue is what of a value both sides share.
type JoinedValue struct {
	Agree pushdown.Agreement
	Scale int32 // of its numbers
	Total bool
}

// Words are what databases say in different ways.
type Words struct {
	Same func(a, b string) string                // that two expressions are the same or both null; it is never null
	Pick func(keys []string, every int64) string // that a key is one of every so many, by a hash of it
	Wide func(number string) string              // a number as a type in which a difference does not overflow
	Sum  func(number string) string              // the sum of numbers, null of nothing but nulls; nil: sum
	Read func(text string) (*big.Int, bool)      // what Sum gives, in units of the value's scale; nil: a decimal
	Full bool                                    // there is a FULL JOIN
}

// side writes a side as a subquery.
func (j *Join) side(i int) string {
	s := &j.Sides[i]
	var b strings.Builder
	b.WriteString("SELECT 1 AS p")
	add := func(format string, args ...any) { fmt.Fprintf(&b, ", "+format, args...) }
	for k, c := range s.Columns {
		add("%s AS c%d", c, k)
	}
	for k, c := range s.Key {
		add("%s AS k%d", c, k)
	}
	for k, c := range s.Exact {
		add("%s AS x%d", c, k)
	}
	for k := range j.Values {
		add("%s AS v%d", s.Same[k], k)
		if s.Number[k] != "" {
			add("%s AS m%d", s.Number[k], k)
		}
		if s.Holds[k] != "" {
			add("(%s) AS w%d", s.Holds[k], k)
		}
	}
	if s.Fits != "" {
		add("(%s) AS fits", s.Fits)
	}
	if !s.Unique {
		add("count(*) OVER (PARTITION BY %s) AS n", strings.Join(s.Key, ", "))
	}
	b.WriteString(" FROM " + s.From)
	if s.Where != "" {
		b.WriteString(" WHERE " + s.Where)
	}
	return "(" + b.String() + ")"
}

// on is the condition that joins rows of a and b: each is joined with one row at most, because no key repeats among those that are joined.
func (j *Join) on() string {
	var all []string
	for k := range j.Sides[0].Key {
		all = append(all, fmt.Sprintf("a.k%d = b.k%[1]d", k))
	}
	for i, name := range []string{"a", "b"} {
		if !j.Sides[i].Unique {
			all = append(all, name+".n = 1")
		}
	}
	return strings.Join(all, " AND ")
}

// matched is the condition that joined rows match. It may be null.
func (j *Join) matched() string {
	all := []string{"b.k0 IS NOT NULL"}
	for k := range j.Sides[0].Exact {
		all = append(all, j.Words.Same(fmt.Sprintf("a.x%d", k), fmt.Sprintf("b.x%d", k)))
	}
	for i, name := range []string{"a", "b"} {
		if j.Sides[i].Fits != "" {
			all = append(all, name+".fits")
		}
	}
	for k := range j.Values {
		all = append(all, j.agrees(k))
	}
	return strings.Join(all, " AND ")
}

// agrees is the condition that a value agrees.
func (j *Join) agrees(k int) string {
	v := &j.Values[k]
	any := []string{j.Words.Same(fmt.Sprintf("a.v%d", k), fmt.Sprintf("b.v%d", k))}
	var within []string
	for _, bound := range v.Agree.Bounds {
		within = append(within, j.within(k, bound))
	}
	if len(within) > 0 {
		word := " OR "
		if v.Agree.All {
			word = " AND "
		}
		any = append(any, "("+strings.Join(within, word)+")")
	}
	for i, name := range []string{"a", "b"} {
		if j.Sides[i].Holds[k] != "" {
			any = append(any, fmt.Sprintf("%s.w%d IS NOT TRUE", name, k))
		}
	}
	return "(" + strings.Join(any, " OR ") + ")"
}

func (j *Join) within(k int, b pushdown.Bound) string {
	distance := "abs(" + j.difference(k) + ")"
	if !b.Relative {
		return distance + " <= " + decimalText(b.Limit, j.Values[k].Scale)
	}
	name := "a"
	if j.Values[k].Agree.Base == 1 {
		name = "b"
	}
	return fmt.Sprintf("%s * %s <= %s * abs(%s)", distance, b.Times, b.Limit, j.Words.Wide(j.number(name, k)))
}

func (j *Join) number(name string, k int) string {
	side := 0
	if name == "b" {
		side = 1
	}
	if j.Sides[side].Number[k] != "" {
		return fmt.Sprintf("%s.m%d", name, k)
	}
	return fmt.Sprintf("%s.v%d", name, k)
}

func (j *Join) difference(k int) string {
	return j.Words.Wide(j.number("b", k)) + " - " + j.Words.Wide(j.number("a", k))
}

// decimalText is a whole number of units of a decimal.
func decimalText(n *big.Int, scale int32) string {
	digits := n.String()
	if scale == 0 {
		return digits
	}
	for len(digits) <= int(scale) {
		digits = "0" + digits
	}
	return digits[:len(digits)-int(scale)] + "." + digits[len(digits)-int(scale):]
}

// Count is the statement that counts the rows of both sides.
func (j *Join) Count() string {
	var counts [2]string
	for i := range counts {
		s := &j.Sides[i]
		counts[i] = "(SELECT count(*) FROM " + s.From
		if s.Where != "" {
			counts[i] += " WHERE " + s.Where
		}
		counts[i] += ")"
	}
	return "SELECT " + counts[0] + ", " + counts[1]
}

// Totals is the statement that counts the pairs that match, and adds up the numbers of each value with a total: of both sides, and,
// where they may differ, the differences and the distances.
func (j *Join) Totals() string {
	var b strings.Builder
	b.WriteString("SELECT count(*)")
	for k := range j.Values {
		if !j.Values[k].Total {
			continue
		}
		fmt.Fprintf(&b, ", %s, %s", j.sum(j.number("a", k)), j.sum(j.number("b", k)))
		if !j.Values[k].Agree.Strict() {
			fmt.Fprintf(&b, ", %s, %s", j.sum("("+j.difference(k)+")"), j.sum("abs("+j.difference(k)+")"))
		}
	}
	return b.String() + " FROM " + j.side(0) + " AS a JOIN " + j.side(1) + " AS b ON " + j.on() + " WHERE " + j.matched()
}

func (j *Join) sum(number string) string {
	if j.Words.Sum == nil {
		return "sum(" + number + ")"
	}
	return j.Words.Sum(number)
}

// Told makes a result of the rows that Count and Totals gave, a text for each column, "" for null.
func (j *Join) Told(counts, totals [][]string) (r pushdown.Result, err error) {
	if len(counts) != 1 || len(totals) != 1 {
		return r, errors.New("the server counted nothing")
	}
	row := totals[0]
	r.Rows = make([]int64, 2)
	for i, to := range []*int64{&r.Rows[0], &r.Rows[1], &r.Matched} {
		text := append(counts[0][:2:2], row[0])[i]
		if *to, err = strconv.ParseInt(text, 10, 64); err != nil {
			return r, fmt.Errorf("the server gave %q rows", text)
		}
	}
	row = row[1:]
	next := func(scale int32) (n *big.Int) {
		read := j.Words.Read
		if read == nil {
			read = func(text string) (*big.Int, bool) { return Coefficient(text, scale) }
		}
		n, ok := read(row[0])
		if !ok {
			err = fmt.Errorf("the server gave a sum %q", row[0])
		}
		row = row[1:]
		return n
	}
	for _, v := range j.Values {
		if !v.Total {
			continue
		}
		t := pushdown.Total{Sides: [2]*big.Int{next(v.Scale), next(v.Scale)}, Difference: new(big.Int), Distance: new(big.Int)}
		if !v.Agree.Strict() {
			for _, to := range []**big.Int{&t.Difference, &t.Distance} {
				if n := next(v.Scale); n != nil {
					*to = n
				}
			}
		}
		r.Totals = append(r.Totals, t)
	}
	return r, err
}

// Rows are statements for all rows that do not match, and of those that do one pair of every so many, none for 0. Their columns are: 1 where there is a row of
// the first side, 1 where there is one of the second, 1 where they match, and then the columns of both.
func (j *Join) Rows(every int64) []string {
	matched := "CASE WHEN " + j.matched() + " THEN 1 ELSE 0 END"
	where := "(" + j.matched() + ") IS NOT TRUE"
	if every > 0 {
		var keys []string
		for k := range j.Sides[0].Key {
			keys = append(keys, fmt.Sprintf("a.k%d", k))
		}
		where += " OR " + j.Words.Pick(keys, every)
	}
	columns := j.columns(0, "a") + j.columns(1, "b")
	if j.Words.Full {
		return []string{"SELECT a.p, b.p, " + matched + columns + " FROM " + j.side(0) + " AS a FULL JOIN " + j.side(1) + " AS b ON " + j.on() + " WHERE " + where}
	}
	return []string{
		"SELECT 1, CASE WHEN b.k0 IS NOT NULL THEN 1 END, " + matched + columns + " FROM " + j.side(0) + " AS a LEFT JOIN " + j.side(1) + " AS b ON " + j.on() + " WHERE " + where,
		"SELECT NULL, 1, 0" + strings.Repeat(", NULL", len(j.Sides[0].Columns)) + j.columns(1, "b") + " FROM " + j.side(1) + " AS b LEFT JOIN " + j.side(0) + " AS a ON " + j.on() + " WHERE a.p IS NULL",
	}
}

func (j *Join) columns(i int, name string) string {
	var b strings.Builder
	for k := range j.Sides[i].Columns {
		fmt.Fprintf(&b, ", %s.c%d", name, k)
	}
	return b.String()
}

// Holds is the conditions of an agreement on a side's row, as far as a database evaluates them exactly; "" for none.
func Holds(where [][]schema.Condition, side int, test Test) string {
	if side >= len(where) {
		return ""
	}
	var all []string
	for _, c := range where[side] {
		if sql, rest := Where([]schema.Condition{c}, test); len(rest) == 0 {
			all = append(all, sql)
		}
	}
	return strings.Join(all, " AND ")
}

// Every is how many pairs one of the sample stands for.
func Every(matched, sample int64) int64 {
	if sample <= 0 {
		return 0
	}
	return max(1, matched/sample)
}
