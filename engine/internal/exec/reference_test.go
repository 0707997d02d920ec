package exec_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"slices"
	"sort"
	"strings"

	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// The reference reads the language page aloud: maps, big rationals and no thought of speed. It knows the expressions
// that the random rules below use: columns, and decode of a column without a default.

// term is a value of a comparison or key: null, or one that agrees with nothing.
type term struct {
	value    schema.Value
	null     bool
	nothing  bool
	unit     string
	hasUnits bool
}

func evaluate(e *program.Expr, src *program.Source, row []schema.Value) term {
	switch e.Op {
	case program.OpColumn:
		v := row[e.Index]
		t := term{value: v, null: v.Null, unit: e.Unit.Name, hasUnits: !e.Unit.None()}
		if e.Unit.Column > 0 {
			if t.unit = ""; !row[e.Unit.Column-1].Null {
				t.unit = cmp.Or(row[e.Unit.Column-1].Text, "''")
			}
		}
		if v.Type.Kind == schema.Float && !v.Null && math.IsNaN(v.Float) {
			t.nothing = true
		}
		if list := src.Columns[e.Index].Type; list.Kind == schema.Enum && !v.Null && !slices.Contains(list.Values, v.Text) {
			t.nothing = true
		}
		return t
	case program.OpCall: // decode(column, map)
		in := evaluate(e.Args[0], src, row)
		if in.null {
			return term{null: true}
		}
		pairs := e.Args[1].Args
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i].Value.Text == in.value.Text {
				return term{value: pairs[i+1].Value}
			}
		}
		return term{null: true, nothing: true}
	}
	panic("the reference does not know this expression")
}

func rational(v schema.Value) *big.Rat {
	switch v.Type.Kind {
	case schema.Float:
		return new(big.Rat).SetFloat64(v.Float)
	case schema.Decimal, schema.Percent:
		r, ok := new(big.Rat).SetString(v.Dec.String())
		if !ok {
			panic(v.Dec.String())
		}
		return r
	}
	return new(big.Rat).SetInt64(v.Int)
}

func isNumber(t schema.Type) bool {
	return t.Kind == schema.Integer || t.Kind == schema.Decimal || t.Kind == schema.Float
}

// equal reports whether two values are equal as the comparison's type has it.
func equal(c *program.Comparison, x, y schema.Value) bool {
	switch {
	case isNumber(c.Type):
		if c.Type.Kind == schema.Float && (math.IsInf(x.Float, 0) || math.IsInf(y.Float, 0)) {
			return x.Float == y.Float
		}
		return rational(x).Cmp(rational(y)) == 0
	case c.Type.Kind == schema.JSON:
		return canonicalJSON(x.Text) == canonicalJSON(y.Text)
	case c.Type.Layout() == schema.Varlen:
		return folded(c, x.Text) == folded(c, y.Text)
	}
	return x.Int == y.Int
}

// canonicalJSON serves the small documents that the tests use.
func canonicalJSON(text string) string {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		panic(text)
	}
	var out bytes.Buffer
	var write func(any)
	write = func(v any) {
		switch v := v.(type) {
		case json.Number:
			r, _ := new(big.Rat).SetString(v.String())
			out.WriteString(r.RatString())
		case map[string]any:
			var keys []string
			for k := range v {
				keys = append(keys, k)
			}
			sort.Strings(keys)
			out.WriteByte('{')
			for _, k := range keys {
				fmt.Fprintf(&out, "%q:", k)
				write(v[k])
				out.WriteByte(',')
			}
			out.WriteByte('}')
		case []any:
			out.WriteByte('[')
			for _, e := range v {
				write(e)
				out.WriteByte(',')
			}
			out.WriteByte(']')
		default:
			b, _ := json.Marshal(v)
			out.Write(b)
		}
	}
	write(v)
	return out.String()
}

// folded serves the texts that the tests use.
func folded(c *program.Comparison, s string) string {
	if slices.Contains(c.Ignoring, program.Width) {
		s = strings.Map(func(r rune) rune {
			if r >= 0xFF01 && r <= 0xFF5E {
				return r - 0xFEE0
			}
			if r == 0x3000 {
				return ' '
			}
			return r
		}, s)
	}
	if slices.Contains(c.Ignoring, program.Case) {
		s = strings.ToLower(s)
	}
	if slices.Contains(c.Ignoring, program.Space) {
		s = strings.Join(strings.Fields(s), " ")
	}
	return s
}

