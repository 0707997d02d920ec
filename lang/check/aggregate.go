package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// meanScale is how many decimals a mean has, unless its values have more or need the digits before the point.
const meanScale = 18

// totals is what expressions over groups know: the groups, and the aggregates used so far. A view has one set of
// aggregates, whose rows may be joined ones; a rule has one for each side.
type totals struct {
	by    []group
	sets  []*aggregates
	sides []*side // whose rows are summed up; in a view its row and what it joins
	view  bool
	only  int // of a rule: 1 + index of the one side that a single term speaks of
	zone  string
}

// group is one value by which rows are summed up: for each set its expression, which reads side 0.
type group struct {
	name   string
	symbol *Symbol
	terms  []value
}

// aggregates are the distinct aggregates over the rows of one side, or of a view.
type aggregates struct {
	list []aggregate
}

type aggregate struct {
	program.Aggregate
	name string // canonical text, without the side
	key  string // equal for aggregates that are the same
	span diag.Span
}

func (t *totals) find(name string) int {
	return slices.IndexFunc(t.by, func(g group) bool { return g.name == name })
}

// of is t for a term that speaks of one side; 0: of any.
func (t *totals) of(only int) *totals {
	c := *t
	c.only = only
	return &c
}

// isAggregate reports whether a call is one of an aggregate: min and max of one value are, of several values they are
// functions.
func isAggregate(n *node) bool {
	switch n.text {
	case "sum", "count", "avg", "sum_if", "count_if":
		return true
	case "min", "max":
		return len(n.args) == 1
	}
	return false
}

// inner is the scope of what is aggregated.
func (t *totals) inner(what string) *scope {
	s := &scope{sides: t.sides, zone: t.zone, what: what, within: "in another aggregate"}
	switch {
	case t.view:
		s.home = 1
	case t.only > 0:
		s.only = t.only
	}
	return s
}

// aggregate is a call of an aggregate: a column of the group's row.
func (x *typer) aggregate(n *node) value {
	t := x.totals
	if s := builtin.FindSpecial(n.text); s != nil {
		x.use(n.at, &Symbol{Kind: FunctionSymbol, Name: n.text, Doc: s.Doc})
	}
	inner := &typer{module: x.module, scope: t.inner(n.text)}
	arg, cond, side, ok := x.aggregated(inner, n)
	if !ok {
		return value{}
	}
	a := aggregate{Aggregate: program.Aggregate{Func: program.AggregateFunc(n.text), Arg: arg.Expr, Where: cond.Expr}}
	switch n.text {
	case "sum_if", "count_if":
		a.Func = program.AggregateFunc(strings.TrimSuffix(n.text, "_if"))
	}
	for _, v := range []value{arg, cond} {
		if v.bad() {
			continue
		}
		settle(v.civil, orElse(t.zone, "UTC"))
		for _, read := range sidesRead(v.Expr) {
			switch {
			case t.view:
			case side >= 0 && read != side:
				x.report(diag.TermSides, n.span, fmt.Sprintf("this aggregate reads sides %s and %s", t.sides[side].name, t.sides[read].name), "each aggregate sums up the rows of one side")
				return value{}
			default:
				side = read
			}
		}
	}
	switch {
	case t.view:
		side = 0
	case side < 0 && t.only > 0:
		side = t.only - 1
	case side < 0:
		x.report(diag.TermSides, n.span, "this aggregate names no side", fmt.Sprintf("write count(%s), or aggregate a column of a side", t.sides[0].name))
		return value{}
	}
	if !t.view {
		rebase(a.Arg)
		rebase(a.Where)
	}
	if !x.aggregateType(n, &a, arg) || !x.aggregateUnit(n, &a, side) {
		return value{}
	}
	a.name, a.span = t.aggregateName(n), n.span
	zone := arg.zone
	if a.Type.Kind != schema.Timestamp {
		zone = ""
	}
	return value{zone: zone, zones: arg.zones && a.Type.Kind == schema.Timestamp, Expr: t.column(side, a, n)}
}

// column is the column of the group's row that holds a.
func (t *totals) column(side int, a aggregate, n *node) *program.Expr {
	set := t.sets[side]
	w := &canonWriter{}
	a.key = w.aggregate(a.Aggregate)
	i := slices.IndexFunc(set.list, func(b aggregate) bool { return b.key == a.key })
	if i < 0 {
		i = len(set.list)
		taken := func(name string) bool {
			return t.find(name) >= 0 || slices.ContainsFunc(set.list, func(b aggregate) bool { return b.name == name })
		}
		for base, k := a.name, 2; taken(a.name); k++ {
			a.name = fmt.Sprintf("%s %d", base, k)
		}
		set.list = append(set.list, a)
	}
	u := a.Unit
	u.Side = 0
	if u.Column > 0 {
		u.Side = side
	}
	return &program.Expr{Op: program.OpColumn, Side: side, Index: len(t.by) + i, Type: a.Type, Unit: u, Span: n.span}
}

