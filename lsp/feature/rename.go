package feature

import (
	"fmt"
	"slices"
	"strings"

	"github.com/recon-lang/recon/lang"
	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// RenameError says why something cannot have another name, in the words of the language.
type RenameError struct{ Text string }

func (e *RenameError) Error() string { return e.Text }

func noRename(format string, args ...any) error { return &RenameError{fmt.Sprintf(format, args...)} }

// PrepareRename is the name at an offset that can be another one.
func PrepareRename(s *Snapshot, offset int) (at diag.Span, err error) {
	p, err := s.renamed(offset)
	return p.span, err
}

func (s *Snapshot) renamed(offset int) (place, error) {
	p, ok := s.index().at(s.File.Span.File, offset)
	if !ok {
		return place{}, noRename("there is no name here that could be another one")
	}
	switch sym := p.symbols[0]; sym.Kind {
	case check.FunctionSymbol:
		return place{}, noRename("%s belongs to the language and keeps its name", sym.Name)
	case check.PluginSymbol, check.SettingSymbol:
		return place{}, noRename("%s belongs to the plugin and keeps its name", sym.Name)
	case check.ModuleSymbol:
		if sym.Span.Start == sym.Span.End {
			return place{}, noRename("this is the name of a file; the name of the module is written after as")
		}
	case check.ColumnSymbol:
		for _, sym := range p.symbols {
			if !s.written(sym) {
				return place{}, noRename("column %s stands in recon.lock; to give it another name, declare in columns { … } of its source: name type = column(%q)", sym.Name, sym.Name)
			}
		}
	}
	return p, nil
}

// written reports whether a column is declared in a rule file.
func (s *Snapshot) written(column *check.Symbol) bool {
	n := s.index()
	_, coined := n.coined[column.Span]
	return coined || slices.ContainsFunc(n.all[idOf(column)], func(p place) bool { return p.def })
}

// Rename is what to change so that the thing at an offset has another name, in all files. What would change besides the name stays: a
// column still reads what it read, a key or comparison that was called after it keeps its name, and the state of a rule follows it.
// The files with the changes are checked before: an error that they would have is a RenameError.
func Rename(s *Snapshot, offset int, name string) ([]diag.Edit, error) {
	p, err := s.renamed(offset)
	if err != nil {
		return nil, err
	}
	if err := fitName(name); err != nil {
		return nil, err
	}
	old := p.symbols[0].Name
	if name == old {
		return nil, nil
	}
	r := &renaming{Snapshot: s, names: s.index(), old: old, name: name, done: map[identity]bool{}}
	for _, sym := range p.symbols {
		r.symbol(sym)
	}
	r.keepNames()
	slices.SortFunc(r.edits, func(a, b diag.Edit) int { return bySpan(a.Span, b.Span) })
	if err := r.try(); err != nil {
		return nil, err
	}
	return r.edits, nil
}

// fitName refuses what is no name, and words that mean something else wherever a name could stand.
func fitName(name string) error {
	switch {
	case name == "":
		return noRename("a name has at least one letter")
	case !syntax.IsName(name):
		return noRename("%q is no name: a name has letters, digits and _, and starts with a letter or _", name)
	}
	switch name {
	case "and", "or", "not", "in", "true", "false", "null":
		return noRename("%s is a word of expressions and cannot be a name", name)
	}
	return nil
}

// renaming is one change of a name.
type renaming struct {
	*Snapshot
	names     *names
	old, name string
	done      map[identity]bool
	edits     []diag.Edit
}

func (r *renaming) edit(at diag.Span, text string) {
	if !slices.Contains(r.edits, diag.Edit{Span: at, New: text}) {
		r.edits = append(r.edits, diag.Edit{Span: at, New: text})
	}
}

// symbol gives a symbol and all that must be called like it the other name.
func (r *renaming) symbol(sym *check.Symbol) {
	id := idOf(sym)
	if r.done[id] || sym.Name != r.old {
		return
	}
	r.done[id] = true
	if c, ok := r.names.coined[sym.Span]; ok && c.symbol != nil && idOf(c.symbol) == id {
		r.edit(c.at, " as "+r.name)
	}
	for _, p := range r.names.all[id] {
		if _, coined := r.names.coined[p.span]; coined && p.def || p.def && r.names.declared(sym) != sym.Span {
			continue
		}
		switch text := p.span.Text(); {
		case text == r.old:
			r.edit(p.span, r.name)
		case strings.Trim(text, `"'`) == r.old: // in the head of a table
			r.edit(diag.Span{File: p.span.File, Start: p.span.Start + 1, End: p.span.End - 1}, r.name)
		}
		if !p.def {
			for _, other := range p.symbols {
				r.symbol(other)
			}
		}
	}
	switch sym.Kind {
	case check.ColumnSymbol:
		r.column(sym)
	case check.ParamSymbol:
		r.param(sym)
	case check.RuleSymbol:
		r.rule(sym)
	}
}

// column keeps what a column reads, and takes along the columns of that name with which it is one in a view.
func (r *renaming) column(sym *check.Symbol) {
	path := r.pathTo(sym.Span)
	for i, node := range path {
		c, ok := node.(*syntax.Column)
		if !ok || c.Name.Span != sym.Span || c.Value != nil {
			continue
		}
		if b, ok := path[i-1].(*syntax.Block); ok && b.Kind == syntax.ColumnsBlock {
			r.edit(diag.Span{File: sym.Span.File, Start: c.Span.End, End: c.Span.End}, fmt.Sprintf(" = column(%q)", r.old))
		}
	}
	for _, s := range r.Unit.Program.Sources {
		if s.View == nil || len(s.View.Parts) < 2 {
			continue
		}
		for k, c := range s.View.Row {
			if c.Name != r.old || k >= len(s.View.Parts[0].Columns) {
				continue
			}
			one := false
			for _, p := range s.View.Parts {
				one = one || p.Source.Columns[p.Columns[k]].Span == sym.Span
			}
			for _, p := range s.View.Parts {
				if at := p.Source.Columns[p.Columns[k]].Span; one {
					r.symbol(&check.Symbol{Kind: check.ColumnSymbol, Name: r.old, Span: at})
				}
			}
		}
	}
}

// param takes along the parameters of that name in other files: --param sets them all.
func (r *renaming) param(sym *check.Symbol) {
	top := false
	var same []*check.Symbol
	for _, f := range r.Unit.Files {
		for _, d := range f.Decls {
			if d, ok := d.(*syntax.Param); ok && d.ParamDef.Name.Name == r.old {
				top = top || d.ParamDef.Name.Span == sym.Span
				same = append(same, &check.Symbol{Kind: check.ParamSymbol, Name: r.old, Span: d.ParamDef.Name.Span})
			}
		}
	}
	for _, s := range same {
		if top {
			r.symbol(s)
		}
	}
}

// rule lets the state follow: moved OLD to NEW. A rule that gets back a name that it had before needs its line no longer.
func (r *renaming) rule(sym *check.Symbol) {
	for _, f := range r.Unit.Files {
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *syntax.Rule:
				if d.Name.Span == sym.Span {
					r.edit(diag.Span{File: d.Span.File, Start: d.Span.End, End: d.Span.End}, "\n\nmoved "+r.old+" to "+r.name)
				}
			case *syntax.Moved:
				if d.From.String() == r.name && d.To.Last().Name == r.old {
					text, at := d.Span.File.Text, d.Span
					r.edits = slices.DeleteFunc(r.edits, func(e diag.Edit) bool {
						return e.Span.File == at.File && at.Start <= e.Span.Start && e.Span.End <= at.End
					})
					for at.End < len(text) && (text[at.End] == '\n' || text[at.End] == '\r') {
						at.End++
					}
					r.edit(at, "")
				}
			}
		}
	}
}