// agree is a comparison between terms, nil for a side without one.
func agree(rule *program.Rule, c *program.Comparison, rows [][]schema.Value) bool {
	if c.Where != nil && !whereHolds(c.Where, rows) {
		return true
	}
	terms := make([]*term, len(rows))
	base := (*term)(nil)
	for s, row := range rows {
		if row != nil && c.Terms[s] != nil {
			t := evaluate(c.Terms[s], rule.Sides[s].Source, row)
			terms[s] = &t
			if base == nil || s == c.Base {
				base = &t
			}
		}
	}
	for i, x := range terms {
		for _, y := range terms[i+1:] {
			if x != nil && y != nil && !agreePair(c, x, y, base) {
				return false
			}
		}
	}
	return true
}

func agreePair(c *program.Comparison, x, y, base *term) bool {
	inColumn := slices.ContainsFunc(c.Terms, func(e *program.Expr) bool { return e != nil && e.Unit.Column > 0 })
	switch {
	case x.nothing || y.nothing:
		return false
	case inColumn && x.hasUnits && y.hasUnits && x.unit != y.unit:
		return false
	case x.null || y.null:
		return x.null && y.null
	case equal(c, x.value, y.value):
		return true
	case len(c.Tolerance.Bounds) == 0:
		return false
	}
	for _, b := range c.Tolerance.Bounds {
		if within(c, b, x.value, y.value, base) != c.Tolerance.All {
			return !c.Tolerance.All
		}
	}
	return c.Tolerance.All
}

func within(c *program.Comparison, b program.Bound, x, y schema.Value, base *term) bool {
	if c.Type.Kind == schema.Float && (math.IsInf(x.Float, 0) || math.IsInf(y.Float, 0)) {
		return false
	}
	limit := rational(b.Value.Value)
	d := new(big.Rat).Sub(rational(x), rational(y))
	if c.Type.Kind == schema.Date {
		d.Mul(d, big.NewRat(86400e6, 1))
	}
	if b.Relative {
		if base.null || base.nothing || c.Type.Kind == schema.Float && math.IsInf(base.value.Float, 0) {
			return false
		}
		limit = new(big.Rat).Mul(limit, new(big.Rat).Abs(rational(base.value)))
	}
	return d.Abs(d).Cmp(limit) <= 0
}

// whereHolds knows column == literal; a side without a row makes the comparison be made.
func whereHolds(e *program.Expr, rows [][]schema.Value) bool {
	column, literal := e.Args[0], e.Args[1].Value
	row := rows[column.Side]
	if row == nil {
		return true
	}
	v := row[column.Index]
	return !v.Null && v.Text == literal.Text
}

// verdict is what the page says of the rows of one key.
type verdict struct {
	outcome string
	items   []string
	matched int64          // pairs, under duplicates = "pair"
	paired  map[string]int // rows that found partners there, as text
	left    []string       // the rows that did not, as text
}

func text(side int, row []schema.Value) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d", side)
	for _, v := range row {
		fmt.Fprintf(&b, "|%v:%q", v.Null, v.String())
	}
	return b.String()
}

// judge is the verdict of rows by side.
func judge(rule *program.Rule, bySide [][][]schema.Value) verdict {
	v := verdict{paired: map[string]int{}}
	repeated := false
	for _, rows := range bySide {
		repeated = repeated || len(rows) > 1
	}
	if repeated && rule.Duplicates == program.Pair {
		bySide = pairs(rule, bySide, &v)
	}
	single := make([][]schema.Value, len(bySide))
	sides, several := 0, []string(nil)
	for s, rows := range bySide {
		for _, r := range rows {
			v.left = append(v.left, text(s, r))
			single[s] = r
		}
		sides += min(1, len(rows))
		if len(rows) > 1 {
			several = append(several, "duplicate "+rule.Sides[s].Name)
		}
	}
	sort.Strings(v.left)
	if sides == 0 {
		v.outcome = "matched"
		return v
	}
	var missing []string
	for s, rows := range bySide {
		if len(rows) == 0 {
			missing = append(missing, "missing "+rule.Sides[s].Name)
		}
	}
	if several != nil {
		if rule.Duplicates == program.Pair && sides == 1 {
			v.outcome, v.items = "missing", missing
			return v
		}
		v.outcome, v.items = "duplicate", several
		return v
	}
	v.items = missing
	for i := range rule.Compare {
		if sides > 1 && !agree(rule, &rule.Compare[i], single) {
			v.items = append(v.items, "mismatch "+rule.Compare[i].Name)
		}
	}
	switch {
	case missing != nil:
		v.outcome = "missing"
	case v.items != nil:
		v.outcome = "mismatch"
	default:
		v.outcome, v.left = "matched", nil
	}
	return v
}

