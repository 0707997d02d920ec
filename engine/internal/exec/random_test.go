package exec_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// Random rules and rows, drawn so that values look alike: what makes a careless engine hold them equal, or
// different.

func kind(k schema.Kind) schema.Type { return schema.Type{Kind: k} }

func dec(p, s int32) schema.Type { return schema.Type{Kind: schema.Decimal, Precision: p, Scale: s} }

var statuses = schema.Type{Kind: schema.Enum, Values: []string{"PAID", "OPEN", ""}}

var lookAlikes = []string{
	"", " ", "a", "A", "a ", " a", "a  b", "a b", "A B", "ａ", "é", "e\u0301", "null", "NULL", "1", "1.0", "01", "1|2", "|", "a|", "|a",
	"\x00", "a\x00", "a\x01b", "\u3000a", "0", "-0", "NaN", "𝟙", "ﬁ", "fi", "K", "K", "ß", "ss", "PAID", "SUCCESS",
	strings.Repeat("x", 254), strings.Repeat("x", 255), strings.Repeat("x", 256),
}

var documents = []string{`{"a": 1, "b": 2}`, `{"b":2,"a":1}`, `{"a":1.0,"b":2}`, `{"a":1}`, `[1,2]`, `[2,1]`, `"1"`, `1`, `1.00`, `null`, `{}`}

func number(text string) decimal.Decimal {
	d, err := decimal.Parse([]byte(text))
	if err != nil {
		panic(err)
	}
	return d
}

// value draws a value of a type.
func value(r *rand.Rand, t schema.Type) schema.Value {
	v := schema.Value{Type: t}
	if r.IntN(8) == 0 {
		v.Null = true
		return v
	}
	pick := func(list ...int64) int64 { return list[r.IntN(len(list))] }
	switch t.Kind {
	case schema.Integer:
		v.Int = pick(0, 1, -1, 10, 100, math.MaxInt64, math.MinInt64, 9007199254740993, 9007199254740992)
	case schema.Boolean:
		v.Int = pick(0, 1)
	case schema.Date:
		v.Int = pick(0, 1, 2, 20000, -1)
	case schema.Timestamp:
		v.Int = 1_700_000_000_000_000 + pick(0, 1, 999_999, 1_000_000, 1_000_001, 300_000_000, 300_000_001)
	case schema.Float:
		v.Float = []float64{0, math.Copysign(0, -1), math.NaN(), 1, 1.01, 1.0100000000000002, math.Inf(1), math.Inf(-1), 1e300, 0.1 + 0.2, 0.3}[r.IntN(11)]
	case schema.Enum:
		v.Text = []string{"PAID", "OPEN", "", "paid", "LOST"}[r.IntN(5)]
	case schema.JSON:
		v.Text = documents[r.IntN(len(documents))]
	case schema.String, schema.Bytes:
		v.Text = lookAlikes[r.IntN(len(lookAlikes))]
	case schema.Decimal:
		texts := []string{"0", "1", "-1", "1.01", "1.02", "10.00", "10", "9.99", "100", "100.1", "-0.00"}
		if t.Precision > 18 {
			texts = append(texts, "99999999999999999999999999999999999", "99999999999999999999999999999999998", "12345678901234567890123456789012345")
		}
		for {
			d := number(texts[r.IntN(len(texts))])
			n, err := decimal.Rescale(d.Coef, d.Scale, t.Scale)
			if err == nil && decimal.Fits(n, t.Precision) {
				v.Dec = decimal.Decimal{Coef: n, Scale: t.Scale}
				break
			}
		}
	default:
		panic(t.String())
	}
	return v
}

func literal(v schema.Value) *program.Expr {
	return &program.Expr{Op: program.OpLiteral, Type: v.Type, Value: v}
}

func columnOf(side, index int, c program.Column) *program.Expr {
	e := &program.Expr{Op: program.OpColumn, Type: c.Type, Side: side, Index: index, Unit: c.Unit}
	e.Unit.Side = side
	return e
}

