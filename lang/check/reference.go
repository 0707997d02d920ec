package check

import (
	"fmt"
	"strings"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// rowColumn is column i of the row of a source, within that source; name is where its name stands.
func (x *typer) rowColumn(span, name diag.Span, i int) value {
	x.use(name, x.row.defs[i])
	if x.derive {
		return x.derived(span, i)
	}
	c := &x.row.prog.Columns[i]
	if c.Type.Kind == schema.Invalid {
		return value{}
	}
	z := x.row.zoneAt(i)
	return value{zone: z.zone, zones: z.several,
		Expr: &program.Expr{Op: program.OpColumn, Index: i, Type: c.Type, Unit: c.Unit, Span: span}}
}

// sideColumn is column at of side i, within a rule or view.
func (x *typer) sideColumn(span, name diag.Span, i, at int) value {
	r := x.sides[i].rows
	x.use(name, r.defs[at])
	c := &r.prog.Columns[at]
	if c.Type.Kind == schema.Invalid {
		return value{}
	}
	z := r.zoneAt(at)
	if x.inline && i == 0 && c.Derived != nil {
		v := x.copied(span, value{Expr: c.Derived, zone: z.zone, zones: z.several})
		if !v.bad() {
			v.Unit = c.Unit
		}
		return v
	}
	u := c.Unit
	if u.Column > 0 {
		u.Side = i
	}
	return value{zone: z.zone, zones: z.several,
		Expr: &program.Expr{Op: program.OpColumn, Side: i, Index: at, Type: c.Type, Unit: u, Span: span}}
}

// zoneAt is the zone of column i.
func (r *rowsDecl) zoneAt(i int) columnZone {
	if r.zones != nil {
		return r.zones[i]
	}
	return columnZone{zone: r.zoneOf(r.prog.Columns[i].Type)}
}

// zoneOf is the zone of r's timestamps, which values of other types have no use for.
func (r *rowsDecl) zoneOf(t schema.Type) string {
	if t.Kind == schema.Timestamp {
		return r.zone
	}
	return ""
}

// keyValue is the value of a key, which is the same on all sides: that of the first; name is where its name stands.
func (x *typer) keyValue(span, name diag.Span, k *key) value {
	x.use(name, k.symbol)
	if x.anySide {
		return x.presentKey(span, k)
	}
	return x.copied(span, value{Expr: k.Terms[0], zone: k.zone})
}

// presentKey is the value of a key of a side that has a row.
func (x *typer) presentKey(span diag.Span, k *key) value {
	v := value{Expr: &program.Expr{Op: program.OpCall, Name: "coalesce", Type: k.Type, Span: span}, zone: k.zone}
	for _, t := range k.Terms {
		part := x.copied(span, value{Expr: t})
		if part.bad() {
			return value{}
		}
		v.Args = append(v.Args, part.Expr)
	}
	return v
}

// constantValue is a parameter, or the value of a let in its place; name is where its name stands.
func (x *typer) constantValue(span, name diag.Span, d *constantDecl) value {
	x.use(name, d.Symbol)
	if d.state == underway {
		x.report(diag.Circular, span, fmt.Sprintf("%s %q needs its own value", d.Kind, d.Name), "")
		return value{}
	}
	x.resolve(d)
	if d.param != nil {
		if d.prog == nil {
			return value{}
		}
		return value{Expr: &program.Expr{Op: program.OpParamRef, Name: d.Name, Param: d.prog, Type: d.prog.Type, Span: span}}
	}
	if d.value.bad() {
		return value{}
	}
	return x.copied(span, d.value)
}

// maxNodes bounds the size of one expression after lets, keys and derived columns were put in
// their places: each use of a let that uses a let twice doubles it.
const maxNodes = 10_000

// maxAllNodes is that bound for all expressions together, in which lets of up to smallNodes parts do not count.
const (
	maxAllNodes = 50_000
	smallNodes  = 10
)

// copied is v with an expression of its own, so that two uses of a let do not share what a use may
// change.
func (x *typer) copied(span diag.Span, v value) value {
	before := x.nodes
	v.Walk(func(*program.Expr) bool { x.nodes++; return x.nodes <= maxNodes })
	if size := x.nodes - before; size > smallNodes {
		x.allNodes += size
	}
	switch {
	case x.nodes > maxNodes:
		x.report(diag.TooLong, span, fmt.Sprintf("with all lets in their places this expression has more than %d parts", maxNodes), "write it in a shorter way")
		return value{}
	case x.allNodes > maxAllNodes:
		x.report(diag.TooLong, span, fmt.Sprintf("with all lets in their places the expressions have more than %d parts", maxAllNodes), "write them in a shorter way")
		return value{}
	}
	v.Expr, v.civil = clone(v.Expr, v.civil)
	v.Span = span
	if v.list != nil { // whose elements are its arguments
		list := make([]value, len(v.list))
		for i, e := range v.list {
			list[i] = e
			list[i].Expr, list[i].civil = v.Args[i], nil
		}
		v.list = list
	}
	return v
}

// secretRef is secret.name; where it may stand is decided by whoever asked for the expression.
func (x *typer) secretRef(n, name *node) value {
	d, ok := x.secrets[name.text]
	if !ok {
		if !x.inBroken(name.text) {
			known := knownNames(x.secrets)
			x.add(diag.Diagnostic{Code: diag.UnknownName, Span: name.at, Message: fmt.Sprintf("unknown secret %q", name.text),
				Hint: hintNames(name.text, "the secrets are", known), Fixes: fixName(name.at, name.text, known)})
		}
		return value{}
	}
	x.use(name.at, d.Symbol)
	if d.prog == nil {
		return value{}
	}
	return value{Expr: &program.Expr{Op: program.OpSecretRef, Name: name.text, Secret: d.prog, Type: schema.Type{Kind: schema.Secret}, Span: n.span}}
}

// inBroken reports whether name occurs in a declaration or statement that could not be read: it
// is probably declared there.
func (m *module) inBroken(name string) bool {
	if !m.broken {
		return false
	}
	for _, d := range m.tree.Decls {
		if bad, ok := d.(*syntax.BadDecl); ok && strings.Contains(bad.Span.Text(), name) {
			return true
		}
	}
	return false
}
