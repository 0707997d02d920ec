package check

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// text is a string or text, with what is interpolated in it.
func (x *typer) text(t *token) value {
	parts := t.expr.Parts(t.raw)
	if len(parts) == 1 && parts[0].Expr == nil {
		return constant(schema.Text(parts[0].Text), t.span)
	}
	v := value{Expr: &program.Expr{Op: program.OpInterp, Type: schema.Type{Kind: schema.String}, Span: t.span}}
	for _, p := range parts {
		if p.Expr == nil {
			v.Args = append(v.Args, constant(schema.Text(p.Text), p.Span).Expr)
			continue
		}
		inner := x.syntax(p.Expr)
		if inner.bad() || !x.printable(inner, p.Expr) {
			return value{}
		}
		v.Args = append(v.Args, inner.Expr)
		v = v.join(inner)
	}
	if x.args != nil {
		return folded(v)
	}
	return v
}

// maxFolded bounds a text that is put together here: each let that holds the one before twice doubles it.
const maxFolded = 64 << 10

// folded is an interpolation as a literal, if the arguments of a template make it one: they are what its author would
// have written in their place.
func folded(v value) value {
	var text strings.Builder
	for _, a := range v.Args {
		switch {
		case a.Op == program.OpLiteral && a.Type.Kind == schema.String:
			text.WriteString(a.Value.Text)
		case a.Op == program.OpLiteral && a.Type.Kind == schema.Integer && a.Unit.None():
			text.WriteString(strconv.FormatInt(a.Value.Int, 10))
		default:
			return v
		}
		if text.Len() > maxFolded {
			return v
		}
	}
	return constant(schema.Text(text.String()), v.Span)
}

// printable reports values that have no text.
func (x *typer) printable(v value, e *syntax.Expr) bool {
	switch k := v.Type.Kind; {
	case k == schema.Secret:
		x.report(diag.SecretPlace, e.Span, "a secret is never part of a text", "give the setting the secret as a whole")
		return false
	case v.list != nil || k == schema.Null || k == schema.Bytes || k == schema.Float || k == schema.Duration:
		x.report(diag.TypeMismatch, e.Span, fmt.Sprintf("%s cannot stand in a text", x.show(v)), "")
		return false
	}
	return true
}

// interpolation is the place of the first ${…} in the strings of e; ok is false if there is none.
func interpolation(e *syntax.Expr) (at diag.Span, ok bool) {
	for _, t := range e.Tokens {
		if t.Kind != syntax.String || !strings.Contains(e.TokenText(t), "${") {
			continue
		}
		for _, p := range e.Parts(t) {
			if p.Expr != nil {
				return p.Span, true
			}
		}
	}
	return diag.Span{}, false
}