// randomRule draws a rule: keys and comparisons of all types, of different types on the sides where these
// are compared. The first part of its key is the number of a data set, so that one run holds many that do not touch.
func randomRule(r *rand.Rand) *program.Rule {
	sides := 2
	if r.IntN(4) == 0 {
		sides = 3
	}
	rule := &program.Rule{Name: "random", Baseline: r.IntN(sides)}
	if r.IntN(4) == 0 {
		rule.Duplicates = program.Pair
	}
	for s := range sides {
		src := &program.Source{Name: fmt.Sprintf("source%d", s), Time: -1}
		rule.Sides = append(rule.Sides, program.Side{Name: fmt.Sprintf("side%d", s), Source: src})
	}
	add := func(s int, t schema.Type) *program.Expr {
		src := rule.Sides[s].Source
		c := program.Column{Name: fmt.Sprintf("c%d", len(src.Columns)), Physical: fmt.Sprintf("c%d", len(src.Columns)), Type: t}
		src.Columns = append(src.Columns, c)
		return columnOf(s, len(src.Columns)-1, c)
	}
	// types of the sides that have a common one
	families := [][]schema.Type{
		{kind(schema.String)}, {kind(schema.String), statuses}, {kind(schema.Integer)}, {kind(schema.Boolean)}, {kind(schema.Date)},
		{kind(schema.Timestamp)}, {dec(18, 2), dec(10, 1)}, {dec(18, 2), kind(schema.Integer), dec(38, 4)}, {dec(38, 2)}, {kind(schema.Bytes)},
	}
	common := func(types []schema.Type) schema.Type {
		t := types[0]
		for _, o := range types[1:] {
			switch {
			case o.Kind == schema.Enum || t.Kind == schema.Enum:
				t = kind(schema.String)
			case o.Kind == schema.Decimal || t.Kind == schema.Decimal:
				t = dec(38, max(t.Scale, o.Scale))
			}
		}
		return t
	}
	draw := func(family []schema.Type) (types []schema.Type) {
		for range sides {
			types = append(types, family[r.IntN(len(family))])
		}
		return types
	}
	set := program.Key{Name: "set", Type: kind(schema.Integer)}
	for s := range sides {
		set.Terms = append(set.Terms, add(s, kind(schema.Integer)))
	}
	rule.Keys = append(rule.Keys, set)
	for i := range 1 + r.IntN(2) {
		types := draw(families[r.IntN(len(families))])
		k := program.Key{Name: fmt.Sprintf("k%d", i), Type: common(types)}
		for s, t := range types {
			k.Terms = append(k.Terms, add(s, t))
		}
		rule.Keys = append(rule.Keys, k)
	}
	families = append(families, []schema.Type{kind(schema.Float)}, []schema.Type{kind(schema.JSON)})
	for i := range 1 + r.IntN(4) {
		types := draw(families[r.IntN(len(families))])
		c := program.Comparison{Name: fmt.Sprintf("v%d", i), Type: common(types), Base: rule.Baseline}
		absent := -1
		if sides > 2 && r.IntN(3) == 0 {
			absent = r.IntN(sides)
		}
		for s, t := range types {
			if s == absent {
				c.Terms = append(c.Terms, nil)
				continue
			}
			c.Terms = append(c.Terms, add(s, t))
		}
		decorate(r, rule, &c, add)
		rule.Compare = append(rule.Compare, c)
	}
	if r.IntN(3) == 0 {
		for s := range sides {
			e := add(s, kind(schema.Timestamp))
			rule.Sides[s].Source.Time = e.Index
		}
	}
	return rule
}

