package check

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

var relations = map[string]program.Op{
	"==": program.OpEqual, "!=": program.OpNotEqual, "<": program.OpLess, "<=": program.OpLessEqual, ">": program.OpGreater, ">=": program.OpGreaterEqual,
}

// relation is a comparison within an expression.
func (x *typer) relation(n *node, a, b value) value {
	equality := n.text == "==" || n.text == "!="
	a, b, ok := x.comparable(n, a, b, equality)
	if !ok {
		return value{}
	}
	if !equality && !ordered(a.Type.Kind) && a.Type.Kind != schema.Null {
		x.report(diag.CannotCompare, n.at, fmt.Sprintf("%s has no order", x.show(a)), "compare it with == or !=")
		return value{}
	}
	return truth(relations[n.text], n.span, a, b)
}

func ordered(k schema.Kind) bool {
	switch k {
	case schema.Boolean, schema.Enum, schema.JSON, schema.Bytes:
		return false
	}
	return true
}

// comparable checks that two operands can stand on both sides of a comparison, and turns a
// literal into what it meets where that loses nothing.
func (x *typer) comparable(n *node, a, b value, equality bool) (_, _ value, ok bool) {
	ka, kb := a.Type.Kind, b.Type.Kind
	if ka == schema.Null || kb == schema.Null {
		if !equality {
			x.report(diag.CannotCompare, n.at, "an order with null is always false", "write x == null or x != null")
			return a, b, false
		}
		if ka == kb {
			x.report(diag.OnlyNull, n.span, "null is null: this is known without a row", "one of the two was to be a value")
			return a, b, false
		}
		return a, b, true
	}
	if ka == schema.Float || kb == schema.Float {
		return x.comparableFloats(n, a, b, equality)
	}
	if !x.sameKind(n.at, a, b) {
		return a, b, false
	}
	if textual(ka) {
		return a, b, x.listed(a, b) && x.listed(b, a) && x.share(n.at, a, b)
	}
	if numeric(ka) {
		_, ok := x.meet(n.at, a, b)
		return a, b, ok && (!equality || x.reachable(a, b) && x.reachable(b, a))
	}
	return a, b, true
}

// sameKind checks that values of the two types can be equal at all; at is where they meet.
func (x *typer) sameKind(at diag.Span, a, b value) bool {
	ka, kb := a.Type.Kind, b.Type.Kind
	switch {
	case ka == kb, numeric(ka) && numeric(kb), textual(ka) && textual(kb):
		return true
	case ka == schema.Date && kb == schema.Timestamp:
		x.dateAgainst(at, b.Span)
		return false
	case ka == schema.Timestamp && kb == schema.Date:
		x.dateAgainst(at, a.Span)
		return false
	case floatAndExact(ka, kb):
		x.report(diag.FloatExact, at, fmt.Sprintf("%s and %s do not compare: a float is not exact", x.show(a), x.show(b)), "declare the float column as decimal(p, s)")
		return false
	}
	x.report(diag.CannotCompare, at, fmt.Sprintf("%s cannot be compared with %s", x.show(a), x.show(b)), compareHint(a, b))
	return false
}

// shortDate is a date as it is often written, which reads as a difference of numbers.
var shortDate = regexp.MustCompile(`^([0-9]{4}) *- *([0-9]{1,2}) *- *([0-9]{1,2})$`)

// paddedDate is how a value that is written as 2026-3-2 is written as a date, or "".
func paddedDate(v value) string {
	if v.Span.File == nil || !numeric(v.Type.Kind) {
		return ""
	}
	m := shortDate.FindStringSubmatch(v.Span.Text())
	if m == nil {
		return ""
	}
	return fmt.Sprintf("%s-%02s-%02s", m[1], m[2], m[3])
}

func compareHint(a, b value) string {
	for _, v := range []value{a, b} {
		if date := paddedDate(v); date != "" {
			return "a date is written " + date
		}
	}
	if textual(b.Type.Kind) {
		a, b = b, a
	}
	k := b.Type.Kind
	switch {
	case textual(a.Type.Kind) && a.literal() && (k == schema.Date || k == schema.Timestamp) && isDate(a.Value.Text):
		return "a date is written without quotes: " + a.Value.Text
	case textual(a.Type.Kind) && a.literal() && numeric(k) && isNumber(a.Value.Text):
		return "a number is written without quotes: " + a.Value.Text
	case textual(a.Type.Kind) && b.literal() && numeric(k):
		return fmt.Sprintf("a text is written in quotes: %q", b.Span.Text())
	case textual(a.Type.Kind) && numeric(k):
		return "read the number in the text with parse_number(text)"
	case textual(a.Type.Kind) && k == schema.Date:
		return `read the date in the text with parse_date(text, "%Y-%m-%d")`
	case textual(a.Type.Kind) && k == schema.Timestamp:
		return `read the time in the text with parse_time(text, "%Y-%m-%d %H:%M:%S")`
	case textual(a.Type.Kind) && k == schema.Boolean:
		return "a truth value is written true or false, without quotes"
	}
	for range 2 {
		if a.Type.Kind == schema.Percent && numeric(b.Type.Kind) && b.literal() {
			return "a share is written with its sign: 5% is 0.05"
		}
		if a.Type.Kind == schema.Percent && numeric(b.Type.Kind) {
			return "a share and a number are different things: missing.rate is a share, missing.count a number"
		}
		if a.Type.Kind == schema.Boolean && numeric(b.Type.Kind) && b.literal() {
			return "a truth value is written true or false"
		}
		if a.Type.Kind == schema.Duration && numeric(b.Type.Kind) {
			return "a duration is written with its unit: 5m, 2h"
		}
		a, b = b, a
	}
	return ""
}

