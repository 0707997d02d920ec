package check

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
)

// importDecl is an import; module is nil if its file could not be read, or imports this one in turn.
type importDecl struct {
	*Symbol
	tree   *syntax.Import
	module *module
}

// imported makes the name of an import known.
func (m *module) imported(d *syntax.Import) {
	name := &syntax.Ident{Place: syntax.Place{Span: d.Path.Span}, Name: stem(d.Path.Value)}
	if d.As != nil {
		name = d.As
	}
	if old, taken := m.imports[name.Name]; taken {
		m.twice(name, old.Symbol)
		return
	}
	m.imports[name.Name] = &importDecl{Symbol: m.symbol(ModuleSymbol, name, d.Doc), tree: d}
}

// link finds the modules that m imports.
func (m *module) link(files map[*syntax.Import]*syntax.File, modules map[*syntax.File]*module) {
	for _, d := range m.imports {
		d.module = modules[files[d.tree]]
		if d.module == nil {
			continue
		}
		m.use(d.tree.Path.Span, &Symbol{Kind: ModuleSymbol, Name: d.Name, Span: diag.Span{File: d.module.tree.Span.File}})
	}
	for _, d := range m.tree.Decls {
		if d, ok := d.(*syntax.Import); ok && d.As == nil && files[d] != nil && !syntax.IsName(stem(d.Path.Value)) {
			m.report(diag.ImportName, d.Path.Span, fmt.Sprintf("%q is no name for a module", stem(d.Path.Value)), "add: as name")
		}
	}
}

// importsOf are the imports of m in the order of the text.
func (m *module) importsOf() []*importDecl {
	var list []*importDecl
	for _, d := range m.tree.Decls {
		if d, ok := d.(*syntax.Import); ok {
			for _, i := range m.imports {
				if i.tree == d {
					list = append(list, i)
				}
			}
		}
	}
	return list
}

// inOrder puts modules in an order in which each stands behind those that it imports. It reports imports that go
// round in a circle, and cuts them.
func inOrder(modules []*module) []*module {
	var order, path []*module
	states := map[*module]progress{}
	var visit func(m *module)
	visit = func(m *module) {
		states[m] = underway
		path = append(path, m)
		for _, d := range m.importsOf() {
			switch {
			case d.module == nil:
			case states[d.module] == underway:
				m.circle(d, path)
				d.module = nil
			case states[d.module] == fresh:
				visit(d.module)
			}
		}
		path = path[:len(path)-1]
		states[m] = done
		order = append(order, m)
	}
	for _, m := range modules {
		if states[m] == fresh {
			visit(m)
		}
	}
	return order
}

// circle reports an import that leads back to a file of path, which ends with m.
func (m *module) circle(d *importDecl, path []*module) {
	var names []string
	for i := len(path) - 1; i >= 0; i-- {
		names = append([]string{path[i].fileName()}, names...)
		if path[i] == d.module {
			break
		}
	}
	names = append(names, d.module.fileName())
	m.report(diag.ImportCircle, d.tree.Path.Span, "these files import each other in a circle: "+strings.Join(names, ", "),
		"move what they share to a file of its own, which both import")
}

func (m *module) fileName() string { return filepath.Base(m.tree.Span.File.Name) }

// look finds the module in which the last name of ref is to be found: m itself, or one that it imports. ok is
// false after a report, here or of the import.
func (m *module) look(ref *syntax.Ref) (in *module, name *syntax.Ident, ok bool) {
	switch head := ref.Names[0]; len(ref.Names) {
	case 1:
		return m, head, true
	case 2:
		in, ok = m.lookIn(head, ref.Names[1].Name, ref.Names[1].Span)
		return in, ref.Names[1], ok
	}
	m.report(diag.UnknownName, ref.Span, fmt.Sprintf("%s has too many parts", ref), "what another file declares is written module.name")
	return nil, nil, false
}

// lookIn is the module that head names, in which name is to be found. ok is false after a report, here or of the
// import.
func (m *module) lookIn(head *syntax.Ident, name string, at diag.Span) (in *module, ok bool) {
	d, found := m.imports[head.Name]
	if !found {
		if !m.inBroken(head.Name) {
			known := knownNames(m.imports)
			m.add(diag.Diagnostic{Code: diag.UnknownModule, Span: head.Span, Message: fmt.Sprintf("no import is named %q", head.Name),
				Hint: orElse(hintNames(head.Name, "the imports are", known), fmt.Sprintf("add at the top of the file: import \"%s.recon\"", head.Name)), Fixes: fixName(head.Span, head.Name, known)})
		}
		return nil, false
	}
	m.use(head.Span, d.Symbol)
	if d.module == nil {
		return nil, false
	}
	if private(name) {
		m.report(diag.PrivateName, at, fmt.Sprintf("%s is private to %s", name, d.module.fileName()), "names that start with _ are for their own file; rename it there if others shall use it")
		return nil, false
	}
	return d.module, true
}

