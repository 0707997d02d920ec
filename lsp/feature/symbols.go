package feature

import (
	"slices"
	"strings"
	"unicode"

	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
)

// Symbol is a part of a file that has a name, or that somebody would look for.
type Symbol struct {
	Name, Detail string
	Kind         check.SymbolKind // or TestSymbol, RunSymbol, GateSymbol, HandlerSymbol
	Span         diag.Span        // all of it
	At           diag.Span        // its name
	Children     []Symbol
}

// The kinds of symbols that nothing in the language can name.
const (
	TestSymbol    check.SymbolKind = "test"
	RunSymbol     check.SymbolKind = "run"
	GateSymbol    check.SymbolKind = "gate"
	HandlerSymbol check.SymbolKind = "handler"
)

// Symbols are the declarations of a file and what stands in them, in the order of the text. They are read off the text alone.
func Symbols(f *syntax.File) []Symbol {
	var list []Symbol
	for _, d := range f.Decls {
		if s, ok := declared(d); ok {
			s.Children = parts(syntax.Body(d))
			list = append(list, s)
		}
	}
	return list
}

func declared(d syntax.Decl) (Symbol, bool) {
	give := func(kind check.SymbolKind, name *syntax.Ident, detail string) (Symbol, bool) {
		return Symbol{Name: name.Name, Detail: detail, Kind: kind, Span: d.At(), At: name.Span}, true
	}
	switch d := d.(type) {
	case *syntax.Import:
		if d.As != nil {
			return give(check.ModuleSymbol, d.As, d.Path.Value)
		}
		return Symbol{Name: d.Path.Value, Kind: check.ModuleSymbol, Span: d.Span, At: d.Path.Span}, d.Path.Value != ""
	case *syntax.Param:
		return give(check.ParamSymbol, d.ParamDef.Name, oneLine(d.ParamDef.Type.Span.Text()))
	case *syntax.Let:
		return give(check.LetSymbol, d.Name, oneLine(d.Value.Text))
	case *syntax.Secret:
		return give(check.SecretSymbol, d.Name, "")
	case *syntax.Source:
		return give(check.SourceSymbol, d.Name, "from "+d.Plugin.Name)
	case *syntax.Action:
		return give(check.ActionSymbol, d.Name, "from "+d.Plugin.Name)
	case *syntax.View:
		return give(check.ViewSymbol, d.Name, "from "+refs(d.From))
	case *syntax.Rule:
		word := "between "
		if d.Over() {
			word = "over "
		}
		var sides []string
		for _, s := range d.Sides {
			sides = append(sides, s.Ref.String())
		}
		return give(check.RuleSymbol, d.Name, word+strings.Join(sides, ", "))
	case *syntax.Template:
		return give(check.TemplateSymbol, d.Name, "")
	case *syntax.Test:
		name := d.Title.Value
		if name == "" {
			name = "test"
		}
		return Symbol{Name: name, Detail: "for " + d.Rule.String(), Kind: TestSymbol, Span: d.Span, At: d.Title.Span}, true
	case *syntax.BadDecl:
		if d.Name != nil {
			return give(check.SymbolKind(firstWord(d.Span)), d.Name, "")
		}
	}
	return Symbol{}, false
}

func firstWord(s diag.Span) string {
	word, _, _ := strings.Cut(s.Text(), " ")
	return word
}

func refs(list []*syntax.Ref) string {
	var names []string
	for _, r := range list {
		names = append(names, r.String())
	}
	return strings.Join(names, ", ")
}

// parts are what somebody would look for in a block.
func parts(b *syntax.Block) (list []Symbol) {
	if b == nil {
		return nil
	}
	for _, s := range b.Stmts {
		add := func(kind check.SymbolKind, name, detail string, at diag.Span, children ...Symbol) {
			if name != "" {
				list = append(list, Symbol{Name: name, Detail: detail, Kind: kind, Span: s.At(), At: at, Children: children})
			}
		}
		switch s := s.(type) {
		case *syntax.Section:
			if s.Body != nil && s.Body.Kind == syntax.ColumnsBlock {
				list = append(list, parts(s.Body)...)
			}
		case *syntax.Column:
			add(check.ColumnSymbol, s.Name.Name, oneLine(s.Type.Span.Text()), s.Name.Span)
		case *syntax.Group:
			list = append(list, parts(s.Body)...)
		case *syntax.Key:
			name, at := called(s.Equation, s.As)
			add(check.KeySymbol, name, oneLine(s.Equation.Span.Text()), at)
		case *syntax.Total:
			name, at := called(s.Equation, s.As)
			add(check.KeySymbol, name, oneLine(s.Equation.Span.Text()), at)
		case *syntax.Compare:
			name, at := called(s.Equation, s.As)
			add(check.ComparisonSymbol, name, oneLine(s.Equation.Span.Text()), at)
		case *syntax.Assert:
			name, at := oneLine(s.Cond.Text), s.Cond.Span
			if s.As != nil {
				name, at = s.As.Name, s.As.Span
			}
			add(check.AssertSymbol, name, "", at)
		case *syntax.Unique:
			at := s.By[0].Expr.Span
			at.End = s.Span.End
			add(check.AssertSymbol, "unique "+oneLine(at.Text()), "", at)
		case *syntax.Gate:
			add(GateSymbol, s.Severity.Name+" when "+oneLine(s.When.Text), "", s.When.Span)
		case *syntax.Handler:
			name := "on " + s.Outcome.Name
			if s.Name != nil {
				name += " " + s.Name.Name
			}
			add(HandlerSymbol, name, "", s.Outcome.Span)
		case *syntax.Run:
			add(RunSymbol, "run at "+s.Instant.Value, "", s.Instant.Span)
		}
	}
	return list
}

// called is the name of a key or comparison, and where it stands.
func called(e *syntax.Equation, as *syntax.Ident) (string, diag.Span) {
	if as != nil {
		return as.Name, as.Span
	}
	first := e.Terms[0]
	if n := len(first.Tokens); n > 0 && first.Tokens[n-1].Kind == syntax.Name {
		return first.TokenText(first.Tokens[n-1]), first.TokenSpan(first.Tokens[n-1])
	}
	return oneLine(first.Text), first.Span
}

// Match says how well a name fits what somebody typed, 0 for not at all: its letters stand in the name in that order, whatever their
// case. The same text fits best, then one that begins with it, then one that has it in one piece, then the rest.
func Match(query, name string) int {
	q, n := fold(query), fold(name)
	switch {
	case len(q) == 0:
		return 1
	case string(q) == string(n):
		return 1000
	case strings.HasPrefix(string(n), string(q)):
		return 900 - min(len(n), 100)
	case strings.Contains(string(n), string(q)):
		return 700 - min(len(n), 100)
	}
	score, at := 500, 0
	for _, r := range q {
		i := slices.Index(n[at:], r)
		if i < 0 {
			return 0
		}
		score -= min(i, 20)
		at += i + 1
	}
	return max(score-min(len(n), 100), 1)
}

func fold(text string) []rune {
	runes := []rune(text)
	for i, r := range runes {
		runes[i] = unicode.ToLower(r)
	}
	return runes
}
