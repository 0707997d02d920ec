package check

import (
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
)

// scope says which names an expression may use. The zero one has parameters and lets only.
type scope struct {
	row     *rowsDecl // the row of this source, by bare name or the source's own
	derive  bool      // of row: physical columns, and column("…")
	sides   []*side   // of a rule
	only    int       // 1 + index of the one side whose columns stand bare
	bare    bool      // columns of all sides stand bare where just one side has them
	home    int       // 1 + index of the one side whose columns stand bare beside qualified ones: the row of a view
	inline  bool      // a derived column of a view stands for its value
	totals  *totals   // aggregates, and the names of groups
	within  string    // where an aggregate was looked for in vain: for messages
	keys    []*key    // of a rule
	metrics *metrics  // of a rule's gates
	message *message  // of an action that is done once for all breaks
	sums    *totals   // aggregates beside groups: of a handler in a rule over totals
	anySide bool      // any side may have no row: a key's value is that of one that has
	setting bool      // window_start, window_end
	hidden  diag.Span // of a list that may hold secrets
	zone    string    // of zone-less times that meet no column
	what    string    // "a gate": for messages
}

// typer types one expression.
type typer struct {
	*module
	*scope
	division map[*node]bool       // quotients that stand where round takes them
	args     map[string]*argument // of the template that the expression came with
	nodes    int                  // of the expressions copied into this one
}

// expr types a whole expression: what is left open in it is settled, and its type noted.
func (m *module) expr(e *syntax.Expr, s *scope) value {
	v := (&typer{module: m, scope: s}).whole(e)
	if !v.bad() {
		settle(v.civil, orElse(s.zone, "UTC"))
		v.civil = nil
	}
	return v
}

// whole types a whole expression and notes its type.
func (x *typer) whole(e *syntax.Expr) value {
	if o := x.origins[e]; o != nil && e != nil {
		x.module, x.args = o.module, o.args
	}
	v := x.syntax(e)
	if !v.bad() {
		x.info.Types[e.Span] = Typed{Type: v.Type, Unit: v.Unit}
	}
	return v
}

// syntax types an expression that may be part of another: one within a string.
func (x *typer) syntax(e *syntax.Expr) value {
	if e == nil || e.Bad {
		return value{}
	}
	n := parse(tokensOf(e), e.Span, x.add)
	if n == nil {
		return value{}
	}
	return x.node(n)
}

// node types a tree.
func (x *typer) node(n *node) value {
	switch n.shape {
	case literalNode:
		return x.literal(n)
	case nameNode, memberNode:
		return x.name(n)
	case callNode:
		return x.call(n)
	case unaryNode:
		return x.unary(n)
	case binaryNode:
		return x.binary(n)
	case condNode:
		return x.choice(n)
	case listNode:
		return x.listOf(n)
	}
	x.report(diag.WrongPlace, n.span, "a map stands only as the second argument of decode", "")
	return value{}
}
