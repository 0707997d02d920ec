package eval

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// The columns that random expressions read: two of most types, so that they meet.
var randomColumns = []schema.Type{
	{Kind: schema.Integer}, {Kind: schema.Integer},
	{Kind: schema.Decimal, Precision: 5, Scale: 2}, {Kind: schema.Decimal, Precision: 18, Scale: 2}, {Kind: schema.Decimal, Precision: 18, Scale: 4},
	{Kind: schema.Decimal, Precision: 30, Scale: 6}, {Kind: schema.Decimal, Precision: 38, Scale: 10}, {Kind: schema.Decimal, Precision: 19, Scale: 0},
	{Kind: schema.Float}, {Kind: schema.Float},
	{Kind: schema.Boolean}, {Kind: schema.Boolean},
	{Kind: schema.String}, {Kind: schema.String}, {Kind: schema.Enum, Values: []string{"PAID", "REFUNDED", "a"}},
	{Kind: schema.Date}, {Kind: schema.Date}, {Kind: schema.Timestamp}, {Kind: schema.Timestamp}, {Kind: schema.JSON},
}

var randomTexts = []string{
	"", "a", "A", " a ", "PAID", "REFUNDED", "商户订单", "２０２６", "Straße", "İ", "2026-11-20", "2026-1-5 03:04:05", "2026-03-08 02:30:00",
	"1,234.50", "(12)", "-0.001", "99999999999999999999999999999999999999", "a-b-c", "`x`", "é", "é", `{"a":[1,2.50,"x"]}`, "1767571200",
}

// generator makes random typed expressions as the checker would. What it picks is named for the reader.
type generator struct{ *rand.Rand }

func newGenerator(seed uint64) generator { return generator{rand.New(rand.NewPCG(seed, 1))} }

func (g generator) pick(_ string, n int) int { return g.IntN(n) }

func oneOf[T any](g generator, list []T) T { return list[g.IntN(len(list))] }

func (g generator) between(low, high int64) int64 { return low + g.Int64N(high-low+1) }

func (g generator) column(kinds ...schema.Kind) *program.Expr {
	var fit []int
	for i, t := range randomColumns {
		for _, k := range kinds {
			if t.Kind == k {
				fit = append(fit, i)
			}
		}
	}
	i := fit[g.pick("column", len(fit))]
	return &program.Expr{Op: program.OpColumn, Index: i, Type: randomColumns[i]}
}

func literalOf(v schema.Value) *program.Expr {
	return &program.Expr{Op: program.OpLiteral, Type: v.Type, Value: v}
}

func argOf(e *program.Expr) builtin.Arg {
	a := builtin.Arg{Type: e.Type}
	if e.Op == program.OpLiteral {
		a.Literal = &e.Value
	}
	if e.Op == program.OpMapOf {
		v := schema.Value{Type: e.Type}
		for _, x := range e.Args {
			v.List = append(v.List, x.Value)
		}
		a.Literal = &v
	}
	return a
}

// call is a call if the checker would let it pass, else its first argument.
func call(name string, args ...*program.Expr) *program.Expr {
	var list []builtin.Arg
	for _, a := range args {
		list = append(list, argOf(a))
	}
	t, problem := builtin.Find(name).Check(list)
	if problem != nil {
		if name != "floor" && name != "round" {
			panic(name + ": " + problem.Text)
		}
		return args[0]
	}
	return &program.Expr{Op: program.OpCall, Name: name, Type: t, Args: args}
}

func (g generator) int64() int64 {
	switch g.pick("size", 4) {
	case 0:
		return int64(g.Uint64())
	case 1:
		return oneOf(g, []int64{0, 1, -1, math.MaxInt64, math.MinInt64})
	}
	return g.between(-100000, 100000)
}

// coefficient is one of at most so many digits, often near the edges.
func (g generator) coefficient(digits int32) decimal.Num {
	n := int32(g.between(1, int64(digits)))
	if g.pick("edge", 5) == 0 {
		n = digits
	}
	text := make([]byte, 0, decimal.MaxDigits)
	nines := g.pick("nines", 4) == 0
	for range n {
		d := 9
		if !nines {
			d = g.pick("digit", 10)
		}
		text = append(text, byte('0'+d))
	}
	d, err := decimal.Parse(text)
	if err != nil {
		panic(err)
	}
	if g.pick("sign", 2) == 0 {
		d.Coef, _ = d.Coef.Neg()
	}
	return d.Coef
}