// private reports whether only the file that declares name may use it.
func private(name string) bool { return strings.HasPrefix(name, "_") }

// public leaves out the names that other files than the own cannot use.
func (m *module) public(in *module, all []string) []string {
	if in == m {
		return all
	}
	var list []string
	for _, name := range all {
		if !private(name) {
			list = append(list, name)
		}
	}
	return list
}

// missed reports that ref names nothing of its kind in module in. declare is what its author may do if nothing is near.
func (m *module) missed(code diag.Code, in *module, ref *syntax.Ref, kind string, all []string, declare string) {
	name := ref.Last()
	if in.inBroken(name.Name) {
		return
	}
	known := m.public(in, all)
	what := fmt.Sprintf("the %ss are", kind)
	if in != m {
		what = fmt.Sprintf("the %ss of %s are", kind, in.fileName())
	}
	m.add(diag.Diagnostic{Code: code, Span: ref.Span, Message: fmt.Sprintf("unknown %s %q", kind, ref),
		Hint: orElse(hintNames(name.Name, what, known), declare), Fixes: fixName(name.Span, name.Name, known)})
}

// findRows is the source or view that ref names; ok is false after a report.
func (m *module) findRows(ref *syntax.Ref) (d *rowsDecl, ok bool) {
	m = m.whence(ref)
	in, name, ok := m.look(ref)
	if !ok {
		return nil, false
	}
	if d, ok = in.rows[name.Name]; !ok {
		m.missed(diag.UnknownSource, in, ref, "source", knownNames(in.rows), "")
		return nil, false
	}
	m.use(name.Span, d.Symbol)
	return d, true
}

// findAction is the action that ref names; ok is false after a report.
func (m *module) findAction(ref *syntax.Ref) (d *actionDecl, ok bool) {
	m = m.whence(ref)
	in, name, ok := m.look(ref)
	if !ok {
		return nil, false
	}
	if d, ok = in.actions[name.Name]; !ok {
		m.missed(diag.UnknownAction, in, ref, "action", knownNames(in.actions), "declare it: action "+name.Name+" from webhook { … }")
		return nil, false
	}
	m.use(name.Span, d.Symbol)
	return d, true
}

// findRule is the rule that ref names; ok is false after a report.
func (m *module) findRule(ref *syntax.Ref) (d *ruleDecl, ok bool) {
	m = m.whence(ref)
	in, name, ok := m.look(ref)
	if !ok {
		return nil, false
	}
	if d, ok = in.rules[name.Name]; !ok {
		m.missed(diag.UnknownRule, in, ref, "rule", knownNames(in.rules), "")
		return nil, false
	}
	m.use(name.Span, d.Symbol)
	return d, true
}

// moduleName is module.name in an expression: a let or parameter of another file. ok is false if head is no import.
func (x *typer) moduleName(n, head, name *node) (v value, ok bool) {
	if _, is := x.imports[head.text]; !is {
		return value{}, false
	}
	if x.row != nil && x.row.Name == head.text || slices.ContainsFunc(x.sides, func(s *side) bool { return s.name == head.text }) {
		x.report(diag.AmbiguousName, head.span, fmt.Sprintf("%q is a module as well as a side", head.text), "give the import another name with as")
		return value{}, true
	}
	in, found := x.lookIn(&syntax.Ident{Place: syntax.Place{Span: head.span}, Name: head.text}, name.text, name.at)
	if !found {
		return value{}, true
	}
	if d, ok := in.constants[name.text]; ok {
		return x.constantValue(n.span, name.at, d), true
	}
	if !in.inBroken(name.text) {
		known := x.public(in, knownNames(in.constants))
		x.add(diag.Diagnostic{Code: diag.UnknownName, Span: name.at, Message: fmt.Sprintf("%s has no let or parameter %q", in.fileName(), name.text),
			Hint: hintNames(name.text, "it has", known), Fixes: fixName(name.at, name.text, known)})
	}
	return value{}, true
}
