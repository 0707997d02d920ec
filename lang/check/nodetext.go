package check

import "strings"

// nodeWriter writes a tree in one form, however it was laid out.
type nodeWriter struct {
	strings.Builder
	drop func(head string) bool // of head.name: the head is left out
}

func (w *nodeWriter) node(n *node) {
	if n.paren {
		w.WriteByte('(')
		defer w.WriteByte(')')
	}
	switch n.shape {
	case literalNode:
		w.WriteString(strings.Join(strings.Fields(n.tok.text), " "))
	case nameNode:
		w.WriteString(n.text)
	case memberNode:
		if head := n.args[0]; head.shape != nameNode || !w.drop(head.text) {
			w.node(head)
			w.WriteByte('.')
		}
		w.WriteString(n.text)
	case callNode:
		w.WriteString(n.text)
		w.list("(", n.args, ")")
	case unaryNode:
		w.WriteString(n.text)
		if n.text == "not" {
			w.WriteByte(' ')
		}
		w.node(n.args[0])
	case binaryNode:
		w.node(n.args[0])
		w.WriteString(" " + n.text + " ")
		w.node(n.args[1])
	case condNode:
		w.node(n.args[0])
		w.WriteString(" ? ")
		w.node(n.args[1])
		w.WriteString(" : ")
		w.node(n.args[2])
	case listNode:
		w.list("[", n.args, "]")
	case mapNode:
		w.WriteByte('{')
		for i := 0; i+1 < len(n.args); i += 2 {
			if i > 0 {
				w.WriteString(", ")
			}
			w.node(n.args[i])
			w.WriteString(": ")
			w.node(n.args[i+1])
		}
		w.WriteByte('}')
	}
}

func (w *nodeWriter) list(left string, of []*node, right string) {
	w.WriteString(left)
	for i, a := range of {
		if i > 0 {
			w.WriteString(", ")
		}
		w.node(a)
	}
	w.WriteString(right)
}