// rebase makes an expression over one side of a rule one over the row that is summed up.
func rebase(e *program.Expr) {
	e.Walk(func(e *program.Expr) bool {
		e.Side, e.Unit.Side = 0, 0
		return true
	})
}

// aggregated types the arguments of an aggregate. Side is the one that count(side) names, else -1.
func (x *typer) aggregated(inner *typer, n *node) (arg, cond value, side int, ok bool) {
	side = -1
	want := map[string]int{"sum_if": 2}[n.text]
	switch {
	case want == 0 && n.text == "count" && len(n.args) == 0:
		return arg, cond, side, true
	case want == 0:
		want = 1
	}
	if len(n.args) != want {
		forms := map[string]string{"sum_if": "sum_if(amount, condition)", "count_if": "count_if(condition)", "count": "count(column), or count() for all rows"}
		x.report(diag.WrongArity, n.span, fmt.Sprintf("%s takes %s, not %d", n.text, plural(want, "argument"), len(n.args)), "write "+orElse(forms[n.text], n.text+"(amount)"))
		return arg, cond, side, false
	}
	if n.text == "count" {
		if i := x.totals.named(n.args[0]); i >= 0 {
			x.use(n.args[0].at, x.totals.sides[i].symbol)
			if x.totals.only > 0 {
				x.report(diag.Unqualified, n.args[0].span, "a single term speaks of the same on every side and names none", "write count(), or give a term for each side")
				return arg, cond, side, false
			}
			return arg, cond, i, true
		}
	}
	if n.text == "count_if" {
		cond = inner.condition(n.args[0], n.text)
		return arg, cond, side, !cond.bad()
	}
	arg = inner.node(n.args[0])
	ok = !arg.bad() && !x.isList(arg, n.args[0]) && !x.isSecret(arg)
	if want == 2 {
		cond = inner.condition(n.args[1], n.text)
		ok = ok && !cond.bad()
	}
	return arg, cond, side, ok
}

