package check

import (
	"fmt"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

func (x *typer) unary(n *node) value {
	if n.text == "not" {
		return x.not(n)
	}
	a := x.node(n.args[0])
	if a.bad() {
		return value{}
	}
	switch a.Type.Kind {
	case schema.Integer, schema.Decimal, schema.Percent, schema.Duration, schema.Float:
	default:
		x.report(diag.TypeMismatch, n.at, fmt.Sprintf("- cannot stand before %s", x.show(a)), "")
		return value{}
	}
	if a.literal() {
		if v, ok := negated(a.Value); ok {
			return value{Expr: &program.Expr{Op: program.OpLiteral, Type: v.Type, Unit: a.Unit, Value: v, Span: n.span}}
		}
	}
	return value{Expr: &program.Expr{Op: program.OpNeg, Type: a.Type, Unit: a.Unit, Args: []*program.Expr{a.Expr}, Span: n.span}}
}

func negated(v schema.Value) (schema.Value, bool) {
	switch v.Type.Kind {
	case schema.Integer, schema.Duration:
		v.Int = -v.Int // a literal is never negative before
		return v, true
	case schema.Decimal, schema.Percent:
		coef, ok := v.Dec.Coef.Neg()
		v.Dec = decimal.Decimal{Coef: coef, Scale: v.Dec.Scale}
		return v, ok
	case schema.Float:
		v.Float = -v.Float
		return v, true
	}
	return v, false
}

func (x *typer) not(n *node) value {
	a := x.condition(n.args[0], `"not"`)
	if a.bad() {
		return value{}
	}
	return truth(program.OpNot, n.span, a)
}

// truth is a boolean operation over operands.
func truth(op program.Op, span diag.Span, operands ...value) value {
	e := &program.Expr{Op: op, Type: schema.Type{Kind: schema.Boolean}, Span: span}
	for _, o := range operands {
		e.Args = append(e.Args, o.Expr)
	}
	v := value{Expr: e}.join(operands...)
	v.zone, v.zones = "", false // a truth has none, and must not give it to what stands beside it
	return v
}

// condition types a node that must be a condition; what stands for who wants it.
func (x *typer) condition(n *node, what string) value {
	return x.boolean(x.node(n), n.span, what)
}

func (x *typer) boolean(v value, at diag.Span, what string) value {
	if v.bad() || v.Type.Kind == schema.Boolean {
		return v
	}
	x.report(diag.NotBoolean, at, fmt.Sprintf("%s needs a condition, and this is %s", what, x.show(v)), "write a comparison such as amount > 0")
	return value{}
}

func (x *typer) binary(n *node) value {
	switch n.text {
	case "and", "or":
		return x.logic(n)
	case "in":
		return x.in(n)
	}
	a, b := x.node(n.args[0]), x.node(n.args[1])
	if a.bad() || b.bad() {
		return value{}
	}
	if x.isList(a, n.args[0]) || x.isList(b, n.args[1]) || x.isSecret(a) || x.isSecret(b) {
		return value{}
	}
	switch n.text {
	case "+", "-":
		return x.sum(n, a, b)
	case "*":
		return x.times(n, a, b)
	case "/":
		return x.divide(n, a, b)
	}
	return x.relation(n, a, b)
}

func (x *typer) isList(v value, n *node) bool {
	if v.list == nil {
		return false
	}
	x.report(diag.TypeMismatch, n.span, `a list stands only after "in"`, "")
	return true
}

// isSecret reports a secret outside the settings that take one.
func (x *typer) isSecret(v value) bool {
	if v.bad() || v.Type.Kind != schema.Secret {
		return false
	}
	x.report(diag.SecretPlace, v.Span, "a secret stands by itself in a setting that takes one, and nowhere else", "")
	return true
}

// logic flattens a and b and c, so that a long condition is not a deep tree.
func (x *typer) logic(n *node) value {
	op := program.OpAnd
	if n.text == "or" {
		op = program.OpOr
	}
	var operands []value
	bad := false
	for _, a := range n.args {
		v := x.condition(a, fmt.Sprintf("%q", n.text))
		bad = bad || v.bad()
		operands = append(operands, v)
	}
	if bad {
		return value{}
	}
	v := truth(op, n.span, operands...)
	if first := v.Args[0]; first.Op == op && !n.args[0].paren {
		v.Args = append(first.Args, v.Args[1])
	}
	return v
}

// operands are values that an operation joins to one of a type and unit.
func (x *typer) operation(op program.Op, n *node, t schema.Type, u program.Unit, operands ...value) value {
	e := &program.Expr{Op: op, Type: t, Unit: u, Span: n.span}
	for _, o := range operands {
		e.Args = append(e.Args, o.Expr)
	}
	return value{Expr: e}
}

// sum is a + b and a - b.
func (x *typer) sum(n *node, a, b value) value {
	op, word := program.OpAdd, "+"
	if n.text == "-" {
		op, word = program.OpSub, "-"
	}
	ka, kb := a.Type.Kind, b.Type.Kind
	switch {
	case numeric(ka) && numeric(kb) || ka == kb && (ka == schema.Percent || ka == schema.Float):
		t, ok := builtin.SumType(a.arg(), b.arg())
		if !ok {
			return x.tooLong(n, a, b)
		}
		u, ok := x.meet(n.at, a, b)
		if !ok {
			return value{}
		}
		return x.holds(n, x.operation(op, n, t, u, a, b), a, b)
	case ka == schema.Duration && kb == schema.Duration:
		return x.operation(op, n, a.Type, program.Unit{}, a, b)
	case ka == schema.Timestamp && kb == schema.Duration, op == program.OpAdd && ka == schema.Duration && kb == schema.Timestamp:
		return x.operation(op, n, schema.Type{Kind: schema.Timestamp}, program.Unit{}, a, b).join(a, b)
	case ka == schema.Date && kb == schema.Duration, op == program.OpAdd && ka == schema.Duration && kb == schema.Date:
		return x.moveDate(op, n, a, b)
	case op == program.OpSub && ka == kb && (ka == schema.Timestamp || ka == schema.Date):
		// Joined for the zone-less literals in them; a duration itself has no zone.
		j := x.operation(op, n, schema.Type{Kind: schema.Duration}, program.Unit{}, a, b).join(a, b)
		j.zone, j.zones = "", false
		return j
	case floatAndExact(ka, kb):
		return x.floats(n, a, b)
	case ka == schema.Date && kb == schema.Timestamp || ka == schema.Timestamp && kb == schema.Date:
		return x.dateAndTimestamp(n, a, b)
	}
	hint := ""
	switch {
	case ka == schema.Null || kb == schema.Null:
		hint = "null in arithmetic gives null; to put a number in its place, write coalesce(x, 0)"
	case textual(ka) && textual(kb):
		hint = `texts are joined inside a string: "${a}-${b}"`
	case numeric(ka) && kb == schema.Percent:
		hint = "a share of a number is a product: amount * 5%"
	case textual(ka) || textual(kb):
		hint = "a number in a text is read by parse_number(text)"
	case (ka == schema.Timestamp || ka == schema.Date) && numeric(kb):
		hint = "a duration has its unit: 1d, 30m"
	}
	x.report(diag.TypeMismatch, n.at, fmt.Sprintf("%s %s %s has no meaning", x.show(a), word, x.show(b)), hint)
	return value{}
}

// moveDate is a date and a duration, which must be whole days.
func (x *typer) moveDate(op program.Op, n *node, a, b value) value {
	d := b
	if a.Type.Kind == schema.Duration {
		d = a
	}
	if d.literal() && d.Value.Int%day != 0 {
		x.report(diag.DateByHours, d.Span, fmt.Sprintf("a date moves by whole days, not by %s", d.Span.Text()), "write days or weeks: 1d, 2w")
		return value{}
	}
	return x.operation(op, n, schema.Type{Kind: schema.Date}, program.Unit{}, a, b)
}

func (x *typer) times(n *node, a, b value) value {
	ka, kb := a.Type.Kind, b.Type.Kind
	if floatAndExact(ka, kb) {
		return x.floats(n, a, b)
	}
	t, ok := builtin.ProductType(a.arg(), b.arg())
	if !ok {
		if exact(ka) && exact(kb) {
			return x.tooLong(n, a, b)
		}
		x.report(diag.TypeMismatch, n.at, fmt.Sprintf("%s * %s has no meaning", x.show(a), x.show(b)), "")
		return value{}
	}
	u, ok := x.product(n.at, a, b)
	if !ok {
		return value{}
	}
	return x.holds(n, x.operation(program.OpMul, n, t, u, a, b), a, b)
}

// divide is a quotient, whose type is that of the round around it.
func (x *typer) divide(n *node, a, b value) value {
	ka, kb := a.Type.Kind, b.Type.Kind
	switch {
	case floatAndExact(ka, kb):
		return x.floats(n, a, b)
	case ka == schema.Float && kb == schema.Float:
		x.report(diag.FloatExact, n.at, "floats are not divided here", "declare the columns as decimal")
		return value{}
	case !exact(ka) || !exact(kb):
		x.report(diag.TypeMismatch, n.at, fmt.Sprintf("%s / %s has no meaning", x.show(a), x.show(b)), "")
		return value{}
	case x.byZero(b):
		return value{}
	case !x.division[n]:
		d := diag.Diagnostic{Code: diag.DivisionOutsideRound, Span: n.at, Message: "a quotient needs round: most have no last digit",
			Hint: fmt.Sprintf("write round(%s, 2), or as many digits as are meant", n.span.Text())}
		if !n.paren {
			d.Fixes = []diag.Fix{{Title: "round to two digits", Edits: []diag.Edit{insert(n.span, "round("), insertAfter(n.span, ", 2)")}}}
		}
		x.add(d)
		return value{}
	}
	u, ok := x.quotient(n.at, a, b)
	if !ok {
		return value{}
	}
	return x.operation(program.OpDiv, n, schema.Type{Kind: schema.Decimal, Precision: decimal.MaxDigits}, u, a, b)
}

func (x *typer) tooLong(n *node, a, b value) value {
	x.report(diag.TooManyDigits, n.at, fmt.Sprintf("%s %s %s needs more than %d digits", x.show(a), n.text, x.show(b), decimal.MaxDigits), "round one of them first")
	return value{}
}

func (x *typer) floats(n *node, a, b value) value {
	x.report(diag.FloatExact, n.at, fmt.Sprintf("%s and %s do not mix: a float is not exact", x.show(a), x.show(b)), "declare the float column as decimal(p, s)")
	return value{}
}

func (x *typer) dateAndTimestamp(n *node, a, b value) value {
	t := a
	if t.Type.Kind == schema.Date {
		t = b
	}
	x.dateAgainst(n.at, t.Span)
	return value{}
}

// dateAgainst reports a date that stands against the timestamp at t.
func (x *typer) dateAgainst(at, t diag.Span) {
	x.add(diag.Diagnostic{Code: diag.DateTimestamp, Span: at, Message: "a date is a whole day and a timestamp an instant: they do not compare",
		Hint:  fmt.Sprintf("write date(%s)", t.Text()),
		Fixes: []diag.Fix{{Title: "take the date of the timestamp", Edits: []diag.Edit{insert(t, "date("), insertAfter(t, ")")}}}})
}

func exact(k schema.Kind) bool   { return numeric(k) || k == schema.Percent }
func textual(k schema.Kind) bool { return k == schema.String || k == schema.Enum }
func floatAndExact(a, b schema.Kind) bool {
	return a == schema.Float && exact(b) || b == schema.Float && exact(a)
}