func (g generator) number(depth int) *program.Expr {
	if depth == 0 {
		switch g.pick("leaf", 4) {
		case 0:
			return literalOf(schema.Int(g.int64()))
		case 1:
			return literalOf(schema.Dec(decimal.Decimal{Coef: g.coefficient(10), Scale: int32(g.pick("scale", 5))}))
		}
		return g.column(schema.Integer, schema.Decimal)
	}
	switch g.pick("number", 14) {
	case 0, 1, 2:
		ops := []program.Op{program.OpAdd, program.OpSub, program.OpMul}
		op := ops[g.pick("op", 3)]
		a, b := g.number(depth-1), g.number(depth-1)
		rule := builtin.SumType
		if op == program.OpMul {
			rule = builtin.ProductType
		}
		t, ok := rule(argOf(a), argOf(b))
		if !ok {
			return a
		}
		return &program.Expr{Op: op, Type: t, Args: []*program.Expr{a, b}}
	case 3:
		a := g.number(depth - 1)
		return &program.Expr{Op: program.OpNeg, Type: a.Type, Args: []*program.Expr{a}}
	case 4:
		return call("abs", g.number(depth-1))
	case 5:
		args := []*program.Expr{g.number(depth - 1), literalOf(schema.Int(int64(g.pick("places", 8)) - 3))}
		if g.pick("mode", 2) == 0 {
			args = append(args, literalOf(schema.Text("half_even")))
		}
		return call("round", args...)
	case 6:
		a, b := g.number(depth-1), g.number(depth-1)
		places := int32(g.pick("places", 8)) - 2
		t, ok := builtin.QuotientType(argOf(a), argOf(b), places)
		if !ok {
			return a
		}
		div := &program.Expr{Op: program.OpDiv, Type: t, Args: []*program.Expr{a, b}}
		return &program.Expr{Op: program.OpCall, Name: "round", Type: t, Args: []*program.Expr{div, literalOf(schema.Int(int64(places)))}}
	case 7:
		return call([]string{"floor", "ceil", "trunc"}[g.pick("rounding", 3)], g.number(depth-1), literalOf(schema.Int(int64(g.pick("places", 5))-1)))
	case 8:
		return call([]string{"min", "max"}[g.pick("extreme", 2)], g.number(depth-1), g.number(depth-1))
	case 9:
		return g.choice(depth, g.number(depth-1), g.number(depth-1))
	case 10:
		return call("coalesce", g.number(depth-1), g.number(depth-1))
	case 11:
		return g.decoded()
	case 12:
		a, b := g.share(depth-1), g.number(depth-1)
		t, ok := builtin.ProductType(argOf(a), argOf(b))
		if !ok {
			return b
		}
		return &program.Expr{Op: program.OpMul, Type: t, Args: []*program.Expr{a, b}}
	}
	return call("from_minor", g.column(schema.Integer), literalOf(schema.Text([]string{"CNY", "JPY", "KWD"}[g.pick("currency", 3)])))
}

func (g generator) choice(depth int, a, b *program.Expr) *program.Expr {
	t, ok := builtin.Common(argOf(a), argOf(b))
	if !ok {
		return a
	}
	return &program.Expr{Op: program.OpCond, Type: t, Args: []*program.Expr{g.condition(depth - 1), a, b}}
}

func (g generator) float(depth int) *program.Expr {
	if depth == 0 {
		return g.column(schema.Float)
	}
	switch g.pick("float", 4) {
	case 0:
		op := []program.Op{program.OpAdd, program.OpSub, program.OpMul}[g.pick("op", 3)]
		return &program.Expr{Op: op, Type: schema.Type{Kind: schema.Float}, Args: []*program.Expr{g.float(depth - 1), g.float(depth - 1)}}
	case 1:
		return call("abs", g.float(depth-1))
	case 2:
		return call([]string{"floor", "ceil", "trunc"}[g.pick("rounding", 3)], g.float(depth-1))
	}
	return g.choice(depth, g.float(depth-1), g.float(depth-1))
}