func plural(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// named is the side that a node names all by itself, or -1.
func (t *totals) named(n *node) int {
	if n.shape != nameNode {
		return -1
	}
	for i, s := range t.sides {
		if t.view && i == 0 || !t.view && t.only > 0 {
			if _, column := s.column(n.text); column {
				return -1
			}
		}
		if s.name == n.text && (!t.view || i == 0) {
			return i
		}
	}
	return -1
}

// aggregateType gives an aggregate its type.
func (x *typer) aggregateType(n *node, a *aggregate, arg value) bool {
	if a.Func == program.Count {
		a.Type = schema.Type{Kind: schema.Integer}
		return true
	}
	of := arg.Type
	hint := ""
	switch a.Func {
	case program.Sum, program.Mean:
		if numeric(of.Kind) {
			d := builtin.AsDecimal(builtin.Arg{Type: of})
			a.Type = schema.Type{Kind: schema.Decimal, Precision: decimal.MaxDigits, Scale: d.Scale}
			if a.Func == program.Mean {
				a.Type.Scale = max(d.Scale, min(meanScale, decimal.MaxDigits-(d.Precision-d.Scale)))
			}
			return true
		}
		switch of.Kind {
		case schema.Float:
			hint = "floats have no exact sum: declare the column as decimal(p, s)"
		case schema.String:
			hint = "read the number in the text with parse_number(text)"
		case schema.Boolean:
			hint = "count the rows that meet a condition with count_if(condition)"
		}
	default:
		switch of.Kind {
		case schema.Integer, schema.Decimal, schema.Date, schema.Timestamp, schema.String, schema.Float:
			a.Type = of
			return true
		}
	}
	x.report(diag.AggregateArgument, arg.Span, fmt.Sprintf("there is no %s of %s", a.Func, x.show(arg)), hint)
	return false
}

// aggregateUnit gives an aggregate the unit of what it aggregates. One that differs by row must be the same in all rows of a
// group: it is one of the groups.
func (x *typer) aggregateUnit(n *node, a *aggregate, side int) bool {
	if a.Arg == nil || a.Func == program.Count {
		return true
	}
	u, ok := x.groupUnit(x.totals, n.span, a.Arg.Unit, side)
	a.Unit = u
	return ok
}

// groupUnit is a unit of the rows of a side as one of the group's row, or reports that it is none.
func (m *module) groupUnit(t *totals, at diag.Span, u program.Unit, side int) (program.Unit, bool) {
	of, ok := t.unit(u, side)
	if !ok {
		rows := t.sides[side].rows
		if t.view {
			rows = t.sides[u.Side].rows
		}
		name := rows.defs[u.Column-1].Name
		m.report(diag.GroupUnit, at, fmt.Sprintf("the rows of a group may have different units: those in %s", name), "sums are kept per unit: group by "+name+" as well")
		return program.Unit{}, false
	}
	return of, true
}

// unit is a unit of the rows as one of the group's row. ok is false if it is a column that is no group.
func (t *totals) unit(u program.Unit, side int) (program.Unit, bool) {
	if u.Column == 0 {
		return u, true
	}
	for j, g := range t.by {
		if e := g.terms[side].Expr; e != nil && e.Op == program.OpColumn && e.Side == u.Side && e.Index == u.Column-1 {
			return program.Unit{Column: j + 1}, true
		}
	}
	return u, false
}

// groupValue is the value of group i of a view.
func (x *typer) groupValue(n *node, i int) value {
	g := x.totals.by[i]
	if g.symbol != nil {
		x.use(n.at, g.symbol)
	}
	if !x.totals.view {
		x.report(diag.NotAggregated, n.span, fmt.Sprintf("%s is a group, and what is compared are totals", n.text), "groups agree anyway: rows are paired by them")
		return value{}
	}
	v := g.terms[0]
	if v.bad() {
		return value{}
	}
	u, _ := x.totals.unit(v.Unit, 0)
	return value{zone: v.zone, zones: v.zones, Expr: &program.Expr{Op: program.OpColumn, Index: i, Type: v.Type, Unit: u, Span: n.span}}
}

// columnInTotal reports a bare column that stands outside of an aggregate.
func (x *typer) columnInTotal(n *node) bool {
	t := x.totals
	for i, s := range t.sides {
		bare := t.view && i == 0 || !t.view && (t.only == 0 || t.only == i+1)
		at, is := s.column(n.text)
		switch {
		case !is && s.rows.open && bare:
			return true
		case is && bare:
			x.use(n.at, s.rows.defs[at])
			x.notAggregated(n, s, at)
			return true
		}
	}
	inner := &typer{module: x.module, scope: t.inner(x.what)}
	if why := inner.gone(n.text); why != "" && inner.scope.only+inner.scope.home > 0 {
		inner.unknownName(n)
		return true
	}
	return false
}

// rowInTotal is side.column outside of an aggregate.
func (x *typer) rowInTotal(n *node) value {
	path := n.path()
	inner := &typer{module: x.module, scope: x.totals.inner(x.what)}
	v := inner.name(n)
	if v.bad() {
		return v
	}
	if v.Op != program.OpColumn {
		return v
	}
	for _, s := range x.totals.sides {
		if s.name == path[0].text {
			if at, ok := s.column(n.text); ok {
				x.notAggregated(n, s, at)
			}
		}
	}
	return value{}
}

func (x *typer) notAggregated(n *node, s *side, at int) {
	text := n.span.Text()
	if n.shape == nameNode && !x.totals.view && x.totals.only == 0 {
		text = s.name + "." + text
	}
	f := "max"
	if numeric(s.rows.prog.Columns[at].Type.Kind) {
		f = "sum"
	}
	hint := fmt.Sprintf("write %s(%s), or group by %s as well", f, text, text)
	if !x.totals.view {
		hint = fmt.Sprintf("write %s(%s)", f, text)
	}
	x.report(diag.NotAggregated, n.span, fmt.Sprintf("column %s stands outside of an aggregate: a group has many rows", n.span.Text()), hint)
}

// aggregateName is the name of an aggregate in reports: how it is written, without the side.
func (t *totals) aggregateName(n *node) string {
	if n.text == "count" && (len(n.args) == 0 || t.named(n.args[0]) >= 0) {
		return "count"
	}
	w := &nodeWriter{drop: func(head string) bool {
		return slices.ContainsFunc(t.sides[:t.dropped()], func(s *side) bool { return s.name == head })
	}}
	w.node(n)
	return w.String()
}

// dropped is how many of the sides are left out in the name of an aggregate: all of a rule, and the own row of a view.
func (t *totals) dropped() int {
	if t.view {
		return 1
	}
	return len(t.sides)
}