// decorate gives a comparison a tolerance, what it ignores, a condition, units or a computed term.
func decorate(r *rand.Rand, rule *program.Rule, c *program.Comparison, add func(int, schema.Type) *program.Expr) {
	bound := func(text string, relative bool) program.Bound {
		return program.Bound{Value: literal(schema.Dec(number(text))), Relative: relative}
	}
	switch c.Type.Kind {
	case schema.String:
		for _, what := range []program.Ignoring{program.Case, program.Space, program.Width} {
			if r.IntN(5) == 0 {
				c.Ignoring = append(c.Ignoring, what)
			}
		}
		if s := r.IntN(len(c.Terms)); r.IntN(3) == 0 && c.Terms[s] != nil && c.Terms[s].Type.Kind == schema.String {
			pairs := []*program.Expr{literal(schema.Text("SUCCESS")), literal(schema.Text("PAID")), literal(schema.Text("a")), literal(schema.Text("1"))}
			c.Terms[s] = &program.Expr{Op: program.OpCall, Name: "decode", Type: kind(schema.String), Args: []*program.Expr{
				c.Terms[s], {Op: program.OpMapOf, Type: kind(schema.Map), Args: pairs}}}
		}
	case schema.Float:
		c.Tolerance.Bounds = []program.Bound{bound([]string{"0", "0.01", "1"}[r.IntN(3)], false)}
		if r.IntN(2) == 0 {
			c.Tolerance.Bounds = append(c.Tolerance.Bounds, bound("0.01", true))
		}
	case schema.Integer, schema.Decimal:
		for range r.IntN(3) {
			c.Tolerance.Bounds = append(c.Tolerance.Bounds, bound([]string{"0", "0.01", "0.1", "0.5", "1", "99"}[r.IntN(6)], r.IntN(2) == 0))
		}
		if r.IntN(3) == 0 {
			units(r, rule, c, add)
		}
	case schema.Timestamp, schema.Date:
		for range r.IntN(2) {
			micros := []int64{0, 1, 1_000_000, 300_000_000, 86400e6}[r.IntN(5)]
			c.Tolerance.Bounds = append(c.Tolerance.Bounds, program.Bound{Value: literal(schema.Value{Type: kind(schema.Duration), Int: micros})})
		}
	}
	c.Tolerance.All = r.IntN(2) == 0
	if r.IntN(4) == 0 {
		side := r.IntN(len(rule.Sides))
		c.Where = &program.Expr{Op: program.OpEqual, Type: kind(schema.Boolean), Args: []*program.Expr{add(side, kind(schema.String)), literal(schema.Text("a"))}}
	}
}

// units gives terms units: of a column, a fixed one, or none.
func units(r *rand.Rand, rule *program.Rule, c *program.Comparison, add func(int, schema.Type) *program.Expr) {
	for s, e := range c.Terms {
		if e == nil {
			continue
		}
		switch r.IntN(3) {
		case 0:
			u := add(s, schema.Type{Kind: schema.String})
			e.Unit = program.Unit{Column: u.Index + 1, Side: s}
		case 1:
			e.Unit = program.Unit{Name: "1"}
		}
	}
}

// randomSets draws rows of several data sets.
func randomSets(r *rand.Rand, rule *program.Rule, sets, n int) [][][]schema.Value {
	rows := make([][][]schema.Value, len(rule.Sides))
	for set := range sets {
		for s, list := range randomRows(r, rule, n) {
			for _, row := range list {
				row[rule.Keys[0].Terms[s].Index] = schema.Int(int64(set))
			}
			rows[s] = append(rows[s], list...)
		}
	}
	return rows
}