func (g generator) text(depth int) *program.Expr {
	if depth == 0 {
		if g.pick("leaf", 3) == 0 {
			return literalOf(schema.Text(oneOf(g, randomTexts)))
		}
		return g.column(schema.String, schema.Enum)
	}
	a := g.text(depth - 1)
	lit := func(s string) *program.Expr { return literalOf(schema.Text(s)) }
	num := func(i int) *program.Expr { return literalOf(schema.Int(int64(i))) }
	switch g.pick("text", 13) {
	case 0:
		return call([]string{"lower", "upper", "trim"}[g.pick("fn", 3)], a)
	case 1:
		return call("trim", a, lit("`a "))
	case 2:
		return call("replace", a, lit("a"), g.text(0))
	case 3:
		start := g.pick("start", 7) - 3
		if start == 0 {
			start = 1
		}
		return call("substr", a, num(start), num(g.pick("length", 4)))
	case 4:
		return call("split_part", a, lit("-"), num([]int{1, 2, -1, 5}[g.pick("part", 4)]))
	case 5:
		return call("pad_left", g.column(schema.Integer), num(8), lit("0"))
	case 6:
		return g.choice(depth, a, g.text(depth-1))
	case 7:
		return call("coalesce", a, g.text(depth-1))
	case 8:
		m := &program.Expr{Op: program.OpMapOf, Type: schema.Type{Kind: schema.Map}, Args: []*program.Expr{lit("PAID"), lit("a"), lit("a"), lit("商"), lit("A"), lit("")}}
		if g.pick("default", 2) == 0 {
			return call("decode", a, m, lit("other"))
		}
		return call("decode", a, m)
	case 9:
		return call("format", g.time(depth-1), lit([]string{"%Y%m%d", "%d/%b/%y %j", "%A %e"}[g.pick("pattern", 3)]))
	case 10:
		return call("json", g.column(schema.JSON), lit([]string{"$.a[0]", "$.b", "$"}[g.pick("path", 3)]))
	case 11:
		return &program.Expr{Op: program.OpInterp, Type: schema.Type{Kind: schema.String}, Args: []*program.Expr{a, g.number(0), lit("-")}}
	}
	return a
}

func (g generator) time(depth int) *program.Expr {
	if depth == 0 {
		return g.column(schema.Date, schema.Timestamp)
	}
	days := literalOf(schema.Value{Type: schema.Type{Kind: schema.Duration}, Int: int64(g.pick("days", 9)-4) * dayMicros})
	if g.pick("part of a day", 4) == 0 {
		days.Value.Int += 1800e6
	}
	switch g.pick("time", 6) {
	case 0:
		e := call([]string{"date", "day", "week", "month"}[g.pick("part", 4)], g.time(depth-1))
		e.Zone = []string{"", "America/New_York", "Australia/Lord_Howe"}[g.pick("zone", 3)]
		return e
	case 1:
		e := call("hour", g.column(schema.Timestamp))
		e.Zone = "Australia/Lord_Howe"
		return e
	case 2:
		e := call("parse_time", g.text(0), literalOf(schema.Text([]string{"%Y-%m-%d %H:%M:%S", "unix", "unix_ms"}[g.pick("pattern", 3)])))
		e.Zone = "America/New_York"
		return e
	case 3:
		return call("parse_date", g.text(0), literalOf(schema.Text("%Y-%m-%d")))
	case 4:
		t := g.time(depth - 1)
		op := []program.Op{program.OpAdd, program.OpSub}[g.pick("op", 2)]
		return &program.Expr{Op: op, Type: t.Type, Args: []*program.Expr{t, days}}
	}
	return g.time(depth - 1)
}

