package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// call is a call of a function. What a function takes and gives, it says itself.
func (x *typer) call(n *node) value {
	if n.text == "column" {
		return x.physical(n)
	}
	if x.message != nil {
		if v, ok := x.messageCall(n); ok {
			return v
		}
	}
	if x.sums != nil && isAggregate(n) {
		return x.handledTotal(n)
	}
	if x.totals != nil && isAggregate(n) {
		return x.aggregate(n)
	}
	f := builtin.Find(n.text)
	if x.within != "" && isAggregate(n) {
		x.report(diag.AggregatePlace, n.at, fmt.Sprintf("%s cannot stand %s", n.text, x.within), "")
		return value{}
	}
	if f == nil {
		return x.unknownFunction(n)
	}
	x.use(n.at, &Symbol{Kind: FunctionSymbol, Name: f.Name, Doc: f.Doc})
	if f.Name == "json" && x.derive && len(n.args) == 1 {
		// The path alone: into the one physical column that a source of documents has.
		return x.apply(n, f, []value{x.physicalColumn(n.at, "value", schema.JSON), x.node(n.args[0])})
	}
	args := make([]value, len(n.args))
	for i, a := range n.args {
		switch {
		case f.Name == "round" && i == 0 && a.shape == binaryNode && a.text == "/":
			if x.division == nil {
				x.division = map[*node]bool{}
			}
			x.division[a] = true
			args[i] = x.node(a)
		case f.Name == "decode" && i == 1:
			args[i] = x.mapOf(a)
		default:
			args[i] = x.node(a)
		}
	}
	return x.apply(n, f, args)
}

// apply types a call whose arguments are typed.
func (x *typer) apply(n *node, f *builtin.Func, args []value) value {
	signature := make([]builtin.Arg, len(args))
	for i, a := range args {
		if a.bad() {
			return value{}
		}
		if i < len(n.args) && x.isList(a, n.args[i]) || x.isSecret(a) {
			return value{}
		}
		signature[i] = a.arg()
	}
	if f.Name == "decode" && len(args) > 1 && (!x.decodeKeys(args[0], args[1]) || !x.decodesAll(n, args)) {
		return value{}
	}
	t, problem := f.Check(signature)
	if problem != nil {
		return x.badCall(n, args, problem)
	}
	if t.Kind == schema.Invalid || x.minor(f, args) || x.nothing(value{Expr: &program.Expr{Type: t, Span: n.span}}).bad() {
		return value{}
	}
	e := &program.Expr{Op: program.OpCall, Name: f.Name, Type: t, Span: n.span}
	v := value{Expr: e}.join(args...)
	for _, a := range args {
		e.Args = append(e.Args, a.Expr)
	}
	var ok bool
	if e.Unit, ok = x.resultUnit(n, f, args); !ok {
		return value{}
	}
	if q := args; f.Name == "round" && q[0].Op == program.OpDiv {
		a, b := value{Expr: q[0].Args[0]}, value{Expr: q[0].Args[1]}
		if e.Type, ok = builtin.QuotientType(a.arg(), b.arg(), int32(args[1].Value.Int)); !ok {
			return x.tooLong(n.args[0], a, b)
		}
		q[0].Expr.Type = e.Type
	}
	return x.inZone(n, f, v, args)
}

func (x *typer) badCall(n *node, args []value, p *builtin.Problem) value {
	d := diag.Diagnostic{Code: diag.WrongArgument, Span: n.span, Message: p.Text, Hint: p.Hint}
	if p.Arg >= 0 {
		d.Span = args[min(p.Arg, len(args)-1)].Span
		if args[p.Arg].Type.Kind == schema.Timestamp && d.Hint == "" {
			d.Hint = "the date of an instant is date(t)"
		}
	} else {
		d.Code = diag.WrongArity
	}
	x.add(d)
	return value{}
}

