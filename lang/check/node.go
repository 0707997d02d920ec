package check

import "github.com/recon-lang/recon/lang/diag"

// shape says what a node is.
type shape uint8

const (
	literalNode shape = iota + 1 // tok
	nameNode                     // text
	memberNode                   // args[0] . text
	callNode                     // text ( args )
	unaryNode                    // text args[0]
	binaryNode                   // args[0] text args[1]
	condNode                     // args[0] ? args[1] : args[2]
	listNode                     // [ args ]
	mapNode                      // { args: key, value, key, value … }
)

// node is one node of an expression's tree: names not yet looked up, types not yet known.
// Parentheses leave no node, but widen the span of what they hold.
type node struct {
	shape shape
	text  string    // a name, the name after a dot, the called function, or an operator
	at    diag.Span // of text
	tok   *token    // of a literal
	args  []*node
	span  diag.Span

	first, last int  // tokens that it covers
	paren       bool // stands in parentheses
	piped       bool // a call whose first argument stands before a bar
}

// path is the dotted name that n spells, or nil.
func (n *node) path() []*node {
	switch n.shape {
	case nameNode:
		return []*node{n}
	case memberNode:
		if p := n.args[0].path(); p != nil {
			return append(p, n)
		}
	}
	return nil
}

// walk calls visit for n and all below it, parents first.
func (n *node) walk(visit func(*node)) {
	visit(n)
	for _, a := range n.args {
		a.walk(visit)
	}
}
