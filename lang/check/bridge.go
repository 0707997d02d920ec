package check

import (
	"strconv"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
)

// The bridge gives the tokens of an expression to expr-lang's parser, which knows precedence,
// and takes its tree back as nodes of our own. It never sees a literal or a name: each is
// replaced by a placeholder that tells which token it was (a map of places stands in for placeholders
// of the same width), so no number passes through a
// float, no name means a builtin of that library, and none of its messages is shown. What its
// grammar accepts and ours does not was refused before, by lang/syntax and by scan.

// maxDepth bounds brackets in brackets once more, where a stack hangs on it.
const maxDepth = 64

// bridge turns one expression's tokens into a tree.
type bridge struct {
	tokens []token
	match  []int // for each bracket its partner
	call   []bool
	where  []int32 // for each byte of the placeholder text the token that begins there
	report func(diag.Diagnostic)
}

// parse is the tree of tokens, or nil after reporting why there is none. span is the whole
// expression.
func parse(tokens []token, span diag.Span, report func(diag.Diagnostic)) *node {
	b := &bridge{tokens: tokens, report: report}
	if len(tokens) == 0 || !b.scan() {
		return nil
	}
	if n := b.simple(); n != nil {
		return n
	}
	tree, err := new(parser.Parser).Parse(b.placeholders(), nil)
	if err != nil {
		b.unreadable(span)
		return nil
	}
	n, ok := b.node(tree.Node)
	if !ok {
		return nil
	}
	return n
}

// simple is the tree of a literal, a name, or a name of two parts, which most expressions are.
func (b *bridge) simple() *node {
	switch {
	case len(b.tokens) == 1 && b.tokens[0].operand():
		return b.leaf(0)
	case len(b.tokens) == 3 && b.tokens[1].text == "." && b.tokens[0].kind == syntax.Name && b.tokens[2].kind == syntax.Name:
		return b.member(b.leaf(0), 2)
	}
	return nil
}

// placeholders is the text that expr-lang parses.
func (b *bridge) placeholders() string {
	text := make([]byte, 0, 6*len(b.tokens))
	b.where = make([]int32, 0, cap(text))
	for i, t := range b.tokens {
		start := len(text)
		if t.operand() {
			text = append(text, 'x')
			text = strconv.AppendInt(text, int64(i), 10)
		} else {
			text = append(text, t.text...)
		}
		text = append(text, ' ')
		for range len(text) - start {
			b.where = append(b.where, int32(i))
		}
	}
	return string(text)
}

// token is the index of the token at which n begins, as the library tells it: an operator for
// an operation, the property for a member.
func (b *bridge) token(n ast.Node) int { return int(b.where[min(n.Location().From, len(b.where)-1)]) }

// node turns the library's tree into ours; ok is false after a report.
func (b *bridge) node(n ast.Node) (*node, bool) {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return b.widen(b.leaf(b.token(n))), true
	case *ast.MemberNode:
		inner, ok := b.node(n.Node)
		if !ok {
			return nil, false
		}
		return b.widen(b.member(inner, b.token(n))), true
	case *ast.UnaryNode:
		return b.operation(unaryNode, n.Operator, b.token(n), n.Node)
	case *ast.BinaryNode:
		return b.operation(binaryNode, n.Operator, b.token(n), n.Left, n.Right)
	case *ast.ConditionalNode:
		return b.operation(condNode, "?", -1, n.Cond, n.Exp1, n.Exp2)
	case *ast.CallNode:
		return b.callNode(n)
	case *ast.ArrayNode:
		open := b.token(n)
		return b.bracketed(&node{shape: listNode, first: open}, n.Nodes)
	case *ast.MapNode:
		return b.mapNode(n)
	}
	return nil, b.unreadable(b.span(0, len(b.tokens)-1))
}

func (b *bridge) leaf(i int) *node {
	t := &b.tokens[i]
	n := &node{shape: nameNode, text: t.text, at: t.span, span: t.span, first: i, last: i}
	if t.kind != syntax.Name || t.constant() && !b.afterDot(i) {
		n.shape, n.tok = literalNode, t
	}
	return n
}

