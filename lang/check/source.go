package check

import (
	"fmt"
	"slices"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// rowStatements are the statements that every source has, besides the settings of its plugin.
var rowStatements = append([]string{"columns", "where"}, syntax.AttributeNames(syntax.SourceBlock)...)

// source checks a source: first what says what its rows are, for other declarations need that,
// then the settings of its plugin.
func (m *module) source(r *rowsDecl) {
	r.prog = &program.Source{Name: r.Name, Plugin: r.tree.Plugin.Name, Time: -1, Doc: r.Doc, Dir: m.dir(), Span: r.tree.Name.Span}
	m.prog.Sources = append(m.prog.Sources, r.prog)
	m.use(r.tree.Plugin.Span, &Symbol{Kind: PluginSymbol, Name: r.tree.Plugin.Name, Doc: m.cat.Sources[r.tree.Plugin.Name].Doc})
	r.columns = map[string]int{}
	if r.tree.Body == nil {
		r.open = true
		return
	}
	b := m.block(r.tree.Body)
	r.open = b.broken || b.templated
	m.sourceZone(r, b)
	m.columns(r, b)
	m.conditions(r, b)
	m.rowAttributes(r, b)
	m.settings(r, b)
}

// sourceZone is the time zone of a source.
func (m *module) sourceZone(r *rowsDecl, b *block) {
	if a := b.take("zone"); a != nil {
		r.prog.Zone = m.zoneText(a.Value, "zone")
		r.zone = r.prog.Zone
	}
}

// zoneText is a literal IANA name, or "" after a report.
func (m *module) zoneText(e *syntax.Expr, what string) string {
	v := m.expr(e, &scope{what: what})
	if v.bad() {
		return ""
	}
	if !v.literal() || v.Type.Kind != schema.String {
		m.report(diag.WrongValue, e.Span, fmt.Sprintf("%s is a literal text", what), `write an IANA name such as "Asia/Shanghai"`)
		return ""
	}
	if m.location(v.Value.Text) == nil {
		m.report(diag.UnknownZone, e.Span, fmt.Sprintf("unknown time zone %q", v.Value.Text), `write an IANA name such as "Asia/Shanghai" or "UTC"`)
		return ""
	}
	return v.Value.Text
}

// conditions checks the where of a source.
func (m *module) conditions(r *rowsDecl, b *block) {
	var first *syntax.Where
	for _, w := range b.wheres {
		if first != nil {
			m.given2(w.Span, "where", first.Span, "join the conditions with and")
			continue
		}
		first = w
		s := &scope{row: r, zone: r.zone, what: "where"}
		v := m.expr(w.Cond, s)
		x := &typer{module: m, scope: s}
		if v = x.boolean(v, w.Cond.Span, "where"); !v.bad() {
			r.prog.Where = v.Expr
		}
	}
}

// rowAttributes checks time, sorted, bad_rows and optional.
func (m *module) rowAttributes(r *rowsDecl, b *block) {
	if a := b.take("time"); a != nil {
		if i, ok := m.columnAttribute(r, a.Value, "time"); ok {
			c := r.prog.Columns[i]
			switch c.Type.Kind {
			case schema.Timestamp, schema.Date:
				r.prog.Time = i
			case schema.Invalid:
				r.open = true
			default:
				m.report(diag.WrongValue, a.Value.Span, fmt.Sprintf("time is a timestamp or a date, and %s is %s", c.Name, c.Type), "declare the column as timestamp")
			}
		}
	}
	if a := b.take("sorted"); a != nil {
		m.sorted(r, a.Value)
	}
	if a := b.take("bad_rows"); a != nil {
		r.prog.BadRows = m.word(a.Value, "bad_rows", "report") == "report"
	}
	if a := b.take("optional"); a != nil {
		v := m.expr(a.Value, &scope{what: "optional"})
		if !v.bad() && (!v.literal() || v.Type.Kind != schema.Boolean) {
			m.report(diag.WrongValue, a.Value.Span, "optional is true or false", "")
		} else if !v.bad() {
			r.prog.Optional = v.Value.True()
		}
	}
}

// word is a literal text that must be one of those allowed, or "" after a report.
func (m *module) word(e *syntax.Expr, what string, allowed ...string) string {
	if e.Bad {
		return ""
	}
	quoted := make([]string, len(allowed))
	for i, a := range allowed {
		quoted[i] = fmt.Sprintf("%q", a)
	}
	hint := "write " + orList(quoted)
	if n := m.peek(e); n != nil && n.shape == nameNode && slices.Contains(allowed, n.text) {
		m.add(diag.Diagnostic{Code: diag.WrongValue, Span: e.Span, Message: fmt.Sprintf("the value of %s stands in quotes", what), Hint: fmt.Sprintf("write %q", n.text),
			Fixes: []diag.Fix{{Title: "put quotes around it", Edits: []diag.Edit{{Span: e.Span, New: fmt.Sprintf("%q", n.text)}}, Safe: true}}})
		return ""
	}
	v := m.expr(e, &scope{what: what})
	if v.bad() {
		return ""
	}
	if !v.literal() || v.Type.Kind != schema.String || !slices.Contains(allowed, v.Value.Text) {
		m.report(diag.WrongValue, e.Span, fmt.Sprintf("%s has no such value", what), hint)
		return ""
	}
	return v.Value.Text
}

func orList(words []string) string {
	text := ""
	for i, w := range words {
		switch {
		case i == 0:
		case i == len(words)-1:
			text += " or "
		default:
			text += ", "
		}
		text += w
	}
	return text
}

// peek is the tree of an expression, without reports.
func (m *module) peek(e *syntax.Expr) *node {
	if e == nil || e.Bad {
		return nil
	}
	return parse(tokensOf(e), e.Span, func(diag.Diagnostic) {})
}

// columnAttribute is the column that an attribute names.
func (m *module) columnAttribute(r *rowsDecl, e *syntax.Expr, what string) (int, bool) {
	if e.Bad {
		return 0, false
	}
	n := parse(tokensOf(e), e.Span, m.add)
	if n == nil {
		return 0, false
	}
	return m.columnNode(r, n, what)
}

func (m *module) columnNode(r *rowsDecl, n *node, what string) (int, bool) {
	name := n
	switch {
	case n.shape == memberNode && n.args[0].shape == nameNode && n.args[0].text == r.Name:
	case n.shape != nameNode:
		m.report(diag.WrongValue, n.span, fmt.Sprintf("%s names a column", what), "write the column's name, without quotes")
		return 0, false
	}
	i, ok := r.columns[name.text]
	if !ok {
		x := &typer{module: m, scope: &scope{row: r}}
		x.unknownColumn(r, r.Name, name)
		return 0, false
	}
	m.use(name.at, r.defs[i])
	return i, true
}

func (m *module) sorted(r *rowsDecl, e *syntax.Expr) {
	if e.Bad {
		return
	}
	n := parse(tokensOf(e), e.Span, m.add)
	if n == nil {
		return
	}
	columns := []*node{n}
	if n.shape == listNode {
		columns = n.args
	}
	if len(columns) == 0 {
		m.report(diag.WrongValue, n.span, "sorted names columns", "write sorted = [order_no]")
	}
	for _, c := range columns {
		if i, ok := m.columnNode(r, c, "sorted"); ok {
			if slices.Contains(r.prog.Sorted, i) {
				m.report(diag.WrongValue, c.span, fmt.Sprintf("sorted names %s twice", c.text), "")
				continue
			}
			r.prog.Sorted = append(r.prog.Sorted, i)
		}
	}
}
