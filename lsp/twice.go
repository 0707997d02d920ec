package lsp

import (
	"fmt"
	"slices"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
)

// twice finds rules of one name in files that no import joins: names of rules are unique among the files of a folder, since they share
// its state. Of files that belong together the checker says it. By path, worked out once.
func (w *workspace) twice() map[string]diag.List {
	w.names.Do(func() {
		w.same = map[string]diag.List{}
		for _, dir := range w.folders {
			first := map[string]*syntax.Ident{}
			for _, path := range w.paths() {
				if !within(path, dir) {
					continue
				}
				tree, _ := w.docs[path].parsed()
				for _, d := range tree.Decls {
					if r, ok := d.(*syntax.Rule); ok && r.Name != nil {
						w.claim(first, r.Name)
					}
				}
			}
		}
	})
	return w.same
}

// claim takes a rule's name, or says that it is taken.
func (w *workspace) claim(first map[string]*syntax.Ident, name *syntax.Ident) {
	old, at := first[name.Name], name.Span
	switch {
	case old == nil:
		first[name.Name] = name
	case w.units[old.Span.File.Name] != w.units[at.File.Name]:
		w.same[at.File.Name] = append(w.same[at.File.Name], diag.Diagnostic{
			Code: diag.AlreadyDeclared, Span: at, Message: fmt.Sprintf("rule %q is declared already", name.Name),
			Hint: "give one of them another name", Related: []diag.Related{{Span: old.Span, Message: "the first declaration"}},
		})
	}
}

// alike reports whether two lists say the same at the same places.
func alike(a, b diag.List) bool {
	return slices.EqualFunc(a, b, func(x, y diag.Diagnostic) bool {
		return x.Message == y.Message && x.Span.Start == y.Span.Start && x.Related[0].Span.File.Name == y.Related[0].Span.File.Name && x.Related[0].Span.Start == y.Related[0].Span.Start
	})
}