// pairs pairs rows: those that are the same first, then, in order of time and values, those that agree. It returns
// what is left.
func pairs(rule *program.Rule, bySide [][][]schema.Value, v *verdict) [][][]schema.Value {
	left := make([][][]schema.Value, len(bySide))
	for s, rows := range bySide {
		left[s] = slices.Clone(rows)
		at := rule.Sides[s].Source.Time
		slices.SortStableFunc(left[s], func(a, b []schema.Value) int {
			if at >= 0 {
				if c := compareValue(a[at], b[at]); c != 0 {
					return c
				}
			}
			return slices.CompareFunc(a, b, compareValue)
		})
	}
	exact := *rule
	exact.Compare = slices.Clone(rule.Compare)
	for i := range exact.Compare {
		exact.Compare[i].Tolerance = program.Tolerance{}
		exact.Compare[i].Where = nil
	}
	for _, r := range []*program.Rule{&exact, rule} {
		for i := 0; i < len(left[0]); {
			chosen := make([]int, len(left))
			rows := make([][]schema.Value, len(left))
			rows[0], chosen[0] = left[0][i], i
			if !choose(r, left, rows, chosen, 1) {
				i++
				continue
			}
			v.matched++
			for s := range left {
				v.paired[text(s, left[s][chosen[s]])]++
				left[s] = slices.Delete(slices.Clone(left[s]), chosen[s], chosen[s]+1)
			}
		}
	}
	return left
}

// choose finds the first rows of side and those after it that agree with the ones chosen.
func choose(rule *program.Rule, left [][][]schema.Value, rows [][]schema.Value, chosen []int, side int) bool {
	if side == len(left) {
		for c := range rule.Compare {
			if !agree(rule, &rule.Compare[c], rows) {
				return false
			}
		}
		return true
	}
	for i, r := range left[side] {
		rows[side], chosen[side] = r, i
		if choose(rule, left, rows, chosen, side+1) {
			return true
		}
		rows[side] = nil
	}
	return false
}

// compareValue orders values: nulls first.
func compareValue(x, y schema.Value) int {
	switch {
	case x.Null && y.Null:
		return 0
	case x.Null:
		return -1
	case y.Null:
		return 1
	case x.Type.Layout() == schema.Varlen:
		return strings.Compare(x.Text, y.Text)
	case x.Type.Kind == schema.Float:
		switch {
		case math.IsNaN(x.Float) && math.IsNaN(y.Float):
			return 0
		case math.IsNaN(x.Float):
			return -1
		case math.IsNaN(y.Float):
			return 1
		case x.Float < y.Float:
			return -1
		case x.Float > y.Float:
			return 1
		case math.Signbit(x.Float) != math.Signbit(y.Float): // -0 and 0
			if math.Signbit(x.Float) {
				return -1
			}
			return 1
		}
		return 0
	}
	return rational(x).Cmp(rational(y))
}

// sums are the exact sums of the compared numbers, as describe writes them.
func sums(rule *program.Rule, rows [][][]schema.Value) string {
	var b strings.Builder
	for i := range rule.Compare {
		c := &rule.Compare[i]
		if c.Type.Kind != schema.Integer && c.Type.Kind != schema.Decimal {
			continue
		}
		inColumn := slices.ContainsFunc(c.Terms, func(e *program.Expr) bool { return e != nil && e.Unit.Column > 0 })
		total := map[string][]*big.Rat{}
		for s := range rows {
			for _, row := range rows[s] {
				if c.Terms[s] == nil {
					continue
				}
				t := evaluate(c.Terms[s], rule.Sides[s].Source, row)
				if t.null {
					continue
				}
				unit := ""
				if inColumn {
					unit = t.unit
				}
				if total[unit] == nil {
					total[unit] = make([]*big.Rat, len(rows))
				}
				if total[unit][s] == nil {
					total[unit][s] = new(big.Rat)
				}
				total[unit][s].Add(total[unit][s], rational(t.value))
			}
		}
		var units []string
		for u := range total {
			units = append(units, u)
		}
		sort.Strings(units)
		for _, u := range units {
			for s, sum := range total[u] {
				if sum != nil && sum.Sign() != 0 {
					fmt.Fprintf(&b, "sum of %s, side%d, %q: %s\n", c.Name, s, u, sum.FloatString(int(c.Type.Scale)))
				}
			}
		}
	}
	return b.String()
}