func (b *bridge) member(inner *node, property int) *node {
	t := b.tokens[property]
	n := &node{shape: memberNode, text: t.text, at: t.span, args: []*node{inner}, first: inner.first, last: property}
	n.span = b.span(n.first, n.last)
	return n
}

// operation is a node whose operator stands at token at (-1: none is told) and whose span is
// that of its operands and the operator.
func (b *bridge) operation(s shape, operator string, at int, operands ...ast.Node) (*node, bool) {
	n := &node{shape: s, text: operator, args: make([]*node, len(operands))}
	for i, o := range operands {
		var ok bool
		if n.args[i], ok = b.node(o); !ok {
			return nil, false
		}
	}
	n.first, n.last = n.args[0].first, n.args[len(n.args)-1].last
	if at >= 0 {
		n.at = b.tokens[at].span
		// The library says of "x not in y" that its "not" stands at "in".
		if s == unaryNode && b.tokens[at].text == operator {
			n.first = at
		}
	}
	n.span = b.span(n.first, n.last)
	if s == condNode {
		n.at = n.span
	}
	return b.widen(n), true
}

func (b *bridge) callNode(n *ast.CallNode) (*node, bool) {
	at := b.token(n)
	m := &node{shape: callNode, text: b.tokens[at].text, at: b.tokens[at].span, first: at}
	m.piped = at > 0 && b.tokens[at-1].text == "|"
	return b.bracketed(m, n.Arguments)
}

// bracketed completes a node whose operands stand in the brackets that open at, or right after, its first token.
func (b *bridge) bracketed(m *node, operands []ast.Node) (*node, bool) {
	open := m.first
	if m.shape == callNode {
		open++
	}
	m.last = b.match[open]
	for _, o := range operands {
		a, ok := b.node(o)
		if !ok {
			return nil, false
		}
		m.args = append(m.args, a)
	}
	if m.piped {
		m.first = m.args[0].first
	}
	m.span = b.span(m.first, m.last)
	return b.widen(m), true
}

func (b *bridge) mapNode(n *ast.MapNode) (*node, bool) {
	var operands []ast.Node
	for _, p := range n.Pairs {
		pair := p.(*ast.PairNode)
		operands = append(operands, pair.Key, pair.Value)
	}
	m := &node{shape: mapNode, first: b.token(n)}
	m.last = b.match[m.first]
	for i, o := range operands {
		if key, is := o.(*ast.StringNode); is && i%2 == 0 { // a placeholder that stands as a key
			m.args = append(m.args, b.leaf(b.token(key)))
			continue
		}
		a, ok := b.node(o)
		if !ok {
			return nil, false
		}
		m.args = append(m.args, a)
	}
	m.span = b.span(m.first, m.last)
	return b.widen(m), true
}

// widen takes the parentheses around n into it.
func (b *bridge) widen(n *node) *node {
	for n.first > 0 && b.tokens[n.first-1].text == "(" && !b.call[n.first-1] && b.match[n.first-1] == n.last+1 {
		n.first--
		n.last++
		n.paren = true
	}
	if n.paren {
		n.span = b.span(n.first, n.last)
	}
	return n
}

func (b *bridge) span(first, last int) diag.Span {
	return diag.Span{File: b.tokens[first].span.File, Start: b.tokens[first].span.Start, End: b.tokens[last].span.End}
}

func (b *bridge) afterDot(i int) bool { return i > 0 && b.tokens[i-1].text == "." }

func insert(at diag.Span, text string) diag.Edit {
	return diag.Edit{Span: diag.Span{File: at.File, Start: at.Start, End: at.Start}, New: text}
}

func insertAfter(at diag.Span, text string) diag.Edit {
	return diag.Edit{Span: diag.Span{File: at.File, Start: at.End, End: at.End}, New: text}
}