// duration is a difference of times, and what can be made of it.
func (g generator) duration(depth int) *program.Expr {
	typ := schema.Type{Kind: schema.Duration}
	of := func(op program.Op, a, b *program.Expr) *program.Expr {
		return &program.Expr{Op: op, Type: typ, Args: []*program.Expr{a, b}}
	}
	if depth <= 0 {
		return literalOf(duration(g.between(-3, 3) * dayMicros / 2))
	}
	switch g.pick("duration", 6) {
	case 0:
		return of(program.OpSub, g.column(schema.Date), g.column(schema.Date))
	case 1:
		return of(program.OpSub, g.column(schema.Timestamp), g.column(schema.Timestamp))
	case 2:
		return of([]program.Op{program.OpAdd, program.OpSub}[g.pick("op", 2)], g.duration(depth-1), g.duration(depth-1))
	case 3:
		return call("abs", g.duration(depth-1))
	case 4:
		return of(program.OpMul, g.duration(depth-1), g.column(schema.Integer))
	}
	return call([]string{"min", "max"}[g.pick("extreme", 2)], g.duration(depth-1), g.duration(depth-1))
}

// share is a percentage, and sums of them.
func (g generator) share(depth int) *program.Expr {
	v := schema.Dec(decimal.Decimal{Coef: g.coefficient(3), Scale: 4})
	v.Type.Kind = schema.Percent
	if depth <= 0 || g.pick("share", 2) == 0 {
		return literalOf(v)
	}
	a, b := g.share(depth-1), g.share(depth-1)
	t, _ := builtin.SumType(argOf(a), argOf(b))
	return &program.Expr{Op: program.OpSub, Type: t, Args: []*program.Expr{a, b}}
}

// decoded is a decode of something other than text, into numbers.
func (g generator) decoded() *program.Expr {
	m := &program.Expr{Op: program.OpMapOf, Type: schema.Type{Kind: schema.Map}}
	x := g.column(schema.Integer, schema.Decimal, schema.Boolean, schema.Date)
	for i := range int64(2) {
		key := schema.Value{Type: x.Type, Int: i}
		if isExact(x.Type.Kind) {
			key = schema.Dec(decimal.Decimal{Coef: decimal.FromInt64(i), Scale: 1})
		}
		value := schema.Dec(decimal.Decimal{Coef: g.coefficient(20), Scale: int32(i)})
		if g.pick("null", 4) == 0 {
			value = schema.Value{Type: schema.Type{Kind: schema.Null}, Null: true}
		}
		m.Args = append(m.Args, literalOf(key), literalOf(value))
	}
	if t, problem := builtin.Find("decode").Check([]builtin.Arg{argOf(x), argOf(m)}); problem != nil || t.Kind == schema.Null {
		return g.number(0)
	}
	return call("decode", x, m)
}

