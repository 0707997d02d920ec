package feature

import (
	"fmt"
	"strings"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
)

// missingColumn declares a column that is named at a place and that a source does not have: of the type that recon.lock knows, or
// of what the column is held against, or a text.
func missingColumn(s *Snapshot, at diag.Span) (list []Action) {
	name := at.Text()
	if !syntax.IsName(name) {
		return nil
	}
	for _, source := range s.ownersOf(at) {
		if e, ok := addColumn(source, name, s.columnType(source, name, at)); ok {
			list = append(list, edited(fmt.Sprintf("add column %s to %s", name, source.Name.Name), QuickFix, e))
		}
	}
	return list
}

// ownersOf are the sources of which a name at a place can be a column: the one before its dot, that around it, or all sides.
func (s *Snapshot) ownersOf(at diag.Span) (sources []*syntax.Source) {
	var rule *syntax.Rule
	for _, n := range syntax.Path(s.File, at.Start) {
		switch n := n.(type) {
		case *syntax.Source:
			return []*syntax.Source{n}
		case *syntax.View:
			for _, ref := range n.From {
				sources = s.addSource(sources, ref, "")
			}
			return sources
		case *syntax.Rule:
			rule = n
		}
	}
	if rule == nil {
		return nil
	}
	owner := ""
	if head, ok := strings.CutSuffix(strings.TrimRight(string(s.Text()[lineStart(s.Text(), at.Start):at.Start]), " \t"), "."); ok {
		owner = head[strings.LastIndexFunc(head, func(r rune) bool { return !syntax.IsName("a" + string(r)) })+1:]
		for owner != "" && !syntax.IsName(owner) { // the end of a wide character that is none of a name
			owner = owner[1:]
		}
	}
	for _, side := range rule.Sides {
		if owner == "" || side.Name().Name == owner {
			sources = s.addSource(sources, side.Ref, at.Text())
		}
	}
	return sources
}

// addSource adds the source that a name stands for, if it lacks a column.
func (s *Snapshot) addSource(sources []*syntax.Source, ref *syntax.Ref, column string) []*syntax.Source {
	sym := s.Unit.Info.Uses[ref.Last().Span]
	if sym == nil {
		return sources
	}
	for _, f := range s.Unit.Files {
		for _, d := range f.Decls {
			if d, ok := d.(*syntax.Source); ok && d.Name.Span == sym.Span && (column == "" || !hasColumn(d, column)) {
				return append(sources, d)
			}
		}
	}
	return sources
}

func columnsOf(d *syntax.Source) *syntax.Block {
	if d.Body == nil {
		return nil
	}
	for _, stmt := range d.Body.Stmts {
		if sec, ok := stmt.(*syntax.Section); ok && sec.Body != nil && sec.Body.Kind == syntax.ColumnsBlock {
			return sec.Body
		}
	}
	return nil
}

func hasColumn(d *syntax.Source, name string) bool {
	b := columnsOf(d)
	if b == nil {
		return false
	}
	for _, stmt := range b.Stmts {
		if c, ok := stmt.(*syntax.Column); ok && c.Name.Name == name {
			return true
		}
	}
	return false
}

// columnType is what the type of a column probably is.
func (s *Snapshot) columnType(source *syntax.Source, name string, at diag.Span) string {
	if c, ok := s.Unit.Catalog.Tables[source.Name.Name].Find(name); ok {
		return c.Type.String()
	}
	for _, n := range syntax.Path(s.File, at.Start) {
		eq, ok := n.(*syntax.Equation)
		if !ok {
			continue
		}
		for _, term := range eq.Terms {
			if known, ok := s.Unit.Info.Types[term.Span]; ok && (at.Start < term.Span.Start || at.Start >= term.Span.End) {
				text := known.Type.String()
				if known.Unit.Name != "" {
					text += fmt.Sprintf(" unit %q", known.Unit.Name)
				}
				return text
			}
		}
	}
	return "string"
}

// addColumn declares a column behind the others. A source that declares none has those of recon.lock, and is left as it is.
func addColumn(source *syntax.Source, name, typ string) (e diag.Edit, ok bool) {
	b := columnsOf(source)
	if b == nil || b.Span.End <= b.Span.Start+1 {
		return e, false
	}
	text := b.Span.File.Text
	at := diag.Span{File: b.Span.File}
	decl := name + " " + typ
	if len(b.Stmts) == 0 {
		at.Start, at.End = b.Span.Start+1, b.Span.End-1
		return diag.Edit{Span: at, New: " " + decl + " "}, true
	}
	last := b.Stmts[len(b.Stmts)-1].At()
	at.Start, at.End = last.End, last.End
	if b.OneLine {
		return diag.Edit{Span: at, New: ", " + decl}, true
	}
	at.Start = lineEnd(text, last.End)
	at.End = at.Start
	indent := text[lineStart(text, last.Start):last.Start]
	return diag.Edit{Span: at, New: lineBreak(text) + string(indent) + decl}, true
}
