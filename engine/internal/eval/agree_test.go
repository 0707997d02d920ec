package eval

import (
	"math"
	"math/big"
	"testing"

	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// boundLiteral is an amount of a tolerance.
func boundLiteral(v schema.Value, relative bool) program.Bound {
	return program.Bound{Value: literalOf(v), Relative: relative}
}

func parsed(text string) schema.Value { return decLiteral(text).Value }

func percent(text string) schema.Value {
	v := parsed(text)
	v.Type.Kind = schema.Percent
	return v
}

func duration(micros int64) schema.Value {
	return schema.Value{Type: schema.Type{Kind: schema.Duration}, Int: micros}
}

// amount is a present operand of a decimal type with a scale.
func amount(text string, scale int32) Operand {
	d, err := decimal.Parse([]byte(text))
	if err != nil {
		panic(err)
	}
	n, err := decimal.Rescale(d.Coef, d.Scale, scale)
	if err != nil {
		panic(err)
	}
	return Operand{State: Present, Num: n}
}

// comparison is one of n sides, each with a term of the comparison's type.
func comparison(t schema.Type, n int, bounds ...program.Bound) *program.Comparison {
	c := &program.Comparison{Name: "c", Type: t, Tolerance: program.Tolerance{Bounds: bounds}}
	for side := range n {
		c.Terms = append(c.Terms, &program.Expr{Op: program.OpColumn, Side: side, Type: t})
	}
	return c
}

// TestAgreeIsExact compares decisions about random numbers, most of them near a bound, with fractions.
func TestAgreeIsExact(t *testing.T) {
	g := newGenerator(99)
	agreed := 0
	n := cases(t) / 4
	for range n {
		digits := int32(g.between(1, 38))
		if g.pick("small", 3) > 0 {
			digits = int32(g.between(1, 18))
		}
		typ := schema.Type{Kind: schema.Decimal, Precision: digits, Scale: int32(g.between(0, int64(digits)))}
		if g.pick("integer", 5) == 0 {
			typ = schema.Type{Kind: schema.Integer}
		}
		c := comparison(typ, 2+g.pick("sides", 2))
		c.Base = g.pick("base", len(c.Terms))
		c.Tolerance.All = g.pick("all", 2) == 0
		x := g.operand(typ)
		var bounds []*big.Rat
		for range g.pick("bounds", 3) {
			v := schema.Dec(decimal.Decimal{Coef: g.coefficient(int32(g.between(1, 12))), Scale: int32(g.between(0, 12))})
			if g.pick("negative", 20) > 0 {
				v.Dec.Coef, _ = v.Dec.Coef.Abs()
			}
			c.Tolerance.Bounds = append(c.Tolerance.Bounds, boundLiteral(v, g.pick("relative", 2) == 0))
			bounds = append(bounds, asFraction(v))
		}
		operands := []Operand{x}
		for range c.Terms[1:] {
			operands = append(operands, g.near(x, typ, c, bounds))
		}
		for i := range operands {
			switch g.pick("state", 40) {
			case 0:
				operands[i].State = Null
			case 1:
				operands[i].State = Absent
			case 2:
				operands[i].State = Doubtful
			}
		}
		a, err := NewAgreement(c, Env{})
		if err != nil {
			t.Fatal(err)
		}
		got, want := a.Agree(operands), naiveAgree(c, bounds, operands)
		if got != want {
			t.Fatalf("%s, base %d, all %v, bounds %v: %v agree is %v, want %v", typ, c.Base, c.Tolerance.All, bounds, operands, got, want)
		}
		if d := a.Describe(operands); d.Agrees != want {
			t.Fatalf("%v: described as %+v, want %v", operands, d, want)
		}
		if want {
			agreed++
		}
	}
	if agreed < n/10 || agreed > n*9/10 {
		t.Errorf("%d of %d agree: not worth calling a test", agreed, n)
	}
}

func (g generator) operand(t schema.Type) Operand {
	if t.Kind == schema.Integer {
		return Operand{State: Present, Num: decimal.FromInt64(g.int64())}
	}
	return Operand{State: Present, Num: g.coefficient(t.Precision)}
}

// near is a number whose distance from x is about one of the bounds, if that fits the type; sometimes any number.
func (g generator) near(x Operand, t schema.Type, c *program.Comparison, bounds []*big.Rat) Operand {
	switch k := g.pick("near", 8); {
	case k == 0:
		return g.operand(t)
	case k == 1 || len(bounds) == 0:
		return x
	}
	i := g.pick("bound", len(bounds))
	d := new(big.Rat).Set(bounds[i])
	if !c.Tolerance.Bounds[i].Relative {
		d.Mul(d, new(big.Rat).SetInt(power(scaleOf(t))))
	} else {
		d.Mul(d, new(big.Rat).SetInt(toBig(x.Num)))
	}
	n := new(big.Int).Quo(d.Num(), d.Denom())
	n.Add(n, big.NewInt(g.between(-1, 1)))
	if g.pick("below", 2) == 0 {
		n.Neg(n)
	}
	n.Add(n, toBig(x.Num))
	limit := digitsBound(max(t.Precision, 1))
	if t.Kind == schema.Integer {
		limit = maxInt
	}
	y, ok := fromBig(n)
	if !ok || n.CmpAbs(limit) > 0 {
		return x
	}
	return Operand{State: Present, Num: y}
}

// naiveAgree is section 6 of the language page, in fractions.
func naiveAgree(c *program.Comparison, bounds []*big.Rat, operands []Operand) bool {
	unit := new(big.Rat).SetFrac(big.NewInt(1), power(scaleOf(c.Type)))
	value := func(o Operand) *big.Rat {
		return new(big.Rat).Mul(new(big.Rat).SetInt(toBig(o.Num)), unit)
	}
	base := c.Base
	for base = range operands {
		if operands[c.Base].State != Absent {
			base = c.Base
		}
		if operands[base].State != Absent {
			break
		}
	}
	for i, x := range operands {
		for _, y := range operands[i+1:] {
			switch {
			case x.State == Absent || y.State == Absent, x.State == Null && y.State == Null:
				continue
			case x.State != Present || y.State != Present:
				return false
			}
			d := new(big.Rat).Sub(value(x), value(y))
			d.Abs(d)
			if d.Sign() == 0 {
				continue
			}
			held := 0
			for k, b := range bounds {
				limit := b
				if c.Tolerance.Bounds[k].Relative {
					if operands[base].State != Present {
						continue
					}
					limit = new(big.Rat).Abs(value(operands[base]))
					limit.Mul(limit, b)
				}
				if d.Cmp(limit) <= 0 && b.Sign() >= 0 {
					held++
				}
			}
			if held == 0 || c.Tolerance.All && held < len(bounds) {
				return false
			}
		}
	}
	return true
}

// TestFloatsAgreeExactly compares decisions about floats near their bounds with fractions.
func TestFloatsAgreeExactly(t *testing.T) {
	g := newGenerator(5)
	float := schema.Type{Kind: schema.Float}
	agreed := 0
	n := cases(t) / 10
	for range n {
		v := schema.Dec(decimal.Decimal{Coef: decimal.FromInt64(g.between(0, 1000)), Scale: int32(g.between(0, 20))})
		relative := g.pick("relative", 2) == 0
		a, err := NewAgreement(comparison(float, 2, boundLiteral(v, relative)), Env{})
		if err != nil {
			t.Fatal(err)
		}
		bound := asFraction(v)
		x := math.Ldexp(g.Float64()-0.5, int(g.between(-30, 30)))
		if g.pick("tiny", 10) == 0 {
			x = math.Ldexp(x, -1040)
		}
		limit := new(big.Rat).Set(bound)
		if relative {
			limit.Mul(limit, exactAbs(x))
		}
		d, _ := limit.Float64()
		y := x + d
		for range g.pick("steps", 3) {
			y = math.Nextafter(y, oneOf(g, []float64{math.Inf(1), math.Inf(-1)}))
		}
		distance := new(big.Rat).Sub(new(big.Rat).SetFloat64(x), new(big.Rat).SetFloat64(y))
		want := distance.Abs(distance).Cmp(limit) <= 0
		if got := a.Agree([]Operand{{State: Present, Float: x}, {State: Present, Float: y}}); got != want {
			t.Fatalf("%v and %v within %s (relative %v): %v, want %v", x, y, v, relative, got, want)
		}
		if want {
			agreed++
		}
	}
	if agreed < n/10 || agreed > n*9/10 {
		t.Errorf("%d of %d agree: not worth calling a test", agreed, n)
	}
}

func TestAgreements(t *testing.T) {
	dec := schema.Type{Kind: schema.Decimal, Precision: 18, Scale: 2}
	float := schema.Type{Kind: schema.Float}
	instant, day, text := schema.Type{Kind: schema.Timestamp}, schema.Type{Kind: schema.Date}, schema.Type{Kind: schema.String}
	cent, promille := boundLiteral(parsed("0.01"), false), boundLiteral(percent("0.001"), true)
	tenth := boundLiteral(parsed("0.1"), false)
	present := func(i int64) Operand { return Operand{State: Present, Num: decimal.FromInt64(i)} }
	real := func(f float64) Operand { return Operand{State: Present, Float: f} }
	word := func(s string) Operand { return Operand{State: Present, Text: []byte(s)} }
	absent, null, doubtful := Operand{}, Operand{State: Null}, Operand{State: Doubtful}
	for _, c := range []struct {
		name     string
		rule     *program.Comparison
		operands []Operand
		agrees   bool
		value    string
		bound    string
		reason   string
	}{
		{"a bound is inclusive", comparison(dec, 2, cent), []Operand{amount("10.00", 2), amount("10.01", 2)}, true, "0.01", "0.01", ""},
		{"beyond it", comparison(dec, 2, cent), []Operand{amount("10.00", 2), amount("10.02", 2)}, false, "0.02", "0.01", ""},
		{"no tolerance", comparison(dec, 2), []Operand{amount("10.00", 2), amount("10.01", 2)}, false, "0.01", "", ""},
		{"of the base", comparison(dec, 2, cent, promille), []Operand{amount("99.50", 2), amount("99.60", 2)}, false, "0.1", "0.01 or 0.1% (0.0995)", ""},
		{"of the base, inclusive", comparison(dec, 2, cent, promille), []Operand{amount("-100.00", 2), amount("-99.90", 2)}, true, "0.1", "0.01 or 0.1% (0.1)", ""},
		{"of the smaller base", comparison(dec, 2, promille), []Operand{amount("99.90", 2), amount("100.00", 2)}, false, "0.1", "0.1% (0.0999)", ""},
		{"two nulls", comparison(dec, 2, cent), []Operand{null, null}, true, "", "0.01", ""},
		{"one null", comparison(dec, 2, cent), []Operand{null, amount("0", 2)}, false, "", "0.01", "one is null"},
		{"computed nulls", comparison(dec, 2), []Operand{doubtful, doubtful}, false, "", "", "a value that agrees with nothing"},
		{"a side that is not there", comparison(dec, 3, cent), []Operand{amount("1", 2), absent, amount("1", 2)}, true, "0", "0.01", ""},
		{"all pairs", comparison(dec, 3, cent), []Operand{amount("1.00", 2), amount("1.01", 2), amount("1.02", 2)}, false, "0.02", "0.01", ""},
		{"floats within", comparison(float, 2, tenth), []Operand{real(0.3), real(0.2)}, true, "0.09999999999999998", "0.1", ""},
		{"floats beyond by their last bit", comparison(float, 2, tenth), []Operand{real(0.4), real(0.3)}, false, "0.10000000000000003", "0.1", ""},
		{"infinities", comparison(float, 2, tenth), []Operand{real(math.Inf(1)), real(math.Inf(1))}, true, "", "0.1", ""},
		{"infinity and a number", comparison(float, 2, boundLiteral(percent("0.5"), true)), []Operand{real(math.Inf(1)), real(1)}, false, "", "50% (0)", ""},
		{"instants", comparison(instant, 2, boundLiteral(duration(300e6), false)), []Operand{present(0), present(-300e6)}, true, "5m", "5m", ""},
		{"instants beyond", comparison(instant, 2, boundLiteral(duration(300e6), false)), []Operand{present(0), present(300e6 + 1500)}, false, "5m1ms500µs", "5m", ""},
		{"dates", comparison(day, 2, boundLiteral(duration(2*dayMicros), false)), []Operand{present(10), present(12)}, true, "2d", "2d", ""},
		{"dates beyond", comparison(day, 2, boundLiteral(duration(2*dayMicros+5), false)), []Operand{present(10), present(13)}, false, "3d", "2d5µs", ""},
		{"texts", comparison(text, 2), []Operand{word("a"), word("a")}, true, "", "", ""},
		{"texts that differ", comparison(text, 2), []Operand{word("a"), word("a ")}, false, "", "", ""},
	} {
		a, err := NewAgreement(c.rule, Env{})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if got := a.Agree(c.operands); got != c.agrees {
			t.Errorf("%s: agree is %v, want %v", c.name, got, c.agrees)
		}
		d := a.Describe(c.operands)
		if d.Agrees != c.agrees || d.Value != c.value || d.Bound != c.bound || d.Reason != c.reason {
			t.Errorf("%s: described as %+v, want %v, %q, %q, %q", c.name, d, c.agrees, c.value, c.bound, c.reason)
		}
	}
}

func TestAllBoundsMustHold(t *testing.T) {
	c := comparison(money, 2, boundLiteral(parsed("1"), false), boundLiteral(percent("0.01"), true))
	c.Tolerance.All = true
	a, err := NewAgreement(c, Env{})
	if err != nil {
		t.Fatal(err)
	}
	for _, pair := range []struct {
		x, y   string
		agrees bool
	}{{"10.00", "10.10", true}, {"10.00", "10.11", false}, {"1000.00", "1001.00", true}, {"1000.00", "1001.01", false}} {
		if got := a.Agree([]Operand{amount(pair.x, 2), amount(pair.y, 2)}); got != pair.agrees {
			t.Errorf("%s and %s agree is %v", pair.x, pair.y, got)
		}
	}
	if got := a.Describe([]Operand{amount("10", 2), amount("11", 2)}).Bound; got != "1 and 1% (0.1)" {
		t.Errorf("bound is %q", got)
	}
}

func TestUnitsOfRows(t *testing.T) {
	c := comparison(money, 2, boundLiteral(schema.Value{Type: schema.Type{Kind: schema.Integer}, Int: 1, Unit: "CNY"}, false))
	c.Terms[0].Unit.Column, c.Terms[1].Unit.Column = 2, 2
	in := func(text, unit string) Operand {
		o := amount(text, 2)
		o.Unit = []byte(unit)
		return o
	}
	a, err := NewAgreement(c, Env{})
	if err != nil {
		t.Fatal(err)
	}
	for _, pair := range []struct {
		x, y   Operand
		agrees bool
	}{
		{in("1", "CNY"), in("1", "CNY"), true},
		{in("1", "CNY"), in("1", "USD"), false},
		{in("1", "CNY"), in("1", ""), false},
		{in("1", "CNY"), in("2", "CNY"), true},
		{in("1", "USD"), in("2", "USD"), false}, // 1 CNY bounds no dollars
	} {
		if got := a.Agree([]Operand{pair.x, pair.y}); got != pair.agrees {
			t.Errorf("%v and %v agree is %v", pair.x, pair.y, got)
		}
	}
	if d := a.Describe([]Operand{in("1", "CNY"), in("1", "")}); d.Reason != "units differ: CNY, none" {
		t.Errorf("described as %+v", d)
	}
	c.Terms[1].Unit = program.Unit{} // a bare number takes the unit of what it meets
	if a, _ = NewAgreement(c, Env{}); !a.Agree([]Operand{in("1", "USD"), in("1", "")}) || a.Agree([]Operand{in("1", "USD"), in("2", "")}) {
		t.Error("a bare number does not take the unit of what it meets")
	}
}

func TestBoundsThatFitNothing(t *testing.T) {
	for _, c := range []struct {
		t schema.Type
		b program.Bound
	}{
		{money, boundLiteral(duration(5), false)},
		{schema.Type{Kind: schema.Timestamp}, boundLiteral(parsed("5"), false)},
		{schema.Type{Kind: schema.Timestamp}, boundLiteral(percent("0.5"), true)},
		{schema.Type{Kind: schema.String}, boundLiteral(parsed("5"), false)},
		{money, boundLiteral(schema.Value{Type: money, Null: true}, false)},
	} {
		if _, err := NewAgreement(comparison(c.t, 2, c.b), Env{}); err == nil {
			t.Errorf("%s is bounded by %v", c.t, c.b.Value.Value)
		}
	}
}

func TestAgreeAllocatesNothing(t *testing.T) {
	wide := schema.Type{Kind: schema.Decimal, Precision: 38, Scale: 10}
	for _, typ := range []schema.Type{money, wide} {
		a, err := NewAgreement(comparison(typ, 2, boundLiteral(parsed("0.01"), false), boundLiteral(percent("0.001"), true)), Env{})
		if err != nil {
			t.Fatal(err)
		}
		operands := []Operand{amount("12345678.90", typ.Scale), amount("12345699.91", typ.Scale)}
		if n := testing.AllocsPerRun(100, func() { a.Agree(operands) }); n > 0 {
			t.Errorf("%s: %v allocations", typ, n)
		}
	}
}

func BenchmarkAgree(b *testing.B) {
	wide := schema.Type{Kind: schema.Decimal, Precision: 38, Scale: 10}
	for _, typ := range []schema.Type{money, wide} {
		b.Run(typ.String(), func(b *testing.B) {
			a, err := NewAgreement(comparison(typ, 2, boundLiteral(parsed("0.01"), false), boundLiteral(percent("0.001"), true)), Env{})
			if err != nil {
				b.Fatal(err)
			}
			operands := []Operand{amount("12345678.90", typ.Scale), amount("12345699.91", typ.Scale)}
			b.ReportAllocs()
			for b.Loop() {
				a.Agree(operands)
			}
		})
	}
}
