package lint

import (
	"fmt"
	"slices"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
)

// constantCondition finds conditions, and parts of them, that are the same for every row.
func constantCondition(p *pass) {
	handlers := map[*program.Expr]bool{}
	for _, r := range p.Program.Rules {
		for _, h := range r.Handlers {
			handlers[h.Where] = true
		}
	}
	p.exprs(func(e *program.Expr) {
		if handlers[e] && (&evaluator{}).evaluate(e).is(false) {
			return // handlerNever says what follows
		}
		if e.Op == program.OpLiteral && e.Span.File != nil && e.Value.Type.Kind == trueKind {
			return // a switch: written, or a let, as true or false
		}
		var known evaluator
		e.Walk(func(e *program.Expr) bool {
			if !condition(e.Op) {
				return true
			}
			k := known.evaluate(e)
			for _, b := range []bool{true, false} {
				if k.is(b) {
					p.report(e.Span, fmt.Sprintf("this condition is always %t", b), "")
					return false
				}
			}
			return true
		})
	})
}

var trueKind = truth(true).value.Type.Kind

func condition(op program.Op) bool {
	return slices.Contains([]program.Op{program.OpEqual, program.OpNotEqual, program.OpLess, program.OpLessEqual, program.OpGreater, program.OpGreaterEqual,
		program.OpIn, program.OpAnd, program.OpOr, program.OpNot}, op)
}

// alwaysNull finds values that are null whatever the row is, and fallbacks that are never needed.
func alwaysNull(p *pass) {
	p.exprs(func(e *program.Expr) {
		if !speaksOfNull(e) {
			return
		}
		var known evaluator
		e.Walk(func(e *program.Expr) bool {
			if e.Op != program.OpLiteral && known.evaluate(e).state == isNull {
				p.report(e.Span, "this value is always null", "")
				return false
			}
			if e.Op == program.OpCall && e.Name == "coalesce" {
				i := slices.IndexFunc(e.Args, func(a *program.Expr) bool { return known.evaluate(a).present() })
				if i >= 0 && i < len(e.Args)-1 {
					p.report(e.Args[i+1].Span, fmt.Sprintf("coalesce never comes to this: %s is never null", text(e.Args[i].Span)), "leave it out", upTo(e, i))
				}
			}
			return true
		})
	})
}

// speaksOfNull reports whether an expression holds the literal null or a coalesce. Without, nothing in it is known to be
// null.
func speaksOfNull(e *program.Expr) bool {
	speaks := false
	e.Walk(func(e *program.Expr) bool {
		speaks = speaks || e.Op == program.OpLiteral && e.Value.Null || e.Op == program.OpCall && e.Name == "coalesce"
		return !speaks
	})
	return speaks
}

// upTo takes away the arguments of a call of coalesce behind argument i, or the call if that leaves one.
func upTo(e *program.Expr, i int) diag.Fix {
	edit := diag.Edit{Span: diag.Span{File: e.Span.File, Start: e.Args[i].Span.End, End: e.Args[len(e.Args)-1].Span.End}}
	if i == 0 {
		edit = diag.Edit{Span: e.Span, New: e.Args[0].Span.Text()}
	}
	return diag.Fix{Title: "leave it out", Edits: []diag.Edit{edit}}
}
