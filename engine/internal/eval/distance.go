package eval

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/sdk/schema"
)

// Distance says how far apart the values of a comparison are, for people.
type Distance struct {
	Agrees        bool
	First, Second int    // the pair of sides that it speaks of: the first that does not agree, or else the farthest apart
	Value         string // how far apart: "0.12", "5m", "" where values have no distance
	Bound         string // what is allowed: "0.01 or 0.1% (0.0995)", "" without a tolerance
	Reason        string // why they disagree where no distance says it: "units differ", "one is null"
}

// Describe explains what Agree decides about operands.
func (a *Agreement) Describe(operands []Operand) Distance {
	base := a.base(operands)
	d := Distance{Agrees: true, First: -1, Second: -1}
	var farthest *big.Rat
	for i := range operands {
		for j := i + 1; j < len(operands); j++ {
			if operands[i].State == Absent || operands[j].State == Absent {
				continue
			}
			agrees := a.pair(operands, i, j, base)
			far := a.measure(&operands[i], &operands[j])
			if !agrees && d.Agrees || d.First < 0 || d.Agrees && far != nil && (farthest == nil || far.Cmp(farthest) > 0) {
				d = a.describe(operands, i, j, base, agrees)
				farthest = far
			}
			if !d.Agrees {
				return d
			}
		}
	}
	return d
}

// measure is the exact distance of two values, in the unit of their type; nil if they have none.
func (a *Agreement) measure(x, y *Operand) *big.Rat {
	if x.State != Present || y.State != Present {
		return nil
	}
	switch t := a.rule.Type; t.Layout() {
	case schema.Varlen:
		return nil
	case schema.Float64:
		if math.IsInf(x.Float, 0) || math.IsInf(y.Float, 0) {
			return nil
		}
		r := new(big.Rat).Sub(new(big.Rat).SetFloat64(x.Float), new(big.Rat).SetFloat64(y.Float))
		return r.Abs(r)
	default:
		if t.Kind == schema.Boolean {
			return nil
		}
		d := new(big.Int).Sub(toBig(x.Num), toBig(y.Num))
		return new(big.Rat).SetFrac(d.Abs(d), power(scaleOf(t)))
	}
}

func scaleOf(t schema.Type) int32 {
	if t.Kind == schema.Decimal || t.Kind == schema.Percent {
		return t.Scale
	}
	return 0
}

func (a *Agreement) describe(operands []Operand, i, j, base int, agrees bool) Distance {
	x, y := &operands[i], &operands[j]
	d := Distance{Agrees: agrees, First: i, Second: j}
	switch {
	case x.State == Doubtful || y.State == Doubtful:
		d.Reason = "a value that agrees with nothing"
	case a.unitsDiffer(operands, i, j):
		d.Reason = fmt.Sprintf("units differ: %s, %s", orNone(x.Unit), orNone(y.Unit))
	case x.State != y.State:
		d.Reason = "one is null"
	}
	if far := a.measure(x, y); far != nil && d.Reason == "" {
		d.Value = a.format(far)
	}
	var parts []string
	for k := range a.bounds {
		b := &a.bounds[k]
		text := b.text
		if b.relative && operands[base].State == Present && a.rule.Type.Layout() != schema.Varlen {
			text += " (" + a.format(a.relativeBound(b, &operands[base])) + ")"
		}
		parts = append(parts, text)
	}
	word := " or "
	if a.rule.Tolerance.All {
		word = " and "
	}
	d.Bound = strings.Join(parts, word)
	return d
}

func orNone(unit []byte) string {
	if len(unit) == 0 {
		return "none"
	}
	return string(unit)
}

// relativeBound is what a relative bound comes to.
func (a *Agreement) relativeBound(b *bound, base *Operand) *big.Rat {
	if b.exact != nil {
		if math.IsInf(base.Float, 0) || math.IsNaN(base.Float) {
			return new(big.Rat)
		}
		return new(big.Rat).Mul(b.exact, exactAbs(base.Float))
	}
	d := builtin.Number(b.value)
	n := toBig(base.Num)
	n.Mul(n.Abs(n), toBig(d.Coef))
	return new(big.Rat).SetFrac(n, power(d.Scale+scaleOf(a.rule.Type)))
}

// format writes a distance in the unit of the comparison's type.
func (a *Agreement) format(r *big.Rat) string {
	switch a.rule.Type.Kind {
	case schema.Timestamp, schema.Duration:
		return durationText(new(big.Int).Quo(r.Num(), r.Denom()).Int64())
	case schema.Date:
		return r.RatString() + "d"
	case schema.Float:
		f, _ := r.Float64()
		return strconv.FormatFloat(f, 'g', -1, 64)
	}
	digits, _ := r.FloatPrec() // a power of ten below the line: the decimals end
	return r.FloatString(digits)
}

// durationText writes microseconds as the language writes durations, in as many units as it takes: 1d2h, 90ms.
func durationText(micros int64) string {
	if micros == 0 {
		return "0s"
	}
	var b strings.Builder
	if micros < 0 {
		b.WriteByte('-')
		micros = -micros
	}
	for _, u := range []struct {
		name   string
		micros int64
	}{{"d", dayMicros}, {"h", 3600e6}, {"m", 60e6}, {"s", 1e6}, {"ms", 1e3}, {"µs", 1}} {
		if n := micros / u.micros; n > 0 {
			b.WriteString(strconv.FormatInt(n, 10) + u.name)
			micros -= n * u.micros
		}
	}
	return b.String()
}

// boundText writes a bound whose text is not at hand.
func boundText(v schema.Value, relative bool) string {
	text := v.String()
	switch {
	case v.Type.Kind == schema.Duration:
		return durationText(v.Int)
	case relative:
		d := builtin.Number(v)
		r := new(big.Rat).SetFrac(new(big.Int).Mul(toBig(d.Coef), big.NewInt(100)), power(d.Scale))
		digits, _ := r.FloatPrec()
		return r.FloatString(digits) + "%"
	case v.Unit != "":
		return text + " " + v.Unit
	}
	return text
}
