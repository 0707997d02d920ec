package check

import (
	"fmt"
	"slices"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// viewCheck is the state of the check of one view.
type viewCheck struct {
	*module
	decl    *rowsDecl
	tree    *syntax.View
	prog    *program.View
	parts   []*part
	sides   []*side // the row of the view, and then what it joins
	zone    string  // declared, or that of all parts
	ownZone bool    // it is declared
}

// part is a source or view whose rows a view takes.
type part struct {
	rows *rowsDecl
	ref  *syntax.Ref
}

// row is what the expressions of the view call by its name: the columns of its parts, then derived ones.
func (v *viewCheck) row() *rowsDecl { return v.sides[0].rows }

// scope is that of an expression over the rows of the view.
func (v *viewCheck) scope(what string) *scope {
	return &scope{sides: v.sides, home: 1, zone: v.zone, what: what}
}

// shape checks a view, and before it those that it reads.
func (m *module) shape(r *rowsDecl) {
	if r.view == nil || r.state != fresh {
		return
	}
	r.state = underway
	before := m.faults()
	v := &viewCheck{module: m, decl: r, tree: r.view, prog: &program.View{}}
	r.columns = map[string]int{}
	r.prog = &program.Source{Name: r.Name, View: v.prog, Time: -1, Doc: r.Doc, Dir: m.dir(), Span: v.tree.Name.Span}
	v.takeParts()
	v.sides = []*side{{name: r.Name, symbol: r.Symbol, at: v.tree.Name.Span,
		rows: &rowsDecl{Symbol: r.Symbol, prog: &program.Source{Name: r.Name, Time: -1}, open: r.open, columns: map[string]int{}, gone: map[string]string{}}}}
	v.body()
	r.open = r.open || v.row().open
	r.faulty = r.faulty || r.open || m.faults() > before
	m.prog.Sources = append(m.prog.Sources, r.prog)
	r.state = done
}

// takeParts finds what the view is made from.
func (v *viewCheck) takeParts() {
	windowed := 0
	for _, ref := range v.tree.From {
		rows, ok := v.reads(ref)
		if !ok {
			v.decl.open = true
			continue
		}
		if i := slices.IndexFunc(v.parts, func(p *part) bool { return p.rows == rows }); i >= 0 {
			v.given2(ref.Span, rows.Name, v.parts[i].ref.Span, "each of its rows would be there twice")
			continue
		}
		v.parts = append(v.parts, &part{rows: rows, ref: ref})
		v.decl.open = v.decl.open || rows.open
		v.decl.faulty = v.decl.faulty || rows.faulty
		v.decl.mixed = v.decl.mixed || rows.mixed
		if rows.prog.Windowed {
			windowed++
		}
	}
	v.decl.mixed = v.decl.mixed || windowed > 0 && windowed < len(v.parts)
	v.decl.prog.Windowed = windowed > 0 && windowed == len(v.parts)
}

// readable is the source or view that a part or join of a view names, checked as far as others need it.
func (m *module) readable(ref *syntax.Ref) (*rowsDecl, bool) {
	rows, ok := m.findRows(ref)
	if !ok {
		return nil, false
	}
	if rows.view != nil && rows.state == underway {
		m.add(diag.Diagnostic{Code: diag.Circular, Span: ref.Span, Message: fmt.Sprintf("view %s is made from itself", rows.Name), Hint: "a view reads sources, and views that do not read it",
			Related: []diag.Related{{Span: rows.Span, Message: "the view"}}})
		return nil, false
	}
	m.shape(rows)
	return rows, rows.prog != nil
}

// maxRead bounds how many sources and views a view reads, each as often as it is read by those between: two views that
// read one twice, and two that read them, and so on, are soon more than anything can carry out.
const maxRead = 256

// reads is readable for a part or join of v. It is false after a report too if v would read too much.
func (v *viewCheck) reads(ref *syntax.Ref) (*rowsDecl, bool) {
	rows, ok := v.readable(ref)
	if !ok {
		return nil, false
	}
	before := v.decl.reads
	v.decl.reads += 1 + rows.reads
	if v.decl.reads <= maxRead {
		return rows, true
	}
	if before <= maxRead && rows.reads <= maxRead {
		v.report(diag.TooLong, ref.Span, fmt.Sprintf("with all that it reads this view has more than %d sources and views", maxRead), "")
	}
	return nil, false
}

// body checks the statements of the view, in the order in which they act.
func (v *viewCheck) body() {
	b := v.block(v.tree.Body)
	v.row().open = v.row().open || b.broken || b.templated
	v.viewZone(b)
	v.unite()
	var group *syntax.Group
	for _, s := range b.other {
		switch s := s.(type) {
		case *syntax.Join:
			v.join(s)
		case *syntax.Group:
			if group != nil {
				v.given2(keyword(s.Span, "group"), "group", keyword(group.Span, "group"), "one group has several values: group a, b { … }")
				continue
			}
			group = s
		}
	}
	v.derive(b.sections["columns"])
	v.conditions(b)
	if group != nil {
		v.group(group)
	} else {
		v.whole()
	}
	v.viewTime(b, group)
	v.unknownAttributes(b, "a view", syntax.ViewBlock)
}

// conditions checks the where of the view.
func (v *viewCheck) conditions(b *block) {
	for i, w := range b.wheres {
		if i > 0 {
			v.given2(w.Span, "where", b.wheres[0].Span, "join the conditions with and")
			continue
		}
		s := v.scope("where")
		s.within = "in a where: it is decided row by row"
		x := &typer{module: v.module, scope: s}
		if c := x.boolean(v.expr(w.Cond, s), w.Cond.Span, "where"); !c.bad() {
			v.prog.Where = c.Expr
		}
	}
}

// whole makes the rows of the view its columns: it does not group.
func (v *viewCheck) whole() {
	row, r := v.row(), v.decl
	v.prog.Row = row.prog.Columns
	r.prog.Columns, r.columns, r.defs, r.zones, r.gone = row.prog.Columns, row.columns, row.defs, row.zones, row.gone
}

// viewZone is the zone of the view's times: its own, or that of all its parts.
func (v *viewCheck) viewZone(b *block) {
	for i, p := range v.parts {
		if i == 0 {
			v.zone = p.rows.zone
		} else if p.rows.zone != v.zone {
			v.zone = ""
		}
	}
	if a := b.take("zone"); a != nil {
		v.zone = v.zoneText(a.Value, "zone")
		v.ownZone = v.zone != ""
	}
	v.decl.zone, v.decl.prog.Zone = v.zone, v.zone
	v.row().zone = v.zone
}

// viewTime is the time of the view's rows: its own, or that of all its parts.
func (v *viewCheck) viewTime(b *block, group *syntax.Group) {
	a := b.take("time")
	r := v.decl
	switch {
	case a != nil && group != nil:
		v.add(diag.Diagnostic{Code: diag.ViewTime, Span: a.Name.Span, Message: "a view that groups has no time: its rows are sums over many",
			Hint: "remove it; in a rule with a window, sum up with group in the rule itself", Related: []diag.Related{{Span: keyword(group.Span, "group"), Message: "here it groups"}}})
	case a != nil:
		if i, ok := v.columnAttribute(r, a.Value, "time"); ok {
			switch c := r.prog.Columns[i]; c.Type.Kind {
			case schema.Timestamp, schema.Date:
				r.prog.Time = i
			case schema.Invalid:
				r.open = true
			default:
				v.report(diag.WrongValue, a.Value.Span, fmt.Sprintf("time is a timestamp or a date, and %s is %s", c.Name, c.Type), "name the column that says when")
			}
		}
	case group == nil:
		r.prog.Time = v.partsTime()
	}
}

// partsTime is the time column that all parts agree on, or -1.
func (v *viewCheck) partsTime() int {
	name := ""
	for i, p := range v.parts {
		s := p.rows.prog
		if s.Time < 0 || i > 0 && s.Columns[s.Time].Name != name {
			return -1
		}
		name = s.Columns[s.Time].Name
	}
	if i, ok := v.decl.columns[name]; ok && v.decl.prog.Columns[i].Type.Kind != schema.Invalid {
		return i
	}
	return -1
}
