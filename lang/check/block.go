package check

import (
	"fmt"
	"maps"
	"slices"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
)

// block is the statements of a block by kind. Attributes are taken one by one; what is left
// over is unknown.
type block struct {
	attributes map[string]*syntax.Attribute
	order      []*syntax.Attribute
	sections   map[string]*syntax.Section
	wheres     []*syntax.Where
	other      []syntax.Stmt
	broken     bool // a statement could not be read
	templated  bool // it takes statements from a template, which is refused by name
}

// block sorts the statements of b, and reports what is given twice.
func (m *module) block(b *syntax.Block) *block {
	s := &block{attributes: map[string]*syntax.Attribute{}, sections: map[string]*syntax.Section{}}
	if b == nil {
		s.broken = true
		return s
	}
	for _, stmt := range b.Stmts {
		switch stmt := stmt.(type) {
		case *syntax.Attribute:
			if old := s.attributes[stmt.Name.Name]; old != nil {
				m.given2(stmt.Name.Span, stmt.Name.Name, old.Name.Span, "remove one of them")
				continue
			}
			s.attributes[stmt.Name.Name] = stmt
			s.order = append(s.order, stmt)
		case *syntax.Section:
			if old := s.sections[stmt.Name.Name]; old != nil {
				m.given2(stmt.Name.Span, stmt.Name.Name, old.Name.Span, "remove one of them")
				continue
			}
			s.sections[stmt.Name.Name] = stmt
		case *syntax.Where:
			s.wheres = append(s.wheres, stmt)
		case *syntax.BadStmt:
			s.broken = true
		default:
			s.other = append(s.other, stmt)
		}
	}
	return s
}

// given2 reports what stands twice in a block.
func (m *module) given2(at diag.Span, what string, first diag.Span, hint string) {
	m.add(diag.Diagnostic{Code: diag.GivenTwice, Span: at, Message: fmt.Sprintf("%s is given twice", what), Hint: hint,
		Related: []diag.Related{{Span: first, Message: "the first one"}}})
}

// take is the attribute of that name, or nil; it is no longer unknown then.
func (b *block) take(name string) *syntax.Attribute {
	a := b.attributes[name]
	delete(b.attributes, name)
	return a
}

// left are the attributes that nobody has taken, in the order of the text.
func (b *block) left() []*syntax.Attribute {
	left := slices.Collect(maps.Values(b.attributes))
	slices.SortFunc(left, func(a, b *syntax.Attribute) int { return a.Span.Start - b.Span.Start })
	return left
}

// unknownAttributes reports what nobody has taken in a block of a kind.
func (m *module) unknownAttributes(b *block, what string, kind syntax.BlockKind) {
	known := syntax.AttributeNames(kind)
	for _, a := range b.left() {
		m.add(diag.Diagnostic{Code: diag.UnknownAttribute, Span: a.Name.Span, Message: fmt.Sprintf("%s has no attribute %q", what, a.Name.Name),
			Hint: hintNames(a.Name.Name, "it has", known), Fixes: fixName(a.Name.Span, a.Name.Name, known)})
	}
}

// keyword is the place of the word at the start of a statement.
func keyword(statement diag.Span, word string) diag.Span {
	return diag.Span{File: statement.File, Start: statement.Start, End: min(statement.Start+len(word), statement.End)}
}
