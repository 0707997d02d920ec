package syntax

import (
	"reflect"
	"slices"
)

// Equal reports whether two trees say the same: they differ at most in blanks, line ends,
// comments that are no doc comments, and the indentation of texts.
func Equal(a, b Node) bool {
	if reflect.TypeOf(a) != reflect.TypeOf(b) || !sameLeaf(a, b) {
		return false
	}
	below, other := children(a), children(b)
	return slices.EqualFunc(below, other, Equal)
}

// sameLeaf compares what two nodes of one type hold beside their children.
func sameLeaf(a, b Node) bool {
	switch a := a.(type) {
	case *Ident:
		return a.Name == b.(*Ident).Name
	case *Lit:
		b := b.(*Lit)
		return a.Kind == b.Kind && a.Value == b.Value
	case *Cell:
		b := b.(*Cell)
		return a.Text == b.Text && a.Quoted == b.Quoted
	case *Tolerance:
		return a.All == b.(*Tolerance).All
	case *Block:
		return a.Kind == b.(*Block).Kind
	case *Expr:
		return sameExpr(a, b.(*Expr))
	case *Compare:
		b := b.(*Compare)
		return a.Doc == b.Doc && (a.Within == nil) == (b.Within == nil) && (a.Where == nil) == (b.Where == nil) && (a.As == nil) == (b.As == nil)
	case *Join:
		b := b.(*Join)
		return a.Doc == b.Doc && (a.As == nil) == (b.As == nil)
	case *BadStmt, *BadDecl:
		return a.At().Text() == b.At().Text()
	case interface{ DocText() string }:
		return a.DocText() == b.(interface{ DocText() string }).DocText()
	}
	return true
}

func sameExpr(a, b *Expr) bool {
	return slices.EqualFunc(a.Tokens, b.Tokens, func(x, y Token) bool {
		if x.Kind != y.Kind {
			return false
		}
		if x.Kind == Text {
			return a.Parts(x)[0].Text == b.Parts(y)[0].Text
		}
		return a.TokenText(x) == b.TokenText(y)
	})
}