// resultUnit is the unit of a call's result.
func (x *typer) resultUnit(n *node, f *builtin.Func, args []value) (u program.Unit, ok bool) {
	switch f.Unit {
	case builtin.SameUnit:
		first := -1
		for i, a := range args {
			if f.Params[min(i, len(f.Params)-1)].Literal || !measured(a.Type.Kind) {
				continue
			}
			if first < 0 {
				first, u = i, a.Unit
				continue
			}
			so := args[first]
			e := *so.Expr
			e.Unit, so.Expr = u, &e
			if u, ok = x.meet(n.at, so, a); !ok {
				return u, false
			}
		}
		for _, a := range args {
			adopt(a, u)
		}
		return u, true
	case builtin.UnitOfParam:
		if len(args) < 2 {
			return u, true
		}
		switch named := args[1]; {
		case named.literal():
			if named.Value.Text == "" {
				x.report(diag.WrongArgument, named.Span, "a unit has a name", `write unit(x, "CNY")`)
				return u, false
			}
			return program.Unit{Name: named.Value.Text}, true
		case named.Op == program.OpColumn:
			return program.Unit{Column: named.Index + 1, Side: named.Side}, true
		case named.Op == program.OpPhysical && x.row != nil:
			if i := slices.IndexFunc(x.row.prog.Columns, func(c program.Column) bool { return c.Derived == nil && c.Physical == named.Name }); i >= 0 {
				return program.Unit{Column: i + 1}, true
			}
		}
		x.report(diag.WrongArgument, args[1].Span, fmt.Sprintf("the unit in %s is a literal or a column", f.Name), `write "CNY", or the column that names the currency`)
		return u, false
	}
	return u, true
}

// zoned are the functions whose result depends on a time zone, with the index of the argument
// that names one.
var zoned = map[string]int{"date": 1, "day": 1, "week": 1, "month": 1, "hour": 1, "format": 2, "parse_time": 2, "today": 0}

// inZone notes the zone in which a call takes date parts or reads times.
func (x *typer) inZone(n *node, f *builtin.Func, v value, args []value) value {
	i, is := zoned[f.Name]
	if !is {
		return v
	}
	of := v.zone
	if len(args) > i {
		of = args[i].Value.Text
	} else if v.zones && f.Name != "parse_time" {
		x.report(diag.UnknownZone, n.span, fmt.Sprintf("%s is taken of times in different zones", f.Name), fmt.Sprintf(`say in which: %s(…, "Asia/Shanghai")`, f.Name))
		return value{}
	}
	if of == "" {
		of = x.defaultZone()
	}
	v.Zone, v.zones = of, false
	if v.Type.Kind != schema.Timestamp {
		v.zone = ""
	} else {
		v.zone = of
	}
	return v
}

// defaultZone is the zone of times that meet no column.
func (x *typer) defaultZone() string {
	if x.row != nil && x.row.zone != "" {
		return x.row.zone
	}
	return x.zone
}

// mapOf is the literal map that decode takes.
func (x *typer) mapOf(n *node) value {
	if n.shape != mapNode {
		v := x.node(n)
		if !v.bad() {
			x.report(diag.WrongArgument, n.span, "decode takes a map", `write decode(x, {"SUCCESS": "PAID", "REFUND": "REFUNDED"})`)
		}
		return value{}
	}
	m := value{Expr: &program.Expr{Op: program.OpMapOf, Type: schema.Type{Kind: schema.Map}, Span: n.span}}
	m.Value.Type = m.Type
	for _, a := range n.args {
		v := x.node(a)
		if v.bad() || x.isList(v, a) || x.isSecret(v) {
			return value{}
		}
		if !v.literal() {
			x.report(diag.BadMap, a.span, "keys and values of a map are literals", "")
			return value{}
		}
		settle(v.civil, orElse(x.defaultZone(), "UTC"))
		m.Args = append(m.Args, v.Expr)
		m.Value.List = append(m.Value.List, v.Value)
	}
	return m
}

// decodeKeys checks the keys of a map against the enum that is decoded.
func (x *typer) decodeKeys(of, m value) bool {
	for i := 0; i+1 < len(m.Args) && of.Type.Kind == schema.Enum; i += 2 {
		if !x.listed(value{Expr: m.Args[i]}, of) {
			return false
		}
	}
	return true
}

