package sqlread

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/recon-lang/recon/sdk/checksum"
	"github.com/recon-lang/recon/sdk/schema"
)

// Encoded is a column in a database's words. Piece is an expression for its part of the encoding, of a value that is not null; where it
// gives null, the row is odd. Number is an expression to add up, of a number. Fits are conditions that must all be true of a
// value that is not null, or it is not sure to be what Piece says.
type Encoded struct {
	Piece  string
	Number string
	Fits   []string
}

// Fitting adds the conditions under which a value of a column does not make its row odd to those that b has.
func Fitting(b *strings.Builder, column string, notNull bool, fits []string) {
	write := func(text string) {
		if b.Len() > 0 {
			b.WriteString(" AND ")
		}
		b.WriteString(text)
	}
	if notNull {
		write(column + " IS NOT NULL")
	}
	for _, f := range fits {
		if notNull {
			write("(" + f + ")")
		} else {
			write("(" + column + " IS NULL OR " + f + ")")
		}
	}
}

// Ranges is an expression for the number of the range of req that a row is in, by at most so many comparisons as the number of
// ranges has binary digits. less writes that the cut column is below a value, null that it is null; both are to mean what they
// mean in conditions, so that a row is read with the range with which it was added up.
func Ranges(req checksum.Request, less func(schema.Value) string, null string) string {
	var b strings.Builder
	nulls := len(req.Cuts) + 1
	last := min(req.To-1, len(req.Cuts))
	if req.From > last {
		return strconv.Itoa(nulls)
	}
	var tree func(low, high int)
	tree = func(low, high int) {
		if low == high {
			b.WriteString(strconv.Itoa(low))
			return
		}
		middle := (low + high) / 2
		b.WriteString("CASE WHEN " + less(req.Cuts[middle]) + " THEN ")
		tree(low, middle)
		b.WriteString(" ELSE ")
		tree(middle+1, high)
		b.WriteString(" END")
	}
	if req.To > nulls {
		fmt.Fprintf(&b, "CASE WHEN %s THEN %d ELSE ", null, nulls)
		tree(req.From, last)
		b.WriteString(" END")
		return b.String()
	}
	tree(req.From, last)
	return b.String()
}

// Unevaluated is why rows cannot be added up where a condition is not the server's to evaluate.
func Unevaluated(c schema.Condition) string {
	for c.Column == "" && len(c.Args) > 0 {
		c = c.Args[0]
	}
	return "the server does not evaluate the condition on " + c.Column
}

// Totals are how many columns of req have a total.
func Totals(req checksum.Request) (n int) {
	for _, c := range req.Columns() {
		if c.Total {
			n++
		}
	}
	return n
}

// Summed makes sums of the rows of a result, whose columns are: the range, its rows, those of them that are not odd, the two halves of
// the check, the totals, and, if keys are counted, how many there are. Texts are decimal, "" is null. A range without a row
// has no row.
func Summed(req checksum.Request, rows [][]string) ([]checksum.Sum, error) {
	sums := make([]checksum.Sum, req.To-req.From)
	totals := Totals(req)
	for i := range sums {
		sums[i] = checksum.Sum{Keys: -1, Totals: make([]*big.Int, totals)}
		if req.Distinct {
			sums[i].Keys = 0
		}
	}
	var scales []int32
	for _, c := range req.Columns() {
		if c.Total {
			scales = append(scales, checksum.Scale(c.As))
		}
	}
	for _, row := range rows {
		at, err := strconv.Atoi(row[0])
		if err != nil || at < req.From || at >= req.To {
			return nil, fmt.Errorf("the server gave a range %q", row[0])
		}
		s := &sums[at-req.From]
		fitting := int64(0)
		for i, to := range []*int64{&s.Rows, &fitting} {
			if *to, err = strconv.ParseInt(row[1+i], 10, 64); err != nil {
				return nil, fmt.Errorf("the server gave %q rows", row[1+i])
			}
		}
		s.Odd = s.Rows - fitting
		for i := range s.Check {
			n, ok := Coefficient(row[3+i], 0)
			if !ok {
				return nil, fmt.Errorf("the server gave a sum %q", row[3+i])
			}
			if n != nil {
				s.Check[i] = n.And(n, mask).Uint64()
			}
		}
		for i, scale := range scales {
			n, ok := Coefficient(row[5+i], scale)
			if !ok {
				return nil, fmt.Errorf("the server gave a sum %q", row[5+i])
			}
			s.Totals[i] = n
		}
		if req.Distinct {
			if s.Keys, err = strconv.ParseInt(row[5+totals], 10, 64); err != nil {
				return nil, fmt.Errorf("the server gave %q keys", row[5+totals])
			}
		}
	}
	return sums, nil
}

// mask takes an integer modulo 2^64, also one below zero.
var mask = new(big.Int).SetUint64(1<<64 - 1)

// Coefficient reads a decimal as its digits at a scale; nil for "". ok is false for a text that is none, or has more decimals that
// are not 0.
func Coefficient(text string, scale int32) (n *big.Int, ok bool) {
	if text == "" {
		return nil, true
	}
	whole, decimals, _ := strings.Cut(text, ".")
	if len(decimals) > int(scale) {
		if strings.Trim(decimals[scale:], "0") != "" {
			return nil, false
		}
		decimals = decimals[:scale]
	}
	return new(big.Int).SetString(whole+decimals+strings.Repeat("0", int(scale)-len(decimals)), 10)
}

// Sample is the part of rows, 1 for all, that is enough to find cuts for so many ranges. rows is an estimate: a database
// that has not counted a new table may think it larger by tens of times, and so a small table is taken whole.
func Sample(rows int64, ranges int) float64 {
	const (
		each  = 32     // rows of the sample in a range
		least = 20_000 // rows that cost no more than to ask for them
	)
	if rows <= 0 {
		return 1
	}
	return min(1, float64(max(ranges*each, least))/float64(rows))
}

// Keyed reports whether one of the unique indexes, given by its columns, has no column that is not in the key.
func Keyed(req checksum.Request, indexes [][]string) bool {
	return slices.ContainsFunc(indexes, func(index []string) bool {
		return len(index) > 0 && !slices.ContainsFunc(index, func(name string) bool {
			return !slices.ContainsFunc(req.Key, func(c checksum.Column) bool { return c.Column.Name == name })
		})
	})
}