// keepNames writes down the names of keys, comparisons and groups that were called after what has another name now.
func (r *renaming) keepNames() {
	for _, e := range slices.Clone(r.edits) {
		for of, c := range r.names.coined {
			if c.of != e.Span || of == e.Span && c.symbol != nil && c.symbol.Kind == check.ModuleSymbol {
				continue
			}
			if c.symbol != nil && r.done[idOf(c.symbol)] {
				continue
			}
			r.edit(c.at, " as "+r.old)
		}
	}
}

// try checks the files as they would be.
func (r *renaming) try() error {
	var files []*diag.File
	byName := map[string]*diag.File{}
	for _, f := range r.Unit.Files {
		was := f.Span.File
		now := &diag.File{Name: was.Name, Text: apply(was, r.edits)}
		files, byName[was.Name] = append(files, now), now
	}
	open := func(name string) (*diag.File, error) {
		if f := byName[name]; f != nil {
			return f, nil
		}
		return nil, fmt.Errorf("there is no file %s", name)
	}
	u := lang.CompileAll(files, open, func([]string) schema.Catalog { return r.Unit.Catalog })
	more := map[diag.Code]int{}
	told := map[string]bool{}
	for _, d := range r.Unit.Diags {
		more[d.Code]--
		told[string(d.Code)+d.Message] = true
	}
	for _, d := range u.Diags {
		more[d.Code]++
	}
	var first *diag.Diagnostic
	for i, d := range u.Diags {
		fresh := d.Severity == diag.Error && more[d.Code] > 0 && !told[string(d.Code)+d.Message]
		if fresh && (first == nil || d.Code == diag.AlreadyDeclared && first.Code != d.Code) { // the cause of whatever else is wrong then
			first = &u.Diags[i]
		}
	}
	if first == nil {
		return nil
	}
	text := first.Message
	if first.Hint != "" && first.Code != diag.AlreadyDeclared {
		text += "; " + first.Hint
	}
	return noRename("%s cannot be called %s: %s", r.old, r.name, text)
}

// apply is the text of a file with the edits that are its, which do not overlap and come in order.
func apply(f *diag.File, edits []diag.Edit) []byte {
	var out []byte
	at := 0
	for _, e := range edits {
		if e.Span.File == f {
			out = append(append(out, f.Text[at:e.Span.Start]...), e.New...)
			at = e.Span.End
		}
	}
	return append(out, f.Text[at:]...)
}

// BareName is the name that stands at a place, without the quotes that it may have in the head of a table.
func BareName(at diag.Span) string { return strings.Trim(at.Text(), `"'`) }
