package check

import "github.com/recon-lang/recon/lang/program"

// ExprText is what an expression computes, operator first, as the canonical text of a rule has it: spaces, lets and the way
// numbers are written make no difference. column gives the text of a column; nil is for an expression that has none.
func ExprText(e *program.Expr, column func(side, index int) string) string {
	return (&canonWriter{column: column}).expr(e)
}

// AggregateText is ExprText of an aggregate over rows.
func AggregateText(a program.Aggregate, column func(side, index int) string) string {
	w := &canonWriter{column: column}
	text := string(a.Func) + "(" + w.expr(a.Arg)
	if a.Where != nil {
		text += " where " + w.expr(a.Where)
	}
	return text + " " + a.Type.String() + ")"
}
