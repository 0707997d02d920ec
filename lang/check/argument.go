package check

import (
	"fmt"
	"slices"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// argument is what a parameter of a template stands for in one use of it.
type argument struct {
	*Symbol // of the parameter
	def     *syntax.ParamDef
	of      *templateDecl
	expr    *syntax.Expr // given, or the default
	home    *module      // where expr is written
	state   progress
	value   value
}

// bind gives each parameter of t what it stands for in u; nil after a report.
func (e *expansion) bind(u *syntax.Use, t *templateDecl) map[string]*argument {
	args, before := map[string]*argument{}, e.faults()
	given := map[string]*syntax.Attribute{}
	known := make([]string, len(t.tree.Params))
	for i, p := range t.tree.Params {
		known[i] = p.Name.Name
	}
	home := e.whence(u.Template)
	for _, a := range u.Args {
		name := a.Name.Name
		switch i := slices.Index(known, name); {
		case i < 0:
			e.add(diag.Diagnostic{Code: diag.TemplateArgument, Span: a.Name.Span, Message: fmt.Sprintf("template %s has no parameter %q", t.Name, name),
				Hint: hintNames(name, "it has", known), Fixes: fixName(a.Name.Span, name, known)})
		case given[name] != nil:
			e.given2(a.Name.Span, name, given[name].Name.Span, "remove one of them")
		default:
			given[name] = a
			e.module.use(a.Name.Span, t.params[i])
		}
	}
	if e.faults() > before {
		return nil // one of them may be what is missing
	}
	for i, p := range t.tree.Params {
		a := &argument{Symbol: t.params[i], def: p, of: t, expr: p.Default, home: t.home}
		if g := given[p.Name.Name]; g != nil {
			a.expr, a.home = g.Value, home
		} else if p.Default == nil {
			e.report(diag.TemplateArgument, u.Template.Span, fmt.Sprintf("template %s needs an argument %q", t.Name, p.Name.Name), fmt.Sprintf("write use %s(%s = …)", u.Template, p.Name.Name))
			return nil
		}
		args[p.Name.Name] = a
		e.pending = append(e.pending, a)
	}
	return args
}

// resolve types an argument when it is first needed. Like the value of a let it takes units and zones from what it meets.
func (a *argument) resolve() {
	if a.state != fresh {
		return
	}
	a.state = done
	v := (&typer{module: a.home, scope: &scope{what: "an argument"}}).whole(a.expr)
	t := a.of.home.paramType(a.def)
	if v.bad() || t.Kind == schema.Invalid || a.home.secretInText(v) || !a.home.fits(v, t, fmt.Sprintf("parameter %q of template %s", a.Name, a.of.Name)) {
		return
	}
	a.value, a.Type = v, t
}

// paramType is the type of a template's parameter; its faults are reported once, with the template.
func (m *module) paramType(p *syntax.ParamDef) schema.Type {
	t, known := m.types[p.Type]
	if !known {
		t = m.typeOf(p.Type, true)
		m.types[p.Type] = t
	}
	return t
}

// argumentValue is a parameter of the template that the expression came with; name is where its name stands.
func (x *typer) argumentValue(span, name diag.Span, a *argument) value {
	x.use(name, a.Symbol)
	a.resolve()
	if a.value.bad() {
		return value{}
	}
	return x.copied(span, a.value)
}

// template checks what can be known of a template by itself: its parameters, and, if nobody uses it, its expressions as
// far as they speak of no rows.
func (m *module) template(t *templateDecl) {
	for i, p := range t.tree.Params {
		t.params[i].Type = m.paramType(p)
		if p.Default != nil {
			(&argument{Symbol: t.params[i], def: p, of: t, expr: p.Default, home: m}).resolve()
		}
	}
	if t.used || t.tree.Body == nil {
		return
	}
	syntax.Walk(t.tree.Body, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Expr:
			m.loose(n)
			return false
		case *syntax.Do:
			m.findAction(n.Action)
		case *syntax.Join:
			m.findRows(n.Ref)
		}
		return true
	})
}

// rehearse expands a template that nobody uses, to see whether it could be.
func (m *module) rehearse(t *templateDecl) {
	if t.used || t.tree.Body == nil {
		return
	}
	o := &origin{module: m, args: map[string]*argument{}}
	for i, p := range t.tree.Params {
		a := &argument{Symbol: t.params[i], of: t, state: done}
		if typ := m.paramType(p); typ.Kind != schema.Invalid {
			a.value = value{Expr: &program.Expr{Op: program.OpParamRef, Name: p.Name.Name, Type: typ, Span: p.Span}}
		}
		o.args[p.Name.Name] = a
	}
	e := &expansion{module: m, kind: syntax.TemplateBlock, path: []*templateDecl{t}, rehearsal: true}
	var body []syntax.Stmt
	for _, s := range t.tree.Body.Stmts {
		body = append(body, syntax.Copy(s, func(n syntax.Node) { m.origins[n] = o }))
	}
	e.statements(body)
}

// loose checks an expression whose bare names may be columns of anything.
func (m *module) loose(e *syntax.Expr) {
	if e.Bad {
		return
	}
	n := parse(tokensOf(e), e.Span, m.add)
	if n == nil {
		return
	}
	x := &typer{module: m, scope: &scope{}}
	n.walk(func(n *node) {
		switch path := n.path(); {
		case n.shape == callNode && builtin.Find(n.text) == nil && builtin.FindSpecial(n.text) == nil:
			x.unknownFunction(n)
		case n.shape == literalNode && (n.tok.kind == syntax.String || n.tok.kind == syntax.Text):
			for _, p := range n.tok.expr.Parts(n.tok.raw) {
				if p.Expr != nil {
					m.loose(p.Expr)
				}
			}
		case len(path) == 2 && path[0].text == "secret":
			x.secretRef(n, path[1])
		case len(path) == 2:
			x.moduleName(n, path[0], path[1])
		}
	})
}
