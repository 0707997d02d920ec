package check

import (
	"fmt"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// message is what the fields of an action see that is done once for all breaks of a run: the breaks together, by count,
// sum and sample, and no row.
type message struct {
	rule  *ruleCheck
	plain bool // the field is no text: it takes none of these functions
	each  bool // the action is done for each break, whose columns stand bare: it takes none either
}

// maxSample bounds what sample lists.
const maxSample = 1000

// messageName is what a name means in a message and nowhere else; ok is false if nothing.
func (x *typer) messageName(n *node, path []*node) (v value, ok bool) {
	r := x.message.rule
	if x.message.each {
		if len(path) != 1 || n.text != "count" || len(x.candidates(n)) > 0 {
			return value{}, false
		}
		x.report(diag.MessageFunction, n.span, "this is done for each break by itself: there is nothing to count", "")
		return value{}, true
	}
	bare := len(path) == 1
	if bare && n.text == "count" && x.constants["count"] == nil {
		if x.message.plain {
			x.report(diag.MessageFunction, n.span, "count stands in texts only", "")
			return value{}, true
		}
		x.use(n.at, messageSymbol(n.text))
		return value{Expr: &program.Expr{Op: program.OpMessage, Name: "count", Type: schema.Type{Kind: schema.Integer}, Span: n.span}}, true
	}
	if bare && x.constants[n.text] != nil {
		return value{}, false
	}
	column := false
	for _, s := range r.sides {
		if bare {
			_, has := s.column(n.text)
			column = column || has
		} else if len(path) == 2 && path[0].text == s.name {
			if _, has := s.column(n.text); !has {
				r.use(path[0].at, s.symbol)
				return x.unknownColumn(s.rows, s.name, n), true
			}
			column = true
		}
	}
	for _, k := range r.keys {
		column = column || bare && k.Name == n.text
	}
	if !column {
		return value{}, false
	}
	hint := fmt.Sprintf("sample(%s, 5) lists some of its values", n.span.Text())
	if x.message.plain {
		hint = ""
	}
	x.report(diag.RowInMessage, n.span, fmt.Sprintf("%s differs from break to break, and this is done once for all of them", n.span.Text()), hint)
	return value{}, true
}

// messageCall is a call of count, sum or sample in a message; ok is false if n is no such call.
func (x *typer) messageCall(n *node) (v value, ok bool) {
	switch n.text {
	case "count", "sum", "sample":
	default:
		return value{}, false
	}
	wrong := func(at diag.Span, message, hint string) (value, bool) {
		x.report(diag.MessageFunction, at, message, hint)
		return value{}, true
	}
	if x.message.each {
		return wrong(n.at, fmt.Sprintf("this is done for each break by itself: %s has but one", n.text), "write the column")
	}
	if x.message.plain {
		return wrong(n.at, n.text+" stands in texts only", "")
	}
	x.use(n.at, messageSymbol(n.text))
	e := &program.Expr{Op: program.OpMessage, Name: n.text, Type: schema.Type{Kind: schema.String}, Span: n.span}
	need := map[string]int{"count": 0, "sum": 1, "sample": 2}[n.text]
	switch {
	case n.text == "count":
		return wrong(n.span, "count is a name, and has no brackets", "write ${count}")
	case len(n.args) != need:
		return wrong(n.span, fmt.Sprintf("%s takes %d argument%s, not %d", n.text, need, map[bool]string{true: "s"}[need > 1], len(n.args)), map[string]string{"sum": "write sum(amount)", "sample": "write sample(order_no, 5)"}[n.text])
	}
	inner := &typer{module: x.module, scope: x.message.rule.breakScope(n.text), args: x.args, nodes: x.nodes}
	arg := n.args[0]
	if n.text == "sum" && inner.sums != nil && !hasAggregate(arg) {
		arg = n // of rows that are summed up: the sum of their sums
	}
	of := inner.node(arg)
	if of.bad() || x.isList(of, n.args[0]) || x.isSecret(of) {
		return value{}, true
	}
	settle(of.civil, orElse(x.zone, "UTC"))
	e.Args = []*program.Expr{of.Expr}
	e.Zone = of.zone
	k := of.Type.Kind
	if n.text == "sum" {
		if !numeric(k) {
			return wrong(of.Span, fmt.Sprintf("sum adds up exact numbers, and this is %s", inner.show(of)), "")
		}
		return value{Expr: e}, true
	}
	if k == schema.Null || k == schema.Bytes || k == schema.JSON {
		return wrong(of.Span, fmt.Sprintf("%s cannot be listed", inner.show(of)), "")
	}
	many := x.node(n.args[1])
	if many.bad() {
		return value{}, true
	}
	if !many.literal() || many.Type.Kind != schema.Integer || !many.Unit.None() || many.Value.Int < 1 || many.Value.Int > maxSample {
		return wrong(many.Span, fmt.Sprintf("sample lists from 1 to %d values: a literal number", maxSample), "write sample(order_no, 5)")
	}
	e.Args = append(e.Args, many.Expr)
	return value{Expr: e}, true
}

// handledTotal is an aggregate in a handler of a rule over totals, which has the totals of each group that breaks.
func (x *typer) handledTotal(n *node) value {
	inner := &typer{module: x.module, scope: &scope{sides: x.sides, totals: x.sums.of(0), zone: x.zone, what: x.what}, args: x.args, nodes: x.nodes}
	return inner.aggregate(n)
}

// hasAggregate reports whether an aggregate stands in n.
func hasAggregate(n *node) bool {
	found := false
	n.walk(func(n *node) { found = found || n.shape == callNode && isAggregate(n) })
	return found
}

func messageSymbol(name string) *Symbol {
	for _, s := range builtin.Specials {
		if s.Name == name && s.Place == builtin.InMessage {
			return &Symbol{Kind: FunctionSymbol, Name: s.Name, Doc: s.Doc}
		}
	}
	return &Symbol{Kind: FunctionSymbol, Name: name}
}