// randomRows draws rows whose keys are few, so that they meet.
func randomRows(r *rand.Rand, rule *program.Rule, n int) [][][]schema.Value {
	keys := make([][][]schema.Value, 1+r.IntN(4)) // key → side → parts
	for i := range keys {
		for s, side := range rule.Sides {
			var parts []schema.Value
			for k, key := range rule.Keys {
				v := value(r, side.Source.Columns[key.Terms[s].Index].Type)
				if s > 0 && r.IntN(3) > 0 { // the same value, as the other type has it
					if same, ok := convert(keys[i][0][k], v.Type); ok {
						v = same
					}
				}
				parts = append(parts, v)
			}
			keys[i] = append(keys[i], parts)
		}
	}
	rows := make([][][]schema.Value, len(rule.Sides))
	for s, side := range rule.Sides {
		for range r.IntN(n + 1) {
			row := make([]schema.Value, len(side.Source.Columns))
			for c := range row {
				row[c] = value(r, side.Source.Columns[c].Type)
			}
			key := keys[r.IntN(len(keys))][s]
			for k := range rule.Keys {
				row[rule.Keys[k].Terms[s].Index] = key[k]
			}
			if s > 0 && len(rows[0]) > 0 && r.IntN(2) == 0 { // mostly what the first side has
				other := rows[0][r.IntN(len(rows[0]))]
				for _, c := range rule.Compare {
					copyTerm(c.Terms[0], c.Terms[s], other, row)
				}
				for _, k := range rule.Keys {
					copyTerm(k.Terms[0], k.Terms[s], other, row)
				}
			}
			rows[s] = append(rows[s], row)
		}
	}
	return rows
}

func copyTerm(from, to *program.Expr, other, row []schema.Value) {
	if from == nil || to == nil || from.Op != program.OpColumn || to.Op != program.OpColumn {
		return
	}
	if v, ok := convert(other[from.Index], to.Type); ok {
		row[to.Index] = v
		if from.Unit.Column > 0 && to.Unit.Column > 0 {
			row[to.Unit.Column-1] = other[from.Unit.Column-1]
		}
	}
}

// convert is the same value in another type, if it has it.
func convert(v schema.Value, t schema.Type) (schema.Value, bool) {
	if v.Null {
		return schema.Value{Type: t, Null: true}, true
	}
	numeric := func(t schema.Type) bool { return t.Kind == schema.Integer || t.Kind == schema.Decimal }
	if !numeric(v.Type) || !numeric(t) {
		v.Type = t
		return v, true
	}
	d := v.Dec
	if v.Type.Kind == schema.Integer {
		d = decimal.Decimal{Coef: decimal.FromInt64(v.Int)}
	}
	scale := t.Scale
	n, err := decimal.Rescale(d.Coef, d.Scale, scale)
	if err != nil {
		return v, false
	}
	if t.Kind == schema.Integer {
		i, ok := n.Int64()
		return schema.Value{Type: t, Int: i}, ok
	}
	return schema.Value{Type: t, Dec: decimal.Decimal{Coef: n, Scale: scale}}, decimal.Fits(n, t.Precision)
}

// show is a rule for the message of a test that fails.
func show(rule *program.Rule) string {
	var b strings.Builder
	expr := func(e *program.Expr) string {
		switch {
		case e == nil:
			return "-"
		case e.Op == program.OpCall:
			return fmt.Sprintf("decode(%d.c%d)", e.Args[0].Side, e.Args[0].Index)
		}
		return fmt.Sprintf("%d.c%d %s %v", e.Side, e.Index, e.Type, e.Unit)
	}
	fmt.Fprintf(&b, "duplicates %d baseline %d time %d\n", rule.Duplicates, rule.Baseline, rule.Sides[0].Source.Time)
	for _, k := range rule.Keys {
		fmt.Fprintf(&b, "key %s %s:", k.Name, k.Type)
		for _, e := range k.Terms {
			b.WriteString(" " + expr(e))
		}
		b.WriteString("\n")
	}
	for _, c := range rule.Compare {
		fmt.Fprintf(&b, "compare %s %s ignoring %v all %v where %v:", c.Name, c.Type, c.Ignoring, c.Tolerance.All, c.Where != nil)
		for _, e := range c.Terms {
			b.WriteString(" " + expr(e))
		}
		for _, bound := range c.Tolerance.Bounds {
			fmt.Fprintf(&b, " within %s relative %v", bound.Value.Value, bound.Relative)
		}
		b.WriteString("\n")
	}
	return b.String()
}
