package eval

import (
	"errors"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// TestDecimalsAgreeWithFractions: expressions over decimals and integers give what fractions of unbounded integers
// give, to the last digit, or a fault where a result has more than 38 digits, and nowhere else.
func TestDecimalsAgreeWithFractions(t *testing.T) {
	env := randomEnv()
	faults, values, slow := 0, 0, 0
	for seed := range uint64(cases(t)) {
		g := newGenerator(seed + 1<<32)
		b := g.batch(2)
		e := g.arithmetic(3)
		k, err := Compile(e, env)
		if err != nil {
			t.Fatalf("seed %d: %s: %v", seed, sketch(e), err)
		}
		slow += len(k.Explain())
		column, list := k.Eval(b)
		for i := range b.Rows {
			want, err := fraction(e, b, i)
			faulty := len(list) > 0 && list[0].Row == i
			if faulty {
				list = list[1:]
				faults++
			}
			if (err != nil) != faulty {
				t.Fatalf("seed %d: %s of %v: got %v, fault %v; want %v, %v", seed, sketch(e), rowText(b, i), column.Value(i), faulty, want, err)
			}
			if err != nil {
				continue
			}
			got := column.Value(i)
			if (want == nil) != got.Null {
				t.Fatalf("seed %d: %s of %v: got %v, want %v", seed, sketch(e), rowText(b, i), got, want)
			}
			if want != nil && asFraction(got).Cmp(want) != 0 {
				t.Fatalf("seed %d: %s of %v: got %v, want %s", seed, sketch(e), rowText(b, i), got, want.RatString())
			}
			values++
		}
	}
	if faults == 0 || values < 2*faults {
		t.Errorf("%d values and %d faults: not worth calling a test", values, faults)
	}
	if slow > values/20 { // only constants that cannot be computed have no kernel
		t.Errorf("%d expressions run row by row", slow)
	}
}

// arithmetic is number without what is no arithmetic.
func (g generator) arithmetic(depth int) *program.Expr {
	for {
		e := g.number(depth)
		ok := true
		e.Walk(func(x *program.Expr) bool {
			switch {
			case x.Op == program.OpCond, x.Op == program.OpCall && (x.Name == "coalesce" || x.Name == "from_minor" || x.Name == "decode"):
				ok = false
			}
			return ok
		})
		if ok && e.Op != program.OpLiteral {
			return e
		}
	}
}

func asFraction(v schema.Value) *big.Rat {
	d := builtin.Number(v)
	return new(big.Rat).SetFrac(toBig(d.Coef), power(d.Scale))
}

var errOverflow = errors.New("overflow")

// fraction is the value of e in row i; nil is null.
func fraction(e *program.Expr, b *batch.Batch, i int) (*big.Rat, error) {
	v, err := fractionOf(e, b, i)
	if err != nil || v == nil {
		return nil, err
	}
	return v, fits(v, e.Type)
}

// fits reports an error unless v is a number of type t: its digits at the type's scale are at most 38.
func fits(v *big.Rat, t schema.Type) error {
	limit := max38
	scale := t.Scale
	if t.Kind == schema.Integer {
		limit, scale = maxInt, 0
	}
	n := new(big.Rat).Mul(v, new(big.Rat).SetInt(power(scale)))
	if !n.IsInt() {
		panic("a number with more decimals than its type")
	}
	if n.Num().CmpAbs(limit) > 0 && !(t.Kind == schema.Integer && n.Num().CmpAbs(anyInt) == 0 && n.Sign() < 0) {
		return errOverflow
	}
	return nil
}

func fractionOf(e *program.Expr, b *batch.Batch, i int) (*big.Rat, error) {
	if e.Op == program.OpLiteral {
		return asFraction(e.Value), nil
	}
	if e.Op == program.OpColumn {
		v := b.Columns[e.Index].Value(i)
		if v.Null {
			return nil, nil
		}
		return asFraction(v), nil
	}
	operands, divide := e.Args, false
	if e.Op == program.OpCall && e.Args[0].Op == program.OpDiv {
		operands, divide = e.Args[0].Args, true
	}
	var args []*big.Rat
	null := false
	for _, a := range operands {
		v, err := fraction(a, b, i)
		if err != nil {
			return nil, err
		}
		null = null || v == nil
		if null && e.Op != program.OpCall {
			// the second operand of + - * is computed all the same
			args = append(args, v)
			continue
		}
		args = append(args, v)
	}
	if null {
		return nil, nil
	}
	x := args[0]
	switch e.Op {
	case program.OpNeg:
		return new(big.Rat).Neg(x), nil
	case program.OpMul:
		return new(big.Rat).Mul(x, args[1]), nil
	case program.OpAdd, program.OpSub:
		for _, v := range args { // both at the scale of the sum
			if err := fits(v, e.Type); err != nil {
				return nil, err
			}
		}
		if e.Op == program.OpAdd {
			return new(big.Rat).Add(x, args[1]), nil
		}
		return new(big.Rat).Sub(x, args[1]), nil
	}
	if divide {
		if args[1].Sign() == 0 {
			return nil, errors.New("division by zero")
		}
		return roundFraction(new(big.Rat).Quo(x, args[1]), e.Args[1].Value.Int, "round"), nil
	}
	switch e.Name {
	case "abs":
		return new(big.Rat).Abs(x), nil
	case "min", "max":
		if x.Cmp(args[1]) > 0 == (e.Name == "min") {
			x = args[1]
		}
		return x, nil
	}
	mode := e.Name
	if len(e.Args) > 2 {
		mode = "half_even"
	}
	return roundFraction(x, e.Args[1].Value.Int, mode), nil
}

// roundFraction rounds as the language says, by the plainest means.
func roundFraction(v *big.Rat, places int64, mode string) *big.Rat {
	unit := new(big.Rat).SetInt(power(int32(max(places, -places))))
	if places < 0 {
		unit.Inv(unit)
	}
	v = new(big.Rat).Mul(v, unit)
	floor := new(big.Int)
	rest := new(big.Int)
	floor.DivMod(v.Num(), v.Denom(), rest)
	part := new(big.Rat).SetFrac(rest, v.Denom())
	half := big.NewRat(1, 2)
	up := false
	switch mode {
	case "ceil":
		up = part.Sign() > 0
	case "trunc":
		up = part.Sign() > 0 && v.Sign() < 0
	case "round":
		up = part.Cmp(half) > 0 || part.Cmp(half) == 0 && v.Sign() > 0
	case "half_even":
		up = part.Cmp(half) > 0 || part.Cmp(half) == 0 && floor.Bit(0) == 1
	}
	if up {
		floor.Add(floor, big.NewInt(1))
	}
	return new(big.Rat).Quo(new(big.Rat).SetInt(floor), unit)
}

func TestProductsOfMagnitudes(t *testing.T) {
	g := newGenerator(7)
	word := func() uint64 {
		switch g.IntN(4) {
		case 0:
			return 0
		case 1:
			return ^uint64(0)
		}
		return g.Uint64() >> rand.N(64)
	}
	toInt := func(x uint128) *big.Int {
		n := new(big.Int).Lsh(new(big.Int).SetUint64(x.hi), 64)
		return n.Add(n, new(big.Int).SetUint64(x.lo))
	}
	var last uint256
	lastWant := new(big.Int)
	for range 100_000 {
		x, y := uint128{word(), word()}, uint128{word(), word()}
		p := multiply(x, y)
		got := new(big.Int)
		for i := 3; i >= 0; i-- {
			got.Lsh(got, 64).Add(got, new(big.Int).SetUint64(p[i]))
		}
		want := new(big.Int).Mul(toInt(x), toInt(y))
		if got.Cmp(want) != 0 {
			t.Fatalf("%v * %v = %v, want %v", x, y, got, want)
		}
		if p.lessEqual(last) != (want.Cmp(lastWant) <= 0) {
			t.Fatalf("%v <= %v is wrong", want, lastWant)
		}
		last, lastWant = p, want
		n, m := decimal.Num{Lo: x.lo, Hi: int64(x.hi)}, decimal.Num{Lo: y.lo, Hi: int64(y.hi)}
		d := new(big.Int).Sub(toBig(n), toBig(m))
		if toInt(distance(n, m)).CmpAbs(d) != 0 {
			t.Fatalf("distance of %v and %v is %v, want %v", toBig(n), toBig(m), toInt(distance(n, m)), d)
		}
	}
}

func TestLargestQuotients(t *testing.T) {
	nines := decimal.Decimal{Coef: decimal.Pow10(38)}
	nines.Coef, _ = nines.Coef.Sub(decimal.FromInt64(1))
	for _, sign := range []int64{1, -1} {
		one := decimal.Decimal{Coef: decimal.FromInt64(sign * 1_000_000), Scale: 6}
		d, err := divDecimals(nines, one, 0, decimal.HalfEven)
		want := new(big.Int).Mul(toBig(nines.Coef), big.NewInt(sign))
		if err != nil || toBig(d.Coef).Cmp(want) != 0 {
			t.Errorf("%s / %s is %s, %v", nines, one, d, err)
		}
	}
	if d, err := divDecimals(nines, decimal.Decimal{Coef: decimal.FromInt64(999_999), Scale: 6}, 0, decimal.HalfEven); err == nil {
		t.Errorf("a quotient of 39 digits is %s", d)
	}
}
