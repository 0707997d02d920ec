package feature

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"

	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
)

// declarations are the declared names of the files of a project, in the order of the text.
type declarations struct {
	byFile map[*diag.File]map[check.SymbolKind][]*check.Symbol
	trees  map[string]*syntax.File
}

func declarationsOf(p *Project) *declarations {
	n := &declarations{byFile: map[*diag.File]map[check.SymbolKind][]*check.Symbol{}, trees: map[string]*syntax.File{}}
	for _, f := range p.Unit.Files {
		n.trees[f.Span.File.Name] = f
	}
	for _, s := range p.Unit.Info.Defs {
		kinds := n.byFile[s.Span.File]
		if kinds == nil {
			kinds = map[check.SymbolKind][]*check.Symbol{}
			n.byFile[s.Span.File] = kinds
		}
		kinds[s.Kind] = append(kinds[s.Kind], s)
	}
	for _, kinds := range n.byFile {
		for _, list := range kinds {
			slices.SortFunc(list, func(a, b *check.Symbol) int { return cmp.Compare(a.Span.Start, b.Span.Start) })
		}
	}
	return n
}

// declaredIn are the names of these kinds in a file.
func (s *Snapshot) declaredIn(f *syntax.File, kinds ...check.SymbolKind) (list []*check.Symbol) {
	of := s.declarations().byFile[f.Span.File]
	for _, k := range kinds {
		list = append(list, of[k]...)
	}
	return list
}

// globals are declared names that are visible as they are: without those that belong to a template.
func (s *Snapshot) globals(f *syntax.File, kinds ...check.SymbolKind) (list []*check.Symbol) {
	for _, sym := range s.declaredIn(f, kinds...) {
		if sym.Kind != check.ParamSymbol || !slices.ContainsFunc(f.Decls, func(d syntax.Decl) bool {
			_, template := d.(*syntax.Template)
			return template && spanIn(sym.Span, d.At())
		}) {
			list = append(list, sym)
		}
	}
	return list
}

func spanIn(s, in diag.Span) bool { return s.File == in.File && in.Start <= s.Start && s.End <= in.End }

// inside are the names of a kind that are declared in a part of a file.
func (s *Snapshot) inside(at diag.Span, kind check.SymbolKind) (list []*check.Symbol) {
	for _, sym := range s.declarations().byFile[at.File][kind] {
		if spanIn(sym.Span, at) {
			list = append(list, sym)
		}
	}
	return list
}

// module is the file that a file knows under a name, or nil.
func (s *Snapshot) module(f *syntax.File, name string) *syntax.File {
	for _, d := range f.Decls {
		d, ok := d.(*syntax.Import)
		if !ok || d.Path == nil {
			continue
		}
		as := strings.TrimSuffix(filepath.Base(filepath.FromSlash(d.Path.Value)), ".recon")
		if d.As != nil {
			as = d.As.Name
		}
		if as == name {
			return s.declarations().trees[filepath.Join(filepath.Dir(f.Span.File.Name), filepath.FromSlash(d.Path.Value))]
		}
	}
	return nil
}

// find is what a reference means, and the file that declares it; nil if nothing.
func (s *Snapshot) find(f *syntax.File, ref []string, kinds ...check.SymbolKind) (*check.Symbol, *syntax.File) {
	if len(ref) == 2 {
		if f = s.module(f, ref[0]); f == nil {
			return nil, nil
		}
		ref = ref[1:]
	}
	if len(ref) != 1 {
		return nil, nil
	}
	for _, sym := range s.globals(f, kinds...) {
		if sym.Name == ref[0] {
			return sym, f
		}
	}
	return nil, nil
}

// side is something whose rows an expression may read.
type side struct {
	name    string
	rows    *check.Symbol // the source or view; nil if it is not known
	columns []*check.Symbol
}

func (s *Snapshot) sideOf(f *syntax.File, ref []string, as string) side {
	rows, _ := s.find(f, ref, check.SourceSymbol, check.ViewSymbol)
	out := side{name: as, rows: rows}
	if as == "" && len(ref) > 0 {
		out.name = ref[len(ref)-1]
	}
	if rows != nil {
		out.columns = s.columnsOf(rows)
	}
	return out
}

// columnsOf are the columns of a source or view.
func (s *Snapshot) columnsOf(rows *check.Symbol) []*check.Symbol { return s.Unit.Info.Columns[rows] }

func refNames(r *syntax.Ref) (list []string) {
	if r != nil {
		for _, n := range r.Names {
			list = append(list, n.Name)
		}
	}
	return list
}

// ruleSides are the sides of a rule of a file.
func (s *Snapshot) ruleSides(f *syntax.File, r *syntax.Rule) (list []side) {
	for _, x := range r.Sides {
		as := ""
		if x.As != nil {
			as = x.As.Name
		}
		list = append(list, s.sideOf(f, refNames(x.Ref), as))
	}
	return list
}

// decl is the declaration of a name in a file, or nil.
func decl[T interface {
	comparable
	syntax.Decl
}](f *syntax.File, name func(T) *syntax.Ident, want string) (found T) {
	for _, d := range f.Decls {
		if d, ok := d.(T); ok && name(d) != nil && name(d).Name == want {
			return d
		}
	}
	return found
}

func ruleIn(f *syntax.File, name string) *syntax.Rule {
	return decl(f, func(r *syntax.Rule) *syntax.Ident { return r.Name }, name)
}

func viewIn(f *syntax.File, name string) *syntax.View {
	return decl(f, func(r *syntax.View) *syntax.Ident { return r.Name }, name)
}

func templateIn(f *syntax.File, name string) *syntax.Template {
	return decl(f, func(r *syntax.Template) *syntax.Ident { return r.Name }, name)
}

func actionIn(f *syntax.File, name string) *syntax.Action {
	return decl(f, func(r *syntax.Action) *syntax.Ident { return r.Name }, name)
}
