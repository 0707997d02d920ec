package check

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// What follows is evident from literals alone, and wrong in every row.

// nothing reports a call or choice that can give nothing but null.
func (x *typer) nothing(v value) value {
	if v.bad() || v.Type.Kind != schema.Null {
		return v
	}
	x.report(diag.OnlyNull, v.Span, "this is null, whatever the row is", "write null, or the value that is meant where there is none")
	return value{}
}

// known is the exact value of a literal, or of arithmetic on literals; nil of anything else.
func (v value) known() *big.Rat {
	if v.sum != nil || !v.literal() || v.Value.Null || !exact(v.Type.Kind) {
		return v.sum
	}
	r, ok := new(big.Rat).SetString(builtin.Number(v.Value).String())
	if !ok {
		return nil
	}
	return r
}

// holds checks that arithmetic on literals gives what its type can hold: 64 bits, or 38 digits.
func (x *typer) holds(n *node, v, a, b value) value {
	p, q := a.known(), b.known()
	if p == nil || q == nil {
		return v
	}
	r := new(big.Rat)
	switch v.Op {
	case program.OpAdd:
		r.Add(p, q)
	case program.OpSub:
		r.Sub(p, q)
	default:
		r.Mul(p, q)
	}
	v.sum = r
	limit, what := new(big.Int).Exp(big.NewInt(10), big.NewInt(decimal.MaxDigits), nil), fmt.Sprintf("needs more than %d digits", decimal.MaxDigits)
	hint := ""
	if v.Type.Kind == schema.Integer {
		limit, what = new(big.Int).Lsh(big.NewInt(1), 63), "is more than an integer of 64 bits holds"
		hint = "write one of the numbers as a decimal: 1.0"
	}
	whole := new(big.Int).Quo(new(big.Int).Mul(r.Num(), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(v.Type.Scale)), nil)), r.Denom())
	if whole.CmpAbs(limit) < 0 {
		return v
	}
	x.report(diag.TooManyDigits, v.Span, oneLine(n.span.Text())+" "+what, hint)
	return value{}
}

// byZero reports a quotient whose divisor is 0.
func (x *typer) byZero(b value) bool {
	if r := b.known(); r == nil || r.Sign() != 0 {
		return false
	}
	x.report(diag.DivisionByZero, b.Span, "nothing is divided by 0", "")
	return true
}

// reachable reports whether a number can be equal to a literal: one with more decimals than the type has, or more digits before the
// point, no row ever holds.
func (x *typer) reachable(of, literal value) bool {
	if of.known() != nil || !literal.literal() || !numeric(of.Type.Kind) || !numeric(literal.Type.Kind) {
		return true
	}
	d := builtin.Number(literal.Value)
	text := x.showType(of.Type, program.Unit{})
	scale := of.Type.Scale
	if of.Type.Kind == schema.Decimal && (of.Type.Precision == 0 || of.Op == program.OpParamRef || of.Op == program.OpMetric) {
		return true
	}
	coef, err := decimal.Rescale(d.Coef, d.Scale, scale)
	switch {
	case err != nil && d.Scale > scale:
		x.report(diag.NeverEqual, literal.Span, fmt.Sprintf("%s has %s: it is never %s", text, decimals(scale), oneLine(literal.Span.Text())), "round it first, or compare with < and >")
		return false
	case of.Type.Kind == schema.Decimal && of.Type.Precision < decimal.MaxDigits && !decimal.Fits(coef, of.Type.Precision):
		x.report(diag.NeverEqual, literal.Span, fmt.Sprintf("%s is too small to be %s", text, oneLine(literal.Span.Text())), "")
		return false
	}
	return true
}

func decimals(scale int32) string {
	switch scale {
	case 0:
		return "no decimals"
	case 1:
		return "1 decimal"
	}
	return fmt.Sprintf("%d decimals", scale)
}

// share reports enums that have no value in common.
func (x *typer) share(at diag.Span, a, b value) bool {
	if a.Type.Kind != schema.Enum || b.Type.Kind != schema.Enum || a.literal() || b.literal() {
		return true
	}
	for _, v := range a.Type.Values {
		for _, w := range b.Type.Values {
			if v == w {
				return true
			}
		}
	}
	x.report(diag.NeverEqual, at, fmt.Sprintf("%s and %s have no value in common", a.Type, b.Type), "translate one of them with decode")
	return false
}

// minor reports an amount that from_minor would take for cents and that has a currency already.
func (x *typer) minor(f *builtin.Func, args []value) bool {
	if f.Name != "from_minor" || args[0].Unit.None() {
		return false
	}
	u := args[0].Unit
	if _, currency := builtin.CurrencyDigits(u.Name); !currency && u.Column == 0 {
		return false // such as fen
	}
	x.report(diag.MinorUnit, args[0].Span, fmt.Sprintf("from_minor takes cents, and this is in %s itself", strings.TrimPrefix(x.unitOf(u), "the unit of ")),
		"leave from_minor out; a column that holds cents is declared without a currency")
	return true
}

// fitsColumn checks a literal that is the value of a column.
func (m *module) fitsColumn(p *program.Column, v value) bool {
	if !v.literal() || !exact(v.Type.Kind) || !numeric(p.Type.Kind) {
		return true
	}
	d := builtin.Number(v.Value)
	scale := int32(0)
	if p.Type.Kind == schema.Decimal {
		scale = p.Type.Scale
	}
	coef, err := decimal.Rescale(d.Coef, d.Scale, scale)
	fits := err == nil
	if p.Type.Kind == schema.Decimal {
		fits = fits && decimal.Fits(coef, p.Type.Precision)
	} else {
		_, small := coef.Int64()
		fits = fits && small
	}
	if !fits {
		m.report(diag.ColumnType, v.Span, fmt.Sprintf("%s does not fit %s", oneLine(v.Span.Text()), p.Type), "nothing is rounded here")
	}
	return fits
}
