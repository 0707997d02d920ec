package check

import (
	"fmt"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// group checks the group of a view. The columns of the view are then its groups, and what its block computes from
// aggregates.
func (v *viewCheck) group(s *syntax.Group) {
	row := v.row()
	v.prog.Row = row.prog.Columns
	out := &rowsDecl{Symbol: v.decl.Symbol, prog: v.decl.prog, columns: map[string]int{}, gone: map[string]string{}}
	t := &totals{sets: []*aggregates{{}}, sides: v.sides, view: true, zone: v.zone}
	for _, by := range s.By {
		v.groupBy(t, out, by)
	}
	for i, by := range t.by { // whose units may be other groups
		val, c := by.terms[0], &out.prog.Columns[i]
		if val.bad() {
			continue
		}
		c.Unit, _ = v.groupUnit(t, val.Span, val.Unit, 0)
		by.symbol.Unit = c.Unit
		c.Derived = &program.Expr{Op: program.OpColumn, Index: i, Type: val.Type, Unit: c.Unit, Span: c.Span}
	}
	if s.Body == nil {
		row.open = true
	} else {
		v.groupColumns(t, out, s.Body)
	}
	for _, d := range row.defs {
		if _, there := out.columns[d.Name]; !there {
			out.gone[d.Name] = fmt.Sprintf("view %s groups, and %s is none of its groups", v.decl.Name, d.Name)
		}
	}
	g := &program.Group{Out: out.prog.Columns}
	for _, by := range t.by {
		g.By = append(g.By, by.terms[0].Expr)
	}
	for _, a := range t.sets[0].list {
		g.Aggregates = append(g.Aggregates, a.Aggregate)
	}
	v.prog.Group = g
	r := v.decl
	r.columns, r.defs, r.zones, r.gone = out.columns, out.defs, out.zones, out.gone
}

// groupBy adds one value by which the view groups, as a group and as a column of the view.
func (v *viewCheck) groupBy(t *totals, out *rowsDecl, by *syntax.Named) {
	s := v.scope("a group")
	s.within = "in a group: it decides which rows are summed up"
	val := v.expr(by.Expr, s)
	name, named := v.nameOf(&syntax.Equation{Terms: []*syntax.Expr{by.Expr}}, by.As)
	if !val.bad() && (!v.scalar(val) || !v.keyable([]value{val}, "group")) {
		val = value{}
	}
	if !val.bad() && !named {
		v.report(diag.NameNeeded, by.Expr.Span, "this group needs a name: it is no plain column", "add: as name")
	}
	at := by.Expr.Span
	if by.As != nil {
		at = by.As.Span
	}
	if old, taken := out.columns[name]; taken {
		v.add(diag.Diagnostic{Code: diag.AlreadyDeclared, Span: at, Message: fmt.Sprintf("two groups have the name %q", name), Hint: "give one of them another name with as",
			Related: []diag.Related{{Span: out.defs[old].Span, Message: "the first one"}}})
		name = ""
	}
	c := program.Column{Name: name, Span: at}
	var zone columnZone
	if !val.bad() {
		c.Type = val.Type
		zone = v.zoneOfValue(val.Type, val)
	}
	symbol := v.def(&Symbol{Kind: ColumnSymbol, Name: name, Span: at, Type: c.Type})
	if name != "" {
		out.columns[name] = len(out.defs)
	}
	out.defs, out.trees, out.zones = append(out.defs, symbol), append(out.trees, nil), append(out.zones, zone)
	t.by = append(t.by, group{name: name, symbol: symbol, terms: []value{val}})
	out.prog.Columns = append(out.prog.Columns, c)
}

// groupColumns are the columns of the group's block.
func (v *viewCheck) groupColumns(t *totals, out *rowsDecl, body *syntax.Block) {
	first := len(out.defs)
	for _, s := range body.Stmts {
		if c, ok := s.(*syntax.Column); ok {
			v.declareColumn(out, c)
		} else {
			v.row().open = true
		}
	}
	for i := first; i < len(out.trees); i++ {
		v.columnUnit(out, i)
		v.groupColumn(t, out, i)
	}
}

func (v *viewCheck) groupColumn(t *totals, out *rowsDecl, i int) {
	c, p := out.trees[i], &out.prog.Columns[i]
	if c.Value == nil {
		v.report(diag.ViewColumnValue, c.Name.Span, fmt.Sprintf("column %s of a group has no value", c.Name.Name), "what a group has is computed from its rows: amount decimal(38, 2) = sum(amount)")
		p.Type = schema.Type{}
		return
	}
	val := v.expr(c.Value, &scope{totals: t, zone: v.zone, what: "a group"})
	if val.bad() || !v.scalar(val) || !v.exactMean(t, p, val) || !v.columnTakes(out, p, val) {
		p.Type = schema.Type{}
		return
	}
	p.Derived = val.Expr
	out.zones[i] = v.zoneOfValue(p.Type, val)
}

// exactMean reports a mean that the column would have to round: only round rounds.
func (v *viewCheck) exactMean(t *totals, p *program.Column, val value) bool {
	if val.Op != program.OpColumn || val.Index < len(t.by) || t.sets[0].list[val.Index-len(t.by)].Func != program.Mean ||
		p.Type.Kind != schema.Integer && (p.Type.Kind != schema.Decimal || p.Type.Scale >= val.Type.Scale) {
		return true
	}
	v.report(diag.AggregateArgument, val.Span, fmt.Sprintf("a mean has %d decimals, and column %s has %d", val.Type.Scale, p.Name, p.Type.Scale), fmt.Sprintf("write round(%s, %d)", val.Span.Text(), p.Type.Scale))
	return false
}
