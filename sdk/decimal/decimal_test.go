package decimal

import (
	"errors"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func (n Num) big() *big.Int {
	b := new(big.Int).Lsh(big.NewInt(n.Hi), 64)
	return b.Add(b, new(big.Int).SetUint64(n.Lo))
}

var limit = new(big.Int).Lsh(big.NewInt(1), 127)

// in128 reports whether b fits 128 bits in two's complement.
func in128(b *big.Int) bool {
	return b.Cmp(limit) < 0 && b.Cmp(new(big.Int).Neg(limit)) >= 0
}

func num() *rapid.Generator[Num] {
	return rapid.Custom(func(t *rapid.T) Num {
		n := Num{Lo: rapid.Uint64().Draw(t, "lo"), Hi: rapid.Int64().Draw(t, "hi")}
		switch rapid.IntRange(0, 4).Draw(t, "size") {
		case 0:
			return FromInt64(int64(n.Lo))
		case 1:
			return Num{Lo: n.Lo, Hi: n.Hi % 4}
		case 2:
			p := Pow10(rapid.Int32Range(0, MaxDigits).Draw(t, "pow"))
			d, _ := p.Add(FromInt64(rapid.Int64Range(-2, 2).Draw(t, "off")))
			return d
		}
		return n
	})
}

func TestArithmeticAgreesWithBig(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, m := num().Draw(t, "n"), num().Draw(t, "m")
		check := func(op string, got Num, ok bool, want *big.Int) {
			if ok != in128(want) || ok && got.big().Cmp(want) != 0 {
				t.Fatalf("%v %s %v = %v, %v; want %v", n.big(), op, m.big(), got.big(), ok, want)
			}
		}
		got, ok := n.Add(m)
		check("+", got, ok, new(big.Int).Add(n.big(), m.big()))
		got, ok = n.Sub(m)
		check("-", got, ok, new(big.Int).Sub(n.big(), m.big()))
		got, ok = n.Mul(m)
		check("*", got, ok, new(big.Int).Mul(n.big(), m.big()))
		if m.IsZero() {
			return
		}
		q, r, ok := n.QuoRem(m)
		wantQ, wantR := new(big.Int).QuoRem(n.big(), m.big(), new(big.Int))
		check("/", q, ok, wantQ)
		if ok {
			check("rem", r, true, wantR)
		}
		if got, want := n.Cmp(m), n.big().Cmp(m.big()); got != want {
			t.Fatalf("%v cmp %v = %d, want %d", n.big(), m.big(), got, want)
		}
	})
}

func TestRoundAgreesWithBig(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := num().Draw(t, "n")
		from := rapid.Int32Range(0, 50).Draw(t, "from")
		to := rapid.Int32Range(0, from).Draw(t, "to")
		p := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(from-to)), nil)
		floor, mod := new(big.Int).DivMod(n.big(), p, new(big.Int))
		twice := new(big.Int).Lsh(mod, 1).Cmp(p)
		up := new(big.Int).Add(floor, big.NewInt(1))
		for mode := HalfAwayFromZero; mode <= Ceiling; mode++ {
			want := floor
			if mod.Sign() != 0 {
				negative := n.Sign() < 0
				switch mode {
				case HalfAwayFromZero:
					if twice > 0 || twice == 0 && !negative {
						want = up
					}
				case HalfEven:
					if twice > 0 || twice == 0 && floor.Bit(0) == 1 {
						want = up
					}
				case Down:
					if negative {
						want = up
					}
				case Ceiling:
					want = up
				}
			}
			got, err := Round(n, from, to, mode)
			if err != nil || got.big().Cmp(want) != 0 {
				t.Fatalf("Round(%v, %d, %d, %d) = %v, %v; want %v", n.big(), from, to, mode, got.big(), err, want)
			}
		}
	})
}

func TestParsePrintsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := num().Filter(func(n Num) bool { return Fits(n, MaxDigits) }).Draw(t, "n")
		d := Decimal{Coef: n, Scale: rapid.Int32Range(0, 2*MaxDigits).Draw(t, "scale")}
		got, err := Parse([]byte(d.String()))
		if err != nil || got != d {
			t.Fatalf("Parse(%q) = %v, %v", d, got, err)
		}
		if back, err := Rescale(n, d.Scale, d.Scale-1); err == nil {
			again, err := Rescale(back, d.Scale-1, d.Scale)
			if err != nil || again != n {
				t.Fatalf("Rescale there and back: %v, %v", again, err)
			}
		}
	})
}

func TestCompareAgreesWithBigRat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := Decimal{num().Draw(t, "x"), rapid.Int32Range(0, 60).Draw(t, "xs")}
		y := Decimal{num().Draw(t, "y"), rapid.Int32Range(0, 60).Draw(t, "ys")}
		rat := func(d Decimal) *big.Rat {
			return new(big.Rat).SetFrac(d.Coef.big(), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(d.Scale)), nil))
		}
		if got, want := Compare(x, y), rat(x).Cmp(rat(y)); got != want {
			t.Fatalf("Compare(%v, %v) = %d, want %d", x, y, got, want)
		}
	})
}

func TestParse(t *testing.T) {
	for _, c := range []struct {
		text, want string
		err        error
	}{
		{text: "0", want: "0"}, {text: "-0.00", want: "0.00"}, {text: "+1.50", want: "1.50"},
		{text: "007", want: "7"}, {text: "1e6", want: "1000000"}, {text: "1.25e-3", want: "0.00125"},
		{text: "1.25e1", want: "12.5"}, {text: "0e99999", want: "0"}, {text: "0.000e-400", want: "0"},
		{text: "99999999999999999999999999999999999999", want: "99999999999999999999999999999999999999"},
		{text: "100000000000000000000000000000000000000", err: ErrRange},
		{text: "1e38", err: ErrRange}, {text: "1e-400", err: ErrRange},
		{text: "", err: ErrSyntax}, {text: "-", err: ErrSyntax}, {text: ".5", err: ErrSyntax},
		{text: "5.", err: ErrSyntax}, {text: "1.2.3", err: ErrSyntax}, {text: "1e", err: ErrSyntax},
		{text: "1e+", err: ErrSyntax}, {text: " 1", err: ErrSyntax}, {text: "NaN", err: ErrSyntax},
		{text: "1,000", err: ErrSyntax}, {text: "0x10", err: ErrSyntax}, {text: "１", err: ErrSyntax},
	} {
		got, err := Parse([]byte(c.text))
		if !errors.Is(err, c.err) || err == nil && got.String() != c.want {
			t.Errorf("Parse(%q) = %v, %v; want %s, %v", c.text, got, err, c.want, c.err)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	text := []byte("12345678.90")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(text); err != nil {
			b.Fatal(err)
		}
	}
}
