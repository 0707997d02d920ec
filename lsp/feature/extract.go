package feature

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
)

// extractions make a template of the statements that are selected, and use it in their place.
func extractions(s *Snapshot, start, end int) []Action {
	if start == end || s.File.Faulty {
		return nil
	}
	decl, stmts := selected(s.File, start, end)
	if len(stmts) == 0 {
		return nil
	}
	return []Action{{Title: "extract into a template", Kind: Extract, Edits: func() ([]diag.Edit, error) {
		edits := extract(s, decl, stmts)
		if !s.checked(edits) {
			return nil, errors.New("these statements cannot stand in a template: what they name is not known there")
		}
		return edits, nil
	}}}
}

// selected are the statements of one block that lie in bytes [start, end), and the declaration that holds them: all of which a template
// takes.
func selected(f *syntax.File, start, end int) (decl syntax.Decl, stmts []syntax.Stmt) {
	for _, d := range f.Decls {
		switch d.(type) {
		case *syntax.Source, *syntax.View, *syntax.Action, *syntax.Rule:
		default:
			continue
		}
		b := syntax.Body(d)
		if b == nil || b.OneLine || start <= b.Span.Start || end >= b.Span.End {
			continue
		}
		for _, stmt := range b.Stmts {
			at := stmt.At()
			if at.End <= start || at.Start >= end {
				continue
			}
			_, use := stmt.(*syntax.Use)
			if _, taken := syntax.Keyword(stmt, syntax.TemplateBlock); !taken || use {
				return nil, nil
			}
			stmts = append(stmts, stmt)
		}
		return d, stmts
	}
	return nil, nil
}

// extract writes the template above the declaration.
func extract(s *Snapshot, decl syntax.Decl, stmts []syntax.Stmt) []diag.Edit {
	text, file, br := s.Text(), s.File.Span.File, lineBreak(s.Text())
	name := s.freeName("shared")
	from, to := withComments(text, stmts[0].At().Start), lineEnd(text, stmts[len(stmts)-1].At().End)
	body := string(text[from:to])
	indent := string(text[lineStart(text, stmts[0].At().Start):stmts[0].At().Start])
	above := withComments(text, decl.At().Start)
	template := fmt.Sprintf("template %s() {%s%s%s}%s%s", name, br, strings.TrimRight(body, " \t\r\n"), br, br, br)
	return []diag.Edit{
		{Span: diag.Span{File: file, Start: above, End: above}, New: template},
		{Span: diag.Span{File: file, Start: from, End: to}, New: indent + "use " + name + "()"},
	}
}

// freeName is a name that no declaration of the file has: base, or base with a number.
func (s *Snapshot) freeName(base string) string {
	name := base
	for n := 2; slices.ContainsFunc(s.File.Tokens, func(t syntax.Token) bool { return string(s.Text()[t.Start:t.End]) == name }); n++ {
		name = fmt.Sprintf("%s%d", base, n)
	}
	return name
}