func (g generator) condition(depth int) *program.Expr {
	yes := schema.Type{Kind: schema.Boolean}
	if depth <= 0 {
		return g.column(schema.Boolean)
	}
	op := program.OpEqual + program.Op(g.pick("op", 6))
	compare := func(a, b *program.Expr) *program.Expr {
		return &program.Expr{Op: op, Type: yes, Args: []*program.Expr{a, b}}
	}
	null := literalOf(schema.Value{Type: schema.Type{Kind: schema.Null}, Null: true})
	switch g.pick("condition", 14) {
	case 0, 1:
		return compare(g.number(depth-1), g.number(depth-1))
	case 2:
		t := g.number(depth - 1)
		u, ok := builtin.SumType(argOf(t), builtin.Arg{Type: randomColumns[3]})
		if !ok {
			return compare(t, null)
		}
		d := &program.Expr{Op: program.OpSub, Type: u, Args: []*program.Expr{t, g.column(schema.Decimal)}}
		d.Type, _ = builtin.SumType(argOf(t), argOf(d.Args[1]))
		if d.Type.Precision == 0 {
			return compare(t, null)
		}
		return compare(call("abs", d), g.number(0))
	case 3:
		return compare(g.float(depth-1), g.float(depth-1))
	case 4:
		return compare(g.text(depth-1), g.text(depth-1))
	case 5:
		a := g.time(depth - 1)
		b := g.time(depth - 1)
		if a.Type.Kind != b.Type.Kind {
			return compare(a, null)
		}
		return compare(a, b)
	case 6:
		return compare(g.column(schema.JSON), g.column(schema.JSON))
	case 7:
		args := []*program.Expr{g.text(depth - 1)}
		for range g.pick("list", 9) {
			args = append(args, literalOf(schema.Text(oneOf(g, randomTexts))))
		}
		return &program.Expr{Op: program.OpIn, Type: yes, Args: append(args, null)}
	case 8:
		args := []*program.Expr{g.number(depth - 1)}
		for range g.pick("list", 9) {
			args = append(args, g.number(0))
		}
		return &program.Expr{Op: program.OpIn, Type: yes, Args: args}
	case 9:
		return &program.Expr{Op: program.OpNot, Type: yes, Args: []*program.Expr{g.condition(depth - 1)}}
	case 10:
		name := []string{"has", "starts_with", "ends_with", "like_regex"}[g.pick("test", 4)]
		return call(name, g.text(depth-1), literalOf(schema.Text("a")))
	}
	if g.pick("times", 3) == 0 {
		if g.pick("list", 3) == 0 {
			day := schema.Value{Type: schema.Type{Kind: schema.Date}, Int: g.between(-3, 3)}
			return &program.Expr{Op: program.OpIn, Type: yes, Args: []*program.Expr{g.column(schema.Date), literalOf(day), null}}
		}
		return compare(g.duration(depth-1), g.duration(depth-1))
	}
	logic := []program.Op{program.OpAnd, program.OpOr}[g.pick("logic", 2)]
	return &program.Expr{Op: logic, Type: yes, Args: []*program.Expr{g.condition(depth - 1), g.condition(depth - 1), g.condition(depth - 1)}}
}

func (g generator) expression(depth int) *program.Expr {
	switch g.pick("expression", 8) {
	case 0, 1, 2:
		return g.number(depth)
	case 3:
		return g.text(depth)
	case 4:
		return g.time(depth)
	case 5:
		return g.float(depth)
	case 6:
		return g.duration(depth)
	}
	return g.condition(depth)
}

// batch makes rows of the random columns; some columns have no nulls at all.
func (g generator) batch(rows int) *batch.Batch {
	b := batch.NewBuilder(randomColumns...)
	nullable := make([]bool, len(randomColumns))
	for i := range nullable {
		nullable[i] = g.pick("nullable", 2) == 0
	}
	for range rows {
		for i, t := range randomColumns {
			c := b.Column(i)
			if nullable[i] && g.pick("null", 4) == 0 {
				c.AppendNull()
				continue
			}
			switch t.Kind {
			case schema.Integer:
				c.AppendInt(g.int64())
			case schema.Decimal:
				c.AppendNum(g.coefficient(t.Precision))
			case schema.Float:
				c.AppendFloat(oneOf(g, []float64{0, math.Copysign(0, -1), 1.5, -2.5, 1e300, math.NaN(), math.Inf(1), math.Inf(-1), 0.1}))
			case schema.Boolean:
				c.AppendInt(int64(g.pick("boolean", 2)))
			case schema.String, schema.Enum:
				c.AppendString(oneOf(g, randomTexts))
			case schema.JSON:
				c.AppendString(oneOf(g, []string{`{"a":[1, 2]}`, `{"a":[1.0,2e0]}`, `null`, `"x"`, `{"b":null,"a":["é"]}`, `{"a":["é"],"b":null}`}))
			case schema.Date:
				c.AppendInt(g.between(-40000, 40000))
			case schema.Timestamp:
				t := oneOf(g, []int64{0, 1772953200, 1775322000, 1793520000}) // hours before clocks change
				c.AppendInt((t+g.between(-20000, 20000))*1e6 + 7)
			}
		}
		b.EndRow()
	}
	out := &batch.Batch{Rows: rows}
	for i := range randomColumns {
		out.Columns = append(out.Columns, *b.Column(i))
	}
	return out
}

func randomEnv() Env {
	loc, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		panic(err)
	}
	return Env{Column: func(_, i int) (int, bool) { return i, true }, Zone: loc, Now: time.Unix(1795219200, 0)}
}
