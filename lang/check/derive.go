package check

import (
	"fmt"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// derive adds the derived columns of the view to its row.
func (v *viewCheck) derive(section *syntax.Section) {
	if section == nil {
		return
	}
	row := v.row()
	if section.Body == nil {
		row.open = true
		return
	}
	first := len(row.defs)
	for _, s := range section.Body.Stmts {
		c, ok := s.(*syntax.Column)
		if !ok {
			row.open = true
			continue
		}
		v.declareColumn(row, c)
	}
	for i := first; i < len(row.trees); i++ {
		v.columnUnit(row, i)
	}
	states := make([]progress, len(row.trees))
	for i := first; i < len(row.trees); i++ {
		v.deriveColumn(i, states)
	}
}

// declareColumn makes a column of a view known: a derived one, or one of a group.
func (v *viewCheck) declareColumn(row *rowsDecl, c *syntax.Column) {
	if old, taken := row.columns[c.Name.Name]; taken {
		v.add(diag.Diagnostic{Code: diag.AlreadyDeclared, Span: c.Name.Span, Message: fmt.Sprintf("column %q is there already", c.Name.Name), Hint: "give it another name",
			Related: []diag.Related{{Span: row.defs[old].Span, Message: "the first one"}}})
		return
	}
	t := v.typeOf(c.Type, false)
	s := v.symbol(ColumnSymbol, c.Name, c.Doc)
	s.Type = t
	row.columns[c.Name.Name] = len(row.defs)
	row.defs = append(row.defs, s)
	row.trees = append(row.trees, c)
	row.zones = append(row.zones, columnZone{})
	row.prog.Columns = append(row.prog.Columns, program.Column{Name: c.Name.Name, Type: t, Doc: c.Doc, Span: c.Name.Span})
}

// deriveColumn types the value of column i of the row, and before it those that it reads.
func (v *viewCheck) deriveColumn(i int, states []progress) {
	row := v.row()
	c := row.trees[i]
	if c == nil || states[i] != fresh {
		return
	}
	states[i] = underway
	defer func() { states[i] = done }()
	p := &row.prog.Columns[i]
	if c.Value == nil {
		v.report(diag.ViewColumnValue, c.Name.Span, fmt.Sprintf("column %s of a view has no value", c.Name.Name), "a view has the columns of its sources anyway, and derives others: name type = expression")
		p.Type = schema.Type{}
		return
	}
	if !c.Value.Bad && v.derivedFirst(v.peek(c.Value), states) {
		s := v.scope("a column")
		s.inline = true
		s.within = "in a derived column: it is computed row by row"
		if val := v.expr(c.Value, s); !val.bad() && v.columnTakes(row, p, val) {
			p.Derived = val.Expr
			row.zones[i] = v.zoneOfValue(p.Type, val)
			return
		}
	}
	p.Type = schema.Type{}
}

// derivedFirst derives the columns that the tree n names, none of which may need the one that is underway.
func (v *viewCheck) derivedFirst(n *node, states []progress) bool {
	ok := true
	if n == nil {
		return ok
	}
	row := v.row()
	n.walk(func(n *node) {
		j, is := row.columns[n.text]
		if !ok || !is || n.shape != nameNode && !(n.shape == memberNode && n.args[0].shape == nameNode && n.args[0].text == row.Name) {
			return
		}
		if states[j] == underway {
			v.report(diag.Circular, n.span, fmt.Sprintf("column %q needs its own value", n.text), "")
			ok = false
			return
		}
		v.deriveColumn(j, states)
	})
	return ok
}

// zoneOfValue is the zone of a column of type t whose value is val.
func (v *viewCheck) zoneOfValue(t schema.Type, val value) columnZone {
	switch {
	case t.Kind != schema.Timestamp:
		return columnZone{}
	case v.ownZone:
		return columnZone{zone: v.zone}
	}
	return columnZone{zone: val.zone, several: val.zones}
}

// columnTakes checks that a column of a view can have its value. No text is read here: a view gets values that
// have types already.
func (v *viewCheck) columnTakes(row *rowsDecl, p *program.Column, val value) bool {
	if val.Type.Kind == schema.String && !val.literal() && p.Type.Kind != schema.Invalid && !textual(p.Type.Kind) {
		v.report(diag.ColumnType, val.Span, fmt.Sprintf("column %s is %s, and this is a text", p.Name, p.Type), compareHint(val, value{Expr: &program.Expr{Type: p.Type}}))
		return false
	}
	if val.Unit.Column > 0 && val.Unit.Side > 0 && p.Type.Kind != schema.Invalid {
		of := v.sides[val.Unit.Side].name
		v.report(diag.UnitMismatch, val.Span, fmt.Sprintf("the unit of this value stands in a column of %s, which is no column of the view", of), `derive the column of the unit too, and relabel the value: unit(x, "CNY")`)
		return false
	}
	return v.takes(row, p, val)
}
