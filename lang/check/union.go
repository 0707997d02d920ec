package check

import (
	"fmt"
	"slices"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// unite makes the columns that all parts have those of the view's row, by name, in the order of the first part.
func (v *viewCheck) unite() {
	row := v.row()
	if len(v.parts) == 0 {
		row.open = true
		return
	}
	v.explainGone()
	var from [][]int // for each column of the row its index in each part
	for _, c := range v.parts[0].rows.prog.Columns {
		indexes := make([]int, len(v.parts))
		common := true
		for i, p := range v.parts {
			at, ok := p.rows.columns[c.Name]
			common = common && ok
			indexes[i] = at
		}
		if common {
			row.columns[c.Name] = len(from)
			from = append(from, indexes)
		}
	}
	for _, indexes := range from {
		v.column(indexes)
	}
	for i, indexes := range from {
		v.unitOf(i, indexes)
	}
	for i, p := range v.parts {
		columns := make([]int, len(from))
		for k := range from {
			columns[k] = from[k][i]
		}
		v.prog.Parts = append(v.prog.Parts, program.Part{Source: p.rows.prog, Columns: columns, Span: p.ref.Span})
	}
	if len(from) == 0 && !row.open {
		v.report(diag.ViewColumns, v.tree.Name.Span, fmt.Sprintf("the sources of view %s have no column in common", v.decl.Name), "a view has the columns that all its sources have, by name")
		row.open = true
	}
}

// explainGone notes which columns the view has not because some part lacks them.
func (v *viewCheck) explainGone() {
	gone := v.row().gone
	for _, p := range v.parts {
		for name := range p.rows.columns {
			for _, q := range v.parts {
				if _, ok := q.rows.columns[name]; !ok && gone[name] == "" {
					gone[name] = fmt.Sprintf("%s has it and %s has not: a view has the columns that all its sources have", p.rows.Name, q.rows.Name)
				}
			}
		}
	}
}

// column adds the column that the parts have at these indexes, without its unit. Its type is invalid after a report.
func (v *viewCheck) column(indexes []int) {
	row := v.row()
	first := v.parts[0].rows
	def := *first.defs[indexes[0]]
	c := program.Column{Name: def.Name, Doc: def.Doc, Span: def.Span}
	var zone columnZone
	var args []builtin.Arg
	known := true
	for i, p := range v.parts {
		t := p.rows.prog.Columns[indexes[i]].Type
		known = known && t.Kind != schema.Invalid
		args = append(args, builtin.Arg{Type: t})
		z := p.rows.zoneAt(indexes[i])
		switch {
		case i == 0:
			zone = z
		case z != zone:
			zone = columnZone{several: true}
		}
	}
	if v.ownZone && args[0].Type.Kind == schema.Timestamp {
		zone = columnZone{zone: v.zone}
	}
	if known {
		c.Type = v.meetTypes(def.Name, indexes, args)
	}
	def.Type = c.Type
	row.defs = append(row.defs, &def)
	row.trees = append(row.trees, nil)
	row.zones = append(row.zones, zone)
	row.prog.Columns = append(row.prog.Columns, c)
}

// meetTypes is the type that takes the values of all parts, or an invalid one after a report.
func (v *viewCheck) meetTypes(name string, indexes []int, args []builtin.Arg) schema.Type {
	enum := schema.Type{Kind: schema.Enum}
	for _, a := range args {
		if a.Type.Kind != schema.Enum {
			enum.Kind = schema.Invalid
			break
		}
		for _, value := range a.Type.Values {
			if !slices.Contains(enum.Values, value) {
				enum.Values = append(enum.Values, value)
			}
		}
	}
	if enum.Kind == schema.Enum {
		return enum
	}
	for i := range args {
		t, ok := builtin.Common(args[:i+1]...)
		a, b := args[0].Type, args[i].Type
		switch {
		case !ok && numeric(a.Kind) && numeric(b.Kind):
			v.apart(i, name, indexes, fmt.Sprintf("%s and %s together need more than %d digits", a, b, decimal.MaxDigits))
			return schema.Type{}
		case !ok:
			v.apart(i, name, indexes, fmt.Sprintf("column %s is %s in %s and %s in %s", name, a, v.parts[0].rows.Name, b, v.parts[i].rows.Name))
			return schema.Type{}
		case i == len(args)-1:
			return t
		}
	}
	return schema.Type{}
}

// apart reports a column that part i has in another way than the first.
func (v *viewCheck) apart(i int, name string, indexes []int, message string) {
	v.add(diag.Diagnostic{Code: diag.ViewColumns, Span: v.parts[i].ref.Span, Message: message, Hint: fmt.Sprintf("declare %s alike in both sources, or give it another name in one of them", name),
		Related: []diag.Related{{Span: v.parts[0].rows.defs[indexes[0]].Span, Message: "in " + v.parts[0].rows.Name}, {Span: v.parts[i].rows.defs[indexes[i]].Span, Message: "in " + v.parts[i].rows.Name}}})
}

// unitOf gives column k the unit that it has in all parts.
func (v *viewCheck) unitOf(k int, indexes []int) {
	row := v.row()
	c := &row.prog.Columns[k]
	if c.Type.Kind == schema.Invalid {
		return
	}
	var unit program.Unit
	for i, p := range v.parts {
		u := p.rows.prog.Columns[indexes[i]].Unit
		if u.Column > 0 {
			of := p.rows.defs[u.Column-1].Name
			at, ok := row.columns[of]
			if !ok {
				v.apart(0, c.Name, indexes, fmt.Sprintf("the unit of %s stands in %s, which the view has not", c.Name, of))
				c.Type = schema.Type{}
				return
			}
			u = program.Unit{Column: at + 1}
		}
		if i == 0 {
			unit = u
		} else if u != unit {
			v.apart(i, c.Name, indexes, fmt.Sprintf("column %s is %s in %s and %s in %s", c.Name, v.unitWords(unit), v.parts[0].rows.Name, v.unitWords(u), p.rows.Name))
			c.Type = schema.Type{}
			return
		}
	}
	c.Unit, row.defs[k].Unit = unit, unit
}

func (v *viewCheck) unitWords(u program.Unit) string {
	switch {
	case u.None():
		return "without unit"
	case u.Column > 0:
		return "in the unit of " + v.row().defs[u.Column-1].Name
	}
	return "in " + u.Name
}
