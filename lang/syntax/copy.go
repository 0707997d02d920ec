package syntax

import "reflect"

// Copy is a copy of a statement with all that is below it, of which nothing is shared with the original but the
// text. Each is told of every copied expression and reference.
func Copy(s Stmt, each func(Node)) Stmt {
	c := copier{each: each}
	return c.value(reflect.ValueOf(&s).Elem()).Interface().(Stmt)
}

type copier struct{ each func(Node) }

// value copies pointers to nodes, and lists of them, wherever they stand.
func (c *copier) value(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Interface:
		if v.IsNil() {
			return v
		}
		return c.value(v.Elem()).Convert(v.Type())
	case reflect.Slice:
		if k := v.Type().Elem().Kind(); v.IsNil() || k != reflect.Pointer && k != reflect.Interface {
			return v
		}
		list := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			list.Index(i).Set(c.value(v.Index(i)))
		}
		return list
	case reflect.Pointer:
		if _, ok := v.Interface().(Node); !ok || v.IsNil() {
			return v
		}
		return c.node(v)
	}
	return v
}

func (c *copier) node(v reflect.Value) reflect.Value {
	n := reflect.New(v.Type().Elem())
	n.Elem().Set(v.Elem())
	for i := range n.Elem().NumField() {
		if f := n.Elem().Field(i); f.CanSet() {
			f.Set(c.value(f))
		}
	}
	switch node := n.Interface().(type) {
	case *Expr:
		c.each(node)
	case *Ref:
		c.each(node)
	}
	return n
}

// Keyword is the name of the entry of Statements that s is, and whether a block of kind k takes it. A statement
// that could not be read is taken anywhere.
func Keyword(s Stmt, k BlockKind) (name string, taken bool) {
	name, block := keywordOf(s)
	if name == "" {
		return "", true
	}
	for i := range Statements {
		t := &Statements[i]
		if t.Name == name && t.Takes(k) && (name != "group" || block == (t.Body != 0)) {
			return name, true
		}
	}
	return name, false
}

// keywordOf is the keyword of s, and, where two statements have the same, whether s is the one with a block.
func keywordOf(s Stmt) (name string, block bool) {
	switch s := s.(type) {
	case *Attribute:
		return "attribute", false
	case *Section:
		return s.Name.Name, true
	case *Column:
		return "column", false
	case *Where:
		return "where", false
	case *Join:
		return "join", false
	case *Group:
		return "group", true
	case *Total:
		return "group", false
	case *Key:
		return "key", false
	case *Compare:
		return "compare", false
	case *Unique:
		return "unique", false
	case *Assert:
		return "assert", false
	case *Drill:
		return "drill", false
	case *Gate:
		return s.Severity.Name, false
	case *Handler:
		return "on", false
	case *Do:
		return "do", false
	case *Use:
		return "use", false
	case *Trigger:
		return "trigger", false
	}
	return "", false
}
