package check

import (
	"fmt"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// openUnit is the unit of a metric over rows of several currencies: it becomes that of the money it
// is compared with.
var openUnit = program.Unit{Column: -1}

// meet is the unit of two operands that stand beside each other: added, compared, chosen between.
// One without a unit takes that of the other; two different ones never meet. at is what
// brings them together; ok is false after a report.
func (x *typer) meet(at diag.Span, a, b value) (u program.Unit, ok bool) {
	p, q := a.Unit, b.Unit
	switch {
	case p == q:
		return p, true
	case p.None() || p == openUnit:
		adopt(a, q)
		return q, true
	case q.None() || q == openUnit:
		adopt(b, p)
		return p, true
	}
	d := diag.Diagnostic{Code: diag.UnitMismatch, Span: at, Message: fmt.Sprintf("%s does not meet %s", x.unitOf(p), x.unitOf(q)),
		Related: []diag.Related{{Span: a.Span, Message: "this is " + x.show(a)}, {Span: b.Span, Message: "this is " + x.show(b)}}}
	switch {
	case p.Column > 0 && q.Column > 0:
		d.Hint = "each row may have another unit on either side; compare the two in a compare, where units that differ are a mismatch"
	case p.Column > 0 || q.Column > 0:
		d.Hint = "rows may have other units; relabel those that are meant with unit(x, \"CNY\") under a condition on the unit's column"
	default:
		d.Hint = fmt.Sprintf("convert one of them first, or relabel it with unit(x, %q)", p.Name)
	}
	x.add(d)
	return program.Unit{}, false
}

func (x *typer) unitOf(u program.Unit) string {
	if u.Column > 0 {
		return "the unit of " + x.columnName(u)
	}
	return u.Name
}

// adopt gives an operand the unit of what it meets, if it can have one.
func adopt(v value, u program.Unit) {
	if u.None() || u == openUnit || !measured(v.Type.Kind) {
		return
	}
	v.Expr.Walk(func(e *program.Expr) bool {
		if e.Unit != openUnit && !(e == v.Expr && e.Op == program.OpLiteral) {
			return true
		}
		e.Unit = u
		if e.Op == program.OpLiteral {
			e.Value.Unit = u.Name
		}
		return true
	})
}

func numeric(k schema.Kind) bool { return k == schema.Integer || k == schema.Decimal }

// measured reports whether values of a kind can have a unit.
func measured(k schema.Kind) bool { return numeric(k) || k == schema.Float }

// product is the unit of a * b: at most one of them has one.
func (x *typer) product(at diag.Span, a, b value) (program.Unit, bool) {
	switch {
	case a.Unit.None():
		return b.Unit, true
	case b.Unit.None():
		return a.Unit, true
	}
	x.report(diag.UnitProduct, at, fmt.Sprintf("%s times %s has no unit", x.unitOf(a.Unit), x.unitOf(b.Unit)), "one of the factors must be a bare number")
	return program.Unit{}, false
}

// quotient is the unit of a / b: bare if both have the same, that of a if b is bare.
func (x *typer) quotient(at diag.Span, a, b value) (program.Unit, bool) {
	switch {
	case b.Unit.None():
		return a.Unit, true
	case a.Unit.None():
		x.report(diag.UnitProduct, at, fmt.Sprintf("a bare number divided by %s has no unit", x.unitOf(b.Unit)), "")
		return program.Unit{}, false
	}
	_, ok := x.meet(at, a, b)
	return program.Unit{}, ok
}
