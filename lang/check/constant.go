package check

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// resolve types a param or a let when it is first needed.
func (m *module) resolve(d *constantDecl) {
	if d.state != fresh {
		return
	}
	if d.home != m {
		d.home.resolve(d)
		return
	}
	d.state = underway
	if d.let != nil {
		// Its zone-less times take the zone of what the let meets where it is used.
		d.value = (&typer{module: m, scope: &scope{what: "a let"}}).whole(d.let.Value)
		if d.value.bad() || m.secretInText(d.value) {
			d.value = value{}
		} else {
			d.Type, d.Unit = d.value.Type, d.value.Unit
		}
	} else {
		m.param(d)
	}
	d.state = done
}

func (m *module) secretInText(v value) bool {
	if v.Type.Kind != schema.Secret {
		return false
	}
	m.report(diag.SecretPlace, v.Span, "a secret stands by itself in a setting that takes one, and nowhere else", "write "+v.Span.Text()+" in the setting")
	return true
}

func (m *module) param(d *constantDecl) {
	def := d.param.ParamDef
	t := m.typeOf(def.Type, true)
	if t.Kind == schema.Invalid {
		if def.Default != nil {
			m.expr(def.Default, &scope{what: "a parameter's default"})
		}
		return
	}
	d.Type = t
	// Known before its default is typed, so that a fault there is no fault of those who use it.
	d.prog = &program.Param{Name: d.Name, Type: t, Doc: d.Doc, Span: d.param.Span}
	m.prog.Params = append(m.prog.Params, d.prog)
	if def.Default == nil {
		return
	}
	v := m.expr(def.Default, &scope{what: "a parameter's default"})
	if v.bad() || m.secretInText(v) {
		return
	}
	if m.fits(v, t, fmt.Sprintf("parameter %q", d.Name)) {
		d.prog.Default = v.Expr
	}
}

// fits reports whether a value can be given to something of type t, or says why it cannot: to a
// parameter, or a setting. what names it.
func (m *module) fits(v value, t schema.Type, what string) bool {
	x := &typer{module: m, scope: &scope{}}
	a, b := v.Type.Kind, t.Kind
	switch {
	case v.list != nil:
	case a == schema.Null:
		m.report(diag.WrongValue, v.Span, fmt.Sprintf("%s cannot be null", what), "leave it out")
		return false
	case !v.Unit.None() && numeric(b):
		m.report(diag.WrongValue, v.Span, fmt.Sprintf("%s has no unit, and this is %s", what, x.show(v)), "write the bare number; it takes the unit of what it meets")
		return false
	case b == schema.Enum && a == schema.String:
		return !v.literal() || x.listed(v, value{Expr: &program.Expr{Type: t}})
	case b == schema.Decimal && a == schema.Decimal && v.literal():
		if coef, err := decimal.Rescale(v.Value.Dec.Coef, v.Value.Dec.Scale, t.Scale); err != nil || !decimal.Fits(coef, t.Precision) {
			m.report(diag.WrongValue, v.Span, fmt.Sprintf("%s does not fit %s", v.Span.Text(), t), "nothing is rounded here")
			return false
		}
		return true
	case a == b, b == schema.Decimal && a == schema.Integer, b == schema.String && a == schema.Enum:
		return true
	case b == schema.Timestamp && a == schema.Date:
		m.report(diag.WrongValue, v.Span, fmt.Sprintf("%s is an instant, and this is a date", what), "write the time too: 2026-11-20T00:00")
		return false
	case b == schema.Date && a == schema.Timestamp:
		m.report(diag.WrongValue, v.Span, fmt.Sprintf("%s is a date, and this is an instant", what), fmt.Sprintf("write date(%s)", v.Span.Text()))
		return false
	}
	m.report(diag.WrongValue, v.Span, fmt.Sprintf("%s is %s, and this is %s", what, x.showType(t, program.Unit{}), x.show(v)), compareHint(v, value{Expr: &program.Expr{Type: t}}))
	return false
}

// secret reads where a secret comes from: env("NAME") or file("path").
func (m *module) secret(d *syntax.Secret) {
	s := m.secrets[d.Name.Name]
	if s == nil || s.Span != d.Name.Span || d.Value.Bad {
		return
	}
	n := parse(tokensOf(d.Value), d.Value.Span, m.add)
	if n == nil {
		return
	}
	if n.shape != callNode || n.text != "env" && n.text != "file" || n.piped {
		hint := `write env("NAME") or file("path")`
		if n.shape == literalNode {
			hint += "; a secret never stands in the rule file itself"
		}
		m.report(diag.SecretFrom, n.span, "a secret comes from the environment or from a file", hint)
		return
	}
	x := &typer{module: m, scope: &scope{what: "a secret"}}
	if len(n.args) != 1 {
		m.report(diag.WrongArity, n.span, fmt.Sprintf("%s takes 1 argument, not %d", n.text, len(n.args)), fmt.Sprintf(`write %s("…")`, n.text))
		return
	}
	arg := x.node(n.args[0])
	if arg.bad() {
		return
	}
	if !arg.literal() || arg.Type.Kind != schema.String || arg.Value.Text == "" {
		m.report(diag.WrongArgument, n.args[0].span, fmt.Sprintf("%s takes a literal text", n.text), fmt.Sprintf(`write %s("…")`, n.text))
		return
	}
	s.prog = &program.Secret{Name: d.Name.Name, From: n.text, Arg: arg.Value.Text, Dir: m.dir(), Span: d.Span}
	m.prog.Secrets = append(m.prog.Secrets, s.prog)
}

// dir is the folder of the file, from which its paths count.
func (m *module) dir() string { return filepath.Dir(m.tree.Span.File.Name) }

func stem(path string) string {
	return strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
}
