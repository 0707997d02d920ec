package feature

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/lang/syntax"
)

// imports adds the other files of the workspace.
func (l *list) imports() {
	dir := filepath.Dir(l.File.Span.File.Name)
	taken := map[string]bool{}
	for _, d := range l.File.Decls {
		if d, ok := d.(*syntax.Import); ok && d.Path != nil && !spanIn(l.word, d.Path.Span) {
			taken[d.Path.Value] = true
		}
	}
	for _, f := range l.opt.Files {
		rel, err := filepath.Rel(dir, f)
		if err != nil || f == l.File.Span.File.Name || taken[filepath.ToSlash(rel)] {
			continue
		}
		rel = filepath.ToSlash(rel)
		l.add(strings.Count(rel, "../"), Item{Kind: FileItem, Label: quoted(rel), Filter: quoted(rel)})
	}
}

// plugins adds the plugins of sources or actions; what they need comes with them where the block does not stand yet.
func (l *list) plugins(what string) {
	cat := l.Unit.Catalog
	body := !l.blockFollows()
	if what == "source" {
		for _, name := range sortedKeys(cat.Sources) {
			p := cat.Sources[name]
			l.add(0, Item{Kind: PluginItem, Label: name, Detail: "source plugin", Doc: p.Doc, Insert: l.pluginForm(name, p.Settings, p.OneSetting, body), Snippet: body})
		}
		return
	}
	for _, name := range sortedKeys(cat.Actions) {
		p := cat.Actions[name]
		l.add(0, Item{Kind: PluginItem, Label: name, Detail: "action plugin", Doc: p.Doc, Insert: l.pluginForm(name, p.Settings, nil, body), Snippet: body})
	}
}

// blockFollows reports whether a { stands on the line behind the cursor.
func (l *list) blockFollows() bool {
	rest := l.Text()[l.word.End:]
	for _, b := range rest {
		switch b {
		case '{':
			return true
		case '\n':
			return false
		}
	}
	return false
}

// refs adds names of these kinds, of this file and of modules.
func (l *list) refs(toks []syntax.Token, f *syntax.File, kinds ...check.SymbolKind) {
	if path := l.path(toks); len(path) > 0 {
		if f = l.module(f, path[0]); f == nil || len(path) > 1 {
			return
		}
		for _, s := range l.globals(f, kinds...) {
			if !strings.HasPrefix(s.Name, "_") {
				l.add(0, symbolItem(s))
			}
		}
		return
	}
	for _, s := range l.globals(f, kinds...) {
		l.add(0, symbolItem(s))
	}
	for _, m := range l.globals(f, check.ModuleSymbol) {
		if other := l.module(f, m.Name); other != nil && len(l.globals(other, kinds...)) > 0 {
			l.add(1, symbolItem(m))
		}
	}
}

// ruleSide is the head of a rule behind between or over: the side that is being written stands after the last comma.
func (l *list) ruleSide(toks, sides []syntax.Token) {
	for i := len(sides) - 1; i >= 0; i-- {
		if l.textOf(sides[i]) == "," {
			sides = sides[i+1:]
			break
		}
	}
	switch n := len(sides); {
	case slices.ContainsFunc(sides, func(t syntax.Token) bool { return l.textOf(t) == "as" }):
	case n > 0 && l.endsOperand(sides[n-1]):
		l.words(0, "as")
	default:
		l.sideRefs(toks, sides)
	}
}

// drilled adds what a drill is into: columns without the name of a side, those that several sides have first.
func (l *list) drilled(sc *scope) {
	for i, s := range sc.sides {
		for _, c := range s.columns {
			tier := 1
			if slices.ContainsFunc(sc.sides[i+1:], func(o side) bool { return columnNamed(o.columns, c.Name) != nil }) {
				tier = 0
			}
			if !keyed(c) {
				tier += 2
			}
			l.add(tier, symbolItem(c))
		}
	}
	row := *sc
	row.place = anywhere // of one row, although the rule pairs totals
	l.functions(&row, false)
}

// sideRefs adds what a rule can be between, what it is between already last.
func (l *list) sideRefs(toks, rest []syntax.Token) {
	if len(l.path(rest)) > 0 {
		l.refs(rest, l.File, check.SourceSymbol, check.ViewSymbol)
		return
	}
	for _, s := range l.globals(l.File, check.SourceSymbol, check.ViewSymbol) {
		tier := 0
		if slices.ContainsFunc(toks, func(t syntax.Token) bool { return l.textOf(t) == s.Name }) {
			tier = 2
		}
		l.add(tier, symbolItem(s))
	}
	l.refs(rest, l.File, check.SourceSymbol, check.ViewSymbol)
}

// actions adds what a handler can do, with the fields that it needs where the block does not stand yet.
func (l *list) actions(toks []syntax.Token) {
	if len(l.path(toks)) == 0 && !l.blockFollows() {
		for _, s := range l.globals(l.File, check.ActionSymbol) {
			if d := actionIn(l.File, s.Name); d != nil && d.Plugin != nil {
				it := symbolItem(s)
				it.Insert, it.Snippet = l.pluginForm(s.Name, l.Unit.Catalog.Actions[d.Plugin.Name].Fields, nil, true), true
				l.add(0, it)
			}
		}
	}
	l.refs(toks, l.File, check.ActionSymbol)
}