func isDate(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}

func isNumber(text string) bool {
	_, err := decimal.Parse([]byte(text))
	return err == nil
}

// comparableFloats lets a float be ordered against a literal number; equal to one it never is.
func (x *typer) comparableFloats(n *node, a, b value, equality bool) (_, _ value, ok bool) {
	if equality && a.Type.Kind == b.Type.Kind {
		x.report(diag.FloatExact, n.at, "floats are equal by chance only", "compare the two columns in a compare with a tolerance, or write an order")
		return a, b, false
	}
	if !equality {
		a, b = asFloat(a, b), asFloat(b, a)
	}
	if !x.sameKind(n.at, a, b) {
		return a, b, false
	}
	_, ok = x.meet(n.at, a, b)
	return a, b, ok
}

// asFloat is a literal number as the float that it meets.
func asFloat(v, meets value) value {
	if meets.Type.Kind != schema.Float || !v.literal() || !numeric(v.Type.Kind) {
		return v
	}
	f, err := strconv.ParseFloat(v.Value.String(), 64)
	if err != nil {
		return v
	}
	return constant(schema.Value{Type: schema.Type{Kind: schema.Float}, Float: f, Unit: v.Unit.Name}, v.Span)
}

// listed checks a literal text against the enum it meets.
func (x *typer) listed(text, enum value) bool {
	if enum.Type.Kind != schema.Enum || !text.literal() || !textual(text.Type.Kind) || slices.Contains(enum.Type.Values, text.Value.Text) {
		return true
	}
	x.notListed(text.Span, text.Value.Text, enum.Type)
	return false
}

func (x *typer) notListed(at diag.Span, text string, enum schema.Type) {
	d := diag.Diagnostic{Code: diag.NotInEnum, Span: at, Message: fmt.Sprintf("%q is not among the values of the enum", text),
		Hint: hintNames(text, "its values are", enum.Values)}
	if near := diag.Suggest(text, enum.Values); near != "" {
		d.Fixes = []diag.Fix{{Title: fmt.Sprintf("write %q", near), Edits: []diag.Edit{{Span: at, New: strconv.Quote(near)}}}}
	}
	x.add(d)
}

// in is a in [b, c]: each value of the list must be one that a can be equal to.
func (x *typer) in(n *node) value {
	a, list := x.node(n.args[0]), x.node(n.args[1])
	if a.bad() || list.bad() {
		return value{}
	}
	if list.list == nil {
		x.report(diag.NotAList, n.args[1].span, fmt.Sprintf(`after "in" stands a list, and this is %s`, x.show(list)), "write x in [a, b], or x == a")
		return value{}
	}
	if x.isList(a, n.args[0]) || x.isSecret(a) {
		return value{}
	}
	operands := []value{a}
	for _, v := range list.list {
		at := *n
		at.at = v.Span
		_, v, ok := x.comparable(&at, a, v, true)
		if !ok {
			return value{}
		}
		v.civil = nil // they wait with the list
		operands = append(operands, v)
	}
	operands[0] = a.join(list) // which settles what waits with the list
	return truth(program.OpIn, n.span, operands...)
}

// listOf is [a, b, c].
func (x *typer) listOf(n *node) value {
	if len(n.args) == 0 {
		x.report(diag.NotAList, n.span, "a list has at least one value", "")
		return value{}
	}
	v := value{list: make([]value, 0, len(n.args)), Expr: &program.Expr{Op: program.OpListOf, Span: n.span}}
	secrets := x.hidden == n.span // they stand beside texts
	for i, a := range n.args {
		element := x.node(a)
		if element.bad() || x.isList(element, a) || !secrets && x.isSecret(element) {
			return value{}
		}
		if i > 0 && !secrets && element.Type.Kind != schema.Null && v.list[0].Type.Kind != schema.Null && !x.sameKind(element.Span, v.list[0], element) {
			return value{}
		}
		v.list = append(v.list, element)
		v.Args = append(v.Args, element.Expr)
	}
	elem := v.list[0].Type
	v.Type = schema.Type{Kind: schema.List, Elem: &elem}
	return v.join(v.list...)
}

// choice is c ? a : b.
func (x *typer) choice(n *node) value {
	c := x.condition(n.args[0], `"?"`)
	a, b := x.node(n.args[1]), x.node(n.args[2])
	if c.bad() || a.bad() || b.bad() || x.isList(a, n.args[1]) || x.isList(b, n.args[2]) || x.isSecret(a) || x.isSecret(b) {
		return value{}
	}
	t, u, ok := x.common(n.args[2].span, a, b)
	if !ok {
		return value{}
	}
	e := &program.Expr{Op: program.OpCond, Type: t, Unit: u, Args: []*program.Expr{c.Expr, a.Expr, b.Expr}, Span: n.span}
	return x.nothing(value{Expr: e, civil: c.civil}.join(a, b))
}
