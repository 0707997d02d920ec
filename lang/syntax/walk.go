package syntax

import "slices"

// Walk calls visit for n and the nodes below it, parents first, in the order of the text. A
// visit that returns false keeps it from going below that node.
func Walk(n Node, visit func(Node) bool) {
	if !visit(n) {
		return
	}
	for _, child := range children(n) {
		Walk(child, visit)
	}
}

// Path gives the nodes that hold byte offset of f, or end there, outermost first.
func Path(f *File, offset int) []Node {
	var path []Node
	var down func(Node)
	down = func(n Node) {
		path = append(path, n)
		for _, child := range children(n) {
			if s := child.At(); s.Start <= offset && offset < s.End {
				down(child)
				return
			}
		}
		for _, child := range children(n) {
			if child.At().End == offset {
				down(child)
				return
			}
		}
	}
	down(f)
	return path
}

// collector gathers nodes, leaving out the nil ones.
type collector []Node

func one[T any, P interface {
	*T
	Node
}](c *collector, n P) {
	if n != nil {
		*c = append(*c, n)
	}
}

func all[T Node](c *collector, nodes []T) {
	for _, n := range nodes {
		*c = append(*c, n)
	}
}

// children are the nodes directly below n in the order of the text.
func children(n Node) []Node {
	var c collector
	switch n := n.(type) {
	case *File:
		all(&c, n.Decls)
	case *BadDecl:
		one(&c, n.Name)
		one(&c, n.Body)
	case *Edition:
		one(&c, n.Number)
	case *Import:
		one(&c, n.Path)
		one(&c, n.As)
	case *Param:
		one(&c, n.ParamDef)
	case *ParamDef:
		one(&c, n.Name)
		one(&c, n.Type)
		one(&c, n.Default)
	case *Let:
		one(&c, n.Name)
		one(&c, n.Value)
	case *Secret:
		one(&c, n.Name)
		one(&c, n.Value)
	case *Source:
		one(&c, n.Name)
		one(&c, n.Plugin)
		one(&c, n.Body)
	case *Action:
		one(&c, n.Name)
		one(&c, n.Plugin)
		one(&c, n.Body)
	case *View:
		one(&c, n.Name)
		all(&c, n.From)
		one(&c, n.Body)
	case *Rule:
		one(&c, n.Name)
		all(&c, n.Sides)
		one(&c, n.Body)
	case *Template:
		one(&c, n.Name)
		all(&c, n.Params)
		one(&c, n.Body)
	case *Moved:
		one(&c, n.From)
		one(&c, n.To)
	case *Test:
		one(&c, n.Title)
		one(&c, n.Rule)
		one(&c, n.Body)
	case *Block:
		all(&c, n.Stmts)
	case *Ref:
		all(&c, n.Names)
	case *Type:
		one(&c, n.Name)
		all(&c, n.Args)
	case *Side:
		one(&c, n.Ref)
		one(&c, n.As)
	case *Named:
		one(&c, n.Expr)
		one(&c, n.As)
	case *Equation:
		all(&c, n.Terms)
	case *Tolerance:
		all(&c, n.Amounts)
	default:
		c = stmtChildren(n)
	}
	return slices.Clip(c)
}

func stmtChildren(n Node) (c collector) {
	switch n := n.(type) {
	case *BadStmt:
		one(&c, n.Name)
		one(&c, n.Body)
	case *Attribute:
		one(&c, n.Name)
		one(&c, n.Value)
	case *Section:
		one(&c, n.Name)
		one(&c, n.Body)
	case *Column:
		one(&c, n.Name)
		one(&c, n.Type)
		one(&c, n.Unit)
		one(&c, n.Value)
	case *Where:
		one(&c, n.Cond)
	case *Join:
		one(&c, n.Ref)
		one(&c, n.As)
		all(&c, n.On)
	case *Group:
		all(&c, n.By)
		one(&c, n.Body)
	case *Total:
		one(&c, n.Equation)
		one(&c, n.As)
	case *Key:
		one(&c, n.Equation)
		one(&c, n.As)
	case *Compare:
		one(&c, n.Equation)
		one(&c, n.Within)
		all(&c, n.Ignoring)
		one(&c, n.Where)
		one(&c, n.As)
	case *Unique:
		all(&c, n.By)
	case *Assert:
		one(&c, n.Cond)
		one(&c, n.As)
	case *Drill:
		all(&c, n.Into)
	case *Gate:
		one(&c, n.Severity)
		one(&c, n.When)
	case *Handler:
		one(&c, n.Outcome)
		one(&c, n.Name)
		one(&c, n.Where)
		one(&c, n.Body)
	case *Do:
		one(&c, n.Action)
		one(&c, n.Body)
	case *Use:
		one(&c, n.Template)
		all(&c, n.Args)
	case *Trigger:
		one(&c, n.Ref)
		one(&c, n.Body)
	case *Run:
		one(&c, n.Instant)
		one(&c, n.Body)
	case *Given:
		one(&c, n.Ref)
		one(&c, n.After)
		one(&c, n.From)
		one(&c, n.Body)
	case *Expect:
		one(&c, n.Outcome)
		one(&c, n.Name)
		one(&c, n.Count)
		one(&c, n.Body)
	case *SetParam:
		one(&c, n.Name)
		one(&c, n.Value)
	case *Row:
		all(&c, n.Cells)
	}
	return c
}
