package check

import (
	"fmt"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// columns makes the columns of a source: those declared, or those pinned in recon.lock.
func (m *module) columns(r *rowsDecl, b *block) {
	section := b.sections["columns"]
	if section == nil {
		m.pinned(r)
		return
	}
	if section.Body == nil {
		r.open = true
		return
	}
	for _, s := range section.Body.Stmts {
		c, ok := s.(*syntax.Column)
		if !ok {
			r.open = true
			continue
		}
		if old, taken := r.columns[c.Name.Name]; taken {
			m.add(diag.Diagnostic{Code: diag.AlreadyDeclared, Span: c.Name.Span, Message: fmt.Sprintf("column %q is declared already", c.Name.Name),
				Related: []diag.Related{{Span: r.defs[old].Span, Message: "the first declaration"}}})
			continue
		}
		m.column(r, c)
	}
	if len(r.defs) == 0 && !r.open {
		m.report(diag.NoColumns, section.Name.Span, fmt.Sprintf("%s declares no column", r.Name), "write one column on each line: amount decimal(18, 2)")
		r.open = true
	}
	for i := range r.trees {
		m.columnUnit(r, i)
	}
	states := make([]progress, len(r.trees))
	for i := range r.trees {
		m.deriveColumn(r, i, states)
	}
}

// pinned takes the columns from recon.lock.
func (m *module) pinned(r *rowsDecl) {
	table, ok := m.cat.Tables[r.Name]
	if !ok {
		if _, known := m.cat.Sources[r.tree.Plugin.Name]; known && !r.open { // a source of an unknown plugin has its message
			m.report(diag.NoColumns, r.tree.Name.Span, fmt.Sprintf("the columns of %s are not known", r.Name),
				"declare those that the rules need in columns { … }, or write the shape of the data set to recon.lock with: recon schema pull "+r.Name)
		}
		r.open = true
		return
	}
	for i, c := range table.Columns {
		r.columns[c.Name] = i
		r.defs = append(r.defs, &Symbol{Kind: ColumnSymbol, Name: c.Name, Span: r.tree.Name.Span, Type: c.Type, Doc: c.Doc})
		r.prog.Columns = append(r.prog.Columns, program.Column{Name: c.Name, Type: c.Type, Physical: c.Name, Doc: c.Doc, Span: r.tree.Name.Span})
	}
}

// column makes a declared column known, without unit and value.
func (m *module) column(r *rowsDecl, c *syntax.Column) {
	t := m.typeOf(c.Type, false)
	s := m.symbol(ColumnSymbol, c.Name, c.Doc)
	s.Type = t
	r.columns[c.Name.Name] = len(r.defs)
	r.defs = append(r.defs, s)
	r.trees = append(r.trees, c)
	p := program.Column{Name: c.Name.Name, Type: t, Doc: c.Doc, Span: c.Name.Span}
	if c.Value == nil {
		p.Physical = c.Name.Name
		if table, pinned := m.cat.Tables[r.Name]; pinned {
			if _, ok := table.Find(p.Physical); !ok {
				m.noPhysical(c.Name.Span, r, p.Physical)
			}
		}
	}
	r.prog.Columns = append(r.prog.Columns, p)
}

// columnUnit gives column i its unit.
func (m *module) columnUnit(r *rowsDecl, i int) {
	c, p := r.trees[i], &r.prog.Columns[i]
	if c.Unit == nil || p.Type.Kind == schema.Invalid {
		return
	}
	if !measured(p.Type.Kind) {
		m.report(diag.ColumnUnit, c.Unit.Span, fmt.Sprintf("a column of type %s has no unit", p.Type.Kind), "only numbers have units")
		return
	}
	if c.Unit.Kind == syntax.String {
		p.Unit = program.Unit{Name: c.Unit.Value}
		if c.Unit.Value == "" {
			m.report(diag.ColumnUnit, c.Unit.Span, "a unit has a name", `write unit "CNY", or leave it out`)
		}
		r.defs[i].Unit = p.Unit
		return
	}
	at, ok := r.columns[c.Unit.Value]
	switch {
	case !ok && r.open:
	case !ok:
		known := knownNames(r.columns)
		m.report(diag.UnknownColumn, c.Unit.Span, fmt.Sprintf("unknown column %q in %s", c.Unit.Value, r.Name),
			orElse(hintNames(c.Unit.Value, "", known), fmt.Sprintf("a fixed unit stands in quotes: unit %q", c.Unit.Value)))
	case r.prog.Columns[at].Type.Kind == schema.Invalid:
	case !textual(r.prog.Columns[at].Type.Kind):
		m.report(diag.ColumnUnit, c.Unit.Span, fmt.Sprintf("the unit of a row is a text, and %s is %s", c.Unit.Value, r.prog.Columns[at].Type), "")
	default:
		p.Unit = program.Unit{Column: at + 1}
		r.defs[i].Unit = p.Unit
		m.use(c.Unit.Span, r.defs[at])
	}
}

func orElse(text, other string) string {
	if text != "" {
		return text
	}
	return other
}

// deriveColumn types the value of column i, and before it those that it reads.
func (m *module) deriveColumn(r *rowsDecl, i int, states []progress) {
	if states[i] != fresh {
		return
	}
	states[i] = underway
	defer func() { states[i] = done }()
	c, p := r.trees[i], &r.prog.Columns[i]
	if c.Value == nil {
		return
	}
	if c.Value.Bad {
		p.Type = schema.Type{}
		return
	}
	n := m.peek(c.Value)
	if n != nil && n.shape == callNode && n.text == "column" && len(n.args) == 1 && n.args[0].shape == literalNode {
		m.renamed(r, c, p)
		return
	}
	if !m.readsFirst(r, n, states) {
		p.Type = schema.Type{}
		return
	}
	v := m.expr(c.Value, &scope{row: r, derive: true, zone: r.zone, what: "a column"})
	if v.bad() || !m.takes(r, p, v) {
		p.Type = schema.Type{}
		return
	}
	p.Derived = v.Expr
}

// renamed is a column that is read as it is from a physical column of another name.
func (m *module) renamed(r *rowsDecl, c *syntax.Column, p *program.Column) {
	v := m.expr(c.Value, &scope{row: r, derive: true, what: "a column"})
	if v.bad() {
		p.Type = schema.Type{}
		return
	}
	p.Physical = v.Name
}

// readsFirst derives the columns that the tree n names, which must not name column i in turn.
func (m *module) readsFirst(r *rowsDecl, n *node, states []progress) bool {
	ok := true
	if n == nil {
		return ok
	}
	n.walk(func(n *node) {
		j, is := r.columns[n.text]
		if !ok || !is || n.shape != nameNode && !(n.shape == memberNode && n.args[0].shape == nameNode && n.args[0].text == r.Name) {
			return
		}
		if states[j] == underway {
			m.report(diag.Circular, n.span, fmt.Sprintf("column %q needs its own value", n.text), fmt.Sprintf("the physical column is written column(%q)", n.text))
			ok = false
			return
		}
		m.deriveColumn(r, j, states)
	})
	return ok
}

// derived is column i as another column of the same source reads it.
func (x *typer) derived(span diag.Span, i int) value {
	c := &x.row.prog.Columns[i]
	if c.Type.Kind == schema.Invalid {
		return value{}
	}
	e := &program.Expr{Op: program.OpPhysical, Name: c.Physical, Type: c.Type, Span: span}
	if c.Derived != nil {
		e = c.Derived
	}
	v := x.copied(span, value{Expr: e, zone: x.row.zoneOf(e.Type)})
	if !v.bad() {
		v.Unit = c.Unit
	}
	return v
}

// takes checks that a column can have the value that derives it. A text is read as the column's
// type, as if it stood in a file.
func (m *module) takes(r *rowsDecl, p *program.Column, v value) bool {
	x := &typer{module: m, scope: &scope{row: r}}
	a, b := v.Type.Kind, p.Type.Kind
	switch {
	case b == schema.Invalid:
		return false
	case v.list != nil || a == schema.Secret || a == schema.Map:
	case a == schema.String && !v.literal(), a == schema.Null, a == b && a != schema.Enum,
		exact(a) && b == schema.Decimal, a == schema.Decimal && v.Type.Scale == 0 && b == schema.Integer:
		return m.fitsColumn(p, v) && m.takesUnit(r, p, v)
	case textual(a) && b == schema.String, a == schema.Enum && b == schema.Enum:
		return true
	case a == schema.String && b == schema.Enum:
		return x.listed(v, value{Expr: &program.Expr{Type: p.Type}})
	}
	hint := compareHint(v, value{Expr: &program.Expr{Type: p.Type}})
	switch {
	case a == schema.Timestamp && b == schema.Date:
		hint = fmt.Sprintf("write date(%s)", v.Span.Text())
	case exact(a) && b == schema.String:
		hint = fmt.Sprintf(`write "${%s}"`, v.Span.Text())
	case a == schema.Decimal && b == schema.Integer:
		hint = "round it: round(x, 0)"
	}
	m.report(diag.ColumnType, v.Span, fmt.Sprintf("column %s is %s, and this is %s", p.Name, x.showType(p.Type, p.Unit), x.show(v)), hint)
	return false
}

func (m *module) takesUnit(r *rowsDecl, p *program.Column, v value) bool {
	if v.Unit.None() || v.Unit == p.Unit {
		return true
	}
	x := &typer{module: m, scope: &scope{row: r}}
	hint := fmt.Sprintf("declare the column with unit %q", v.Unit.Name)
	if v.Unit.Column > 0 {
		hint = "declare the column with unit " + x.columnName(v.Unit)
	}
	has := "has no unit"
	if !p.Unit.None() {
		has = "is " + x.showUnit(p.Unit)
	}
	m.report(diag.UnitMismatch, v.Span, fmt.Sprintf("column %s %s, and this is %s", p.Name, has, x.showUnit(v.Unit)), hint)
	return false
}