// decodesAll checks that a decode of an enum, or of a truth value, has something to give for each of its values.
func (x *typer) decodesAll(n *node, args []value) bool {
	of, m := args[0], args[1]
	if len(args) > 2 || m.Op != program.OpMapOf {
		return true
	}
	var missing []string
	switch of.Type.Kind {
	case schema.Enum:
		for _, v := range of.Type.Values {
			if !keyed(m, func(key schema.Value) bool { return key.Text == v }) {
				missing = append(missing, strconv.Quote(v))
			}
		}
	case schema.Boolean:
		for _, v := range []bool{true, false} {
			if !keyed(m, func(key schema.Value) bool { return key.Type.Kind == schema.Boolean && key.True() == v }) {
				missing = append(missing, strconv.FormatBool(v))
			}
		}
	}
	if len(missing) == 0 {
		return true
	}
	x.report(diag.DecodeIncomplete, m.Span, "decode says nothing of "+andList(missing), "add what they are, or a default as the third argument; to make them agree with nothing, write null as their value")
	return false
}

// keyed reports whether a map has a key of which is says that it is the one.
func keyed(m value, is func(schema.Value) bool) bool {
	for i := 0; i+1 < len(m.Args); i += 2 {
		if is(m.Args[i].Value) {
			return true
		}
	}
	return false
}

// andList joins words as in "a, b and c"; of many it counts the rest.
func andList(words []string) string {
	if len(words) > fewNames {
		words = append(slices.Clone(words[:fewNames]), fmt.Sprintf("%d more", len(words)-fewNames))
	}
	last := len(words) - 1
	if last == 0 {
		return words[0]
	}
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

func (x *typer) unknownFunction(n *node) value {
	if s := builtin.FindSpecial(n.text); s != nil {
		x.report(diag.WrongPlace, n.at, fmt.Sprintf("%s stands only %s", n.text, s.Place), "")
		return value{}
	}
	var known []string
	for _, f := range builtin.Funcs {
		known = append(known, f.Name)
	}
	known = append(known, "column")
	d := diag.Diagnostic{Code: diag.UnknownFunction, Span: n.at, Message: fmt.Sprintf("unknown function %q", n.text), Hint: hintNames(n.text, "", known), Fixes: fixName(n.at, n.text, known)}
	if instead, ok := otherNames[n.text]; ok {
		d.Hint = "here it is " + instead
		d.Fixes = nil
	}
	x.add(d)
	return value{}
}

// otherNames are what functions are called in other languages.
var otherNames = map[string]string{
	"ifnull": "coalesce(a, b)", "nvl": "coalesce(a, b)", "isnull": "x == null", "concat": `a string: "${a}-${b}"`, "substring": "substr(text, start, length)",
	"len": "not needed: compare the texts", "length": "not needed: compare the texts", "int": "parse_number(text)", "float": "parse_number(text)", "number": "parse_number(text)",
	"to_date": "parse_date(text, pattern)", "strftime": "format(t, pattern)", "date_format": "format(t, pattern)", "contains": "has(text, part)", "startsWith": "starts_with(text, part)",
	"endsWith": "ends_with(text, part)", "matches": "like_regex(text, pattern)", "lpad": "pad_left(text, n, character)", "ceiling": "ceil(x)", "toupper": "upper(text)", "tolower": "lower(text)",
	"strip": "trim(text)", "split": "split_part(text, separator, n)", "case": "condition ? a : b", "iif": "condition ? a : b", "timestamp": "parse_time(text, pattern)", "cast": "a column's type in the source",
}

// common is the type and unit of values one of which is taken.
func (x *typer) common(at diag.Span, a, b value) (t schema.Type, u program.Unit, ok bool) {
	t, ok = builtin.Common(a.arg(), b.arg())
	if a.Type.Kind == schema.Percent != (b.Type.Kind == schema.Percent) && numeric(t.Kind) || !ok {
		if ok = x.sameKind(at, a, b); ok {
			x.report(diag.TooManyDigits, at, fmt.Sprintf("%s and %s need more than %d digits", x.show(a), x.show(b), decimal.MaxDigits), "")
		}
		return t, u, false
	}
	if measured(t.Kind) {
		if u, ok = x.meet(at, a, b); !ok {
			return t, u, false
		}
	}
	return t, u, true
}
